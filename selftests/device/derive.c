// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for DERIVE, which makes a key from the tag of a message. They compare
 * each step with OpenSSL, and whole chains of keys with published ones.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/resource.h>

#include "hmacdev_algs.h"
#include "hmacdev_utils.h"

#define ALL	HMACDEV_RIGHTS_SIGNER
#define TEXT	"a message under the derived key"
#define LARGE	100001

#define SHA256	(&test_algs[ALG_sha256])

/* The tag as OpenSSL makes it; returns its size, 0 if OpenSSL cannot */
static unsigned int openssl_tag(const struct test_alg *alg, const void *key,
				size_t key_len, const void *msg, size_t len,
				__u8 *tag)
{
	EVP_MD *md = EVP_MD_fetch(NULL, alg->md, NULL);
	unsigned int tag_len = 0;

	if (md && !HMAC(md, key, key_len, msg, len, tag, &tag_len))
		tag_len = 0;
	EVP_MD_free(md);
	return tag_len;
}

FIXTURE(derive)
{
	int fd;
	unsigned int key_len;		/* of what is derived ... */
	__u8 key[HMACDEV_TAG_MAX];	/* ... from HALF_MSG, by OpenSSL */
};

FIXTURE_VARIANT(derive)
{
	const struct test_alg *alg;
};

