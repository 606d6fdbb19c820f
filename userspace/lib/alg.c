// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "device.h"
#include "hmacdev.h"

int hmacdev_alg(uint32_t index, struct hmacdev_alg *info)
{
	struct hmacdev_alg args = { .index = index };
	int fd;
	int rc;

	if (!info)
		return -EINVAL;
	fd = hmacdev_device_open(HMACDEV_DEVICE);
	if (fd < 0)
		return fd;
	rc = hmacdev_device_ioctl(fd, HMACDEV_IOC_ALG, &args);
	hmacdev_device_close(fd);
	if (rc == 0)
		*info = args;
	return rc;
}
