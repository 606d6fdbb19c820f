// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts, one for each open file, and operations on their running messages.
 */
#include <linux/slab.h>

#include "hmacdev.h"
#include "trace.h"

struct hmacdev_context *hmacdev_context_alloc(void)
{
	struct hmacdev_context *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	int err;

	if (!ctx)
		return ERR_PTR(-ENOMEM);
	ctx->user = hmacdev_user_get();
	if (IS_ERR(ctx->user)) {
		err = PTR_ERR(ctx->user);
		kfree(ctx);
		return ERR_PTR(err);
	}
	mutex_init(&ctx->lock);
	return ctx;
}

/* The caller must hold the only reference to @ctx. */
void hmacdev_context_free(struct hmacdev_context *ctx)
{
	if (ctx->key)
		hmacdev_key_put(ctx->key);
	kfree_sensitive(ctx->desc);
	hmacdev_user_put(ctx->user);
	kfree(ctx);
}

static size_t desc_size(const struct hmacdev_key *key)
{
	return ALIGN(sizeof(struct shash_desc) +
		     crypto_shash_descsize(key->tfm), CRYPTO_MINALIGN);
}

static size_t running_size(const struct hmacdev_key *key)
{
	return desc_size(key) + crypto_shash_statesize(key->tfm);
}

static void *saved(const struct hmacdev_context *ctx)
{
	return (void *)ctx->desc + desc_size(ctx->key);
}

/* Lock a keyed context. Another caller may hold the lock for long. */
static int context_lock(struct hmacdev_context *ctx)
{
	int err = PTR_ERR_OR_ZERO(hmacdev_context_key(ctx, 0));

	if (err)
		return err;
	return mutex_lock_interruptible(&ctx->lock) ? -ERESTARTSYS : 0;
}

/* Lock an active context, for UPDATE, COPY or an operation on the tag. */
static int context_lock_active(struct hmacdev_context *ctx, u32 right)
{
	int err = context_lock(ctx);

	if (err)
		return err;
	/* Check after the wait: the right may be dropped during it. */
	err = hmacdev_context_allows(ctx, right);
	if (!err && ctx->state != HMACDEV_STATE_ACTIVE)
		err = -EBADFD;
	if (err)
		mutex_unlock(&ctx->lock);
	return err;
}

static void context_wipe(struct hmacdev_context *ctx)
{
	lockdep_assert_held(&ctx->lock);

	memzero_explicit(shash_desc_ctx(ctx->desc),
			 running_size(ctx->key) - sizeof(*ctx->desc));
}

static void context_finalize(struct hmacdev_context *ctx)
{
	WRITE_ONCE(ctx->state, HMACDEV_STATE_FINALIZED);
	context_wipe(ctx);
}

/* Make the tag from a copy of the running message, which can be continued. */
static int make_tag(struct hmacdev_context *ctx, u8 *tag)
{
	SHASH_DESC_ON_STACK(desc, ctx->key->tfm);
	int err;

	lockdep_assert_held(&ctx->lock);

	desc->tfm = ctx->key->tfm;
	err = crypto_shash_export(ctx->desc, saved(ctx)) ?:
	      crypto_shash_import(desc, saved(ctx)) ?:
	      crypto_shash_final(desc, tag);
	shash_desc_zero(desc);
	return hmacdev_hash_error(err);
}

/*
 * Append @msg to the running message. If @msg faults, append nothing (@whole)
 * or the bytes before the fault. Returns the number of bytes appended.
 */
ssize_t hmacdev_context_update(struct hmacdev_context *ctx,
			       struct iov_iter *msg, bool whole)
{
	size_t len = iov_iter_count(msg);
	ssize_t ret = context_lock_active(ctx, 0);

	if (ret)
		return ret;
	ret = hmacdev_hash_error(crypto_shash_export(ctx->desc, saved(ctx)));
	if (ret)
		goto unlock;
	ret = hmacdev_message_feed(ctx->desc, msg);
	if (whole && ret >= 0 && ret < len)
		ret = -EFAULT;
	if (ret >= 0)
		atomic64_add(ret, &ctx->bytes);
	else if (crypto_shash_import(ctx->desc, saved(ctx)))
		context_finalize(ctx);	/* no tag rather than a wrong one */
unlock:
	mutex_unlock(&ctx->lock);
	return ret;
}

