// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for hmacdev_update_fd(): all kinds of files, to EOF or up to a length,
 * also while they grow and shrink. With HMACDEV_LONG=1 they read more than
 * 4 GiB, which takes minutes under emulation.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <hmacdev.h>

#include "hmacdev_held.h"
#include "hmacdev_utils.h"

#define LONG		300001
#define HUGE		(8UL << 20)	/* takes a while to read */
#define GIB		(1LL << 30)

FIXTURE(update_fd)
{
	struct hmacdev *h;
	__u8 *msg;		/* LONG bytes */
	int file;		/* the same */
};

FIXTURE_SETUP(update_fd)
{
	ASSERT_EQ(0, hmacdev_new(&self->h, "sha256", HALF_KEY, HALF_KEY_LEN));
	self->msg = malloc(LONG);
	ASSERT_NE(NULL, self->msg);
	test_fill(self->msg, LONG);
	self->file = memfd_create("update_fd", MFD_CLOEXEC);
	ASSERT_EQ(LONG, write(self->file, self->msg, LONG));
	ASSERT_EQ(0, lseek(self->file, 0, SEEK_SET));
}

FIXTURE_TEARDOWN(update_fd)
{
	hmacdev_free(self->h);
	free(self->msg);
	close(self->file);
}

/* The context took @len bytes of @msg, and nothing else; it starts anew */
static void check_taken(struct __test_metadata *_metadata, struct hmacdev *h,
			const void *msg, size_t len)
{
	__u8 want[HALF_TAG_LEN];
	int fd = test_open();

	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_update(fd, msg, len);
	test_digest(fd, want, sizeof(want));
	EXPECT_EQ(0, _test_intact(hmacdev_fd(h), len, want))
		TH_LOG("%zu bytes", len);
	close(fd);
	ASSERT_EQ(0, hmacdev_reset(h));
}

static __s64 append_fd(struct hmacdev *h, int fd, __s64 len)
{
	return hmacdev_update_fd(h, fd, len, NULL);
}

/* The call also sets file_failed to @whose. */
#define check_fails(_errno, whose, h, fd)				\
	({								\
		bool _file_failed = !(whose);				\
									\
		EXPECT_EQ(-(_errno), hmacdev_update_fd(h, fd, -1,	\
						       &_file_failed));	\
		EXPECT_EQ(whose, _file_failed);				\
	})

#define FILE_FAILED	true
#define CONTEXT_FAILED	false

#define check_offset(fd, at)						\
	EXPECT_EQ((off_t)(at), lseek(fd, 0, SEEK_CUR))

TEST_F(update_fd, whole_file)
{
	EXPECT_EQ(LONG, append_fd(self->h, self->file, -1));
	check_offset(self->file, LONG);
	check_taken(_metadata, self->h, self->msg, LONG);
	EXPECT_EQ(0, append_fd(self->h, self->file, -1));
	check_taken(_metadata, self->h, "", 0);
}

TEST_F(update_fd, any_negative_length)
{
	EXPECT_EQ(LONG, append_fd(self->h, self->file, INT64_MIN));
	check_taken(_metadata, self->h, self->msg, LONG);
}

TEST_F(update_fd, empty_files)
{
	int empty = memfd_create("empty", MFD_CLOEXEC);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	EXPECT_EQ(0, append_fd(self->h, empty, -1));
	EXPECT_EQ(0, append_fd(self->h, empty, 1000));
	EXPECT_EQ(0, append_fd(self->h, null, -1));
	check_taken(_metadata, self->h, "", 0);
	close(empty);
	close(null);
}

/* From where the file is, as much as is asked for and there */
TEST_F(update_fd, lengths)
{
	static const size_t lens[] = {
		0, 1, 4095, 4096, 4097, 65535, 65536, 65537, LONG - 7, LONG - 6,
		LONG, 10 * LONG,
	};
	size_t i, want;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		want = lens[i] < LONG - 7 ? lens[i] : LONG - 7;
		ASSERT_EQ(7, lseek(self->file, 7, SEEK_SET));
		EXPECT_EQ(want, append_fd(self->h, self->file, lens[i]));
		check_offset(self->file, 7 + want);
		check_taken(_metadata, self->h, self->msg + 7, want);
	}
}

