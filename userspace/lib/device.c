// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
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

/*
 * An operation is all or nothing, so one that a signal cut short can be done
 * again, and no caller ever has to think of EINTR.
 */
int hmacdev_device_ioctl(int fd, unsigned long request, void *arg)
{
	int saved = errno;
	int rc;

	do {
		rc = ioctl(fd, request, arg);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		rc = -errno;
	errno = saved;
	return rc;
}

void hmacdev_device_cloexec(int fd)
{
	int saved = errno;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	errno = saved;
}

/* One that is too long has no NUL then, and the kernel says so. */
void hmacdev_put_name(char *field, const char *name)
{
	memcpy(field, name, strnlen(name, HMACDEV_NAME_LEN));
}
