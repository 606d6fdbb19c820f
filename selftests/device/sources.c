// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for HMACDEV_KEY_RANDOM: the keys differ, and have the requested size.
 */
#include "hmacdev_keys.h"

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

/* The key has the size asked for: there are only 256 keys of a byte. */
TEST(random_keys_of_a_byte)
{
	__u8 all[256][HALF_TAG_LEN], tag[HALF_TAG_LEN], key;
	int i, j, fd = test_open();

	for (i = 0; i < 256; i++) {
		key = i;
		test_oneshot(fd, "sha256", &key, 1, "", 0, all[i],
			     HALF_TAG_LEN);
	}
	close(fd);
	for (i = 0; i < 16; i++) {
		fd = test_open();
		test_new_random(fd, 1);
		test_finalize(fd, tag, sizeof(tag));
		for (j = 0; j < 256; j++)
			if (!memcmp(all[j], tag, sizeof(tag)))
				break;
		EXPECT_LT(j, 256);
		close(fd);
	}
}

/* A size of 0 means the digest size, not an empty key. */
TEST(random_key_is_not_empty)
{
	__u8 random[HALF_TAG_LEN];
	int fd = test_open();

	test_new_random(fd, 0);
	test_finalize(fd, random, HALF_TAG_LEN);
	EXPECT_NE(0, memcmp(random, empty_tag, HALF_TAG_LEN));
	test_oneshot(fd, "sha256", NULL, 0, "", 0, random, HALF_TAG_LEN);
	test_reset(fd);
	test_err_verify(EBADMSG, fd, random, HALF_TAG_LEN);
}

TEST(random_key_too_long)
{
	int fd = test_open();

	test_err_new_random(EINVAL, fd, HMACDEV_KEY_MAX + 1);
	test_err_new_random(EINVAL, fd, 1ULL << 32);
	test_err_new_random(EINVAL, fd, ~0ULL);
	test_state(UNKEYED, fd);
}

TEST(copy_has_the_random_key)
{
	int fd = test_open(), copy;
	__u8 tag[HALF_TAG_LEN];

	test_new_random(fd, 0);
	copy = test_copy(fd, HMACDEV_RIGHTS_SIGNER);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_update(copy, HALF_MSG, HALF_LEN);
	test_finalize(fd, tag, sizeof(tag));
	test_verify(copy, tag, sizeof(tag));
	test_mac_verify(copy, HALF_MSG, HALF_LEN, tag, sizeof(tag));
}

/* A second NEW makes no second key */
TEST(random_key_stays)
{
	int fd = test_open();
	__u8 tag[HALF_TAG_LEN];

	test_new_random(fd, 0);
	test_mac_sign(fd, "", 0, tag, sizeof(tag));
	test_err_new_random(EBUSY, fd, 0);
	test_reset(fd);
	test_err_new_random(EBUSY, fd, 0);
	test_verify(fd, tag, sizeof(tag));
}

TEST_HARNESS_MAIN