TEST_F(update_fd, piece_after_piece)
{
	off_t at;

	for (at = 0; at < LONG; at += 100000)
		EXPECT_LT(0, append_fd(self->h, self->file, 100000));
	check_taken(_metadata, self->h, self->msg, LONG);
}

TEST_F(update_fd, behind_the_end)
{
	ASSERT_EQ(2 * LONG, lseek(self->file, 2 * LONG, SEEK_SET));
	EXPECT_EQ(0, append_fd(self->h, self->file, -1));
	check_taken(_metadata, self->h, "", 0);
}

TEST_F(update_fd, sparse)
{
	__u8 *zeros = calloc(1, HUGE);

	ASSERT_NE(NULL, zeros);
	memcpy(zeros, self->msg, LONG);
	zeros[HUGE - 1] = 0x99;
	ASSERT_EQ(1, pwrite(self->file, &zeros[HUGE - 1], 1, HUGE - 1));
	EXPECT_EQ(HUGE, append_fd(self->h, self->file, -1));
	check_taken(_metadata, self->h, zeros, HUGE);
	free(zeros);
}

/* Over the edges at which offsets do not fit 31 and 32 bits any more */
TEST_F(update_fd, offsets_are_long)
{
	static const off_t edges[] = { 2 * GIB, 4 * GIB };
	const off_t before = 70000;
	__u8 *want = calloc(1, LONG + 2 * before);
	size_t i;

	ASSERT_NE(NULL, want);
	memcpy(want + before, self->msg, LONG);
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		ASSERT_EQ(0, ftruncate(self->file, 0));
		ASSERT_EQ(LONG, pwrite(self->file, self->msg, LONG, edges[i]));
		lseek(self->file, edges[i] - before, SEEK_SET);
		EXPECT_EQ(before + LONG, append_fd(self->h, self->file, -1));
		check_offset(self->file, edges[i] + LONG);
		check_taken(_metadata, self->h, want, before + LONG);
	}
	free(want);
}

static __s64 bytes_of(struct hmacdev *h)
{
	struct hmacdev_info info;

	return hmacdev_info(h, &info, sizeof(info)) ?: (__s64)info.bytes;
}

/* The same bytes by UPDATE; MD5 is the fastest where vectors are emulated */
TEST_F_TIMEOUT(update_fd, more_than_4_gib, 280)
{
	const off_t len = 4 * GIB + 5;
	const size_t piece = 64UL << 20;
	void *zeros = calloc(1, piece);
	struct hmacdev *h, *other;
	__u8 want[HMACDEV_TAG_MAX];
	off_t at;

	if (!getenv("HMACDEV_LONG"))
		SKIP(return, "takes minutes; HMACDEV_LONG=1 runs it");
	ASSERT_EQ(0, hmacdev_new(&h, "md5", HALF_KEY, HALF_KEY_LEN));
	ASSERT_EQ(0, hmacdev_new(&other, "md5", HALF_KEY, HALF_KEY_LEN));
	ASSERT_EQ(0, ftruncate(self->file, 0));
	ASSERT_EQ(5, pwrite(self->file, "edges", 5, 4 * GIB));
	ASSERT_EQ(0, lseek(self->file, 0, SEEK_SET));
	EXPECT_EQ(len, append_fd(h, self->file, -1));
	check_offset(self->file, len);
	EXPECT_EQ(len, bytes_of(h));
	for (at = 0; at < 4 * GIB; at += piece)
		ASSERT_EQ(0, hmacdev_update(other, zeros, piece));
	ASSERT_EQ(0, hmacdev_update(other, "edges", 5));
	ASSERT_EQ(16, hmacdev_finalize(other, want, sizeof(want)));
	EXPECT_EQ(0, hmacdev_verify(h, want, 16));
	hmacdev_free(h);
	hmacdev_free(other);
	free(zeros);
}

/* Files that change while they are read */

struct reader {
	pthread_t thread;
	struct hmacdev *h;
	int fd;
	__s64 ret;
	bool file_failed;
};

