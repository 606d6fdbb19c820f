// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for algorithm names: the closed list, every accepted spelling, and
 * names that must never reach the crypto API.
 */
#include <ctype.h>
#include <linux/if_alg.h>
#include <sys/socket.h>

#include "hmacdev_algs.h"
#include "hmacdev_utils.h"

FIXTURE(names)
{
	int fd;
};

FIXTURE_SETUP(names)
{
	self->fd = test_open();
}

FIXTURE_TEARDOWN(names)
{
	close(self->fd);
}

/* The kernel has the algorithms of the tests' list, in the same order */
TEST_F(names, list_by_index)
{
	const struct test_alg *want;
	struct hmacdev_alg alg;
	__u32 i;

	for (i = 0; i < NR_ALGS; i++) {
		want = &test_algs[i];
		ASSERT_EQ(0, _test_alg_index(self->fd, i, &alg));
		EXPECT_EQ(i, alg.index);
		EXPECT_STREQ(want->name, alg.name);
		EXPECT_EQ(want->digest_size, alg.digest_size);
		EXPECT_EQ(want->block_size, alg.block_size);
		EXPECT_EQ(want->fips, !!(alg.traits & HMACDEV_ALG_FIPS));
		EXPECT_GE(HMACDEV_TAG_MAX, alg.digest_size);
	}
	EXPECT_EQ(-ENOENT, _test_alg_index(self->fd, i, &alg));
	EXPECT_EQ(-ENOENT, _test_alg_index(self->fd, 1U << 31, &alg));
	EXPECT_EQ(-ENOENT, _test_alg_index(self->fd, ~0U, &alg));
}

TEST_F(names, list_by_name)
{
	struct hmacdev_alg by_index, by_name;
	__u32 i;

	for (i = 0; i < NR_ALGS; i++) {
		ASSERT_EQ(0, _test_alg_index(self->fd, i, &by_index));
		test_alg(self->fd, by_index.name, &by_name);
		EXPECT_EQ(0, by_name.index);
		by_index.flags = HMACDEV_ALG_BY_NAME;
		by_index.index = 0;
		EXPECT_MEMEQ(&by_index, &by_name, sizeof(by_name));
		if (!test_algs[i].alias)
			continue;
		test_alg(self->fd, test_algs[i].alias, &by_name);
		EXPECT_MEMEQ(&by_index, &by_name, sizeof(by_name));
	}
}

/* A struct with a name and an index */
TEST_F(names, index_beside_a_name)
{
	static const __u32 indexes[] = { 1, 3, 1U << 31, ~0U };
	struct hmacdev_alg alg, want;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(indexes); i++) {
		alg = (struct hmacdev_alg){
			.flags = HMACDEV_ALG_BY_NAME,
			.index = indexes[i],
			.name = "sha256",
		};
		want = alg;
		test_err(EINVAL, _test_ioctl(self->fd, HMACDEV_IOC_ALG, &alg));
		EXPECT_MEMEQ(&want, &alg, sizeof(alg));
	}
}

#define HERE	(HMACDEV_ALG_AVAILABLE | HMACDEV_ALG_UNTRIED)

/* It is here, or it may be tried, or it was; NEW leaves nothing untried */
TEST_F(names, traits)
{
	__u32 i, before, after;
	struct hmacdev_alg alg;

	for (i = 0; i < NR_ALGS; i++) {
		test_alg(self->fd, test_algs[i].name, &alg);
		before = alg.traits;
		EXPECT_EQ(0, before & ~(HERE | HMACDEV_ALG_FIPS));
		EXPECT_NE(HERE, before & HERE);
		_test_has_alg(test_algs[i].name, &alg);
		after = alg.traits;
		EXPECT_EQ(before & HMACDEV_ALG_FIPS, after & HMACDEV_ALG_FIPS);
		EXPECT_EQ(0, after & HMACDEV_ALG_UNTRIED);
		if (!(before & HMACDEV_ALG_UNTRIED))
			EXPECT_EQ(before, after);
	}
}

