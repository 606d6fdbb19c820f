// SPDX-License-Identifier: LGPL-2.1-or-later
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"

/* The number of descriptors that were passed to us, from LISTEN_FIRST on */
int listen_count(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	int n = -1;

	if (pid && fds && number_read(pid) == getpid())
		n = number_read(fds);
	/* The number of a further descriptor must fit an int. */
	if (n >= INT_MAX - LISTEN_FIRST)
		n = INT_MAX - LISTEN_FIRST - 1;
	return n > 0 ? n : 0;
}