static void *read_file(void *arg)
{
	struct reader *r = arg;

	r->file_failed = true;
	r->ret = hmacdev_update_fd(r->h, r->fd, -1, &r->file_failed);
	return NULL;
}

/* Bytes of the running message, from where no call's end is waited for */
static __s64 bytes_so_far(struct hmacdev *h)
{
	unsigned long long bytes = 0;
	char text[1024] = "", *at;

	_test_fdinfo(hmacdev_fd(h), text, sizeof(text) - 1, 0);
	at = strstr(text, "hmac-bytes:");
	if (at)
		sscanf(at, "hmac-bytes: %llu", &bytes);
	return bytes;
}

/* Start to read, and return when some of the file has been taken */
static void start_reading(struct __test_metadata *_metadata, struct reader *r)
{
	int ms;

	ASSERT_EQ(0, pthread_create(&r->thread, NULL, read_file, r));
	for (ms = 0; ms < 20000 && !bytes_so_far(r->h); ms++)
		usleep(1000);
}

static __u8 *fill_huge(int fd, size_t len)
{
	__u8 *msg = malloc(len);

	test_fill(msg, len);
	if (pwrite(fd, msg, HUGE, 0) != HUGE)
		return NULL;
	return msg;
}

/* Bytes that are appended to the file during the call are read, too. */
TEST_F(update_fd, growing)
{
	struct reader r = { .h = self->h, .fd = self->file };
	size_t len = HUGE;
	__u8 *msg = fill_huge(self->file, 2 * HUGE);

	ASSERT_NE(NULL, msg);
	start_reading(_metadata, &r);
	for (; len + LONG / 3 <= 2 * HUGE; len += LONG / 3)
		if (pwrite(self->file, msg + len, LONG / 3, len) != LONG / 3)
			break;
	pthread_join(r.thread, NULL);
	EXPECT_LE(HUGE, r.ret);
	EXPECT_GE(len, r.ret);
	check_offset(self->file, r.ret);
	check_taken(_metadata, self->h, msg, r.ret);
	free(msg);
}

/* Bytes that are cut off during the call are not read. */
TEST_F(update_fd, shrinking)
{
	struct reader r = { .h = self->h, .fd = self->file };
	__u8 *msg = fill_huge(self->file, HUGE);
	size_t len;

	ASSERT_NE(NULL, msg);
	start_reading(_metadata, &r);
	for (len = HUGE; len > LONG; len -= LONG)
		ASSERT_EQ(0, ftruncate(self->file, len));
	pthread_join(r.thread, NULL);
	EXPECT_LT(0, r.ret);
	EXPECT_GE(HUGE, r.ret);
	check_offset(self->file, r.ret);
	/* A page that is cut while it is read may read as zeros. */
	EXPECT_EQ(r.ret, bytes_of(self->h));
	free(msg);
}

/* Descriptors other than regular files */

struct feeder {
	pthread_t thread;
	int fd;
	const __u8 *msg;
};

static void *feed(void *arg)
{
	struct feeder *f = arg;
	size_t at;
	ssize_t n = 0;

	for (at = 0; at < LONG && n >= 0; at += n)
		n = write(f->fd, f->msg + at,
			  LONG - at < 10007 ? LONG - at : 10007);
	close(f->fd);
	return NULL;
}

static void check_stream(struct __test_metadata *_metadata,
			 FIXTURE_DATA(update_fd) *self, int from, int to)
{
	struct feeder f = { .fd = to, .msg = self->msg };

	ASSERT_EQ(0, pthread_create(&f.thread, NULL, feed, &f));
	EXPECT_EQ(5, append_fd(self->h, from, 5));
	EXPECT_EQ(100000, append_fd(self->h, from, 100000));
	EXPECT_EQ(LONG - 100005, append_fd(self->h, from, -1));
	check_taken(_metadata, self->h, self->msg, LONG);
	pthread_join(f.thread, NULL);
	EXPECT_EQ(0, append_fd(self->h, from, -1));
	close(from);
}

TEST_F(update_fd, pipe)
{
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_CLOEXEC));
	check_stream(_metadata, self, p[0], p[1]);
}

TEST_F(update_fd, socket)
{
	int p[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p));
	check_stream(_metadata, self, p[0], p[1]);
}

