// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "hmacdev_ioctls.h"
#include "call.h"
#include "count.h"
#include "held.h"
#include "model.h"
#include "random.h"

#define PAGE		4096
#define MSG_MAX		4000
#define OPS_MAX		4
#define WAIT_MS		20000	/* for a call that a signal ends */

/* What of a call's memory is in the missing page, in part or whole */
enum cut { CUT_STRUCT, CUT_MESSAGE, CUT_TAG, CUT_ENTRIES, CUTS };

/* How a call is held; one without a cut is not */
struct holding {
	bool cuts[CUTS];
	bool waits;	/* others that use the running message wait for it */
	bool by_op;	/* each operation needs a right of its own */
	void (*fill)(void);
	bool (*is_right)(int ret);
};

struct kind {
	const char *name;
	unsigned int cmd;
	__u32 right;
	const struct holding *how;
};

/* A message of MAC or BATCH */
struct one {
	bool sign;
	bool wrong;			/* the tag to check is */
	struct tag tag;
	__u8 *at;			/* the caller's */
	__u8 room[HMACDEV_TAG_MAX];
};

static struct {
	int uffd;
	__u8 *missing;		/* a page; the one before it is there */
	pthread_t thread;
	int ret;
} held;

static struct {
	__u64 seed;
	struct random r;
	const struct kind *kind;
	enum cut cut;
	int fd;
	struct context *ctx;
	__u32 before;			/* its rights when the call begins */
	union call_arg args;
	void *arg;			/* where the struct is */
	__u8 msg[MSG_MAX];
	size_t len;
	struct one ones[OPS_MAX];
	int nr;
	int which;			/* of them is cut */
	size_t op_size;
	__u64 entries[OPS_MAX * (sizeof(struct hmacdev_op) / 8 + 8)];
	__u8 page[PAGE];		/* what comes into the missing page */
} now;

static __u64 address(const void *p)
{
	return (uintptr_t)p;
}

bool held_init(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.range.len = PAGE,
	};

	held.uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (held.uffd < 0)
		return false;
	held.missing = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (held.missing == MAP_FAILED)
		return false;
	held.missing += PAGE;
	missing.range.start = address(held.missing);
	return !ioctl(held.uffd, UFFDIO_API, &api) &&
		!ioctl(held.uffd, UFFDIO_REGISTER, &missing);
}

/* Put @len bytes to where the missing page begins among them. */
static void *cut_bytes(const void *bytes, size_t len, size_t *head)
{
	*head = random_below(&now.r, len);
	memcpy(held.missing - *head, bytes, *head);
	memcpy(now.page, bytes + *head, len - *head);
	return held.missing - *head;
}

static __u64 place(enum cut cut, void *bytes, size_t len)
{
	size_t head;

	return address(now.cut == cut && len ? cut_bytes(bytes, len, &head) :
			 bytes);
}

static bool sign_key(void)
{
	return now.ctx->rights & HMACDEV_RIGHT_SIGN;
}

static void fill_op(struct hmacdev_op *op, struct one *one, bool cut)
{
	const __u32 tag_len = now.ctx->key->tag_len;

	one->sign = sign_key() && random_one_in(&now.r, 2);
	one->wrong = random_one_in(&now.r, 3);
	secret_mac(now.ctx->key, now.msg, now.len, &one->tag);
	memset(one->room, 0, sizeof(one->room));
	if (!one->sign)
		memcpy(one->room, one->tag.bytes, tag_len);
	if (!one->sign && one->wrong)
		one->room[random_below(&now.r, tag_len)] ^= 1;
	op->len = now.len;
	op->msg = cut ? place(CUT_MESSAGE, now.msg, now.len) :
		address(now.msg);
	op->tag = cut ? place(CUT_TAG, one->room, tag_len) :
		address(one->room);
	one->at = (void *)(uintptr_t)op->tag;
	op->tag_len = tag_len;
	op->op = one->sign ? HMACDEV_OP_SIGN : HMACDEV_OP_VERIFY;
}

static void fill_batch(void)
{
	struct hmacdev_batch *args = &now.args.batch;
	size_t head;
	int i;

	now.op_size = sizeof(struct hmacdev_op) + 8 * random_below(&now.r, 9);
	memset(now.entries, 0, sizeof(now.entries));
	for (i = 0; i < now.nr; i++)
		fill_op((void *)now.entries + i * now.op_size, &now.ones[i],
			i == now.which);
	args->count = now.nr;
	args->op_size = now.op_size;
	args->ops = address(now.entries);
	if (now.cut != CUT_ENTRIES)
		return;
	args->ops = address(cut_bytes(now.entries, now.nr * now.op_size,
				      &head));
	now.which = head / now.op_size;
}

