/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own declarations. The interface to users, and what each
 * operation promises, is <linux/hmacdev.h>.
 *
 * Unless it says otherwise, a function here is called in process context, may
 * sleep, and returns 0 or a negative errno.
 */
#ifndef _HMACDEV_H
#define _HMACDEV_H

#include <crypto/hash.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hmacdev.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

/* A message or key that fits this is worth no heap. */
#define HMACDEV_SMALL	256

/**
 * struct hmacdev_algorithm - a row of the closed list
 * @name: canonical name, padded with zeros
 * @alias: another spelling that users expect, or NULL
 * @template: the one string that ever reaches the crypto API
 * @digest_size: size of the full tag in bytes
 * @block_size: size of the hash's block in bytes
 * @fips: approved for HMAC by FIPS 198-1
 */
struct hmacdev_algorithm {
	char name[16];
	const char *alias;
	const char *template;
	unsigned int digest_size;
	unsigned int block_size;
	bool fips;
};

/**
 * struct hmacdev_key - a keyed transform, immutable once it is shared
 * @refs: the contexts that use it
 * @tag_len: size of every tag made or checked with it, in bytes
 * @alg: its algorithm
 * @tfm: the transform; any number of descs may run on it at once
 */
struct hmacdev_key {
	refcount_t refs;
	u8 tag_len;
	const struct hmacdev_algorithm *alg;
	struct crypto_shash *tfm;
};

/**
 * struct hmacdev_context - what an open file is
 * @lock: guards @state, @bytes and @desc
 * @key: NULL until NEW; set once, under @lock, with release semantics, and then
 *	read without it
 * @rights: mask of HMACDEV_RIGHT_*; bits are only ever cleared
 * @state: what the running message can do next
 * @bytes: size of the running message
 * @desc: the running message; its allocation has room for an exported state
 *	behind it, to copy or restore the message by
 */
struct hmacdev_context {
	struct mutex lock; /* as above */
	struct hmacdev_key *key;
	atomic_t rights;
	enum hmacdev_state state;
	u64 bytes;
	struct shash_desc *desc;
};

/**
 * struct hmacdev_call - one ioctl on its way
 * @ctx: the context it was called on
 * @cmd: its number, with the size of the caller's struct
 * @user: the caller's struct
 * @args: our copy of it, taken once and zero-extended
 */
struct hmacdev_call {
	struct hmacdev_context *ctx;
	unsigned int cmd;
	void __user *user;
	union {
		struct hmacdev_alg alg;
		struct hmacdev_new new;
		struct hmacdev_update update;
		struct hmacdev_tag tag;
		struct hmacdev_reset reset;
		struct hmacdev_copy copy;
		struct hmacdev_restrict restriction;
		struct hmacdev_info info;
		struct hmacdev_op mac;
		struct hmacdev_batch batch;
		struct hmacdev_derive derive;
		struct hmacdev_oneshot oneshot;
	} args;
};

int hmacdev_ioctl_alg(struct hmacdev_call *call);
int hmacdev_ioctl_new(struct hmacdev_call *call);
int hmacdev_ioctl_update(struct hmacdev_call *call);
int hmacdev_ioctl_tag(struct hmacdev_call *call);
int hmacdev_ioctl_reset(struct hmacdev_call *call);
int hmacdev_ioctl_copy(struct hmacdev_call *call);
int hmacdev_ioctl_restrict(struct hmacdev_call *call);
int hmacdev_ioctl_info(struct hmacdev_call *call);
int hmacdev_ioctl_mac(struct hmacdev_call *call);
int hmacdev_ioctl_batch(struct hmacdev_call *call);
int hmacdev_ioctl_derive(struct hmacdev_call *call);
int hmacdev_ioctl_oneshot(struct hmacdev_call *call);

int hmacdev_call_reply(struct hmacdev_call *call);

int hmacdev_alg_init(void);
const struct hmacdev_algorithm *hmacdev_alg_find(const char *name);

int hmacdev_key_init(struct hmacdev_key *key, const char *name, u32 tag_len);
int hmacdev_key_set(struct hmacdev_key *key, u32 source, u64 from, u64 len,
		    s32 serial);
int hmacdev_key_set_bytes(struct hmacdev_key *key, u32 source, u64 from,
			  u64 len);
struct hmacdev_key *hmacdev_key_alloc(const char *name, u32 tag_len);
void hmacdev_key_put(struct hmacdev_key *key);

struct hmacdev_context *hmacdev_context_alloc(void);
void hmacdev_context_free(struct hmacdev_context *ctx);
int hmacdev_context_set_key(struct hmacdev_context *ctx,
			    struct hmacdev_key *key, u32 rights);
int hmacdev_context_copy(struct hmacdev_context *to,
			 struct hmacdev_context *from);
ssize_t hmacdev_context_update(struct hmacdev_context *ctx,
			       struct iov_iter *msg, bool whole);
void hmacdev_context_show(struct seq_file *m, struct file *file);

ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg);

int hmacdev_tag_make(struct crypto_shash *tfm, u64 msg, size_t len, u8 *tag);
int hmacdev_tag_begin(const struct hmacdev_key *key, struct hmacdev_op *op);
int hmacdev_tag_end(const struct hmacdev_key *key, struct hmacdev_op *op,
		    const u8 *tag);

extern const struct file_operations hmacdev_fops;

/*
 * The key of a context, without its lock: -ENOKEY if there is none yet, -EPERM
 * without @right, which may be 0. The context keeps it as long as it lives.
 */
static inline struct hmacdev_key *
hmacdev_context_key(struct hmacdev_context *ctx, u32 right)
{
	/* Pairs with the release in hmacdev_context_set_key(). */
	struct hmacdev_key *key = smp_load_acquire(&ctx->key);

	if (!key)
		return ERR_PTR(-ENOKEY);
	if (right & ~atomic_read(&ctx->rights))
		return ERR_PTR(-EPERM);
	return key;
}

/* By whole words, for which @p has room: memzero_explicit() may go by bytes. */
static inline void hmacdev_wipe(void *p, size_t len)
{
	memset64(p, 0, DIV_ROUND_UP(len, sizeof(u64)));
	barrier_data(p);
}

#define HMACDEV_MOVE(type)						\
	do {								\
		if (give)						\
			unsafe_put_user(*(type *)ours,			\
					(type __user *)user, fault);	\
		else							\
			unsafe_get_user(*(type *)ours,			\
					(type __user *)user, fault);	\
		ours += sizeof(type);					\
		user += sizeof(type);					\
	} while (0)

/*
 * Copy few bytes to or from the user: by words, which costs less than a call
 * and its checks.
 */
static __always_inline int
hmacdev_move(void *ours, void __user *user, size_t len, bool give)
{
	if (!len)
		return 0;
	if (!user_access_begin(user, len))
		return -EFAULT;
	for (; len >= 32; len -= 32) {
		HMACDEV_MOVE(u64);
		HMACDEV_MOVE(u64);
		HMACDEV_MOVE(u64);
		HMACDEV_MOVE(u64);
	}
	for (; len >= 8; len -= 8)
		HMACDEV_MOVE(u64);
	for (; len; len--)
		HMACDEV_MOVE(u8);
	user_access_end();
	return 0;

fault:
	user_access_end();
	return -EFAULT;
}

static inline int hmacdev_get(void *to, const void __user *from, size_t len)
{
	return hmacdev_move(to, (void __user *)from, len, false);
}

static inline int hmacdev_put(void __user *to, const void *from, size_t len)
{
	return hmacdev_move((void *)from, to, len, true);
}

#endif /* _HMACDEV_H */
