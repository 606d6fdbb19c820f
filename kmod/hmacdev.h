/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own declarations. The interface to users, and what each
 * operation promises, is <linux/hmacdev.h>.
 */
#ifndef _HMACDEV_H
#define _HMACDEV_H

#include <crypto/hash.h>
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/hmacdev.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

/**
 * struct hmacdev_algorithm - a row of the closed list
 * @name: canonical name
 * @alias: another spelling that users expect, or NULL
 * @template: the one string that ever reaches the crypto API
 * @digest_size: size of the full tag in bytes
 * @block_size: size of the hash's block in bytes
 * @fips: approved for HMAC by FIPS 198-1
 */
struct hmacdev_algorithm {
	const char *name;
	const char *alias;
	const char *template;
	unsigned int digest_size;
	unsigned int block_size;
	bool fips;
};

int hmacdev_alg_init(const char *allowed);
const struct hmacdev_algorithm *hmacdev_alg_find(char *name);

/**
 * struct hmacdev_key - a keyed transform, immutable once it is shared
 * @refs: the contexts that use it
 * @tag_len: size of every tag made or checked with it, in bytes
 * @alg: its algorithm
 * @tfm: the transform; any number of descs may run on it at once
 */
struct hmacdev_key {
	refcount_t refs;
	unsigned int tag_len;
	const struct hmacdev_algorithm *alg;
	struct crypto_shash *tfm;
};

struct hmacdev_key *hmacdev_key_alloc(char *alg_name, u32 tag_len);
int hmacdev_key_set(struct hmacdev_key *key, const struct hmacdev_new *args);
void hmacdev_key_get(struct hmacdev_key *key);
void hmacdev_key_put(struct hmacdev_key *key);

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
	struct mutex lock; /* @state, @bytes, @desc */
	struct hmacdev_key *key;
	atomic_t rights;
	enum hmacdev_state state;
	u64 bytes;
	struct shash_desc *desc;
};

struct hmacdev_context *hmacdev_context_alloc(void);
void hmacdev_context_free(struct hmacdev_context *ctx);
struct hmacdev_key *hmacdev_context_key(struct hmacdev_context *ctx, u32 right);
ssize_t hmacdev_context_write(struct hmacdev_context *ctx,
			      struct iov_iter *msg);
void hmacdev_context_show(struct seq_file *m, struct file *file);

/**
 * struct hmacdev_call - one ioctl on its way
 * @ctx: the context it was called on
 * @user: the caller's struct
 * @user_size: its size in bytes, as the ioctl's number says
 * @size: the size of ours
 * @args: our copy of it, taken once and zero-extended
 */
struct hmacdev_call {
	struct hmacdev_context *ctx;
	void __user *user;
	size_t user_size;
	size_t size;
	union {
		struct hmacdev_alg alg;
		struct hmacdev_new new;
		struct hmacdev_update update;
		struct hmacdev_tag tag;
		struct hmacdev_reset reset;
		struct hmacdev_copy copy;
		struct hmacdev_restrict restriction;
		struct hmacdev_info info;
	} args;
};

int hmacdev_call_reply(struct hmacdev_call *call);

int hmacdev_ioctl_alg(struct hmacdev_call *call);
int hmacdev_ioctl_new(struct hmacdev_call *call);
int hmacdev_ioctl_update(struct hmacdev_call *call);
int hmacdev_ioctl_digest(struct hmacdev_call *call);
int hmacdev_ioctl_finalize(struct hmacdev_call *call);
int hmacdev_ioctl_verify(struct hmacdev_call *call);
int hmacdev_ioctl_reset(struct hmacdev_call *call);
int hmacdev_ioctl_copy(struct hmacdev_call *call);
int hmacdev_ioctl_restrict(struct hmacdev_call *call);
int hmacdev_ioctl_info(struct hmacdev_call *call);

ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg);

extern const struct file_operations hmacdev_fops;

#endif /* _HMACDEV_H */