/* INFO reports the same of a context as ALG of its algorithm. */
TEST_F(names, parity_of_alg_new_and_info)
{
	struct hmacdev_info info;
	struct hmacdev_alg alg;
	__u32 i;
	int fd;

	for (i = 0; i < NR_ALGS; i++) {
		fd = test_open();
		if (_test_has_alg(test_algs[i].name, &alg)) {
			test_new(fd, test_algs[i].name, "key of 14 bytes", 14);
			test_info(fd, &info);
			EXPECT_STREQ(alg.name, info.alg);
			EXPECT_EQ(alg.digest_size, info.digest_size);
			EXPECT_EQ(alg.digest_size, info.tag_len);
			EXPECT_EQ(alg.block_size, info.block_size);
		} else {
			test_err_new(ENOENT, fd, test_algs[i].name, "", 0);
			test_state(UNKEYED, fd);
		}
		close(fd);
	}
}

/* AF_ALG's view of what the kernel has, which is not ours: 0 or an errno */
static int has_alg(const char *name)
{
	struct sockaddr_alg sa = { .salg_family = AF_ALG, .salg_type = "hash" };
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0), err = 0;

	if (fd < 0)
		return errno;
	snprintf((char *)sa.salg_name, sizeof(sa.salg_name), "hmac(%s)", name);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)))
		err = errno;
	close(fd);
	return err;
}

/*
 * Newer kernels refuse AF_ALG most of what they have, unless the administrator
 * switches that off. Returns the setting before, 0 if there is none, or -1.
 */
static int af_alg_restrict(char setting)
{
	int fd = open("/proc/sys/crypto/af_alg_restrict", O_RDWR | O_CLOEXEC);
	bool done;
	char before;

	if (fd < 0)
		return 0;
	done = read(fd, &before, 1) == 1 && pwrite(fd, &setting, 1, 0) == 1;
	close(fd);
	return done ? before : -1;
}

TEST_F(names, parity_with_af_alg)
{
	struct hmacdev_alg alg;
	int restricted;
	__u32 i;

	if (has_alg("sha256"))
		SKIP(return, "AF_ALG is not there to compare with");
	restricted = af_alg_restrict('0');
	ASSERT_NE(-1, restricted);
	for (i = 0; i < NR_ALGS; i++) {
		EXPECT_EQ(has_alg(test_algs[i].name) == 0,
			  _test_has_alg(test_algs[i].name, &alg))
			TH_LOG("%s", test_algs[i].name);
	}
	if (restricted)
		EXPECT_EQ('0', af_alg_restrict(restricted));
}

TEST_F(names, spellings)
{
	static const struct {
		const char *said;
		const char *meant;
	} names[] = {
		{ "SHA256", "sha256" },
		{ "Sha256", "sha256" },
		{ "sha-256", "sha256" },
		{ "SHA_256", "sha256" },
		{ "hmac(sha256)", "sha256" },
		{ "HMAC(SHA256)", "sha256" },
		{ "hmac(sha-256)", "sha256" },
		{ "hmac-sha256", "sha256" },
		{ "HMAC-SHA256", "sha256" },
		{ "HMAC-SHA-256", "sha256" },
		{ "hmac_sha_256", "sha256" },
		{ "sha-1", "sha1" },
		{ "SHA-224", "sha224" },
		{ "sha-384", "sha384" },
		{ "SHA-512", "sha512" },
		{ "HMAC-MD5", "md5" },
		{ "hmac(md5)", "md5" },
		{ "sha3_256", "sha3-256" },
		{ "SHA3-512", "sha3-512" },
		{ "hmac(sha3-224)", "sha3-224" },
		{ "hmac-sha3_384", "sha3-384" },
		{ "SM3", "sm3" },
		{ "ripemd160", "rmd160" },
		{ "RIPEMD160", "rmd160" },
		{ "hmac(ripemd160)", "rmd160" },
		{ "hmac-rmd160", "rmd160" },
		{ "Streebog256", "streebog256" },
		{ "hmac(streebog512)", "streebog512" },
	};
	struct hmacdev_info info;
	struct hmacdev_alg alg;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(0, _test_alg(self->fd, names[i].said, &alg))
			TH_LOG("%s", names[i].said);
		EXPECT_STREQ(names[i].meant, alg.name);
		if (!_test_has_alg(names[i].meant, &alg))
			continue;
		fd = test_open();
		EXPECT_EQ(0, _test_new(fd, names[i].said, "0123456789abcd", 14))
			TH_LOG("%s", names[i].said);
		test_info(fd, &info);
		EXPECT_STREQ(names[i].meant, info.alg);
		close(fd);
	}
}

