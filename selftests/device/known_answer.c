// SPDX-License-Identifier: GPL-2.0
/*
 * Published tags: RFC 2202 (md5, sha1), RFC 2286 (rmd160), RFC 4231 (SHA-2),
 * NIST's examples for HMAC-SHA3, GM/T 0042-2015 (sm3), RFC 7836 (streebog).
 */
#include "hmacdev_algs.h"
#include "hmacdev_utils.h"

static char counting[256];

static void __attribute__((constructor)) fill_counting(void)
{
	size_t i;

	for (i = 0; i < sizeof(counting); i++)
		counting[i] = i;
}

/* @len bytes that repeat the @unit of @unit_len bytes */
struct octets {
	const char *unit;
	size_t unit_len;
	size_t len;
};

#define TEXT(s)		{ s, sizeof(s) - 1, sizeof(s) - 1 }
#define TWICE(s)	{ s, sizeof(s) - 1, 2 * (sizeof(s) - 1) }
#define TIMES(s, n)	{ s, 1, n }
#define COUNT(from, n)	{ counting + (from), n, n }

struct message {
	struct octets key;
	struct octets msg;
};

#define LONG_KEY	\
	TEXT("Test Using Larger Than Block-Size Key - Hash Key First")
#define LONG_BOTH	TEXT("Test Using Larger Than Block-Size Key and Larger " \
			     "Than One Block-Size Data")
#define LONG_BOTH_4231	TEXT("This is a test using a larger than block-size " \
			     "key and a larger than block-size data. The key " \
			     "needs to be hashed before being used by the " \
			     "HMAC algorithm.")

/* RFC 2202 and RFC 2286 have the same cases but for the length of three keys */
#define RFC2202(n) {							\
	{ TIMES("\x0b", n), TEXT("Hi There") },				\
	{ TEXT("Jefe"), TEXT("what do ya want for nothing?") },		\
	{ TIMES("\xaa", n), TIMES("\xdd", 50) },			\
	{ COUNT(1, 25), TIMES("\xcd", 50) },				\
	{ TIMES("\x0c", n), TEXT("Test With Truncation") },		\
	{ TIMES("\xaa", 80), LONG_KEY },				\
	{ TIMES("\xaa", 80), LONG_BOTH },				\
}

static const struct message rfc2202_16[] = RFC2202(16);
static const struct message rfc2202_20[] = RFC2202(20);

static const struct message rfc4231[] = {
	{ TIMES("\x0b", 20), TEXT("Hi There") },
	{ TEXT("Jefe"), TEXT("what do ya want for nothing?") },
	{ TIMES("\xaa", 20), TIMES("\xdd", 50) },
	{ COUNT(1, 25), TIMES("\xcd", 50) },
	{ TIMES("\x0c", 20), TEXT("Test With Truncation") },
	{ TIMES("\xaa", 131), LONG_KEY },
	{ TIMES("\xaa", 131), LONG_BOTH_4231 },
};

#define NIST(below, block, above) {					\
	{ COUNT(0, below), TEXT("Sample message for keylen<blocklen") }, \
	{ COUNT(0, block), TEXT("Sample message for keylen=blocklen") }, \
	{ COUNT(0, above), TEXT("Sample message for keylen>blocklen") }, \
}

static const struct message nist_224[] = NIST(28, 144, 172);
static const struct message nist_256[] = NIST(32, 136, 168);
static const struct message nist_384[] = NIST(48, 104, 152);
static const struct message nist_512[] = NIST(64, 72, 136);

static const struct message gmt0042[] = {
	{ COUNT(1, 32), TWICE("abcdbcdecdefdefgefghfghighijhijk"
			      "ijkljklmklmnlmnomnopnopq") },
	{ COUNT(1, 37), TIMES("\xcd", 50) },
	{ TIMES("\x0b", 32), TEXT("Hi There") },
	{ TEXT("Jefe"), TEXT("what do ya want for nothing?") },
};

