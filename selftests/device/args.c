// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for argument checks: each invalid argument fails with the specified
 * errno and changes nothing; each value at a limit is accepted.
 */
#include <poll.h>
#include <termios.h>

#include "hmacdev_utils.h"

FIXTURE(args)
{
	int fd;		/* half of HALF_MSG */
	int new;	/* no key */
	__u8 tag[HMACDEV_TAG_MAX];
};

FIXTURE_SETUP(args)
{
	self->fd = test_open_half();
	self->new = test_open();
	memset(self->tag, 0xa5, sizeof(self->tag));
}

FIXTURE_TEARDOWN(args)
{
	close(self->fd);
	close(self->new);
}

TEST_F(args, key_too_long)
{
	static const __u64 lens[] = {
		HMACDEV_KEY_MAX + 1, 1ULL << 31, (1ULL << 32) - 1, 1ULL << 32,
		(1ULL << 32) + HALF_KEY_LEN, 1ULL << 63, ~0ULL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		test_err_new(EINVAL, self->new, "sha256", HALF_KEY, lens[i]);
		test_state(UNKEYED, self->new);
	}
}

TEST_F(args, longest_key)
{
	void *key = test_alloc_edge(HMACDEV_KEY_MAX);

	ASSERT_NE(NULL, key);
	test_new(self->new, "sha256", key, HMACDEV_KEY_MAX);
	test_state(ACTIVE, self->new);
}

TEST_F(args, empty_key)
{
	int other = test_open();
	__u8 tag[HALF_TAG_LEN];

	test_err_new(EFAULT, self->new, "sha256", NULL, 1);
	test_new(self->new, "sha256", NULL, 0);
	test_new(other, "sha256", (void *)1, 0);
	test_digest(self->new, self->tag, HALF_TAG_LEN);
	test_digest(other, tag, HALF_TAG_LEN);
	EXPECT_MEMEQ(tag, self->tag, HALF_TAG_LEN);
	close(other);
}

/* Each call that takes a message, with one of @len bytes at @msg */

static __u8 sent_tag[HALF_TAG_LEN];

static int send_update(int fd, const void *msg, __u64 len)
{
	return _test_update(fd, msg, len);
}

static int send_mac_sign(int fd, const void *msg, __u64 len)
{
	return _test_mac_sign(fd, msg, len, sent_tag, sizeof(sent_tag));
}

static int send_mac_verify(int fd, const void *msg, __u64 len)
{
	return _test_mac_verify(fd, msg, len, half_tag, HALF_TAG_LEN);
}

static int send_batch(int fd, const void *msg, __u64 len)
{
	struct hmacdev_op op = {
		.msg = test_addr(msg),
		.len = len,
		.tag = test_addr(sent_tag),
		.tag_len = sizeof(sent_tag),
		.op = HMACDEV_OP_SIGN,
	};
	int ret = _test_batch(fd, &op, 1);

	return ret == 1 ? op.status : ret;
}

static int send_oneshot(int fd, const void *msg, __u64 len)
{
	return _test_oneshot(fd, "sha256", "", 0, msg, len, sent_tag,
			     sizeof(sent_tag));
}

static int send_derive(int fd, const void *msg, __u64 len)
{
	return _test_derive(fd, "sha256", msg, len, 0, 0);
}

