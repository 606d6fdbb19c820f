/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call that stops in the middle, since a page of its memory is missing.
 * userfaultfd(2) reports that the kernel waits for the page, and the test then
 * supplies it.
 */
#ifndef _HMACDEV_HELD_H
#define _HMACDEV_HELD_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <linux/userfaultfd.h>

#include "hmacdev_utils.h"

struct held {
	int uffd;
	size_t page;
	__u8 *map;		/* two pages; the second is missing */
	__u8 *missing;
	pthread_t thread;
	int (*call)(void *arg);	/* what the thread does */
	void *arg;
	int ret;
};

/* 0, or -errno where this process may not do such a thing */
static inline int _test_held_init(struct held *held)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	held->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (held->uffd < 0)
		return -errno;
	held->page = sysconf(_SC_PAGESIZE);
	held->map = mmap(NULL, 2 * held->page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (held->map == MAP_FAILED)
		return -errno;
	held->missing = held->map + held->page;
	missing.range.start = test_addr(held->missing);
	missing.range.len = held->page;
	if (ioctl(held->uffd, UFFDIO_API, &api) ||
	    ioctl(held->uffd, UFFDIO_REGISTER, &missing))
		return -errno;
	return 0;
}

#define test_held_init(held)						\
	do {								\
		int _err = _test_held_init(held);			\
									\
		if (_err)						\
			SKIP(return, "userfaultfd: %s", strerror(-_err)); \
	} while (0)

/*
 * fork() blocks all signals of its thread for a moment. If the child ends in
 * it, another thread gets SIGCHLD, which must not interrupt the call.
 */
static inline void *make_held_call(void *arg)
{
	struct held *held = arg;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &child, NULL);
	held->ret = held->call(held->arg);
	return NULL;
}

/* Start the call, and return when it waits for the page */
static inline void test_hold(struct __test_metadata *_metadata,
			     struct held *held, int (*call)(void *arg),
			     void *arg)
{
	struct pollfd event = { .fd = held->uffd, .events = POLLIN };
	struct uffd_msg msg;

	held->call = call;
	held->arg = arg;
	ASSERT_EQ(0, pthread_create(&held->thread, NULL, make_held_call, held));
	ASSERT_EQ(1, poll(&event, 1, 20000));
	ASSERT_EQ(sizeof(msg), read(held->uffd, &msg, sizeof(msg)));
	ASSERT_EQ(UFFD_EVENT_PAGEFAULT, msg.event);
}

/* Supply the page, @len bytes of it from @with, and wait for the call's end */
static inline void test_let_go(struct __test_metadata *_metadata,
			       struct held *held, const void *with, size_t len)
{
	void *page = aligned_alloc(held->page, held->page);
	struct uffdio_copy copy = {
		.dst = test_addr(held->missing),
		.src = test_addr(page),
		.len = held->page,
	};

	ASSERT_NE(NULL, page);
	memset(page, 0, held->page);
	memcpy(page, with, len);
	ASSERT_EQ(0, ioctl(held->uffd, UFFDIO_COPY, &copy));
	ASSERT_EQ(0, pthread_join(held->thread, NULL));
	free(page);
}

#endif /* _HMACDEV_HELD_H */
