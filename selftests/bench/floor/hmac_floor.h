/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/hmac_floor: measures the cost of the crypto API itself. It is only for
 * the benchmark and never installed, since it passes any template to the crypto
 * API.
 */
#ifndef _HMAC_FLOOR_H
#define _HMAC_FLOOR_H

#include <linux/ioctl.h>
#include <linux/types.h>

enum hmac_floor_mode {
	HMAC_FLOOR_DIGEST,	/* of a message, with a keyed transform */
	HMAC_FLOOR_CHUNKS,	/* the same, HMAC_FLOOR_CHUNK at a time */
	HMAC_FLOOR_REKEY,	/* the same, with a new key each time */
	HMAC_FLOOR_NEW,		/* the same, with a new transform, too */
};

#define HMAC_FLOOR_CHUNK	4096
#define HMAC_FLOOR_KEY_MAX	4096
#define HMAC_FLOOR_SIZE_MAX	1048576
#define HMAC_FLOOR_TAG_MAX	64

/* The key and the message are 0, 1, 2, ... 255, 0, ... */
struct hmac_floor_set {
	char template[64];
	__u32 key_len;
	__u32 size;
	__u32 mode;
	__u32 reserved;
};

struct hmac_floor_run {
	__u64 count;
	__u8 tag[HMAC_FLOOR_TAG_MAX];	/* out: the last one */
};

#define HMAC_FLOOR_SET	_IOW('F', 0, struct hmac_floor_set)
#define HMAC_FLOOR_RUN	_IOWR('F', 1, struct hmac_floor_run)
/* Allocate and key that many transforms, and keep them until close(2). */
#define HMAC_FLOOR_HOLD	_IOW('F', 2, __u32)

#endif /* _HMAC_FLOOR_H */
