// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for /proc/PID/fdinfo of a context: its lines in each state, and reads
 * that start anywhere in them.
 */
#include "hmacdev_utils.h"

/* From byte @at on, fdinfo is @want. The lines before it are the kernel's. */
#define check_fdinfo(fd, at, want)					\
	do {								\
		char _text[1024] = "", _part[1024];			\
		int _len = _test_fdinfo(fd, _text, sizeof(_text) - 1, 0); \
		int _at;						\
									\
		ASSERT_LT(at, _len);					\
		EXPECT_STREQ(want, _text + (at));			\
		for (_at = 0; _at < _len + 100; _at += 7) {		\
			memset(_part, 0x5a, sizeof(_part));		\
			ASSERT_EQ(_at < _len ? _len - _at : 0,		\
				  _test_fdinfo(fd, _part, sizeof(_part), \
					       _at));			\
			if (_at >= _len)				\
				continue;				\
			ASSERT_MEMEQ(_text + _at, _part, _len - _at);	\
			ASSERT_EQ(0x5a, _part[_len - _at]);		\
		}							\
	} while (0)

#define KEYED(state, rights, bytes)					\
	"hmac-state:\t" state "\nhmac-alg:\tsha256\n"			\
	"hmac-tag-len:\t32\nhmac-rights:\t" rights "\n"			\
	"hmac-bytes:\t" bytes "\n"

TEST(fdinfo)
{
	char text[1024] = "", *ours;
	int fd = test_open(), at;

	ASSERT_LT(0, _test_fdinfo(fd, text, sizeof(text) - 1, 0));
	ours = strstr(text, "hmac-");
	ASSERT_NE(NULL, ours);
	at = ours - text;
	check_fdinfo(fd, at, "hmac-state:\tunkeyed\n");
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	check_fdinfo(fd, at, KEYED("active", "0x7", "0"));
	test_update(fd, HALF_MSG, HALF_LEN);
	test_restrict(fd, HMACDEV_RIGHT_VERIFY);
	check_fdinfo(fd, at, KEYED("active", "0x2", "16"));
	test_verify(fd, half_tag, HALF_TAG_LEN);
	check_fdinfo(fd, at, KEYED("finalized", "0x2", "16"));
	close(fd);
}

TEST_HARNESS_MAIN
