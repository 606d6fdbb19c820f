// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for the sealed tag length, 80 bits to the full digest: it applies to
 * every tag that a context makes or checks, and to its copies.
 */
#include "hmacdev_utils.h"

#define ALL	HMACDEV_RIGHTS_SIGNER
#define ROOM	(HMACDEV_TAG_MAX + 8)

FIXTURE(sealed)
{
	__u32 full;			/* the digest's size */
	__u8 half[HMACDEV_TAG_MAX];	/* the whole tag of half of HALF_MSG */
	int fd;				/* the context with the length */
};

FIXTURE_VARIANT(sealed)
{
	const char *alg;
	int (*make)(const char *alg, __u32 tag_len);
};

/* With the key HALF_KEY, each way; the descriptor or -errno */
static int make_with(const char *alg, __u32 tag_len, __u32 rights)
{
	int fd = _test_open(O_RDWR | O_CLOEXEC);

	return _test_new_opts(fd, alg, HALF_KEY, HALF_KEY_LEN, tag_len,
			      rights) ?: fd;
}

static int make_new(const char *alg, __u32 tag_len)
{
	return make_with(alg, tag_len, ALL);
}

static int make_copy(const char *alg, __u32 tag_len)
{
	int fd = make_new(alg, tag_len), copy = _test_copy(fd, ALL);

	close(fd);
	return copy;
}

static int make_copy_of_copy(const char *alg, __u32 tag_len)
{
	int fd = make_copy(alg, tag_len), copy;

	_test_update(fd, HALF_MSG, HALF_WHOLE);
	copy = _test_copy(fd, ALL);
	close(fd);
	return _test_reset(copy) ?: copy;
}

/* Keyed with a tag: one that a context with the digest's length knows, too */
static int make_child(const char *alg, __u32 tag_len)
{
	int fd = make_with(alg, HMACDEV_TAG_MIN, HMACDEV_RIGHT_DERIVE);
	int child = _test_derive(fd, alg, "child", 5, tag_len, ALL);

	close(fd);
	return child;
}

#define SEALED(_name, _alg, _make) \
	FIXTURE_VARIANT_ADD(sealed, _name) { .alg = _alg, .make = _make }

SEALED(md5, "md5", make_new);
SEALED(sha1, "sha1", make_new);
SEALED(sha224, "sha224", make_new);
SEALED(sha256, "sha256", make_new);
SEALED(sha512, "sha512", make_new);
SEALED(sha3_384, "sha3-384", make_new);
SEALED(copy, "sha256", make_copy);
SEALED(copy_of_copy, "sha384", make_copy_of_copy);
SEALED(child, "sha256", make_child);
SEALED(child_of_sha512, "sha512", make_child);

FIXTURE_SETUP(sealed)
{
	struct hmacdev_alg alg;
	int fd;

	self->fd = -1;
	if (!_test_has_alg(variant->alg, &alg))
		SKIP(return, "this kernel has no %s", variant->alg);
	self->full = alg.digest_size;
	fd = variant->make(variant->alg, 0);
	ASSERT_LE(0, fd);
	test_mac_sign(fd, HALF_MSG, HALF_LEN, self->half, self->full);
	close(fd);
}

FIXTURE_TEARDOWN(sealed)
{
	close(self->fd);
}

#define for_each_length(len)						\
	for ((len) = HMACDEV_TAG_MIN; (len) <= self->full; (len)++)

/* A context with the length @len, which took the first half */
#define start(len)							\
	do {								\
		close(self->fd);					\
		self->fd = variant->make(variant->alg, len);		\
		ASSERT_LE(0, self->fd);					\
		test_update(self->fd, HALF_MSG, HALF_LEN);		\
	} while (0)

#define again()								\
	do {								\
		test_reset(self->fd);					\
		test_update(self->fd, HALF_MSG, HALF_LEN);		\
	} while (0)

/* A call that makes a tag: 0 or -errno, and the tag's length in @len */
typedef int (*make_tag)(int fd, __u8 *tag, __u32 *len);

static int by_digest(int fd, __u8 *tag, __u32 *len)
{
	return _test_tag(fd, HMACDEV_IOC_DIGEST, tag, len);
}

static int by_finalize(int fd, __u8 *tag, __u32 *len)
{
	return _test_tag(fd, HMACDEV_IOC_FINALIZE, tag, len);
}

static int by_mac(int fd, __u8 *tag, __u32 *len)
{
	return _test_mac(fd, HMACDEV_OP_SIGN, HALF_MSG, HALF_LEN, tag, len);
}

static int by_batch(int fd, __u8 *tag, __u32 *len)
{
	struct hmacdev_op op = {
		.op = HMACDEV_OP_SIGN,
		.msg = test_addr(HALF_MSG),
		.len = HALF_LEN,
		.tag = test_addr(tag),
		.tag_len = *len,
	};
	int ret = _test_batch(fd, &op, 1);

	*len = op.tag_len;
	return ret < 0 ? ret : op.status;
}

