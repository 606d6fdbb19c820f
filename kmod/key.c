// SPDX-License-Identifier: GPL-2.0
/*
 * Keys: the sources of their bytes, and the transforms that hold them.
 */
#include <keys/encrypted-type.h>
#include <keys/trusted-type.h>
#include <keys/user-type.h>
#include <linux/fips.h>
#include <linux/key-type.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "hmacdev.h"

/* NIST SP 800-131A requires 112 bits. */
#define FIPS_KEY_MIN	14

/*
 * Set up @key with an unkeyed transform of the algorithm @name, whose module
 * may be loaded with @load. The caller sets the key and frees the transform.
 */
int hmacdev_key_init(struct hmacdev_key *key, const char *name, u32 tag_len,
		     bool load)
{
	const struct hmacdev_algorithm *alg = hmacdev_alg_find(name);

	if (IS_ERR(alg))
		return PTR_ERR(alg);
	if (!tag_len)
		tag_len = alg->digest_size;
	if (tag_len < HMACDEV_TAG_MIN || tag_len > alg->digest_size)
		return -EINVAL;
	refcount_set(&key->refs, 1);
	key->tag_len = tag_len;
	key->alg = alg;
	key->tfm = hmacdev_alg_alloc(alg, load);
	return PTR_ERR_OR_ZERO(key->tfm);
}

/* Allocate a key and set it up. The caller owns the one reference. */
struct hmacdev_key *hmacdev_key_alloc(const char *name, u32 tag_len, bool load)
{
	struct hmacdev_key *key = kmalloc(sizeof(*key), GFP_KERNEL_ACCOUNT);
	int err = key ? hmacdev_key_init(key, name, tag_len, load) : -ENOMEM;

	if (!err)
		return key;
	kfree(key);
	return ERR_PTR(err);
}

/* With the last reference, crypto_free_shash() wipes the key. */
void hmacdev_key_put(struct hmacdev_key *key)
{
	if (!refcount_dec_and_test(&key->refs))
		return;
	crypto_free_shash(key->tfm);
	kfree(key);
}

int hmacdev_key_set(struct hmacdev_key *key, const u8 *bytes, unsigned int len)
{
	if (fips_enabled && len < FIPS_KEY_MIN)
		return -EINVAL;
	return hmacdev_hash_error(crypto_shash_setkey(key->tfm, bytes, len));
}

/* Set the key to the user's bytes or, for HMACDEV_KEY_RANDOM, random bytes. */
int hmacdev_key_set_bytes(struct hmacdev_key *key, u32 source, u64 from,
			  u64 len)
{
	/* Leaving it uninitialized saves ONESHOT 40 instructions. */
	u8 small[HMACDEV_SMALL] CRYPTO_MINALIGN_ATTR __uninitialized;
	u8 *bytes = small;
	int err;

	if (len > HMACDEV_KEY_MAX)
		return -EINVAL;
	if (len > sizeof(small)) {
		bytes = kvmalloc(len, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!bytes)
			return -ENOMEM;
	}
	if (source == HMACDEV_KEY_RANDOM)
		err = get_random_bytes_wait(bytes, len);
	else
		err = hmacdev_get(bytes, u64_to_user_ptr(from), len);
	if (!err)
		err = hmacdev_key_set(key, bytes, len);
	memzero_explicit(bytes, len);
	if (bytes != small)
		kvfree(bytes);
	return err;
}

/* Not every kernel exports key_type_encrypted and key_type_trusted. */
static int check_type(const struct key *key)
{
	if (key->type == &key_type_user)
		return 0;
	if (key->type != &key_type_logon &&
	    strcmp(key->type->name, "encrypted") &&
	    strcmp(key->type->name, "trusted"))
		return -EOPNOTSUPP;
	return strstarts(key->description, "hmac:") ? 0 : -EKEYREJECTED;
}

/* Return the payload. check_type() accepted @key, whose lock is held. */
static const u8 *payload(const struct key *key, unsigned int *len)
{
	const void *data = dereference_key_locked(key);
	const struct encrypted_key_payload *encrypted = data;
	const struct trusted_key_payload *trusted = data;
	const struct user_key_payload *user = data;

	/* Revoking a key frees its payload. */
	if (!data)
		return NULL;
	if (!strcmp(key->type->name, "encrypted")) {
		*len = encrypted->decrypted_datalen;
		return encrypted->decrypted_data;
	}
	if (!strcmp(key->type->name, "trusted")) {
		*len = trusted->key_len;
		return trusted->key;
	}
	*len = user->datalen;
	return user->data;
}

/* Set the key directly from the keyring's payload, without a copy. */
static int set_payload(struct hmacdev_key *key, struct key *from)
{
	int err = check_type(from);
	unsigned int len;
	const u8 *bytes;

	if (err)
		return err;
	if (down_read_interruptible(&from->sem))
		return -ERESTARTSYS;
	/* Recheck: it may have expired while we waited for the lock. */
	err = key_validate(from);
	if (!err) {
		bytes = payload(from, &len);
		err = bytes ? hmacdev_key_set(key, bytes, len) : -EKEYREVOKED;
	}
	up_read(&from->sem);
	return err;
}

/* Refuse special, negative serials: looking one up can create a keyring. */
static int set_keyring(struct hmacdev_key *key, s32 serial)
{
	key_ref_t ref;
	int err;

	if (serial < 1)
		return -EINVAL;
	ref = lookup_user_key(serial, 0, KEY_NEED_SEARCH);
	if (IS_ERR(ref))
		return PTR_ERR(ref);
	err = set_payload(key, key_ref_to_ptr(ref));
	key_ref_put(ref);
	return err;
}

/* Set the key of a new transform from @source: see struct hmacdev_new. */
int hmacdev_key_set_source(struct hmacdev_key *key, u32 source, u64 from,
			   u64 len, s32 serial)
{
	if (serial && source != HMACDEV_KEY_KEYRING)
		return -EINVAL;
	switch (source) {
	case HMACDEV_KEY_BYTES:
		return hmacdev_key_set_bytes(key, source, from, len);
	case HMACDEV_KEY_RANDOM:
		return from ? -EINVAL :
		       hmacdev_key_set_bytes(key, source, 0,
					     len ?: key->alg->digest_size);
	case HMACDEV_KEY_KEYRING:
		return from || len ? -EINVAL : set_keyring(key, serial);
	default:
		return -EINVAL;
	}
}