#define DERIVE(_id, ...) \
	FIXTURE_VARIANT_ADD(derive, _id) { .alg = &test_algs[ALG_##_id] };
EACH_OPENSSL_ALG(DERIVE)

FIXTURE_SETUP(derive)
{
	struct hmacdev_alg alg;

	self->fd = test_open();
	if (!_test_has_alg(variant->alg->name, &alg))
		SKIP(return, "this kernel has no %s", variant->alg->name);
	self->key_len = openssl_tag(variant->alg, HALF_KEY, HALF_KEY_LEN,
				    HALF_MSG, HALF_WHOLE, self->key);
	ASSERT_EQ(alg.digest_size, self->key_len);
	test_new_opts(self->fd, variant->alg->name, HALF_KEY, HALF_KEY_LEN, 0,
		      HMACDEV_RIGHTS_DERIVER);
}

FIXTURE_TEARDOWN(derive)
{
	close(self->fd);
}

/* @child's key is that of @key_len bytes, and its tags are of @tag_len */
static void check_child(struct __test_metadata *_metadata, int child,
			const struct test_alg *alg, const void *key,
			size_t key_len, __u32 tag_len)
{
	__u8 want[HMACDEV_TAG_MAX], seen[HMACDEV_TAG_MAX];
	struct hmacdev_info info;
	__u32 full = openssl_tag(alg, key, key_len, TEXT, sizeof(TEXT), want);

	test_info(child, &info);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_STREQ(alg->name, info.alg);
	EXPECT_EQ(full, info.digest_size);
	EXPECT_EQ(tag_len ?: full, info.tag_len);
	EXPECT_EQ(0, info.bytes);
	test_mac_sign(child, TEXT, sizeof(TEXT), seen, info.tag_len);
	EXPECT_MEMEQ(want, seen, info.tag_len)
		TH_LOG("%s, key of %zu bytes", alg->name, key_len);
	test_update(child, TEXT, sizeof(TEXT));
	test_verify(child, want, info.tag_len);
}

TEST_F(derive, every_child)
{
	struct hmacdev_alg alg;
	size_t i, seen = 0;
	int child;

	for (i = 0; i < NR_ALGS; i++) {
		if (!test_algs[i].md || !_test_has_alg(test_algs[i].name, &alg))
			continue;
		child = test_derive(self->fd, test_algs[i].name, HALF_MSG,
				    HALF_WHOLE, 0, ALL);
		check_child(_metadata, child, &test_algs[i], self->key,
			    self->key_len, 0);
		close(child);
		seen++;
	}
	EXPECT_LE(6, seen);
}

/* The key is the whole digest, also if the parent truncates its tags. */
TEST_F(derive, of_a_truncated_tag)
{
	__u32 len;
	int fd, child;

	for (len = HMACDEV_TAG_MIN; len <= self->key_len; len++) {
		fd = test_open();
		test_new_opts(fd, variant->alg->name, HALF_KEY, HALF_KEY_LEN,
			      len, HMACDEV_RIGHT_DERIVE);
		child = test_derive(fd, "sha256", HALF_MSG, HALF_WHOLE, 0, ALL);
		check_child(_metadata, child, SHA256, self->key, self->key_len,
			    0);
		close(child);
		close(fd);
	}
}

TEST_F(derive, with_a_truncated_tag)
{
	__u32 len;
	int child;

	for (len = HMACDEV_TAG_MIN; len <= self->key_len; len++) {
		child = test_derive(self->fd, variant->alg->name, HALF_MSG,
				    HALF_WHOLE, len, ALL);
		check_child(_metadata, child, variant->alg, self->key,
			    self->key_len, len);
		close(child);
	}
	for (; len < self->key_len + 3; len++)
		test_err_derive(EINVAL, self->fd, variant->alg->name, HALF_MSG,
				HALF_WHOLE, len, ALL);
	for (len = 1; len < HMACDEV_TAG_MIN; len++)
		test_err_derive(EINVAL, self->fd, variant->alg->name, HALF_MSG,
				HALF_WHOLE, len, ALL);
}

/* Where a message is short, a page, more than a piece that is copied */
TEST_F(derive, from_every_size)
{
	static const size_t lens[] = {
		0, 1, 63, 64, 255, 256, 257, 4095, 4096, 4097, 16384, 16385,
		LARGE,
	};
	__u8 key[HMACDEV_TAG_MAX], *msg = test_alloc_edge(LARGE);
	int child;
	size_t i;

	ASSERT_NE(NULL, msg);
	test_fill(msg, LARGE);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		openssl_tag(variant->alg, HALF_KEY, HALF_KEY_LEN,
			    msg + LARGE - lens[i], lens[i], key);
		child = test_derive(self->fd, "sha256", msg + LARGE - lens[i],
				    lens[i], 0, ALL);
		check_child(_metadata, child, SHA256, key, self->key_len, 0);
		close(child);
	}
}

/* A key of a key of a key ... */
TEST_F(derive, again_and_again)
{
	__u8 key[HMACDEV_TAG_MAX];
	int fd = dup(self->fd), child, i;

	memcpy(key, self->key, self->key_len);
	for (i = 0; i < 8; i++) {
		/* One to derive from, and one to check */
		child = test_derive(fd, variant->alg->name, HALF_MSG,
				    HALF_WHOLE, 0, ALL);
		check_child(_metadata, child, variant->alg, key, self->key_len,
			    0);
		close(child);
		child = test_derive(fd, variant->alg->name, HALF_MSG,
				    HALF_WHOLE, 0, HMACDEV_RIGHTS_DERIVER);
		close(fd);
		fd = child;
		openssl_tag(variant->alg, key, self->key_len, HALF_MSG,
			    HALF_WHOLE, key);
	}
	close(fd);
}

TEST_F(derive, copy_of_a_child)
{
	int child = test_derive(self->fd, "sha256", HALF_MSG, HALF_WHOLE, 16,
				ALL);
	int copy = test_copy(child, ALL);

	close(child);
	check_child(_metadata, copy, SHA256, self->key, self->key_len, 16);
	close(copy);
}

/* A DERIVE that fails makes no descriptor and changes nothing. */

FIXTURE(refused)
{
	int fd;
	int next;	/* the number that a descriptor would have */
};

static int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

FIXTURE_SETUP(refused)
{
	self->fd = test_open_deriver();
	self->next = next_fd();
}

FIXTURE_TEARDOWN(refused)
{
	test_half_intact(self->fd);
	EXPECT_EQ(self->next, next_fd());
	close(self->fd);
}

TEST_F(refused, names)
{
	static const char * const names[] = {
		"", "sha", "sha2561", "crc32", "cmac(aes)", "hmac(hmac(sha1))",
		"hmac(sha256", "sha256 ", "../sha256", "sha256-generic",
	};
	char name[HMACDEV_NAME_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		test_err_derive(ENOENT, self->fd, names[i], "", 0, 0, ALL);
	memset(name, 'a', sizeof(name));
	test_err_derive(EINVAL, self->fd, name, "", 0, 0, ALL);
}

TEST_F(refused, rights)
{
	static const __u32 both = HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_DERIVE;

	test_err_derive(EINVAL, self->fd, "sha256", "", 0, 0, both);
	test_err_derive(EINVAL, self->fd, "sha256", "", 0, 0,
			TEST_RIGHTS_KNOWN);
	test_err_derive(EINVAL, self->fd, "sha256", "", 0, 0,
			TEST_RIGHTS_KNOWN + 1);
	test_err_derive(EINVAL, self->fd, "sha256", "", 0, 0, 1U << 31);
	test_err_derive(EINVAL, self->fd, "sha256", "", 0, 0, ~0U);
}

TEST_F(refused, messages)
{
	static const __u64 lens[] = {
		HMACDEV_MSG_MAX + 1, 1ULL << 32, 1ULL << 63, ~0ULL,
	};
	__u8 *edge = test_alloc_edge(LARGE);
	size_t i;

	ASSERT_NE(NULL, edge);
	for (i = 0; i < ARRAY_SIZE(lens); i++)
		test_err_derive(EINVAL, self->fd, "sha256", edge, lens[i], 0,
				ALL);
	test_err_derive(EFAULT, self->fd, "sha256", NULL, 1, 0, ALL);
	test_err_derive(EFAULT, self->fd, "sha256", (void *)-4096L, 1, 0, ALL);
	test_err_derive(EFAULT, self->fd, "sha256", edge + LARGE, 1, 0, ALL);
	test_err_derive(EFAULT, self->fd, "sha256", edge + LARGE - 10, 11, 0,
			ALL);
	test_err_derive(EFAULT, self->fd, "sha256", edge, LARGE + 1, 0, ALL);
}

TEST_F(refused, no_descriptor_left)
{
	struct rlimit old, tight;

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	tight = old;
	tight.rlim_cur = self->next;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &tight));
	test_err_derive(EMFILE, self->fd, "sha256", "", 0, 0, ALL);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
}