/* HMACDEV_MSG_MAX bytes fail with EFAULT, one byte more with EINVAL. */
TEST_F(args, longest_message)
{
	static int (* const senders[])(int fd, const void *msg, __u64 len) = {
		send_update, send_mac_sign, send_mac_verify, send_batch,
		send_oneshot, send_derive,
	};
	static const __u64 longer[] = {
		HMACDEV_MSG_MAX + 1, HMACDEV_MSG_MAX + 0xfff, 1ULL << 31,
		(1ULL << 31) + 1, (1ULL << 32) - 1, 1ULL << 32,
		(1ULL << 32) + 12, (1ULL << 32) + HMACDEV_MSG_MAX, 1ULL << 63,
		(1ULL << 63) + 1, ~0ULL,
	};
	const void *edge = test_alloc_edge(1 << 16);
	int deriver = test_open_deriver(), fd;
	size_t i, j;

	ASSERT_NE(NULL, edge);
	memset(sent_tag, TEST_UNTOUCHED, sizeof(sent_tag));
	for (i = 0; i < ARRAY_SIZE(senders); i++) {
		fd = senders[i] == send_derive ? deriver : self->fd;
		test_err(EFAULT, senders[i](fd, NULL, HMACDEV_MSG_MAX))
			TH_LOG("call %zu", i);
		test_err(EFAULT, senders[i](fd, edge, HMACDEV_MSG_MAX))
			TH_LOG("call %zu", i);
		for (j = 0; j < ARRAY_SIZE(longer); j++)
			test_err(EINVAL, senders[i](fd, edge, longer[j]))
				TH_LOG("call %zu of %#llx bytes", i, longer[j]);
	}
	EXPECT_TRUE(test_untouched(sent_tag, sizeof(sent_tag)));
	test_half_intact(self->fd);
	test_half_intact(deriver);
	close(deriver);
}

TEST_F(args, empty_message)
{
	test_update(self->fd, NULL, 0);
	test_update(self->fd, (void *)-1L, 0);
	test_half_intact(self->fd);
	test_err_update(EFAULT, self->fd, NULL, 1);
	test_half_intact(self->fd);
}

TEST_F(args, tag_lengths_that_are_none)
{
	__u32 len;

	for (len = 1; len < 2 * HMACDEV_TAG_MAX; len++) {
		if (len >= HMACDEV_TAG_MIN && len <= HALF_TAG_LEN)
			continue;
		test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY,
				  HALF_KEY_LEN, len, HMACDEV_RIGHTS_SIGNER);
		test_state(UNKEYED, self->new);
	}
	test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY, HALF_KEY_LEN,
			  ~0U, HMACDEV_RIGHTS_SIGNER);
	test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY, HALF_KEY_LEN,
			  (1U << 31) + 16, HMACDEV_RIGHTS_SIGNER);
}

TEST_F(args, sources)
{
	static const struct hmacdev_new wrong[] = {
		{ .source = 3, },
		{ .source = ~0U, },
		{ .source = HMACDEV_KEY_BYTES, .serial = 1, },
		{ .source = HMACDEV_KEY_BYTES, .serial = -1, },
		{ .source = HMACDEV_KEY_KEYRING, },
		{ .source = HMACDEV_KEY_KEYRING, .serial = -1, },
		{ .source = HMACDEV_KEY_KEYRING, .serial = 1, .key = 4096, },
		{ .source = HMACDEV_KEY_KEYRING, .serial = 1, .key_len = 1, },
		{ .source = HMACDEV_KEY_RANDOM, .key = 4096, },
		{ .source = HMACDEV_KEY_RANDOM, .serial = 1, },
		{ .source = HMACDEV_KEY_RANDOM,
		  .key_len = HMACDEV_KEY_MAX + 1, },
		{ .source = HMACDEV_KEY_RANDOM, .key_len = 1ULL << 32, },
		{ .source = HMACDEV_KEY_RANDOM, .key_len = ~0ULL, },
	};
	struct hmacdev_new cmd;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		cmd = wrong[i];
		test_set_name(cmd.alg, "sha256");
		cmd.rights = HMACDEV_RIGHTS_SIGNER;
		EXPECT_EQ(-EINVAL,
			  _test_ioctl(self->new, HMACDEV_IOC_NEW, &cmd))
			TH_LOG("entry %zu", i);
		test_state(UNKEYED, self->new);
	}
}

TEST_F(args, open_modes)
{
	int fd;

	test_err_open(EACCES, O_RDONLY);
	test_err_open(EACCES, O_WRONLY);
	test_err_open(EACCES, O_ACCMODE);
	fd = _test_open(O_RDWR | O_NONBLOCK | O_APPEND);
	ASSERT_LE(0, fd);
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	EXPECT_EQ(0, _test_intact(fd, 0, empty_tag));
	close(fd);
}

