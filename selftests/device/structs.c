// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for the rules of structs and buffers, for every ioctl: sizes, reserved
 * fields, unknown flags and numbers, unmapped memory. A call that fails leaves
 * the context unchanged.
 */
#include "hmacdev_calls.h"

/* Where no memory of the caller's can be any more; for 32 bits, it is NULL. */
#define USER_END	(sizeof(void *) == 8 ? 1ULL << 47 : 1ULL << 32)

FIXTURE(structs)
{
	const struct call *call;
	size_t size;
	int fd;
};

FIXTURE_VARIANT(structs)
{
	const struct call *call;
};

#define STRUCTS(_name, _NAME, ...)					\
	FIXTURE_VARIANT_ADD(structs, _name) {				\
		.call = &calls[CALL_##_NAME],				\
	};
EACH_CALL(STRUCTS)

FIXTURE_SETUP(structs)
{
	self->call = variant->call;
	self->size = _IOC_SIZE(variant->call->cmd);
	self->fd = call_open(self->call);
}

FIXTURE_TEARDOWN(structs)
{
	close(self->fd);
}

/* @call with a number that is wrong in one place */
static int misnumbered(int fd, const struct call *call, unsigned int dir,
		       unsigned int type, unsigned int nr, void *arg)
{
	return _test_ioctl(fd, _IOC(dir, type, nr, _IOC_SIZE(call->cmd)), arg);
}

static int sized(int fd, const struct call *call, size_t size, void *arg)
{
	return _test_ioctl(fd, _IOC(_IOC_DIR(call->cmd), HMACDEV_IOC_TYPE,
				    _IOC_NR(call->cmd), size), arg);
}

#define test_call_intact()						\
	EXPECT_EQ(0, call_intact(self->call, self->fd))
#define test_call_works(arg, ret)					\
	EXPECT_EQ(0, call_check(self->call, self->fd, arg, ret))

TEST_F(structs, right_size)
{
	union call_arg *arg = call_fill(self->call, self->size);

	EXPECT_LE(self->call->min, self->size);
	test_call_works(arg, _test_ioctl(self->fd, self->call->cmd, arg));
}

TEST_F(structs, short_ones)
{
	size_t size;

	for (size = 0; size < self->call->min; size++)
		EXPECT_EQ(-EINVAL, sized(self->fd, self->call, size,
					 call_fill(self->call, self->size)));
	test_call_intact();
}

static const size_t tails[] = { 1, 2, 7, 8, 9, 64, 4096, _IOC_SIZEMASK };

static size_t tail_size(size_t size, size_t tail)
{
	return size + tail > _IOC_SIZEMASK ? _IOC_SIZEMASK : size + tail;
}

/* A larger struct of a newer caller, with zeros in the new fields */
TEST_F(structs, long_with_zeros)
{
	static const char zeros[_IOC_SIZEMASK];
	union call_arg *arg;
	size_t i, size;
	int fd, ret;

	for (i = 0; i < ARRAY_SIZE(tails); i++) {
		size = tail_size(self->size, tails[i]);
		fd = call_open(self->call);
		arg = call_fill(self->call, size);
		ASSERT_NE(NULL, arg);
		ret = sized(fd, self->call, size, arg);
		EXPECT_EQ(0, call_check(self->call, fd, arg, ret))
			TH_LOG("size %zu", size);
		EXPECT_MEMEQ(zeros, (__u8 *)arg + self->size,
			     size - self->size);
		close(fd);
	}
}

TEST_F(structs, long_with_more)
{
	size_t i, size, at;
	__u8 *arg;

	for (i = 0; i < ARRAY_SIZE(tails); i++) {
		size = tail_size(self->size, tails[i]);
		for (at = self->size; at < size; at += (size - at + 1) / 2) {
			arg = (__u8 *)call_fill(self->call, size);
			ASSERT_NE(NULL, arg);
			arg[at] = 0x80;
			EXPECT_EQ(-E2BIG,
				  sized(self->fd, self->call, size, arg))
				TH_LOG("byte %zu of %zu", at, size);
			EXPECT_EQ(0x80, arg[at]);
		}
	}
	test_call_intact();
}

/* Each unknown bit of a reserved field or of flags fails with EINVAL. */
TEST_F(structs, reserved_fields)
{
	const struct call_mask *mask;
	union call_arg *arg;
	__u32 bit;

	for (mask = self->call->masks; mask->size; mask++) {
		for (bit = 1; bit; bit <<= 1) {
			if (bit & mask->known)
				continue;
			arg = call_fill(self->call, self->size);
			ASSERT_NE(NULL, arg);
			*(__u32 *)(arg->bytes + mask->offset) |= bit;
			EXPECT_EQ(-EINVAL, _test_ioctl(self->fd,
						       self->call->cmd, arg))
				TH_LOG("bit %#x at %zu", bit, mask->offset);
		}
	}
	test_call_intact();
}

TEST_F(structs, bad_address)
{
	unsigned int cmd = self->call->cmd;
	union call_arg *arg = call_fill(self->call, self->size);
	size_t cut;

	test_err(EFAULT, _test_ioctl(self->fd, cmd, NULL));
	test_err(EFAULT, _test_ioctl(self->fd, cmd, TEST_KERNEL_ADDR));
	test_err(EFAULT, _test_ioctl(self->fd, cmd, (void *)-1L));
	for (cut = 1; cut <= self->size; cut++)
		test_err(EFAULT, _test_ioctl(self->fd, cmd,
					     arg->bytes + cut));
	test_call_intact();
}

/* An unmapped tail fails before the call does anything. */
TEST_F(structs, bad_tail)
{
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(tails); i++) {
		size = tail_size(self->size, tails[i]);
		test_err(EFAULT, sized(self->fd, self->call, size,
				       call_fill(self->call, size - 1)));
	}
	test_call_intact();
}

