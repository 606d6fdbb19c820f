// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for what descriptors and contexts share, for concurrent calls on one
 * context, and for callers that exit during a call.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "hmacdev_held.h"
#include "hmacdev_killed.h"
#include "hmacdev_utils.h"

#define REST		(HALF_MSG + HALF_LEN)
#define REST_LEN	(HALF_WHOLE - HALF_LEN)

FIXTURE(descriptors)
{
	int fd;
};

FIXTURE_SETUP(descriptors)
{
	self->fd = test_open_half();
}

FIXTURE_TEARDOWN(descriptors)
{
	close(self->fd);
}

TEST_F(descriptors, dup_shares)
{
	int other = dup(self->fd);

	ASSERT_LE(0, other);
	test_update(other, REST, REST_LEN);
	test_whole_intact(self->fd);
	close(self->fd);
	test_whole_intact(other);
	test_verify(other, whole_tag, HALF_TAG_LEN);
	self->fd = other;
}

TEST_F(descriptors, fork_shares)
{
	int status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(_test_update(self->fd, REST, REST_LEN) != 0);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	test_whole_intact(self->fd);
}

TEST_F(descriptors, two_opens_share_nothing)
{
	int other = test_open_half();

	test_update(other, REST, REST_LEN);
	test_half_intact(self->fd);
	test_whole_intact(other);
	close(other);
}

TEST_F(descriptors, copy_shares_nothing)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER);

	ASSERT_NE(self->fd, copy);
	test_update(copy, REST, REST_LEN);
	test_half_intact(self->fd);
	test_whole_intact(copy);
	test_verify(self->fd, half_tag, HALF_TAG_LEN);
	test_whole_intact(copy);
	close(self->fd);
	self->fd = test_copy(copy, HMACDEV_RIGHTS_SIGNER);
	close(copy);
	test_whole_intact(self->fd);
	test_reset(self->fd);
	test_update(self->fd, HALF_MSG, HALF_LEN);
	test_half_intact(self->fd);
}

TEST_F(descriptors, copy_opens_nothing_else)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER);
	char path[32];

	EXPECT_EQ(O_RDWR, fcntl(copy, F_GETFL) & O_ACCMODE);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
	EXPECT_EQ(-1, open(path, O_RDWR));
	close(copy);
}

/* Is @fd open in a program that this process executes? */
static bool survives_exec(int fd)
{
	char line[64];

	snprintf(line, sizeof(line), "test -e /proc/self/fd/%d", fd);
	return system(line) == 0;
}

TEST_F(descriptors, close_on_exec)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER);
	int kept = _test_open(O_RDWR), shut = _test_open(O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, kept);
	ASSERT_LE(0, shut);
	EXPECT_EQ(FD_CLOEXEC, fcntl(copy, F_GETFD));
	EXPECT_FALSE(survives_exec(copy));
	EXPECT_FALSE(survives_exec(shut));
	EXPECT_TRUE(survives_exec(kept));
	ASSERT_EQ(0, fcntl(copy, F_SETFD, 0));
	EXPECT_TRUE(survives_exec(copy));
}

/* Threads */

#define BLOCK_LEN	200001	/* more than one chunk, and no whole number */
#define BLOCKS		3	/* by each thread */

struct writer {
	pthread_t thread;
	pthread_barrier_t *start;
	int fd;
	__u8 *block;
	int err;
};

static void *write_blocks(void *arg)
{
	struct writer *w = arg;
	int i;

	pthread_barrier_wait(w->start);
	for (i = 0; i < BLOCKS && !w->err; i++)
		w->err = _test_update(w->fd, w->block, BLOCK_LEN);
	return NULL;
}

/* Is @tag that of some order of @left[i] more blocks of each writer? */
static bool is_some_order(int fd, const struct writer *w, const int *left,
			  const __u8 *tag)
{
	__u8 seen[HALF_TAG_LEN];
	bool found = false;
	int i, fewer[2], next;

	if (!left[0] && !left[1])
		return _test_digest(fd, seen, sizeof(seen)) == sizeof(seen) &&
			!memcmp(seen, tag, sizeof(seen));
	for (i = 0; i < 2 && !found; i++) {
		if (!left[i])
			continue;
		memcpy(fewer, left, sizeof(fewer));
		fewer[i]--;
		next = _test_copy(fd, HMACDEV_RIGHTS_SIGNER);
		_test_update(next, w[i].block, BLOCK_LEN);
		found = is_some_order(next, w, fewer, tag);
		close(next);
	}
	return found;
}

