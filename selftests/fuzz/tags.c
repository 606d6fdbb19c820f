// SPDX-License-Identifier: GPL-2.0
/*
 * The operations that make or check a tag.
 */
#include "step.h"

/*
 * Where a tag is put: over messages, too, but not if it is not known beforehand
 * what will be there then.
 */
static __u64 place_tag(struct step *s, size_t len)
{
	const struct secret *key = s->ctx->key;

	if ((!key || key->known) && random_one_in(&s->r, 3))
		return arena_place_well(&s->r, ARENA_DATA, len);
	return arena_place(&s->r, ARENA_TAGS, len);
}

static __u32 some_size(struct random *r, const struct context *ctx)
{
	__u32 tag_len = ctx->key ? ctx->key->tag_len : 32;

	switch (random_below(r, 16)) {
	case 0:
		return random_next(r);
	case 1:
		return random_below(r, HMACDEV_TAG_MAX);
	case 2:
		return tag_len - 1;
	case 3:
		return 0;
	case 4 ... 9:
		return HMACDEV_TAG_MAX;
	default:
		return tag_len;
	}
}

/* Put a tag to be checked, right or not, and return its size. */
static __u32 put_tag(struct random *r, __u64 addr, const struct context *ctx,
		     const struct tag *tag)
{
	__u32 tag_len = ctx->key ? ctx->key->tag_len : 32;
	__u8 given[HMACDEV_TAG_MAX + 1];

	random_bytes(r, given, sizeof(given));
	memcpy(given, tag->bytes, tag->known);
	switch (random_below(r, 8)) {
	case 0:
		given[random_below(r, tag_len)] ^= 1 << random_below(r, 8);
		break;
	case 1:
		tag_len = random_below(r, HMACDEV_TAG_MAX + 1);
		break;
	}
	arena_put(addr, given, tag_len);
	return random_one_in(r, 48) ? random_next(r) : tag_len;
}

/* Everything but the tag's value, for a context with a key */
static void predict_buffers(struct tagging *t)
{
	__u32 given = t->tag_len, real = t->real_len;

	if (t->sign) {
		if (given < real)
			refuse(&t->f, BUFFERS, EMSGSIZE);
		else if (arena_writable(t->addr, real) < real)
			refuse(&t->f, BUFFERS, EFAULT);
		return;
	}
	if (given != real)
		refuse(&t->f, BUFFERS, EBADMSG);
	else if (arena_readable(t->addr, real) < real)
		refuse(&t->f, BUFFERS, EFAULT);
}

static void predict_made(struct tagging *t)
{
	size_t writable = arena_writable(t->addr, t->real_len);

	if (writable == t->real_len && t->tag.known >= t->real_len)
		arena_expect(t->addr, t->tag.bytes, t->real_len);
	else if (writable == t->real_len)
		arena_expect_any(t->addr, t->real_len);
	else if (t->tag.known >= writable)
		arena_expect_maybe(t->addr, t->tag.bytes, writable);
	else
		arena_expect_any(t->addr, writable);
}

static void predict_checked(struct tagging *t)
{
	bool any = arena_is_any(t->addr, t->real_len);
	int is = any ? -1 : tag_is(&t->tag, arena_at(t->addr), t->real_len);

	if (is == 0)
		refuse(&t->f, BUFFERS, EBADMSG);
	if (is == -1)
		t->f.unsure = EBADMSG;
}

/* The tag itself, of a call that gets as far as to make it */
static void predict_tag(struct tagging *t)
{
	if (t->sign && t->tag_len >= t->real_len)
		predict_made(t);
	else if (!t->sign && t->f.first == NOTHING)
		predict_checked(t);
}

/* tag_len comes back with the tag, and with EMSGSIZE. */
static void predict_tag_len(struct tagging *t)
{
	arena_expect_any(t->tag_len_at,
			 arena_writable(t->tag_len_at, sizeof(t->tag_len)));
}