/* Only a struct with a reply must be writable. */
TEST_F(structs, read_only)
{
	union call_arg *arg = call_fill(self->call, self->size);
	size_t page = sysconf(_SC_PAGESIZE);
	int ret;

	ASSERT_NE(NULL, arg);
	ASSERT_EQ(0, mprotect((void *)((uintptr_t)arg & -page), page,
			      PROT_READ));
	ret = _test_ioctl(self->fd, self->call->cmd, arg);
	if (self->call->replies) {
		EXPECT_EQ(-EFAULT, ret);
		test_call_intact();
	} else {
		test_call_works(arg, ret);
	}
}

/* What is ignored on the way in is written, every byte of it, on success */
TEST_F(structs, poisoned_reply)
{
	const struct call *call = self->call;
	union call_arg *arg = call_fill(call, self->size);

	ASSERT_NE(NULL, arg);
	call_poison_out(call, arg, 0xa5);
	test_call_works(arg, _test_ioctl(self->fd, call->cmd, arg));
}

TEST_F(structs, wrong_number)
{
	const struct call *call = self->call;
	unsigned int nr = _IOC_NR(call->cmd), dir = _IOC_DIR(call->cmd), d;
	union call_arg *arg = call_fill(call, self->size);

	for (d = 0; d <= (_IOC_READ | _IOC_WRITE); d++)
		if (d != dir)
			test_err(ENOTTY, misnumbered(self->fd, call, d,
						     HMACDEV_IOC_TYPE, nr,
						     arg));
	test_err(ENOTTY, misnumbered(self->fd, call, dir, HMACDEV_IOC_TYPE + 1,
				     nr, arg));
	test_err(ENOTTY, misnumbered(self->fd, call, dir, HMACDEV_IOC_TYPE,
				     nr + NR_CALLS, arg));
	test_call_intact();
}

static int numbered(int fd, unsigned int dir, unsigned int nr, size_t size)
{
	static __u8 arg[_IOC_SIZEMASK];

	return _test_ioctl(fd, _IOC(dir, HMACDEV_IOC_TYPE, nr, size), arg);
}

