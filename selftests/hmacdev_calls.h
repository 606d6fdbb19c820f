/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of every ioctl of /dev/hmac, with an argument that works and a check
 * that it worked. NEW is called on an unkeyed context. The others are called on
 * a context whose message is the first half of HALF_MSG: DERIVE on one that
 * derives, the rest on one that signs.
 */
#ifndef _HMACDEV_CALLS_H
#define _HMACDEV_CALLS_H

#include "hmacdev_utils.h"

#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member))

union call_arg {
	struct hmacdev_alg alg;
	struct hmacdev_new new;
	struct hmacdev_update update;
	struct hmacdev_tag tag;
	struct hmacdev_reset reset;
	struct hmacdev_copy copy;
	struct hmacdev_restrict restrict_;
	struct hmacdev_info info;
	struct hmacdev_op mac;
	struct hmacdev_batch batch;
	struct hmacdev_derive derive;
	struct hmacdev_oneshot oneshot;
	__u8 bytes[_IOC_SIZEMASK];
};

/* A word of the struct and the bits of it that have a meaning */
struct call_mask {
	size_t offset;
	size_t size;
	__u32 known;
};

struct call {
	const char *name;
	unsigned int cmd;
	size_t min;		/* size that the first version had */
	/* What a reply writes and nothing reads, up to the first of no size */
	struct {
		size_t begin;
		size_t end;
	} out[3];
	struct call_mask masks[5];	/* up to the first of no size */
	bool pure;		/* the context stays as it was */
	bool replies;		/* the struct is written */
	void (*fill)(union call_arg *arg);
	/* 0 if the call that returned @ret did what it should */
	int (*check)(int fd, const union call_arg *arg, int ret);
};

/* Where the calls of the table have their tags written */
static __u8 call_tag[HMACDEV_TAG_MAX];
static struct hmacdev_op call_ops[2];

static inline int call_result(bool good)
{
	return good ? 0 : -EILSEQ;
}

static void fill_alg(union call_arg *arg)
{
	arg->alg.flags = HMACDEV_ALG_BY_NAME;
	test_set_name(arg->alg.name, "HMAC-SHA_256");
}

static int check_alg(int fd, const union call_arg *arg, int ret)
{
	static const char name[HMACDEV_NAME_LEN] = "sha256";
	const struct hmacdev_alg *alg = &arg->alg;

	return call_result(!ret && alg->flags == HMACDEV_ALG_BY_NAME &&
			   !memcmp(alg->name, name, sizeof(name)) &&
			   alg->digest_size == 32 && alg->block_size == 64 &&
			   alg->traits == (HMACDEV_ALG_AVAILABLE |
					   HMACDEV_ALG_FIPS) &&
			   !alg->reserved);
}

static void fill_new(union call_arg *arg)
{
	test_set_name(arg->new.alg, "sha256");
	arg->new.source = HMACDEV_KEY_BYTES;
	arg->new.key = test_addr(HALF_KEY);
	arg->new.key_len = HALF_KEY_LEN;
	arg->new.rights = HMACDEV_RIGHTS_SIGNER;
}

static int check_new(int fd, const union call_arg *arg, int ret)
{
	return ret ?: _test_intact(fd, 0, empty_tag);
}

static void fill_update(union call_arg *arg)
{
	arg->update.msg = test_addr(HALF_MSG + HALF_LEN);
	arg->update.len = HALF_WHOLE - HALF_LEN;
}

static int check_update(int fd, const union call_arg *arg, int ret)
{
	return ret ?: _test_intact(fd, HALF_WHOLE, whole_tag);
}

/* Room for more than the tag */
static __u64 fresh_tag(void)
{
	memset(call_tag, 0xa5, sizeof(call_tag));
	return test_addr(call_tag);
}

/* The tag is there, and not a byte beyond it */
static int check_tag(__u32 tag_len)
{
	size_t i;

	if (tag_len != HALF_TAG_LEN ||
	    memcmp(call_tag, half_tag, HALF_TAG_LEN))
		return -EILSEQ;
	for (i = HALF_TAG_LEN; i < sizeof(call_tag); i++)
		if (call_tag[i] != 0xa5)
			return -EILSEQ;
	return 0;
}

static void fill_digest(union call_arg *arg)
{
	arg->tag.tag = fresh_tag();
	arg->tag.tag_len = HMACDEV_TAG_MAX;
}

static int check_digest(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_tag(arg->tag.tag_len);
}

#define fill_finalize	fill_digest

static int check_finalized(int fd)
{
	struct hmacdev_info info;

	return _test_info(fd, &info) ?:
		call_result(info.state == HMACDEV_STATE_FINALIZED &&
			    info.bytes == HALF_LEN) ?:
		call_result(_test_update(fd, "", 0) == -EBADFD) ?:
		_test_reset(fd) ?: _test_intact(fd, 0, empty_tag);
}