int hmacdev_ioctl_update(struct hmacdev_call *call)
{
	const struct hmacdev_update *args = &call->args.update;
	struct iov_iter msg;
	ssize_t ret;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	iov_iter_ubuf(&msg, ITER_SOURCE, u64_to_user_ptr(args->msg), args->len);
	ret = hmacdev_context_update(call->ctx, &msg, true);
	return ret < 0 ? ret : 0;
}

/* DIGEST, FINALIZE and VERIFY; the last two finalize the context. */
int hmacdev_ioctl_tag(struct hmacdev_call *call)
{
	const unsigned int nr = _IOC_NR(call->cmd);
	const bool verify = nr == _IOC_NR(HMACDEV_IOC_VERIFY);
	u8 tag[HMACDEV_TAG_MAX] __aligned(8);
	u8 given[HMACDEV_TAG_MAX] __aligned(8);
	struct hmacdev_tag *args = &call->args.tag;
	struct hmacdev_context *ctx = call->ctx;
	struct hmacdev_op op = {
		.op = verify ? HMACDEV_OP_VERIFY : HMACDEV_OP_SIGN,
		.tag = args->tag,
		.tag_len = args->tag_len,
	};
	const struct hmacdev_key *key = hmacdev_context_key(ctx, 0);
	int err, fault = 0;

	if (args->flags)
		return -EINVAL;
	if (IS_ERR(key))
		return PTR_ERR(key);
	/* Read before locking: access to user memory may block forever. */
	if (verify && op.tag_len == key->tag_len)
		fault = hmacdev_get(given, u64_to_user_ptr(op.tag), op.tag_len);
	err = context_lock_active(ctx, verify ? HMACDEV_RIGHT_VERIFY :
						HMACDEV_RIGHT_SIGN);
	if (err)
		return err;
	err = fault ?: hmacdev_tag_begin(key, &op) ?: make_tag(ctx, tag) ?:
	      (verify ? hmacdev_tag_compare(key, tag, given) :
			hmacdev_tag_put(key, &op, tag));
	memzero_explicit(tag, sizeof(tag));
	if (op.tag_len != args->tag_len) {
		args->tag_len = op.tag_len;
		if (hmacdev_call_reply(call, sizeof(*args)))
			err = -EFAULT;
	}
	/* A wrong tag is a result, not a failure. */
	if (nr != _IOC_NR(HMACDEV_IOC_DIGEST) && (!err || err == -EBADMSG))
		context_finalize(ctx);
	mutex_unlock(&ctx->lock);
	return err;
}

int hmacdev_ioctl_reset(struct hmacdev_call *call)
{
	struct hmacdev_context *ctx = call->ctx;
	int err;

	if (call->args.reset.flags || call->args.reset.reserved)
		return -EINVAL;
	err = context_lock(ctx);
	if (err)
		return err;
	context_wipe(ctx);
	atomic64_set(&ctx->bytes, 0);
	err = hmacdev_hash_error(crypto_shash_init(ctx->desc));
	WRITE_ONCE(ctx->state, err ? HMACDEV_STATE_FINALIZED :
				     HMACDEV_STATE_ACTIVE);
	mutex_unlock(&ctx->lock);
	return err;
}

/* Allocate a running message and, behind it, room for an exported state. */
static int start(struct hmacdev_context *ctx, const struct hmacdev_key *key)
{
	struct shash_desc *desc = kzalloc(running_size(key),
					  GFP_KERNEL_ACCOUNT);
	int err;

	if (!desc)
		return -ENOMEM;
	desc->tfm = key->tfm;
	err = hmacdev_hash_error(crypto_shash_init(desc));
	if (err) {
		kfree_sensitive(desc);
		return err;
	}
	ctx->desc = desc;
	WRITE_ONCE(ctx->state, HMACDEV_STATE_ACTIVE);
	return 0;
}

/* Key @ctx and take a reference to @key; -EBUSY if @ctx has a key. */
int hmacdev_context_set_key(struct hmacdev_context *ctx,
			    struct hmacdev_key *key, u32 rights)
{
	int err;

