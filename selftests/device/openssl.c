// SPDX-License-Identifier: GPL-2.0
/*
 * Compares tags with OpenSSL's, for the same key and message: every algorithm
 * that both have, by every way to append a message. HMACDEV_SEED=number replays
 * a run.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include "hmacdev_algs.h"
#include "hmacdev_append.h"
#include "hmacdev_utils.h"

#define SMALL		300		/* up to here, every length */
#define LARGE		((1 << 20) + 1)	/* the longest message */
#define ROUNDS		40		/* of each random test */
#define SPLIT_MAX	20000		/* longest one split at random */

FIXTURE(openssl)
{
	EVP_MD *md;
	__u64 seed;
	__u32 tag_len;
	__u8 *key;
	__u8 *msg;
	int file;		/* where the message is, too */
	const char *alg;
};

FIXTURE_VARIANT(openssl)
{
	const struct test_alg *alg;
};

#define OPENSSL(_id, ...) \
	FIXTURE_VARIANT_ADD(openssl, _id) { .alg = &test_algs[ALG_##_id] };
EACH_OPENSSL_ALG(OPENSSL)

static __u64 choose_seed(void)
{
	const char *env = getenv("HMACDEV_SEED");
	__u64 seed;

	if (env)
		return strtoull(env, NULL, 0);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	return seed;
}

FIXTURE_SETUP(openssl)
{
	struct hmacdev_alg alg;

	if (!_test_has_alg(variant->alg->name, &alg))
		SKIP(return, "this kernel has no %s", variant->alg->name);
	self->md = EVP_MD_fetch(NULL, variant->alg->md, NULL);
	ASSERT_NE(NULL, self->md);
	self->tag_len = alg.digest_size;
	ASSERT_EQ(EVP_MD_get_size(self->md), self->tag_len);
	ASSERT_EQ(EVP_MD_get_block_size(self->md), alg.block_size);
	self->key = malloc(HMACDEV_KEY_MAX);
	ASSERT_NE(NULL, self->key);
	test_fill(self->key, HMACDEV_KEY_MAX);
	self->msg = malloc(LARGE);
	ASSERT_NE(NULL, self->msg);
	test_fill(self->msg, LARGE);
	self->file = memfd_create("openssl", MFD_CLOEXEC);
	test_write(self->file, self->msg, LARGE);
	self->alg = variant->alg->name;
	self->seed = choose_seed();
}

FIXTURE_TEARDOWN(openssl)
{
	EVP_MD_free(self->md);
	close(self->file);
	free(self->key);
	free(self->msg);
}

/* A new context with a key of @key_len bytes */
#define openssl_new(key_len)						\
	({								\
		int _new = test_open();					\
									\
		test_new(_new, variant->alg->name, self->key, key_len);	\
		_new;							\
	})

/* OpenSSL's tag of the first @len bytes, with the first @key_len as key */
static void check_tag(struct __test_metadata *_metadata,
		      FIXTURE_DATA(openssl) *self, size_t key_len, size_t len,
		      const __u8 *seen)
{
	__u8 tag[EVP_MAX_MD_SIZE];

	ASSERT_NE(NULL, HMAC(self->md, self->key, key_len, self->msg, len, tag,
			     NULL));
	ASSERT_MEMEQ(tag, seen, self->tag_len)
		TH_LOG("key of %zu, message of %zu bytes", key_len, len);
}

/*
 * The paths: each has a context and makes the tag of the first @len bytes, with
 * the first @key_len as key if the context's is of no use to it. They return
 * the tag's length, or -errno.
 */
struct path {
	const char *name;
	int (*sign)(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		    size_t len, __u8 *tag);
};

static int by_update(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		     size_t len, __u8 *tag)
{
	return _test_update(fd, self->msg, len) ?:
		_test_finalize(fd, tag, self->tag_len);
}

static int by_copy(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		   size_t len, __u8 *tag)
{
	size_t half = len / 2;
	int ret = _test_update(fd, self->msg, half), copy;

	copy = ret ?: _test_copy(fd, HMACDEV_RIGHTS_SIGNER);
	if (copy < 0)
		return copy;
	ret = _test_update(fd, "not in the copy", 15) ?:
		_test_update(copy, self->msg + half, len - half) ?:
		_test_finalize(copy, tag, self->tag_len);
	close(copy);
	return ret;
}

static int by_mac(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		  size_t len, __u8 *tag)
{
	return _test_mac_sign(fd, self->msg, len, tag, self->tag_len);
}

/* Sign the message; the next entry verifies the tag. */
static int by_batch(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		    size_t len, __u8 *tag)
{
	struct hmacdev_op ops[2];
	int ret;

	ops[0] = (struct hmacdev_op) {
		.msg = test_addr(self->msg),
		.len = len,
		.tag = test_addr(tag),
		.tag_len = self->tag_len,
		.op = HMACDEV_OP_SIGN,
	};
	ops[1] = ops[0];
	ops[1].op = HMACDEV_OP_VERIFY;
	ret = _test_batch(fd, ops, 2);
	if (ret != 2)
		return ret;
	return ops[0].status ?: ops[1].status ?: (int)ops[0].tag_len;
}

static int by_oneshot(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		      size_t len, __u8 *tag)
{
	return _test_oneshot(fd, self->alg, self->key, key_len, self->msg, len,
			     tag, self->tag_len);
}

/* After a call that was to append all of the message */
static int finish(FIXTURE_DATA(openssl) *self, int fd, ssize_t taken,
		  size_t len, __u8 *tag)
{
	if (taken != len)
		return taken < 0 ? taken : -EIO;
	return _test_finalize(fd, tag, self->tag_len);
}

static int by_write(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		    size_t len, __u8 *tag)
{
	return finish(self, fd, _test_write(fd, self->msg, len), len, tag);
}

static int by_writev(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		     size_t len, __u8 *tag)
{
	return finish(self, fd, _test_write_pieces(fd, self->msg, len), len,
		      tag);
}

static int by_splice(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		     size_t len, __u8 *tag)
{
	return finish(self, fd, _test_write_splice(fd, self->msg, len), len,
		      tag);
}

static int by_vmsplice(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		       size_t len, __u8 *tag)
{
	return finish(self, fd, _test_vmsplice(fd, self->msg, len), len, tag);
}

static int by_sendfile(FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
		       size_t len, __u8 *tag)
{
	off_t at = 0;

	return finish(self, fd, _test_sendfile(fd, self->file, &at, len), len,
		      tag);
}

#define PATH(_name) { #_name, by_##_name }

static const struct path paths[] = {
	PATH(update), PATH(copy), PATH(mac), PATH(batch), PATH(oneshot),
	PATH(write), PATH(writev), PATH(splice), PATH(vmsplice), PATH(sendfile),
};

static void check_path(struct __test_metadata *_metadata,
		       FIXTURE_DATA(openssl) *self, const struct path *path,
		       int fd, size_t key_len, size_t len, const __u8 *want)
{
	__u8 seen[HMACDEV_TAG_MAX] = { };

	test_reset(fd);
	ASSERT_EQ(self->tag_len, path->sign(self, fd, key_len, len, seen))
		TH_LOG("by %s, %zu bytes", path->name, len);
	ASSERT_MEMEQ(want, seen, self->tag_len)
		TH_LOG("by %s, key of %zu, message of %zu bytes", path->name,
		       key_len, len);
}

static void check_message(struct __test_metadata *_metadata,
			  FIXTURE_DATA(openssl) *self, int fd, size_t key_len,
			  size_t len)
{
	__u8 want[EVP_MAX_MD_SIZE];
	size_t i;

	ASSERT_NE(NULL, HMAC(self->md, self->key, key_len, self->msg, len, want,
			     NULL));
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		check_path(_metadata, self, &paths[i], fd, key_len, len, want);
}

TEST_F(openssl, every_small_length)
{
	int fd = openssl_new(self->tag_len);
	size_t len;

	for (len = 0; len <= SMALL; len++)
		check_message(_metadata, self, fd, self->tag_len, len);
	close(fd);
}

/* Blocks and pages and whatever chunk the module copies in */
TEST_F(openssl, every_edge)
{
	static const size_t edges[] = {
		512, 1024, 4096, 8192, 16384, 32768, 65536, 131072, 1 << 20,
	};
	int fd = openssl_new(self->tag_len);
	size_t i;
	int off;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		/* Each piece is the same to every hash; this one is fast. */
		if (edges[i] > 131072 && strcmp(variant->alg->name, "sha256"))
			continue;
		for (off = -1; off <= 1; off++)
			check_message(_metadata, self, fd, self->tag_len,
				      edges[i] + off);
	}
	close(fd);
}

/* In two updates, each as long as an edge or near it */
TEST_F(openssl, edge_after_edge)
{
	size_t block = EVP_MD_get_block_size(self->md);
	size_t edges[] = { 0, 1, block - 1, block, block + 1, 2 * block,
			   4095, 4096, 4097, 8191, 8192, 8193 };
	__u8 seen[HMACDEV_TAG_MAX];
	int fd = openssl_new(self->tag_len);
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		for (j = 0; j < ARRAY_SIZE(edges); j++) {
			test_reset(fd);
			test_update(fd, self->msg, edges[i]);
			test_update(fd, self->msg + edges[i], edges[j]);
			test_digest(fd, seen, self->tag_len);
			check_tag(_metadata, self, self->tag_len,
				  edges[i] + edges[j], seen);
		}
	}
	close(fd);
}