static const struct message rfc7836[] = {
	{ COUNT(0, 32), TEXT("\x01\x26\xbd\xb8\x78\x00\xaf\x21"
			     "\x43\x41\x45\x65\x63\x78\x01\x00") },
};

/* A tag shorter than the digest is one of a context with that tag length */
struct published {
	const struct message *messages;
	const char *tags[8];	/* one for each message, and NULL */
};

static const struct published md5_published = {
	rfc2202_16, {
		"9294727a3638bb1c13f48ef8158bfc9d",
		"750c783e6ab0b503eaa86e310a5db738",
		"56be34521d144c88dbb8c733f0e8b3f6",
		"697eaf0aca3a3aea3a75164746ffaa79",
		"56461ef2342edc00f9bab995690efd4c",
		"6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
		"6f630fad67cda0ee1fb1f562db3aa53e",
	},
};

static const struct published sha1_published = {
	rfc2202_20, {
		"b617318655057264e28bc0b6fb378c8ef146be00",
		"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"125d7342b9ac11cd91a39af48aa17b4f63f175d3",
		"4c9007f4026250c6bc8414f9bf50c86c2d7235da",
		"4c1a03424b55e07fe7f27be1d58bb9324a9a5a04",
		"aa4ae5e15272d00e95705637ce8a3b55ed402112",
		"e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
	},
};

static const struct published rmd160_published = {
	rfc2202_20, {
		"24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668",
		"dda6c0213a485a9e24f4742064a7f033b43c4069",
		"b0b105360de759960ab4f35298e116e295d8e7c1",
		"d5ca862f4d21d5e610e18b4cf1beb97a4365ecf4",
		"7619693978f91d90539ae786500ff3d8e0518e39",
		"6466ca07ac5eac29e1bd523e5ada7605b791fd8b",
		"69ea60798d71616cce5fd0871e23754cd75d5a0a",
	},
};

static const struct published sha224_published = {
	rfc4231, {
		"896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
		"a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
		"7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
		"6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
		"0e2aea68a90c8d37c988bcdb9fca6fa8",
		"95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
		"3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
	},
};

static const struct published sha256_published = {
	rfc4231, {
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
		"a3b6167473100ee06e0c796c2955552b",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	},
};

static const struct published sha384_published = {
	rfc4231, {
		"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
		"88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
		"3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
		"3abf34c3503b2a23a46efc619baef897",
		"4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
		"6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
	},
};

static const struct published sha512_published = {
	rfc4231, {
		"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
		"fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
		"b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
		"415fad6271580a531d4179bc891d87a6",
		"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
		"e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
	},
};

static const struct published sha3_224_published = {
	nist_224, {
		"332cfd59347fdb8e576e77260be4aba2d6dc53117b3bfb52c6d18c04",
		"d8b733bcf66c644a12323d564e24dcf3fc75f231f3b67968359100c7",
		"078695eecc227c636ad31d063a15dd05a7e819a66ec6d8de1e193e59",
	},
};

static const struct published sha3_256_published = {
	nist_256, {
		"4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f67205",
		"68b94e2e538a9be4103bebb5aa016d47961d4d1aa906061313b557f8af2c3faa",
		"9bcf2c238e235c3ce88404e813bd2f3a97185ac6f238c63d6229a00b07974258",
	},
};

static const struct published sha3_384_published = {
	nist_384, {
		"d588a3c51f3f2d906e8298c1199aa8ff6296218127f6b38a90b6afe2c5617725bc99987f79b22a557b6520db710b7f42",
		"a27d24b592e8c8cbf6d4ce6fc5bf62d8fc98bf2d486640d9eb8099e24047837f5f3bffbe92dcce90b4ed5b1e7e44fa90",
		"e5ae4c739f455279368ebf36d4f5354c95aa184c899d3870e460ebc288ef1f9470053f73f7c6da2a71bcaec38ce7d6ac",
	},
};

