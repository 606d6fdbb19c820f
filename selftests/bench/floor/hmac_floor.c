// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of an HMAC in the crypto API itself, measured in a loop in the
 * kernel. No interface to the crypto API can cost less.
 */
#include <crypto/hash.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "hmac_floor.h"

struct floor {
	struct hmac_floor_set set;
	struct crypto_shash *tfm;
	u8 key[HMAC_FLOOR_KEY_MAX];
	struct crypto_shash **held;
	u32 held_count;
	u8 message[HMAC_FLOOR_SIZE_MAX];
};

static struct crypto_shash *keyed(const struct floor *floor)
{
	struct crypto_shash *tfm;
	int err;

	tfm = crypto_alloc_shash(floor->set.template, 0, 0);
	if (IS_ERR(tfm))
		return tfm;
	err = crypto_shash_setkey(tfm, floor->key, floor->set.key_len);
	if (err) {
		crypto_free_shash(tfm);
		return ERR_PTR(err);
	}
	return tfm;
}

static int set(struct floor *floor, const void __user *user)
{
	struct crypto_shash *tfm;

	if (copy_from_user(&floor->set, user, sizeof(floor->set)))
		return -EFAULT;
	if (floor->set.key_len > HMAC_FLOOR_KEY_MAX ||
	    floor->set.size > HMAC_FLOOR_SIZE_MAX ||
	    floor->set.mode > HMAC_FLOOR_NEW ||
	    strnlen(floor->set.template, sizeof(floor->set.template)) ==
	    sizeof(floor->set.template))
		return -EINVAL;

	tfm = keyed(floor);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	crypto_free_shash(floor->tfm);
	floor->tfm = tfm;
	return 0;
}

static int digest(const struct floor *floor, struct crypto_shash *tfm, u8 *tag)
{
	SHASH_DESC_ON_STACK(desc, tfm);

	desc->tfm = tfm;
	return crypto_shash_digest(desc, floor->message, floor->set.size, tag);
}

static int chunks(const struct floor *floor, u8 *tag)
{
	SHASH_DESC_ON_STACK(desc, floor->tfm);
	u32 from, len;
	int err;

	desc->tfm = floor->tfm;
	err = crypto_shash_init(desc);
	for (from = 0; !err && from < floor->set.size; from += len) {
		len = min_t(u32, floor->set.size - from, HMAC_FLOOR_CHUNK);
		err = crypto_shash_update(desc, floor->message + from, len);
	}
	return err ?: crypto_shash_final(desc, tag);
}

static int rekey(const struct floor *floor, u8 *tag)
{
	return crypto_shash_setkey(floor->tfm, floor->key,
				   floor->set.key_len) ?:
	       digest(floor, floor->tfm, tag);
}

static int new(const struct floor *floor, u8 *tag)
{
	struct crypto_shash *tfm = keyed(floor);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = digest(floor, tfm, tag);
	crypto_free_shash(tfm);
	return err;
}

static int once(const struct floor *floor, u8 *tag)
{
	switch (floor->set.mode) {
	case HMAC_FLOOR_CHUNKS:
		return chunks(floor, tag);
	case HMAC_FLOOR_REKEY:
		return rekey(floor, tag);
	case HMAC_FLOOR_NEW:
		return new(floor, tag);
	default:
		return digest(floor, floor->tfm, tag);
	}
}

static int run(const struct floor *floor, void __user *user)
{
	struct hmac_floor_run run;
	u64 i;
	int err = 0;

	if (!floor->tfm)
		return -ENOKEY;
	if (copy_from_user(&run, user, sizeof(run)))
		return -EFAULT;
	memset(run.tag, 0, sizeof(run.tag));

	for (i = 0; !err && i < run.count; i++) {
		err = once(floor, run.tag);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	if (!err && copy_to_user(user, &run, sizeof(run)))
		err = -EFAULT;
	return err;
}

static void release(struct floor *floor)
{
	while (floor->held_count)
		crypto_free_shash(floor->held[--floor->held_count]);
	kvfree(floor->held);
	floor->held = NULL;
}

static int hold(struct floor *floor, const u32 __user *user)
{
	struct crypto_shash *tfm;
	u32 count;

	if (!floor->tfm)
		return -ENOKEY;
	if (floor->held)
		return -EBUSY;
	if (get_user(count, user))
		return -EFAULT;
	floor->held = kvcalloc(count, sizeof(*floor->held), GFP_KERNEL);
	if (!floor->held)
		return -ENOMEM;
	while (floor->held_count < count) {
		tfm = keyed(floor);
		if (IS_ERR(tfm)) {
			release(floor);
			return PTR_ERR(tfm);
		}
		floor->held[floor->held_count++] = tfm;
		cond_resched();
	}
	return 0;
}

static int floor_open(struct inode *inode, struct file *file)
{
	struct floor *floor = kvzalloc(sizeof(*floor), GFP_KERNEL);
	size_t i;

	if (!floor)
		return -ENOMEM;
	for (i = 0; i < sizeof(floor->key); i++)
		floor->key[i] = i;
	for (i = 0; i < sizeof(floor->message); i++)
		floor->message[i] = i;
	file->private_data = floor;
	return 0;
}

static int floor_release(struct inode *inode, struct file *file)
{
	struct floor *floor = file->private_data;

	release(floor);
	crypto_free_shash(floor->tfm);
	kvfree(floor);
	return 0;
}

static long floor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case HMAC_FLOOR_SET:
		return set(file->private_data, user);
	case HMAC_FLOOR_RUN:
		return run(file->private_data, user);
	case HMAC_FLOOR_HOLD:
		return hold(file->private_data, user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations floor_fops = {
	.owner = THIS_MODULE,
	.open = floor_open,
	.release = floor_release,
	.unlocked_ioctl = floor_ioctl,
};

static struct miscdevice floor_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hmac_floor",
	.mode = 0600,
	.fops = &floor_fops,
};
module_misc_device(floor_device);

MODULE_DESCRIPTION("The crypto API's own price for an HMAC, for benchmarks");
MODULE_LICENSE("GPL");
