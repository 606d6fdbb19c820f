// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts: what an open file is, and the operations on its running message.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "hmacdev.h"

static unsigned int max_contexts = 65536;
module_param(max_contexts, uint, 0644);
MODULE_PARM_DESC(max_contexts, "how many contexts there may be at once");

static atomic_t contexts = ATOMIC_INIT(0);

/**
 * hmacdev_context_alloc() - make an unkeyed context
 *
 * Context: process, may sleep.
 * Return: the context, which the caller frees; -ENFILE if there are as many as
 * the administrator allows, -ENOMEM.
 */
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

/* Room for a running message and, behind it, for an exported state of it. */
static struct shash_desc *running_alloc(const struct hmacdev_key *key)
{
	struct shash_desc *desc = kzalloc(running_size(key),
					  GFP_KERNEL_ACCOUNT);

	if (desc)
		desc->tfm = key->tfm;
	return desc;
}

static void *saved(const struct hmacdev_context *ctx)
{
	return (void *)ctx->desc + desc_size(ctx->key);
}

/**
 * hmacdev_context_key() - get the key of a context, without its lock
 * @ctx: the context, which keeps the key as long as it lives
 * @right: the one HMACDEV_RIGHT_* that the operation needs, or 0
 *
 * Context: any.
 * Return: the key; -ENOKEY if there is none yet, -EPERM without the right.
 */
struct hmacdev_key *hmacdev_context_key(struct hmacdev_context *ctx, u32 right)
{
	/* Pairs with the release in context_set_key(). */
	struct hmacdev_key *key = smp_load_acquire(&ctx->key);

	if (!key)
		return ERR_PTR(-ENOKEY);
	if (right & ~atomic_read(&ctx->rights))
		return ERR_PTR(-EPERM);
	return key;
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

	ctx->state = HMACDEV_STATE_FINALIZED;
	memzero_explicit(shash_desc_ctx(ctx->desc),
			 running_size(ctx->key) - sizeof(*ctx->desc));
}

/*
 * The tag of the message so far. It is made from a copy of the running message,
 * so that whatever fails from here on leaves that as it was.
 */
static int context_tag(struct hmacdev_context *ctx, u8 *tag)
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

/* Append what there is of @msg or, if @whole, all of it or nothing. */
static ssize_t context_update(struct hmacdev_context *ctx,
			      struct iov_iter *msg, bool whole)
{
	size_t len = iov_iter_count(msg);
	ssize_t fed;
	int err;

	lockdep_assert_held(&ctx->lock);

	err = crypto_shash_export(ctx->desc, saved(ctx));
	if (err)
		return err;
	fed = hmacdev_message_feed(ctx->desc, msg);
	if (whole && fed >= 0 && fed < len)
		fed = -EFAULT;
	if (fed >= 0)
		ctx->bytes += fed;
	else if (crypto_shash_import(ctx->desc, saved(ctx)))
		context_finalize(ctx);	/* better no tag than a wrong one */
	return fed;
}

/**
 * hmacdev_context_write() - append to the running message, as write(2) does
 * @ctx: the context
 * @msg: the bytes; advanced past what was taken
 *
 * Context: process, may sleep.
 * Return: how many bytes were taken; -ENOKEY, -EBADFD, -EFAULT, -ENOMEM, -EINTR
 * if none were.
 */
ssize_t hmacdev_context_write(struct hmacdev_context *ctx,
			      struct iov_iter *msg)
{
	ssize_t ret = context_lock_active(ctx, 0);

	if (ret)
		return ret;
	ret = context_update(ctx, msg, false);
	mutex_unlock(&ctx->lock);
	return ret;
}

int hmacdev_ioctl_update(struct hmacdev_call *call)
{
	const struct hmacdev_update *args = &call->args.update;
	struct hmacdev_context *ctx = call->ctx;
	struct iov_iter msg;
	ssize_t ret;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	ret = context_lock_active(ctx, 0);
	if (ret)
		return ret;
	iov_iter_ubuf(&msg, ITER_SOURCE, u64_to_user_ptr(args->msg), args->len);
	ret = context_update(ctx, &msg, true);
	mutex_unlock(&ctx->lock);
	return ret < 0 ? ret : 0;
}