static bool settle_tagging(struct tagging *t, long ret)
{
	const size_t size = sizeof(t->tag_len);
	__u32 now, want = t->tag_len;

	if (t->sign && (!ret || ret == -EMSGSIZE))
		want = t->real_len;
	/* Of one that is known, the memory has been compared. */
	if (t->sign && !ret && !t->overlaid && t->tag.known < t->real_len &&
	    !tag_seen(&t->tag, arena_at(t->addr), t->real_len))
		return false;
	if (arena_writable(t->tag_len_at, size) < size)
		return true;
	memcpy(&now, arena_at(t->tag_len_at), size);
	return now == want || (ret == -EFAULT && now == t->real_len);
}

/* The struct comes back if the tag's length is another one in it. */
static void predict_tag_reply(struct step *s)
{
	struct tagging *t = &s->tagging;
	struct forecast *f = &s->forecast;
	bool changes = t->sign && t->real_len != t->tag_len;
	__u8 *args = (__u8 *)&s->args;
	size_t at = t->tag_len_at - s->call.arg;

	*f = t->f;
	if (changes && f->first == NOTHING) {
		memcpy(args + at, &t->real_len, sizeof(t->real_len));
		step_reply(s, args);
		memcpy(args + at, &t->tag_len, sizeof(t->tag_len));
	} else if (changes && f->first == BUFFERS &&
		   arena_writable(s->call.arg, s->op->size) < s->op->size) {
		refuse(f, BUFFERS, EFAULT);
	}
	if (f->first >= BUFFERS)
		predict_tag_len(t);
}

static void fill_tag(struct step *s)
{
	struct hmacdev_tag *args = &s->args.tag;
	struct tag tag = { };

	args->flags = some_flags(&s->r);
	args->tag = place_tag(s, s->ctx->key ? s->ctx->key->tag_len : 32);
	args->tag_len = some_size(&s->r, s->ctx);
	if (s->op->cmd != HMACDEV_IOC_VERIFY)
		return;
	if (s->ctx->state == HMACDEV_STATE_ACTIVE)
		context_tag(s->ctx, &tag);
	args->tag_len = put_tag(&s->r, args->tag, s->ctx, &tag);
}

static void predict_running(struct step *s)
{
	const struct hmacdev_tag *args = &s->args.tag;
	const struct context *ctx = s->ctx;
	struct tagging *t = &s->tagging;
	struct forecast *f = &t->f;

	t->f.first = NOTHING;
	t->sign = s->op->cmd != HMACDEV_IOC_VERIFY;
	t->addr = args->tag;
	t->tag_len = args->tag_len;
	t->tag_len_at = s->call.arg + offsetof(struct hmacdev_tag, tag_len);
	if (args->flags)
		refuse(f, FIELDS, EINVAL);
	if (!ctx->key)
		refuse(f, KEY, ENOKEY);
	if (!(ctx->rights & (t->sign ? HMACDEV_RIGHT_SIGN :
			     HMACDEV_RIGHT_VERIFY)))
		refuse(f, RIGHT, EPERM);
	if (ctx->state == HMACDEV_STATE_FINALIZED)
		refuse(f, STATE, EBADFD);
	if (f->first == NOTHING) {
		t->real_len = ctx->key->tag_len;
		predict_buffers(t);
		context_tag(ctx, &t->tag);
		predict_tag(t);
	}
	predict_tag_reply(s);
}

static bool settle_digest(struct step *s, long ret)
{
	return settle_tagging(&s->tagging, ret);
}

static bool settle_final(struct step *s, long ret)
{
	if (!ret || ret == -EBADMSG)
		s->ctx->state = HMACDEV_STATE_FINALIZED;
	return settle_tagging(&s->tagging, ret);
}

OPERATION(digest, DIGEST, fill_tag, predict_running, settle_digest);
OPERATION(finalize, FINALIZE, fill_tag, predict_running, settle_final);
OPERATION(verify, VERIFY, fill_tag, predict_running, settle_final);

/* Can the message, which is to be checked, be read when the tag is put? */
static void known_tag(const struct context *ctx, const struct hmacdev_op *op,
		      struct tag *tag)
{
	memset(tag, 0, sizeof(*tag));
	if (ctx->key && arena_readable(op->msg, op->len) == op->len)
		secret_mac(ctx->key, op->len ? arena_at(op->msg) : NULL,
			   op->len, tag);
}

