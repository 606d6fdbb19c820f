// SPDX-License-Identifier: GPL-2.0
/*
 * Keys that the caller does not bring: made by the kernel, or kept by it.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "hmacdev_utils.h"

static int new_from(int fd, __u32 source, __s32 serial, __u64 key_len)
{
	struct hmacdev_new cmd = {
		.alg = "sha256",
		.source = source,
		.serial = serial,
		.key_len = key_len,
		.rights = HMACDEV_RIGHT_ALL,
	};

	return _test_ioctl(fd, HMACDEV_IOC_NEW, &cmd);
}

#define test_new_random(fd, key_len)					\
	ASSERT_EQ(0, new_from(fd, HMACDEV_KEY_RANDOM, 0, key_len))
#define test_new_keyring(fd, serial)					\
	ASSERT_EQ(0, new_from(fd, HMACDEV_KEY_KEYRING, serial, 0))
#define test_err_new_keyring(_errno, fd, serial)			\
	test_err(_errno, new_from(fd, HMACDEV_KEY_KEYRING, serial, 0))

TEST(random_keys_differ)
{
	static const __u64 lens[] = { 0, 16, 32, 64, 65, HMACDEV_KEY_MAX };
	__u8 tags[2 * ARRAY_SIZE(lens)][HALF_TAG_LEN];
	size_t i, j;
	int fd;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		fd = test_open();
		test_new_random(fd, lens[i / 2]);
		test_update(fd, HALF_MSG, HALF_LEN);
		test_finalize(fd, tags[i], HALF_TAG_LEN);
		for (j = 0; j < i; j++)
			EXPECT_NE(0, memcmp(tags[i], tags[j], HALF_TAG_LEN));
		close(fd);
	}
}

/* 0 bytes asked for is the digest size, not the empty key */
TEST(random_key_is_not_empty)
{
	__u8 random[HALF_TAG_LEN], empty[HALF_TAG_LEN];
	int fd = test_open(), none = test_open();

	test_new_random(fd, 0);
	test_new(none, "sha256", NULL, 0);
	test_finalize(fd, random, HALF_TAG_LEN);
	test_finalize(none, empty, HALF_TAG_LEN);
	EXPECT_NE(0, memcmp(random, empty, HALF_TAG_LEN));
}

TEST(copy_has_the_random_key)
{
	int fd = test_open(), copy;
	__u8 tag[HALF_TAG_LEN];

	test_new_random(fd, 0);
	copy = test_copy(fd, HMACDEV_RIGHT_ALL);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_update(copy, HALF_MSG, HALF_LEN);
	test_finalize(fd, tag, sizeof(tag));
	test_verify(copy, tag, sizeof(tag));
}

static long add_key(const char *type, const char *desc, const void *payload,
		    size_t len, int ring)
{
	long serial = syscall(SYS_add_key, type, desc, payload, len, ring);

	return serial < 0 ? -errno : serial;
}

#define test_add_key(type, desc)					\
	({								\
		long _serial = add_key(type, desc, HALF_KEY,		\
				       HALF_KEY_LEN,			\
				       KEY_SPEC_PROCESS_KEYRING);	\
									\
		ASSERT_LT(0, _serial);					\
		_serial;						\
	})

static const char * const types[] = { "user", "logon" };

TEST(keyring_key_is_the_same_key)
{
	long serial;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fd = test_open();
		serial = test_add_key(types[i], "hmacdev:sources");
		test_new_keyring(fd, serial);
		test_update(fd, HALF_MSG, HALF_LEN);
		test_half_intact(fd);
		close(fd);
	}
}

/* Like an open file, a keyed context stays what it was */
TEST(keyring_key_may_go)
{
	long serial = test_add_key("user", "hmacdev:sources");
	int fd = test_open(), late = test_open();

	test_new_keyring(fd, serial);
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_REVOKE, serial));
	test_err_new_keyring(EKEYREVOKED, late, serial);
	test_state(UNKEYED, late);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_half_intact(fd);
}

/* Expired, no longer ours to search, or gone */
TEST(keyring_key_may_not_be_had)
{
	long expired = test_add_key("user", "hmacdev:expired");
	long closed = test_add_key("user", "hmacdev:closed");
	long gone = test_add_key("user", "hmacdev:gone");
	int fd = test_open();

	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, expired, 1));
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_SETPERM, closed, 0));
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_INVALIDATE, gone));
	sleep(2);
	test_err_new_keyring(EKEYEXPIRED, fd, expired);
	test_err_new_keyring(EACCES, fd, closed);
	test_err_new_keyring(ENOKEY, fd, gone);
	test_state(UNKEYED, fd);
}

TEST(keyring_errors)
{
	int fd = test_open();
	long ring = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
			    KEY_SPEC_PROCESS_KEYRING, 1);

	ASSERT_LT(0, ring);
	test_err_new_keyring(ENOPROTOOPT, fd, ring);
	test_err_new_keyring(ENOKEY, fd, 0x7fffffff);
	test_state(UNKEYED, fd);
}

TEST_HARNESS_MAIN