static void check_key(struct __test_metadata *_metadata,
		      FIXTURE_DATA(openssl) *self,
		      const FIXTURE_VARIANT(openssl) *variant, size_t key_len)
{
	static const struct path own = PATH(mac), along = PATH(oneshot);
	int fd = openssl_new(key_len);
	__u8 want[EVP_MAX_MD_SIZE];

	ASSERT_NE(NULL, HMAC(self->md, self->key, key_len, self->msg, 100, want,
			     NULL));
	check_path(_metadata, self, &own, fd, key_len, 100, want);
	check_path(_metadata, self, &along, fd, key_len, 100, want);
	close(fd);
}

TEST_F(openssl, every_small_key)
{
	size_t len;

	for (len = 0; len <= SMALL; len++)
		check_key(_metadata, self, variant, len);
}

TEST_F(openssl, large_keys)
{
	static const size_t edges[] = { 512, 1024, 4096, 8192, 16384, 32768 };
	size_t i;
	int off;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (off = -1; off <= 1; off++)
			check_key(_metadata, self, variant, edges[i] + off);
	check_key(_metadata, self, variant, HMACDEV_KEY_MAX - 1);
	check_key(_metadata, self, variant, HMACDEV_KEY_MAX);
}

/* Short pieces and long ones alike */
static size_t random_len(__u64 *seed, size_t max)
{
	return test_random(seed) % ((max >> test_random(seed) % 12) + 1);
}