static const struct published sha3_512_published = {
	nist_512, {
		"4efd629d6c71bf86162658f29943b1c308ce27cdfa6db0d9c3ce81763f9cbce5f7ebe9868031db1a8f8eb7b6b95e5c5e3f657a8996c86a2f6527e307f0213196",
		"544e257ea2a3e5ea19a590e6a24b724ce6327757723fe2751b75bf007d80f6b360744bf1b7a88ea585f9765b47911976d3191cf83c039f5ffab0d29cc9d9b6da",
		"5f464f5e5b7848e3885e49b2c385f0694985d0e38966242dc4a5fe3fea4b37d46b65ceced5dcf59438dd840bab22269f0ba7febdb9fcf74602a35666b2a32915",
	},
};

static const struct published sm3_published = {
	gmt0042, {
		"ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
		"220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae",
		"c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e",
		"2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
	},
};

static const struct published streebog256_published = {
	rfc7836, {
		"a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9",
	},
};

static const struct published streebog512_published = {
	rfc7836, {
		"a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a773d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6",
	},
};

FIXTURE(known_answer)
{
	int fd;
	size_t key_len;
	size_t msg_len;
	__u32 tag_len;
	char key[256];
	char msg[256];
	__u8 tag[HMACDEV_TAG_MAX];
	__u8 seen[HMACDEV_TAG_MAX];
};

FIXTURE_VARIANT(known_answer)
{
	const char *alg;
	const struct published *published;
};

#define KNOWN_ANSWER(_id, _name, ...)					\
	FIXTURE_VARIANT_ADD(known_answer, _id) {			\
		.alg = _name,						\
		.published = &_id##_published,				\
	};
EACH_ALG(KNOWN_ANSWER)

FIXTURE_SETUP(known_answer)
{
	struct hmacdev_alg alg;

	self->fd = test_open();
	if (_test_has_alg(variant->alg, &alg))
		return;
	/* Only the debug kernel has gcov. It is built with every algorithm. */
	ASSERT_NE(0, access("/sys/kernel/debug/gcov", F_OK))
		TH_LOG("the debug kernel has no %s", variant->alg);
	SKIP(return, "this kernel has no %s", variant->alg);
}

FIXTURE_TEARDOWN(known_answer)
{
	close(self->fd);
}

static size_t expand(char *to, const struct octets *from)
{
	size_t i;

	for (i = 0; i < from->len; i++)
		to[i] = from->unit[i % from->unit_len];
	return from->len;
}

static __u32 unhex(__u8 *to, const char *hex)
{
	__u32 len = strlen(hex) / 2, i;

	for (i = 0; i < len; i++)
		if (sscanf(hex + 2 * i, "%2hhx", to + i) != 1)
			abort();
	return len;
}

/* A fresh context for message @i, its key set and no bytes taken */
static void start(struct __test_metadata *_metadata,
		  FIXTURE_DATA(known_answer) *self,
		  const FIXTURE_VARIANT(known_answer) *variant, size_t i)
{
	self->key_len = expand(self->key, &variant->published->messages[i].key);
	self->msg_len = expand(self->msg, &variant->published->messages[i].msg);
	self->tag_len = unhex(self->tag, variant->published->tags[i]);
	memset(self->seen, 0xa5, sizeof(self->seen));
	close(self->fd);
	self->fd = test_open();
	test_new_opts(self->fd, variant->alg, self->key, self->key_len,
		      self->tag_len, HMACDEV_RIGHTS_SIGNER);
}

TEST_F(known_answer, finalize)
{
	size_t i;

	for (i = 0; variant->published->tags[i]; i++) {
		start(_metadata, self, variant, i);
		test_update(self->fd, self->msg, self->msg_len);
		test_finalize(self->fd, self->seen, self->tag_len);
		EXPECT_MEMEQ(self->tag, self->seen, self->tag_len);
	}
}

