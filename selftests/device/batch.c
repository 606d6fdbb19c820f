// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for BATCH: many messages in one call, each with its own result. Message
 * n is the first n bytes of a text, so every entry has a different tag.
 */
#include <signal.h>
#include <sys/time.h>

#include "hmacdev_held.h"
#include "hmacdev_utils.h"

#define MAX		HMACDEV_BATCH_MAX
#define UNTOUCHED	0x5a5a5a5a
#define POISON		0xa5
#define LARGE		(1UL << 20)

static const int sizes[] = { 0, 1, 2, 255, MAX };

FIXTURE(batch)
{
	int fd;			/* half of HALF_MSG */
	__u8 *msg;
	struct hmacdev_op *ops;
	__u8 (*tags)[HALF_TAG_LEN];	/* what the entries make or check */
	__u8 (*want)[HALF_TAG_LEN];	/* what they should be */
	struct held held;
};

/* Sign with FINALIZE, which other tests check. */
static int tag_of(int fd, const void *msg, size_t len, __u8 *tag)
{
	int ret = _test_reset(fd) ?: _test_update(fd, msg, len) ?:
		  _test_finalize(fd, tag, HALF_TAG_LEN);

	return ret < 0 ? ret : 0;
}

FIXTURE_SETUP(batch)
{
	int i, fd = test_open();

	self->fd = test_open_half();
	self->msg = malloc(LARGE);
	self->ops = calloc(MAX + 1, sizeof(*self->ops));
	self->tags = calloc(MAX + 1, HALF_TAG_LEN);
	self->want = calloc(MAX + 1, HALF_TAG_LEN);
	ASSERT_TRUE(self->msg && self->ops && self->tags && self->want);
	test_fill(self->msg, LARGE);
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	for (i = 0; i <= MAX; i++)
		ASSERT_EQ(0, tag_of(fd, self->msg, i, self->want[i]));
	close(fd);
}

FIXTURE_TEARDOWN(batch)
{
	close(self->fd);
	free(self->msg);
	free(self->ops);
	free(self->tags);
	free(self->want);
}

static void set_sign(FIXTURE_DATA(batch) *self, int i)
{
	memset(self->tags[i], POISON, HALF_TAG_LEN);
	self->ops[i] = (struct hmacdev_op) {
		.msg = test_addr(self->msg),
		.len = i,
		.tag = test_addr(self->tags[i]),
		.tag_len = HALF_TAG_LEN,
		.op = HMACDEV_OP_SIGN,
		.status = UNTOUCHED,
	};
}

static void set_verify(FIXTURE_DATA(batch) *self, int i)
{
	set_sign(self, i);
	memcpy(self->tags[i], self->want[i], HALF_TAG_LEN);
	self->ops[i].op = HMACDEV_OP_VERIFY;
}

static void set_signs(FIXTURE_DATA(batch) *self, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		set_sign(self, i);
}

/* Signs at even places, verifies at odd ones */
static void set_mixed(FIXTURE_DATA(batch) *self, int nr)
{
	int i;

	set_signs(self, nr);
	for (i = 1; i < nr; i += 2)
		set_verify(self, i);
}

/* The entry was executed, and its tag is that of its message. */
static void check_done(struct __test_metadata *_metadata,
		       FIXTURE_DATA(batch) *self, int i)
{
	ASSERT_EQ(0, self->ops[i].status) TH_LOG("entry %d", i);
	ASSERT_EQ(HALF_TAG_LEN, self->ops[i].tag_len);
	ASSERT_MEMEQ(self->want[i], self->tags[i], HALF_TAG_LEN)
		TH_LOG("entry %d", i);
}

/* The entry is as set_sign() made it. */
static void check_untouched(struct __test_metadata *_metadata,
			    FIXTURE_DATA(batch) *self, int i)
{
	struct hmacdev_op op = self->ops[i];
	int j;

	for (j = 0; j < HALF_TAG_LEN; j++)
		ASSERT_EQ(POISON, self->tags[i][j]) TH_LOG("entry %d", i);
	set_sign(self, i);
	ASSERT_MEMEQ(&self->ops[i], &op, sizeof(op)) TH_LOG("entry %d", i);
}