static const char * const no_names[] = {
	"", " ", "-", "(", ")", "()", "hmac", "hmac-", "hmac(", "hmac()",
	"hmac)", "sha", "sha2", "sha25", "sha2566", "sha256x", "sha257",
	" sha256", "sha256 ", "sha256\n", "\tsha256", "sha 256", "sha256-",
	"-sha256", "sha--256", "sha2-56", "s-ha256", "sha256\xff", "sha256,",
	"sha256)", "(sha256)", "hmac(sha256", "hmac(sha256))", "hmac(sha256) ",
	"hmac(sha256)x", "hmac (sha256)", "hmac( sha256)", "hmac((sha256))",
	"hmac-(sha256)", "hmacsha256", "hmac(sha256,sha256)", "xhmac(sha256)",
	"hmac(hmac(sha256))", "hmac(hmac-sha256)", "hmac-hmac(sha256)",
	"hmac-hmac-sha256", "hmac(xcbc(aes))", "hmac(sha256-generic)",
	"sha256-generic", "sha256_ssse3", "sha256-ssse3", "sha512/256",
	"sha512-256", "sha3256", "sha-3-256", "cbc(aes)", "ecb(aes)", "aes",
	"cmac(aes)", "xcbc(aes)", "vmac64(aes)", "cryptd(sha256)",
	"cryptd(hmac(sha256))", "mcryptd(sha256)", "pcrypt(gcm(aes))",
	"authenc(hmac(sha256),cbc(aes))", "michael_mic", "michael-mic",
	"crc32c", "crc32", "xxhash64", "ghash", "poly1305", "blake2b-256",
	"blake2s-256", "wp512", "md4", "sha0", "null", "digest_null",
	"digest-null", "tgr192", "rmd128", "rmd320", "streebog", "sha3",
	"%s%s%n", "../sha256", "sha256:", "crypto-sha256", "fips(sha256)",
	"hmac(sha256-avx2)", "__sha256", "hmac(sha-1)-generic",
	/* 63 bytes */
	"sha256xxxxxxxxxxxxxxxxxxxxxxxxx",
};

TEST_F(names, what_is_no_name)
{
	struct hmacdev_alg alg;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(no_names); i++) {
		EXPECT_EQ(-ENOENT, _test_alg(self->fd, no_names[i], &alg))
			TH_LOG("ALG '%s'", no_names[i]);
		ret = _test_new(self->fd, no_names[i], "key", 3);
		EXPECT_EQ(-ENOENT, ret)
			TH_LOG("NEW '%s'", no_names[i]);
		/* A keyed context would refuse all later names with EBUSY. */
		if (!ret) {
			close(self->fd);
			self->fd = test_open();
		}
		test_state(UNKEYED, self->fd);
	}
}

/* A name with one wrong byte is unknown, except for upper case. */
TEST_F(names, one_byte_wrong)
{
	static const char good[] = "hmac(sha256)";
	char name[HMACDEV_NAME_LEN];
	struct hmacdev_alg alg;
	size_t i;
	int c;

	for (i = 0; i < sizeof(good) - 1; i++) {
		for (c = 1; c < 256; c++) {
			if (tolower(c) == good[i])
				continue;
			memcpy(name, good, sizeof(good));
			name[i] = c;
			EXPECT_EQ(-ENOENT, _test_alg(self->fd, name, &alg))
				TH_LOG("byte %zu is %#x", i, c);
		}
	}
}

TEST_F(names, without_a_nul)
{
	char name[HMACDEV_NAME_LEN + 1] = "sha256";
	struct hmacdev_alg alg;

	memset(name + 6, 'x', HMACDEV_NAME_LEN - 6);
	test_err_alg(EINVAL, self->fd, name, &alg);
	test_err_new(EINVAL, self->fd, name, "key", 3);
	test_state(UNKEYED, self->fd);
}

static int alg_named(int fd, const char *name)
{
	struct hmacdev_alg cmd = { .flags = HMACDEV_ALG_BY_NAME };

	memcpy(cmd.name, name, sizeof(cmd.name));
	return _test_ioctl(fd, HMACDEV_IOC_ALG, &cmd);
}

static int new_named(int fd, const char *name)
{
	struct hmacdev_new cmd = { .rights = HMACDEV_RIGHT_DERIVE };

	memcpy(cmd.alg, name, sizeof(cmd.alg));
	return _test_ioctl(fd, HMACDEV_IOC_NEW, &cmd);
}

static int derive_named(int fd, const char *name)
{
	struct hmacdev_derive cmd = { };
	int ret;

	memcpy(cmd.alg, name, sizeof(cmd.alg));
	ret = _test_ioctl(fd, HMACDEV_IOC_DERIVE, &cmd);
	if (ret >= 0)
		close(ret);
	return ret < 0 ? ret : 0;
}