TEST_F(update_fd, proc_and_sys)
{
	static const char * const paths[] = {
		"/proc/version", "/proc/self/cmdline", "/proc/self/environ",
		"/proc/filesystems", "/proc/self/comm", "/proc/cmdline",
		"/sys/kernel/notes", "/sys/module/hmacdev/parameters/algs",
		"/proc/sys/kernel/ostype",
	};
	ssize_t len;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd) TH_LOG("%s", paths[i]);
		len = read(fd, self->msg, LONG);
		ASSERT_LE(0, len) TH_LOG("%s", paths[i]);
		lseek(fd, 0, SEEK_SET);
		EXPECT_EQ(len, append_fd(self->h, fd, -1))
			TH_LOG("%s", paths[i]);
		check_taken(_metadata, self->h, self->msg, len);
		close(fd);
	}
}

TEST_F(update_fd, endless)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	memset(self->msg, 0, LONG);
	EXPECT_EQ(LONG, append_fd(self->h, zero, LONG));
	check_taken(_metadata, self->h, self->msg, LONG);
	close(zero);
}

/* If a descriptor cannot be read, the message is unchanged. */
TEST_F(update_fd, what_cannot_be_read)
{
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int path = open("/", O_PATH | O_CLOEXEC);
	int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_CLOEXEC | O_NONBLOCK));
	ASSERT_EQ(0, hmacdev_update(self->h, HALF_MSG, HALF_LEN));
	errno = 4711;
	check_fails(EISDIR, FILE_FAILED, self->h, dir);
	check_fails(EBADF, FILE_FAILED, self->h, path);
	check_fails(EBADF, FILE_FAILED, self->h, sink);
	check_fails(EBADF, FILE_FAILED, self->h, -1);
	check_fails(EAGAIN, FILE_FAILED, self->h, p[0]);
	check_fails(EIO, FILE_FAILED, self->h, memory);
	check_fails(EINVAL, FILE_FAILED, self->h, hmacdev_fd(self->h));
	check_fails(EINVAL, CONTEXT_FAILED, NULL, self->file);
	EXPECT_EQ(4711, errno);
	test_half_intact(hmacdev_fd(self->h));
}

/* The call reads nothing if the context cannot append it. */
TEST_F(update_fd, finalized)
{
	__u8 tag[HALF_TAG_LEN];
	char byte;
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_CLOEXEC));
	ASSERT_EQ(5, write(p[1], "edges", 5));
	ASSERT_EQ(HALF_TAG_LEN, hmacdev_finalize(self->h, tag, sizeof(tag)));
	check_fails(EBADFD, CONTEXT_FAILED, self->h, self->file);
	check_fails(EBADFD, CONTEXT_FAILED, self->h, p[0]);
	check_fails(EBADFD, CONTEXT_FAILED, self->h, -1);
	EXPECT_EQ(-EBADFD, append_fd(self->h, p[0], 0));
	check_offset(self->file, 0);
	EXPECT_EQ(1, read(p[0], &byte, 1));
	EXPECT_EQ('e', byte);
}

/* The context is finalized while more is waited for */
static void check_finalized(struct __test_metadata *_metadata,
			    struct hmacdev *h, int from, int to)
{
	struct reader r = { .h = h, .fd = from };
	__u8 tag[HALF_TAG_LEN];

	ASSERT_EQ(5, write(to, "edges", 5));
	start_reading(_metadata, &r);
	ASSERT_EQ(5, bytes_so_far(h));
	ASSERT_EQ(HALF_TAG_LEN, hmacdev_finalize(h, tag, sizeof(tag)));
	ASSERT_EQ(4, write(to, "more", 4));
	pthread_join(r.thread, NULL);
	EXPECT_EQ(-EBADFD, r.ret);
	EXPECT_EQ(CONTEXT_FAILED, r.file_failed);
	close(from);
	close(to);
}

TEST_F(update_fd, finalized_while_a_pipe_is_read)
{
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_CLOEXEC));
	check_finalized(_metadata, self->h, p[0], p[1]);
}