	if (mutex_lock_interruptible(&ctx->lock))
		return -ERESTARTSYS;
	err = ctx->key ? -EBUSY : start(ctx, key);
	if (!err) {
		refcount_inc(&key->refs);
		atomic_set(&ctx->rights, rights);
		/* Pairs with the acquire in hmacdev_context_key(). */
		smp_store_release(&ctx->key, key);
	}
	mutex_unlock(&ctx->lock);
	return err;
}

int hmacdev_ioctl_new(struct hmacdev_call *call)
{
	struct hmacdev_new *args = &call->args.new;
	struct hmacdev_key *key;
	int err;

	if (args->flags || args->reserved ||
	    !hmacdev_rights_valid(args->rights))
		return -EINVAL;
	/* Fail early; hmacdev_context_set_key() checks under the lock. */
	if (!IS_ERR(hmacdev_context_key(call->ctx, 0)))
		return -EBUSY;

	key = hmacdev_key_alloc(args->alg, args->tag_len, true);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = hmacdev_key_set_source(key, args->source, args->key,
				     args->key_len, args->serial) ?:
	      hmacdev_context_set_key(call->ctx, key, args->rights);
	if (!err)
		trace_hmacdev_new(key);
	hmacdev_key_put(key);
	return err;
}

/*
 * Copy the running message of @from to @to, which has the same key and is not
 * shared yet. @to loses the rights that @from has lost.
 */
int hmacdev_context_copy(struct hmacdev_context *to,
			 struct hmacdev_context *from)
{
	int err = context_lock_active(from, HMACDEV_RIGHT_COPY);

	if (err)
		return err;
	err = crypto_shash_export(from->desc, saved(from)) ?:
	      crypto_shash_import(to->desc, saved(from));
	atomic64_set(&to->bytes, atomic64_read(&from->bytes));
	atomic_and(atomic_read(&from->rights), &to->rights);
	mutex_unlock(&from->lock);
	return hmacdev_hash_error(err);
}

int hmacdev_ioctl_restrict(struct hmacdev_call *call)
{
	const struct hmacdev_restrict *args = &call->args.restriction;
	int err;

	if (args->flags)
		return -EINVAL;
	err = PTR_ERR_OR_ZERO(hmacdev_context_key(call->ctx, 0));
	/* Fully ordered: see hmacdev_context_allows(). */
	if (!err)
		atomic_fetch_and(args->rights, &call->ctx->rights);
	return err;
}

/* Lockless, so that INFO never blocks behind an UPDATE. */
int hmacdev_ioctl_info(struct hmacdev_call *call)
{
	struct hmacdev_info *args = &call->args.info;
	struct hmacdev_context *ctx = call->ctx;
	const struct hmacdev_key *key = hmacdev_context_key(ctx, 0);

	if (args->flags || args->reserved)
		return -EINVAL;
	memset(args, 0, sizeof(*args));
	args->known_rights = HMACDEV_RIGHTS_KNOWN;
	if (!IS_ERR(key)) {
		args->state = READ_ONCE(ctx->state);
		args->rights = atomic_read(&ctx->rights);
		args->tag_len = key->tag_len;
		args->digest_size = key->alg->digest_size;
		args->block_size = key->alg->block_size;
		args->bytes = atomic64_read(&ctx->bytes);
		strscpy(args->alg, key->alg->name, sizeof(args->alg));
	}
	return hmacdev_call_reply(call, sizeof(*args));
}

/* For /proc/PID/fdinfo; lockless, like INFO. */
void hmacdev_context_show(struct seq_file *m, struct file *file)
{
	struct hmacdev_context *ctx = file->private_data;
	const struct hmacdev_key *key = hmacdev_context_key(ctx, 0);

	if (IS_ERR(key)) {
		seq_puts(m, "hmac-state:\tunkeyed\n");
		return;
	}
	seq_printf(m, "hmac-state:\t%s\n",
		   READ_ONCE(ctx->state) == HMACDEV_STATE_ACTIVE ?
		   "active" : "finalized");
	seq_printf(m, "hmac-alg:\t%s\n", key->alg->name);
	seq_printf(m, "hmac-tag-len:\t%u\n", key->tag_len);
	seq_printf(m, "hmac-rights:\t0x%x\n", atomic_read(&ctx->rights));
	seq_printf(m, "hmac-bytes:\t%lld\n", atomic64_read(&ctx->bytes));
}