TEST_F(openssl, random_splits)
{
	__u8 seen[HMACDEV_TAG_MAX];
	__u64 seed = self->seed;
	size_t key_len, len, at, n;
	int i, fd;

	TH_LOG("HMACDEV_SEED=%#llx", seed);
	for (i = 0; i < ROUNDS; i++) {
		key_len = random_len(&seed, SMALL);
		len = random_len(&seed, SPLIT_MAX);
		fd = openssl_new(key_len);
		for (at = 0; at < len; at += n) {
			n = random_len(&seed, len - at);
			test_update(fd, self->msg + at, n);
		}
		test_finalize(fd, seen, self->tag_len);
		check_tag(_metadata, self, key_len, len, seen);
		close(fd);
	}
}

/*
 * A few contexts with one key, each somewhere in the same message: one of them
 * goes on, or is replaced by a copy of another.
 */
TEST_F(openssl, random_copies)
{
	struct {
		int fd;
		size_t len;
	} ctx[4], *to, *from;
	__u8 seen[HMACDEV_TAG_MAX];
	__u64 seed = self->seed;
	size_t key_len = random_len(&seed, SMALL), n;
	int i;

	TH_LOG("HMACDEV_SEED=%#llx", self->seed);
	for (i = 0; i < ARRAY_SIZE(ctx); i++) {
		ctx[i].fd = openssl_new(key_len);
		ctx[i].len = 0;
	}
	for (i = 0; i < 4 * ROUNDS; i++) {
		to = &ctx[test_random(&seed) % ARRAY_SIZE(ctx)];
		from = &ctx[test_random(&seed) % ARRAY_SIZE(ctx)];
		if (to != from) {
			close(to->fd);
			to->fd = test_copy(from->fd, HMACDEV_RIGHTS_SIGNER);
			to->len = from->len;
		}
		n = random_len(&seed, SPLIT_MAX - to->len);
		test_update(to->fd, self->msg + to->len, n);
		to->len += n;
		test_digest(to->fd, seen, self->tag_len);
		check_tag(_metadata, self, key_len, to->len, seen);
	}
	for (i = 0; i < ARRAY_SIZE(ctx); i++) {
		test_finalize(ctx[i].fd, seen, self->tag_len);
		check_tag(_metadata, self, key_len, ctx[i].len, seen);
		close(ctx[i].fd);
	}
}

/* OpenSSL does not have the algorithms that the comparisons skip. */
TEST(not_in_openssl)
{
	EVP_MD *md;
	size_t i;

	for (i = 0; i < NR_ALGS; i++) {
		if (test_algs[i].md)
			continue;
		md = EVP_MD_fetch(NULL, test_algs[i].name, NULL);
		EXPECT_EQ(NULL, md)
			TH_LOG("%s", test_algs[i].name);
		EVP_MD_free(md);
	}
}

TEST_HARNESS_MAIN
