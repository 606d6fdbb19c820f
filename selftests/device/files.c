// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for the system calls that append to a message as to a file: write(2)
 * and its variants, splice(2), sendfile(2), io_uring. A short write returns the
 * number of bytes appended.
 */
#include <pthread.h>

#include "hmacdev_append.h"
#include "hmacdev_utils.h"

#define REST		(HALF_MSG + HALF_LEN)
#define REST_LEN	(HALF_WHOLE - HALF_LEN)
#define LONG		300001		/* more than any pipe takes at once */

FIXTURE(append)
{
	int fd;			/* half of HALF_MSG */
	__u8 *msg;		/* LONG bytes */
};

FIXTURE_VARIANT(append)
{
	ssize_t (*append)(int fd, const void *msg, size_t len);
	bool uring;
};

static ssize_t by_pwritev2(int fd, const void *msg, size_t len)
{
	return _test_pwritev2(fd, msg, len, 0);
}

static ssize_t by_sendfile(int fd, const void *msg, size_t len)
{
	int file = memfd_create("append", MFD_CLOEXEC);
	off_t at = 0;
	ssize_t ret = _test_write(file, msg, len);

	if (ret == len)
		ret = _test_sendfile(fd, file, &at, len);
	close(file);
	return ret;
}

/* Bytes from a socket, through a pipe, which splice(2) needs */
static ssize_t fill_by_socket(int to, const void *msg, size_t len)
{
	int pair[2];
	ssize_t ret;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	ret = _test_write(pair[0], msg, len < 20000 ? len : 20000);
	if (ret > 0)
		ret = _test_splice(to, pair[1], ret);
	close(pair[0]);
	close(pair[1]);
	return ret;
}

static ssize_t by_socket(int fd, const void *msg, size_t len)
{
	return _test_pipe_through(fd, len, fill_by_socket, msg);
}

static ssize_t by_uring(int fd, const void *msg, size_t len)
{
	return _test_uring(fd, IORING_OP_WRITE, -1, msg, len);
}

static ssize_t by_uring_at_0(int fd, const void *msg, size_t len)
{
	return _test_uring(fd, IORING_OP_WRITE, 0, msg, len);
}

static ssize_t by_uring_writev(int fd, const void *msg, size_t len)
{
	struct iovec iov[] = {
		{ (void *)msg, len / 2 },
		{ (void *)msg + len / 2, len - len / 2 },
	};

	return _test_uring(fd, IORING_OP_WRITEV, -1, iov, ARRAY_SIZE(iov));
}

#define APPEND(_name, _append, ...)					\
	FIXTURE_VARIANT_ADD(append, _name) {				\
		.append = _append, __VA_ARGS__				\
	}

APPEND(write, _test_write);
APPEND(writev, _test_write_pieces);
APPEND(pwritev2, by_pwritev2);
APPEND(aio, _test_aio);
APPEND(splice, _test_write_splice);
APPEND(vmsplice, _test_vmsplice);
APPEND(socket, by_socket);
APPEND(sendfile, by_sendfile);
APPEND(uring, by_uring, .uring = true);
APPEND(uring_at_0, by_uring_at_0, .uring = true);
APPEND(uring_writev, by_uring_writev, .uring = true);

static __u8 *new_message(struct __test_metadata *_metadata)
{
	__u8 *msg = malloc(LONG);

	ASSERT_NE(NULL, msg);
	test_fill(msg, LONG);
	return msg;
}

FIXTURE_SETUP(append)
{
	if (variant->uring)
		test_uring_allowed();
	self->fd = test_open_half();
	self->msg = new_message(_metadata);
}

FIXTURE_TEARDOWN(append)
{
	close(self->fd);
	free(self->msg);
}

#define test_append(fd, msg, len)					\
	ASSERT_EQ((ssize_t)(len), variant->append(fd, msg, len))
#define test_err_append(_errno, fd, msg, len)				\
	test_err(_errno, variant->append(fd, msg, len))

/* @fd took the half and then @len bytes of @msg, and nothing else */
static void check_taken(struct __test_metadata *_metadata, int fd,
			const void *msg, size_t len)
{
	__u8 want[HALF_TAG_LEN];
	int other = test_open_half();

	test_update(other, msg, len);
	test_digest(other, want, sizeof(want));
	EXPECT_EQ(0, _test_intact(fd, HALF_LEN + len, want))
		TH_LOG("%zu bytes", len);
	close(other);
}

