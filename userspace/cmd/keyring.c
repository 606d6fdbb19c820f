// SPDX-License-Identifier: LGPL-2.1-or-later
/* The system calls for keyrings, so that libkeyutils is not needed */
#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd.h"

/* The kernel does not search keyrings that are nested deeper. */
#define DEPTH	6

long keyring_call(int op, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, op, a, b, c, d);
}

/*
 * Filters of system calls return EPERM (Docker's) or ENOSYS (podman's), and
 * hmacdev_strerror() has a meaning of its own for EPERM.
 */
const char *keyring_error(int err)
{
	return err == EPERM || err == ENOSYS ?
	       "a policy of a container or a security module forbids keyrings" :
	       hmacdev_strerror(-err);
}

/*
 * A process may use keys that it finds from its own keyrings, and the user
 * keyring is not linked in every session. So link it to the process keyring,
 * which ends with the process.
 */
void keyring_reach_user(void)
{
	keyring_call(KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
		     KEY_SPEC_PROCESS_KEYRING, 0, 0);
}

void keyring_leave_user(void)
{
	keyring_call(KEYCTL_UNLINK, KEY_SPEC_USER_KEYRING,
		     KEY_SPEC_PROCESS_KEYRING, 0, 0);
}

/* Undo keyring_reach_user(), also as another user. */
void keyring_leave_process(void)
{
	keyring_call(KEYCTL_CLEAR, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0);
}

/* Joins a new, empty session keyring. Returns 0 or -1. */
int keyring_new_session(void)
{
	return keyring_call(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) < 0 ?
	       -1 : 0;
}

/* Whether the process has a session keyring that outlives it */
bool keyring_has_session(void)
{
	return keyring_call(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0,
			    0, 0) !=
	       keyring_call(KEYCTL_GET_KEYRING_ID,
			    KEY_SPEC_USER_SESSION_KEYRING, 0, 0, 0);
}

/*
 * Returns the result of KEYCTL_DESCRIBE or KEYCTL_READ with a NUL behind it, or
 * NULL on failure. The caller frees it.
 */
static char *fetch(int op, int32_t serial, size_t *len)
{
	size_t size = 256;
	char *text = NULL;

	for (;;) {
		char *larger = realloc(text, size + 1);
		long n;

		if (!larger)
			break;
		text = larger;
		n = keyring_call(op, serial, (long)text, (long)size, 0);
		if (n < 0)
			break;
		if ((size_t)n <= size) {
			text[n] = '\0';
			*len = (size_t)n;
			return text;
		}
		size = (size_t)n;
	}
	free(text);
	return NULL;
}

/* Splits "type;uid;gid;permissions;description". *key points into text. */
static bool describe(struct ring_key *key, char *text)
{
	int at = 0;

	key->type = text;
	text = strchr(text, ';');
	if (!text || sscanf(text, ";%u;%u;%x;%n", &key->uid, &key->gid,
			    &key->permissions, &at) != 3 || !at)
		return false;
	*text = '\0';
	key->description = text + at;
	return true;
}

static bool is_keyring(int32_t serial)
{
	struct ring_key key;
	size_t len;
	char *text = fetch(KEYCTL_DESCRIBE, serial, &len);
	bool is = text && describe(&key, text) && !strcmp(key.type, "keyring");

	free(text);
	return is;
}

/* Returns the serial number of a keyring, or reports an error and returns 0. */
int32_t keyring_read(const char *text)
{
	static const struct {
		const char *name;
		int32_t serial;
	} names[] = {
		{ "@s", KEY_SPEC_SESSION_KEYRING },
		{ "@u", KEY_SPEC_USER_KEYRING },
		{ "@us", KEY_SPEC_USER_SESSION_KEYRING },
	};
	long serial = serial_read(text);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].name, text))
			serial = names[i].serial;
	if (serial)
		serial = keyring_call(KEYCTL_GET_KEYRING_ID, serial, 0, 0, 0);
	/* Refuse other keys, whose payload must never be read here. */
	if (serial > 0 && is_keyring((int32_t)serial))
		return (int32_t)serial;
	if (serial < 0)
		complain("keyring %s: %s", text, errno == ENOKEY ?
			 "no key has this number" : strerror(errno));
	else
		complain("%s: not a keyring; give @s, @u, @us or a serial number",
			 text);
	return 0;
}

struct walk {
	void (*each)(const struct ring_key *key, void *arg);
	void *arg;
	/* The keyrings seen so far; a keyring can be linked more than once. */
	int32_t *seen;
	size_t n;
};

static bool see(struct walk *w, int32_t serial)
{
	int32_t *larger;

	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i] == serial)
			return false;
	larger = reallocarray(w->seen, w->n + 1, sizeof(*w->seen));
	if (!larger)
		return false;
	w->seen = larger;
	w->seen[w->n++] = serial;
	return true;
}

static void walk(struct walk *w, int32_t keyring, int depth);

/*
 * Whether request-key(8) could not make the key. For a minute, the kernel then
 * keeps a negative key, which a search of the keyring does not find. Another
 * key of this name can be in a nested keyring. The search does not wait for a
 * key that is being made.
 */
static bool is_negative(const struct ring_key *key)
{
	long found = keyring_call(KEYCTL_SEARCH, key->keyring, (long)key->type,
				  (long)key->description, 0);

	return found < 0 ? errno == ENOKEY : found != key->serial;
}

/* A key that is revoked, expired or not accessible has type NULL. */
static void visit(struct walk *w, int32_t keyring, int32_t serial, int depth)
{
	struct ring_key key = { .serial = serial, .keyring = keyring };
	size_t len;
	char *text = fetch(KEYCTL_DESCRIBE, serial, &len);

	if (!text || !describe(&key, text))
		key.type = NULL;
	if (key.type && !strcmp(key.type, "keyring")) {
		if (depth < DEPTH)
			walk(w, serial, depth + 1);
	} else if (!key.type || !is_negative(&key)) {
		w->each(&key, w->arg);
	}
	free(text);
}

static void walk(struct walk *w, int32_t keyring, int depth)
{
	char *keys;
	size_t len;

	if (!see(w, keyring))
		return;
	keys = fetch(KEYCTL_READ, keyring, &len);
	for (size_t i = 0; keys && i + sizeof(int32_t) <= len;
	     i += sizeof(int32_t)) {
		int32_t serial;

		memcpy(&serial, keys + i, sizeof(serial));
		visit(w, keyring, serial, depth);
	}
	free(keys);
}

/*
 * Calls each() for the keys in a keyring and in the keyrings nested in it. If
 * keyring is 0, it walks the session keyring and the user keyring.
 */
void keyring_walk(int32_t keyring,
		  void (*each)(const struct ring_key *key, void *arg),
		  void *arg)
{
	static const int32_t all[] = {
		KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING
	};
	struct walk w = { .each = each, .arg = arg };

	if (keyring)
		walk(&w, keyring, 0);
	for (size_t i = 0; !keyring && i < sizeof(all) / sizeof(*all); i++) {
		long serial = keyring_call(KEYCTL_GET_KEYRING_ID, all[i], 0, 0,
					   0);

		if (serial > 0)
			walk(&w, (int32_t)serial, 0);
	}
	free(w.seen);
}
