/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctls of /dev/hmac, with three functions for each: _test_x() returns the
 * result of the call, or -errno; test_x() asserts that the call works;
 * test_err_x() expects an errno.
 */
#ifndef _HMACDEV_UTILS_H
#define _HMACDEV_UTILS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/hmacdev.h>

#include "kselftest_harness.h"

#define HMACDEV_PATH	"/dev/hmac"

/* All there are; a context has SIGN or DERIVE, not both. */
#define TEST_RIGHTS_KNOWN						\
	(HMACDEV_RIGHTS_SIGNER | HMACDEV_RIGHTS_DERIVER)
/* All but SIGN: VERIFY is how a test looks at the running message. */
#define TEST_RIGHTS_DERIVER						\
	(HMACDEV_RIGHTS_DERIVER | HMACDEV_RIGHT_VERIFY)

static inline bool test_rights_valid(__u32 rights)
{
	const __u32 both = HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_DERIVE;

	return !(rights & ~TEST_RIGHTS_KNOWN) && (rights & both) != both;
}

/* For one test: under emulation, on a machine that has other work to do */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	240

#define test_err(_errno, call)		EXPECT_EQ(-(_errno), call)
#define EXPECT_MEMEQ(exp, seen, len)	EXPECT_EQ(0, memcmp(exp, seen, len))
#define ASSERT_MEMEQ(exp, seen, len)	ASSERT_EQ(0, memcmp(exp, seen, len))

/* The kernel's; a 32-bit pointer can at best name what is nobody's. */
#define TEST_KERNEL_ADDR						\
	((void *)(uintptr_t)(sizeof(void *) == 8 ?			\
			     0xffff888000000000 : 0xfffff000))

static inline __u64 test_addr(const void *p)
{
	return (uintptr_t)p;
}

