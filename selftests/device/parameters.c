// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for the module parameter algs, the list of allowed algorithms.
 */
#include "hmacdev_algs.h"
#include "hmacdev_module.h"

#define ALL	HMACDEV_RIGHTS_SIGNER

FIXTURE(parameters)
{
};

FIXTURE_SETUP(parameters)
{
	if (geteuid())
		SKIP(return, "only root loads modules");
	if (!getenv("HMACDEV_MODULE"))
		SKIP(return, "HMACDEV_MODULE does not say what to load");
	ASSERT_EQ(0, _test_unload());
}

FIXTURE_TEARDOWN(parameters)
{
	_test_unload();
	EXPECT_EQ(0, _test_load(""));
}

/* What ALG, NEW, DERIVE and ONESHOT say of @name; 0, or what all of them say */
static int is_allowed(struct __test_metadata *_metadata, const char *name)
{
	int fd = test_open(), err = _test_new(fd, name, HALF_KEY, HALF_KEY_LEN);
	const __u32 here = HMACDEV_ALG_AVAILABLE | HMACDEV_ALG_UNTRIED;
	int deriver = test_open_deriver(), child;
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_alg alg;

	test_alg(fd, name, &alg);
	EXPECT_EQ(err ? 0 : HMACDEV_ALG_AVAILABLE, alg.traits & here);
	EXPECT_EQ(err ?: (int)alg.digest_size,
		  _test_oneshot(fd, name, HALF_KEY, HALF_KEY_LEN, "", 0, tag,
				sizeof(tag)));
	if (err) {
		test_state(UNKEYED, fd);
		test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	}
	child = _test_derive(deriver, name, "", 0, 0, ALL);
	EXPECT_EQ(err, child < 0 ? child : 0);
	close(child);
	close(deriver);
	close(fd);
	return err;
}

#define test_allowed(name)						\
	EXPECT_EQ(0, is_allowed(_metadata, name))
#define test_forbidden(name)						\
	EXPECT_EQ(-ENOENT, is_allowed(_metadata, name))

TEST_F(parameters, two_of_the_list)
{
	struct hmacdev_alg alg;
	int fd, i, seen = 0;

	ASSERT_EQ(0, _test_load("algs=sha256,SHA-512"));
	fd = test_open();
	/* The list is the same, and says which of it is to be had */
	for (i = 0; !_test_alg_index(fd, i, &alg); i++) {
		if (strcmp(alg.name, "sha256") && strcmp(alg.name, "sha512")) {
			EXPECT_EQ(0, alg.traits & ~HMACDEV_ALG_FIPS);
			test_forbidden(alg.name);
		} else {
			test_allowed(alg.name);
			seen++;
		}
	}
	EXPECT_EQ(NR_ALGS, i);
	EXPECT_EQ(2, seen);
	close(fd);
}

/* It is the algorithm that is allowed or not, and not a way to write it */
TEST_F(parameters, every_spelling)
{
	ASSERT_EQ(0, _test_load("algs=hmac(Sha_256)"));
	test_allowed("sha256");
	test_allowed("SHA-256");
	test_allowed("hmac(sha256)");
	test_allowed("hmac-sha-256");
	test_forbidden("sha512");
	test_forbidden("SHA_512");
	test_forbidden("hmac(sha512)");
	test_forbidden("ripemd160");
}

TEST_F(parameters, twice_the_same)
{
	ASSERT_EQ(0, _test_load("algs=sha256,sha256,sha-256"));
	test_allowed("sha256");
	test_forbidden("sha384");
}

/* As many times as there are algorithms */
#define MD5(...)	"md5,"

/* With an invalid parameter, the module does not load. */
TEST_F(parameters, what_is_no_name)
{
	static const char * const wrong[] = {
		"algs=sha255",
		"algs=sha256,sha2561",
		"algs=",
		"algs=sha256,",
		"algs=sha256,,sha512",
		"algs=sha512,cmac(aes)",
		"algs=hmac(hmac(sha256))",
		"algs=sha256,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaa",
		"algs=" EACH_ALG(MD5) "sha256",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, _test_load(wrong[i]))
			TH_LOG("%s", wrong[i]);
		test_err_open(ENOENT, O_RDWR);
	}
}

/* Without it, whatever the kernel has */
TEST_F(parameters, none)
{
	static const char * const common[] = {
		"md5", "sha1", "sha224", "sha256", "sha384", "sha512",
	};
	size_t i;

	ASSERT_EQ(0, _test_load(""));
	for (i = 0; i < ARRAY_SIZE(common); i++)
		test_allowed(common[i]);
}

#define ALGS "/sys/module/hmacdev/parameters/algs"

/* It is for all to read, and for nobody to change while the module is there */
TEST_F(parameters, can_be_read)
{
	char line[64] = { };
	int fd;

	ASSERT_EQ(0, _test_load("algs=sha256,sha-512"));
	fd = open(ALGS, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_LT(0, read(fd, line, sizeof(line) - 1));
	EXPECT_STREQ("sha256,sha-512\n", line);
	close(fd);
	fd = open(ALGS, O_WRONLY | O_CLOEXEC);
	EXPECT_TRUE(fd < 0 || write(fd, "md5", 3) < 0);
	close(fd);
	test_forbidden("md5");
}

/* With max_contexts=1, one context can be opened. */
TEST_F(parameters, contexts_from_the_start)
{
	int fd;

	ASSERT_EQ(0, _test_load("max_contexts=1"));
	fd = test_open_half();
	test_err_open(ENFILE, O_RDWR);
	test_err_copy(ENFILE, fd, ALL);
	test_half_intact(fd);
	close(fd);
	fd = test_open_deriver();
	test_err_derive(ENFILE, fd, "sha256", "", 0, 0, ALL);
	close(fd);
	fd = test_open();
	close(fd);
}

TEST_HARNESS_MAIN