TEST_F(append, as_update)
{
	test_append(self->fd, REST, REST_LEN);
	test_whole_intact(self->fd);
	test_verify(self->fd, whole_tag, HALF_TAG_LEN);
}

TEST_F(append, byte_by_byte)
{
	int i;

	for (i = 0; i < REST_LEN; i++)
		test_append(self->fd, REST + i, 1);
	test_whole_intact(self->fd);
}

TEST_F(append, long_message)
{
	test_append(self->fd, self->msg, LONG);
	check_taken(_metadata, self->fd, self->msg, LONG);
}

TEST_F(append, no_bytes)
{
	test_append(self->fd, self->msg, 0);
	test_half_intact(self->fd);
}

TEST_F(append, unkeyed)
{
	int fd = test_open();

	test_err_append(ENOKEY, fd, REST, REST_LEN);
	test_state(UNKEYED, fd);
	close(fd);
}

TEST_F(append, finalized)
{
	struct hmacdev_info before, after;

	test_verify(self->fd, half_tag, HALF_TAG_LEN);
	test_info(self->fd, &before);
	test_err_append(EBADFD, self->fd, REST, REST_LEN);
	test_info(self->fd, &after);
	EXPECT_MEMEQ(&before, &after, sizeof(after));
	test_reset(self->fd);
	test_append(self->fd, HALF_MSG, HALF_LEN);
	test_half_intact(self->fd);
}

/* Appending needs no right, like UPDATE. */
TEST_F(append, without_rights)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHT_VERIFY);

	test_append(copy, REST, REST_LEN);
	test_verify(copy, whole_tag, HALF_TAG_LEN);
	close(copy);
	copy = test_copy(self->fd, 0);
	test_append(copy, REST, REST_LEN);
	close(copy);
	test_half_intact(self->fd);
}

TEST_F(append, nonblocking_descriptor)
{
	int fd = _test_open(O_RDWR | O_NONBLOCK);

	ASSERT_LE(0, fd);
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_append(fd, HALF_MSG, HALF_LEN);
	test_append(fd, self->msg, LONG);
	check_taken(_metadata, fd, self->msg, LONG);
	close(fd);
}

TEST_F(append, copy_has_the_same)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER);

	test_append(copy, REST, REST_LEN);
	test_half_intact(self->fd);
	test_whole_intact(copy);
	close(copy);
}

/* The module copies pages, so later changes to them have no effect. */
TEST_F(append, bytes_are_those_of_then)
{
	__u8 *msg = malloc(LONG);

	ASSERT_NE(NULL, msg);
	memcpy(msg, self->msg, LONG);
	test_append(self->fd, msg, LONG);
	memset(msg, 0x77, LONG);
	check_taken(_metadata, self->fd, self->msg, LONG);
	free(msg);
}

/* The system calls that read the caller's memory, not a pipe */

FIXTURE(from_memory)
{
	int fd;			/* half of HALF_MSG */
	__u8 *msg;		/* LONG bytes */
};

FIXTURE_VARIANT(from_memory)
{
	ssize_t (*append)(int fd, const void *msg, size_t len);
	bool uring;
};

#define FROM_MEMORY(_name, _append, ...)				\
	FIXTURE_VARIANT_ADD(from_memory, _name) {			\
		.append = _append, __VA_ARGS__				\
	}

FROM_MEMORY(write, _test_write);
FROM_MEMORY(writev, _test_write_pieces);
FROM_MEMORY(pwritev2, by_pwritev2);
FROM_MEMORY(aio, _test_aio);
FROM_MEMORY(uring, by_uring, .uring = true);
FROM_MEMORY(uring_writev, by_uring_writev, .uring = true);

FIXTURE_SETUP(from_memory)
{
	if (variant->uring)
		test_uring_allowed();
	self->fd = test_open_half();
	self->msg = new_message(_metadata);
}

FIXTURE_TEARDOWN(from_memory)
{
	close(self->fd);
	free(self->msg);
}

static const size_t shorts[] = {
	1, 7, 100, 255, 256, 257, 4095, 4096, 4097, 16383, 16384, 16385, 70001,
};

/* All bytes up to the end of the mapped memory are appended. */
TEST_F(from_memory, short_where_memory_ends)
{
	__u8 *edge;
	size_t i, good;
	int fd;

	for (i = 0; i < ARRAY_SIZE(shorts); i++) {
		good = shorts[i];
		edge = test_alloc_edge(good);
		ASSERT_NE(NULL, edge);
		memcpy(edge, self->msg, good);
		fd = test_open_half();
		/* Twice as many: halves of that meet at the edge. */
		EXPECT_EQ(good, variant->append(fd, edge, 2 * good));
		check_taken(_metadata, fd, edge, good);
		close(fd);
	}
}