static const make_tag makers[] = { by_digest, by_mac, by_batch, by_finalize };

/* A buffer that is too small: the call returns the length and no tag */
static void check_no_room(struct __test_metadata *_metadata,
			  FIXTURE_DATA(sealed) *self, make_tag make, __u32 len)
{
	__u8 tag[ROOM];
	__u32 room, told;

	memset(tag, TEST_UNTOUCHED, sizeof(tag));
	for (room = 0; room < len; room++) {
		told = room;
		EXPECT_EQ(-EMSGSIZE, make(self->fd, tag, &told));
		EXPECT_EQ(len, told);
	}
	told = 0;
	EXPECT_EQ(-EMSGSIZE, make(self->fd, NULL, &told));
	EXPECT_EQ(len, told);
	EXPECT_TRUE(test_untouched(tag, sizeof(tag)));
}

/* The call writes the first @len bytes of the tag, and nothing behind them */
static void check_made(struct __test_metadata *_metadata,
		       FIXTURE_DATA(sealed) *self, make_tag make, __u32 len,
		       __u32 room)
{
	__u8 tag[ROOM];

	memset(tag, TEST_UNTOUCHED, sizeof(tag));
	EXPECT_EQ(0, make(self->fd, tag, &room));
	EXPECT_EQ(len, room);
	EXPECT_MEMEQ(self->half, tag, len);
	EXPECT_TRUE(test_untouched(tag + len, sizeof(tag) - len));
}

TEST_F(sealed, every_tag_made)
{
	struct hmacdev_info info;
	__u32 len;
	size_t i;

	for_each_length(len) {
		start(len);
		test_info(self->fd, &info);
		EXPECT_EQ(len, info.tag_len);
		EXPECT_EQ(self->full, info.digest_size);
		for (i = 0; i < ARRAY_SIZE(makers); i++) {
			check_no_room(_metadata, self, makers[i], len);
			check_made(_metadata, self, makers[i], len, ROOM);
		}
		again();
		for (i = 0; i < ARRAY_SIZE(makers); i++)
			check_made(_metadata, self, makers[i], len, len);
	}
}

/* A call that checks a tag: 0 or -errno */
static int on_verify(int fd, const __u8 *tag, __u32 len)
{
	return _test_verify(fd, tag, len);
}

static int on_mac(int fd, const __u8 *tag, __u32 len)
{
	return _test_mac_verify(fd, HALF_MSG, HALF_LEN, tag, len);
}

static int on_batch(int fd, const __u8 *tag, __u32 len)
{
	struct hmacdev_op op = {
		.op = HMACDEV_OP_VERIFY,
		.msg = test_addr(HALF_MSG),
		.len = HALF_LEN,
		.tag = test_addr(tag),
		.tag_len = len,
	};
	int ret = _test_batch(fd, &op, 1);

	return ret < 0 ? ret : op.tag_len == len ? op.status : -EILSEQ;
}

static int (* const checkers[])(int fd, const __u8 *tag, __u32 len) = {
	on_mac, on_batch, on_verify,
};

/* Each call returns @want for the first @given bytes; VERIFY also finalizes. */
static void check_given(struct __test_metadata *_metadata,
			FIXTURE_DATA(sealed) *self, const __u8 *tag,
			__u32 given, int want)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checkers); i++)
		EXPECT_EQ(want, checkers[i](self->fd, tag, given));
	test_state(FINALIZED, self->fd);
	again();
}

/* A tag of a wrong length never matches, and none of its bytes is read. */
TEST_F(sealed, every_tag_checked)
{
	static const __u32 larger[] = { 4096, 1U << 31, ~0U };
	__u8 tag[ROOM] = { };
	__u32 len, given;
	size_t i;

	memcpy(tag, self->half, sizeof(self->half));
	for_each_length(len) {
		start(len);
		for (given = 0; given < ROOM; given++)
			check_given(_metadata, self, tag, given,
				    given == len ? 0 : -EBADMSG);
		check_given(_metadata, self, NULL, 0, -EBADMSG);
		for (i = 0; i < ARRAY_SIZE(larger); i++)
			check_given(_metadata, self, NULL, larger[i], -EBADMSG);
	}
}

/* Every byte of the tag is compared, and none behind it. */
TEST_F(sealed, every_byte_counts)
{
	__u8 tag[HMACDEV_TAG_MAX];
	__u32 len, at;
	size_t i;

	for_each_length(len) {
		start(len);
		memcpy(tag, self->half, sizeof(tag));
		for (at = 0; at < self->full; at++) {
			tag[at] ^= 0x10;
			for (i = 0; i < ARRAY_SIZE(checkers); i++) {
				EXPECT_EQ(at < len ? -EBADMSG : 0,
					  checkers[i](self->fd, tag, len));
			}
			again();
			tag[at] ^= 0x10;
		}
	}
}

TEST_HARNESS_MAIN
