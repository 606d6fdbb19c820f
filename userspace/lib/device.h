/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls, with results as the library gives them: errno stays as it
 * was, an error comes back negative. And what goes into their structs.
 */
#ifndef HMACDEV_LIB_DEVICE_H
#define HMACDEV_LIB_DEVICE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/hmacdev.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

int hmacdev_device_open(const char *path);
void hmacdev_device_close(int fd);
void hmacdev_device_cloexec(int fd);

/*
 * What libc makes of a system call costs as much as what we make of it. A test
 * that is to stand in for the kernel has the library built with libc's.
 */
#if defined(__x86_64__) && !defined(__ILP32__) && !defined(HMACDEV_LIBC_IOCTL)
static inline int hmacdev_device_ioctl_once(int fd, unsigned long request,
					    void *arg)
{
	long rc = SYS_ioctl;

	__asm__ volatile("syscall"
			 : "+a"(rc)
			 : "D"((long)fd), "S"(request), "d"(arg)
			 : "rcx", "r11", "cc", "memory");
	return (int)rc;
}
#else
static inline int hmacdev_device_ioctl_once(int fd, unsigned long request,
					    void *arg)
{
	int saved = errno;
	int rc = ioctl(fd, request, arg);

	if (rc < 0)
		rc = -errno;
	errno = saved;
	return rc;
}
#endif

/*
 * An operation is all or nothing, so one that a signal cut short can be done
 * again, and no caller ever has to think of EINTR.
 */
static inline int hmacdev_device_ioctl(int fd, unsigned long request, void *arg)
{
	int rc;

	do {
		rc = hmacdev_device_ioctl_once(fd, request, arg);
	} while (rc == -EINTR);
	return rc;
}

/*
 * Into a field of HMACDEV_NAME_LEN bytes, all of it. One that is too long has
 * no NUL then, and the kernel says so.
 */
static inline void hmacdev_put_name(char *field, const char *name)
{
	size_t i;

	memset(field, 0, HMACDEV_NAME_LEN);
	for (i = 0; i < HMACDEV_NAME_LEN && name[i]; i++)
		field[i] = name[i];
}

/* The size of a tag, or what no tag has: it does not wrap. */
static inline uint32_t hmacdev_clamp(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

#endif /* HMACDEV_LIB_DEVICE_H */
