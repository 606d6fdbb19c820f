// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Whole messages, which do not use the running message. Benchmarks measure the
 * cost of these calls, so they do no more than fill in the struct.
 */
#include <errno.h>
#include <limits.h>

#include "context.h"
#include "device.h"

int hmacdev_mac(struct hmacdev *h, const void *msg, size_t len,
		void *tag, size_t size)
{
	struct hmacdev_op op = {
		.msg = (uintptr_t)msg,
		.len = len,
		.tag = (uintptr_t)tag,
		.op = HMACDEV_OP_SIGN,
	};
	int rc;

	if (!h)
		return -EINVAL;
	/* If the size is exact, the kernel does not write the struct back. */
	op.tag_len = size < h->tag_size ? (uint32_t)size : h->tag_size;
	rc = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_MAC, &op);
	return rc < 0 ? rc : (int)op.tag_len;
}

int hmacdev_mac_verify(struct hmacdev *h, const void *msg, size_t len,
		       const void *tag, size_t tag_len)
{
	struct hmacdev_op op = {
		.msg = (uintptr_t)msg,
		.len = len,
		.tag = (uintptr_t)tag,
		.tag_len = hmacdev_clamp(tag_len),
		.op = HMACDEV_OP_VERIFY,
	};

	if (!h)
		return -EINVAL;
	return hmacdev_device_ioctl(h->fd, HMACDEV_IOC_MAC, &op);
}

/*
 * One BATCH processes up to HMACDEV_BATCH_MAX operations, or fewer if a signal
 * comes, but at least one unless it fails.
 */
int hmacdev_batch(struct hmacdev *h, struct hmacdev_op *ops, size_t n,
		  size_t op_size)
{
	size_t done = 0;

	if (!h || n > INT_MAX || op_size > UINT32_MAX)
		return -EINVAL;
	do {
		size_t left = n - done;
		struct hmacdev_batch args = {
			.ops = (uintptr_t)ops + done * op_size,
			.count = left > HMACDEV_BATCH_MAX ?
				 HMACDEV_BATCH_MAX : (uint32_t)left,
			.op_size = (uint32_t)op_size,
		};
		int rc = hmacdev_device_ioctl(h->fd, HMACDEV_IOC_BATCH, &args);

		if (rc <= 0)
			return done ? (int)done : rc;
		done += (size_t)rc;
	} while (done < n);
	return (int)done;
}
