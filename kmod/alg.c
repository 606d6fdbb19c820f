// SPDX-License-Identifier: GPL-2.0
/*
 * The closed list of algorithms.
 *
 * A user's string only ever selects a row. What reaches the crypto API, whose
 * parser would instantiate any template that it is given the name of, is the
 * row's own constant.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "hmacdev.h"

/* In the order of use: a search goes from the first to the last. */
static const struct hmacdev_algorithm algorithms[] = {
	{ "sha256", "sha-256", "hmac(sha256)", 32, 64, true },
	{ "sha384", "sha-384", "hmac(sha384)", 48, 128, true },
	{ "sha512", "sha-512", "hmac(sha512)", 64, 128, true },
	{ "sha1", "sha-1", "hmac(sha1)", 20, 64, true },
	{ "sha224", "sha-224", "hmac(sha224)", 28, 64, true },
	{ "sha3-256", NULL, "hmac(sha3-256)", 32, 136, true },
	{ "sha3-384", NULL, "hmac(sha3-384)", 48, 104, true },
	{ "sha3-512", NULL, "hmac(sha3-512)", 64, 72, true },
	{ "sha3-224", NULL, "hmac(sha3-224)", 28, 144, true },
	{ "md5", NULL, "hmac(md5)", 16, 64, false },
	{ "sm3", NULL, "hmac(sm3)", 32, 64, false },
	{ "rmd160", "ripemd160", "hmac(rmd160)", 20, 64, false },
	{ "streebog256", NULL, "hmac(streebog256)", 32, 64, false },
	{ "streebog512", NULL, "hmac(streebog512)", 64, 64, false },
};

static char *allowed[ARRAY_SIZE(algorithms)];
static unsigned int allowed_count;
module_param_array_named(algs, allowed, charp, &allowed_count, 0444);
MODULE_PARM_DESC(algs, "comma-separated algorithms to allow (default: all)");

/* The same as a mask of rows; written at load only. */
static u32 allowed_rows = GENMASK(ARRAY_SIZE(algorithms) - 1, 0);

/* As hmacdev_alg_find(), whether it is allowed or not. */
static const struct hmacdev_algorithm *find(const char *name)
{
	const struct hmacdev_algorithm *alg;
	char plain[HMACDEV_NAME_LEN] = "";
	size_t len;

	/* Spelt and padded as here, it is found without a call. */
	for (alg = algorithms; alg < algorithms + ARRAY_SIZE(algorithms); alg++)
		if (!memcmp(name, alg->name, sizeof(alg->name)))
			return alg;
	for (len = 0; name[len]; len++) {
		if (len == HMACDEV_NAME_LEN - 1)
			return ERR_PTR(-EINVAL);
		plain[len] = name[len] == '_' ? '-' : tolower(name[len]);
	}
	name = plain;
	if (strstarts(plain, "hmac-")) {
		name += 5;
	} else if (strstarts(plain, "hmac(") && plain[len - 1] == ')') {
		plain[len - 1] = '\0';
		name += 5;
	}
	for (alg = algorithms; alg < algorithms + ARRAY_SIZE(algorithms); alg++)
		if (!strcmp(name, alg->name) ||
		    (alg->alias && !strcmp(name, alg->alias)))
			return alg;
	return ERR_PTR(-ENOENT);
}

/*
 * The algorithm that a user means by @name, HMACDEV_NAME_LEN bytes, hostile:
 * -EINVAL if they have no end, -ENOENT if it is not listed or not allowed.
 */
const struct hmacdev_algorithm *hmacdev_alg_find(const char *name)
{
	const struct hmacdev_algorithm *alg = find(name);

	if (IS_ERR(alg) || allowed_rows & BIT(alg - algorithms))
		return alg;
	return ERR_PTR(-ENOENT);
}

/* Narrow the list, at load, to what the administrator names. */
int hmacdev_alg_init(void)
{
	char name[HMACDEV_NAME_LEN];
	u32 rows = 0;
	unsigned int i;

	for (i = 0; i < allowed_count; i++) {
		const struct hmacdev_algorithm *alg;

		if (strscpy_pad(name, allowed[i], sizeof(name)) < 0)
			return -EINVAL;
		alg = find(name);
		if (IS_ERR(alg))
			return -EINVAL;
		rows |= BIT(alg - algorithms);
	}
	if (rows)
		allowed_rows = rows;
	return 0;
}

int hmacdev_ioctl_alg(struct hmacdev_call *call)
{
	struct hmacdev_alg *args = &call->args.alg;
	const struct hmacdev_algorithm *alg;

	if (args->flags & ~HMACDEV_ALG_BY_NAME || args->reserved)
		return -EINVAL;

	if (args->flags & HMACDEV_ALG_BY_NAME) {
		alg = find(args->name);
		if (IS_ERR(alg))
			return PTR_ERR(alg);
	} else {
		if (args->index >= ARRAY_SIZE(algorithms))
			return -ENOENT;
		alg = &algorithms[array_index_nospec(args->index,
						     ARRAY_SIZE(algorithms))];
	}

	args->index = alg - algorithms;
	strscpy_pad(args->name, alg->name, sizeof(args->name));
	args->digest_size = alg->digest_size;
	args->block_size = alg->block_size;
	args->traits = alg->fips ? HMACDEV_ALG_FIPS : 0;
	if (allowed_rows & BIT(alg - algorithms) &&
	    crypto_has_shash(alg->template, 0, 0))
		args->traits |= HMACDEV_ALG_AVAILABLE;
	return hmacdev_call_reply(call);
}