static void start_writers(struct __test_metadata *_metadata, int fd,
			  struct writer *w, pthread_barrier_t *start)
{
	int i;

	ASSERT_EQ(0, pthread_barrier_init(start, NULL, 3));
	for (i = 0; i < 2; i++) {
		w[i] = (struct writer){ .start = start, .fd = fd };
		w[i].block = malloc(BLOCK_LEN);
		ASSERT_NE(NULL, w[i].block);
		memset(w[i].block, 'a' + i, BLOCK_LEN);
		ASSERT_EQ(0, pthread_create(&w[i].thread, NULL, write_blocks,
					    &w[i]));
	}
}

static void check_orders(struct __test_metadata *_metadata, int fd)
{
	static const int left[2] = { BLOCKS, BLOCKS };
	int before = test_copy(fd, HMACDEV_RIGHTS_SIGNER), i;
	pthread_barrier_t start;
	struct writer w[2];
	struct hmacdev_info info;
	__u8 tag[HALF_TAG_LEN];

	start_writers(_metadata, fd, w, &start);
	pthread_barrier_wait(&start);
	do {
		test_info(fd, &info);
		EXPECT_EQ(0, (info.bytes - HALF_LEN) % BLOCK_LEN);
	} while (info.bytes < HALF_LEN + 2 * BLOCKS * BLOCK_LEN &&
		 !w[0].err && !w[1].err);
	for (i = 0; i < 2; i++) {
		pthread_join(w[i].thread, NULL);
		EXPECT_EQ(0, w[i].err);
	}
	test_digest(fd, tag, sizeof(tag));
	EXPECT_TRUE(is_some_order(before, w, left, tag));
	close(before);
	free(w[0].block);
	free(w[1].block);
}

/* Blocks are appended atomically. */
TEST_F(descriptors, two_threads_append)
{
	int i, fd;

	for (i = 0; i < 4; i++) {
		fd = test_open_half();
		check_orders(_metadata, fd);
		close(fd);
	}
}

struct keyer {
	pthread_t thread;
	pthread_barrier_t *start;
	int fd;
	int ret;
};

