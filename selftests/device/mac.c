// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for whole messages in one call: MAC, which uses the context's key, and
 * ONESHOT, which takes a key. Neither affects the running message.
 */
#include "hmacdev_held.h"
#include "hmacdev_utils.h"

#define POISON		0xa5
#define KERNEL_ADDR	0xffff888000000000
#define LONG		(1UL << 20)

FIXTURE(whole)
{
	int fd;			/* half of HALF_MSG */
	__u8 tag[HMACDEV_TAG_MAX];
	struct held held;
};

/* HMAC-SHA-256 with HALF_KEY */
FIXTURE_VARIANT(whole)
{
	int (*sign)(int fd, const void *msg, __u64 len, void *tag,
		    __u32 *tag_len);
};

static int sign_mac(int fd, const void *msg, __u64 len, void *tag,
		    __u32 *tag_len)
{
	return _test_mac(fd, HMACDEV_OP_SIGN, msg, len, tag, tag_len);
}

static int sign_oneshot(int fd, const void *msg, __u64 len, void *tag,
			__u32 *tag_len)
{
	struct hmacdev_oneshot cmd = {
		.alg = "sha256",
		.key = test_addr(HALF_KEY),
		.key_len = HALF_KEY_LEN,
		.msg = test_addr(msg),
		.len = len,
		.tag = test_addr(tag),
		.tag_len = *tag_len,
	};
	int ret = _test_ioctl(fd, HMACDEV_IOC_ONESHOT, &cmd);

	*tag_len = cmd.tag_len;
	return ret;
}

FIXTURE_VARIANT_ADD(whole, mac) {
	.sign = sign_mac,
};

FIXTURE_VARIANT_ADD(whole, oneshot) {
	.sign = sign_oneshot,
};

FIXTURE_SETUP(whole)
{
	self->fd = test_open_half();
	memset(self->tag, POISON, sizeof(self->tag));
}

FIXTURE_TEARDOWN(whole)
{
	close(self->fd);
}

/* The tag's length, or -errno */
static int sign(FIXTURE_DATA(whole) *self,
		const FIXTURE_VARIANT(whole) *variant, const void *msg,
		__u64 len, void *tag)
{
	__u32 size = HALF_TAG_LEN;

	return variant->sign(self->fd, msg, len, tag, &size) ?: (int)size;
}

#define test_sign(msg, len, tag)					\
	ASSERT_EQ(HALF_TAG_LEN, sign(self, variant, msg, len, tag))
#define test_err_sign(_errno, msg, len, tag)				\
	test_err(_errno, sign(self, variant, msg, len, tag))

static bool is_poison(const __u8 *tag, size_t len)
{
	while (len && tag[len - 1] == POISON)
		len--;
	return !len;
}

TEST_F(whole, known_tags)
{
	test_sign(HALF_MSG, HALF_WHOLE, self->tag);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
	test_sign(NULL, 0, self->tag);
	EXPECT_MEMEQ(empty_tag, self->tag, HALF_TAG_LEN);
	test_sign((void *)-1L, 0, self->tag);
	EXPECT_MEMEQ(empty_tag, self->tag, HALF_TAG_LEN);
	EXPECT_TRUE(is_poison(self->tag + HALF_TAG_LEN, HALF_TAG_LEN));
	test_half_intact(self->fd);
}

static const size_t lens[] = {
	1, 8, 255, 256, 257, 1023, 1024, 1025, 4096, 16383, 16384, 16385, 65537,
};

TEST_F(whole, message_is_not_there)
{
	char *edge;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		edge = test_alloc_edge(lens[i] - 1);
		ASSERT_NE(NULL, edge);
		test_err_sign(EFAULT, edge, lens[i], self->tag);
		test_err_sign(EFAULT, edge + lens[i] - 1, lens[i], self->tag);
		test_err_sign(EFAULT, NULL, lens[i], self->tag);
		test_err_sign(EFAULT, (void *)KERNEL_ADDR, lens[i], self->tag);
		test_err_sign(EFAULT, (void *)-1L, lens[i], self->tag);
	}
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_half_intact(self->fd);
}

