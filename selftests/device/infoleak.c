// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that a call writes only the bytes that the interface names. The bytes
 * do not depend on the caller's memory, and a call that fails writes none.
 */
#include "hmacdev_calls.h"

#define ROOM	256	/* more than any tag */

FIXTURE(infoleak)
{
	const struct call *call;
	size_t size;
};

FIXTURE_VARIANT(infoleak)
{
	const struct call *call;
};

#define INFOLEAK(_name, _NAME, ...)					\
	FIXTURE_VARIANT_ADD(infoleak, _name) {				\
		.call = &calls[CALL_##_NAME],				\
	};
EACH_CALL(INFOLEAK)

FIXTURE_SETUP(infoleak)
{
	self->call = variant->call;
	self->size = _IOC_SIZE(variant->call->cmd);
}

FIXTURE_TEARDOWN(infoleak)
{
}

/* The table's call, with @poison wherever nothing is read, into @after */
static int call_poisoned(const struct call *call, int fd, __u8 poison,
			 union call_arg *before, union call_arg *after)
{
	memset(before, poison, sizeof(*before));
	memset(before, 0, _IOC_SIZE(call->cmd));
	call->fill(before);
	call_poison_out(call, before, poison);
	*after = *before;
	return _test_ioctl(fd, call->cmd, after);
}

/*
 * Each byte is as it was, or it is the same whatever was there before; where
 * the whole struct is an answer, it is the latter.
 */
TEST_F(infoleak, replies)
{
	static union call_arg before[2], after[2];
	int fd[2], ret, i;
	size_t at;

	for (i = 0; i < 2; i++) {
		fd[i] = call_open(self->call);
		ret = call_poisoned(self->call, fd[i], i ? 0xff : 0x5a,
				    &before[i], &after[i]);
		ASSERT_LE(0, ret);
		if (self->call->gives_fd)
			close(ret);
		close(fd[i]);
	}
	for (at = 0; at < self->size; at++) {
		EXPECT_TRUE(after[0].bytes[at] == after[1].bytes[at] ||
			    (!self->call->answer &&
			     after[0].bytes[at] == before[0].bytes[at] &&
			     after[1].bytes[at] == before[1].bytes[at]))
			TH_LOG("byte %zu of %zu", at, self->size);
	}
	EXPECT_MEMEQ(before[1].bytes + at, after[1].bytes + at,
		     sizeof(after->bytes) - at);
}

/*
 * Calls that fail, each for one reason: the context's state or rights, or one
 * field of the struct.
 */
struct refusal {
	enum hmacdev_state state;
	__u32 rights;
	size_t at;	/* of the field that is wrong, */
	int wrong;	/* and its errno; 0 if none is wrong */
};

/* 0, or the error that comes first: struct, key, right, state, buffers */
static int refusal_err(const struct call *call, const struct refusal *r)
{
	int by_state = call->results[r->state];

	if (r->wrong == EINVAL)
		return -EINVAL;
	if (by_state == ENOKEY)
		return -ENOKEY;
	if (r->state != HMACDEV_STATE_UNKEYED && call->right & ~r->rights)
		return -EPERM;
	return -(by_state ?: r->wrong);
}

static int refusal_open(const struct refusal *r)
{
	int fd = _test_open(O_RDWR | O_CLOEXEC), err = 0;

	if (r->state == HMACDEV_STATE_UNKEYED)
		return fd;
	err = _test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0,
			     r->rights ?: HMACDEV_RIGHTS_SIGNER) ?:
		_test_update(fd, HALF_MSG, HALF_LEN);
	if (!err && r->state == HMACDEV_STATE_FINALIZED)
		err = _test_verify(fd, half_tag, HALF_TAG_LEN);
	return err ?: _test_restrict(fd, r->rights) ?: fd;
}

static void spoil(const struct refusal *r, union call_arg *arg)
{
	__u8 *at = arg->bytes + r->at;
	const __u64 bad_address = 1;

	switch (r->wrong) {
	case EINVAL:
		at[3] ^= 0x80;
		break;
	case EFAULT:
		memcpy(at, &bad_address, sizeof(bad_address));
		break;
	case ENOENT:
		memset(at, 0, HMACDEV_NAME_LEN);
		test_set_name((char *)at, "SHA_255");
		break;
	}
}

/* A call that fails writes neither to a buffer nor to its struct. */
static void check_refusal(struct __test_metadata *_metadata,
			  const struct call *call, const struct refusal *r)
{
	static union call_arg before, after;
	int err = refusal_err(call, r), fd = refusal_open(r), ret;
	struct hmacdev_op ops[ARRAY_SIZE(call_ops)];

	ASSERT_LE(0, fd);
	memset(&before, 0, sizeof(before));
	call->fill(&before);
	spoil(r, &before);
	after = before;
	fresh_tag();
	memcpy(ops, call_ops, sizeof(ops));
	ret = _test_ioctl(fd, call->cmd, &after);
	close(fd);
	EXPECT_EQ(err, ret < 0 ? ret : 0)
		TH_LOG("state %u, rights %#x, field at %zu: %s", r->state,
		       r->rights, r->at, strerror(r->wrong));
	if (!err && call->gives_fd)
		close(ret);
	if (!err)
		return;
	EXPECT_MEMEQ(&before, &after, sizeof(after));
	EXPECT_TRUE(test_untouched(call_tag, sizeof(call_tag)));
	EXPECT_MEMEQ(ops, call_ops, sizeof(ops));
}

