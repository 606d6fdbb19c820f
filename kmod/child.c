// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts made from contexts: copies, and those keyed with a derived key.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>

#include "hmacdev.h"
#include "trace.h"

/* Give a context to the caller as a new descriptor, which then owns it. */
static int install(struct hmacdev_context *ctx)
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

/*
 * Make a context with @key, whose reference is ours now, and with the running
 * message of @from, if there is one.
 */
static int make_child(struct hmacdev_key *key, u32 rights,
		      struct hmacdev_context *from)
{
	struct hmacdev_context *ctx = hmacdev_context_alloc();
	int ret;

	if (IS_ERR(ctx)) {
		hmacdev_key_put(key);
		return PTR_ERR(ctx);
	}
	ret = hmacdev_context_set_key(ctx, key, rights);
	if (ret)
		hmacdev_key_put(key);
	else if (from)
		ret = hmacdev_context_copy(ctx, from);
	if (!ret)
		ret = install(ctx);
	if (ret < 0)
		hmacdev_context_free(ctx);
	return ret;
}

int hmacdev_ioctl_copy(struct hmacdev_call *call)
{
	const struct hmacdev_copy *args = &call->args.copy;
	struct hmacdev_key *key;

	if (args->flags || args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	key = hmacdev_context_key(call->ctx, HMACDEV_RIGHT_COPY);
	if (IS_ERR(key))
		return PTR_ERR(key);
	refcount_inc(&key->refs);
	trace_hmacdev_copy(key);
	return make_child(key, args->rights, call->ctx);
}

/* The tag of a message under our key, all of it, becomes the key of another. */
static int derive_key(struct hmacdev_key *key, const struct hmacdev_key *from,
		      const struct hmacdev_derive *args)
{
	u8 tag[HMACDEV_TAG_MAX];
	int err = hmacdev_tag_make(from->tfm, args->msg, args->len, tag) ?:
		  crypto_shash_setkey(key->tfm, tag, from->alg->digest_size);

	memzero_explicit(tag, sizeof(tag));
	return err;
}

int hmacdev_ioctl_derive(struct hmacdev_call *call)
{
	struct hmacdev_derive *args = &call->args.derive;
	struct hmacdev_key *from, *key;
	int err;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX ||
	    args->rights & ~HMACDEV_RIGHT_ALL)
		return -EINVAL;
	from = hmacdev_context_key(call->ctx, HMACDEV_RIGHT_DERIVE);
	if (IS_ERR(from))
		return PTR_ERR(from);
	key = hmacdev_key_alloc(args->alg, args->tag_len);
	if (IS_ERR(key))
		return PTR_ERR(key);
	err = derive_key(key, from, args);
	if (err) {
		hmacdev_key_put(key);
		return err;
	}
	trace_hmacdev_derive(key);
	return make_child(key, args->rights, NULL);
}
