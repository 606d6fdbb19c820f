// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts: what an open file is, and the operations on its running message.
 */
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "hmacdev.h"
#include "trace.h"

static unsigned int max_contexts = 65536;
module_param(max_contexts, uint, 0644);
MODULE_PARM_DESC(max_contexts, "how many contexts there may be at once");

static atomic_t contexts = ATOMIC_INIT(0);

/* An unkeyed context, or -ENFILE beyond what the administrator allows. */
struct hmacdev_context *hmacdev_context_alloc(void)
{
	struct hmacdev_context *ctx;
	int err = -ENFILE;

	if ((unsigned int)atomic_inc_return(&contexts) >
	    READ_ONCE(max_contexts))
		goto err_uncount;

	err = -ENOMEM;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		goto err_uncount;
	mutex_init(&ctx->lock);
	return ctx;

err_uncount:
	atomic_dec(&contexts);
	return ERR_PTR(err);
}

/* For a context that no file and no other thread has, any more or yet. */
void hmacdev_context_free(struct hmacdev_context *ctx)
{
	if (ctx->key)
		hmacdev_key_put(ctx->key);
	kfree_sensitive(ctx->desc);
	kfree(ctx);
	atomic_dec(&contexts);
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

/* Lock a context for an operation that appends, or makes use of the tag. */
static int context_lock_active(struct hmacdev_context *ctx, u32 right)
{
	int err = PTR_ERR_OR_ZERO(hmacdev_context_key(ctx, 0));

	if (err)
		return err;
	if (mutex_lock_killable(&ctx->lock))
		return -EINTR;
	/* Not before: it may be dropped while we wait. */
	err = PTR_ERR_OR_ZERO(hmacdev_context_key(ctx, right));
	if (!err && ctx->state != HMACDEV_STATE_ACTIVE)
		err = -EBADFD;
	if (err)
		mutex_unlock(&ctx->lock);
	return err;
}

/* What is left of the message is as secret as the message. */
static void context_finalize(struct hmacdev_context *ctx)
{
	lockdep_assert_held(&ctx->lock);

	WRITE_ONCE(ctx->state, HMACDEV_STATE_FINALIZED);
	memzero_explicit(shash_desc_ctx(ctx->desc),
			 running_size(ctx->key) - sizeof(*ctx->desc));
}

/*
 * The tag of the running message. It is made from a copy, so that whatever
 * fails from here on leaves the message as it was.
 */
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
	return err;
}

/*
 * Append to the running message: with @whole, all of @msg or nothing, else what
 * of it is in the caller's memory. Returns how many bytes were taken.
 */
ssize_t hmacdev_context_update(struct hmacdev_context *ctx,
			       struct iov_iter *msg, bool whole)
{
	size_t len = iov_iter_count(msg);
	ssize_t ret = context_lock_active(ctx, 0);

	if (ret)
		return ret;
	ret = crypto_shash_export(ctx->desc, saved(ctx));
	if (ret)
		goto unlock;
	ret = hmacdev_message_feed(ctx->desc, msg);
	if (whole && ret >= 0 && ret < len)
		ret = -EFAULT;
	if (ret >= 0)
		WRITE_ONCE(ctx->bytes, ctx->bytes + ret);
	else if (crypto_shash_import(ctx->desc, saved(ctx)))
		context_finalize(ctx);	/* better no tag than a wrong one */
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

/* DIGEST, FINALIZE and VERIFY; the last two end the message. */
int hmacdev_ioctl_tag(struct hmacdev_call *call)
{
	const unsigned int nr = _IOC_NR(call->cmd);
	u8 tag[HMACDEV_TAG_MAX] __uninitialized;
	struct hmacdev_tag *args = &call->args.tag;
	struct hmacdev_context *ctx = call->ctx;
	struct hmacdev_op op = {
		.op = nr == _IOC_NR(HMACDEV_IOC_VERIFY) ?
		      HMACDEV_OP_VERIFY : HMACDEV_OP_SIGN,
		.tag = args->tag,
		.tag_len = args->tag_len,
	};
	int err;

	if (args->flags)
		return -EINVAL;
	err = context_lock_active(ctx, op.op);
	if (err)
		return err;
	err = hmacdev_tag_begin(ctx->key, &op) ?:
	      make_tag(ctx, tag) ?:
	      hmacdev_tag_end(ctx->key, &op, tag);
	memzero_explicit(tag, sizeof(tag));
	if (op.tag_len != args->tag_len) {
		args->tag_len = op.tag_len;
		if (hmacdev_call_reply(call))
			err = -EFAULT;
	}
	/* That a tag is wrong is an answer, too. */
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
	err = PTR_ERR_OR_ZERO(hmacdev_context_key(ctx, 0));
	if (err)
		return err;
	if (mutex_lock_killable(&ctx->lock))
		return -EINTR;
	context_finalize(ctx);
	err = crypto_shash_init(ctx->desc);
	if (!err) {
		WRITE_ONCE(ctx->bytes, 0);
		WRITE_ONCE(ctx->state, HMACDEV_STATE_ACTIVE);
	}
	mutex_unlock(&ctx->lock);
	return err;
}

/* Room for a running message and, behind it, for an exported state of it. */
static int start(struct hmacdev_context *ctx, const struct hmacdev_key *key)
{
	struct shash_desc *desc = kzalloc(running_size(key),
					  GFP_KERNEL_ACCOUNT);
	int err;

	if (!desc)
		return -ENOMEM;
	desc->tfm = key->tfm;
	err = crypto_shash_init(desc);
	if (err) {
		kfree_sensitive(desc);
		return err;
	}
	ctx->desc = desc;
	WRITE_ONCE(ctx->state, HMACDEV_STATE_ACTIVE);
	return 0;
}

/*
 * Key a context, unless it has a key: -EBUSY. The reference to @key becomes the
 * context's if this succeeds.
 */
int hmacdev_context_set_key(struct hmacdev_context *ctx,
			    struct hmacdev_key *key, u32 rights)
{
	int err = mutex_lock_killable(&ctx->lock);