static inline int _test_ioctl(int fd, unsigned int cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static inline int _test_open(int flags)
{
	int fd = open(HMACDEV_PATH, flags);

	return fd < 0 ? -errno : fd;
}

#define test_open()							\
	({								\
		int _fd = _test_open(O_RDWR | O_CLOEXEC);		\
									\
		ASSERT_LE(0, _fd);					\
		_fd;							\
	})
#define test_err_open(_errno, flags)					\
	test_err(_errno, _test_open(flags))

static inline int _test_alg_index(int fd, __u32 index, struct hmacdev_alg *alg)
{
	memset(alg, 0, sizeof(*alg));
	alg->index = index;
	return _test_ioctl(fd, HMACDEV_IOC_ALG, alg);
}

/* Into a field of HMACDEV_NAME_LEN zeros; a longer name has no NUL there */
static inline void test_set_name(char *field, const char *name)
{
	memcpy(field, name, strnlen(name, HMACDEV_NAME_LEN));
}

static inline int _test_alg(int fd, const char *name, struct hmacdev_alg *alg)
{
	memset(alg, 0, sizeof(*alg));
	alg->flags = HMACDEV_ALG_BY_NAME;
	test_set_name(alg->name, name);
	return _test_ioctl(fd, HMACDEV_IOC_ALG, alg);
}

#define test_alg(fd, name, alg)						\
	ASSERT_EQ(0, _test_alg(fd, name, alg))
#define test_err_alg(_errno, fd, name, alg)				\
	test_err(_errno, _test_alg(fd, name, alg))

static inline int _test_new_opts(int fd, const char *alg, const void *key,
				 __u64 key_len, __u32 tag_len, __u32 rights)
{
	struct hmacdev_new cmd = {
		.source = HMACDEV_KEY_BYTES,
		.key = test_addr(key),
		.key_len = key_len,
		.tag_len = tag_len,
		.rights = rights,
	};

	test_set_name(cmd.alg, alg);
	return _test_ioctl(fd, HMACDEV_IOC_NEW, &cmd);
}

#define test_new_opts(fd, alg, key, key_len, tag_len, rights)		\
	ASSERT_EQ(0, _test_new_opts(fd, alg, key, key_len, tag_len, rights))
#define test_err_new_opts(_errno, fd, alg, key, key_len, tag_len, rights) \
	test_err(_errno, _test_new_opts(fd, alg, key, key_len, tag_len,	\
					rights))

static inline int _test_new(int fd, const char *alg, const void *key,
			    __u64 key_len)
{
	return _test_new_opts(fd, alg, key, key_len, 0, HMACDEV_RIGHTS_SIGNER);
}

#define test_new(fd, alg, key, key_len)					\
	ASSERT_EQ(0, _test_new(fd, alg, key, key_len))
#define test_err_new(_errno, fd, alg, key, key_len)			\
	test_err(_errno, _test_new(fd, alg, key, key_len))

/*
 * Whether this kernel has the algorithm, whose module NEW may load; ALG loads
 * none. @alg is what ALG says then.
 */
static inline bool _test_has_alg(const char *name, struct hmacdev_alg *alg)
{
	int fd = _test_open(O_RDWR | O_CLOEXEC), err;
	struct hmacdev_alg seen;

	_test_new(fd, name, "a key, 112 bits", 15);
	err = _test_alg(fd, name, &seen);
	close(fd);
	*alg = seen;
	return !err && seen.traits & HMACDEV_ALG_AVAILABLE;
}

static inline int _test_update(int fd, const void *msg, __u64 len)
{
	struct hmacdev_update cmd = { .msg = test_addr(msg), .len = len };

	return _test_ioctl(fd, HMACDEV_IOC_UPDATE, &cmd);
}

#define test_update(fd, msg, len)					\
	ASSERT_EQ(0, _test_update(fd, msg, len))
#define test_err_update(_errno, fd, msg, len)				\
	test_err(_errno, _test_update(fd, msg, len))

static inline int _test_tag(int fd, unsigned int ioc, void *tag, __u32 *len)
{
	struct hmacdev_tag cmd = { .tag = test_addr(tag), .tag_len = *len };
	int ret = _test_ioctl(fd, ioc, &cmd);

	*len = cmd.tag_len;
	return ret;
}

/* The tag's length, or -errno */
static inline int _test_digest(int fd, void *tag, __u32 size)
{
	return _test_tag(fd, HMACDEV_IOC_DIGEST, tag, &size) ?: (int)size;
}

#define test_digest(fd, tag, len)					\
	ASSERT_EQ((int)(len), _test_digest(fd, tag, len))
#define test_err_digest(_errno, fd, tag, len)				\
	test_err(_errno, _test_digest(fd, tag, len))

static inline int _test_finalize(int fd, void *tag, __u32 size)
{
	return _test_tag(fd, HMACDEV_IOC_FINALIZE, tag, &size) ?: (int)size;
}

#define test_finalize(fd, tag, len)					\
	ASSERT_EQ((int)(len), _test_finalize(fd, tag, len))
#define test_err_finalize(_errno, fd, tag, len)				\
	test_err(_errno, _test_finalize(fd, tag, len))

static inline int _test_verify(int fd, const void *tag, __u32 len)
{
	return _test_tag(fd, HMACDEV_IOC_VERIFY, (void *)tag, &len);
}

#define test_verify(fd, tag, len)					\
	ASSERT_EQ(0, _test_verify(fd, tag, len))
#define test_err_verify(_errno, fd, tag, len)				\
	test_err(_errno, _test_verify(fd, tag, len))

static inline int _test_reset(int fd)
{
	struct hmacdev_reset cmd = { };

	return _test_ioctl(fd, HMACDEV_IOC_RESET, &cmd);
}

#define test_reset(fd)							\
	ASSERT_EQ(0, _test_reset(fd))
#define test_err_reset(_errno, fd)					\
	test_err(_errno, _test_reset(fd))

/* The new descriptor, or -errno */
static inline int _test_copy_with(int fd, __u32 flags, __u32 rights)
{
	struct hmacdev_copy cmd = { .flags = flags, .rights = rights };

	return _test_ioctl(fd, HMACDEV_IOC_COPY, &cmd);
}

static inline int _test_copy(int fd, __u32 rights)
{
	return _test_copy_with(fd, 0, rights);
}

#define test_copy(fd, rights)						\
	({								\
		int _copy = _test_copy(fd, rights);			\
									\
		ASSERT_LE(0, _copy);					\
		_copy;							\
	})
#define test_err_copy(_errno, fd, rights)				\
	test_err(_errno, _test_copy(fd, rights))

static inline int _test_copy_fresh(int fd, __u32 rights)
{
	return _test_copy_with(fd, HMACDEV_COPY_FRESH, rights);
}

#define test_copy_fresh(fd, rights)					\
	({								\
		int _copy = _test_copy_fresh(fd, rights);		\
									\
		ASSERT_LE(0, _copy);					\
		_copy;							\
	})
#define test_err_copy_fresh(_errno, fd, rights)				\
	test_err(_errno, _test_copy_fresh(fd, rights))

static inline int _test_restrict(int fd, __u32 rights)
{
	struct hmacdev_restrict cmd = { .rights = rights };

	return _test_ioctl(fd, HMACDEV_IOC_RESTRICT, &cmd);
}

#define test_restrict(fd, rights)					\
	ASSERT_EQ(0, _test_restrict(fd, rights))
#define test_err_restrict(_errno, fd, rights)				\
	test_err(_errno, _test_restrict(fd, rights))

static inline int _test_info(int fd, struct hmacdev_info *info)
{
	memset(info, 0, sizeof(*info));
	return _test_ioctl(fd, HMACDEV_IOC_INFO, info);
}

#define test_info(fd, info)						\
	ASSERT_EQ(0, _test_info(fd, info))
#define test_err_info(_errno, fd, info)					\
	test_err(_errno, _test_info(fd, info))

static inline int _test_state(int fd)
{
	struct hmacdev_info info;

	return _test_info(fd, &info) ?: (int)info.state;
}

#define test_state(_state, fd)						\
	EXPECT_EQ(HMACDEV_STATE_##_state, _test_state(fd))

static inline int _test_mac(int fd, __u32 op, const void *msg, __u64 len,
			    void *tag, __u32 *tag_len)
{
	struct hmacdev_op cmd = {
		.msg = test_addr(msg),
		.len = len,
		.tag = test_addr(tag),
		.tag_len = *tag_len,
		.op = op,
	};
	int ret = _test_ioctl(fd, HMACDEV_IOC_MAC, &cmd);

	*tag_len = cmd.tag_len;
	return ret;
}

/* The tag's length, or -errno */
static inline int _test_mac_sign(int fd, const void *msg, __u64 len, void *tag,
				 __u32 size)
{
	return _test_mac(fd, HMACDEV_OP_SIGN, msg, len, tag, &size) ?:
		(int)size;
}

#define test_mac_sign(fd, msg, len, tag, tag_len)			\
	ASSERT_EQ((int)(tag_len),					\
		  _test_mac_sign(fd, msg, len, tag, tag_len))
#define test_err_mac_sign(_errno, fd, msg, len, tag, tag_len)		\
	test_err(_errno, _test_mac_sign(fd, msg, len, tag, tag_len))

static inline int _test_mac_verify(int fd, const void *msg, __u64 len,
				   const void *tag, __u32 tag_len)
{
	return _test_mac(fd, HMACDEV_OP_VERIFY, msg, len, (void *)tag,
			 &tag_len);
}

#define test_mac_verify(fd, msg, len, tag, tag_len)			\
	ASSERT_EQ(0, _test_mac_verify(fd, msg, len, tag, tag_len))
#define test_err_mac_verify(_errno, fd, msg, len, tag, tag_len)		\
	test_err(_errno, _test_mac_verify(fd, msg, len, tag, tag_len))

/* How many were done, of entries of @op_size bytes; or -errno */
static inline int _test_batch_sized(int fd, const void *ops, __u32 nr,
				    __u32 op_size)
{
	struct hmacdev_batch cmd = {
		.ops = test_addr(ops),
		.count = nr,
		.op_size = op_size,
	};

	return _test_ioctl(fd, HMACDEV_IOC_BATCH, &cmd);
}

static inline int _test_batch(int fd, const struct hmacdev_op *ops, __u32 nr)
{
	return _test_batch_sized(fd, ops, nr, sizeof(*ops));
}

#define test_batch(fd, ops, nr)						\
	ASSERT_EQ((int)(nr), _test_batch(fd, ops, nr))
#define test_err_batch(_errno, fd, ops, nr)				\
	test_err(_errno, _test_batch(fd, ops, nr))

/* The new descriptor, or -errno */
static inline int _test_derive(int fd, const char *alg, const void *msg,
			       __u64 len, __u32 tag_len, __u32 rights)
{
	struct hmacdev_derive cmd = {
		.msg = test_addr(msg),
		.len = len,
		.tag_len = tag_len,
		.rights = rights,
	};

	test_set_name(cmd.alg, alg);
	return _test_ioctl(fd, HMACDEV_IOC_DERIVE, &cmd);
}

#define test_derive(fd, alg, msg, len, tag_len, rights)			\
	({								\
		int _child = _test_derive(fd, alg, msg, len, tag_len,	\
					  rights);			\
									\
		ASSERT_LE(0, _child);					\
		_child;							\
	})
#define test_err_derive(_errno, fd, alg, msg, len, tag_len, rights)	\
	test_err(_errno, _test_derive(fd, alg, msg, len, tag_len, rights))

/* The tag's length, or -errno */
static inline int _test_oneshot(int fd, const char *alg, const void *key,
				__u64 key_len, const void *msg, __u64 len,
				void *tag, __u32 size)
{
	struct hmacdev_oneshot cmd = {
		.key = test_addr(key),
		.key_len = key_len,
		.msg = test_addr(msg),
		.len = len,
		.tag = test_addr(tag),
		.tag_len = size,
	};

	test_set_name(cmd.alg, alg);
	return _test_ioctl(fd, HMACDEV_IOC_ONESHOT, &cmd) ?: (int)cmd.tag_len;
}

#define test_oneshot(fd, alg, key, key_len, msg, len, tag, tag_len)	\
	ASSERT_EQ((int)(tag_len), _test_oneshot(fd, alg, key, key_len,	\
						msg, len, tag, tag_len))
#define test_err_oneshot(_errno, fd, alg, key, key_len, msg, len, tag,	\
			 tag_len)					\
	test_err(_errno, _test_oneshot(fd, alg, key, key_len, msg, len,	\
				       tag, tag_len))

/*
 * RFC 4231, test case 2, cut in two. A context that took the first half is what
 * the tests of failing calls work on: afterwards it must be as it was.
 */
#define HALF_KEY	"Jefe"
#define HALF_KEY_LEN	4
#define HALF_MSG	"what do ya want for nothing?"
#define HALF_LEN	16
#define HALF_WHOLE	28
#define HALF_TAG_LEN	32

static const __u8 empty_tag[HALF_TAG_LEN] = {
	0x92, 0x35, 0x98, 0xca, 0x6d, 0x64, 0xaf, 0x2a,
	0x5d, 0xba, 0x79, 0xdc, 0xd0, 0x21, 0xa8, 0xa0,
	0xfe, 0x5c, 0x5f, 0x55, 0x75, 0x19, 0xad, 0xaa,
	0xf0, 0xad, 0x53, 0x2d, 0x45, 0x06, 0xdd, 0x30,
};

static const __u8 half_tag[HALF_TAG_LEN] = {
	0xb4, 0xf9, 0x01, 0xc9, 0x68, 0x04, 0xe2, 0x2a,
	0x9b, 0x5e, 0x2e, 0x9d, 0x94, 0x5c, 0x65, 0x5c,
	0x01, 0xd5, 0x98, 0x71, 0x21, 0xce, 0xc6, 0xf5,
	0x5f, 0xf5, 0xf5, 0xbe, 0xae, 0xd2, 0x2e, 0x4f,
};

static const __u8 whole_tag[HALF_TAG_LEN] = {
	0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
	0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
	0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
	0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
};

/* What INFO says after test_open_half() */
static const struct hmacdev_info half_info = {
	.state = HMACDEV_STATE_ACTIVE,
	.rights = HMACDEV_RIGHTS_SIGNER,
	.known_rights = TEST_RIGHTS_KNOWN,
	.tag_len = 32,
	.digest_size = 32,
	.block_size = 64,
	.bytes = HALF_LEN,
	.alg = "sha256",
};

#define test_open_half_with(rights)					\
	({								\
		int _half = test_open();				\
									\
		test_new_opts(_half, "sha256", HALF_KEY, HALF_KEY_LEN,	\
			      0, rights);				\
		test_update(_half, HALF_MSG, HALF_LEN);			\
		_half;							\
	})
#define test_open_half()	test_open_half_with(HMACDEV_RIGHTS_SIGNER)
#define test_open_deriver()	test_open_half_with(TEST_RIGHTS_DERIVER)

/* By one who may not sign: a copy compares, and the message goes on */
static inline int _test_running_verify(int fd, const __u8 *tag)
{
	int copy = _test_copy(fd, HMACDEV_RIGHT_VERIFY), ret;

	if (copy < 0)
		return copy;
	ret = _test_verify(copy, tag, HALF_TAG_LEN);
	close(copy);
	return ret == -EBADMSG ? -EILSEQ : ret;
}

/* 0 if @fd is an active SHA-256 context that took @bytes and makes @tag */
static inline int _test_intact(int fd, __u64 bytes, const __u8 *tag)
{
	struct hmacdev_info info;
	__u8 seen[HALF_TAG_LEN];
	int ret = _test_info(fd, &info);

	if (ret)
		return ret;
	if (info.state != HMACDEV_STATE_ACTIVE || info.bytes != bytes ||
	    info.tag_len != HALF_TAG_LEN || strcmp(info.alg, "sha256"))
		return -EILSEQ;
	if (!(info.rights & HMACDEV_RIGHT_SIGN))
		return _test_running_verify(fd, tag);
	ret = _test_digest(fd, seen, sizeof(seen));
	if (ret < 0)
		return ret;
	return memcmp(seen, tag, sizeof(seen)) ? -EILSEQ : 0;
}

#define test_half_intact(fd)						\
	ASSERT_EQ(0, _test_intact(fd, HALF_LEN, half_tag))
#define test_whole_intact(fd)						\
	ASSERT_EQ(0, _test_intact(fd, HALF_WHOLE, whole_tag))

/* What a buffer is filled with, to see whether a call writes to it */
#define TEST_UNTOUCHED	0xa5

static inline bool test_untouched(const __u8 *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != TEST_UNTOUCHED)
			return false;
	return true;
}

/* @size bytes of zeros whose next byte cannot be touched */
static inline void *test_alloc_edge(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t len = (size + page - 1) / page * page;
	char *map = mmap(NULL, len + page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || mprotect(map + len, page, PROT_NONE))
		return NULL;
	return map + len - size;
}

/* A stretch of test message: no two pages of it are the same */
static inline void test_fill(void *buf, size_t len)
{
	__u8 *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = i * 7 + (i >> 8) * 13 + (i >> 16);
}

/* 0, or -errno */
static inline int _test_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/*
 * How many bytes of @fd's fdinfo, from @at on, there are in @text, with no NUL
 * behind them; or -errno
 */
static inline int _test_fdinfo(int fd, char *text, size_t size, off_t at)
{
	char path[32];
	int info, len;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return -errno;
	len = pread(info, text, size, at);
	if (len < 0)
		len = -errno;
	close(info);
	return len;
}

static inline long test_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* SplitMix64 */
static inline __u64 test_random(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

#endif /* _HMACDEV_UTILS_H */