/* The call reads all bytes of the message, and none behind it. */
TEST_F(whole, message_at_an_edge)
{
	__u8 want[HALF_TAG_LEN];
	size_t i;
	char *edge;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		edge = test_alloc_edge(lens[i]);
		ASSERT_NE(NULL, edge);
		test_fill(edge, lens[i]);
		test_sign(edge, lens[i], self->tag);
		test_reset(self->fd);
		test_update(self->fd, edge, lens[i]);
		test_finalize(self->fd, want, sizeof(want));
		EXPECT_MEMEQ(want, self->tag, sizeof(want));
	}
}

TEST_F(whole, length_is_told_with_a_tag_only)
{
	__u32 size = HMACDEV_TAG_MAX;

	EXPECT_EQ(-EFAULT, variant->sign(self->fd, NULL, 1, self->tag, &size));
	EXPECT_EQ(HMACDEV_TAG_MAX, size);
	EXPECT_EQ(-EFAULT, variant->sign(self->fd, HALF_MSG, HALF_LEN, NULL,
					 &size));
	EXPECT_EQ(HMACDEV_TAG_MAX, size);
	EXPECT_EQ(0, variant->sign(self->fd, HALF_MSG, HALF_LEN, self->tag,
				   &size));
	EXPECT_EQ(HALF_TAG_LEN, size);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
}

TEST_F(whole, no_room_for_the_tag)
{
	__u32 room, len;

	for (room = 0; room < HALF_TAG_LEN; room++) {
		len = room;
		EXPECT_EQ(-EMSGSIZE, variant->sign(self->fd, HALF_MSG, HALF_LEN,
						   self->tag, &len));
		EXPECT_EQ(HALF_TAG_LEN, len);
		EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	}
	len = 0;
	EXPECT_EQ(-EMSGSIZE, variant->sign(self->fd, NULL, 0, NULL, &len));
	test_sign(HALF_MSG, HALF_LEN, self->tag);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	test_half_intact(self->fd);
}

/* The tag may overwrite the message. */
TEST_F(whole, tag_over_its_message)
{
	__u8 msg[300], want[HALF_TAG_LEN];
	static const size_t lens[] = { HALF_TAG_LEN, 300 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		test_fill(msg, sizeof(msg));
		test_sign(msg, lens[i], want);
		test_sign(msg, lens[i], msg);
		EXPECT_MEMEQ(want, msg, HALF_TAG_LEN);
	}
}

/* The call does not change the context, in any state. */
TEST_F(whole, every_state)
{
	struct hmacdev_info before, after;

	test_finalize(self->fd, self->tag, HALF_TAG_LEN);
	test_info(self->fd, &before);
	test_sign(HALF_MSG, HALF_WHOLE, self->tag);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
	test_info(self->fd, &after);
	EXPECT_MEMEQ(&before, &after, sizeof(after));
	test_state(FINALIZED, self->fd);
	test_reset(self->fd);
	test_sign(HALF_MSG, HALF_WHOLE, self->tag);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
	EXPECT_EQ(0, _test_intact(self->fd, 0, empty_tag));
}

static int update_call(void *arg)
{
	FIXTURE_DATA(whole) *self = arg;

	return _test_update(self->fd, self->held.missing,
			    HALF_WHOLE - HALF_LEN);
}

TEST_F(whole, during_an_update)
{
	test_held_init(&self->held);
	test_hold(_metadata, &self->held, update_call, self);
	test_sign(HALF_MSG, HALF_LEN, self->tag);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	test_let_go(_metadata, &self->held, HALF_MSG + HALF_LEN,
		    HALF_WHOLE - HALF_LEN);
	EXPECT_EQ(0, self->held.ret);
	test_whole_intact(self->fd);
}

