/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls, with results as the library gives them: errno stays as it
 * was, an error comes back negative. And what goes into their structs.
 */
#ifndef HMACDEV_LIB_DEVICE_H
#define HMACDEV_LIB_DEVICE_H

#include <stddef.h>
#include <stdint.h>

int hmacdev_device_open(const char *path);
void hmacdev_device_close(int fd);
int hmacdev_device_ioctl(int fd, unsigned long request, void *arg);
void hmacdev_device_cloexec(int fd);

void hmacdev_put_name(char *field, const char *name);

/* The size of a tag, or what no tag has: it does not wrap. */
static inline uint32_t hmacdev_clamp(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

#endif /* HMACDEV_LIB_DEVICE_H */
