// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that a call writes only the bytes that the interface names. The bytes
 * do not depend on the caller's memory, and a call that fails writes none.
 */
#include "hmacdev_calls.h"

#define ROOM	256	/* more than any tag */

FIXTURE(leaks)
{
	const struct call *call;
	size_t size;
};

FIXTURE_VARIANT(leaks)
{
	unsigned int cmd;
};

#define LEAKS(_name, _cmd) \
	FIXTURE_VARIANT_ADD(leaks, _name) { .cmd = HMACDEV_IOC_##_cmd }

LEAKS(alg, ALG);
LEAKS(new, NEW);
LEAKS(update, UPDATE);
LEAKS(digest, DIGEST);
LEAKS(finalize, FINALIZE);
LEAKS(verify, VERIFY);
LEAKS(reset, RESET);
LEAKS(copy, COPY);
LEAKS(restrict, RESTRICT);
LEAKS(info, INFO);
LEAKS(mac, MAC);
LEAKS(batch, BATCH);
LEAKS(derive, DERIVE);
LEAKS(oneshot, ONESHOT);

FIXTURE_SETUP(leaks)
{
	self->call = &calls[_IOC_NR(variant->cmd)];
	self->size = _IOC_SIZE(variant->cmd);
}

FIXTURE_TEARDOWN(leaks)
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
TEST_F(leaks, replies)
{
	bool answer = variant->cmd == HMACDEV_IOC_ALG ||
		      variant->cmd == HMACDEV_IOC_INFO;
	static union call_arg before[2], after[2];
	int fd[2], ret, i;
	size_t at;

	for (i = 0; i < 2; i++) {
		fd[i] = call_open(self->call);
		ret = call_poisoned(self->call, fd[i], i ? 0xff : 0x5a,
				    &before[i], &after[i]);
		ASSERT_LE(0, ret);
		if (variant->cmd == HMACDEV_IOC_COPY ||
		    variant->cmd == HMACDEV_IOC_DERIVE)
			close(ret);
		close(fd[i]);
	}
	for (at = 0; at < self->size; at++) {
		EXPECT_TRUE(after[0].bytes[at] == after[1].bytes[at] ||
			    (!answer &&
			     after[0].bytes[at] == before[0].bytes[at] &&
			     after[1].bytes[at] == before[1].bytes[at]))
			TH_LOG("byte %zu of %zu", at, self->size);
	}
	EXPECT_MEMEQ(before[1].bytes + at, after[1].bytes + at,
		     sizeof(after->bytes) - at);
}

/* Contexts and arguments that the calls, or some of them, refuse */

static int open_unkeyed(void)
{
	return _test_open(O_RDWR);
}

static int open_keyed(__u32 rights)
{
	int fd = _test_open(O_RDWR);

	if (fd >= 0)
		_test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0, rights);
	return fd;
}

static int open_powerless(void)
{
	return open_keyed(0);
}

static int open_finalized(void)
{
	int fd = open_keyed(HMACDEV_RIGHTS_SIGNER);

	_test_verify(fd, NULL, 0);
	return fd;
}

static int open_fine(void)
{
	return open_keyed(HMACDEV_RIGHTS_SIGNER);
}

static int open_deriver(void)
{
	return open_keyed(TEST_RIGHTS_DERIVER);
}

/* Whatever the call has first that must be 0, or is bounded */
static void spoil_mask(const struct call *call, union call_arg *arg)
{
	*(__u32 *)(arg->bytes + call->masks[0].offset) |= 1U << 31;
}

static void spoil_address(const struct call *call, union call_arg *arg)
{
	static const size_t addresses[] = {
		[_IOC_NR(HMACDEV_IOC_NEW)] = offsetof(struct hmacdev_new, key),
		[_IOC_NR(HMACDEV_IOC_UPDATE)] =
			offsetof(struct hmacdev_update, msg),
		[_IOC_NR(HMACDEV_IOC_DERIVE)] =
			offsetof(struct hmacdev_derive, msg),
		[_IOC_NR(HMACDEV_IOC_ONESHOT)] =
			offsetof(struct hmacdev_oneshot, msg),
	};
	unsigned int nr = _IOC_NR(call->cmd);
	size_t at = nr < ARRAY_SIZE(addresses) ? addresses[nr] : 0;

	/* In the others it comes first, or there is none, and a size is bad. */
	*(__u64 *)(arg->bytes + at) = 1;
}

static void spoil_name(const struct call *call, union call_arg *arg)
{
	if (call->cmd == HMACDEV_IOC_ALG)
		memcpy(arg->alg.name, "SHA_255", 8);
	else
		memcpy(arg->bytes, "SHA_255", 8);
}

static void spoil_nothing(const struct call *call, union call_arg *arg)
{
}

static const struct {
	int (*open)(void);
	void (*spoil)(const struct call *call, union call_arg *arg);
} refusals[] = {
	{ open_unkeyed, spoil_nothing },
	{ open_unkeyed, spoil_address },
	{ open_powerless, spoil_nothing },
	{ open_finalized, spoil_nothing },
	{ open_fine, spoil_nothing },
	{ open_fine, spoil_mask },
	{ open_fine, spoil_address },
	{ open_fine, spoil_name },
	{ open_deriver, spoil_nothing },
	{ open_deriver, spoil_mask },
	{ open_deriver, spoil_address },
	{ open_deriver, spoil_name },
};

