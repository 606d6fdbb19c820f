/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The algorithms of /dev/hmac, in the order in which ALG numbers them. This is
 * the tests' own list; names.c compares it with the kernel's. The tests that
 * run for every algorithm expand it. A row for which known_answer.c has no
 * vectors does not compile.
 */
#ifndef _HMACDEV_ALGS_H
#define _HMACDEV_ALGS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

/*
 * X(id, name, alias or NULL, digest size, block size, approved in FIPS mode,
 *   name in OpenSSL or NULL)
 */
#define EACH_ALG(X)							\
	EACH_OPENSSL_ALG(X)						\
	EACH_OTHER_ALG(X)

#define EACH_OPENSSL_ALG(X)						\
	X(sha256, "sha256", "sha-256", 32, 64, true, "SHA2-256")	\
	X(sha384, "sha384", "sha-384", 48, 128, true, "SHA2-384")	\
	X(sha512, "sha512", "sha-512", 64, 128, true, "SHA2-512")	\
	X(sha1, "sha1", "sha-1", 20, 64, true, "SHA1")			\
	X(sha224, "sha224", "sha-224", 28, 64, true, "SHA2-224")	\
	X(sha3_256, "sha3-256", NULL, 32, 136, true, "SHA3-256")	\
	X(sha3_384, "sha3-384", NULL, 48, 104, true, "SHA3-384")	\
	X(sha3_512, "sha3-512", NULL, 64, 72, true, "SHA3-512")		\
	X(sha3_224, "sha3-224", NULL, 28, 144, true, "SHA3-224")	\
	X(md5, "md5", NULL, 16, 64, false, "MD5")			\
	X(sm3, "sm3", NULL, 32, 64, false, "SM3")			\
	X(rmd160, "rmd160", "ripemd160", 20, 64, false, "RIPEMD160")

/* OpenSSL has no Streebog: there is nothing to compare with. */
#define EACH_OTHER_ALG(X)						\
	X(streebog256, "streebog256", NULL, 32, 64, false, NULL)	\
	X(streebog512, "streebog512", NULL, 64, 64, false, NULL)

struct test_alg {
	const char *name;
	const char *alias;
	__u32 digest_size;
	__u32 block_size;
	bool fips;
	const char *md;		/* the name in OpenSSL */
};

/* The places in the list: ALG_sha256 and so on */
#define ALG_PLACE(_id, ...)	ALG_##_id,
enum { EACH_ALG(ALG_PLACE) NR_ALGS };

#define TEST_ALG(_id, ...) \
	[ALG_##_id] = { __VA_ARGS__ },
static const struct test_alg test_algs[NR_ALGS] = { EACH_ALG(TEST_ALG) };

#endif /* _HMACDEV_ALGS_H */
