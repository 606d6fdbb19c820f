/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One system call, and the ways to make it: in this thread, in another thread,
 * in a child, or with a descriptor that was passed through a socket.
 */
#ifndef _FUZZ_CALL_H
#define _FUZZ_CALL_H

#include <stdbool.h>
#include <sys/uio.h>

#include <linux/types.h>

#define CALL_IOV_MAX	4

/* How many contexts a user may have; a sequence has fewer by itself. */
#define USER_CONTEXTS	12

struct call {
	/* What it returned, or -errno */
	long (*run)(const struct call *call);
	int fd;
	unsigned int cmd;
	unsigned long arg;	/* no more than this process can say */
	size_t len;
	struct iovec iov[CALL_IOV_MAX];
	int flags;		/* of pwritev2 */
	int from;		/* splice, sendfile */
	bool gives_fd;		/* what it returns is a descriptor */
	bool no_fds;		/* there is no descriptor left to give */
	unsigned int others;	/* contexts that the user has meanwhile */
};

enum way {
	WAY_SELF,
	WAY_THREAD,
	WAY_CHILD,
	WAY_PASSED,
	WAYS,
};

extern const char *const call_ways[WAYS];

/* An ioctl by this thread: what it returned, or -errno */
int call_cmd(int fd, unsigned int cmd, void *arg);

int call_init(void);
long call_make(const struct call *call, enum way way);

long call_ioctl(const struct call *call);
long call_write(const struct call *call);
long call_writev(const struct call *call);
long call_splice(const struct call *call);
long call_sendfile(const struct call *call);
long call_open(const struct call *call);

#endif /* _FUZZ_CALL_H */