TEST_F(refused, not_keyed)
{
	int fd = test_open();

	test_err_derive(ENOKEY, fd, "sha256", "", 0, 0, ALL);
	close(fd);
}

/* A child does not depend on the running message or its state. */
TEST_F(refused, nothing_of_the_message)
{
	int child = test_derive(self->fd, "sha256", "", 0, 0, ALL);
	int copy = test_copy(self->fd, ~0U), other;

	EXPECT_EQ(FD_CLOEXEC, fcntl(child, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(child, F_GETFL) & O_ACCMODE);
	check_child(_metadata, child, SHA256, empty_tag, HALF_TAG_LEN, 0);
	test_verify(copy, half_tag, HALF_TAG_LEN);
	other = test_derive(copy, "sha256", "", 0, 0, ALL);
	check_child(_metadata, other, SHA256, empty_tag, HALF_TAG_LEN, 0);
	test_state(FINALIZED, copy);
	close(child);
	close(copy);
	close(other);
}

/* A child of the empty message, NULL or not */
TEST(empty_message)
{
	int fd = test_open_deriver();
	int null = test_derive(fd, "sha256", NULL, 0, 0, ALL);
	int none = test_derive(fd, "sha256", (void *)-1L, 0, 0, ALL);

	check_child(_metadata, null, SHA256, empty_tag, HALF_TAG_LEN, 0);
	check_child(_metadata, none, SHA256, empty_tag, HALF_TAG_LEN, 0);
}

/* Published chains of keys */

static void check_hex(struct __test_metadata *_metadata, const char *want,
		      const __u8 *seen, size_t len)
{
	char hex[2 * 128 + 1];
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", seen[i]);
	EXPECT_STREQ(want, hex);
}

/* @n bytes, counting up from @first by @step */
struct counted {
	__u8 first;
	__u8 step;
	size_t n;
};

static size_t count_up(struct counted c, __u8 *to)
{
	size_t i;

	for (i = 0; i < c.n; i++)
		to[i] = c.first + c.step * i;
	return c.n;
}

/* RFC 5869, test cases 1 to 3 */
static const struct {
	struct counted salt;
	struct counted secret;
	struct counted info;
	size_t len;
	const char *okm;
} hkdf[] = {
	{ { 0x00, 1, 13 }, { 0x0b, 0, 22 }, { 0xf0, 1, 10 }, 42,
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	  "34007208d5b887185865" },
	{ { 0x60, 1, 80 }, { 0x00, 1, 80 }, { 0xb0, 1, 80 }, 82,
	  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
	  "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
	  "cc30c58179ec3e87c14c01d5c1f3434f1d87" },
	{ { 0, 0, 0 }, { 0x0b, 0, 22 }, { 0, 0, 0 }, 42,
	  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	  "9d201395faa4b61a96c8" },
};

/* The pseudorandom key stays in the kernel; what it is expanded to is asked */
TEST(hkdf_expand)
{
	__u8 salt[80], secret[80], block[32 + 80 + 1], okm[96];
	size_t i, j, len, at;
	int fd, prk;

	for (i = 0; i < ARRAY_SIZE(hkdf); i++) {
		fd = test_open();
		len = count_up(hkdf[i].salt, salt);
		test_new_opts(fd, "sha256", salt, len, 0, HMACDEV_RIGHT_DERIVE);
		len = count_up(hkdf[i].secret, secret);
		prk = test_derive(fd, "sha256", secret, len, 0,
				  HMACDEV_RIGHT_SIGN);
		len = count_up(hkdf[i].info, block + 32);
		block[32 + len] = 1;
		test_mac_sign(prk, block + 32, len + 1, okm, 32);
		for (j = 1, at = 32; at < hkdf[i].len; j++, at += 32) {
			memcpy(block, okm + at - 32, 32);
			block[32 + len] = j + 1;
			test_mac_sign(prk, block, 32 + len + 1, okm + at, 32);
		}
		check_hex(_metadata, hkdf[i].okm, okm, hkdf[i].len);
		close(prk);
		close(fd);
	}
}

/* AWS Signature Version 4, with the documentation's secret and request */
TEST(four_steps)
{
	static const char secret[] =
		"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
	static const char * const steps[] = {
		"20150830", "us-east-1", "iam", "aws4_request",
	};
	static const char request[] = "AWS4-HMAC-SHA256\n"
		"20150830T123600Z\n"
		"20150830/us-east-1/iam/aws4_request\n"
		"f536975d06c0309214f805bb90ccff08"
		"9219ecd68b2577efef23edd43b7e1a59";
	int fd = test_open(), child, i;
	__u8 tag[32];
	__u32 may = HMACDEV_RIGHT_DERIVE;

	test_new_opts(fd, "sha256", secret, strlen(secret), 0,
		      HMACDEV_RIGHT_DERIVE);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (i == ARRAY_SIZE(steps) - 1)
			may = HMACDEV_RIGHT_SIGN;
		child = test_derive(fd, "sha256", steps[i], strlen(steps[i]),
				    0, may);
		close(fd);
		fd = child;
	}
	test_mac_sign(fd, request, strlen(request), tag, sizeof(tag));
	check_hex(_metadata, "5d672d79c15b13162d9279b0855cfba6"
		  "789a8edb4c82c400e06b5924a6f2b5d7", tag, sizeof(tag));
	test_err_derive(EPERM, fd, "sha256", "", 0, 0, ALL);
}

TEST_HARNESS_MAIN
