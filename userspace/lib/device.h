/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls, with results as the library gives them: errno stays as it
 * was, an error comes back negative.
 */
#ifndef HMACDEV_LIB_DEVICE_H
#define HMACDEV_LIB_DEVICE_H

int hmacdev_device_open(const char *path);
void hmacdev_device_close(int fd);
int hmacdev_device_ioctl(int fd, unsigned long request, void *arg);
void hmacdev_device_cloexec(int fd);

#endif /* HMACDEV_LIB_DEVICE_H */