struct sign_call {
	FIXTURE_DATA(whole) *self;
	const FIXTURE_VARIANT(whole) *variant;
	const void *msg;
	size_t len;
};

static int make_sign_call(void *arg)
{
	struct sign_call *c = arg;

	return sign(c->self, c->variant, c->msg, c->len, c->self->tag);
}

TEST_F(whole, update_during_one)
{
	struct sign_call c = { self, variant, .len = HALF_WHOLE };

	test_held_init(&self->held);
	c.msg = self->held.missing;
	test_hold(_metadata, &self->held, make_sign_call, &c);
	test_update(self->fd, HALF_MSG + HALF_LEN, HALF_WHOLE - HALF_LEN);
	test_whole_intact(self->fd);
	test_verify(self->fd, whole_tag, HALF_TAG_LEN);
	test_let_go(_metadata, &self->held, HALF_MSG, HALF_WHOLE);
	EXPECT_EQ(HALF_TAG_LEN, self->held.ret);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
}

TEST_F(whole, last_close_during_one)
{
	struct sign_call c = { self, variant, .len = HALF_WHOLE };

	test_held_init(&self->held);
	c.msg = self->held.missing;
	test_hold(_metadata, &self->held, make_sign_call, &c);
	EXPECT_EQ(0, close(self->fd));
	test_let_go(_metadata, &self->held, HALF_MSG, HALF_WHOLE);
	EXPECT_EQ(HALF_TAG_LEN, self->held.ret);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
}

/* One call has read half of its message when another call signs another. */
TEST_F(whole, another_during_one)
{
	static const size_t lens[] = { 20, 300 };
	__u8 msg[2][300], want[2][HALF_TAG_LEN], tag[HALF_TAG_LEN];
	struct sign_call c = { self, variant };
	size_t i, half;

	test_fill(msg[0], sizeof(msg[0]));
	memset(msg[1], 'x', sizeof(msg[1]));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		test_sign(msg[0], lens[i], want[0]);
		test_sign(msg[1], lens[i], want[1]);
		test_held_init(&self->held);
		half = lens[i] / 2;
		c.len = lens[i];
		c.msg = memcpy(self->held.missing - half, msg[0], half);
		test_hold(_metadata, &self->held, make_sign_call, &c);
		test_sign(msg[1], lens[i], tag);
		EXPECT_MEMEQ(want[1], tag, HALF_TAG_LEN);
		test_let_go(_metadata, &self->held, msg[0] + half, half);
		EXPECT_EQ(HALF_TAG_LEN, self->held.ret);
		EXPECT_MEMEQ(want[0], self->tag, HALF_TAG_LEN);
		close(self->held.uffd);
	}
	test_half_intact(self->fd);
}

/* Every algorithm that there is, in OpenSSL or not: as UPDATE and FINALIZE */
TEST_F(whole, every_algorithm)
{
	__u8 mac[HMACDEV_TAG_MAX], oneshot[HMACDEV_TAG_MAX];
	__u8 *msg = malloc(LONG);
	struct hmacdev_alg alg;
	__u32 index, len;
	size_t i;
	int fd;

	ASSERT_NE(NULL, msg);
	test_fill(msg, LONG);
	for (index = 0; !_test_alg_index(self->fd, index, &alg); index++) {
		if (!_test_has_alg(alg.name, &alg))
			continue;
		fd = test_open();
		test_new(fd, alg.name, HALF_KEY, HALF_KEY_LEN);
		len = alg.digest_size;
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			test_reset(fd);
			test_update(fd, msg, lens[i]);
			test_finalize(fd, self->tag, len);
			test_mac_sign(fd, msg, lens[i], mac, len);
			EXPECT_MEMEQ(self->tag, mac, len)
				TH_LOG("%s of %zu", alg.name, lens[i]);
			test_oneshot(fd, alg.name, HALF_KEY, HALF_KEY_LEN, msg,
				     lens[i], oneshot, len);
			EXPECT_MEMEQ(self->tag, oneshot, len)
				TH_LOG("%s of %zu", alg.name, lens[i]);
			test_mac_verify(fd, msg, lens[i], self->tag, len);
		}
		close(fd);
	}
	EXPECT_LT(4, index);
	free(msg);
}

