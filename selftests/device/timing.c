// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that VERIFY takes the same number of instructions wherever a wrong tag
 * differs. The emulator counts instructions (guest.sh --icount), and its time
 * stamp counter returns the number. Without the emulator no count is exact.
 */
#include <hmacdev.h>

#include "hmacdev_utils.h"

#define TAG_LEN		32

/* Enough for one to come through without an interrupt */
#define ROUNDS		100

static inline __u64 stamp(void)
{
#if __has_builtin(__builtin_ia32_rdtsc)
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

/*
 * Not optimised: each is one instruction. Not inlined either: a compiler that
 * does not know how many they are puts constants of the caller too far away.
 */
static __attribute__((noinline)) __u64 time_nops(void)
{
	__u64 start = stamp();

	__asm__ volatile(".rept 1000\n\tnop\n\t.endr");
	return stamp() - start;
}

static bool instructions_are_counted(void)
{
	__u64 first = time_nops(), more = 0;
	int i;

	for (i = 0; i < ROUNDS; i++)
		more += time_nops() == first;
	return first >= 1000 && first < 1100 && more > ROUNDS * 9 / 10;
}

FIXTURE(timing)
{
	int fd;
	__u8 tag[TAG_LEN];
};

static int refuse_verify(int fd, const __u8 *tag, __u64 *count)
{
	struct hmacdev_tag cmd = { .tag = test_addr(tag), .tag_len = TAG_LEN };
	struct hmacdev_reset reset = { };
	int ret;

	*count = stamp();
	ret = ioctl(fd, HMACDEV_IOC_VERIFY, &cmd);
	*count = stamp() - *count;
	return ret == -1 && errno == EBADMSG &&
		!ioctl(fd, HMACDEV_IOC_RESET, &reset);
}

static int refuse_mac(int fd, const __u8 *tag, __u64 *count)
{
	struct hmacdev_op op = {
		.tag = test_addr(tag),
		.tag_len = TAG_LEN,
		.op = HMACDEV_OP_VERIFY,
	};
	int ret;

	*count = stamp();
	ret = ioctl(fd, HMACDEV_IOC_MAC, &op);
	*count = stamp() - *count;
	return ret == -1 && errno == EBADMSG;
}

static int refuse_batch(int fd, const __u8 *tag, __u64 *count)
{
	struct hmacdev_op op = {
		.tag = test_addr(tag),
		.tag_len = TAG_LEN,
		.op = HMACDEV_OP_VERIFY,
	};
	struct hmacdev_batch cmd = {
		.ops = test_addr(&op),
		.count = 1,
		.op_size = sizeof(op),
	};
	int ret;

	*count = stamp();
	ret = ioctl(fd, HMACDEV_IOC_BATCH, &cmd);
	*count = stamp() - *count;
	return ret == 1 && op.status == -EBADMSG;
}

static const __u8 *right_tag;

static int refuse_compare(int fd, const __u8 *tag, __u64 *count)
{
	bool same;

	*count = stamp();
	same = hmacdev_compare_digest(right_tag, TAG_LEN, tag, TAG_LEN);
	*count = stamp() - *count;
	return !same;
}

FIXTURE_VARIANT(timing)
{
	/* True if it was refused, after *count instructions */
	int (*refuse)(int fd, const __u8 *tag, __u64 *count);
};

#define REFUSE(name)							\
	FIXTURE_VARIANT_ADD(timing, name) { .refuse = refuse_##name }

REFUSE(verify);
REFUSE(mac);
REFUSE(batch);
REFUSE(compare);

FIXTURE_SETUP(timing)
{
	if (!instructions_are_counted())
		SKIP(return, "instructions are not counted here");
	self->fd = test_open();
	test_new(self->fd, "sha256", "key", 3);
	test_digest(self->fd, self->tag, TAG_LEN);
	right_tag = self->tag;
}

FIXTURE_TEARDOWN(timing)
{
	close(self->fd);
}

/* The least is that of the call alone. */
static __u64 least(struct __test_metadata *_metadata,
		   int (*refuse)(int fd, const __u8 *tag, __u64 *count),
		   int fd, const __u8 *tag)
{
	__u64 count, min = UINT64_MAX;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_TRUE(refuse(fd, tag, &count));
		min = count < min ? count : min;
	}
	return min;
}

TEST_F(timing, of_a_wrong_tag)
{
	/* How many bytes are right before the wrong one, and after */
	static const int prefixes[] = { 0, 1, 7, 8, 15, 16, 24, 31 };
	__u64 first = 0, count;
	__u8 tag[TAG_LEN];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		memcpy(tag, self->tag, TAG_LEN);
		tag[prefixes[i]] ^= 0x01;
		count = least(_metadata, variant->refuse, self->fd, tag);
		first = first ?: count;
		EXPECT_EQ(first, count)
			TH_LOG("one byte after %d right ones", prefixes[i]);
		for (j = prefixes[i]; j < TAG_LEN; j++)
			tag[j] = ~self->tag[j];
		count = least(_metadata, variant->refuse, self->fd, tag);
		EXPECT_EQ(first, count)
			TH_LOG("all bytes after %d right ones", prefixes[i]);
	}
	TH_LOG("%llu instructions", first);
}

TEST_HARNESS_MAIN