/* Of @nr entries of set_signs(), the first @done were executed. */
static void check_first(struct __test_metadata *_metadata,
			FIXTURE_DATA(batch) *self, int done, int nr)
{
	int i;

	for (i = 0; i < done; i++)
		check_done(_metadata, self, i);
	for (; i < nr; i++)
		check_untouched(_metadata, self, i);
	test_half_intact(self->fd);
}

/* All @nr entries were executed but @bad, which has @status. */
static void check_all_but(struct __test_metadata *_metadata,
			  FIXTURE_DATA(batch) *self, int nr, int bad,
			  int status)
{
	int i;

	for (i = 0; i < nr; i++)
		if (i != bad)
			check_done(_metadata, self, i);
	EXPECT_EQ(status, self->ops[bad].status) TH_LOG("entry %d", bad);
	test_half_intact(self->fd);
}

TEST_F(batch, every_size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		set_signs(self, MAX + 1);
		test_batch(self->fd, self->ops, sizes[i]);
		check_first(_metadata, self, sizes[i], MAX + 1);
	}
}

TEST_F(batch, too_many)
{
	static const __u32 counts[] = { MAX + 1, 1U << 16, 1U << 31, ~0U };
	size_t i;

	set_signs(self, MAX + 1);
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		test_err_batch(EINVAL, self->fd, self->ops, counts[i]);
	check_first(_metadata, self, 0, MAX + 1);
}

TEST_F(batch, none_at_no_address)
{
	test_batch(self->fd, NULL, 0);
	test_batch(self->fd, (void *)-1L, 0);
	test_half_intact(self->fd);
}

TEST_F(batch, mixed)
{
	int i;

	set_mixed(self, MAX);
	test_batch(self->fd, self->ops, MAX);
	for (i = 0; i < MAX; i++)
		check_done(_metadata, self, i);
	test_half_intact(self->fd);
}

/* Each entry's message is the tag that the one before it makes */
TEST_F(batch, in_their_order)
{
	int i, fd = test_open();

	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	set_signs(self, MAX);
	for (i = 1; i < MAX; i++) {
		self->ops[i].msg = self->ops[i - 1].tag;
		self->ops[i].len = HALF_TAG_LEN;
		ASSERT_EQ(0, tag_of(fd, self->want[i - 1], HALF_TAG_LEN,
				    self->want[i]));
	}
	test_batch(self->fd, self->ops, MAX);
	for (i = 0; i < MAX; i++)
		check_done(_metadata, self, i);
	close(fd);
}

#define NR	9	/* entries of a batch of which one is special */

static const int places[] = { 0, 1, NR / 2, NR - 1 };

#define for_each_place(place, i)					\
	for ((i) = 0; (i) < ARRAY_SIZE(places) &&			\
	     ((place) = places[i], true); (i)++)

TEST_F(batch, one_wrong_tag)
{
	static const int bytes[] = { 0, 15, HALF_TAG_LEN - 1 };
	size_t i, j;
	int place;

	for_each_place(place, i) {
		for (j = 0; j < ARRAY_SIZE(bytes); j++) {
			set_mixed(self, NR);
			set_verify(self, place);
			self->tags[place][bytes[j]] ^= 0x80;
			test_batch(self->fd, self->ops, NR);
			check_all_but(_metadata, self, NR, place, -EBADMSG);
		}
	}
}

/* Invalid entries */
static const struct hmacdev_op wrong_ops[] = {
	{ .op = 0 },
	{ .op = HMACDEV_OP_SIGN | HMACDEV_OP_VERIFY },
	{ .op = HMACDEV_RIGHT_COPY },
	{ .op = HMACDEV_RIGHT_DERIVE },
	{ .op = 1U << 31 | HMACDEV_OP_SIGN },
	{ .op = HMACDEV_OP_SIGN, .reserved = 1 },
	{ .op = HMACDEV_OP_VERIFY, .reserved = 1U << 31 },
	{ .op = HMACDEV_OP_SIGN, .len = HMACDEV_MSG_MAX + 1 },
	{ .op = HMACDEV_OP_SIGN, .len = 1ULL << 32 },
	{ .op = HMACDEV_OP_VERIFY, .len = ~0ULL },
};

