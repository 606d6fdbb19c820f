/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NEW with random keys and keyring keys, and the system calls for keyrings.
 * Each function returns the result of its system call, or -errno.
 */
#ifndef _HMACDEV_KEYS_H
#define _HMACDEV_KEYS_H

#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "hmacdev_utils.h"

/* Bits of a key's permissions; the kernel shows them to itself alone */
#define KEY_POS_VIEW	0x01000000
#define KEY_POS_SEARCH	0x08000000
#define KEY_POS_SETATTR	0x20000000
#define KEY_POS_ALL	0x3f000000
#define KEY_USR_SEARCH	0x00080000
#define KEY_USR_ALL	0x003f0000
#define KEY_GRP_SEARCH	0x00000800
#define KEY_GRP_ALL	0x00003f00
#define KEY_OTH_SEARCH	0x00000008
#define KEY_OTH_ALL	0x0000003f

static inline int _test_new_from(int fd, __u32 source, __s32 serial,
				 __u64 key_len, __u32 rights)
{
	struct hmacdev_new cmd = {
		.alg = "sha256",
		.source = source,
		.serial = serial,
		.key_len = key_len,
		.rights = rights,
	};

	return _test_ioctl(fd, HMACDEV_IOC_NEW, &cmd);
}

static inline int _test_new_random(int fd, __u64 key_len)
{
	return _test_new_from(fd, HMACDEV_KEY_RANDOM, 0, key_len,
			      HMACDEV_RIGHTS_SIGNER);
}

#define test_new_random(fd, key_len)					\
	ASSERT_EQ(0, _test_new_random(fd, key_len))
#define test_err_new_random(_errno, fd, key_len)			\
	test_err(_errno, _test_new_random(fd, key_len))

static inline int _test_new_keyring_with(int fd, __s32 serial, __u32 rights)
{
	return _test_new_from(fd, HMACDEV_KEY_KEYRING, serial, 0, rights);
}

static inline int _test_new_keyring(int fd, __s32 serial)
{
	return _test_new_keyring_with(fd, serial, HMACDEV_RIGHTS_SIGNER);
}

#define test_new_keyring(fd, serial)					\
	ASSERT_EQ(0, _test_new_keyring(fd, serial))
#define test_err_new_keyring(_errno, fd, serial)			\
	test_err(_errno, _test_new_keyring(fd, serial))

static inline long _test_keyctl(int op, long a, long b, long c)
{
	long ret = syscall(SYS_keyctl, op, a, b, c, 0);

	return ret < 0 ? -errno : ret;
}

#define test_keyctl(op, a, b, c)					\
	({								\
		long _ret = _test_keyctl(KEYCTL_##op, (long)(a),	\
					 (long)(b), (long)(c));		\
									\
		ASSERT_LE(0, _ret)					\
			TH_LOG(#op ": %s", strerror(-_ret));		\
		_ret;							\
	})

/* The key's serial number, or -errno */
static inline long _test_add_key(const char *type, const char *name,
				 const void *payload, size_t len, int ring)
{
	long serial = syscall(SYS_add_key, type, name, payload, len, ring);

	return serial < 0 ? -errno : serial;
}

#define test_add_key(type, name, payload, len, ring)			\
	({								\
		long _serial = _test_add_key(type, name, payload, len,	\
					     ring);			\
									\
		ASSERT_LT(0, _serial)					\
			TH_LOG("%s: %s", type, strerror(-_serial));	\
		_serial;						\
	})

/* HALF_KEY, in a keyring that ends with this process */
#define test_add_half(type, name)					\
	test_add_key(type, name, HALF_KEY, HALF_KEY_LEN,		\
		     KEY_SPEC_PROCESS_KEYRING)

#endif /* _HMACDEV_KEYS_H */
