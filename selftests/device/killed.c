// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that send SIGKILL to a caller during a message of HMACDEV_MSG_MAX
 * bytes: the process exits soon, and the context is unchanged.
 */
#include "hmacdev_append.h"
#include "hmacdev_killed.h"
#include "hmacdev_module.h"

#define WITHIN_MS	3000	/* on a machine that is busy */
#define UNDER_WAY_MS	150

FIXTURE(killed)
{
	int fd;
	int file;	/* HMACDEV_MSG_MAX bytes, none of which takes memory */
	__u8 *msg;	/* the same */
	int *ended;	/* by itself: the call was not long enough */
};

FIXTURE_VARIANT(killed)
{
	void (*call)(FIXTURE_DATA(killed) *self);
	bool by_pieces;	/* each one is a call of its own */
	bool derives;
};

static void call_update(FIXTURE_DATA(killed) *self)
{
	_test_update(self->fd, self->msg, HMACDEV_MSG_MAX);
}

static void call_mac(FIXTURE_DATA(killed) *self)
{
	__u8 tag[HALF_TAG_LEN];

	_test_mac_sign(self->fd, self->msg, HMACDEV_MSG_MAX, tag, sizeof(tag));
}

static void call_batch(FIXTURE_DATA(killed) *self)
{
	static __u8 tags[HMACDEV_BATCH_MAX][HALF_TAG_LEN];
	static struct hmacdev_op ops[HMACDEV_BATCH_MAX];
	int i;

	for (i = 0; i < HMACDEV_BATCH_MAX; i++)
		ops[i] = (struct hmacdev_op) {
			.msg = test_addr(self->msg),
			.len = HMACDEV_MSG_MAX,
			.tag = test_addr(tags[i]),
			.tag_len = HALF_TAG_LEN,
			.op = HMACDEV_OP_SIGN,
		};
	_test_batch(self->fd, ops, HMACDEV_BATCH_MAX);
}

static void call_derive(FIXTURE_DATA(killed) *self)
{
	_test_derive(self->fd, "sha256", self->msg, HMACDEV_MSG_MAX, 0, 0);
}

static void call_oneshot(FIXTURE_DATA(killed) *self)
{
	__u8 tag[HALF_TAG_LEN];

	_test_oneshot(self->fd, "sha256", "", 0, self->msg, HMACDEV_MSG_MAX,
		      tag, sizeof(tag));
}

static void call_write(FIXTURE_DATA(killed) *self)
{
	_test_write(self->fd, self->msg, HMACDEV_MSG_MAX);
}

static void call_writev(FIXTURE_DATA(killed) *self)
{
	_test_write_pieces(self->fd, self->msg, HMACDEV_MSG_MAX);
}

static void call_sendfile(FIXTURE_DATA(killed) *self)
{
	off_t at = 0;

	_test_sendfile(self->fd, self->file, &at, HMACDEV_MSG_MAX);
}

/* Until the pipe, which does not take it all at once, has had all of it */
static void call_splice(FIXTURE_DATA(killed) *self)
{
	_test_vmsplice(self->fd, self->msg, HMACDEV_MSG_MAX);
}

#define KILLED(_name, ...)						\
	FIXTURE_VARIANT_ADD(killed, _name) {				\
		.call = call_##_name, __VA_ARGS__			\
	}

KILLED(update);
KILLED(mac);
KILLED(batch);
KILLED(derive, .derives = true);
KILLED(oneshot);
KILLED(write);
KILLED(writev);
KILLED(sendfile, .by_pieces = true);
KILLED(splice, .by_pieces = true);

FIXTURE_SETUP(killed)
{
	self->fd = variant->derives ? test_open_deriver() : test_open_half();
	self->file = memfd_create("killed", MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate64(self->file, HMACDEV_MSG_MAX));
	self->msg = test_map_zeros();
	self->ended = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->ended);
}

FIXTURE_TEARDOWN(killed)
{
	close(self->fd);
	close(self->file);
	if (!geteuid())
		test_contexts(0);
}

TEST_F(killed, soon)
{
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		variant->call(self);
		*self->ended = 1;
		pause();
	}
	usleep(1000 * UNDER_WAY_MS);
	test_killed(_metadata, child, WITHIN_MS);
	EXPECT_EQ(0, *self->ended);
	if (variant->by_pieces) {
		test_reset(self->fd);
		test_update(self->fd, HALF_MSG, HALF_LEN);
	}
	test_half_intact(self->fd);
}

TEST_HARNESS_MAIN