TEST_F(batch, one_wrong_entry)
{
	size_t i, j;
	int place;

	for_each_place(place, i) {
		for (j = 0; j < ARRAY_SIZE(wrong_ops); j++) {
			set_mixed(self, NR);
			set_sign(self, place);
			self->ops[place].op = wrong_ops[j].op;
			self->ops[place].reserved = wrong_ops[j].reserved;
			if (wrong_ops[j].len)
				self->ops[place].len = wrong_ops[j].len;
			test_batch(self->fd, self->ops, NR);
			check_all_but(_metadata, self, NR, place, -EINVAL);
			EXPECT_EQ(POISON, self->tags[place][0]);
		}
	}
}

TEST_F(batch, one_without_room)
{
	size_t i;
	int place;

	for_each_place(place, i) {
		set_mixed(self, NR);
		set_sign(self, place);
		self->ops[place].tag_len = HALF_TAG_LEN - 1;
		test_batch(self->fd, self->ops, NR);
		check_all_but(_metadata, self, NR, place, -EMSGSIZE);
		EXPECT_EQ(HALF_TAG_LEN, self->ops[place].tag_len);
		EXPECT_EQ(POISON, self->tags[place][0]);
		test_batch(self->fd, self->ops, NR);
		check_done(_metadata, self, place);
	}
}

#define KERNEL_ADDR	0xffff888000000000

/* Addresses of HALF_TAG_LEN bytes that are partly unmapped */
static void find_bad(struct __test_metadata *_metadata, __u64 bad[6])
{
	void *edge = test_alloc_edge(0);

	ASSERT_NE(NULL, edge);
	bad[0] = 0;
	bad[1] = KERNEL_ADDR;
	bad[2] = ~0ULL;
	bad[3] = test_addr(edge);
	edge = test_alloc_edge(HALF_TAG_LEN);
	ASSERT_NE(NULL, edge);
	bad[4] = test_addr(edge) + HALF_TAG_LEN - 1;
	bad[5] = test_addr(edge) + 1;
}

/* The message or the tag of one entry is unmapped. */
static void check_bad_pointer(struct __test_metadata *_metadata,
			      FIXTURE_DATA(batch) *self, int place, __u32 op,
			      bool msg, __u64 bad)
{
	set_mixed(self, NR);
	set_sign(self, place);
	self->ops[place].op = op;
	self->ops[place].len = HALF_TAG_LEN;
	if (msg)
		self->ops[place].msg = bad;
	else
		self->ops[place].tag = bad;
	test_batch(self->fd, self->ops, NR);
	check_all_but(_metadata, self, NR, place, -EFAULT);
	EXPECT_EQ(POISON, self->tags[place][0]);
}

TEST_F(batch, one_bad_pointer)
{
	int place, msg;
	__u64 bad[6];
	size_t i, j;

	find_bad(_metadata, bad);
	for_each_place(place, i) {
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			for (msg = 0; msg < 2; msg++) {
				check_bad_pointer(_metadata, self, place,
						  HMACDEV_OP_SIGN, msg, bad[j]);
				check_bad_pointer(_metadata, self, place,
						  HMACDEV_OP_VERIFY, msg,
						  bad[j]);
			}
		}
	}
}

static void check_long(struct __test_metadata *_metadata,
		       FIXTURE_DATA(batch) *self, __u64 msg, size_t len)
{
	set_mixed(self, NR);
	set_sign(self, 4);
	self->ops[4].msg = msg;
	self->ops[4].len = len;
	test_batch(self->fd, self->ops, NR);
	check_all_but(_metadata, self, NR, 4, -EFAULT);
	EXPECT_EQ(POISON, self->tags[4][0]);
}

TEST_F(batch, one_long_message_runs_out)
{
	static const size_t lens[] = {
		256, 257, 1024, 1025, 4096, 16384, 16385, 100000,
	};
	void *msg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		msg = test_alloc_edge(lens[i]);
		ASSERT_NE(NULL, msg);
		check_long(_metadata, self, test_addr(msg), lens[i] + 1);
		check_long(_metadata, self, KERNEL_ADDR, lens[i]);
	}
}

