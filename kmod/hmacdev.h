/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internal declarations. The interface to user space is <linux/hmacdev.h>.
 *
 * The functions are called in process context, may sleep, and return 0 or a
 * negative errno, unless their comment states otherwise.
 */
#ifndef _HMACDEV_H
#define _HMACDEV_H

#include <crypto/hash.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/fault-inject-usercopy.h>
#include <linux/fs.h>
#include <linux/hmacdev.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

/* Messages and keys up to this size, and chunks of it, are on the stack. */
#define HMACDEV_SMALL	(BITS_PER_LONG == 64 ? 1024 : 256)

#define HMACDEV_RIGHTS_KNOWN	(HMACDEV_RIGHTS_SIGNER | HMACDEV_RIGHT_DERIVE)

/* One row of the table in alg.c */
struct hmacdev_algorithm {
	char name[HMACDEV_NAME_LEN]; /* canonical, padded with zeros */
	const char *alias;	/* another name that users may give, or NULL */
	const char *template;	/* name of the HMAC in the crypto API */
	unsigned int digest_size;
	unsigned int block_size;
	bool fips;		/* a hash of FIPS 180-4 or 202 */
};

/* A keyed transform; it does not change once it is shared. */
struct hmacdev_key {
	refcount_t refs;
	u8 tag_len;		/* size of every tag made or checked */
	const struct hmacdev_algorithm *alg;
	struct crypto_shash *tfm; /* many descs may use it at once */
};

/* The state of an open file. @state and @bytes are also read without @lock. */
struct hmacdev_context {
	struct mutex lock;	/* guards @state, @bytes and @desc */
	struct hmacdev_key *key; /* set once, under @lock, with a release */
	struct hmacdev_user *user; /* the user charged for this context */
	atomic_t rights;	/* HMACDEV_RIGHT_*; bits are only cleared */
	enum hmacdev_state state;
	atomic64_t bytes;	/* size of the running message */
	struct shash_desc *desc; /* running message, then an exported state */
};

/* One ioctl call in progress. */
struct hmacdev_call {
	struct file *file;
	struct hmacdev_context *ctx; /* of @file */
	unsigned int cmd;	/* contains the size of the caller's struct */
	void __user *user;	/* the caller's struct */
	/* Copy of the caller's struct, read once and zero-extended. */
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

long hmacdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

int hmacdev_alg_init(void);
void hmacdev_alg_exit(void);
const struct hmacdev_algorithm *hmacdev_alg_find(const char *name);
struct crypto_shash *hmacdev_alg_alloc(const struct hmacdev_algorithm *alg,
				       bool load);

struct hmacdev_user *hmacdev_user_get(void);
void hmacdev_user_put(struct hmacdev_user *user);

int hmacdev_key_init(struct hmacdev_key *key, const char *name, u32 tag_len,
		     bool load);
int hmacdev_key_set(struct hmacdev_key *key, const u8 *bytes, unsigned int len);
int hmacdev_key_set_bytes(struct hmacdev_key *key, u32 source, u64 from,
			  u64 len);
int hmacdev_key_set_source(struct hmacdev_key *key, u32 source, u64 from,
			   u64 len, s32 serial);
struct hmacdev_key *hmacdev_key_alloc(const char *name, u32 tag_len, bool load);
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
int hmacdev_tag_put(const struct hmacdev_key *key, struct hmacdev_op *op,
		    const u8 *tag);
int hmacdev_tag_compare(const struct hmacdev_key *key, const u8 *tag,
			const u8 *given);

/* Copy the struct back. This may fail, so change the context afterwards. */
static inline int hmacdev_call_reply(struct hmacdev_call *call, size_t size)
{
	size = min_t(size_t, size, _IOC_SIZE(call->cmd));
	return copy_to_user(call->user, &call->args, size) ? -EFAULT : 0;
}

/*
 * Return the key of @ctx, which stays valid as long as @ctx. Fails with -ENOKEY
 * if there is no key, and with -EPERM without @right (0: none is needed).
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

/*
 * Check @right (0: none is needed) after the last read of the caller's memory.
 * If that returned bytes written after RESTRICT, this sees RESTRICT's result.
 */
static inline int hmacdev_context_allows(struct hmacdev_context *ctx, u32 right)
{
	/* Pairs with the atomic_fetch_and() in hmacdev_ioctl_restrict(). */
	smp_rmb();
	return right & ~atomic_read(&ctx->rights) ? -EPERM : 0;
}

/* A new context may have known rights, but not both SIGN and DERIVE. */
static inline bool hmacdev_rights_valid(u32 rights)
{
	return !(rights & ~HMACDEV_RIGHTS_KNOWN) &&
	       !(rights & HMACDEV_RIGHT_SIGN && rights & HMACDEV_RIGHT_DERIVE);
}

/* Keep -ENOMEM and -EINTR; replace any other crypto API error by @other. */
static inline int hmacdev_crypto_error(int err, int other)
{
	return !err || err == -ENOMEM || err == -EINTR ? err : other;
}

#define hmacdev_hash_error(err)	hmacdev_crypto_error(err, -EIO)

/*
 * Zeroes @len rounded up to u64s. @p must be 8-byte aligned and have that room.
 * memzero_explicit() would cost MAC of 64 bytes 50 instructions more.
 */
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
 * Copy up to HMACDEV_SMALL bytes by words; @ours must be word-aligned. This
 * saves MAC of 64 bytes 220 of 8,500 instructions; unrolling saves 60 of them.
 */
static __always_inline int
hmacdev_move(void *ours, void __user *user, size_t len, bool give)
{
	/* The user's address may be unaligned. */
	if (len > HMACDEV_SMALL ||
	    !IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS))
		return (give ? copy_to_user(user, ours, len) :
			       copy_from_user(ours, user, len)) ? -EFAULT : 0;
	if (!len)
		return 0;
	might_fault();
	if (should_fail_usercopy() || !user_access_begin(user, len))
		return -EFAULT;
	for (; len >= 4 * sizeof(long); len -= 4 * sizeof(long)) {
		HMACDEV_MOVE(long);
		HMACDEV_MOVE(long);
		HMACDEV_MOVE(long);
		HMACDEV_MOVE(long);
	}
	for (; len >= sizeof(long); len -= sizeof(long))
		HMACDEV_MOVE(long);
	for (; len; len--)
		HMACDEV_MOVE(u8);
	user_access_end();
	return 0;

fault:
	user_access_end();
	return -EFAULT;
}

#define hmacdev_get(to, from, len) hmacdev_move(to, from, len, false)
#define hmacdev_put(to, from, len) hmacdev_move((void *)(from), to, len, true)

#endif /* _HMACDEV_H */