static void fill_mac(void)
{
	fill_op(&now.args.mac, &now.ones[0], true);
}

static void fill_tag(void)
{
	const __u32 tag_len = now.ctx->key->tag_len;
	struct one *one = &now.ones[0];

	now.args.tag.tag_len = tag_len;
	now.args.tag.tag = place(CUT_TAG, one->room, tag_len);
	one->at = (void *)(uintptr_t)now.args.tag.tag;
}

static void fill_digest(void)
{
	memset(now.ones[0].room, 0, sizeof(now.ones[0].room));
	fill_tag();
}

static void fill_verify(void)
{
	struct one *one = &now.ones[0];

	context_tag(now.ctx, &one->tag);
	memcpy(one->room, one->tag.bytes, sizeof(one->room));
	if (random_one_in(&now.r, 3))
		one->room[0] ^= 1;
	fill_tag();
}

static void fill_update(void)
{
	now.args.update.len = now.len;
	now.args.update.msg = place(CUT_MESSAGE, now.msg, now.len);
}

static void fill_reset(void)
{
}

static void fill_copy(void)
{
	now.args.copy.rights = ~0U;
	now.args.copy.flags = random_one_in(&now.r, 2) ?
		HMACDEV_COPY_FRESH : 0;
}

static void fill_derive(void)
{
	strcpy(now.args.derive.alg, now.ctx->key->alg->name);
	now.args.derive.rights = HMACDEV_RIGHT_SIGN;
	now.args.derive.len = now.len;
	now.args.derive.msg = place(CUT_MESSAGE, now.msg, now.len);
}

static void fill_args(void)
{
	memset(&now.args, 0, sizeof(now.args));
	now.kind->how->fill();
	now.arg = (void *)(uintptr_t)place(CUT_STRUCT, &now.args,
					   _IOC_SIZE(now.kind->cmd));
}

static int digest(int fd, __u8 *tag, unsigned int cmd)
{
	struct hmacdev_tag args = {
		.tag = address(tag),
		.tag_len = HMACDEV_TAG_MAX,
	};

	return call_cmd(fd, cmd, &args) ?: args.tag_len;
}

static int update(const void *msg, size_t len)
{
	struct hmacdev_update args = { .msg = address(msg), .len = len };

	return call_cmd(now.fd, HMACDEV_IOC_UPDATE, &args);
}

static int copy(__u32 flags)
{
	struct hmacdev_copy args = { .flags = flags, .rights = ~0U };

	return call_cmd(now.fd, HMACDEV_IOC_COPY, &args);
}

/* The message is used for as long as the call is held. */
static bool message_is_busy(void)
{
	return now.cut != CUT_STRUCT && now.kind->how->waits;
}

static bool info_is_right(int fd, const struct context *ctx)
{
	struct hmacdev_info want, seen = { };

	context_info(ctx, &want);
	return !call_cmd(fd, HMACDEV_IOC_INFO, &seen) &&
		!memcmp(&want, &seen, sizeof(want));
}

static bool tag_is_right(int fd, const struct context *ctx)
{
	__u8 seen[HMACDEV_TAG_MAX];
	struct tag tag;
	int ret = digest(fd, seen, HMACDEV_IOC_DIGEST);

	if (!(ctx->rights & HMACDEV_RIGHT_SIGN))
		return ret == -EPERM;
	if (ctx->state == HMACDEV_STATE_FINALIZED)
		return ret == -EBADFD;
	context_tag(ctx, &tag);
	return ret == ctx->key->tag_len && tag_is(&tag, seen, ret) == 1;
}

/* A new descriptor, of what should be the same as @made */
static bool made_is_right(int fd, struct context *made)
{
	bool right = fd >= 0 && info_is_right(fd, made) &&
		tag_is_right(fd, made);

	context_put(made);
	if (fd >= 0)
		close(fd);
	return right;
}

static void ignore(int nr)
{
}

struct waiter {
	pthread_t thread;
	unsigned int kind;
	int ret;
	bool done;
};