TEST_F(known_answer, digest)
{
	size_t i;

	for (i = 0; variant->published->tags[i]; i++) {
		start(_metadata, self, variant, i);
		test_update(self->fd, self->msg, self->msg_len);
		test_digest(self->fd, self->seen, self->tag_len);
		EXPECT_MEMEQ(self->tag, self->seen, self->tag_len);
	}
}

TEST_F(known_answer, verify)
{
	size_t i;

	for (i = 0; variant->published->tags[i]; i++) {
		start(_metadata, self, variant, i);
		test_update(self->fd, self->msg, self->msg_len);
		test_verify(self->fd, self->tag, self->tag_len);
	}
}

/* DIGEST before each byte does not change the tag. */
TEST_F(known_answer, byte_by_byte)
{
	size_t i, j;

	for (i = 0; variant->published->tags[i]; i++) {
		start(_metadata, self, variant, i);
		for (j = 0; j < self->msg_len; j++) {
			test_digest(self->fd, self->seen, self->tag_len);
			test_update(self->fd, self->msg + j, 1);
		}
		test_finalize(self->fd, self->seen, self->tag_len);
		EXPECT_MEMEQ(self->tag, self->seen, self->tag_len);
	}
}

TEST_F(known_answer, again_after_reset)
{
	size_t i;

	for (i = 0; variant->published->tags[i]; i++) {
		start(_metadata, self, variant, i);
		test_update(self->fd, self->key, self->key_len);
		test_reset(self->fd);
		test_update(self->fd, self->msg, self->msg_len);
		test_finalize(self->fd, self->seen, self->tag_len);
		EXPECT_MEMEQ(self->tag, self->seen, self->tag_len);
		test_reset(self->fd);
		test_update(self->fd, self->msg, self->msg_len);
		test_verify(self->fd, self->tag, self->tag_len);
	}
}

/* A tag with any one bit wrong is a wrong tag */
TEST_F(known_answer, every_bit_counts)
{
	__u32 bit;
	int copy;

	start(_metadata, self, variant, 0);
	test_update(self->fd, self->msg, self->msg_len);
	for (bit = 0; bit < 8 * self->tag_len; bit++) {
		copy = test_copy(self->fd, HMACDEV_RIGHT_VERIFY);
		self->tag[bit / 8] ^= 1 << bit % 8;
		test_err_verify(EBADMSG, copy, self->tag, self->tag_len);
		self->tag[bit / 8] ^= 1 << bit % 8;
		close(copy);
	}
	test_verify(self->fd, self->tag, self->tag_len);
}

/* A kernel without SHA-256 would skip everything here and pass */
TEST(sha256_is_there)
{
	struct hmacdev_alg alg;
	int fd = test_open();

	test_alg(fd, "sha256", &alg);
	EXPECT_TRUE(alg.traits & HMACDEV_ALG_AVAILABLE);
}

/* Of the hashes that /proc/crypto lists, all that are not written in C */
static int other_drivers(void)
{
	char line[256], name[64] = "", driver[64];
	FILE *list = fopen("/proc/crypto", "r");
	int others = 0;

	if (!list)
		return -1;
	while (fgets(line, sizeof(line), list)) {
		if (sscanf(line, "name : %63s", name) == 1 ||
		    sscanf(line, "driver : %63s", driver) != 1 ||
		    !strstr(name, "sha") || strstr(driver, "generic"))
			continue;
		ksft_print_msg("%s: %s\n", name, driver);
		others++;
	}
	fclose(list);
	return others;
}

/* test.sh runs it as known_answer.plain where the CPU has more. */
TEST(plain_kernel_hashes_in_c)
{
	if (!strstr(program_invocation_short_name, ".plain"))
		SKIP(return, "the kernel may use the CPU's own instructions");
	EXPECT_EQ(0, other_drivers());
}

TEST_HARNESS_MAIN
