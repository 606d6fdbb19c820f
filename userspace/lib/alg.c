// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "device.h"
#include "hmacdev.h"

/* Size of struct hmacdev_alg in version 1 of the interface */
#define ALG_SIZE_V1	(offsetof(struct hmacdev_alg, reserved) + sizeof(__u32))

static int ask(struct hmacdev_alg *args)
{
	int fd = hmacdev_device_open(HMACDEV_DEVICE);
	int rc;

	if (fd < 0)
		return fd;
	rc = hmacdev_device_ioctl(fd, HMACDEV_IOC_ALG, args);
	hmacdev_device_close(fd);
	return rc;
}

static int describe(struct hmacdev_alg *args, struct hmacdev_alg *info,
		    size_t size)
{
	int rc;

	if (!info || size < ALG_SIZE_V1)
		return -EINVAL;
	rc = ask(args);
	if (rc == 0)
		hmacdev_put_reply(info, size, args, sizeof(*args));
	return rc;
}

int hmacdev_alg(uint32_t index, struct hmacdev_alg *info, size_t size)
{
	struct hmacdev_alg args = { .index = index };

	return describe(&args, info, size);
}

int hmacdev_alg_by_name(const char *name, struct hmacdev_alg *info, size_t size)
{
	struct hmacdev_alg args = { .flags = HMACDEV_ALG_BY_NAME };

	if (!name)
		return -EINVAL;
	hmacdev_put_name(args.name, name);
	return describe(&args, info, size);
}