static void *key_it(void *arg)
{
	struct keyer *k = arg;

	pthread_barrier_wait(k->start);
	k->ret = _test_new(k->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	return NULL;
}

/* One NEW succeeds, and the other fails with EBUSY. */
TEST(two_threads_key)
{
	pthread_barrier_t start;
	struct keyer k[2];
	int round, i, fd;

	ASSERT_EQ(0, pthread_barrier_init(&start, NULL, 2));
	for (round = 0; round < 100; round++) {
		fd = test_open();
		for (i = 0; i < 2; i++) {
			k[i].start = &start;
			k[i].fd = fd;
			ASSERT_EQ(0, pthread_create(&k[i].thread, NULL, key_it,
						    &k[i]));
		}
		for (i = 0; i < 2; i++)
			pthread_join(k[i].thread, NULL);
		EXPECT_EQ(-EBUSY, k[0].ret + k[1].ret);
		EXPECT_EQ(0, _test_intact(fd, 0, empty_tag));
		close(fd);
	}
}

/* Other threads change the descriptor while a call is held. */

FIXTURE(held)
{
	int fd;
	struct held held;
};

FIXTURE_SETUP(held)
{
	test_held_init(&self->held);
	self->fd = test_open_half();
}

FIXTURE_TEARDOWN(held)
{
	close(self->held.uffd);
}

/* With the rest of HALF_MSG, half of it on the missing page */
static int update_call(void *arg)
{
	FIXTURE_DATA(held) *self = arg;

	return _test_update(self->fd, self->held.missing - REST_LEN / 2,
			    REST_LEN);
}

static int finalize_call(void *arg)
{
	FIXTURE_DATA(held) *self = arg;

	return _test_finalize(self->fd, self->held.missing - HALF_TAG_LEN / 2,
			      HALF_TAG_LEN);
}

static void hold_update(struct __test_metadata *_metadata,
			FIXTURE_DATA(held) *self)
{
	memcpy(self->held.missing - REST_LEN / 2, REST, REST_LEN / 2);
	test_hold(_metadata, &self->held, update_call, self);
}

static void let_go_update(struct __test_metadata *_metadata,
			  FIXTURE_DATA(held) *self)
{
	test_let_go(_metadata, &self->held, REST + REST_LEN / 2, REST_LEN / 2);
	EXPECT_EQ(0, self->held.ret);
}

TEST_F(held, close_during_update)
{
	int kept = dup(self->fd);

	hold_update(_metadata, self);
	EXPECT_EQ(0, close(self->fd));
	let_go_update(_metadata, self);
	test_whole_intact(kept);
}

TEST_F(held, last_close_during_finalize)
{
	__u8 *tag = self->held.missing - HALF_TAG_LEN / 2;

	test_hold(_metadata, &self->held, finalize_call, self);
	EXPECT_EQ(0, close(self->fd));
	test_let_go(_metadata, &self->held, "", 0);
	EXPECT_EQ(HALF_TAG_LEN, self->held.ret);
	EXPECT_MEMEQ(half_tag, tag, HALF_TAG_LEN);
}

/* The held call keeps its context when the number gets another one. */
TEST_F(held, replaced_during_update)
{
	int kept = dup(self->fd), other = test_open_half();

	hold_update(_metadata, self);
	ASSERT_EQ(self->fd, dup2(other, self->fd));
	let_go_update(_metadata, self);
	test_whole_intact(kept);
	test_half_intact(other);
}

/* Nobody who waits for the context has to wait for its holder to die */
TEST_F(held, kill_one_that_waits)
{
	static const unsigned int cmds[] = {
		HMACDEV_IOC_DIGEST, HMACDEV_IOC_FINALIZE, HMACDEV_IOC_VERIFY,
	};
	__u8 tag[HALF_TAG_LEN];
	__u32 len = sizeof(tag);
	pid_t child;
	size_t i;

	hold_update(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			_exit(_test_tag(self->fd, cmds[i], tag, &len) != 0);
		usleep(300000);
		test_killed(_metadata, child, PROMPT_MS);
	}
	let_go_update(_metadata, self);
	test_whole_intact(self->fd);
}

/* The right is checked when the tag is made, not when the call begins. */
TEST_F(held, restrict_one_that_waits)
{
	__u8 tag[HALF_TAG_LEN];
	int status;
	pid_t child;

	hold_update(_metadata, self);
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(-_test_digest(self->fd, tag, sizeof(tag)));
	usleep(300000);
	ASSERT_EQ(0, waitpid(child, &status, WNOHANG));
	test_restrict(self->fd, HMACDEV_RIGHT_VERIFY);
	let_go_update(_metadata, self);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(EPERM, WEXITSTATUS(status));
	test_verify(self->fd, whole_tag, HALF_TAG_LEN);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int sig)
{
	alarms++;
}

/* A signal that is handled waits for the call. Timers of CPU time come late. */
TEST_F(descriptors, signals_do_not_interrupt)
{
	struct itimerval every = { { 0, 2000 }, { 0, 2000 } }, never = { };
	struct sigaction action = { .sa_handler = count_alarm };
	int quiet = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER), i;
	size_t len = 10 * BLOCK_LEN;
	__u8 *msg = malloc(len), tag[HALF_TAG_LEN];

	ASSERT_NE(NULL, msg);
	test_fill(msg, len);
	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &every, NULL));
	for (i = 0; i < 3; i++)
		test_update(self->fd, msg, len);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	EXPECT_LT(0, alarms);
	for (i = 0; i < 3; i++)
		test_update(quiet, msg, len);
	test_finalize(quiet, tag, sizeof(tag));
	test_verify(self->fd, tag, sizeof(tag));
	free(msg);
}

TEST_HARNESS_MAIN