static void fill_message(struct step *s, struct hmacdev_op *op)
{
	static const __u32 others[] = { 0, 3, 4, 8, 1 << 31, 0xffffffff };
	struct tag tag;

	some_message(&s->r, &op->msg, &op->len);
	op->op = random_one_in(&s->r, 2) ? HMACDEV_OP_SIGN : HMACDEV_OP_VERIFY;
	op->tag = place_tag(s, s->ctx->key ? s->ctx->key->tag_len : 32);
	op->tag_len = some_size(&s->r, s->ctx);
	op->status = random_next(&s->r);
	op->reserved = some_flags(&s->r);
	if (op->op == HMACDEV_OP_VERIFY) {
		known_tag(s->ctx, op, &tag);
		op->tag_len = put_tag(&s->r, op->tag, s->ctx, &tag);
	}
	if (random_one_in(&s->r, 32))
		op->op = random_pick(&s->r, others);
}

/* @more: the entry has a tail that is not zero. */
static void predict_message(const struct context *ctx,
			    const struct hmacdev_op *op, bool more,
			    struct tagging *t)
{
	struct forecast *f = &t->f;

	memset(t, 0, sizeof(*t));
	f->first = NOTHING;
	t->sign = op->op == HMACDEV_OP_SIGN;
	t->addr = op->tag;
	t->tag_len = op->tag_len;
	if ((op->op != HMACDEV_OP_SIGN && op->op != HMACDEV_OP_VERIFY) ||
	    op->reserved || op->len > HMACDEV_MSG_MAX)
		refuse(f, FIELDS, EINVAL);
	if (more)
		refuse(f, FIELDS, E2BIG);
	if (!ctx->key)
		refuse(f, KEY, ENOKEY);
	if (!(ctx->rights & (t->sign ? HMACDEV_RIGHT_SIGN :
			     HMACDEV_RIGHT_VERIFY)))
		refuse(f, RIGHT, EPERM);
	if (f->first != NOTHING)
		return;
	t->real_len = ctx->key->tag_len;
	predict_buffers(t);
	if (arena_readable(op->msg, op->len) < op->len) {
		refuse(f, BUFFERS, EFAULT);
		return;
	}
	known_tag(ctx, op, &t->tag);
	predict_tag(t);
}

static void fill_mac(struct step *s)
{
	fill_message(s, &s->args.mac);
}

static void predict_mac(struct step *s)
{
	predict_message(s->ctx, &s->args.mac, false, &s->tagging);
	s->tagging.tag_len_at = s->call.arg +
		offsetof(struct hmacdev_op, tag_len);
	predict_tag_reply(s);
}

OPERATION(mac, MAC, fill_mac, predict_mac, settle_digest);

#define OP_SIZE	((__u32)sizeof(struct hmacdev_op))

static struct tagging entries[HMACDEV_BATCH_MAX];

static __u32 some_count(struct random *r)
{
	switch (random_below(r, 64)) {
	case 0:
		return random_next(r);
	case 1:
		return HMACDEV_BATCH_MAX + random_below(r, 2);
	case 2 ... 4:
		return random_below(r, 200);
	default:
		return random_below(r, 8);
	}
}

static __u32 some_op_size(struct random *r)
{
	static const __u32 wrong[] = {
		0, 1, 8, OP_SIZE - 8, OP_SIZE - 1, OP_SIZE + 1, OP_SIZE + 4,
		HMACDEV_OP_SIZE_MAX - 4, HMACDEV_OP_SIZE_MAX + 1,
		HMACDEV_OP_SIZE_MAX + 8, 1U << 31, ~0U, ~7U,
	};
	const __u32 most = (HMACDEV_OP_SIZE_MAX - OP_SIZE) / 8;

	switch (random_below(r, 24)) {
	case 0:
		return random_pick(r, wrong);
	case 1:
		return random_next(r);
	case 2:
		return HMACDEV_OP_SIZE_MAX - 8 * random_below(r, 2);
	case 3 ... 5:
		return OP_SIZE + 8 * random_below(r, most + 1);
	case 6 ... 12:
		return OP_SIZE + 8 * random_below(r, 12);
	default:
		return OP_SIZE;
	}
}

