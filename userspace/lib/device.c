// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "device.h"
#include "hmacdev.h"

/*
 * NEW says ENOENT for an algorithm that is not there, so a device that is not
 * there needs an error of its own.
 */
static int open_error(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case ENXIO:
		return -ENODEV;
	default:
		return -err;
	}
}

int hmacdev_device_open(const char *path)
{
	int saved = errno;
	int fd;

	do {
		fd = open(path, O_RDWR | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		fd = open_error(errno);
	errno = saved;
	return fd;
}

void hmacdev_device_close(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

void hmacdev_device_cloexec(int fd)
{
	int saved = errno;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	errno = saved;
}
