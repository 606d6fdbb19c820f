// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "context.h"
#include "device.h"

/* Sizes of these structs in version 1 of the interface */
#define OPTIONS_SIZE_V1	(offsetof(struct hmacdev_options, device) + \
			 sizeof(const char *))
#define INFO_SIZE_V1	(offsetof(struct hmacdev_info, alg) + HMACDEV_NAME_LEN)

static struct hmacdev *context_alloc(void)
{
	int saved = errno;
	struct hmacdev *h = calloc(1, sizeof(*h));

	errno = saved;
	return h;
}

static int context_describe(struct hmacdev *h)
{
	struct hmacdev_info info = { 0 };
	int rc = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_INFO, &info);

	if (rc < 0)
		return rc;
	if (info.state == HMACDEV_STATE_UNKEYED)
		return -ENOKEY;
	h->digest_size = info.digest_size;
	h->block_size = info.block_size;
	h->tag_size = info.tag_len;
	snprintf(h->name, sizeof(h->name), "hmac-%.*s",
		 HMACDEV_NAME_LEN - 1, info.alg);
	return 0;
}

/* Takes over fd only on success. */
static int context_new(struct hmacdev **h, int fd)
{
	struct hmacdev *new = context_alloc();
	int rc;

	if (!new)
		return -ENOMEM;
	new->fd = fd;
	rc = context_describe(new);
	if (rc < 0) {
		free(new);
		return rc;
	}
	*h = new;
	return 0;
}

static int options_check(const struct hmacdev_options *o)
{
	const unsigned char *bytes = (const unsigned char *)o;

	if (o->size < OPTIONS_SIZE_V1)
		return -EINVAL;
	for (size_t i = sizeof(*o); i < o->size; i++)
		if (bytes[i])
			return -E2BIG;
	return o->rights && o->tag_len <= UINT32_MAX ? 0 : -EINVAL;
}

static int context_key(int fd, const char *alg, const struct hmacdev_options *o)
{
	struct hmacdev_new new = {
		.source = o->source,
		.key = (uintptr_t)o->key,
		.key_len = o->key_len,
		.serial = o->serial,
		.tag_len = (uint32_t)o->tag_len,
		.rights = o->rights,
	};

	hmacdev_put_name(new.alg, alg);
	return hmacdev_device_ioctl(fd, HMACDEV_IOC_NEW, &new);
}

int hmacdev_new_opts(struct hmacdev **h, const char *alg,
		     const struct hmacdev_options *o)
{
	int fd;
	int rc;

	if (!h)
		return -EINVAL;
	*h = NULL;
	if (!alg || !o)
		return -EINVAL;
	rc = options_check(o);
	if (rc < 0)
		return rc;
	fd = hmacdev_device_open(o->device ? o->device : HMACDEV_DEVICE);
	if (fd < 0)
		return fd;
	rc = context_key(fd, alg, o);
	if (rc == 0)
		rc = context_new(h, fd);
	if (rc < 0)
		hmacdev_device_close(fd);
	return rc;
}

int hmacdev_new(struct hmacdev **h, const char *alg,
		const void *key, size_t key_len)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = HMACDEV_KEY_BYTES,
		.key = key,
		.key_len = key_len,
		.rights = HMACDEV_RIGHTS_SIGNER,
	};

	return hmacdev_new_opts(h, alg, &o);
}

int hmacdev_new_keyring(struct hmacdev **h, const char *alg, int32_t serial)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = HMACDEV_KEY_KEYRING,
		.serial = serial,
		.rights = HMACDEV_RIGHTS_SIGNER,
	};

	return hmacdev_new_opts(h, alg, &o);
}

int hmacdev_new_random(struct hmacdev **h, const char *alg, size_t key_len)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = HMACDEV_KEY_RANDOM,
		.key_len = key_len,
		.rights = HMACDEV_RIGHTS_SIGNER,
	};

	return hmacdev_new_opts(h, alg, &o);
}

int hmacdev_from_fd(struct hmacdev **h, int fd)
{
	int rc;

	if (!h)
		return -EINVAL;
	*h = NULL;
	rc = context_new(h, fd);
	if (rc == 0)
		hmacdev_device_cloexec(fd);
	return rc;
}

int hmacdev_detach(struct hmacdev *h)
{
	int fd;

	if (!h)
		return -EINVAL;
	fd = h->fd;
	free(h);
	return fd;
}