TEST_F(from_memory, nothing_where_there_is_none)
{
	void *edge = test_alloc_edge(0);
	size_t i;

	ASSERT_NE(NULL, edge);
	for (i = 0; i < ARRAY_SIZE(shorts); i++) {
		test_err_append(EFAULT, self->fd, edge, shorts[i]);
		test_err_append(EFAULT, self->fd, NULL, shorts[i]);
		test_err_append(EFAULT, self->fd, TEST_KERNEL_ADDR, shorts[i]);
	}
	test_half_intact(self->fd);
}

/* Tests of single system calls */

FIXTURE(files)
{
	int fd;			/* half of HALF_MSG */
	__u8 *msg;		/* LONG bytes */
	int file;		/* the same */
	int pipe[2];
};

FIXTURE_SETUP(files)
{
	self->fd = test_open_half();
	self->msg = new_message(_metadata);
	self->file = memfd_create("files", MFD_CLOEXEC);
	test_write(self->file, self->msg, LONG);
	ASSERT_EQ(0, lseek(self->file, 0, SEEK_SET));
	ASSERT_EQ(0, pipe2(self->pipe, O_CLOEXEC));
}

FIXTURE_TEARDOWN(files)
{
	close(self->fd);
	free(self->msg);
	close(self->file);
	close(self->pipe[0]);
	close(self->pipe[1]);
}

/* write(2), also of 0 bytes */
TEST_F(files, no_bytes_where_none_may_be)
{
	int fd = test_open();

	test_err_write(ENOKEY, fd, REST, 0);
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_write(fd, (void *)1, 0);
	test_verify(fd, empty_tag, sizeof(empty_tag));
	test_err_write(EBADFD, fd, REST, 0);
	close(fd);
}

/* In a vector, only the bytes before the bad address are appended. */
TEST_F(files, vector_with_a_hole)
{
	void *edge = test_alloc_edge(5);
	struct iovec iov[] = {
		{ self->msg, 1000 }, { NULL, 0 }, { edge, 10 },
		{ self->msg, 1000 },
	};
	__u8 want[1005];

	ASSERT_NE(NULL, edge);
	memcpy(edge, "edges", 5);
	memcpy(want, self->msg, 1000);
	memcpy(want + 1000, "edges", 5);
	test_writev(1005, self->fd, iov, ARRAY_SIZE(iov));
	check_taken(_metadata, self->fd, want, sizeof(want));
}

/*
 * Where the address of the kernel may be ours, it is a bad address like others:
 * in a 32-bit program, and on s390x, whose kernel has its own address space.
 */
static bool refuses_kernel_addr(void)
{
#ifdef __s390__
	return false;
#else
	return sizeof(void *) == 8;
#endif
}

TEST_F(files, vectors_of_which_nothing_is_taken)
{
	struct iovec hole[] = {
		{ NULL, 0 }, { test_alloc_edge(0), 10 }, { self->msg, 1000 },
	};
	struct iovec kernel[] = {
		{ self->msg, 1000 }, { TEST_KERNEL_ADDR, 10 },
	};
	struct iovec empty[] = { { NULL, 0 }, { (void *)1, 0 } };
	struct iovec many[UIO_MAXIOV + 1] = { };

	test_err_writev(EFAULT, self->fd, hole, ARRAY_SIZE(hole));
	if (refuses_kernel_addr())
		test_err_writev(EFAULT, self->fd, kernel, ARRAY_SIZE(kernel));
	test_err_writev(EFAULT, self->fd, TEST_KERNEL_ADDR, 1);
	test_err_writev(EINVAL, self->fd, many, ARRAY_SIZE(many));
	test_writev(0, self->fd, empty, ARRAY_SIZE(empty));
	test_writev(0, self->fd, many, UIO_MAXIOV);
	test_writev(0, self->fd, NULL, 0);
	test_half_intact(self->fd);
}

TEST_F(files, vector_of_single_bytes)
{
	struct iovec iov[UIO_MAXIOV];
	int i;

	for (i = 0; i < UIO_MAXIOV; i++)
		iov[i] = (struct iovec){ self->msg + i, 1 };
	test_writev(UIO_MAXIOV, self->fd, iov, UIO_MAXIOV);
	check_taken(_metadata, self->fd, self->msg, UIO_MAXIOV);
}