/* Put an entry, with a tail if @size is larger than the struct. */
static void put_entry(struct random *r, __u64 at, const struct hmacdev_op *op,
		      __u32 size)
{
	static const __u8 zeros[HMACDEV_OP_SIZE_MAX];
	__u32 tail = size - OP_SIZE, dirty;
	__u8 byte;

	arena_put(at, op, OP_SIZE);
	if (size <= OP_SIZE || size > HMACDEV_OP_SIZE_MAX)
		return;
	arena_put(at + OP_SIZE, zeros, tail);
	if (!random_one_in(r, 8))
		return;
	byte = 1 << random_below(r, 8);
	dirty = random_below(r, tail);
	if (random_one_in(r, 2))
		dirty = random_one_in(r, 2) ? 0 : tail - 1;
	arena_put(at + OP_SIZE + dirty, &byte, 1);
}

static void fill_batch(struct step *s)
{
	struct hmacdev_batch *args = &s->args.batch;
	struct hmacdev_op op;
	__u64 size;
	__u32 i;

	args->flags = some_flags(&s->r);
	args->reserved = some_flags(&s->r);
	args->count = some_count(&s->r);
	args->op_size = some_op_size(&s->r);
	size = (__u64)args->count * args->op_size;
	args->ops = random_one_in(&s->r, 4) ?
		arena_place_edge(&s->r, ARENA_ENTRIES, size) :
		arena_place(&s->r, ARENA_ENTRIES, size);
	for (i = 0; i < args->count && i < HMACDEV_BATCH_MAX; i++) {
		memset(&op, 0, sizeof(op));
		/* Of many, most are alike: what is long takes time. */
		if (i < 16)
			fill_message(s, &op);
		put_entry(&s->r, args->ops + (__u64)i * args->op_size, &op,
			  args->op_size);
	}
}

/* Is a byte beyond the struct readable and not zero? */
static bool has_more(const struct step *s, __u64 at)
{
	return arena_any_byte(at + OP_SIZE, s->args.batch.op_size - OP_SIZE);
}

/*
 * False if the kernel does not get to the next. Of an entry it writes what is
 * from tag_len to status.
 */
static bool predict_entry(struct step *s, __u64 at, struct tagging *t)
{
	const size_t first = offsetof(struct hmacdev_op, tag_len);
	const size_t last = offsetof(struct hmacdev_op, status);
	const size_t status = sizeof(__s32);
	struct hmacdev_op op;

	if (arena_readable(at, s->args.batch.op_size) < s->args.batch.op_size)
		return false;
	memcpy(&op, arena_at(at), sizeof(op));
	predict_message(s->ctx, &op, has_more(s, at), t);
	t->tag_len_at = at + first;
	predict_tag_len(t);
	arena_expect_any(at + last, arena_writable(at + last, status));
	if (arena_writable(at + first, last + status - first) ==
	    last + status - first)
		return true;
	/* The tag may be there all the same. */
	if (t->f.first == NOTHING && t->sign)
		arena_expect_any(t->addr, t->real_len);
	return false;
}

/*
 * A part of the entry's tail cannot be read, and a byte before it is not zero.
 * Whether that is E2BIG or the end of the batch is not specified. The next
 * entry cannot be read.
 */
static void predict_torn_entry(struct step *s, __u64 at, struct tagging *t)
{
	static const __s32 status = -E2BIG;
	const size_t last = offsetof(struct hmacdev_op, status);
	struct forecast *f = &s->forecast;

	if (arena_writable(at, OP_SIZE) < OP_SIZE || !has_more(s, at))
		return;
	memset(t, 0, sizeof(*t));
	t->f.first = NOTHING;
	refuse(&t->f, FIELDS, E2BIG);
	arena_expect_maybe(at + last, &status, sizeof(status));
	f->max++;
	if (f->first == NOTHING)
		return;
	f->first = NOTHING;
	f->min = 1;
	f->unsure = EFAULT;
}

