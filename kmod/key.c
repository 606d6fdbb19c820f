// SPDX-License-Identifier: GPL-2.0
/*
 * Keys: where their bytes come from, and the transforms that hold them.
 */
#include <keys/encrypted-type.h>
#include <keys/trusted-type.h>
#include <keys/user-type.h>
#include <linux/err.h>
#include <linux/key-type.h>
#include <linux/key.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "hmacdev.h"

/*
 * Get the transform of a key whose algorithm the user has named; modules may be
 * loaded. The caller frees the transform, and sets a key before it is used.
 */
int hmacdev_key_init(struct hmacdev_key *key, const char *name, u32 tag_len)
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
	key->tfm = crypto_alloc_shash(alg->template, 0, 0);
	return PTR_ERR_OR_ZERO(key->tfm);
}

/* The same on the heap, with one reference, which is the caller's. */
struct hmacdev_key *hmacdev_key_alloc(const char *name, u32 tag_len)
{
	struct hmacdev_key *key = kmalloc(sizeof(*key), GFP_KERNEL_ACCOUNT);
	int err = key ? hmacdev_key_init(key, name, tag_len) : -ENOMEM;

	if (!err)
		return key;
	kfree(key);
	return ERR_PTR(err);
}

/* Wipes the key with the last reference: crypto_free_shash() does. */
void hmacdev_key_put(struct hmacdev_key *key)
{
	if (!refcount_dec_and_test(&key->refs))
		return;
	crypto_free_shash(key->tfm);
	kfree(key);
}

/* A key of bytes that pass through here: the user's, or random ones. */
int hmacdev_key_set_bytes(struct hmacdev_key *key, u32 source, u64 from,
			  u64 len)
{
	u8 small[HMACDEV_SMALL] CRYPTO_MINALIGN_ATTR __uninitialized;
	u8 *bytes = small;
	int err = 0;

	if (len > HMACDEV_KEY_MAX)
		return -EINVAL;
	if (len > sizeof(small)) {
		bytes = kvmalloc(ALIGN(len, sizeof(u64)),
				 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!bytes)
			return -ENOMEM;
	}
	if (source == HMACDEV_KEY_RANDOM)
		get_random_bytes(bytes, len);
	else
		err = hmacdev_get(bytes, u64_to_user_ptr(from), len);
	if (!err)
		err = crypto_shash_setkey(key->tfm, bytes, len);
	hmacdev_wipe(bytes, len);
	if (bytes != small)
		kvfree(bytes);
	return err;
}

/* The payload of a key whose lock is held, or why there is none. */
static const u8 *payload(const struct key *key, unsigned int *len)
{
	const char *type = key->type->name;
	const struct encrypted_key_payload *encrypted = NULL;
	const struct trusted_key_payload *trusted = NULL;
	const struct user_key_payload *user = NULL;

	if (!strcmp(type, "user") || !strcmp(type, "logon"))
		user = dereference_key_locked(key);
	else if (!strcmp(type, "encrypted"))
		encrypted = dereference_key_locked(key);
	else if (!strcmp(type, "trusted"))
		trusted = dereference_key_locked(key);
	else
		return ERR_PTR(-ENOPROTOOPT);

	if (user) {
		*len = user->datalen;
		return user->data;
	}
	if (encrypted) {
		*len = encrypted->decrypted_datalen;
		return encrypted->decrypted_data;
	}
	if (trusted) {
		*len = trusted->key_len;
		return trusted->key;
	}
	/* A key that is revoked loses it. */
	return ERR_PTR(-EKEYREVOKED);
}

/* The payload goes from the keyring's memory to the transform's at once. */
static int set_payload(struct hmacdev_key *key, struct key *from)
{
	const u8 *bytes;
	unsigned int len;
	int err;

	err = down_read_killable(&from->sem);
	if (err)
		return err;
	/* It was valid when it was looked up; that may be a while ago. */
	err = key_validate(from);
	if (!err) {
		bytes = payload(from, &len);
		err = IS_ERR(bytes) ? PTR_ERR(bytes) :
			crypto_shash_setkey(key->tfm, bytes, len);
	}
	up_read(&from->sem);
	return err;
}

static int set_keyring(struct hmacdev_key *key, s32 serial)
{
	key_ref_t ref = lookup_user_key(serial, 0, KEY_NEED_SEARCH);
	int err;

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	err = set_payload(key, key_ref_to_ptr(ref));
	key_ref_put(ref);
	return err;
}

/* Give a fresh transform its key: see struct hmacdev_new. */
int hmacdev_key_set(struct hmacdev_key *key, u32 source, u64 from, u64 len,
		    s32 serial)
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
