/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls, which here return a negative errno and do not change errno,
 * and functions that fill in their structs.
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
 * Every operation on a context calls this. It returns -EINTR like any other
 * error, so that the caller can handle the signal before it tries again.
 */
int hmacdev_device_ioctl(int fd, unsigned int request, void *arg);

/*
 * Fill a field of HMACDEV_NAME_LEN bytes. A name that is too long leaves no NUL
 * in the field, and the kernel refuses it.
 */
void hmacdev_put_name(char *field, const char *name);

/*
 * Copy a reply of known bytes to the program's struct of size bytes. Cut off
 * fields that the program does not have, and zero fields that we do not have.
 */
void hmacdev_put_reply(void *to, size_t size, const void *reply, size_t known);

/* Convert a tag's size. One that does not fit stays larger than any tag. */
static inline uint32_t hmacdev_clamp(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

#endif /* HMACDEV_LIB_DEVICE_H */