/* The kernel reads no byte behind the message. */
TEST_F(batch, all_at_an_edge)
{
	struct hmacdev_op *ops = test_alloc_edge(2 * sizeof(*ops));
	__u8 *msg = test_alloc_edge(300), *tag = test_alloc_edge(HALF_TAG_LEN);
	int i;

	ASSERT_TRUE(ops && msg && tag);
	for (i = 0; i <= 300; i++) {
		set_sign(self, i);
		memcpy(msg + 300 - i, self->msg, i);
		ops[0] = self->ops[i];
		ops[0].msg = test_addr(msg + 300 - i);
		ops[0].tag = test_addr(tag);
		ops[1] = ops[0];
		ops[1].op = HMACDEV_OP_VERIFY;
		test_batch(self->fd, ops, 2);
		EXPECT_EQ(0, ops[0].status);
		EXPECT_EQ(0, ops[1].status);
		EXPECT_MEMEQ(self->want[i], tag, HALF_TAG_LEN);
	}
}

/* The array */

/* The array's memory ends before @count: between entries, or within one. */
TEST_F(batch, array_ends)
{
	static const size_t rests[] = { 0, 1, 8, 24, 31, 32, 35, 39 };
	size_t i, size = NR * sizeof(*self->ops);
	struct hmacdev_op *ops;

	for (i = 0; i < ARRAY_SIZE(rests); i++) {
		set_signs(self, NR + 1);
		ops = test_alloc_edge(size + rests[i]);
		ASSERT_NE(NULL, ops);
		memcpy(ops, self->ops, size + rests[i]);
		EXPECT_EQ(NR, _test_batch(self->fd, ops, MAX));
		EXPECT_MEMEQ(&self->ops[NR], &ops[NR], rests[i]);
		memcpy(self->ops, ops, size);
		check_first(_metadata, self, NR, NR + 1);
	}
}

TEST_F(batch, array_is_not_there)
{
	char *edge = test_alloc_edge(4096);
	size_t rest;

	ASSERT_NE(NULL, edge);
	test_err_batch(EFAULT, self->fd, NULL, 1);
	test_err_batch(EFAULT, self->fd, NULL, MAX);
	test_err_batch(EFAULT, self->fd, (void *)-1L, 1);
	test_err_batch(EFAULT, self->fd, (void *)KERNEL_ADDR, 1);
	for (rest = 0; rest < sizeof(*self->ops); rest++)
		test_err_batch(EFAULT, self->fd, (void *)(edge + 4096 - rest),
			       1);
	test_half_intact(self->fd);
}

/* An entry whose status cannot be written does not count as executed. */
TEST_F(batch, array_is_only_read)
{
	const size_t page = sysconf(_SC_PAGESIZE), nr = page / 40;
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct hmacdev_op *ops = (void *)(map + page - nr * 40);

	ASSERT_NE(MAP_FAILED, map);
	set_signs(self, nr + NR);
	memcpy(ops, self->ops, (nr + NR) * sizeof(*ops));
	ASSERT_EQ(0, mprotect(map + page, page, PROT_READ));
	EXPECT_EQ(nr, _test_batch(self->fd, ops, nr + NR));
	EXPECT_MEMEQ(&self->ops[nr], &ops[nr], NR * sizeof(*ops));
	test_err_batch(EFAULT, self->fd, &ops[nr], NR);
	EXPECT_MEMEQ(&self->ops[nr], &ops[nr], NR * sizeof(*ops));
	memcpy(self->ops, ops, nr * sizeof(*ops));
	check_first(_metadata, self, nr, nr);
	check_untouched(_metadata, self, nr + 1);
}

/* Larger entries of a newer caller: unknown bytes must be zero. */

#define OP_SIZE		sizeof(struct hmacdev_op)

/* @nr entries of @size bytes, at the end of what can be touched */
static __u8 *widen(FIXTURE_DATA(batch) *self, int nr, size_t size)
{
	__u8 *wide = test_alloc_edge(nr * size);
	int i;

	for (i = 0; wide && i < nr; i++)
		memcpy(wide + i * size, &self->ops[i], OP_SIZE);
	return wide;
}