static int check_finalize(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_tag(arg->tag.tag_len) ?: check_finalized(fd);
}

static void fill_verify(union call_arg *arg)
{
	arg->tag.tag = test_addr(half_tag);
	arg->tag.tag_len = HALF_TAG_LEN;
}

static int check_verify(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_finalized(fd);
}

static void fill_reset(union call_arg *arg)
{
}

static int check_reset(int fd, const union call_arg *arg, int ret)
{
	return ret ?: _test_intact(fd, 0, empty_tag);
}

static void fill_copy(union call_arg *arg)
{
	arg->copy.rights = ~0U;
}

static int check_copy(int fd, const union call_arg *arg, int ret)
{
	int err;

	if (ret < 0)
		return ret;
	err = call_result(ret != fd) ?: _test_intact(ret, HALF_LEN, half_tag);
	close(ret);
	return err;
}

static void fill_restrict(union call_arg *arg)
{
	arg->restrict_.rights = ~HMACDEV_RIGHT_VERIFY;
}

static int check_restrict(int fd, const union call_arg *arg, int ret)
{
	struct hmacdev_info info;

	return ret ?: _test_info(fd, &info) ?:
		call_result(info.rights ==
			    (HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_COPY));
}

static void fill_info(union call_arg *arg)
{
}

static int check_info(int fd, const union call_arg *arg, int ret)
{
	return ret ?: call_result(!memcmp(&arg->info, &half_info,
					  sizeof(half_info)));
}

static void fill_mac(union call_arg *arg)
{
	arg->mac.msg = test_addr(HALF_MSG);
	arg->mac.len = HALF_LEN;
	arg->mac.tag = fresh_tag();
	arg->mac.tag_len = HMACDEV_TAG_MAX;
	arg->mac.op = HMACDEV_OP_SIGN;
}

static int check_mac(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_tag(arg->mac.tag_len);
}

/* One to sign, and that same to verify */
static void fill_batch(union call_arg *arg)
{
	union call_arg sign = { };

	fill_mac(&sign);
	call_ops[0] = sign.mac;
	call_ops[1] = sign.mac;
	call_ops[1].op = HMACDEV_OP_VERIFY;
	call_ops[1].tag_len = HALF_TAG_LEN;
	call_ops[0].status = -1;
	call_ops[1].status = -1;
	arg->batch.ops = test_addr(call_ops);
	arg->batch.count = ARRAY_SIZE(call_ops);
	arg->batch.op_size = sizeof(call_ops[0]);
}

static int check_batch(int fd, const union call_arg *arg, int ret)
{
	if (ret < 0)
		return ret;
	return call_result(ret == 2) ?: call_ops[0].status ?:
		call_ops[1].status ?: check_tag(call_ops[0].tag_len);
}

static void fill_derive(union call_arg *arg)
{
	test_set_name(arg->derive.alg, "sha256");
	arg->derive.msg = test_addr(HALF_MSG);
	arg->derive.len = HALF_LEN;
	arg->derive.rights = HMACDEV_RIGHTS_SIGNER;
}

/* The child's key is half_tag */
static int check_derive(int fd, const union call_arg *arg, int ret)
{
	__u8 tag[HALF_TAG_LEN];
	int err;

	if (ret < 0)
		return ret;
	err = call_result(_test_oneshot(fd, "sha256", half_tag, HALF_TAG_LEN,
					"", 0, tag, sizeof(tag)) ==
			  sizeof(tag)) ?: _test_intact(ret, 0, tag);
	close(ret);
	return err;
}

static void fill_oneshot(union call_arg *arg)
{
	test_set_name(arg->oneshot.alg, "sha256");
	arg->oneshot.key = test_addr(HALF_KEY);
	arg->oneshot.key_len = HALF_KEY_LEN;
	arg->oneshot.msg = test_addr(HALF_MSG);
	arg->oneshot.len = HALF_LEN;
	arg->oneshot.tag = fresh_tag();
	arg->oneshot.tag_len = HMACDEV_TAG_MAX;
}

static int check_oneshot(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_tag(arg->oneshot.tag_len);
}

