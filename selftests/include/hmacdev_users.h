/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests with several processes or users: children that end with the test,
 * and waits that have a condition and a limit.
 */
#ifndef _HMACDEV_USERS_H
#define _HMACDEV_USERS_H

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "hmacdev_utils.h"

#define SIGN	HMACDEV_RIGHT_SIGN
#define VERIFY	HMACDEV_RIGHT_VERIFY
#define COPY	HMACDEV_RIGHT_COPY
#define DERIVE	HMACDEV_RIGHT_DERIVE
#define SIGNER	HMACDEV_RIGHTS_SIGNER
#define DERIVER	HMACDEV_RIGHTS_DERIVER
#define KEEP	(~0U)

#define NOBODY	65534
#define OTHER	12001
#define ROOM	HMACDEV_TAG_MAX	/* of a buffer for any tag */
#define WAIT_MS	30000	/* for what happens soon, on a machine that is busy */

/* Whether @cond holds at some time within @ms */
#define comes_true_within(ms, cond)					\
	({								\
		long _end = test_now_ms() + (ms);			\
		bool _true;						\
									\
		while (!(_true = (cond)) && test_now_ms() < _end)	\
			usleep(1000);					\
		_true;							\
	})
#define comes_true(cond)	comes_true_within(WAIT_MS, cond)

#define test_end(child, status)						\
	EXPECT_EQ(status, wait_end(child))

/* The exit status of @child; -ETIME if it had to be killed */
static inline int wait_end(pid_t child)
{
	int status = 0;

	if (comes_true(waitpid(child, &status, WNOHANG) == child))
		return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
	kill(child, SIGKILL);
	comes_true(waitpid(child, &status, WNOHANG));
	return -ETIME;
}

/* A child that does not outlive the test */
static inline pid_t fork_child(void)
{
	pid_t child = fork();

	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static inline int become(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	    setresuid(uid, uid, uid) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	return 0;
}

/* Run the block in a child as this user. A failure there fails the test. */
#define as_user(uid)							\
	for (pid_t _pid = fork_user(_metadata, uid); !_pid; _exit(0))

static inline pid_t fork_user(struct __test_metadata *_metadata, uid_t uid)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, become(uid));
		return 0;
	}
	test_end(child, 0);
	return child;
}

#endif /* _HMACDEV_USERS_H */
