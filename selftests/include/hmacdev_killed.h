/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callers that are killed during a call, and a message so long that the call is
 * still running then on any machine.
 */
#ifndef _HMACDEV_KILLED_H
#define _HMACDEV_KILLED_H

#include <signal.h>
#include <sys/wait.h>

#include "hmacdev_utils.h"

#define PROMPT_MS	5000	/* to be killed, on a machine that is busy */

/* HMACDEV_MSG_MAX zeros, none of which takes memory */
#define test_map_zeros()						\
	({								\
		void *_zeros = mmap(NULL, HMACDEV_MSG_MAX, PROT_READ,	\
				    MAP_PRIVATE | MAP_ANONYMOUS |	\
				    MAP_NORESERVE, -1, 0);		\
									\
		ASSERT_NE(MAP_FAILED, _zeros);				\
		_zeros;							\
	})

/* @child, which is in a call now, is gone @within so many ms of its killing */
static inline void test_killed(struct __test_metadata *_metadata, pid_t child,
			       long within)
{
	int status = 0;		/* which is that of an exit */
	long start, ms;

	EXPECT_EQ(0, waitpid(child, &status, WNOHANG))
		TH_LOG("it ended before: %#x", status);
	start = test_now_ms();
	ASSERT_EQ(0, kill(child, SIGKILL));
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (test_now_ms() - start > within)
			break;
		usleep(1000);
	}
	ms = test_now_ms() - start;
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		TH_LOG("status %#x", status);
	TH_LOG("after %ld ms", ms);
}

#endif /* _HMACDEV_KILLED_H */
