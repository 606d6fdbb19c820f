// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Descriptors that were passed to the process at its start, as systemd does:
 * LISTEN_FDS is their number, from descriptor 3 on, LISTEN_FDNAMES has their
 * names, and LISTEN_PID is the process that they are for.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hmacdev.h"

#define FIRST_FD	3

/* A larger number is a mistake: no process is passed so many. */
#define PASSED_MAX	65536

/* Returns -1 if the text is not a number or does not fit an int. */
static int number(const char *text)
{
	int n = 0;

	if (!text || !*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (INT_MAX - 9) / 10)
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n;
}

/* Returns 0 if LISTEN_PID is another process, such as our parent. */
static int passed(void)
{
	int n = number(secure_getenv("LISTEN_FDS"));

	if (number(secure_getenv("LISTEN_PID")) != getpid())
		return 0;
	return n > PASSED_MAX ? 0 : n;
}

static bool name_is(const char *names, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(names, name, len);
}

int hmacdev_from_env(struct hmacdev **h, const char *name)
{
	const char *names = secure_getenv("LISTEN_FDNAMES");
	int n = passed();

	if (!h)
		return -EINVAL;
	*h = NULL;
	if (!names)
		names = "";
	for (int i = 0; i < n; i++) {
		size_t len = strcspn(names, ":");

		if (name && name_is(names, len, name))
			return hmacdev_from_fd(h, FIRST_FD + i);
		if (!name && hmacdev_from_fd(h, FIRST_FD + i) == 0)
			return 0;
		names += len;
		names += *names == ':';
	}
	return -ENODATA;
}
