/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of every ioctl of /dev/hmac, with an argument that works and a check
 * that it worked. NEW is called on an unkeyed context. The others are called on
 * a context whose message is the first half of HALF_MSG: DERIVE on one that
 * derives, the rest on one that signs.
 */
#ifndef _HMACDEV_CALLS_H
#define _HMACDEV_CALLS_H

#include "hmacdev_ioctls.h"
#include "hmacdev_utils.h"

#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member))

/* Fields of a struct that lie side by side */
struct call_field {
	size_t begin;
	size_t end;		/* 0 if there is none */
};

/* A word of the struct and the bits of it that have a meaning */
struct call_mask {
	size_t offset;
	size_t size;
	__u32 known;
};

/* The arrays are read up to the first entry of zeros. */
struct call {
	const char *name;
	unsigned int cmd;
	size_t min;		/* size that the first version had */
	int results[3];		/* by enum hmacdev_state: OK or an errno */
	__u32 right;		/* that it needs, or 0 */
	struct call_field out[3];	/* what is written and never read */
	struct call_mask masks[5];
	struct call_field addrs[4];	/* addresses of buffers */
	struct call_field alg_name;	/* name of an algorithm */
	/* Of a call that writes a tag: its address, and its size */
	struct call_field tag, tag_len;
	bool pure;		/* the context stays as it was */
	bool replies;		/* the struct is written */
	bool answer;		/* all of the struct is written */
	bool gives_fd;		/* a descriptor is returned */
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

/* The second entry could not be read, and is as it was. */
static bool is_cut(int ret)
{
	return ret == 1 && !call_ops[0].status && call_ops[1].status == -1;
}

static int check_batch(int fd, const union call_arg *arg, int ret)
{
	if (ret < 0)
		return ret;
	if (is_cut(ret))
		return check_tag(call_ops[0].tag_len) ?: -EFAULT;
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

/* DERIVE's child @ret has the key @key. */
static int check_child(int fd, const __u8 *key, int ret)
{
	__u8 tag[HALF_TAG_LEN];
	int err;

	if (ret < 0)
		return ret;
	err = call_result(_test_oneshot(fd, "sha256", key, HALF_TAG_LEN, "", 0,
					tag, sizeof(tag)) == sizeof(tag)) ?:
	      _test_intact(ret, 0, tag);
	close(ret);
	return err;
}

static int check_derive(int fd, const union call_arg *arg, int ret)
{
	return check_child(fd, half_tag, ret);
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

#define FIELDS(type, first, last)					\
	{ offsetof(struct hmacdev_##type, first),			\
	  offsetofend(struct hmacdev_##type, last) }
#define FIELD(type, field)		FIELDS(type, field, field)
#define MASK(type, field, bits)						\
	{ offsetof(struct hmacdev_##type, field), sizeof(__u32), bits }
#define MAKES_TAG(type)							\
	.tag = FIELD(type, tag), .tag_len = FIELD(type, tag_len)

#define CALL(_name, _NAME, _type, _last, _unkeyed, _active, _finalized,	\
	     _right, ...)						\
	[CALL_##_NAME] = {						\
		.name = #_NAME,						\
		.cmd = HMACDEV_IOC_##_NAME,				\
		.min = offsetofend(struct hmacdev_##_type, _last),	\
		.results = { _unkeyed, _active, _finalized },		\
		.right = _right,					\
		.fill = fill_##_name,					\
		.check = check_##_name,					\
		__VA_ARGS__						\
	},

static const struct call calls[NR_CALLS] = { EACH_CALL(CALL) };

/* The table's argument, zeros behind it, at the end of mapped memory */
static inline union call_arg *call_fill(const struct call *call, size_t size)
{
	static union call_arg arg;
	void *at = test_alloc_edge(size);

	memset(&arg, 0, sizeof(arg));
	call->fill(&arg);
	return at ? memcpy(at, &arg, size < sizeof(arg) ? size : sizeof(arg)) :
		NULL;
}

/* Rights with which the call works */
static inline __u32 call_rights(const struct call *call)
{
	return call->right == HMACDEV_RIGHT_DERIVE ? TEST_RIGHTS_DERIVER :
		HMACDEV_RIGHTS_SIGNER;
}

static inline bool call_needs_unkeyed(const struct call *call)
{
	return call->results[HMACDEV_STATE_ACTIVE];
}

/* A context on which the call works */
#define call_open(call)							\
	(call_needs_unkeyed(call) ? test_open() :			\
	 test_open_half_with(call_rights(call)))

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
	if (call_needs_unkeyed(call))
		return call_result(_test_state(fd) == HMACDEV_STATE_UNKEYED);
	return _test_intact(fd, HALF_LEN, half_tag);
}

/* 0 if the call that returned @ret did what it should, and that alone */
static inline int call_check(const struct call *call, int fd, const void *at,
			     int ret)
{
	union call_arg arg;

	/* At the end of memory, it may be unaligned. */
	memcpy(&arg, at, _IOC_SIZE(call->cmd));
	return call->check(fd, &arg, ret) ?:
		(call->pure ? call_intact(call, fd) : 0);
}

#endif /* _HMACDEV_CALLS_H */