/* DIGEST: the tag to its buffer, then its length. */
static int give_tag(struct hmacdev_call *call)
{
	struct hmacdev_tag *args = &call->args.tag;
	u32 tag_len = call->ctx->key->tag_len;
	bool fits = args->tag_len >= tag_len;
	u8 tag[HMACDEV_TAG_MAX];
	int err;

	args->tag_len = tag_len;
	if (!fits)
		return hmacdev_call_reply(call) ?: -EMSGSIZE;

	err = context_tag(call->ctx, tag);
	if (!err && copy_to_user(u64_to_user_ptr(args->tag), tag, tag_len))
		err = -EFAULT;
	memzero_explicit(tag, sizeof(tag));
	return err ?: hmacdev_call_reply(call);
}

/* FINALIZE: only when nothing can fail any more. */
static int give_last_tag(struct hmacdev_call *call)
{
	int err = give_tag(call);

	if (!err)
		context_finalize(call->ctx);
	return err;
}

/* VERIFY: that a tag is wrong is an answer, and ends the message as well. */
static int check_tag(struct hmacdev_call *call)
{
	const struct hmacdev_tag *args = &call->args.tag;
	u32 tag_len = call->ctx->key->tag_len;
	bool right_size = args->tag_len == tag_len;
	u8 tag[HMACDEV_TAG_MAX], given[HMACDEV_TAG_MAX];
	int err;

	if (right_size &&
	    copy_from_user(given, u64_to_user_ptr(args->tag), tag_len))
		return -EFAULT;
	err = context_tag(call->ctx, tag);
	if (!err) {
		context_finalize(call->ctx);
		if (!right_size || crypto_memneq(tag, given, tag_len))
			err = -EBADMSG;
	}
	memzero_explicit(tag, sizeof(tag));
	return err;
}

static int with_tag(struct hmacdev_call *call, u32 right,
		    int (*operation)(struct hmacdev_call *call))
{
	int err;

	if (call->args.tag.flags)
		return -EINVAL;
	err = context_lock_active(call->ctx, right);
	if (err)
		return err;
	err = operation(call);
	mutex_unlock(&call->ctx->lock);
	return err;
}

int hmacdev_ioctl_digest(struct hmacdev_call *call)
{
	return with_tag(call, HMACDEV_RIGHT_SIGN, give_tag);
}

int hmacdev_ioctl_finalize(struct hmacdev_call *call)
{
	return with_tag(call, HMACDEV_RIGHT_SIGN, give_last_tag);
}

int hmacdev_ioctl_verify(struct hmacdev_call *call)
{
	return with_tag(call, HMACDEV_RIGHT_VERIFY, check_tag);
}

int hmacdev_ioctl_reset(struct hmacdev_call *call)
{
	struct hmacdev_context *ctx = call->ctx;
	struct hmacdev_key *key;
	int err;

	if (call->args.reset.flags || call->args.reset.reserved)
		return -EINVAL;
	key = hmacdev_context_key(ctx, 0);
	if (IS_ERR(key))
		return PTR_ERR(key);
	if (mutex_lock_killable(&ctx->lock))
		return -EINTR;
	context_finalize(ctx);
	err = crypto_shash_init(ctx->desc);
	if (!err) {
		ctx->bytes = 0;
		ctx->state = HMACDEV_STATE_ACTIVE;
	}
	mutex_unlock(&ctx->lock);
	return err;
}

/*
 * Key a context that has no key yet. The reference to @key becomes the
 * context's, unless this fails.
 */
static int context_set_key(struct hmacdev_context *ctx, struct hmacdev_key *key,
			   u32 rights)
{
	struct shash_desc *desc = running_alloc(key);
	int err;

	if (!desc)
		return -ENOMEM;
	err = crypto_shash_init(desc);
	if (err)
		goto err_free_desc;
	err = mutex_lock_killable(&ctx->lock);
	if (err)
		goto err_free_desc;
	if (ctx->key) {
		err = -EBUSY;
		goto err_unlock;
	}
	ctx->desc = desc;
	ctx->state = HMACDEV_STATE_ACTIVE;
	atomic_set(&ctx->rights, rights);
	/* Pairs with the acquire in hmacdev_context_key(). */
	smp_store_release(&ctx->key, key);
	mutex_unlock(&ctx->lock);
	return 0;

err_unlock:
	mutex_unlock(&ctx->lock);
err_free_desc:
	kfree_sensitive(desc);
	return err;
}