TEST(unknown_numbers)
{
	static const size_t sizes[] = { 0, 8, 256, _IOC_SIZEMASK };
	int fd = test_open_half();
	unsigned int nr, dir, i;

	for (nr = NR_CALLS; nr <= _IOC_NRMASK; nr++)
		for (dir = 0; dir <= (_IOC_READ | _IOC_WRITE); dir++)
			for (i = 0; i < ARRAY_SIZE(sizes); i++)
				test_err(ENOTTY,
					 numbered(fd, dir, nr, sizes[i]));
	test_half_intact(fd);
}

/* Where a buffer's page is missing: the whole, its start, middle or end */
FIXTURE(buffers)
{
	__u8 *map;
	size_t page;
	int fd;
};

#define BUFFER_PAGES	40	/* more than one chunk, whatever its size */

FIXTURE_SETUP(buffers)
{
	self->fd = test_open_half();
	self->page = sysconf(_SC_PAGESIZE);
	self->map = mmap(NULL, BUFFER_PAGES * self->page,
			 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	ASSERT_NE(MAP_FAILED, self->map);
	test_fill(self->map, BUFFER_PAGES * self->page);
}

FIXTURE_TEARDOWN(buffers)
{
	close(self->fd);
}

static int hole(FIXTURE_DATA(buffers) *self, size_t nr, int prot)
{
	return mprotect(self->map + nr * self->page, self->page, prot);
}

TEST_F(buffers, update)
{
	static const size_t holes[] = { 0, 1, 2, 3, 4, 8, 15, 16, 17, 31, 32,
					BUFFER_PAGES - 1 };
	size_t len = BUFFER_PAGES * self->page, i;

	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		ASSERT_EQ(0, hole(self, holes[i], PROT_NONE));
		test_err_update(EFAULT, self->fd, self->map, len);
		test_err_update(EFAULT, self->fd, self->map + 1, len - 1);
		test_err_update(EFAULT, self->fd, self->map + 63, len - 4000);
		test_half_intact(self->fd);
		ASSERT_EQ(0, hole(self, holes[i], PROT_READ | PROT_WRITE));
	}
	test_err_update(EFAULT, self->fd, self->map, ~0ULL >> 34);
	test_update(self->fd, HALF_MSG + HALF_LEN, HALF_WHOLE - HALF_LEN);
	test_whole_intact(self->fd);
}

/* Up to the very last byte, and not one further */
TEST_F(buffers, update_to_the_edge)
{
	static const size_t lens[] = { 1, 12, 64, 4095, 4096, 4097, 65536 };
	__u8 *at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		at = test_alloc_edge(lens[i]);
		ASSERT_NE(NULL, at);
		test_err_update(EFAULT, self->fd, at, lens[i] + 1);
		test_err_update(EFAULT, self->fd, at + lens[i], 1);
		test_half_intact(self->fd);
	}
	at = test_alloc_edge(HALF_WHOLE - HALF_LEN);
	memcpy(at, HALF_MSG + HALF_LEN, HALF_WHOLE - HALF_LEN);
	test_update(self->fd, at, HALF_WHOLE - HALF_LEN);
	test_whole_intact(self->fd);
}

static void * const bad[] = {
	NULL, (void *)1, TEST_KERNEL_ADDR, (void *)-1L, (void *)-16L,
	(void *)(uintptr_t)USER_END, (void *)(uintptr_t)(USER_END - 4096),
};

