// SPDX-License-Identifier: GPL-2.0
/*
 * The fixed table of algorithms.
 *
 * A name from user space only selects a row. Only constants of the row are
 * passed to the crypto API, which would instantiate any template by name. It
 * would also load modules for unknown names, so every lookup uses
 * CRYPTO_NOLOAD. find_hash() loads the module of a row's hash, and tries once.
 */
#include <crypto/algapi.h>
#include <linux/ctype.h>
#include <linux/fips.h>
#include <linux/kmod.h>
#include <linux/moduleparam.h>
#include <linux/nospec.h>
#include <linux/notifier.h>

#include "compat.h"
#include "hmacdev.h"

/* find() searches in this order, so the most used algorithms come first. */
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

static_assert(ARRAY_SIZE(algorithms) <= 32); /* a bit of u32 each */
static char *algs[ARRAY_SIZE(algorithms)];
static unsigned int algs_count;
module_param_array(algs, charp, &algs_count, 0444);
MODULE_PARM_DESC(algs, "comma-separated algorithms to allow (default: all)");

/* The allowed algorithms as a mask of rows; written only at load. */
static u32 allowed_rows = GENMASK(ARRAY_SIZE(algorithms) - 1, 0);

static bool allowed(const struct hmacdev_algorithm *alg)
{
	return allowed_rows & BIT(alg - algorithms);
}

/* The hash of each row, once found: this keeps it registered. */
static struct crypto_shash *hashes[ARRAY_SIZE(algorithms)];

/* A mask of the rows whose hash could not be loaded. One is tried at a time. */
static u32 absent_rows;
static DEFINE_MUTEX(absent_lock);

