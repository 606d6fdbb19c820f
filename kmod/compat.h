/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that the module builds for, and nothing
 * else.
 */
#ifndef _HMACDEV_COMPAT_H
#define _HMACDEV_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "hmacdev needs Linux 6.1 or newer"
#endif

/* Where crypto_memneq() is. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif

#endif /* _HMACDEV_COMPAT_H */