/* What waits for the running message, with what rights there are */
static void *wait_for_message(void *arg)
{
	struct waiter *w = arg;
	__u8 tag[HMACDEV_TAG_MAX] = "";
	struct hmacdev_reset reset = { };

	if (w->kind == 1 && sign_key())
		w->ret = digest(now.fd, tag, HMACDEV_IOC_DIGEST);
	else if (w->kind == 2 && sign_key())
		w->ret = digest(now.fd, tag, HMACDEV_IOC_FINALIZE);
	else if (w->kind == 3 && now.ctx->rights & HMACDEV_RIGHT_VERIFY)
		w->ret = digest(now.fd, tag, HMACDEV_IOC_VERIFY);
	else if (w->kind == 4 && now.ctx->rights & HMACDEV_RIGHT_COPY)
		w->ret = copy(0);
	else if (w->kind == 5)
		w->ret = call_cmd(now.fd, HMACDEV_IOC_RESET, &reset);
	else
		w->ret = update("x", 1);
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Signals until the call ends, which nothing else ends. */
static bool interrupt_waiter(void)
{
	static struct waiter w;		/* its call may not end */
	int ms;

	w = (struct waiter){ .kind = random_below(&now.r, 8) };
	if (pthread_create(&w.thread, NULL, wait_for_message, &w))
		abort();
	for (ms = 0; ms < WAIT_MS; ms++) {
		if (__atomic_load_n(&w.done, __ATOMIC_ACQUIRE))
			break;
		pthread_kill(w.thread, SIGUSR1);
		usleep(1000);
	}
	if (ms == WAIT_MS)
		return false;
	pthread_join(w.thread, NULL);
	return w.ret == -EINTR;
}

static bool use_message(void)
{
	__u8 byte = random_next(&now.r);

	if (message_is_busy())
		return interrupt_waiter();
	/* Whether it waits for VERIFY is not specified. */
	if (now.kind->cmd == HMACDEV_IOC_VERIFY && now.cut != CUT_STRUCT)
		return true;
	context_append(now.ctx, &byte, 1);
	return !update(&byte, 1);
}

static bool drop_rights(void)
{
	struct hmacdev_restrict args = {
		.rights = random_one_in(&now.r, 3) ? 0 :
			random_next(&now.r) | random_next(&now.r),
	};

	now.ctx->rights &= args.rights;
	return !call_cmd(now.fd, HMACDEV_IOC_RESTRICT, &args);
}

/* By another who has the key alone, and waits for nobody */
static bool use_key(void)
{
	int fd = copy(HMACDEV_COPY_FRESH);

	if (!(now.ctx->rights & HMACDEV_RIGHT_COPY))
		return fd == -EPERM;
	return made_is_right(fd, context_copy_fresh(now.ctx, ~0U));
}

static const char *use_meanwhile(void)
{
	int i;

	for (i = random_below(&now.r, 5); i; i--) {
		switch (random_below(&now.r, 4)) {
		case 0:
			if (!use_message())
				return "another's use of the message";
			break;
		case 1:
			if (!use_key())
				return "another's use of the key";
			break;
		default:
			if (!drop_rights())
				return "RESTRICT";
		}
		if (!info_is_right(now.fd, now.ctx))
			return "INFO";
	}
	return NULL;
}

/* One that is not done leaves no tag. */
static bool one_is_right(const struct one *one, int ret, __u32 rights)
{
	const __u32 tag_len = now.ctx->key->tag_len;
	bool there = !memcmp(one->at, one->tag.bytes, tag_len);

	if (!(rights & (one->sign ? HMACDEV_RIGHT_SIGN : HMACDEV_RIGHT_VERIFY)))
		return ret == -EPERM && !(one->sign && there);
	if (one->sign)
		return !ret && there;
	return ret == (one->wrong ? -EBADMSG : 0);
}

/* A tag that is written is behind the last look at the right. */
static __u32 rights_at_look(bool sign)
{
	return now.cut == CUT_TAG && sign ? now.before : now.ctx->rights;
}

static bool batch_is_right(int ret)
{
	const __u8 *ops = (void *)(uintptr_t)now.args.batch.ops;
	struct hmacdev_op op;
	__u32 rights;
	int i;

	if (ret != now.nr)
		return false;
	for (i = 0; i < now.nr; i++) {
		memcpy(&op, ops + i * now.op_size, sizeof(op));
		rights = i < now.which ? now.before : now.ctx->rights;
		if (i == now.which)
			rights = rights_at_look(now.ones[i].sign);
		if (now.cut == CUT_STRUCT)
			rights = now.ctx->rights;
		if (!one_is_right(&now.ones[i], op.status, rights))
			return false;
	}
	return true;
}

static bool mac_is_right(int ret)
{
	return one_is_right(&now.ones[0], ret,
			    rights_at_look(now.ones[0].sign));
}

static bool derive_is_right(int fd)
{
	struct context *made = context_new();

	context_key(made, secret_derive(now.ctx->key, now.ctx->key->alg, 0,
					now.msg, now.len), HMACDEV_RIGHT_SIGN);
	return made_is_right(fd, made);
}

static bool copy_is_right(int fd)
{
	return made_is_right(fd, now.args.copy.flags ?
			     context_copy_fresh(now.ctx, ~0U) :
			     context_copy(now.ctx, ~0U));
}

static bool update_is_right(int ret)
{
	context_append(now.ctx, now.msg, now.len);
	return !ret;
}

static bool reset_is_right(int ret)
{
	context_reset(now.ctx);
	return !ret;
}

/* Is it the running message's tag that is in the caller's memory? */
static bool tag_is_there(void)
{
	struct tag tag;

	context_tag(now.ctx, &tag);
	return !memcmp(now.ones[0].at, tag.bytes, now.ctx->key->tag_len);
}

static bool digest_is_right(int ret)
{
	return !ret && tag_is_there();
}

static bool finalize_is_right(int ret)
{
	bool right = digest_is_right(ret);

	now.ctx->state = HMACDEV_STATE_FINALIZED;
	return right;
}

static bool verify_is_right(int ret)
{
	bool right = ret == (tag_is_there() ? 0 : -EBADMSG);

	now.ctx->state = HMACDEV_STATE_FINALIZED;
	return right;
}

static bool result_is_right(int ret)
{
	const bool writes = now.kind->cmd != HMACDEV_IOC_VERIFY;

	if (!now.kind->how->by_op && now.kind->right & ~rights_at_look(writes))
		return ret == -EPERM;
	return now.kind->how->is_right(ret);
}

static const struct holding
hold_update = {
	.cuts = { [CUT_STRUCT] = true, [CUT_MESSAGE] = true },
	.waits = true,
	.fill = fill_update,
	.is_right = update_is_right,
},
hold_digest = {
	.cuts = { [CUT_STRUCT] = true, [CUT_TAG] = true },
	.waits = true,
	.fill = fill_digest,
	.is_right = digest_is_right,
},
hold_finalize = {
	.cuts = { [CUT_STRUCT] = true, [CUT_TAG] = true },
	.waits = true,
	.fill = fill_digest,
	.is_right = finalize_is_right,
},
hold_verify = {
	.cuts = { [CUT_STRUCT] = true, [CUT_TAG] = true },
	.fill = fill_verify,
	.is_right = verify_is_right,
},
hold_reset = {
	.cuts = { [CUT_STRUCT] = true },
	.fill = fill_reset,
	.is_right = reset_is_right,
},
hold_copy = {
	.cuts = { [CUT_STRUCT] = true },
	.fill = fill_copy,
	.is_right = copy_is_right,
},
hold_mac = {
	.cuts = { [CUT_STRUCT] = true, [CUT_MESSAGE] = true, [CUT_TAG] = true },
	.by_op = true,
	.fill = fill_mac,
	.is_right = mac_is_right,
},
hold_batch = {
	.cuts = { [CUT_STRUCT] = true, [CUT_MESSAGE] = true, [CUT_TAG] = true,
		  [CUT_ENTRIES] = true },
	.by_op = true,
	.fill = fill_batch,
	.is_right = batch_is_right,
},
hold_derive = {
	.cuts = { [CUT_STRUCT] = true, [CUT_MESSAGE] = true },
	.fill = fill_derive,
	.is_right = derive_is_right,
},
/* Not held */
hold_alg, hold_new, hold_restrict, hold_info, hold_oneshot;

#define KIND(_name, _NAME, _type, _last, _unkeyed, _active, _finalized,	\
	     _right, ...)						\
	{ #_NAME, HMACDEV_IOC_##_NAME, _right, &hold_##_name },

static const struct kind kinds[] = { EACH_CALL(KIND) };

/* Most often of those that read more than their struct before the last look */
static void choose_kind(void)
{
	const bool more = !random_one_in(&now.r, 3);

	do {
		now.kind = &random_pick(&now.r, kinds);
		now.cut = random_below(&now.r, CUTS);
	} while (!now.kind->how->cuts[now.cut] ||
		 (more && (now.cut == CUT_STRUCT || now.kind->how->waits)));
}

static void key_context(void)
{
	const struct algorithm *alg;
	__u8 key[32];
	struct hmacdev_new args = {
		.key = address(key),
		.key_len = sizeof(key),
	};
	__u32 tag_len, rights = now.kind->right == HMACDEV_RIGHT_DERIVE ||
		random_one_in(&now.r, 4) ?
		HMACDEV_RIGHTS_DERIVER | HMACDEV_RIGHT_VERIFY :
		HMACDEV_RIGHTS_SIGNER;

	do {
		alg = &random_pick(&now.r, algorithms);
	} while (!alg->md || !alg->available);
	if (now.kind->right == HMACDEV_RIGHT_SIGN && !now.kind->how->by_op)
		rights = HMACDEV_RIGHTS_SIGNER;
	tag_len = HMACDEV_TAG_MIN +
		random_below(&now.r, alg->digest_size - HMACDEV_TAG_MIN + 1);
	random_bytes(&now.r, key, sizeof(key));
	strcpy(args.alg, alg->name);
	args.tag_len = tag_len;
	args.rights = rights;
	now.fd = open("/dev/hmac", O_RDWR | O_CLOEXEC);
	if (now.fd < 0 || call_cmd(now.fd, HMACDEV_IOC_NEW, &args))
		abort();
	now.ctx = context_new();
	context_key(now.ctx, secret_new(alg, tag_len, key, sizeof(key)),
		    rights);
	now.before = rights;
}

static void begin(__u64 seed)
{
	struct sigaction action = { .sa_handler = ignore };

	now.seed = seed;
	now.r.state = seed;
	choose_kind();
	key_context();
	random_bytes(&now.r, now.msg, MSG_MAX);
	context_append(now.ctx, now.msg, 100);
	now.len = 1 + random_below(&now.r, random_one_in(&now.r, 2) ? 300 :
				   MSG_MAX);
	now.nr = 1 + random_below(&now.r, OPS_MAX);
	now.which = random_below(&now.r, now.nr);
	memset(now.page, 0, PAGE);
	if (sigaction(SIGUSR1, &action, NULL) ||
	    update(now.msg, 100) ||
	    madvise(held.missing, PAGE, MADV_DONTNEED))
		abort();
	fill_args();
}

static void *make_call(void *arg)
{
	held.ret = call_cmd(now.fd, now.kind->cmd, now.arg);
	return NULL;
}

/* Start the call, and return when it waits for the page. */
static void hold(void)
{
	struct uffd_msg msg;

	if (pthread_create(&held.thread, NULL, make_call, NULL) ||
	    read(held.uffd, &msg, sizeof(msg)) != sizeof(msg) ||
	    msg.event != UFFD_EVENT_PAGEFAULT)
		abort();
}

static void let_go(void)
{
	struct uffdio_copy copy = {
		.dst = address(held.missing),
		.src = address(now.page),
		.len = PAGE,
	};

	if (ioctl(held.uffd, UFFDIO_COPY, &copy) ||
	    pthread_join(held.thread, NULL))
		abort();
}

static void say(const char *wrong)
{
	static const char *const cuts[] = {
		[CUT_STRUCT] = "struct",
		[CUT_MESSAGE] = "message",
		[CUT_TAG] = "tag",
		[CUT_ENTRIES] = "entries",
	};

	printf("# %s was held in its %s: %s is wrong, result %d, %s, rights %#x, then %#x\n"
	       "# try again with: make fuzz BITS=%d ROUND=%#llx\n",
	       now.kind->name, cuts[now.cut], wrong, held.ret,
	       now.ctx->key->alg->name, now.before, now.ctx->rights,
	       CALLER_BITS, now.seed);
}

bool held_run(__u64 seed)
{
	const char *wrong;

	begin(seed);
	hold();
	wrong = use_meanwhile();
	let_go();
	count_call(now.kind->name, held.ret >= 0);
	if (!wrong && !result_is_right(held.ret))
		wrong = "the result";
	if (!wrong && (!info_is_right(now.fd, now.ctx) ||
		       !tag_is_right(now.fd, now.ctx)))
		wrong = "the context afterwards";
	count_held();
	if (wrong)
		say(wrong);
	close(now.fd);
	context_put(now.ctx);
	return !wrong;
}
