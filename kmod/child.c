// SPDX-License-Identifier: GPL-2.0
/*
 * COPY and DERIVE, which make a context from another one.
 */
#include "compat.h"
#include "hmacdev.h"
#include "trace.h"

/*
 * Make a context with @key and, unless @from is NULL, with the running message
 * of @from. Returns the new descriptor.
 */
static int make_child(const struct file_operations *fops,
		      struct hmacdev_key *key, u32 rights,
		      struct hmacdev_context *from)
{
	struct hmacdev_context *ctx = hmacdev_context_alloc();
	int ret;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ret = hmacdev_context_set_key(ctx, key, rights);
	if (!ret && from)
		ret = hmacdev_context_copy(ctx, from);
	if (!ret)
		ret = hmacdev_getfd(fops, ctx);
	if (ret < 0)
		hmacdev_context_free(ctx);
	return ret;
}

int hmacdev_ioctl_copy(struct hmacdev_call *call)
{
	const struct hmacdev_copy *args = &call->args.copy;
	struct hmacdev_context *ctx = call->ctx;
	struct hmacdev_context *from = args->flags ? NULL : ctx;
	struct hmacdev_key *key = hmacdev_context_key(ctx, 0);
	int ret;

	if (args->flags & ~HMACDEV_COPY_FRESH)
		return -EINVAL;
	ret = PTR_ERR_OR_ZERO(key) ?:
	      hmacdev_context_allows(ctx, HMACDEV_RIGHT_COPY);
	if (!ret && from && READ_ONCE(from->state) != HMACDEV_STATE_ACTIVE)
		ret = -EBADFD;
	if (ret)
		return ret;
	ret = make_child(call->file->f_op, key,
			 args->rights & atomic_read(&ctx->rights), from);
	if (ret >= 0)
		trace_hmacdev_copy(key);
	return ret;
}

/* Make a context whose key is the full tag of a message, made with our key. */
int hmacdev_ioctl_derive(struct hmacdev_call *call)
{
	struct hmacdev_derive *args = &call->args.derive;
	u8 tag[HMACDEV_TAG_MAX] __aligned(8);
	struct hmacdev_key *from, *key;
	int ret;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX ||
	    !hmacdev_rights_valid(args->rights))
		return -EINVAL;
	from = hmacdev_context_key(call->ctx, HMACDEV_RIGHT_DERIVE);
	if (IS_ERR(from))
		return PTR_ERR(from);
	key = hmacdev_key_alloc(args->alg, args->tag_len, false);
	if (IS_ERR(key))
		return PTR_ERR(key);
	ret = hmacdev_tag_make(from->tfm, args->msg, args->len, tag) ?:
	      hmacdev_context_allows(call->ctx, HMACDEV_RIGHT_DERIVE) ?:
	      hmacdev_key_set(key, tag, from->alg->digest_size);
	memzero_explicit(tag, sizeof(tag));
	if (!ret)
		ret = make_child(call->file->f_op, key, args->rights, NULL);
	if (ret >= 0)
		trace_hmacdev_derive(key);
	hmacdev_key_put(key);
	return ret;
}
