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
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hmacdev.h"

static const struct hmacdev_algorithm algorithms[] = {
	{ "md5", NULL, "hmac(md5)", 16, 64, false },
	{ "sha1", "sha-1", "hmac(sha1)", 20, 64, true },
	{ "sha224", "sha-224", "hmac(sha224)", 28, 64, true },
	{ "sha256", "sha-256", "hmac(sha256)", 32, 64, true },
	{ "sha384", "sha-384", "hmac(sha384)", 48, 128, true },
	{ "sha512", "sha-512", "hmac(sha512)", 64, 128, true },
	{ "sha3-224", NULL, "hmac(sha3-224)", 28, 144, true },
	{ "sha3-256", NULL, "hmac(sha3-256)", 32, 136, true },
	{ "sha3-384", NULL, "hmac(sha3-384)", 48, 104, true },
	{ "sha3-512", NULL, "hmac(sha3-512)", 64, 72, true },
	{ "sm3", NULL, "hmac(sm3)", 32, 64, false },
	{ "rmd160", "ripemd160", "hmac(rmd160)", 20, 64, false },
	{ "streebog256", NULL, "hmac(streebog256)", 32, 64, false },
	{ "streebog512", NULL, "hmac(streebog512)", 64, 64, false },
};

/* Rows that the administrator allows; written at load only. */
static u32 allowed_rows = GENMASK(ARRAY_SIZE(algorithms) - 1, 0);

static bool is_allowed(const struct hmacdev_algorithm *alg)
{
	return allowed_rows & BIT(alg - algorithms);
}

/* Undo the spellings that mean the same; @name is ours to change. */
static char *normalize(char *name)
{
	char *p;
	size_t len;

	for (p = name; *p; p++)
		*p = *p == '_' ? '-' : tolower(*p);
	len = p - name;

	if (strstarts(name, "hmac-"))
		return name + 5;
	if (strstarts(name, "hmac(") && name[len - 1] == ')') {
		name[len - 1] = '\0';
		return name + 5;
	}
	return name;
}

static const struct hmacdev_algorithm *lookup(char *name)
{
	size_t i;

	name = normalize(name);
	for (i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const struct hmacdev_algorithm *alg = &algorithms[i];

		if (!strcmp(name, alg->name) ||
		    (alg->alias && !strcmp(name, alg->alias)))
			return alg;
	}
	return ERR_PTR(-ENOENT);
}

static bool is_terminated(const char *name)
{
	return memchr(name, '\0', HMACDEV_NAME_LEN);
}

/**
 * hmacdev_alg_find() - find the algorithm that a user means
 * @name: HMACDEV_NAME_LEN bytes, hostile; changed on the way
 *
 * Context: any.
 * Return: the algorithm; -EINVAL for a name without an end, -ENOENT for one that
 * is unknown or not allowed.
 */
const struct hmacdev_algorithm *hmacdev_alg_find(char *name)
{
	const struct hmacdev_algorithm *alg;

	if (!is_terminated(name))
		return ERR_PTR(-EINVAL);
	alg = lookup(name);
	if (!IS_ERR(alg) && !is_allowed(alg))
		return ERR_PTR(-ENOENT);
	return alg;
}

/**
 * hmacdev_alg_init() - narrow the list to what the administrator allows
 * @allowed: names separated by commas; NULL or empty for all
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL for a name that is not on the list, -ENOMEM.
 */
int hmacdev_alg_init(const char *allowed)
{
	char *names, *rest, *name;
	u32 rows = 0;
	int err = 0;

	if (!allowed || !*allowed)
		return 0;

	names = kstrdup(allowed, GFP_KERNEL);
	if (!names)
		return -ENOMEM;

	rest = names;
	while ((name = strsep(&rest, ","))) {
		const struct hmacdev_algorithm *alg = lookup(strim(name));

		if (IS_ERR(alg)) {
			err = -EINVAL;
			break;
		}
		rows |= BIT(alg - algorithms);
	}
	if (!err)
		allowed_rows = rows;
	kfree(names);
	return err;
}

static u32 alg_traits(const struct hmacdev_algorithm *alg)
{
	u32 traits = 0;

	if (is_allowed(alg) && crypto_has_shash(alg->template, 0, 0))
		traits |= HMACDEV_ALG_AVAILABLE;
	if (alg->fips)
		traits |= HMACDEV_ALG_FIPS;
	return traits;
}

int hmacdev_ioctl_alg(struct hmacdev_call *call)
{
	struct hmacdev_alg *args = &call->args.alg;
	const struct hmacdev_algorithm *alg;

	if (args->flags & ~HMACDEV_ALG_BY_NAME || args->reserved)
		return -EINVAL;

	if (args->flags & HMACDEV_ALG_BY_NAME) {
		if (!is_terminated(args->name))
			return -EINVAL;
		alg = lookup(args->name);
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
	args->traits = alg_traits(alg);
	return hmacdev_call_reply(call);
}
