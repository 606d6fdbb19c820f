// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How many contexts a user gets. All contexts that the server makes count for
 * the server's user, and it cannot see when a client closes one. So limit how
 * fast one user can use up what all share.
 */
#include "serve.h"

/* Users at a time. Beyond that, the one that got the least is forgotten. */
#define USERS	1024

struct account {
	uid_t uid;
	/* Contexts that count now, and when that was */
	unsigned int used;
	time_t at;
};

static void account_update(struct account *a, time_t now)
{
	uint64_t over = (uint64_t)(now - a->at) * LIMIT_RATE;

	a->used = a->used > over ? a->used - (unsigned int)over : 0;
	a->at = now;
}

/* Returns the account of the user, or one to use for the user. */
static struct account *account_find(uid_t uid, time_t now)
{
	static struct account accounts[USERS];
	struct account *least = accounts;

	for (size_t i = 0; i < USERS; i++) {
		struct account *a = &accounts[i];

		account_update(a, now);
		if (a->used && a->uid == uid)
			return a;
		if (a->used < least->used)
			least = a;
	}
	*least = (struct account){ .uid = uid, .at = now };
	return least;
}

/* Counts a context, or returns false. */
bool limit_take(uid_t uid, time_t now)
{
	struct account *a = account_find(uid, now);

	if (a->used >= LIMIT_BURST)
		return false;
	a->used++;
	return true;
}
