// SPDX-License-Identifier: GPL-2.0
/*
 * Return and check tags; and MAC, BATCH and ONESHOT for whole messages, which
 * do not lock the context, since they use only a key, which does not change.
 */
#include <crypto/algapi.h>		/* crypto_memneq() */
#include <linux/sched/signal.h>

#include "hmacdev.h"
#include "trace.h"

static int mismatch(const struct hmacdev_key *key)
{
	trace_hmacdev_verify_failed(key);
	return -EBADMSG;
}

/*
 * Check @op's tag_len before the tag is made. SIGN: if the buffer is too small,
 * set tag_len and return -EMSGSIZE. VERIFY: -EBADMSG for a wrong length.
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

int hmacdev_tag_put(const struct hmacdev_key *key, struct hmacdev_op *op,
		    const u8 *tag)
{
	if (hmacdev_put(u64_to_user_ptr(op->tag), tag, key->tag_len))
		return -EFAULT;
	op->tag_len = key->tag_len;
	return 0;
}

/* Compare in constant time: -EBADMSG if they differ. */
int hmacdev_tag_compare(const struct hmacdev_key *key, const u8 *tag,
			const u8 *given)
{
	return crypto_memneq(tag, given, key->tag_len) ? mismatch(key) : 0;
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
	if (fed < len)
		return -EFAULT;
	return hmacdev_hash_error(crypto_shash_final(desc, tag));
}

/* Make the full tag of @len bytes at @msg. The caller always wipes @tag. */
int hmacdev_tag_make(struct crypto_shash *tfm, u64 msg, size_t len, u8 *tag)
{
	/* __uninitialized saves 130 instructions. */
	u8 room[sizeof(struct shash_desc) + ALIGN(HASH_MAX_DESCSIZE, 8) +
		HMACDEV_SMALL] CRYPTO_MINALIGN_ATTR __uninitialized;
	struct shash_desc *desc = (void *)room;
	size_t used = sizeof(*desc) + ALIGN(crypto_shash_descsize(tfm), 8);
	u8 *small = room + used;
	int err;

	/* hmacdev_get() and hmacdev_wipe() work on whole words. */
	BUILD_BUG_ON(sizeof(*desc) % 8 || HMACDEV_SMALL % 8 ||
		     HASH_MAX_DIGESTSIZE > HMACDEV_TAG_MAX);

	desc->tfm = tfm;
	if (len > HMACDEV_SMALL) {
		err = hmacdev_hash_error(crypto_shash_init(desc)) ?:
		      long_tag(desc, msg, len, tag);
	} else {
		used += len;
		err = hmacdev_get(small, u64_to_user_ptr(msg), len) ?:
		      hmacdev_hash_error(crypto_shash_digest(desc, small, len,
							     tag));
	}
	hmacdev_wipe(room, used);
	return err;
}

/* noinline, so that signing does not pay for given[]. */
static noinline int check(struct hmacdev_context *ctx,
			  const struct hmacdev_key *key,
			  const struct hmacdev_op *op, const u8 *tag)
{
	u8 given[HMACDEV_TAG_MAX] __aligned(8);

	return hmacdev_get(given, u64_to_user_ptr(op->tag), key->tag_len) ?:
	       hmacdev_context_allows(ctx, HMACDEV_RIGHT_VERIFY) ?:
	       hmacdev_tag_compare(key, tag, given);
}

static int run(struct hmacdev_context *ctx, struct hmacdev_op *op)
{
	u8 tag[HMACDEV_TAG_MAX] __aligned(8) __uninitialized; /* saves 10 */
	const bool sign = op->op == HMACDEV_OP_SIGN;
	const struct hmacdev_key *key;
	int err;

	if ((!sign && op->op != HMACDEV_OP_VERIFY) || op->reserved ||
	    op->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	key = hmacdev_context_key(ctx, sign ? HMACDEV_RIGHT_SIGN :
					      HMACDEV_RIGHT_VERIFY);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = hmacdev_tag_begin(key, op);
	if (err)
		return err;
	err = hmacdev_tag_make(key->tfm, op->msg, op->len, tag);
	if (!err && sign)
		err = hmacdev_context_allows(ctx, HMACDEV_RIGHT_SIGN) ?:
		      hmacdev_tag_put(key, op, tag);
	else if (!err)
		err = check(ctx, key, op, tag);
	memzero_explicit(tag, sizeof(tag));
	return err;
}

/* __flatten saves MAC 50 instructions, ONESHOT 30, an entry of BATCH 30. */
int __flatten hmacdev_ioctl_mac(struct hmacdev_call *call)
{
	struct hmacdev_op *op = &call->args.mac;
	u32 tag_len = op->tag_len;
	int err = run(call->ctx, op);

	if (op->tag_len != tag_len && hmacdev_call_reply(call, sizeof(*op)))
		return -EFAULT;
	return err;
}

/*
 * Run one entry of a batch, of @size bytes. Bytes beyond our struct must be 0.
 * Fails only if the entry itself cannot be read or written.
 */
static __flatten int run_entry(struct hmacdev_context *ctx,
			       struct hmacdev_op __user *user, u32 size)
{
	struct hmacdev_op op __uninitialized; /* saves 5 instructions */
	int known = 1;

	if (hmacdev_get(&op, user, sizeof(op)))
		return -EFAULT;
	if (size > sizeof(op))
		known = check_zeroed_user(user + 1, size - sizeof(op));
	if (known < 0)
		return known;
	op.status = known ? run(ctx, &op) : -E2BIG;

	return put_user(op.tag_len, &user->tag_len) ?:
	       put_user(op.status, &user->status);
}

int hmacdev_ioctl_batch(struct hmacdev_call *call)
{
	const struct hmacdev_batch *args = &call->args.batch;
	struct hmacdev_key *key;
	int err = 0;
	u32 done;

	if (args->flags || args->reserved || args->count > HMACDEV_BATCH_MAX ||
	    args->op_size < offsetofend(struct hmacdev_op, reserved) ||
	    args->op_size > HMACDEV_OP_SIZE_MAX || args->op_size % 8)
		return -EINVAL;
	key = hmacdev_context_key(call->ctx, 0);
	if (IS_ERR(key))
		return PTR_ERR(key);

	for (done = 0; done < args->count; done++) {
		if (done && signal_pending(current))
			break;
		err = run_entry(call->ctx, u64_to_user_ptr(args->ops +
				(u64)done * args->op_size), args->op_size);
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
	u8 tag[HMACDEV_TAG_MAX] __aligned(8) __uninitialized; /* saves 10 */
	struct hmacdev_key key __uninitialized; /* saves 5 instructions */
	int err;

	if (args->flags || args->len > HMACDEV_MSG_MAX)
		return -EINVAL;
	err = hmacdev_key_init(&key, args->alg, 0, true);
	if (err)
		return err;
	err = hmacdev_key_set_bytes(&key, HMACDEV_KEY_BYTES, args->key,
				    args->key_len) ?:
	      hmacdev_tag_begin(&key, &op) ?:
	      hmacdev_tag_make(key.tfm, args->msg, args->len, tag) ?:
	      hmacdev_tag_put(&key, &op, tag);
	memzero_explicit(tag, sizeof(tag));
	crypto_free_shash(key.tfm);

	if (op.tag_len != args->tag_len) {
		args->tag_len = op.tag_len;
		if (hmacdev_call_reply(call, sizeof(*args)))
			return -EFAULT;
	}
	return err;
}