/* MAC alone */

FIXTURE(mac)
{
	int fd;
	__u8 tag[HMACDEV_TAG_MAX];
};

FIXTURE_SETUP(mac)
{
	self->fd = test_open_half();
	memset(self->tag, POISON, sizeof(self->tag));
}

FIXTURE_TEARDOWN(mac)
{
	close(self->fd);
}

TEST_F(mac, verify_every_bit)
{
	__u8 tag[HALF_TAG_LEN];
	int bit;

	for (bit = 0; bit < 8 * HALF_TAG_LEN; bit++) {
		memcpy(tag, whole_tag, sizeof(tag));
		tag[bit / 8] ^= 1 << bit % 8;
		test_err_mac_verify(EBADMSG, self->fd, HALF_MSG, HALF_WHOLE,
				    tag, sizeof(tag));
	}
	test_mac_verify(self->fd, HALF_MSG, HALF_WHOLE, whole_tag,
			HALF_TAG_LEN);
	test_half_intact(self->fd);
}

TEST_F(mac, operations_that_are_none)
{
	static const __u32 ops[] = {
		0, 3, HMACDEV_RIGHT_COPY, HMACDEV_RIGHT_DERIVE, 16, 1U << 31,
		~0U,
	};
	__u32 len = HALF_TAG_LEN;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		test_err(EINVAL, _test_mac(self->fd, ops[i], HALF_MSG, HALF_LEN,
					   self->tag, &len));
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_half_intact(self->fd);
}

TEST_F(mac, unkeyed)
{
	int fd = test_open();

	test_err_mac_sign(ENOKEY, fd, HALF_MSG, HALF_LEN, self->tag, 32);
	test_err_mac_sign(ENOKEY, fd, NULL, 1, NULL, 0);
	test_err_mac_verify(ENOKEY, fd, HALF_MSG, HALF_LEN, half_tag, 32);
	test_state(UNKEYED, fd);
	close(fd);
}

/* Without the right, the call fails with EPERM and reveals no tag. */
TEST_F(mac, rights_come_before_buffers)
{
	int signs = test_copy(self->fd, HMACDEV_RIGHT_SIGN);
	int verifies = test_copy(self->fd, HMACDEV_RIGHT_VERIFY);

	test_err_mac_sign(EPERM, verifies, HALF_MSG, HALF_LEN, self->tag, 32);
	test_err_mac_sign(EPERM, verifies, NULL, 1, NULL, 0);
	test_mac_verify(verifies, HALF_MSG, HALF_LEN, half_tag, 32);
	test_err_mac_verify(EPERM, signs, HALF_MSG, HALF_LEN, half_tag, 32);
	test_err_mac_verify(EPERM, signs, HALF_MSG, HALF_LEN, whole_tag, 32);
	test_err_mac_verify(EPERM, signs, NULL, 1, NULL, 0);
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_mac_sign(signs, HALF_MSG, HALF_LEN, self->tag, 32);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	close(signs);
	close(verifies);
}

/* ONESHOT alone */

FIXTURE(oneshot)
{
	int fd;		/* no key */
	__u8 tag[HMACDEV_TAG_MAX];
};

FIXTURE_SETUP(oneshot)
{
	self->fd = test_open();
	memset(self->tag, POISON, sizeof(self->tag));
}

FIXTURE_TEARDOWN(oneshot)
{
	close(self->fd);
}

#define test_err_half(_errno, alg, key, key_len)			\
	test_err_oneshot(_errno, self->fd, alg, key, key_len, HALF_MSG,	\
			 HALF_LEN, self->tag, HALF_TAG_LEN)

