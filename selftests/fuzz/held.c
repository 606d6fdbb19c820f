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

#include "call.h"
#include "count.h"
#include "held.h"
#include "model.h"
#include "random.h"

#define PAGE		4096
#define MSG_MAX		4000
#define OPS_MAX		4
#define LIMIT		120	/* seconds that a round may take */

/* What of a call's memory is in the missing page, in part or whole */
enum cut { CUT_STRUCT, CUT_MESSAGE, CUT_TAG, CUT_ENTRIES, CUTS };

static const struct kind {
	const char *name;
	unsigned int cmd;
	__u32 right;
	size_t size;
	bool cuts[CUTS];
	bool waits;	/* others that use the running message wait for it */
} kinds[] = {
	{ "UPDATE", HMACDEV_IOC_UPDATE, 0, sizeof(struct hmacdev_update),
	  { true, true }, true },
	{ "RESET", HMACDEV_IOC_RESET, 0, sizeof(struct hmacdev_reset),
	  { true } },
	{ "DIGEST", HMACDEV_IOC_DIGEST, HMACDEV_RIGHT_SIGN,
	  sizeof(struct hmacdev_tag), { true, false, true }, true },
	{ "FINALIZE", HMACDEV_IOC_FINALIZE, HMACDEV_RIGHT_SIGN,
	  sizeof(struct hmacdev_tag), { true, false, true }, true },
	{ "VERIFY", HMACDEV_IOC_VERIFY, HMACDEV_RIGHT_VERIFY,
	  sizeof(struct hmacdev_tag), { true, false, true } },
	{ "COPY", HMACDEV_IOC_COPY, HMACDEV_RIGHT_COPY,
	  sizeof(struct hmacdev_copy), { true } },
	{ "DERIVE", HMACDEV_IOC_DERIVE, HMACDEV_RIGHT_DERIVE,
	  sizeof(struct hmacdev_derive), { true, true } },
	{ "MAC", HMACDEV_IOC_MAC, 0, sizeof(struct hmacdev_op),
	  { true, true, true } },
	{ "BATCH", HMACDEV_IOC_BATCH, 0, sizeof(struct hmacdev_batch),
	  { true, true, true, true } },
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
	union {
		struct hmacdev_update update;
		struct hmacdev_reset reset;
		struct hmacdev_tag tag;
		struct hmacdev_copy copy;
		struct hmacdev_derive derive;
		struct hmacdev_op mac;
		struct hmacdev_batch batch;
	} args;
	void *arg;			/* where the struct is */
	__u8 msg[MSG_MAX];
	size_t len;
	struct one ones[OPS_MAX];
	int nr;
	int which;			/* of them is cut */
	size_t op_size;
	__u8 entries[OPS_MAX * (sizeof(struct hmacdev_op) + 64)];
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
		fill_op((void *)(now.entries + i * now.op_size), &now.ones[i],
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

static void fill_tag(void)
{
	const __u32 tag_len = now.ctx->key->tag_len;
	struct one *one = &now.ones[0];

	memset(one->room, 0, sizeof(one->room));
	if (now.kind->cmd == HMACDEV_IOC_VERIFY) {
		context_tag(now.ctx, &one->tag);
		memcpy(one->room, one->tag.bytes, tag_len);
		if (random_one_in(&now.r, 3))
			one->room[0] ^= 1;
	}
	now.args.tag.tag_len = tag_len;
	now.args.tag.tag = place(CUT_TAG, one->room, tag_len);
	one->at = (void *)(uintptr_t)now.args.tag.tag;
}

static void fill_args(void)
{
	memset(&now.args, 0, sizeof(now.args));
	switch (now.kind->cmd) {
	case HMACDEV_IOC_UPDATE:
		now.args.update.len = now.len;
		now.args.update.msg = place(CUT_MESSAGE, now.msg, now.len);
		break;
	case HMACDEV_IOC_COPY:
		now.args.copy.rights = ~0U;
		now.args.copy.flags = random_one_in(&now.r, 2) ?
			HMACDEV_COPY_FRESH : 0;
		break;
	case HMACDEV_IOC_DERIVE:
		strcpy(now.args.derive.alg, now.ctx->key->alg->name);
		now.args.derive.rights = HMACDEV_RIGHT_SIGN;
		now.args.derive.len = now.len;
		now.args.derive.msg = place(CUT_MESSAGE, now.msg, now.len);
		break;
	case HMACDEV_IOC_MAC:
		fill_op(&now.args.mac, &now.ones[0], true);
		break;
	case HMACDEV_IOC_BATCH:
		fill_batch();
		break;
	case HMACDEV_IOC_RESET:
		break;
	default:
		fill_tag();
	}
	now.arg = (void *)(uintptr_t)place(CUT_STRUCT, &now.args,
					   now.kind->size);
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
	return now.cut != CUT_STRUCT && now.kind->waits;
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
	struct waiter w = { .kind = random_below(&now.r, 8) };

	if (pthread_create(&w.thread, NULL, wait_for_message, &w))
		abort();
	while (!__atomic_load_n(&w.done, __ATOMIC_ACQUIRE)) {
		pthread_kill(w.thread, SIGUSR1);
		usleep(1000);
	}
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

static bool derived_is_right(int fd)
{
	struct context *made = context_new();

	context_key(made, secret_derive(now.ctx->key, now.ctx->key->alg, 0,
					now.msg, now.len), HMACDEV_RIGHT_SIGN);
	return made_is_right(fd, made);
}

/* DIGEST, FINALIZE and VERIFY */
static bool running_is_right(int ret)
{
	const bool verify = now.kind->cmd == HMACDEV_IOC_VERIFY;
	const __u32 tag_len = now.ctx->key->tag_len;
	struct tag tag;
	bool same;

	context_tag(now.ctx, &tag);
	same = !memcmp(now.ones[0].at, tag.bytes, tag_len);
	if (now.kind->cmd != HMACDEV_IOC_DIGEST)
		now.ctx->state = HMACDEV_STATE_FINALIZED;
	return verify ? ret == (same ? 0 : -EBADMSG) : !ret && same;
}

static bool result_is_right(int ret)
{
	const unsigned int cmd = now.kind->cmd;

	if (cmd == HMACDEV_IOC_BATCH)
		return batch_is_right(ret);
	if (cmd == HMACDEV_IOC_MAC)
		return one_is_right(&now.ones[0], ret,
				    rights_at_look(now.ones[0].sign));
	if (now.kind->right & ~rights_at_look(cmd != HMACDEV_IOC_VERIFY))
		return ret == -EPERM;
	switch (cmd) {
	case HMACDEV_IOC_UPDATE:
		context_append(now.ctx, now.msg, now.len);
		return !ret;
	case HMACDEV_IOC_RESET:
		context_reset(now.ctx);
		return !ret;
	case HMACDEV_IOC_COPY:
		return made_is_right(ret, now.args.copy.flags ?
				     context_copy_fresh(now.ctx, ~0U) :
				     context_copy(now.ctx, ~0U));
	case HMACDEV_IOC_DERIVE:
		return derived_is_right(ret);
	default:
		return running_is_right(ret);
	}
}

/* Most often of those that read more than their struct before the last look */
static void choose_kind(void)
{
	const bool more = !random_one_in(&now.r, 3);

	do {
		now.kind = &random_pick(&now.r, kinds);
		now.cut = random_below(&now.r, CUTS);
	} while (!now.kind->cuts[now.cut] ||
		 (more && (now.cut == CUT_STRUCT || now.kind->waits)));
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
	if (now.kind->right == HMACDEV_RIGHT_SIGN)
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

/* The main thread waits: for the call, or for one that it makes itself. */
static void out_of_time(int nr)
{
	say("that something waits");
	fflush(stdout);
	_exit(1);
}

bool held_run(__u64 seed)
{
	const char *wrong;

	signal(SIGALRM, out_of_time);
	alarm(LIMIT);
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
	alarm(0);
	if (wrong)
		say(wrong);
	close(now.fd);
	context_put(now.ctx);
	return !wrong;
}
