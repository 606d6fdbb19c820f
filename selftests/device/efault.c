// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for EFAULT: every buffer of every call, with mapped memory that begins
 * or ends at each byte of the buffer. The call fails with EFAULT and leaves the
 * context unchanged. A tag is never written outside its buffer.
 */
#include "hmacdev_calls.h"

#define POISON	0xa5

/* A mapped page between two unmapped ones */
FIXTURE(edges)
{
	size_t page;
	__u8 *begin;
	__u8 *end;
	struct hmacdev_op op;	/* the entry, where the call is a BATCH */
};

FIXTURE_VARIANT(edges)
{
	unsigned int cmd;
	size_t address;		/* where in the struct */
	size_t len;
	bool wide;		/* the length has 64 bits */
	__u32 op;		/* of MAC, and of an entry of BATCH */
	bool tag;		/* and not a message or a key */
	bool written;
};

#define EDGES(_name, _cmd, _type, _address, _len, ...)			\
	FIXTURE_VARIANT_ADD(edges, _name) {				\
		.cmd = HMACDEV_IOC_##_cmd,				\
		.address = offsetof(struct hmacdev_##_type, _address),	\
		.len = offsetof(struct hmacdev_##_type, _len),		\
		__VA_ARGS__						\
	}

#define SIGN	.op = HMACDEV_OP_SIGN
#define CHECK	.op = HMACDEV_OP_VERIFY
#define READ	.wide = true
#define TAG	.tag = true
#define MADE	TAG, .written = true

EDGES(new_key, NEW, new, key, key_len, READ);
EDGES(update, UPDATE, update, msg, len, READ);
EDGES(digest_tag, DIGEST, tag, tag, tag_len, MADE);
EDGES(finalize_tag, FINALIZE, tag, tag, tag_len, MADE);
EDGES(verify_tag, VERIFY, tag, tag, tag_len, TAG);
EDGES(mac_message, MAC, op, msg, len, SIGN, READ);
EDGES(mac_tag, MAC, op, tag, tag_len, SIGN, MADE);
EDGES(mac_verify_message, MAC, op, msg, len, CHECK, READ);
EDGES(mac_verify_tag, MAC, op, tag, tag_len, CHECK, TAG);
EDGES(batch_message, BATCH, op, msg, len, SIGN, READ);
EDGES(batch_tag, BATCH, op, tag, tag_len, SIGN, MADE);
EDGES(batch_verify_tag, BATCH, op, tag, tag_len, CHECK, TAG);
EDGES(derive_message, DERIVE, derive, msg, len, READ);
EDGES(oneshot_key, ONESHOT, oneshot, key, key_len, READ);
EDGES(oneshot_message, ONESHOT, oneshot, msg, len, READ);
EDGES(oneshot_tag, ONESHOT, oneshot, tag, tag_len, MADE);

FIXTURE_SETUP(edges)
{
	self->page = sysconf(_SC_PAGESIZE);
	self->begin = mmap(NULL, 3 * self->page, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->begin);
	self->begin += self->page;
	self->end = self->begin + self->page;
	ASSERT_EQ(0, mprotect(self->begin, self->page,
			      PROT_READ | PROT_WRITE));
}

FIXTURE_TEARDOWN(edges)
{
}

static const struct call *call_of(const FIXTURE_VARIANT(edges) *variant)
{
	return &calls[_IOC_NR(variant->cmd)];
}

/* What the call returns; of a BATCH that was done, the entry's status */
static int call_with(FIXTURE_DATA(edges) *self,
		     const FIXTURE_VARIANT(edges) *variant, int fd,
		     const __u8 *buf, size_t len)
{
	static union call_arg arg;
	bool batch = variant->cmd == HMACDEV_IOC_BATCH;
	const struct call *call = batch ? &calls[_IOC_NR(HMACDEV_IOC_MAC)] :
				  call_of(variant);
	int ret;

	memset(&arg, 0, sizeof(arg));
	call->fill(&arg);
	if (variant->op) {
		arg.mac.op = variant->op;
		arg.mac.tag_len = HALF_TAG_LEN;
		memcpy(call_tag, half_tag, HALF_TAG_LEN);
	}
	*(__u64 *)(arg.bytes + variant->address) = test_addr(buf);
	if (variant->wide)
		*(__u64 *)(arg.bytes + variant->len) = len;
	else
		*(__u32 *)(arg.bytes + variant->len) = len;
	if (!batch)
		return _test_ioctl(fd, variant->cmd, &arg);
	self->op = arg.mac;
	self->op.status = 1;
	ret = _test_batch(fd, &self->op, 1);
	return ret == 1 ? self->op.status : ret < 0 ? ret : -EILSEQ;
}

static bool is_poison(const __u8 *p, size_t len)
{
	while (len && *p == POISON)
		p++, len--;
	return !len;
}

/* Of the tag that starts @before bytes before @p, @len are there or are not */
static bool is_some_tag(const __u8 *p, size_t before, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != half_tag[before + i] && p[i] != POISON)
			return false;
	return true;
}

/* With @len bytes at @buf, of which those from @there on, so many, exist */
static void check_missing(struct __test_metadata *_metadata,
			  FIXTURE_DATA(edges) *self,
			  const FIXTURE_VARIANT(edges) *variant, int fd,
			  __u8 *buf, size_t len, __u8 *there, size_t exist)
{
	const struct call *call = call_of(variant);

	memset(self->begin, POISON, self->page);
	if (variant->tag && !variant->written)
		memcpy(there, half_tag + (there - buf), exist);
	ASSERT_EQ(-EFAULT, call_with(self, variant, fd, buf, len))
		TH_LOG("%zu of %zu bytes", exist, len);
	ASSERT_EQ(0, call_intact(call, fd))
		TH_LOG("%zu of %zu bytes", exist, len);
	if (!variant->written)
		return;
	ASSERT_TRUE(is_some_tag(there, there - buf, exist));
	ASSERT_TRUE(is_poison(self->begin, there - self->begin));
	ASSERT_TRUE(is_poison(there + exist, self->end - there - exist));
}

static void check_size(struct __test_metadata *_metadata,
		       FIXTURE_DATA(edges) *self,
		       const FIXTURE_VARIANT(edges) *variant, size_t len)
{
	int fd = call_open(call_of(variant)), ret;
	size_t exist;

	for (exist = 0; exist < len; exist++) {
		check_missing(_metadata, self, variant, fd, self->end - exist,
			      len, self->end - exist, exist);
		check_missing(_metadata, self, variant, fd,
			      self->begin - (len - exist), len, self->begin,
			      exist);
	}
	/* All of it: neither the byte before nor that behind is needed. */
	if (variant->tag)
		memcpy(self->end - len, half_tag, len);
	else if (variant->op == HMACDEV_OP_VERIFY)
		memcpy(self->end - len, HALF_MSG, len);
	ret = call_with(self, variant, fd, self->end - len, len);
	ASSERT_LE(0, ret)
		TH_LOG("all of %zu bytes", len);
	if (_IOC_NR(variant->cmd) == _IOC_NR(HMACDEV_IOC_DERIVE))
		close(ret);
	close(fd);
}

/*
 * By words and by bytes; on the stack and, from 1,025 on, on the heap. 32-bit
 * kernels have 256 bytes of stack for it.
 */
static const size_t sizes[] = {
	1, 7, 8, 9, 23, 64, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025,
};

TEST_F(edges, every_byte)
{
	size_t i;

	if (variant->tag) {
		check_size(_metadata, self, variant, HALF_TAG_LEN);
	} else if (variant->op == HMACDEV_OP_VERIFY) {
		check_size(_metadata, self, variant, HALF_LEN);
	} else {
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			check_size(_metadata, self, variant, sizes[i]);
	}
}

/* Memory that may not be written is not, and does for what is only read */
TEST_F(edges, only_read)
{
	size_t len = variant->tag ? HALF_TAG_LEN : HALF_LEN;
	int fd = call_open(call_of(variant)), ret;

	memset(self->begin, POISON, self->page);
	if (!variant->written)
		memcpy(self->begin, variant->tag ? (const void *)half_tag :
		       HALF_MSG, len);
	ASSERT_EQ(0, mprotect(self->begin, self->page, PROT_READ));
	ret = call_with(self, variant, fd, self->begin, len);
	if (variant->written) {
		EXPECT_EQ(-EFAULT, ret);
		EXPECT_TRUE(is_poison(self->begin, self->page));
		EXPECT_EQ(0, call_intact(call_of(variant), fd));
	} else {
		EXPECT_LE(0, ret);
	}
	close(fd);
}

/* Structs: a reply that does not fit undoes the call */

/* Where the second of two pages begins */
static __u8 *map_two_pages(size_t page)
{
	__u8 *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return map == MAP_FAILED ? NULL : map + page;
}

/* With the second page, or the first, only to be read */
static void check_reply(struct __test_metadata *_metadata,
			const struct call *call, bool second)
{
	const size_t page = sysconf(_SC_PAGESIZE), size = _IOC_SIZE(call->cmd);
	__u8 *edge = map_two_pages(page);
	__u8 *locked = edge - (second ? 0 : page);
	union call_arg *arg;
	size_t before;
	int fd;

	ASSERT_NE(NULL, edge);
	for (before = second ? 0 : 1; before < size + !second; before++) {
		fd = call_open(call);
		ASSERT_EQ(0, mprotect(locked, page, PROT_READ | PROT_WRITE));
		arg = memcpy(edge - before, call_fill(call, size), size);
		ASSERT_EQ(0, mprotect(locked, page, PROT_READ));
		ASSERT_EQ(-EFAULT, _test_ioctl(fd, call->cmd, arg))
			TH_LOG("%s, %zu bytes before the edge", call->name,
			       before);
		ASSERT_EQ(0, call_intact(call, fd))
			TH_LOG("%s, %zu bytes before the edge", call->name,
			       before);
		close(fd);
	}
}

TEST(replies)
{
	size_t i;

	for (i = 0; i < NR_CALLS; i++) {
		if (!calls[i].replies)
			continue;
		check_reply(_metadata, &calls[i], true);
		check_reply(_metadata, &calls[i], false);
	}
}

/* Entries: the words of a reply that straddle a page only read */
TEST(replies_in_a_batch)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t size = sizeof(struct hmacdev_op);
	__u8 *edge = map_two_pages(page);
	struct hmacdev_op *op;
	union call_arg arg;
	int fd = test_open_half(), ret;
	size_t before;

	ASSERT_NE(NULL, edge);
	for (before = 0; before < size; before++) {
		memset(&arg, 0, sizeof(arg));
		calls[_IOC_NR(HMACDEV_IOC_MAC)].fill(&arg);
		ASSERT_EQ(0, mprotect(edge, page, PROT_READ | PROT_WRITE));
		op = memcpy(edge - before, &arg.mac, size);
		ASSERT_EQ(0, mprotect(edge, page, PROT_READ));
		ret = _test_batch(fd, op, 1);
		/* The last word is not written. */
		EXPECT_EQ(before < offsetofend(struct hmacdev_op, status) ?
			  -EFAULT : 1, ret)
			TH_LOG("%zu bytes before the edge", before);
		test_half_intact(fd);
	}
	close(fd);
}

TEST_HARNESS_MAIN