/* A call that is refused writes to no buffer, and leaves its struct alone */
TEST_F(leaks, refused_calls)
{
	static union call_arg before, after;
	struct hmacdev_op ops[ARRAY_SIZE(call_ops)];
	__u8 tag[sizeof(call_tag)];
	int fd, ret, refused = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		memset(&before, 0, sizeof(before));
		self->call->fill(&before);
		refusals[i].spoil(self->call, &before);
		after = before;
		fresh_tag();
		memcpy(tag, call_tag, sizeof(tag));
		memcpy(ops, call_ops, sizeof(ops));
		fd = refusals[i].open();
		ASSERT_LE(0, fd);
		ret = _test_ioctl(fd, self->call->cmd, &after);
		close(fd);
		if (ret >= 0)
			continue;
		refused++;
		EXPECT_MEMEQ(&before, &after, sizeof(after))
			TH_LOG("refusal %zu", i);
		EXPECT_MEMEQ(tag, call_tag, sizeof(tag))
			TH_LOG("refusal %zu", i);
		EXPECT_MEMEQ(ops, call_ops, sizeof(ops))
			TH_LOG("refusal %zu", i);
	}
	EXPECT_LT(0, refused);
}

/* Tags: as many bytes as the context's have, of every algorithm */

struct maker {
	int fd;
	const char *alg;
	void *tag;
	__u32 room;
};

static int make_digest(const struct maker *m)
{
	return _test_digest(m->fd, m->tag, m->room);
}

static int make_finalize(const struct maker *m)
{
	int ret = _test_finalize(m->fd, m->tag, m->room);

	return _test_reset(m->fd) ?: ret;
}

static int make_mac(const struct maker *m)
{
	return _test_mac_sign(m->fd, "", 0, m->tag, m->room);
}

/* Of its entry, only the tag's size and the status are written */
static int make_batch(const struct maker *m)
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

static int make_oneshot(const struct maker *m)
{
	return _test_oneshot(m->fd, m->alg, HALF_KEY, HALF_KEY_LEN, "", 0,
			     m->tag, m->room);
}

static const struct {
	int (*make)(const struct maker *m);
	bool full;	/* whatever the context's tags have */
} makers[] = {
	{ make_digest }, { make_finalize }, { make_mac }, { make_batch },
	{ make_oneshot, true },
};

/* Twice, so that a byte that happens to be what was there is seen as well */
static void check_tag_room(struct __test_metadata *_metadata,
			   int (*make)(const struct maker *m),
			   struct maker *m, __u32 len)
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
				ASSERT_EQ(-EMSGSIZE, make(m));
				ASSERT_MEMEQ(poison, tag[j], ROOM);
			} else {
				ASSERT_EQ(len, make(m));
				ASSERT_MEMEQ(poison, tag[j] + len, ROOM - len);
			}
		}
		ASSERT_MEMEQ(tag[0], tag[1], m->room < len ? 0 : len);
	}
}

TEST(tags)
{
	static const __u32 lens[] = { 0, HMACDEV_TAG_MIN, 15 };
	struct hmacdev_alg alg;
	struct maker m = { .alg = alg.name };
	size_t i, j, nr;
	int list = test_open();

	for (nr = 0; !_test_alg_index(list, nr, &alg); nr++) {
		if (!_test_has_alg(alg.name, &alg))
			continue;
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			m.fd = test_open();
			test_new_opts(m.fd, alg.name, HALF_KEY, HALF_KEY_LEN,
				      lens[i], HMACDEV_RIGHTS_SIGNER);
			for (j = 0; j < ARRAY_SIZE(makers); j++)
				check_tag_room(_metadata, makers[j].make, &m,
					       makers[j].full || !lens[i] ?
					       alg.digest_size : lens[i]);
			close(m.fd);
		}
	}
	EXPECT_LT(0, nr);
	close(list);
}

/* Files: what is read of one is nothing, and of its fdinfo no more than that */

#define check_fdinfo(fd, want)						\
	do {								\
		char _text[1024] = "", _part[1024], *_ours;		\
		int _len = _test_fdinfo(fd, _text, sizeof(_text) - 1, 0); \
		int _at;						\
									\
		ASSERT_LT(0, _len);					\
		_ours = strstr(_text, "hmac-");				\
		ASSERT_NE(NULL, _ours);					\
		EXPECT_STREQ(want, _ours);				\
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
	int fd = test_open();

	check_fdinfo(fd, "hmac-state:\tunkeyed\n");
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	check_fdinfo(fd, KEYED("active", "0x7", "0"));
	test_update(fd, HALF_MSG, HALF_LEN);
	test_restrict(fd, HMACDEV_RIGHT_VERIFY);
	check_fdinfo(fd, KEYED("active", "0x2", "16"));
	test_verify(fd, half_tag, HALF_TAG_LEN);
	check_fdinfo(fd, KEYED("finalized", "0x2", "16"));
	close(fd);
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