static void narrow(FIXTURE_DATA(batch) *self, const __u8 *wide, int nr,
		   size_t size)
{
	int i;

	for (i = 0; i < nr; i++)
		memcpy(&self->ops[i], wide + i * size, OP_SIZE);
}

static const size_t op_sizes[] = {
	OP_SIZE, OP_SIZE + 8, 64, 512, 4088, HMACDEV_OP_SIZE_MAX,
};

#define for_each_op_size(size, i)					\
	for ((i) = 0; (i) < ARRAY_SIZE(op_sizes) &&			\
	     ((size) = op_sizes[i], true); (i)++)

TEST_F(batch, larger_entries)
{
	size_t i, size;
	int j, at;
	__u8 *wide;

	for_each_op_size(size, i) {
		set_mixed(self, NR);
		wide = widen(self, NR, size);
		ASSERT_NE(NULL, wide);
		EXPECT_EQ(NR, _test_batch_sized(self->fd, wide, NR, size));
		narrow(self, wide, NR, size);
		for (j = 0; j < NR; j++) {
			check_done(_metadata, self, j);
			for (at = OP_SIZE; at < size; at++)
				ASSERT_EQ(0, wide[j * size + at]);
		}
	}
	test_half_intact(self->fd);
}

/* Only the sizes of the tag and the status are written, whatever they were */
TEST_F(batch, what_is_written)
{
	struct hmacdev_op want;
	size_t i, size;
	__u8 *wide;
	int j;

	for_each_op_size(size, i) {
		set_mixed(self, NR);
		self->ops[2].tag_len = 1;
		self->ops[4].tag_len = ~0U;
		self->tags[5][0] ^= 1;
		self->ops[7].reserved = 1;
		wide = widen(self, NR, size);
		ASSERT_NE(NULL, wide);
		EXPECT_EQ(NR, _test_batch_sized(self->fd, wide, NR, size));
		for (j = 0; j < NR; j++) {
			memcpy(&want, wide + j * size, OP_SIZE);
			EXPECT_EQ(j == 2 ? -EMSGSIZE : j == 5 ? -EBADMSG :
				  j == 7 ? -EINVAL : 0, want.status);
			EXPECT_EQ(HALF_TAG_LEN, want.tag_len);
			want.status = self->ops[j].status;
			want.tag_len = self->ops[j].tag_len;
			EXPECT_MEMEQ(&self->ops[j], &want, OP_SIZE);
		}
	}
}

/* A byte that we do not know, in an entry that else would do or would not */
static void check_tail(struct __test_metadata *_metadata,
		       FIXTURE_DATA(batch) *self, size_t size, size_t at,
		       int place)
{
	struct hmacdev_op want, seen;
	__u8 *wide;

	set_mixed(self, NR);
	set_sign(self, place);
	wide = widen(self, NR, size);
	ASSERT_NE(NULL, wide);
	wide[place * size + at] = POISON;
	EXPECT_EQ(NR, _test_batch_sized(self->fd, wide, NR, size));
	EXPECT_EQ(POISON, wide[place * size + at]);
	want = self->ops[place];
	want.status = -E2BIG;
	memcpy(&seen, wide + place * size, OP_SIZE);
	EXPECT_MEMEQ(&want, &seen, OP_SIZE)
		TH_LOG("byte %zu of %zu, entry %d", at, size, place);
	EXPECT_EQ(POISON, self->tags[place][0]);
	narrow(self, wide, NR, size);
	check_all_but(_metadata, self, NR, place, -E2BIG);
}

TEST_F(batch, one_entry_with_more)
{
	size_t i, j, size;
	int place;

	for_each_place(place, j) {
		for_each_op_size(size, i) {
			if (size == OP_SIZE)
				continue;
			check_tail(_metadata, self, size, OP_SIZE, place);
			check_tail(_metadata, self, size,
				   size / 2 + OP_SIZE / 2, place);
			check_tail(_metadata, self, size, size - 1, place);
		}
	}
}

