// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments that are wrong, and those at the edge that are right: each has its
 * own errno and nothing is lost.
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

TEST_F(args, message_too_long)
{
	static const __u64 lens[] = {
		HMACDEV_MSG_MAX + 1, (1ULL << 32) - 1, 1ULL << 32,
		(1ULL << 32) + 12, 1ULL << 63, ~0ULL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++)
		test_err_update(EINVAL, self->fd, HALF_MSG + HALF_LEN, lens[i]);
	test_half_intact(self->fd);
}

TEST_F(args, empty_message)
{
	test_update(self->fd, NULL, 0);
	test_update(self->fd, (void *)-1L, 0);
	test_half_intact(self->fd);
	test_err_update(EFAULT, self->fd, NULL, 1);
	test_half_intact(self->fd);
}

static const unsigned int tag_makers[] = {
	HMACDEV_IOC_DIGEST, HMACDEV_IOC_FINALIZE,
};

TEST_F(args, no_room_for_the_tag)
{
	static const __u8 poison[HMACDEV_TAG_MAX] = {
		[0 ... HMACDEV_TAG_MAX - 1] = 0xa5,
	};
	__u32 room, len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tag_makers); i++) {
		for (room = 0; room < HALF_TAG_LEN; room++) {
			len = room;
			EXPECT_EQ(-EMSGSIZE, _test_tag(self->fd, tag_makers[i],
						       self->tag, &len));
			EXPECT_EQ(HALF_TAG_LEN, len);
			EXPECT_MEMEQ(poison, self->tag, sizeof(poison));
		}
		len = 0;
		EXPECT_EQ(-EMSGSIZE,
			  _test_tag(self->fd, tag_makers[i], NULL, &len));
		EXPECT_EQ(HALF_TAG_LEN, len);
	}
	test_half_intact(self->fd);
	test_finalize(self->fd, self->tag, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
}

TEST_F(args, more_room_than_needed)
{
	static const __u32 rooms[] = { 33, 64, 65, 4096, 1U << 31, ~0U };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		EXPECT_EQ(HALF_TAG_LEN,
			  _test_digest(self->fd, self->tag, rooms[i]));
		EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
		for (j = HALF_TAG_LEN; j < sizeof(self->tag); j++)
			EXPECT_EQ(0xa5, self->tag[j]);
	}
}

TEST_F(args, tag_lengths_that_are_none)
{
	__u32 len;

	for (len = 1; len < 2 * HMACDEV_TAG_MAX; len++) {
		if (len >= HMACDEV_TAG_MIN && len <= HALF_TAG_LEN)
			continue;
		test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY,
				  HALF_KEY_LEN, len, HMACDEV_RIGHT_ALL);
		test_state(UNKEYED, self->new);
	}
	test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY, HALF_KEY_LEN,
			  ~0U, HMACDEV_RIGHT_ALL);
	test_err_new_opts(EINVAL, self->new, "sha256", HALF_KEY, HALF_KEY_LEN,
			  (1U << 31) + 16, HMACDEV_RIGHT_ALL);
}

/* The context @fd makes tags of @len bytes and takes no others */
static void check_sealed(struct __test_metadata *_metadata, int fd, __u32 len)
{
	struct hmacdev_info info;
	__u8 tag[HMACDEV_TAG_MAX];

	test_info(fd, &info);
	EXPECT_EQ(len, info.tag_len);
	EXPECT_EQ(HALF_TAG_LEN, info.digest_size);
	memset(tag, 0xa5, sizeof(tag));
	test_err_digest(EMSGSIZE, fd, tag, len - 1);
	EXPECT_EQ(0xa5, tag[0]);
	EXPECT_EQ(len, _test_digest(fd, tag, sizeof(tag)));
	EXPECT_MEMEQ(half_tag, tag, len);
	EXPECT_EQ(0xa5, tag[len]);
	test_err_verify(EBADMSG, fd, half_tag, len - 1);
	test_reset(fd);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_err_verify(EBADMSG, fd, half_tag, len + 1);
	test_reset(fd);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_verify(fd, half_tag, len);
}

TEST_F(args, tag_lengths_that_are_sealed)
{
	int fd, copy;
	__u32 len;

	for (len = HMACDEV_TAG_MIN; len <= HALF_TAG_LEN; len++) {
		fd = test_open();
		test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, len,
			      HMACDEV_RIGHT_ALL);
		test_update(fd, HALF_MSG, HALF_LEN);
		copy = test_copy(fd, HMACDEV_RIGHT_ALL);
		check_sealed(_metadata, fd, len);
		check_sealed(_metadata, copy, len);
		close(fd);
		close(copy);
	}
}

/* One message, one guess: a tag of a wrong size is a wrong tag */
TEST_F(args, tags_of_a_wrong_size)
{
	static const __u32 lens[] = { 0, 1, 10, 16, 31, 33, 64, 65, 4096, ~0U };
	__u8 *tag = test_alloc_edge(4096);
	size_t i;
	int copy;

	ASSERT_NE(NULL, tag);
	memcpy(tag, half_tag, HALF_TAG_LEN);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		copy = test_copy(self->fd, HMACDEV_RIGHT_ALL);
		test_err_verify(EBADMSG, copy, tag, lens[i]);
		test_state(FINALIZED, copy);
		close(copy);
	}
	test_err_verify(EBADMSG, self->fd, NULL, 0);
	test_state(FINALIZED, self->fd);
}

TEST_F(args, every_mask_of_rights)
{
	struct hmacdev_info info;
	__u32 rights;
	int fd;

	for (rights = 0; rights <= HMACDEV_RIGHT_ALL; rights++) {
		fd = test_open();
		test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0, rights);
		test_info(fd, &info);
		EXPECT_EQ(rights, info.rights);
		close(fd);
	}
}

TEST_F(args, sources)
{
	static const struct hmacdev_new wrong[] = {
		{ .source = 3, },
		{ .source = ~0U, },
		{ .source = HMACDEV_KEY_BYTES, .serial = 1, },
		{ .source = HMACDEV_KEY_BYTES, .serial = -1, },
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
		cmd.rights = HMACDEV_RIGHT_ALL;
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

/* What other system calls say to a file that is none */
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
