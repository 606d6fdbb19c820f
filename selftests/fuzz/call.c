// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hmacdev_pass.h"
#include "call.h"

const char *const call_ways[WAYS] = {
	[WAY_SELF] = "by itself",
	[WAY_THREAD] = "by a thread",
	[WAY_CHILD] = "by a child",
	[WAY_PASSED] = "with a passed descriptor",
};

static int sockets[2];
static long *child_ret;		/* shared with the child */

int call_init(void)
{
	child_ret = mmap(NULL, sizeof(*child_ret), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (child_ret == MAP_FAILED)
		return -1;
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets);
}

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

int call_cmd(int fd, unsigned int cmd, void *arg)
{
	return result(ioctl(fd, cmd, arg));
}

static void *pointer(__u64 addr)
{
	return (void *)(uintptr_t)addr;
}

long call_ioctl(const struct call *call)
{
	return result(ioctl(call->fd, call->cmd, call->arg));
}

long call_write(const struct call *call)
{
	return result(write(call->fd, pointer(call->arg), call->len));
}

long call_writev(const struct call *call)
{
	return result(pwritev2(call->fd, call->iov, CALL_IOV_MAX, -1,
			       call->flags));
}

long call_splice(const struct call *call)
{
	return result(splice(call->from, NULL, call->fd, NULL, call->len,
			     SPLICE_F_NONBLOCK));
}

long call_sendfile(const struct call *call)
{
	off_t at = call->arg;

	return result(sendfile(call->fd, call->from, &at, call->len));
}

long call_open(const struct call *call)
{
	return result(open("/dev/hmac", call->cmd | O_CLOEXEC));
}

static int must(int ret)
{
	if (ret < 0)
		abort();
	return ret;
}

static void limit_fds(rlim_t cur)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		abort();
	limit.rlim_cur = cur;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		abort();
}

static long run_limited(const struct call *call)
{
	struct rlimit limit;
	long ret;

	if (!call->no_fds)
		return call->run(call);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit_fds(0);
	ret = call->run(call);
	limit_fds(limit.rlim_cur);
	return ret;
}

/* -EUCLEAN, which no call returns, if the other contexts are refused */
static long run(const struct call *call)
{
	int fds[USER_CONTEXTS];
	unsigned int nr;
	long ret;

	for (nr = 0; nr < call->others; nr++) {
		fds[nr] = open("/dev/hmac", O_RDWR | O_CLOEXEC);
		if (fds[nr] < 0)
			break;
	}
	ret = nr == call->others ? run_limited(call) : -EUCLEAN;
	while (nr)
		close(fds[--nr]);
	return ret;
}

struct job {
	const struct call *call;
	long ret;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	job->ret = run(job->call);
	return NULL;
}

static long by_thread(const struct call *call)
{
	struct job job = { call };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_job, &job) ||
	    pthread_join(thread, NULL))
		abort();
	return job.ret;
}

static long by_child(const struct call *call)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		*child_ret = run(call);
		if (call->gives_fd && *child_ret >= 0)
			must(send_fd(sockets[0], *child_ret));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		abort();
	if (call->gives_fd && *child_ret >= 0)
		return must(receive_fd(sockets[1], MSG_CMSG_CLOEXEC));
	return *child_ret;
}

static long with_passed(const struct call *call)
{
	struct call other = *call;
	long ret;

	if (call->fd < 0)
		return run(call);
	must(send_fd(sockets[0], call->fd));
	other.fd = must(receive_fd(sockets[1], MSG_CMSG_CLOEXEC));
	ret = run(&other);
	close(other.fd);
	return ret;
}

long call_make(const struct call *call, enum way way)
{
	switch (way) {
	case WAY_THREAD:
		return by_thread(call);
	case WAY_CHILD:
		return by_child(call);
	case WAY_PASSED:
		return with_passed(call);
	default:
		return run(call);
	}
}