/* A write with RWF_NOWAIT fails with EAGAIN. */
TEST_F(files, write_flags)
{
	int deriver = test_open_deriver();
	int fds[] = {
		self->fd, test_copy(self->fd, ~0U),
		test_copy_fresh(self->fd, ~0U),
		test_derive(deriver, "sha256", "", 0, 0, 0),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		test_err(EAGAIN, _test_pwritev2(fds[i], REST, REST_LEN,
						RWF_NOWAIT))
			TH_LOG("descriptor %zu", i);
	test_half_intact(self->fd);
	test_half_intact(fds[1]);
	EXPECT_EQ(REST_LEN, _test_pwritev2(self->fd, REST, REST_LEN,
					   RWF_APPEND));
	test_whole_intact(self->fd);
}

/* The pages that wait in a pipe are the file's; what was taken is ours */
TEST_F(files, sendfile_then_overwrite)
{
	off_t at = 0;

	test_sendfile(self->fd, self->file, &at, LONG);
	ASSERT_EQ(LONG, at);
	ASSERT_EQ(0, lseek(self->file, 0, SEEK_SET));
	test_write(self->file, self->msg + 1, LONG - 1);
	ASSERT_EQ(0, ftruncate(self->file, 0));
	check_taken(_metadata, self->fd, self->msg, LONG);
}

TEST_F(files, splice_then_overwrite)
{
	test_splice(self->pipe[1], self->file, 8192);
	test_splice(self->fd, self->pipe[0], 8192);
	ASSERT_EQ(0, lseek(self->file, 0, SEEK_SET));
	test_write(self->file, self->msg + 1, 8192);
	check_taken(_metadata, self->fd, self->msg, 8192);
}

TEST_F(files, gift_then_overwrite)
{
	struct iovec gift;
	__u8 *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			  MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	memcpy(page, self->msg, 8192);
	gift = (struct iovec){ page, 8192 };
	ASSERT_EQ(8192, vmsplice(self->pipe[1], &gift, 1, SPLICE_F_GIFT));
	EXPECT_EQ(8192, splice(self->pipe[0], NULL, self->fd, NULL, 8192,
			       SPLICE_F_MOVE));
	memset(page, 0x77, 8192);
	check_taken(_metadata, self->fd, self->msg, 8192);
}

TEST_F(files, sendfile_from_an_offset)
{
	off_t at = 4095;

	test_sendfile(self->fd, self->file, &at, 100000);
	EXPECT_EQ(104095, at);
	EXPECT_EQ(0, lseek(self->file, 0, SEEK_CUR));
	check_taken(_metadata, self->fd, self->msg + 4095, 100000);
}

TEST_F(files, sendfile_from_where_it_is)
{
	int whole = test_open_half();

	test_sendfile(self->fd, self->file, NULL, 5);
	test_sendfile(self->fd, self->file, NULL, 70000);
	EXPECT_EQ(70005, lseek(self->file, 0, SEEK_CUR));
	check_taken(_metadata, self->fd, self->msg, 70005);
	test_sendfile(whole, self->file, NULL, 0);
	EXPECT_EQ(LONG - 70005, _test_sendfile(whole, self->file, NULL,
					       10 * LONG));
	test_sendfile(whole, self->file, NULL, 0);
	EXPECT_EQ(0, _test_sendfile(whole, self->file, NULL, 1));
	check_taken(_metadata, whole, self->msg + 70005, LONG - 70005);
	close(whole);
}

/* Of the program itself, on whatever file system that is */
TEST_F(files, sendfile_from_a_disk)
{
	int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	size_t len = lseek(exe, 0, SEEK_END);
	void *map = mmap(NULL, len, PROT_READ, MAP_PRIVATE, exe, 0);
	off_t at = 0;

	ASSERT_NE(MAP_FAILED, map);
	test_sendfile(self->fd, exe, &at, len);
	check_taken(_metadata, self->fd, map, len);
	close(exe);
}

/* Bytes that are refused stay in the pipe. */
TEST_F(files, refused_splice_loses_nothing)
{
	int fd = test_open();

	test_write(self->pipe[1], REST, REST_LEN);
	test_err_splice(ENOKEY, fd, self->pipe[0], REST_LEN);
	test_splice(self->fd, self->pipe[0], REST_LEN);
	test_whole_intact(self->fd);
	close(fd);
}

TEST_F(files, splice_less_than_there_is)
{
	test_write(self->pipe[1], REST, REST_LEN);
	test_splice(self->fd, self->pipe[0], 5);
	EXPECT_EQ(REST_LEN - 5, _test_splice(self->fd, self->pipe[0], 1000));
	test_whole_intact(self->fd);
	EXPECT_EQ(-1, splice(self->pipe[0], NULL, self->fd, NULL, 1,
			     SPLICE_F_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	close(self->pipe[1]);
	EXPECT_EQ(0, _test_splice(self->fd, self->pipe[0], 1));
	test_whole_intact(self->fd);
}

/* A pipe of two pages' room, and a writer who has to wait for its reader */
static void *write_long(void *arg)
{
	FIXTURE_DATA(files) *self = arg;
	ssize_t ret = _test_write(self->pipe[1], self->msg, LONG);

	close(self->pipe[1]);
	return (void *)ret;
}

TEST_F(files, splice_from_a_full_pipe)
{
	size_t taken = 0;
	pthread_t writer;
	ssize_t ret;
	void *wrote;

	ASSERT_LT(0, fcntl(self->pipe[1], F_SETPIPE_SZ, 8192));
	ASSERT_EQ(0, pthread_create(&writer, NULL, write_long, self));
	while ((ret = _test_splice(self->fd, self->pipe[0], LONG)) > 0)
		taken += ret;
	EXPECT_EQ(0, ret);
	pthread_join(writer, &wrote);
	EXPECT_EQ((void *)LONG, wrote);
	EXPECT_EQ(LONG, taken);
	check_taken(_metadata, self->fd, self->msg, LONG);
}

/* The file has no position and cannot be read. */
TEST_F(files, what_it_does_not_do)
{
	off_t at = 0;
	loff_t out = 0;

	test_write(self->pipe[1], REST, REST_LEN);
	EXPECT_GT(0, splice(self->pipe[0], NULL, self->fd, &out, REST_LEN, 0));
	test_err_splice(EINVAL, self->pipe[1], self->fd, 1);
	test_err_sendfile(EINVAL, self->pipe[1], self->fd, NULL, 1);
	EXPECT_GT(0, _test_sendfile(self->pipe[1], self->fd, &at, 1));
	EXPECT_GT(0, copy_file_range(self->file, NULL, self->fd, NULL, 1, 0));
	test_half_intact(self->fd);
}

/* Threads that write: the bytes of one call are contiguous. */

#define BLOCK_LEN	50001
#define BLOCKS		4	/* by each thread */

struct writer {
	pthread_t thread;
	int fd;
	__u8 block[BLOCK_LEN];
	ssize_t ret;
};

static void *write_blocks(void *arg)
{
	struct writer *w = arg;
	int i;

	for (i = 0; i < BLOCKS && w->ret >= 0; i++)
		w->ret = _test_write(w->fd, w->block, BLOCK_LEN);
	return NULL;
}

/* Is @tag that of the half and of the blocks in the order that @order says? */
static bool is_order(const struct writer *w, unsigned int order,
		     const __u8 *tag)
{
	int i, fd = _test_open(O_RDWR), ret;
	__u8 seen[HALF_TAG_LEN];

	ret = _test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN) ?:
		_test_update(fd, HALF_MSG, HALF_LEN);
	for (i = 0; i < 2 * BLOCKS && !ret; i++)
		ret = _test_update(fd, w[order >> i & 1].block, BLOCK_LEN);
	ret = ret ?: _test_finalize(fd, seen, sizeof(seen));
	close(fd);
	return ret == sizeof(seen) && !memcmp(seen, tag, sizeof(seen));
}

TEST_F(files, two_threads_write)
{
	static struct writer w[2];
	__u8 tag[HALF_TAG_LEN];
	unsigned int order;
	bool found = false;
	int i;

	for (i = 0; i < 2; i++) {
		w[i].fd = self->fd;
		memset(w[i].block, 'a' + i, BLOCK_LEN);
		ASSERT_EQ(0, pthread_create(&w[i].thread, NULL, write_blocks,
					    &w[i]));
	}
	for (i = 0; i < 2; i++) {
		pthread_join(w[i].thread, NULL);
		EXPECT_EQ(BLOCK_LEN, w[i].ret);
	}
	test_finalize(self->fd, tag, sizeof(tag));
	for (order = 0; order < 1U << 2 * BLOCKS && !found; order++)
		found = __builtin_popcount(order) == BLOCKS &&
			is_order(w, order, tag);
	EXPECT_TRUE(found);
}

TEST_HARNESS_MAIN