	if (err)
		return err;
	err = ctx->key ? -EBUSY : start(ctx, key);
	if (!err) {
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

	if (args->flags || args->reserved || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	/* Spares the work; hmacdev_context_set_key() has the last word. */
	if (!IS_ERR(hmacdev_context_key(call->ctx, 0)))
		return -EBUSY;

	key = hmacdev_key_alloc(args->alg, args->tag_len);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = hmacdev_key_set(key, args->source, args->key, args->key_len,
			      args->serial) ?:
	      hmacdev_context_set_key(call->ctx, key, args->rights);
	if (err)
		hmacdev_key_put(key);
	else
		trace_hmacdev_new(key);
	return err;
}

/*
 * Copy the running message of @from to @to, which has the very same key and is
 * not known to anyone else yet, and keeps of its rights those that @from has.
 */
int hmacdev_context_copy(struct hmacdev_context *to,
			 struct hmacdev_context *from)
{
	int err = context_lock_active(from, HMACDEV_RIGHT_COPY);

	if (err)
		return err;
	err = crypto_shash_export(from->desc, saved(from)) ?:
	      crypto_shash_import(to->desc, saved(from));
	to->bytes = from->bytes;
	atomic_and(atomic_read(&from->rights), &to->rights);
	mutex_unlock(&from->lock);
	return err;
}

int hmacdev_ioctl_restrict(struct hmacdev_call *call)
{
	const struct hmacdev_restrict *args = &call->args.restriction;
	int err;

	if (args->flags || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	err = PTR_ERR_OR_ZERO(hmacdev_context_key(call->ctx, 0));
	if (!err)
		atomic_and(args->rights, &call->ctx->rights);
	return err;
}

int hmacdev_ioctl_info(struct hmacdev_call *call)
{
	struct hmacdev_info *args = &call->args.info;
	struct hmacdev_context *ctx = call->ctx;

	if (args->flags)
		return -EINVAL;
	if (mutex_lock_killable(&ctx->lock))
		return -EINTR;
	memset(args, 0, sizeof(*args));
	args->state = ctx->state;
	if (ctx->key) {
		const struct hmacdev_algorithm *alg = ctx->key->alg;

		args->rights = atomic_read(&ctx->rights);
		args->tag_len = ctx->key->tag_len;
		args->digest_size = alg->digest_size;
		args->block_size = alg->block_size;
		args->bytes = ctx->bytes;
		strscpy(args->alg, alg->name, sizeof(args->alg));
	}
	mutex_unlock(&ctx->lock);
	return hmacdev_call_reply(call);
}

/* For /proc/PID/fdinfo: without the lock, as it waits for nobody's message. */
void hmacdev_context_show(struct seq_file *m, struct file *file)
{
	static const char *const states[] = {
		[HMACDEV_STATE_UNKEYED] = "unkeyed",
		[HMACDEV_STATE_ACTIVE] = "active",
		[HMACDEV_STATE_FINALIZED] = "finalized",
	};
	struct hmacdev_context *ctx = file->private_data;
	const struct hmacdev_key *key = hmacdev_context_key(ctx, 0);

	seq_printf(m, "hmac-state:\t%s\n", states[READ_ONCE(ctx->state)]);
	if (IS_ERR(key))
		return;
	seq_printf(m, "hmac-alg:\t%s\n", key->alg->name);
	seq_printf(m, "hmac-tag-len:\t%u\n", key->tag_len);
	seq_printf(m, "hmac-rights:\t0x%x\n", atomic_read(&ctx->rights));
	seq_printf(m, "hmac-bytes:\t%llu\n", READ_ONCE(ctx->bytes));
}