static void predict_batch(struct step *s)
{
	const struct hmacdev_batch *args = &s->args.batch;
	struct forecast *f = &s->forecast;
	__u64 at = args->ops;
	__u32 i = 0;

	if (args->flags || args->reserved || args->count > HMACDEV_BATCH_MAX ||
	    args->op_size < OP_SIZE || args->op_size > HMACDEV_OP_SIZE_MAX ||
	    args->op_size % 8)
		refuse(f, FIELDS, EINVAL);
	if (!s->ctx->key)
		refuse(f, KEY, ENOKEY);
	if (f->first != NOTHING)
		return;
	for (; i < args->count && predict_entry(s, at, &entries[i]); i++)
		at += args->op_size;
	if (args->count && !i)
		refuse(f, BUFFERS, EFAULT);
	f->min = i;
	f->max = i;
	if (i < args->count)
		predict_torn_entry(s, at, &entries[i]);
}

/* Has an entry behind put its tag over that of this one? */
static bool overlaid(const struct tagging *t, const struct tagging *last)
{
	const struct tagging *other;

	for (other = t + 1; other < last; other++)
		if (other->addr < t->addr + t->real_len &&
		    t->addr < other->addr + other->real_len)
			return true;
	return false;
}

static bool settle_batch(struct step *s, long ret)
{
	const struct hmacdev_batch *args = &s->args.batch;
	struct hmacdev_op op;
	long i;

	for (i = 0; i < ret; i++) {
		memcpy(&op, arena_at(args->ops + i * args->op_size),
		       sizeof(op));
		entries[i].overlaid = overlaid(&entries[i], entries + ret);
		if (!forecast_holds(&entries[i].f, op.status) ||
		    !settle_tagging(&entries[i], op.status))
			return false;
	}
	return true;
}

OPERATION(batch, BATCH, fill_batch, predict_batch, settle_batch);

static void fill_oneshot(struct step *s)
{
	struct hmacdev_oneshot *args = &s->args.oneshot;

	some_name(&s->r, args->alg);
	args->key_len = random_one_in(&s->r, 16) ? some_len(&s->r) :
		random_below(&s->r, 150);
	if (random_one_in(&s->r, 24))
		args->key_len = HMACDEV_KEY_MAX + random_below(&s->r, 2);
	args->key = arena_place(&s->r, ARENA_DATA, args->key_len);
	some_message(&s->r, &args->msg, &args->len);
	args->tag = arena_place(&s->r, ARENA_TAGS, HMACDEV_TAG_MAX);
	args->tag_len = random_one_in(&s->r, 4) ? some_size(&s->r, s->ctx) :
		HMACDEV_TAG_MAX;
	args->flags = some_flags(&s->r);
}

static void predict_oneshot_tag(const struct hmacdev_oneshot *args,
				const struct algorithm *alg, struct tagging *t)
{
	struct secret *key;

	t->real_len = alg->digest_size;
	predict_buffers(t);
	if (arena_readable(args->key, args->key_len) < args->key_len ||
	    arena_readable(args->msg, args->len) < args->len) {
		refuse(&t->f, BUFFERS, EFAULT);
		return;
	}
	key = secret_new(alg, 0, args->key_len ? arena_at(args->key) : NULL,
			 args->key_len);
	secret_mac(key, args->len ? arena_at(args->msg) : NULL, args->len,
		   &t->tag);
	secret_put(key);
	predict_tag(t);
}

static void predict_oneshot(struct step *s)
{
	const struct hmacdev_oneshot *args = &s->args.oneshot;
	struct tagging *t = &s->tagging;
	struct forecast *f = &t->f;
	struct algorithm *alg;
	int err = model_find(args->alg, &alg);

	f->first = NOTHING;
	t->sign = true;
	t->addr = args->tag;
	t->tag_len = args->tag_len;
	t->tag_len_at = s->call.arg + offsetof(struct hmacdev_oneshot, tag_len);
	if (args->flags || args->len > HMACDEV_MSG_MAX ||
	    args->key_len > HMACDEV_KEY_MAX)
		refuse(f, FIELDS, EINVAL);
	if (err)
		refuse(f, FIELDS, -err);
	else if (!alg->available)
		refuse(f, FIELDS, ENOENT);
	if (f->first == NOTHING)
		predict_oneshot_tag(args, alg, t);
	predict_tag_reply(s);
}

OPERATION(oneshot, ONESHOT, fill_oneshot, predict_oneshot, settle_digest);