TEST_F(update_fd, finalized_while_a_socket_is_read)
{
	int p[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	check_finalized(_metadata, self->h, p[0], p[1]);
}

/* Signals while another thread has the running message */

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	signals++;
}

/* Only in the threads that unblock it */
static int catch_signals(void)
{
	const struct sigaction action = { .sa_handler = count_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return sigaction(SIGUSR1, &action, NULL) ?:
	       pthread_sigmask(SIG_BLOCK, &set, NULL);
}

struct owner {
	struct hmacdev *h;
	struct held held;
};

/* A byte that is there and one that is missing */
static int append_two(void *arg)
{
	struct owner *o = arg;

	return hmacdev_update(o->h, o->held.missing - 1, 2);
}

struct interrupted {
	struct reader reader;
	bool done;
};

static void *read_interrupted(void *arg)
{
	struct interrupted *i = arg;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	read_file(&i->reader);
	__atomic_store_n(&i->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Until it returned, or the handler ran so often */
static void interrupt(struct interrupted *i, int times)
{
	int ms;

	for (ms = 0; ms < 20000 && signals < times; ms++) {
		if (__atomic_load_n(&i->done, __ATOMIC_ACQUIRE))
			break;
		pthread_kill(i->reader.thread, SIGUSR1);
		usleep(1000);
	}
}

TEST_F(update_fd, interrupted_before_anything_is_read)
{
	struct interrupted i = { .reader.h = self->h, .reader.fd = self->file };
	struct owner owner = { .h = self->h };

	test_held_init(&owner.held);
	ASSERT_EQ(0, catch_signals());
	test_hold(_metadata, &owner.held, append_two, &owner);
	ASSERT_EQ(0, pthread_create(&i.reader.thread, NULL, read_interrupted,
				    &i));
	interrupt(&i, INT_MAX);
	ASSERT_TRUE(i.done);
	pthread_join(i.reader.thread, NULL);
	EXPECT_EQ(-EINTR, i.reader.ret);
	EXPECT_EQ(CONTEXT_FAILED, i.reader.file_failed);
	check_offset(self->file, 0);
	test_let_go(_metadata, &owner.held, "", 0);
	EXPECT_EQ(0, owner.held.ret);
	EXPECT_EQ(2, bytes_of(self->h));
}

/* Bytes that were read are not lost: the signal is reported after them. */
TEST_F(update_fd, interrupted_with_bytes_in_hand)
{
	struct interrupted i = { .reader.h = self->h };
	struct owner owner = { .h = self->h };
	int p[2], left = 5, ms;

	test_held_init(&owner.held);
	ASSERT_EQ(0, catch_signals());
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	i.reader.fd = p[0];
	ASSERT_EQ(5, write(p[1], "first", 5));
	ASSERT_EQ(0, pthread_create(&i.reader.thread, NULL, read_interrupted,
				    &i));
	for (ms = 0; ms < 20000 && bytes_of(self->h) < 5; ms++)
		usleep(1000);
	test_hold(_metadata, &owner.held, append_two, &owner);
	ASSERT_EQ(5, write(p[1], "edges", 5));
	for (ms = 0; ms < 20000 && left; ms++) {
		ASSERT_EQ(0, ioctl(p[0], FIONREAD, &left));
		usleep(1000);
	}
	ASSERT_EQ(0, left);
	interrupt(&i, 10);
	EXPECT_FALSE(i.done);
	test_let_go(_metadata, &owner.held, "", 0);
	EXPECT_EQ(0, owner.held.ret);
	interrupt(&i, INT_MAX);
	ASSERT_TRUE(i.done);
	pthread_join(i.reader.thread, NULL);
	EXPECT_EQ(-EINTR, i.reader.ret);
	EXPECT_EQ(CONTEXT_FAILED, i.reader.file_failed);
	EXPECT_EQ(12, bytes_of(self->h));
}

/* The page cache's bytes of then */
TEST_F(update_fd, then_overwritten)
{
	EXPECT_EQ(LONG, append_fd(self->h, self->file, -1));
	ASSERT_EQ(LONG - 1, pwrite(self->file, self->msg + 1, LONG - 1, 0));
	check_taken(_metadata, self->h, self->msg, LONG);
}

TEST_HARNESS_MAIN
