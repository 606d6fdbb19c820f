// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdatomic.h>

#include "device.h"
#include "hmacdev.h"

/*
 * An unkeyed descriptor, which the first call opens. ONESHOT does not use the
 * context, so threads and forked children can share the descriptor.
 */
static atomic_int shared = -1;

/* Run the operation on a new descriptor, which replaces the stale one. */
static int run_afresh(struct hmacdev_oneshot *args, int stale)
{
	int fd = hmacdev_device_open(HMACDEV_DEVICE);
	int rc;

	if (fd < 0)
		return fd;
	rc = hmacdev_device_ioctl(fd, HMACDEV_IOC_ONESHOT, args);
	/* Do not share it if it is another device or a thread was faster. */
	if (rc == -ENOTTY ||
	    !atomic_compare_exchange_strong(&shared, &stale, fd))
		hmacdev_device_close(fd);
	return rc;
}

int hmacdev_oneshot(const char *alg, const void *key, size_t key_len,
		    const void *msg, size_t len, void *tag, size_t size)
{
	struct hmacdev_oneshot args;
	int fd = atomic_load(&shared);
	int rc = -EBADF;

	if (!alg)
		return -EINVAL;
	hmacdev_put_name(args.alg, alg);
	args.key = (uintptr_t)key;
	args.key_len = key_len;
	args.msg = (uintptr_t)msg;
	args.len = len;
	args.tag = (uintptr_t)tag;
	args.tag_len = hmacdev_clamp(size);
	args.flags = 0;
	if (fd >= 0)
		rc = hmacdev_device_ioctl(fd, HMACDEV_IOC_ONESHOT, &args);
	/*
	 * Some programs, such as daemons, close all descriptors. The number may
	 * then be that of another file, so do not close it here.
	 */
	if (rc == -EBADF || rc == -ENOTTY)
		rc = run_afresh(&args, fd);
	return rc < 0 ? rc : (int)args.tag_len;
}
