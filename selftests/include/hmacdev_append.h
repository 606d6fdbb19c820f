/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls other than UPDATE that append to a message: those that write
 * to a file. _test_x() returns the number of bytes appended, or -errno.
 */
#ifndef _HMACDEV_APPEND_H
#define _HMACDEV_APPEND_H

#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "hmacdev_utils.h"

static inline ssize_t _test_ret(ssize_t ret)
{
	return ret < 0 ? -errno : ret;
}

static inline ssize_t _test_write(int fd, const void *msg, size_t len)
{
	return _test_ret(write(fd, msg, len));
}

#define test_write(fd, msg, len)					\
	ASSERT_EQ((ssize_t)(len), _test_write(fd, msg, len))
#define test_err_write(_errno, fd, msg, len)				\
	test_err(_errno, _test_write(fd, msg, len))

static inline ssize_t _test_writev(int fd, const struct iovec *iov, int nr)
{
	return _test_ret(writev(fd, iov, nr));
}

#define test_writev(len, fd, iov, nr)					\
	ASSERT_EQ((ssize_t)(len), _test_writev(fd, iov, nr))
#define test_err_writev(_errno, fd, iov, nr)				\
	test_err(_errno, _test_writev(fd, iov, nr))

/* In pieces that are no whole numbers of anything */
static inline ssize_t _test_write_pieces(int fd, const void *msg, size_t len)
{
	struct iovec iov[] = {
		{ (void *)msg, len / 3 },
		{ (void *)1, 0 },
		{ (void *)msg + len / 3, len / 7 },
		{ (void *)msg + len / 3 + len / 7, len - len / 3 - len / 7 },
	};

	return _test_writev(fd, iov, ARRAY_SIZE(iov));
}

static inline ssize_t _test_pwritev2(int fd, const void *msg, size_t len,
				     int flags)
{
	struct iovec iov = { (void *)msg, len };

	return _test_ret(pwritev2(fd, &iov, 1, -1, flags));
}

static inline ssize_t _test_splice(int fd, int from, size_t len)
{
	return _test_ret(splice(from, NULL, fd, NULL, len, 0));
}

#define test_splice(fd, from, len)					\
	ASSERT_EQ((ssize_t)(len), _test_splice(fd, from, len))
#define test_err_splice(_errno, fd, from, len)				\
	test_err(_errno, _test_splice(fd, from, len))

static inline ssize_t _test_sendfile(int fd, int from, off_t *at, size_t len)
{
	return _test_ret(sendfile(fd, from, at, len));
}

#define test_sendfile(fd, from, at, len)				\
	ASSERT_EQ((ssize_t)(len), _test_sendfile(fd, from, at, len))
#define test_err_sendfile(_errno, fd, from, at, len)			\
	test_err(_errno, _test_sendfile(fd, from, at, len))

/*
 * Through a pipe: its pages are what @fill put there, not more than @len bytes.
 * Ends early where the pipe or the context does.
 */
static inline ssize_t
_test_pipe_through(int fd, size_t len,
		   ssize_t (*fill)(int to, const void *msg, size_t len),
		   const void *msg)
{
	ssize_t taken = 0, n = 0, put;
	int pipefd[2];

	if (pipe(pipefd))
		return -errno;
	while (taken < len) {
		put = fill(pipefd[1], msg + taken, len - taken);
		for (; put > 0; put -= n, taken += n) {
			n = _test_splice(fd, pipefd[0], put);
			if (n <= 0)
				break;
		}
		if (put)
			break;
	}
	close(pipefd[0]);
	close(pipefd[1]);
	return taken ?: n;
}

static inline ssize_t fill_by_write(int to, const void *msg, size_t len)
{
	return _test_write(to, msg, len < 65536 ? len : 65536);
}

static inline ssize_t _test_write_splice(int fd, const void *msg, size_t len)
{
	return _test_pipe_through(fd, len, fill_by_write, msg);
}

static inline ssize_t fill_by_vmsplice(int to, const void *msg, size_t len)
{
	struct iovec iov = { (void *)msg, len < 32768 ? len : 32768 };

	return _test_ret(vmsplice(to, &iov, 1, 0));
}

static inline ssize_t _test_vmsplice(int fd, const void *msg, size_t len)
{
	return _test_pipe_through(fd, len, fill_by_vmsplice, msg);
}

/* By io_submit(2), which knows of no file without an offset */
static inline ssize_t _test_aio(int fd, const void *msg, size_t len)
{
	aio_context_t ctx = 0;
	struct iocb iocb = {
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = fd,
		.aio_buf = test_addr(msg),
		.aio_nbytes = len,
	};
	struct iocb *iocbs[] = { &iocb };
	struct io_event event = { };
	ssize_t ret;

	if (syscall(SYS_io_setup, 1, &ctx))
		return -errno;
	ret = _test_ret(syscall(SYS_io_submit, ctx, 1, iocbs));
	if (ret == 1)
		ret = _test_ret(syscall(SYS_io_getevents, ctx, 1, 1, &event,
					NULL));
	syscall(SYS_io_destroy, ctx);
	return ret == 1 ? event.res : ret;
}

/* One ring for one call */
struct ring {
	int fd;
	struct io_uring_params params;
	__u8 *map;		/* both rings, in one mapping */
	struct io_uring_sqe *sqes;
};

static inline int _test_ring_open(struct ring *ring)
{
	const int prot = PROT_READ | PROT_WRITE;

	memset(ring, 0, sizeof(*ring));
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->map = mmap(NULL, 4096, prot, MAP_SHARED, ring->fd,
			 IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, 4096, prot, MAP_SHARED, ring->fd,
			  IORING_OFF_SQES);
	if (ring->map == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -ENOMEM;
	return 0;
}

static inline void _test_ring_close(struct ring *ring)
{
	munmap(ring->map, 4096);
	munmap(ring->sqes, 4096);
	close(ring->fd);
}

/* Submit @sqe, wait for it, and return its result */
static inline ssize_t _test_ring_call(struct ring *ring,
				      const struct io_uring_sqe *sqe)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;
	struct io_uring_cqe *cqe = (void *)(ring->map + cq->cqes);
	__u32 *tail = (void *)(ring->map + sq->tail);

	ring->sqes[0] = *sqe;
	*(__u32 *)(ring->map + sq->array) = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	return cqe->res;
}

static inline ssize_t _test_uring(int fd, __u8 opcode, __u64 off,
				  const void *addr, __u32 len)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode,
		.fd = fd,
		.off = off,
		.addr = test_addr(addr),
		.len = len,
	};
	struct ring ring;
	ssize_t ret = _test_ring_open(&ring);

	if (ret)
		return ret;
	ret = _test_ring_call(&ring, &sqe);
	_test_ring_close(&ring);
	return ret;
}

/* Does this kernel, and its administrator, have it? */
static inline int _test_uring_allowed(void)
{
	struct ring ring;
	int err = _test_ring_open(&ring);

	if (!err)
		_test_ring_close(&ring);
	return err;
}

#define test_uring_allowed()						\
	do {								\
		int _err = _test_uring_allowed();			\
									\
		if (_err)						\
			SKIP(return, "io_uring: %s", strerror(-_err));	\
	} while (0)

#endif /* _HMACDEV_APPEND_H */