#define MASK(type, field, bits)						\
	{ offsetof(struct hmacdev_##type, field), sizeof(__u32), bits }
#define RIGHTS(type)		MASK(type, rights, HMACDEV_RIGHTS_SIGNER)
#define OUT(type, first, last)						\
	{ offsetof(struct hmacdev_##type, first),			\
	  offsetofend(struct hmacdev_##type, last) }
#define NO_OUT { 0, 0 }
/* What lies between them is read */
#define INFO_OUT							\
	OUT(info, state, block_size), OUT(info, bytes, alg)

#define PURE	0x1
#define REPLIES	0x2

#define CALL(_nr, _name, _how, _type, _last, _out, ...)			\
	[_IOC_NR(HMACDEV_IOC_##_nr)] = {				\
		.name = #_nr,						\
		.cmd = HMACDEV_IOC_##_nr,				\
		.min = offsetofend(struct hmacdev_##_type, _last),	\
		.out = { _out },					\
		.masks = { __VA_ARGS__ },				\
		.pure = (_how) & PURE,					\
		.replies = (_how) & REPLIES,				\
		.fill = fill_##_name,					\
		.check = check_##_name,					\
	}

static const struct call calls[] = {
	CALL(ALG, alg, PURE | REPLIES, alg, reserved,
	     OUT(alg, digest_size, traits),
	     MASK(alg, flags, HMACDEV_ALG_BY_NAME), MASK(alg, reserved, 0)),
	CALL(NEW, new, 0, new, reserved, NO_OUT,
	     MASK(new, flags, 0), MASK(new, source, 3), RIGHTS(new),
	     MASK(new, reserved, 0)),
	CALL(UPDATE, update, 0, update, len, NO_OUT,
	     MASK(update, flags, 0), MASK(update, reserved, 0)),
	CALL(DIGEST, digest, PURE | REPLIES, tag, flags, NO_OUT,
	     MASK(tag, flags, 0)),
	CALL(FINALIZE, finalize, REPLIES, tag, flags, NO_OUT,
	     MASK(tag, flags, 0)),
	CALL(VERIFY, verify, 0, tag, flags, NO_OUT, MASK(tag, flags, 0)),
	CALL(RESET, reset, 0, reset, reserved, NO_OUT,
	     MASK(reset, flags, 0), MASK(reset, reserved, 0)),
	CALL(COPY, copy, PURE, copy, rights, NO_OUT,
	     MASK(copy, flags, HMACDEV_COPY_FRESH)),
	CALL(RESTRICT, restrict, PURE, restrict, rights, NO_OUT,
	     MASK(restrict, flags, 0)),
	CALL(INFO, info, PURE | REPLIES, info, alg, INFO_OUT,
	     MASK(info, flags, 0), MASK(info, reserved, 0)),
	CALL(MAC, mac, PURE | REPLIES, op, reserved, OUT(op, status, status),
	     MASK(op, op, HMACDEV_OP_SIGN), MASK(op, reserved, 0)),
	CALL(BATCH, batch, PURE, batch, reserved, NO_OUT,
	     MASK(batch, flags, 0), MASK(batch, reserved, 0)),
	CALL(DERIVE, derive, PURE, derive, rights, NO_OUT,
	     MASK(derive, flags, 0), MASK(derive, reserved, 0), RIGHTS(derive)),
	CALL(ONESHOT, oneshot, PURE | REPLIES, oneshot, flags, NO_OUT,
	     MASK(oneshot, flags, 0)),
};

#define NR_CALLS	ARRAY_SIZE(calls)

/* The table's argument, at the end of memory that can be touched */
static inline union call_arg *call_fill(const struct call *call, size_t size)
{
	static union call_arg arg;
	void *at = test_alloc_edge(size);

	memset(&arg, 0, sizeof(arg));
	call->fill(&arg);
	return at ? memcpy(at, &arg, size) : NULL;
}

/* What the table expects its call to find */
#define call_open(call)							\
	((call)->cmd == HMACDEV_IOC_NEW ? test_open() :			\
	 (call)->cmd == HMACDEV_IOC_DERIVE ? test_open_deriver() :	\
	 test_open_half())

static inline void call_poison_out(const struct call *call, union call_arg *arg,
				   __u8 poison)
{
	size_t i;

	for (i = 0; call->out[i].end; i++)
		memset(arg->bytes + call->out[i].begin, poison,
		       call->out[i].end - call->out[i].begin);
}

/* 0 if the context is as call_open() made it */
static inline int call_intact(const struct call *call, int fd)
{
	if (call->cmd == HMACDEV_IOC_NEW)
		return call_result(_test_state(fd) == HMACDEV_STATE_UNKEYED);
	return _test_intact(fd, HALF_LEN, half_tag);
}

/* 0 if the call that returned @ret did what it should, and that alone */
static inline int call_check(const struct call *call, int fd,
			     const union call_arg *arg, int ret)
{
	return call->check(fd, arg, ret) ?:
		(call->pure ? call_intact(call, fd) : 0);
}

#endif /* _HMACDEV_CALLS_H */
