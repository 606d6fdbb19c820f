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
 * Get the transform of a key whose algorithm is named by HMACDEV_NAME_LEN bytes
 * from the user; they are changed on the way, and modules may be loaded. The
 * caller frees the transform, and sets a key before it is used.
 */
int hmacdev_key_init(struct hmacdev_key *key, char *alg_name, u32 tag_len)
{
	const struct hmacdev_algorithm *alg = hmacdev_alg_find(alg_name);

	if (IS_ERR(alg))
		return PTR_ERR(alg);
	if (!hmacdev_alg_allowed(alg))
		return -ENOENT;
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
struct hmacdev_key *hmacdev_key_alloc(char *alg_name, u32 tag_len)
{
	struct hmacdev_key *key = kmalloc(sizeof(*key), GFP_KERNEL_ACCOUNT);
	int err = key ? hmacdev_key_init(key, alg_name, tag_len) : -ENOMEM;

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

/* Keys that are no longer than this, which is most, take no heap. */
#define SMALL_KEY 128

static int fill(u8 *bytes, const struct hmacdev_new *args, size_t len)
{
	if (args->source == HMACDEV_KEY_RANDOM)
		get_random_bytes(bytes, len);
	else if (copy_from_user(bytes, u64_to_user_ptr(args->key), len))
		return -EFAULT;
	return 0;
}

/* A key of bytes that pass through here: the user's, or random ones. */
static int set_bytes(struct hmacdev_key *key, const struct hmacdev_new *args,
		     size_t len)
{
	u8 small[SMALL_KEY] __uninitialized, *bytes = small;
	int err;

	if (len > sizeof(small)) {
		bytes = kvmalloc(len, GFP_KERNEL_ACCOUNT);
		if (!bytes)
			return -ENOMEM;
	}
	err = fill(bytes, args, len);
	if (!err)
		err = crypto_shash_setkey(key->tfm, bytes, len);
	memzero_explicit(bytes, len);
	if (bytes != small)
		kvfree(bytes);
	return err;
}

/* The payload of a key whose lock is held, or why there is none. */
static const u8 *payload(const struct key *key, unsigned int *len)
{
	const void *data = dereference_key_locked(key);
	const char *type = key->type->name;

	/* A user key's is taken away when it is revoked. */
	if (!data)
		return ERR_PTR(-EKEYREVOKED);

	if (!strcmp(type, "user") || !strcmp(type, "logon")) {
		const struct user_key_payload *user = data;

		*len = user->datalen;
		return user->data;
	}
	if (!strcmp(type, "encrypted")) {
		const struct encrypted_key_payload *encrypted = data;

		*len = encrypted->decrypted_datalen;
		return encrypted->decrypted_data;
	}
	if (!strcmp(type, "trusted")) {
		const struct trusted_key_payload *trusted = data;

		*len = trusted->key_len;
		return trusted->key;
	}
	return ERR_PTR(-ENOPROTOOPT);
}

/* The payload goes from the key ring's memory to the transform's at once. */
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

/* Give a fresh transform its key, from where the user wants it. */
int hmacdev_key_set(struct hmacdev_key *key, const struct hmacdev_new *args)
{
	if (args->key_len > HMACDEV_KEY_MAX)
		return -EINVAL;

	switch (args->source) {
	case HMACDEV_KEY_BYTES:
		if (args->serial)
			return -EINVAL;
		return set_bytes(key, args, args->key_len);
	case HMACDEV_KEY_RANDOM:
		if (args->serial || args->key)
			return -EINVAL;
		return set_bytes(key, args,
				 args->key_len ?: key->alg->digest_size);
	case HMACDEV_KEY_KEYRING:
		if (args->key || args->key_len)
			return -EINVAL;
		return set_keyring(key, args->serial);
	default:
		return -EINVAL;
	}
}