static int oneshot_named(int fd, const char *name)
{
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_oneshot cmd = {
		.tag = test_addr(tag),
		.tag_len = sizeof(tag),
	};

	memcpy(cmd.alg, name, sizeof(cmd.alg));
	return _test_ioctl(fd, HMACDEV_IOC_ONESHOT, &cmd);
}

/* All four structs with this name, in HMACDEV_NAME_LEN bytes */
static void check_named(struct __test_metadata *_metadata, int fd, int deriver,
			const char *name, int err)
{
	EXPECT_EQ(err, alg_named(fd, name)) TH_LOG("ALG '%s'", name);
	EXPECT_EQ(err, new_named(fd, name)) TH_LOG("NEW '%s'", name);
	EXPECT_EQ(err, derive_named(deriver, name)) TH_LOG("DERIVE '%s'", name);
	EXPECT_EQ(err, oneshot_named(fd, name)) TH_LOG("ONESHOT '%s'", name);
}

/* Bytes after the NUL of a name are invalid, in each spelling. */
TEST_F(names, bytes_after_the_nul)
{
	static const char * const said[] = {
		"sha256", "SHA-256", "hmac(sha256)", "streebog512", "sha257",
		"sha3-256", "",
	};
	int deriver = test_open_deriver();
	char name[HMACDEV_NAME_LEN];
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		for (at = strlen(said[i]) + 1; at < sizeof(name); at++) {
			memset(name, 0, sizeof(name));
			strcpy(name, said[i]);
			name[at] = at % 2 ? 'x' : 0x80;
			check_named(_metadata, self->fd, deriver, name,
				    -EINVAL);
		}
		memset(name, 'x', sizeof(name));
		strcpy(name, said[i]);
		check_named(_metadata, self->fd, deriver, name, -EINVAL);
	}
	test_state(UNKEYED, self->fd);
	memset(name, 0, sizeof(name));
	strcpy(name, "Sha_256");
	check_named(_metadata, self->fd, deriver, name, 0);
	close(deriver);
}

/* Names in replies are padded with zeros. */
TEST_F(names, replies_are_padded)
{
	static const char clean[HMACDEV_NAME_LEN] = "sha256";
	struct hmacdev_info info;
	struct hmacdev_alg alg;

	test_alg(self->fd, "HMAC(SHA_256)", &alg);
	EXPECT_MEMEQ(clean, alg.name, sizeof(clean));
	test_new(self->fd, "HMAC(SHA_256)", "", 0);
	memset(&info, 0xa5, sizeof(info));
	info.flags = 0;
	info.reserved = 0;
	ASSERT_EQ(0, _test_ioctl(self->fd, HMACDEV_IOC_INFO, &info));
	EXPECT_MEMEQ(clean, info.alg, sizeof(clean));
}

/* ONESHOT says the tag's size where it was another, and writes nothing else */
TEST_F(names, name_is_not_written)
{
	static const char name[HMACDEV_NAME_LEN] = "HMAC(SHA_256)";
	struct hmacdev_oneshot cmd = { };
	__u8 tag[HMACDEV_TAG_MAX];

	memcpy(cmd.alg, name, sizeof(name));
	cmd.tag = test_addr(tag);
	cmd.tag_len = sizeof(tag);
	ASSERT_EQ(0, _test_ioctl(self->fd, HMACDEV_IOC_ONESHOT, &cmd));
	EXPECT_EQ(32, cmd.tag_len);
	EXPECT_MEMEQ(name, cmd.alg, sizeof(name));
	cmd.tag_len = 31;
	test_err(EMSGSIZE, _test_ioctl(self->fd, HMACDEV_IOC_ONESHOT, &cmd));
	EXPECT_EQ(32, cmd.tag_len);
	EXPECT_MEMEQ(name, cmd.alg, sizeof(name));
}

/* By index, the name is only written */
TEST_F(names, name_is_ignored_by_index)
{
	struct hmacdev_alg alg = { .index = 3 }, want;

	ASSERT_EQ(0, _test_alg_index(self->fd, 3, &want));
	memset(alg.name, 'x', sizeof(alg.name));
	ASSERT_EQ(0, _test_ioctl(self->fd, HMACDEV_IOC_ALG, &alg));
	EXPECT_MEMEQ(&want, &alg, sizeof(alg));
}

TEST_HARNESS_MAIN