/* hmacdev_alg_find() without the check of the parameter algs */
static const struct hmacdev_algorithm *find(const char *name)
{
	const struct hmacdev_algorithm *alg;
	char plain[HMACDEV_NAME_LEN] = "";
	size_t len;

	/* The canonical spelling needs no conversion. */
	for (alg = algorithms; alg < algorithms + ARRAY_SIZE(algorithms); alg++)
		if (!memcmp(name, alg->name, sizeof(alg->name)))
			return alg;
	for (len = 0; name[len]; len++) {
		if (len == HMACDEV_NAME_LEN - 1)
			return ERR_PTR(-EINVAL);
		plain[len] = name[len] == '_' ? '-' : tolower(name[len]);
	}
	if (memchr_inv(name + len, 0, HMACDEV_NAME_LEN - len))
		return ERR_PTR(-EINVAL);
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
 * Find an algorithm by @name, HMACDEV_NAME_LEN untrusted bytes: -EINVAL if they
 * are not padded with zeros, -ENOENT if the name is unknown or not allowed.
 */
const struct hmacdev_algorithm *hmacdev_alg_find(const char *name)
{
	const struct hmacdev_algorithm *alg = find(name);

	if (IS_ERR(alg) || allowed(alg))
		return alg;
	return ERR_PTR(-ENOENT);
}

/* Find a row's hash, or with @load, try once to load its module. */
static int find_hash(const struct hmacdev_algorithm *alg, bool load)
{
	const unsigned int row = alg - algorithms;
	struct crypto_shash *hash;
	int err = -EAGAIN;

	hash = crypto_alloc_shash(alg->name, 0, CRYPTO_NOLOAD);
	if (hash == ERR_PTR(-ENOENT) && load) {
		if (mutex_lock_interruptible(&absent_lock))
			return -ERESTARTSYS;
		if (!(absent_rows & BIT(row)) &&
		    !crypto_has_shash(alg->name, 0, CRYPTO_NOLOAD))
			err = request_module("crypto-%s", alg->name);
		hash = crypto_alloc_shash(alg->name, 0, CRYPTO_NOLOAD);
		if (hash == ERR_PTR(-ENOENT) &&
		    (err >= 0 || err == HMACDEV_MODPROBE_KILLED))
			WRITE_ONCE(absent_rows, absent_rows | BIT(row));
		mutex_unlock(&absent_lock);
	}
	if (!IS_ERR(hash) && cmpxchg(&hashes[row], NULL, hash))
		crypto_free_shash(hash);
	return hmacdev_crypto_error(PTR_ERR_OR_ZERO(hash), -ENOENT);
}

/* Allocate a transform without a key. The caller frees it. */
struct crypto_shash *hmacdev_alg_alloc(const struct hmacdev_algorithm *alg,
				       bool load)
{
	struct crypto_shash *tfm;
	int err;

	if (fips_enabled && !alg->fips)
		return ERR_PTR(-ENOENT);
	err = READ_ONCE(hashes[alg - algorithms]) ? 0 : find_hash(alg, load);
	if (err)
		return ERR_PTR(err);
	tfm = crypto_alloc_shash(alg->template, 0, CRYPTO_NOLOAD);
	err = hmacdev_crypto_error(PTR_ERR_OR_ZERO(tfm), -ENOENT);
	return err ? ERR_PTR(err) : tfm;
}

/*
 * If any caller asks for an unknown algorithm, the crypto API runs modprobe for
 * cryptomgr, even with CRYPTO_NOLOAD, unless the last notifier returns
 * NOTIFY_OK. Return that if cryptomgr is built in, since it was called before,
 * or if the name is not a template, since cryptomgr handles only templates.
 */
static int claim(struct notifier_block *nb, unsigned long msg, void *data)
{
	const struct crypto_alg *alg = data;

	return msg == CRYPTO_MSG_ALG_REQUEST &&
	       (IS_BUILTIN(CONFIG_CRYPTO_MANAGER) ||
		!strchr(alg->cra_name, '(')) ? NOTIFY_OK : NOTIFY_DONE;
}

static struct notifier_block claimer = {
	.notifier_call = claim,
	.priority = INT_MIN,
};

/* Allow only the algorithms in the parameter algs, if it is given. */
int __init hmacdev_alg_init(void)
{
	const struct hmacdev_algorithm *alg;
	char name[HMACDEV_NAME_LEN];
	u32 rows = 0;
	unsigned int i;

	for (i = 0; i < algs_count; i++) {
		if (strscpy_pad(name, algs[i], sizeof(name)) < 0)
			return -EINVAL;
		alg = find(name);
		if (IS_ERR(alg))
			return -EINVAL;
		rows |= BIT(alg - algorithms);
	}
	if (rows)
		allowed_rows = rows;
	return crypto_register_notifier(&claimer);
}

void hmacdev_alg_exit(void)
{
	unsigned int row;

	crypto_unregister_notifier(&claimer);
	for (row = 0; row < ARRAY_SIZE(hashes); row++)
		crypto_free_shash(hashes[row]);
}

/* Return the mask of HMACDEV_ALG_* for struct hmacdev_alg. */
static u32 traits(const struct hmacdev_algorithm *alg)
{
	const u32 fips = alg->fips ? HMACDEV_ALG_FIPS : 0;

	if (!allowed(alg) || (fips_enabled && !alg->fips))
		return fips;
	/* A lookup of the template would load the hash's module. */
	if (crypto_has_shash(alg->name, 0, CRYPTO_NOLOAD))
		return fips | HMACDEV_ALG_AVAILABLE;
	return READ_ONCE(absent_rows) & BIT(alg - algorithms) ?
	       fips : fips | HMACDEV_ALG_UNTRIED;
}

int hmacdev_ioctl_alg(struct hmacdev_call *call)
{
	struct hmacdev_alg *args = &call->args.alg;
	const struct hmacdev_algorithm *alg;

	if (args->flags & ~HMACDEV_ALG_BY_NAME || args->reserved)
		return -EINVAL;

	if (args->flags & HMACDEV_ALG_BY_NAME) {
		if (args->index)
			return -EINVAL;
		alg = find(args->name);
		if (IS_ERR(alg))
			return PTR_ERR(alg);
	} else {
		if (args->index >= ARRAY_SIZE(algorithms))
			return -ENOENT;
		alg = &algorithms[array_index_nospec(args->index,
						     ARRAY_SIZE(algorithms))];
	}

	strscpy_pad(args->name, alg->name, sizeof(args->name));
	args->digest_size = alg->digest_size;
	args->block_size = alg->block_size;
	args->traits = traits(alg);
	return hmacdev_call_reply(call, sizeof(*args));
}