#define test_errno(_errno, call)					\
	EXPECT_TRUE((long)(call) == -1 && errno == (_errno))		\
		TH_LOG("%s: %s", #call, strerror(errno))

/* INFO reports the rights that the kernel knows, in each state. */
TEST_F(args, info)
{
	static const __u32 bad[] = { 1, 1U << 31, ~0U };
	struct hmacdev_info info, unkeyed = {
		.state = HMACDEV_STATE_UNKEYED,
		.known_rights = TEST_RIGHTS_KNOWN,
	}, half = half_info;
	size_t i;

	memset(&info, 0xa5, sizeof(info));
	info.flags = 0;
	info.reserved = 0;
	ASSERT_EQ(0, _test_ioctl(self->new, HMACDEV_IOC_INFO, &info));
	EXPECT_MEMEQ(&unkeyed, &info, sizeof(info));
	test_info(self->fd, &info);
	EXPECT_MEMEQ(&half, &info, sizeof(info));
	test_restrict(self->fd, 0);
	half.rights = 0;
	test_info(self->fd, &info);
	EXPECT_MEMEQ(&half, &info, sizeof(info));

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(&info, 0, sizeof(info));
		info.reserved = bad[i];
		test_err(EINVAL, _test_ioctl(self->new, HMACDEV_IOC_INFO,
					     &info));
		test_err(EINVAL, _test_ioctl(self->fd, HMACDEV_IOC_INFO,
					     &info));
		EXPECT_EQ(0, info.known_rights);
	}
}

/* A struct that is smaller than that of version 1 is refused. */
TEST_F(args, info_of_other_sizes)
{
	static const size_t sizes[] = { 64, 72, 79, 88, 96, 4096 };
	struct {
		struct hmacdev_info info;
		__u8 more[4096 - sizeof(struct hmacdev_info)];
	} arg;
	unsigned int cmd;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		cmd = _IOC(_IOC_READ | _IOC_WRITE, HMACDEV_IOC_TYPE,
			   _IOC_NR(HMACDEV_IOC_INFO), sizes[i]);
		memset(&arg, 0, sizeof(arg));
		if (sizes[i] < sizeof(arg.info)) {
			test_err(EINVAL, _test_ioctl(self->fd, cmd, &arg));
			EXPECT_EQ(0, arg.info.known_rights);
			continue;
		}
		EXPECT_EQ(0, _test_ioctl(self->fd, cmd, &arg));
		EXPECT_MEMEQ(&half_info, &arg.info, sizeof(arg.info));
		memset(&arg, 0, sizeof(arg));
		arg.more[sizes[i] - sizeof(arg.info) - 1] = 1;
		test_err(E2BIG, _test_ioctl(self->fd, cmd, &arg));
	}
}

/* System calls that the device does not support */
TEST_F(args, other_system_calls)
{
	struct pollfd poll_in = { .fd = self->fd, .events = POLLIN | POLLOUT };
	struct termios tty;
	char buf[64];
	int n;

	test_errno(EINVAL, read(self->fd, buf, sizeof(buf)));
	test_errno(ESPIPE, pread(self->fd, buf, sizeof(buf), 0));
	test_errno(ESPIPE, pwrite(self->fd, buf, sizeof(buf), 0));
	test_errno(ESPIPE, lseek(self->fd, 0, SEEK_CUR));
	test_errno(ESPIPE, lseek(self->fd, 0, SEEK_END));
	test_errno(ENODEV, mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd,
				0));
	test_errno(ENODEV, mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE, self->fd,
				0));
	test_errno(EINVAL, ftruncate(self->fd, 0));
	test_errno(EINVAL, fsync(self->fd));
	test_errno(ENOTTY, tcgetattr(self->fd, &tty));
	test_errno(ENOTTY, ioctl(self->fd, FIONREAD, &n));
	EXPECT_EQ(1, poll(&poll_in, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT, poll_in.revents);
	test_half_intact(self->fd);
}

TEST_HARNESS_MAIN