/* No field that is wrong, the flags, each address, and the algorithm */
static void check_refusals(struct __test_metadata *_metadata,
			   const struct call *call, struct refusal r)
{
	const struct call_field *addr;

	check_refusal(_metadata, call, &r);
	r.wrong = EINVAL;
	r.at = call->masks[0].offset;
	check_refusal(_metadata, call, &r);
	r.wrong = EFAULT;
	for (addr = call->addrs; addr->end; addr++) {
		r.at = addr->begin;
		check_refusal(_metadata, call, &r);
	}
	r.wrong = ENOENT;
	r.at = call->alg_name.begin;
	if (call->alg_name.end)
		check_refusal(_metadata, call, &r);
}

TEST_F(infoleak, refused_calls)
{
	static const __u32 rights[] = { 0, HMACDEV_RIGHTS_SIGNER,
					TEST_RIGHTS_DERIVER };
	struct refusal r = { };
	size_t i;

	for (; r.state <= HMACDEV_STATE_FINALIZED; r.state++) {
		for (i = 0; i < ARRAY_SIZE(rights); i++) {
			r.rights = rights[i];
			check_refusals(_metadata, self->call, r);
		}
	}
}

/* Tags: as many bytes as the context's have, of every algorithm */

struct maker {
	const struct call *call;	/* one that makes a tag, or BATCH */
	int fd;
	const char *alg;
	void *tag;
	__u32 room;
};

/* Of BATCH's entry, only the tag's size and the status are written */
static int make_by_batch(const struct maker *m)
{
	struct hmacdev_op op = {
		.msg = 1,
		.tag = test_addr(m->tag),
		.tag_len = m->room,
		.op = HMACDEV_OP_SIGN,
		.status = 0x5a5a5a5a,
	}, want = op;
	int ret = _test_batch(m->fd, &op, 1);

	want.tag_len = op.tag_len;
	want.status = op.status;
	if (ret != 1 || memcmp(&op, &want, sizeof(op)))
		return -EILSEQ;
	return op.status ?: (int)op.tag_len;
}

/* The tag's length, or -errno. Of the struct, only the length is written. */
static int make_tag(const struct maker *m)
{
	const struct call *call = m->call;
	__u64 addr = test_addr(m->tag);
	__u32 len = m->room;
	union call_arg arg = { }, want;
	int ret;

	if (!call->tag.end)
		return make_by_batch(m);
	call->fill(&arg);
	memcpy(arg.bytes + call->tag.begin, &addr, sizeof(addr));
	memcpy(arg.bytes + call->tag_len.begin, &len, sizeof(len));
	if (call->alg_name.end)
		memcpy(arg.bytes + call->alg_name.begin, m->alg,
		       HMACDEV_NAME_LEN);
	want = arg;
	ret = _test_ioctl(m->fd, call->cmd, &arg);
	memcpy(&len, arg.bytes + call->tag_len.begin, sizeof(len));
	memcpy(want.bytes + call->tag_len.begin, &len, sizeof(len));
	if (memcmp(&arg, &want, sizeof(arg)))
		return -EILSEQ;
	if (!call->pure)
		ret = _test_reset(m->fd) ?: ret;
	return ret ?: (int)len;
}

/* With two fill bytes, since a result may be equal to one of them */
static void check_tag_room(struct __test_metadata *_metadata, struct maker *m,
			   __u32 len)
{
	static const __u32 rooms[] = { 0, 1, 63, 64, ROOM, ~0U };
	__u8 tag[2][ROOM], poison[ROOM];
	size_t i;
	int j;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		m->room = rooms[i];
		for (j = 0; j < 2; j++) {
			memset(poison, j ? 0xff : 0x5a, ROOM);
			memcpy(tag[j], poison, ROOM);
			m->tag = tag[j];
			if (m->room < len) {
				ASSERT_EQ(-EMSGSIZE, make_tag(m));
				ASSERT_MEMEQ(poison, tag[j], ROOM);
			} else {
				ASSERT_EQ(len, make_tag(m));
				ASSERT_MEMEQ(poison, tag[j] + len, ROOM - len);
			}
		}
		ASSERT_MEMEQ(tag[0], tag[1], m->room < len ? 0 : len);
	}
}

/* A call that names an algorithm makes the full tag. */
static void check_makers(struct __test_metadata *_metadata, int fd,
			 const struct hmacdev_alg *alg, __u32 len)
{
	struct maker m = { .fd = fd, .alg = alg->name };
	size_t i;

	for (i = 0; i < NR_CALLS; i++) {
		m.call = &calls[i];
		if (m.call->tag.end || i == CALL_BATCH)
			check_tag_room(_metadata, &m, m.call->alg_name.end ?
				       alg->digest_size : len);
	}
}

TEST(tags)
{
	static const __u32 lens[] = { 0, HMACDEV_TAG_MIN, 15 };
	struct hmacdev_alg alg;
	int list = test_open(), fd;
	size_t i, nr;

	for (nr = 0; !_test_alg_index(list, nr, &alg); nr++) {
		if (!_test_has_alg(alg.name, &alg))
			continue;
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			fd = test_open();
			test_new_opts(fd, alg.name, HALF_KEY, HALF_KEY_LEN,
				      lens[i], HMACDEV_RIGHTS_SIGNER);
			check_makers(_metadata, fd, &alg,
				     lens[i] ?: alg.digest_size);
			close(fd);
		}
	}
	EXPECT_LT(0, nr);
	close(list);
}

TEST(reads)
{
	__u8 buf[ROOM], poison[ROOM];
	int fd = test_open_half();

	memset(poison, 0x5a, sizeof(poison));
	memcpy(buf, poison, sizeof(buf));
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(-1, pread(fd, buf, sizeof(buf), 0));
	EXPECT_MEMEQ(poison, buf, sizeof(buf));
	test_half_intact(fd);
	close(fd);
}

TEST_HARNESS_MAIN
