/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef HMACDEV_LIB_CONTEXT_H
#define HMACDEV_LIB_CONTEXT_H

#include "hmacdev.h"

/* Immutable once it is made, so threads share it without a lock. */
struct hmacdev {
	int fd;
	uint32_t digest_size;
	uint32_t block_size;
	uint32_t tag_size;
	char name[sizeof("hmac-") + HMACDEV_NAME_LEN];
};

#endif /* HMACDEV_LIB_CONTEXT_H */