/* E2BIG comes before every other error of the entry. */
TEST_F(batch, wrong_entry_with_more)
{
	size_t i;
	__u8 *wide;

	for (i = 0; i < ARRAY_SIZE(wrong_ops); i++) {
		self->ops[0] = wrong_ops[i];
		wide = widen(self, 1, OP_SIZE + 8);
		ASSERT_NE(NULL, wide);
		wide[OP_SIZE] = 1;
		EXPECT_EQ(1, _test_batch_sized(self->fd, wide, 1, OP_SIZE + 8));
		narrow(self, wide, 1, OP_SIZE + 8);
		EXPECT_EQ(-E2BIG, self->ops[0].status);
	}
}

/* An unmapped tail ends the batch, as an unmapped entry does. */
TEST_F(batch, tail_is_not_there)
{
	const size_t size = 64;
	__u8 *wide;
	size_t rest;

	for (rest = 0; rest < size; rest += 8) {
		set_signs(self, NR + 1);
		wide = widen(self, NR + 1, size);
		ASSERT_NE(NULL, wide);
		wide = memmove(wide + size - rest, wide, NR * size + rest);
		EXPECT_EQ(NR, _test_batch_sized(self->fd, wide, NR + 1, size));
		EXPECT_MEMEQ(&self->ops[NR], wide + NR * size,
			     rest < OP_SIZE ? rest : OP_SIZE);
		test_err(EFAULT, _test_batch_sized(self->fd, wide + NR * size,
						   1, size));
		narrow(self, wide, NR, size);
		check_first(_metadata, self, NR, NR + 1);
	}
}

TEST_F(batch, entries_of_no_size)
{
	static const __u32 wrong[] = {
		0, 1, 8, 32, OP_SIZE - 1, OP_SIZE + 1, OP_SIZE + 2, OP_SIZE + 4,
		OP_SIZE + 7, 4095, 4097, HMACDEV_OP_SIZE_MAX + 8, 8192,
		1U << 31, (1U << 31) + OP_SIZE, ~0U, ~7U,
	};
	size_t i;

	set_signs(self, NR);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		test_err(EINVAL, _test_batch_sized(self->fd, self->ops, NR,
						   wrong[i]));
		test_err(EINVAL, _test_batch_sized(self->fd, NULL, 0,
						   wrong[i]));
	}
	check_first(_metadata, self, 0, NR);
}

/* The struct of the call itself, of an older and of a newer caller */
TEST_F(batch, struct_of_other_sizes)
{
	static const size_t lens[] = { 8, 16, 20, 23, 24, 32, 4096 };
	struct {
		struct hmacdev_batch batch;
		__u8 more[4096 - sizeof(struct hmacdev_batch)];
	} arg = { };
	unsigned int cmd;
	size_t i;

	arg.batch.ops = test_addr(self->ops);
	arg.batch.count = NR;
	arg.batch.op_size = OP_SIZE;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		cmd = _IOC(_IOC_READ | _IOC_WRITE, HMACDEV_IOC_TYPE,
			   _IOC_NR(HMACDEV_IOC_BATCH), lens[i]);
		set_signs(self, NR);
		if (lens[i] < sizeof(arg.batch)) {
			test_err(EINVAL, _test_ioctl(self->fd, cmd, &arg));
			check_first(_metadata, self, 0, NR);
			continue;
		}
		EXPECT_EQ(NR, _test_ioctl(self->fd, cmd, &arg));
		check_first(_metadata, self, NR, NR);
		if (lens[i] == sizeof(arg.batch))
			continue;
		set_signs(self, NR);
		arg.more[lens[i] - sizeof(arg.batch) - 1] = 1;
		test_err(E2BIG, _test_ioctl(self->fd, cmd, &arg));
		arg.more[lens[i] - sizeof(arg.batch) - 1] = 0;
		check_first(_metadata, self, 0, NR);
	}
}

/* Contexts */

TEST_F(batch, unkeyed)
{
	int fd = test_open();

	set_signs(self, NR);
	test_err_batch(ENOKEY, fd, self->ops, NR);
	test_err_batch(ENOKEY, fd, self->ops, 0);
	check_first(_metadata, self, 0, NR);
	test_state(UNKEYED, fd);
	close(fd);
}