int hmacdev_ioctl_new(struct hmacdev_call *call)
{
	struct hmacdev_new *args = &call->args.new;
	struct hmacdev_key *key;
	int err;

	if (args->flags || args->reserved || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	/* Spares the work; context_set_key() has the last word. */
	if (!IS_ERR(hmacdev_context_key(call->ctx, 0)))
		return -EBUSY;

	key = hmacdev_key_alloc(args->alg, args->tag_len);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = hmacdev_key_set(key, args) ?:
	      context_set_key(call->ctx, key, args->rights);
	if (err)
		hmacdev_key_put(key);
	return err;
}

/* Give a context to the caller as a new descriptor, which then owns it. */
static int context_install(struct hmacdev_context *ctx)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = anon_inode_getfile("[hmac]", &hmacdev_fops, ctx, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	stream_open(file_inode(file), file);
	fd_install(fd, file);
	return fd;
}

/* Bring the running message of @from to @to, which nobody else has yet. */
static int context_copy(struct hmacdev_context *to,
			struct hmacdev_context *from, u32 rights)
{
	int err = context_lock_active(from, HMACDEV_RIGHT_COPY);

	if (err)
		return err;
	err = crypto_shash_export(from->desc, saved(from)) ?:
	      crypto_shash_import(to->desc, saved(from));
	if (!err) {
		to->state = from->state;
		to->bytes = from->bytes;
		atomic_set(&to->rights, atomic_read(&from->rights) & rights);
	}
	mutex_unlock(&from->lock);
	return err;
}

int hmacdev_ioctl_copy(struct hmacdev_call *call)
{
	const struct hmacdev_copy *args = &call->args.copy;
	struct hmacdev_context *from = call->ctx, *to;
	struct hmacdev_key *key;
	int ret;

	if (args->flags || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	key = hmacdev_context_key(from, HMACDEV_RIGHT_COPY);
	if (IS_ERR(key))
		return PTR_ERR(key);

	to = hmacdev_context_alloc();
	if (IS_ERR(to))
		return PTR_ERR(to);
	/* The very same transform: a state means nothing under another key. */
	hmacdev_key_get(key);
	to->key = key;
	to->desc = running_alloc(key);
	ret = to->desc ? context_copy(to, from, args->rights) : -ENOMEM;
	if (!ret)
		ret = context_install(to);
	if (ret < 0)
		hmacdev_context_free(to);
	return ret;
}

int hmacdev_ioctl_restrict(struct hmacdev_call *call)
{
	const struct hmacdev_restrict *args = &call->args.restriction;
	struct hmacdev_key *key;

	if (args->flags || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	key = hmacdev_context_key(call->ctx, 0);
	if (IS_ERR(key))
		return PTR_ERR(key);
	atomic_and(args->rights, &call->ctx->rights);
	return 0;
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

/**
 * hmacdev_context_show() - tell /proc/PID/fdinfo/FD of a context
 * @m: where to
 * @file: the context's file
 *
 * A snapshot without the lock: a reader of /proc waits for nobody's message.
 *
 * Context: process.
 */
void hmacdev_context_show(struct seq_file *m, struct file *file)
{
	static const char *const states[] = {
		[HMACDEV_STATE_UNKEYED] = "unkeyed",
		[HMACDEV_STATE_ACTIVE] = "active",
		[HMACDEV_STATE_FINALIZED] = "finalized",
	};
	struct hmacdev_context *ctx = file->private_data;
	const struct hmacdev_key *key = hmacdev_context_key(ctx, 0);
	u32 rights;

	seq_printf(m, "hmac-state:\t%s\n", states[READ_ONCE(ctx->state)]);
	if (IS_ERR(key))
		return;
	rights = atomic_read(&ctx->rights);
	seq_printf(m, "hmac-alg:\t%s\n", key->alg->name);
	seq_printf(m, "hmac-tag-len:\t%u\n", key->tag_len);
	seq_printf(m, "hmac-rights:\t%s%s%s%s\n",
		   rights & HMACDEV_RIGHT_SIGN ? "s" : "-",
		   rights & HMACDEV_RIGHT_VERIFY ? "v" : "-",
		   rights & HMACDEV_RIGHT_COPY ? "c" : "-",
		   rights & HMACDEV_RIGHT_DERIVE ? "d" : "-");
	seq_printf(m, "hmac-bytes:\t%llu\n", READ_ONCE(ctx->bytes));
}
