/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls, with results as the library returns them: errno stays as it
 * was, an error comes back negative. And what goes into their structs.
 */
#ifndef HMACDEV_LIB_DEVICE_H
#define HMACDEV_LIB_DEVICE_H

#include <stddef.h>
#include <stdint.h>
#include <linux/hmacdev.h>

int hmacdev_device_open(const char *path);
void hmacdev_device_close(int fd);
void hmacdev_device_cloexec(int fd);

/*
 * Every operation on a context goes through here. EINTR is returned like any
 * other error: a caller may have something to do before it tries again.
 */
int hmacdev_device_ioctl(int fd, unsigned int request, void *arg);

/*
 * Fill a field of HMACDEV_NAME_LEN bytes. A name that is too long has no NUL
 * then, and the kernel refuses it.
 */
void hmacdev_put_name(char *field, const char *name);

/*
 * Copy a struct of known bytes to a program whose own has size bytes. Fields
 * that it does not have are cut off, fields that we do not have are zero.
 */
void hmacdev_put_reply(void *to, size_t size, const void *reply, size_t known);

/* The size of a tag; larger than any tag where it does not fit, not wrapped. */
static inline uint32_t hmacdev_clamp(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

#endif /* HMACDEV_LIB_DEVICE_H */
