// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "context.h"
#include "device.h"

int hmacdev_update(struct hmacdev *h, const void *msg, size_t len)
{
	const unsigned char *p = msg;
	int rc;

	/* Refuse the message before its first piece is appended. */
	if (!h || len > PTRDIFF_MAX)
		return -EINVAL;
	do {
		struct hmacdev_update args = {
			.msg = (uintptr_t)p,
			.len = len > HMACDEV_MSG_MAX ? HMACDEV_MSG_MAX : len,
		};

		rc = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_UPDATE, &args);
		if (rc < 0)
			return rc;
		len -= (size_t)args.len;
		if (len)
			p += args.len;
	} while (len);
	return 0;
}

static int tag_make(struct hmacdev *h, unsigned int request,
		    void *tag, size_t size)
{
	struct hmacdev_tag args = {
		.tag = (uintptr_t)tag,
		.tag_len = hmacdev_clamp(size),
	};
	int rc;

	if (!h)
		return -EINVAL;
	rc = hmacdev_device_ioctl(h->fd, request, &args);
	return rc < 0 ? rc : (int)args.tag_len;
}

int hmacdev_digest(struct hmacdev *h, void *tag, size_t size)
{
	return tag_make(h, HMACDEV_IOC_DIGEST, tag, size);
}

int hmacdev_finalize(struct hmacdev *h, void *tag, size_t size)
{
	return tag_make(h, HMACDEV_IOC_FINALIZE, tag, size);
}

static int hex_put(char *hex, size_t size, const unsigned char *tag, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (size < 2 * len + 1)
		return -EMSGSIZE;
	if (!hex)
		return -EFAULT;
	for (size_t i = 0; i < len; i++) {
		*hex++ = digits[tag[i] >> 4];
		*hex++ = digits[tag[i] & 15];
	}
	*hex = '\0';
	return (int)(2 * len);
}

int hmacdev_hexdigest(struct hmacdev *h, char *hex, size_t size)
{
	unsigned char tag[HMACDEV_TAG_MAX] = { 0 };
	int rc = hmacdev_digest(h, tag, sizeof(tag));

	if (rc < 0)
		return rc;
	rc = hex_put(hex, size, tag, (size_t)rc);
	explicit_bzero(tag, sizeof(tag));
	return rc;
}

int hmacdev_verify(struct hmacdev *h, const void *tag, size_t len)
{
	struct hmacdev_tag args = {
		.tag = (uintptr_t)tag,
		.tag_len = hmacdev_clamp(len),
	};

	if (!h)
		return -EINVAL;
	return hmacdev_device_ioctl(h->fd, HMACDEV_IOC_VERIFY, &args);
}

int hmacdev_reset(struct hmacdev *h)
{
	struct hmacdev_reset args = { 0 };

	if (!h)
		return -EINVAL;
	return hmacdev_device_ioctl(h->fd, HMACDEV_IOC_RESET, &args);
}