TEST_F(buffers, bad_addresses)
{
	int new = test_open(), deriver = test_open_deriver();
	__u8 tag[HALF_TAG_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		test_err_update(EFAULT, self->fd, bad[i], 32);
		test_err_update(EFAULT, self->fd, bad[i], HMACDEV_MSG_MAX);
		test_err_digest(EFAULT, self->fd, bad[i], 32);
		test_err_finalize(EFAULT, self->fd, bad[i], 32);
		test_err_verify(EFAULT, self->fd, bad[i], 32);
		test_err_mac_sign(EFAULT, self->fd, bad[i], 32, tag, 32);
		test_err_mac_sign(EFAULT, self->fd, bad[i], 65536, tag, 32);
		test_err_mac_sign(EFAULT, self->fd, HALF_MSG, 28, bad[i], 32);
		test_err_mac_verify(EFAULT, self->fd, "", 0, bad[i], 32);
		test_err_batch(EFAULT, self->fd, bad[i], 1);
		test_err_derive(EFAULT, deriver, "sha256", bad[i], 32, 0, 0);
		test_err_oneshot(EFAULT, new, "sha256", bad[i], 32, "", 0, tag,
				 32);
		test_err_oneshot(EFAULT, new, "sha256", "", 0, bad[i], 32, tag,
				 32);
		test_err_oneshot(EFAULT, new, "sha256", "", 0, "", 0, bad[i],
				 32);
		test_err_new(EFAULT, new, "sha256", bad[i], 32);
		test_err_new(EFAULT, new, "sha256", bad[i], HMACDEV_KEY_MAX);
		test_half_intact(self->fd);
		test_half_intact(deriver);
		test_state(UNKEYED, new);
	}
	close(deriver);
}

/* A tag that starts @in bytes before memory that can be touched ends */
TEST_F(buffers, tags)
{
	__u8 *edge = test_alloc_edge(HALF_TAG_LEN);
	size_t in;

	ASSERT_NE(NULL, edge);
	edge += HALF_TAG_LEN;
	for (in = 0; in < HALF_TAG_LEN; in++) {
		test_err_digest(EFAULT, self->fd, edge - in, HALF_TAG_LEN);
		test_err_finalize(EFAULT, self->fd, edge - in, HALF_TAG_LEN);
		memcpy(edge - in, half_tag, in);
		test_err_verify(EFAULT, self->fd, edge - in, HALF_TAG_LEN);
		test_half_intact(self->fd);
	}
	test_digest(self->fd, edge - in, HALF_TAG_LEN);
	EXPECT_MEMEQ(half_tag, edge - in, HALF_TAG_LEN);
	test_verify(self->fd, edge - in, HALF_TAG_LEN);
}

TEST_F(buffers, read_only_tags)
{
	ASSERT_EQ(0, hole(self, 1, PROT_READ));
	test_err_digest(EFAULT, self->fd, self->map + self->page, 32);
	test_err_finalize(EFAULT, self->fd, self->map + self->page, 32);
	test_err_finalize(EFAULT, self->fd, self->map + self->page - 31, 32);
	test_half_intact(self->fd);
}

TEST_F(buffers, keys)
{
	static const size_t lens[] = { 1, 64, 65, 4096, 4097, HMACDEV_KEY_MAX };
	int new = test_open();
	size_t i;
	__u8 *at;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		at = test_alloc_edge(lens[i]);
		ASSERT_NE(NULL, at);
		test_err_new(EFAULT, new, "sha256", at + 1, lens[i]);
		test_err_new(EFAULT, new, "sha256", at + lens[i], lens[i]);
		test_err_new(EFAULT, new, "sha256", at + (lens[i] + 1) / 2,
			     lens[i]);
		test_state(UNKEYED, new);
	}
	at = test_alloc_edge(HALF_KEY_LEN);
	memcpy(at, HALF_KEY, HALF_KEY_LEN);
	test_new(new, "sha256", at, HALF_KEY_LEN);
	EXPECT_EQ(0, _test_intact(new, 0, empty_tag));
}

TEST_F(buffers, keys_with_a_hole)
{
	int new = test_open();

	ASSERT_EQ(0, hole(self, 7, PROT_NONE));
	test_err_new(EFAULT, new, "sha256", self->map, HMACDEV_KEY_MAX);
	test_state(UNKEYED, new);
}

TEST_HARNESS_MAIN