TEST_F(oneshot, unkeyed_and_stays_so)
{
	test_oneshot(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, HALF_MSG,
		     HALF_LEN, self->tag, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	test_state(UNKEYED, self->fd);
	test_err_mac_sign(ENOKEY, self->fd, "", 0, self->tag, HALF_TAG_LEN);
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	EXPECT_EQ(0, _test_intact(self->fd, 0, empty_tag));
}

/* ONESHOT needs no right of the context and does not use its key. */
TEST_F(oneshot, key_and_rights_do_not_matter)
{
	__u8 other[HALF_TAG_LEN];

	test_new_opts(self->fd, "md5", "other", 5, 10, 0);
	test_oneshot(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, HALF_MSG,
		     HALF_LEN, self->tag, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	test_oneshot(self->fd, "sha256", "Jeff", 4, HALF_MSG, HALF_LEN, other,
		     HALF_TAG_LEN);
	EXPECT_NE(0, memcmp(half_tag, other, HALF_TAG_LEN));
	test_oneshot(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, HALF_MSG,
		     HALF_LEN, other, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, other, HALF_TAG_LEN);
}

TEST_F(oneshot, key_too_long)
{
	static const __u64 lens[] = {
		HMACDEV_KEY_MAX + 1, 1ULL << 31, (1ULL << 32) - 1, 1ULL << 32,
		(1ULL << 32) + HALF_KEY_LEN, 1ULL << 63, ~0ULL,
	};
	void *key = test_alloc_edge(HMACDEV_KEY_MAX);
	size_t i;

	ASSERT_NE(NULL, key);
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		test_err_half(EINVAL, "sha256", key, lens[i]);
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_oneshot(self->fd, "sha256", key, HMACDEV_KEY_MAX, "", 0, self->tag,
		     HALF_TAG_LEN);
}

TEST_F(oneshot, key_is_not_there)
{
	static const size_t lens[] = {
		1, 8, 128, 256, 257, 1024, 1025, 4096, HMACDEV_KEY_MAX,
	};
	char *edge;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		edge = test_alloc_edge(lens[i] - 1);
		ASSERT_NE(NULL, edge);
		test_err_half(EFAULT, "sha256", edge, lens[i]);
		test_err_half(EFAULT, "sha256", NULL, lens[i]);
		test_err_half(EFAULT, "sha256", (void *)KERNEL_ADDR, lens[i]);
	}
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_state(UNKEYED, self->fd);
}

TEST_F(oneshot, empty_key)
{
	__u8 tag[HALF_TAG_LEN];

	test_oneshot(self->fd, "sha256", NULL, 0, "", 0, self->tag, 32);
	test_oneshot(self->fd, "sha256", (void *)-1L, 0, "", 0, tag, 32);
	EXPECT_MEMEQ(tag, self->tag, 32);
	test_new(self->fd, "sha256", NULL, 0);
	test_verify(self->fd, tag, 32);
}

TEST_F(oneshot, algorithms_that_are_none)
{
	static const struct {
		const char *name;
		int err;
	} wrong[] = {
		{ "", ENOENT },
		{ "sha257", ENOENT },
		{ "sha256-generic", ENOENT },
		{ "hmac(hmac(sha256))", ENOENT },
		{ "cmac(aes)", ENOENT },
		{ "hmac(sha256", ENOENT },
		{ "sha256sha256sha256sha256sha256sha256sha256sha256sha256sha256"
		  "sha25", EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		test_err_half(wrong[i].err, wrong[i].name, HALF_KEY,
			      HALF_KEY_LEN);
	EXPECT_TRUE(is_poison(self->tag, sizeof(self->tag)));
	test_oneshot(self->fd, "HMAC-SHA_256", HALF_KEY, HALF_KEY_LEN, HALF_MSG,
		     HALF_LEN, self->tag, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
}

TEST_HARNESS_MAIN