void hmacdev_free(struct hmacdev *h)
{
	if (!h)
		return;
	hmacdev_device_close(h->fd);
	free(h);
}

static int copy_make(struct hmacdev *h, struct hmacdev_copy *args,
		     struct hmacdev **copy)
{
	struct hmacdev *new;
	int fd;

	if (!copy)
		return -EINVAL;
	*copy = NULL;
	if (!h)
		return -EINVAL;
	new = context_alloc();
	if (!new)
		return -ENOMEM;
	fd = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_COPY, args);
	if (fd < 0) {
		free(new);
		return fd;
	}
	*new = *h;
	new->fd = fd;
	*copy = new;
	return 0;
}

int hmacdev_copy_restricted(struct hmacdev *h, uint32_t rights,
			    struct hmacdev **copy)
{
	struct hmacdev_copy args = { .rights = rights };

	return copy_make(h, &args, copy);
}

int hmacdev_copy(struct hmacdev *h, struct hmacdev **copy)
{
	return hmacdev_copy_restricted(h, UINT32_MAX, copy);
}

int hmacdev_copy_fresh(struct hmacdev *h, uint32_t rights,
		       struct hmacdev **copy)
{
	struct hmacdev_copy args = {
		.flags = HMACDEV_COPY_FRESH,
		.rights = rights,
	};

	return copy_make(h, &args, copy);
}

static int child_make(struct hmacdev *h, const char *alg,
		      struct hmacdev_derive *args, struct hmacdev **child)
{
	int fd;
	int rc;

	hmacdev_put_name(args->alg, alg);
	fd = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_DERIVE, args);
	if (fd < 0)
		return fd;
	rc = context_new(child, fd);
	if (rc < 0)
		hmacdev_device_close(fd);
	return rc;
}

int hmacdev_derive(struct hmacdev *h, const char *alg, const void *label,
		   size_t len, uint32_t rights, struct hmacdev **child)
{
	struct hmacdev_derive args = {
		.msg = (uintptr_t)label,
		.len = len,
		.rights = rights,
	};

	if (!child)
		return -EINVAL;
	*child = NULL;
	if (!h || !alg)
		return -EINVAL;
	return child_make(h, alg, &args, child);
}

/* A derived key has no source, so the fields for a source must be 0. */
static int child_options_check(const struct hmacdev_options *o)
{
	int rc = options_check(o);

	if (rc < 0)
		return rc;
	return o->source || o->key || o->key_len || o->serial || o->device ?
	       -EINVAL : 0;
}

int hmacdev_derive_opts(struct hmacdev *h, const char *alg, const void *label,
			size_t len, const struct hmacdev_options *o,
			struct hmacdev **child)
{
	struct hmacdev_derive args = {
		.msg = (uintptr_t)label,
		.len = len,
	};
	int rc;

	if (!child)
		return -EINVAL;
	*child = NULL;
	if (!h || !alg || !o)
		return -EINVAL;
	rc = child_options_check(o);
	if (rc < 0)
		return rc;
	args.tag_len = (uint32_t)o->tag_len;
	args.rights = o->rights;
	return child_make(h, alg, &args, child);
}

int hmacdev_restrict(struct hmacdev *h, uint32_t rights)
{
	struct hmacdev_restrict args = { .rights = rights };

	if (!h)
		return -EINVAL;
	return hmacdev_device_ioctl(h->fd, HMACDEV_IOC_RESTRICT, &args);
}

int hmacdev_info(struct hmacdev *h, struct hmacdev_info *info, size_t size)
{
	struct hmacdev_info args = { 0 };
	int rc;

	if (!h || !info || size < INFO_SIZE_V1)
		return -EINVAL;
	rc = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_INFO, &args);
	if (rc == 0)
		hmacdev_put_reply(info, size, &args, sizeof(args));
	return rc;
}

int hmacdev_fd(const struct hmacdev *h)
{
	return h ? h->fd : -EINVAL;
}

const char *hmacdev_name(const struct hmacdev *h)
{
	return h ? h->name : NULL;
}

size_t hmacdev_digest_size(const struct hmacdev *h)
{
	return h ? h->digest_size : 0;
}

size_t hmacdev_block_size(const struct hmacdev *h)
{
	return h ? h->block_size : 0;
}

size_t hmacdev_tag_size(const struct hmacdev *h)
{
	return h ? h->tag_size : 0;
}