TEST_F(batch, finalized)
{
	struct hmacdev_info before, after;

	test_verify(self->fd, half_tag, HALF_TAG_LEN);
	test_info(self->fd, &before);
	set_mixed(self, NR);
	test_batch(self->fd, self->ops, NR);
	test_info(self->fd, &after);
	EXPECT_MEMEQ(&before, &after, sizeof(after));
	test_state(FINALIZED, self->fd);
	test_reset(self->fd);
	test_update(self->fd, HALF_MSG, HALF_LEN);
	check_all_but(_metadata, self, NR, 0, 0);
}

/* Without a right, the entries that need it fail, and the others do not */
TEST_F(batch, every_mask_of_rights)
{
	int copy, i, status[2];
	__u32 rights;

	for (rights = 0; rights <= TEST_RIGHTS_KNOWN; rights++) {
		copy = test_copy(self->fd, rights);
		set_mixed(self, NR);
		status[0] = rights & HMACDEV_RIGHT_SIGN ? 0 : -EPERM;
		status[1] = rights & HMACDEV_RIGHT_VERIFY ? 0 : -EPERM;
		test_batch(copy, self->ops, NR);
		for (i = 0; i < NR; i++) {
			EXPECT_EQ(status[i % 2], self->ops[i].status);
			if (!status[i % 2])
				check_done(_metadata, self, i);
			else if (i % 2 == 0)
				EXPECT_EQ(POISON, self->tags[i][0]);
		}
		close(copy);
	}
	test_half_intact(self->fd);
}

/* Without VERIFY, a wrong tag fails with EPERM, not EBADMSG. */
TEST_F(batch, no_right_to_know)
{
	int fd = test_copy(self->fd, HMACDEV_RIGHT_SIGN);

	set_verify(self, 0);
	set_verify(self, 1);
	self->tags[1][0] ^= 1;
	set_verify(self, 2);
	self->ops[2].tag_len = 1;
	test_batch(fd, self->ops, 3);
	EXPECT_EQ(-EPERM, self->ops[0].status);
	EXPECT_EQ(-EPERM, self->ops[1].status);
	EXPECT_EQ(-EPERM, self->ops[2].status);
	close(fd);
}

/* Long messages and short ones side by side */
TEST_F(batch, every_length)
{
	static const size_t lens[] = {
		LARGE, 1, 65537, 0, 16385, 16384, 16383, 1025, 1024, 257, 256,
	};
	int fd = test_open();
	size_t i;

	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	set_signs(self, ARRAY_SIZE(lens));
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		self->ops[i].len = lens[i];
		ASSERT_EQ(0, tag_of(fd, self->msg, lens[i], self->want[i]));
	}
	test_batch(self->fd, self->ops, ARRAY_SIZE(lens));
	check_all_but(_metadata, self, ARRAY_SIZE(lens), 0, 0);
	close(fd);
}

/* Concurrent calls: one of them waits for a page of its message. */

/* Message @i on the missing page */
static void put_missing(FIXTURE_DATA(batch) *self, int i)
{
	self->ops[i].msg = test_addr(self->held.missing);
}

static int batch_call(void *arg)
{
	FIXTURE_DATA(batch) *self = arg;

	return _test_batch(self->fd, self->ops, NR);
}

static int update_call(void *arg)
{
	FIXTURE_DATA(batch) *self = arg;

	return _test_update(self->fd, self->held.missing,
			    HALF_WHOLE - HALF_LEN);
}

/* BATCH does not wait for the running message. */
TEST_F(batch, during_an_update)
{
	int i;

	test_held_init(&self->held);
	test_hold(_metadata, &self->held, update_call, self);
	set_mixed(self, NR);
	test_batch(self->fd, self->ops, NR);
	for (i = 0; i < NR; i++)
		check_done(_metadata, self, i);
	test_let_go(_metadata, &self->held, HALF_MSG + HALF_LEN,
		    HALF_WHOLE - HALF_LEN);
	EXPECT_EQ(0, self->held.ret);
	test_whole_intact(self->fd);
}

