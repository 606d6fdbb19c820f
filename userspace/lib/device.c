// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"

/* glibc takes an unsigned long; POSIX and other C libraries take an int. */
#ifdef __GLIBC__
#define REQUEST(n)	((unsigned long)(n))
#else
#define REQUEST(n)	((int)(n))
#endif

/*
 * NEW fails with ENOENT for an unknown algorithm, so a missing device is
 * reported as ENODEV.
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
	int fd = open(path, O_RDWR | O_CLOEXEC);

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

int hmacdev_device_ioctl(int fd, unsigned int request, void *arg)
{
	int saved = errno;
	int rc = ioctl(fd, REQUEST(request), arg);

	if (rc < 0)
		rc = -errno;
	errno = saved;
	return rc;
}

void hmacdev_put_name(char *field, const char *name)
{
	size_t i;

	memset(field, 0, HMACDEV_NAME_LEN);
	for (i = 0; i < HMACDEV_NAME_LEN && name[i]; i++)
		field[i] = name[i];
}

void hmacdev_put_reply(void *to, size_t size, const void *reply, size_t known)
{
	size_t n = size < known ? size : known;

	memcpy(to, reply, n);
	memset((unsigned char *)to + n, 0, size - n);
}
