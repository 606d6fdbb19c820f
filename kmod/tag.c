// SPDX-License-Identifier: GPL-2.0
/*
 * Tags: handed out or checked, of the running message (context.c) or of whole
 * ones. These need the key alone, which does not change, and take no lock.
 */
#include <linux/err.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "hmacdev.h"
#include "trace.h"

static int mismatch(const struct hmacdev_key *key)
{
	trace_hmacdev_verify_failed(key);
	return -EBADMSG;
}

/*
 * Say what can be said before the tag is made: that the buffer is too small for
 * it, -EMSGSIZE, with the size it takes then in @op; or that the one to check
 * has another size, hence is another one, -EBADMSG.
 */
int hmacdev_tag_begin(const struct hmacdev_key *key, struct hmacdev_op *op)
{
	if (op->op == HMACDEV_OP_VERIFY)
		return op->tag_len == key->tag_len ? 0 : mismatch(key);
	if (op->tag_len >= key->tag_len)
		return 0;
	op->tag_len = key->tag_len;
	return -EMSGSIZE;
}

/* Out of line, so that signing does not pay for its array. */
static noinline int check(const struct hmacdev_key *key, const u8 *tag,
			  const u8 __user *from)
{
	u8 given[HMACDEV_TAG_MAX] __uninitialized;

	if (hmacdev_get(given, from, key->tag_len))
		return -EFAULT;
	return crypto_memneq(tag, given, key->tag_len) ? mismatch(key) : 0;
}

/*
 * Give the tag to the user, and its size to @op; or compare it with the user's:
 * -EBADMSG if it is another one, after the same time wherever the two differ.
 */
int hmacdev_tag_end(const struct hmacdev_key *key, struct hmacdev_op *op,
		    const u8 *tag)
{
	void __user *user = u64_to_user_ptr(op->tag);

	if (op->op == HMACDEV_OP_VERIFY)
		return check(key, tag, user);
	if (hmacdev_put(user, tag, key->tag_len))
		return -EFAULT;
	op->tag_len = key->tag_len;
	return 0;
}

static noinline int long_tag(struct shash_desc *desc, u64 msg, size_t len,
			     u8 *tag)
{
	struct iov_iter iter;
	ssize_t fed;

	iov_iter_ubuf(&iter, ITER_SOURCE, u64_to_user_ptr(msg), len);
	fed = hmacdev_message_feed(desc, &iter);
	if (fed < 0)
		return fed;
	return fed < len ? -EFAULT : crypto_shash_final(desc, tag);
}

/*
 * Make the tag of the @len bytes at @msg, of the full digest size. The caller
 * wipes it, also after an error.
 */
int hmacdev_tag_make(struct crypto_shash *tfm, u64 msg, size_t len, u8 *tag)
{
	/* Not cleared first: that would cost more than the call. */
	u8 room[sizeof(struct shash_desc) + HASH_MAX_DESCSIZE + HMACDEV_SMALL]
		CRYPTO_MINALIGN_ATTR __uninitialized;
	struct shash_desc *desc = (void *)room;
	size_t used = sizeof(*desc) + ALIGN(crypto_shash_descsize(tfm), 8);
	u8 *small = room + used;
	int err;

	desc->tfm = tfm;
	if (len > HMACDEV_SMALL) {
		err = crypto_shash_init(desc) ?:
		      long_tag(desc, msg, len, tag);
	} else {
		err = hmacdev_get(small, u64_to_user_ptr(msg), len) ?:
		      crypto_shash_init(desc) ?:
		      crypto_shash_finup(desc, small, len, tag);
		used += len;
	}
	hmacdev_wipe(room, used);
	return err;
}

static int run(struct hmacdev_context *ctx, struct hmacdev_op *op)
{
	u8 tag[HMACDEV_TAG_MAX] __uninitialized;
	const struct hmacdev_key *key;
	int err;

	if ((op->op != HMACDEV_OP_SIGN && op->op != HMACDEV_OP_VERIFY) ||
	    op->reserved || op->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	/* An operation is named by the right that it needs. */
	key = hmacdev_context_key(ctx, op->op);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = hmacdev_tag_begin(key, op);
	if (err)
		return err;
	err = hmacdev_tag_make(key->tfm, op->msg, op->len, tag) ?:
	      hmacdev_tag_end(key, op, tag);
	memzero_explicit(tag, sizeof(tag));
	return err;
}

/* Flat, as run_entry() and ONESHOT: what it calls would cost as much again. */
int __flatten hmacdev_ioctl_mac(struct hmacdev_call *call)
{
	struct hmacdev_op *op = &call->args.mac;
	u32 tag_len = op->tag_len;
	int err = run(call->ctx, op);

	if (op->tag_len != tag_len && hmacdev_call_reply(call))
		return -EFAULT;
	return err;
}

/* One entry of a batch. Fails only if the entry itself cannot be had. */
static __flatten int run_entry(struct hmacdev_context *ctx,
			       struct hmacdev_op __user *user)
{
	struct hmacdev_op op __uninitialized;

	if (hmacdev_get(&op, user, sizeof(op)))
		return -EFAULT;
	op.status = run(ctx, &op);

	if (!user_write_access_begin(user, sizeof(*user)))
		return -EFAULT;
	unsafe_put_user(op.tag_len, &user->tag_len, fault);
	unsafe_put_user(op.status, &user->status, fault);
	user_write_access_end();
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

int hmacdev_ioctl_batch(struct hmacdev_call *call)
{
	const struct hmacdev_batch *args = &call->args.batch;
	struct hmacdev_op __user *ops = u64_to_user_ptr(args->ops);
	struct hmacdev_key *key;
	int err = 0;
	u32 done;

	if (args->flags || args->count > HMACDEV_BATCH_MAX)
		return -EINVAL;
	key = hmacdev_context_key(call->ctx, 0);
	if (IS_ERR(key))
		return PTR_ERR(key);

	for (done = 0; done < args->count; done++) {
		if (done && signal_pending(current))
			break;
		err = run_entry(call->ctx, &ops[done]);
		if (err)
			break;
		cond_resched();
	}
	return done ?: err;
}

int __flatten hmacdev_ioctl_oneshot(struct hmacdev_call *call)
{
	struct hmacdev_oneshot *args = &call->args.oneshot;
	struct hmacdev_op op = {
		.op = HMACDEV_OP_SIGN,
		.tag = args->tag,
		.tag_len = args->tag_len,
	};
	u8 tag[HMACDEV_TAG_MAX] __uninitialized;
	struct hmacdev_key key __uninitialized;
	int err;

	if (args->flags || args->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	err = hmacdev_key_init(&key, args->alg, 0);
	if (err)
		return err;
	err = hmacdev_key_set_bytes(&key, HMACDEV_KEY_BYTES, args->key,
				    args->key_len) ?:
	      hmacdev_tag_begin(&key, &op) ?:
	      hmacdev_tag_make(key.tfm, args->msg, args->len, tag) ?:
	      hmacdev_tag_end(&key, &op, tag);
	memzero_explicit(tag, sizeof(tag));
	crypto_free_shash(key.tfm);

	if (op.tag_len != args->tag_len) {
		args->tag_len = op.tag_len;
		if (hmacdev_call_reply(call))
			return -EFAULT;
	}
	return err;
}