/* Calls on the running message do not wait for BATCH. */
TEST_F(batch, update_during_one)
{
	struct hmacdev_op op;
	int i;

	test_held_init(&self->held);
	set_signs(self, NR + 1);
	put_missing(self, 4);
	test_hold(_metadata, &self->held, batch_call, self);
	test_update(self->fd, HALF_MSG + HALF_LEN, HALF_WHOLE - HALF_LEN);
	test_whole_intact(self->fd);
	op = self->ops[NR];
	test_batch(self->fd, &op, 1);
	EXPECT_EQ(0, op.status);
	test_verify(self->fd, whole_tag, HALF_TAG_LEN);
	test_let_go(_metadata, &self->held, self->msg, 4);
	EXPECT_EQ(NR, self->held.ret);
	for (i = 0; i < NR; i++)
		check_done(_metadata, self, i);
	test_state(FINALIZED, self->fd);
}

static void check_refused(struct __test_metadata *_metadata,
			  FIXTURE_DATA(batch) *self, int i)
{
	int j;

	EXPECT_EQ(-EPERM, self->ops[i].status) TH_LOG("entry %d", i);
	EXPECT_EQ(HALF_TAG_LEN, self->ops[i].tag_len);
	for (j = 0; j < HALF_TAG_LEN; j++)
		EXPECT_EQ(POISON, self->tags[i][j]) TH_LOG("entry %d", i);
}

/* It affects the held entry and later ones, but not earlier ones. */
TEST_F(batch, restrict_during_one)
{
	int i;

	test_held_init(&self->held);
	set_mixed(self, NR);
	put_missing(self, 4);
	test_hold(_metadata, &self->held, batch_call, self);
	test_restrict(self->fd, HMACDEV_RIGHT_VERIFY);
	test_let_go(_metadata, &self->held, self->msg, 4);
	EXPECT_EQ(NR, self->held.ret);
	for (i = 0; i < NR; i++) {
		if (i < 4 || i % 2)
			check_done(_metadata, self, i);
		else
			check_refused(_metadata, self, i);
	}
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	signals++;
}

static void handle(struct __test_metadata *_metadata, int sig, int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal,
		.sa_flags = flags,
	};

	ASSERT_EQ(0, sigaction(sig, &action, NULL));
}

/* A signal ends the batch after the current entry. */
TEST_F(batch, signal_during_one)
{
	int flags[] = { 0, SA_RESTART };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		handle(_metadata, SIGUSR1, flags[i]);
		test_held_init(&self->held);
		set_signs(self, NR);
		put_missing(self, 4);
		test_hold(_metadata, &self->held, batch_call, self);
		ASSERT_EQ(0, pthread_kill(self->held.thread, SIGUSR1));
		test_let_go(_metadata, &self->held, self->msg, 4);
		EXPECT_EQ(5, self->held.ret);
		self->ops[4].msg = test_addr(self->msg);
		check_first(_metadata, self, 5, NR);
		test_batch(self->fd, &self->ops[5], NR - 5);
		check_first(_metadata, self, NR, NR);
		EXPECT_EQ(i + 1, signals);
		close(self->held.uffd);
	}
}

static void repeat_alarm(struct __test_metadata *_metadata, int us)
{
	struct itimerval every = { { 0, us }, { 0, us } };

	ASSERT_EQ(0, setitimer(ITIMER_REAL, &every, NULL));
}

/* However many there are, each call gets on, and the rest is as it was */
TEST_F(batch, signals_during_many)
{
	int i, done, ret, calls = 0, nr = 64, fd = test_open();

	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	set_signs(self, nr);
	for (i = 0; i < nr; i++) {
		self->ops[i].len = LARGE / 4 + i;
		ASSERT_EQ(0, tag_of(fd, self->msg, LARGE / 4 + i,
				    self->want[i]));
	}
	handle(_metadata, SIGALRM, SA_RESTART);
	repeat_alarm(_metadata, 1000);
	for (done = 0; done < nr; done += ret) {
		ret = _test_batch(self->fd, &self->ops[done], nr - done);
		ASSERT_LT(0, ret);
		calls++;
		for (i = done + ret; i < nr; i++)
			ASSERT_EQ(UNTOUCHED, self->ops[i].status);
	}
	repeat_alarm(_metadata, 0);
	ASSERT_EQ(nr, done);
	EXPECT_LT(1, calls);
	for (i = 0; i < nr; i++)
		check_done(_metadata, self, i);
	test_half_intact(self->fd);
	close(fd);
}

TEST_HARNESS_MAIN
