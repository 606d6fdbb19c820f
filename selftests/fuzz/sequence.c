// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "arena.h"
#include "count.h"
#include "kcov.h"
#include "messages.h"
#include "sequence.h"
#include "step.h"

#define STEPS	64
#define SLOTS	6

static struct slot {
	int fd;
	struct context *ctx;	/* NULL: empty */
} slots[SLOTS];

/* Every operation, and some of them more often */
#define OPERATION_AT(_name, ...)	&op_##_name,
static const struct operation *const any_op[] = {
	EACH_CALL(OPERATION_AT) &op_write, &op_writev, &op_splice, &op_sendfile,
	&op_update, &op_digest, &op_verify, &op_copy, &op_mac, &op_mac,
	&op_batch, &op_derive, &op_oneshot,
};

void seeds_print(const struct seeds *seeds, char *text)
{
	int i;

	for (i = 0; i < seeds->nr; i++)
		text += sprintf(text, "%s%#llx", i ? ":" : "", seeds->seed[i]);
}

bool seeds_parse(struct seeds *seeds, const char *text)
{
	char *end;

	for (seeds->nr = 0; seeds->nr < SEEDS_MAX; text = end + 1) {
		seeds->seed[seeds->nr++] = strtoull(text, &end, 0);
		if (end == text || !*end)
			return end != text;
		if (*end != ':')
			break;
	}
	return false;
}

int sequence_init(void)
{
	return model_init() || arena_init() || call_init() ||
		messages_init() || step_init() ? -1 : 0;
}

/* That of a step: the last seed to make it anew has the say. */
static __u64 step_seed(const struct seeds *seeds, unsigned int step)
{
	int i;

	for (i = seeds->nr - 1; i > 0; i--) {
		struct random r = { seeds->seed[i] };
		unsigned int first = random_below(&r, STEPS);
		unsigned int nr = 1 + random_below(&r, STEPS / 4);

		if (step - first < nr)
			break;
	}
	return random_mix(seeds->seed[i < 0 ? 0 : i], step);
}

/* What cannot be told of a context does not count as seen. */
static const char *check_info(const struct slot *slot)
{
	struct hmacdev_info want, seen;

	memset(&seen, 0, sizeof(seen));
	context_info(slot->ctx, &want);
	if (ioctl(slot->fd, HMACDEV_IOC_INFO, &seen))
		return "the context does not describe itself";
	return memcmp(&want, &seen, sizeof(want)) ?
		"the context is not what it should be" : NULL;
}

static const char *check_tag(const struct slot *slot)
{
	const struct context *ctx = slot->ctx;
	__u8 seen[HMACDEV_TAG_MAX];
	struct hmacdev_tag cmd = {
		.tag = (uintptr_t)seen,
		.tag_len = sizeof(seen),
	};
	struct tag tag;

	if (ctx->state != HMACDEV_STATE_ACTIVE ||
	    !(ctx->rights & HMACDEV_RIGHT_SIGN))
		return NULL;
	context_tag(ctx, &tag);
	if (ioctl(slot->fd, HMACDEV_IOC_DIGEST, &cmd) ||
	    cmd.tag_len != ctx->key->tag_len)
		return "the message has no tag";
	return tag_seen(&tag, seen, cmd.tag_len) ? NULL :
		"the message has another tag";
}

static void empty(struct slot *slot)
{
	if (!slot->ctx)
		return;
	close(slot->fd);
	context_put(slot->ctx);
	slot->ctx = NULL;
}

static void fill(struct random *r, int fd, struct context *ctx)
{
	struct slot *slot = &random_pick(r, slots);
	int i;

	for (i = 0; i < SLOTS; i++)
		if (!slots[i].ctx)
			slot = &slots[i];
	empty(slot);
	slot->fd = fd;
	slot->ctx = ctx;
}

static const struct operation *choose(struct random *r, struct slot *slot)
{
	if (!slot->ctx || random_one_in(r, 24))
		return &op_open;
	if (slot->ctx->state == HMACDEV_STATE_UNKEYED && !random_one_in(r, 4))
		return &op_new;
	if (slot->ctx->state == HMACDEV_STATE_FINALIZED && random_one_in(r, 4))
		return &op_reset;
	return random_pick(r, any_op);
}

static enum way some_way(struct random *r)
{
	switch (random_below(r, 64)) {
	case 0:
		return WAY_CHILD;
	case 1 ... 4:
		return WAY_THREAD;
	case 5 ... 9:
		return WAY_PASSED;
	default:
		return WAY_SELF;
	}
}

static void print_forecast(const struct forecast *f)
{
	int i;

	if (f->first == NOTHING && f->min == f->max)
		printf("%ld", f->min);
	else if (f->first == NOTHING)
		printf("%ld to %ld", f->min, f->max);
	for (i = 0; f->first != NOTHING && i < f->nr; i++)
		printf("%s%s", i ? " or " : "", strerrorname_np(f->errs[i]));
	if (f->unsure)
		printf(" or %s", strerrorname_np(f->unsure));
}

static void print_ret(long ret)
{
	if (ret < 0 && strerrorname_np(-ret))
		printf("%s", strerrorname_np(-ret));
	else
		printf("%ld", ret);
}

static void print_step(const struct step *s, enum way how,
		       const struct hmacdev_info *before, unsigned int step)
{
	const __u8 *bytes = (const __u8 *)&s->args;
	size_t i;

	printf("# step %u: %s %s, on %s, state %u, rights %#x, %llu bytes, tag %u\n",
	       step, s->op->name, call_ways[how], before->alg, before->state,
	       before->rights, before->bytes, before->tag_len);
	printf("#   command %#x, argument %#lx, size %zu:", s->call.cmd,
	       s->call.arg, s->op->cmd ? s->size : s->call.len);
	for (i = 0; i < s->op->size; i++)
		printf("%s%02x", i % 4 ? "" : " ", bytes[i]);
	printf("\n#   expected ");
	print_forecast(&s->forecast);
}

/* Returns what is wrong, or NULL */
static const char *judge(struct step *s, const struct slot *slot, long ret)
{
	const struct slot made = { ret, s->made };
	const void *where;
	const char *wrong;

	if (!forecast_holds(&s->forecast, ret))
		return "another result was expected";
	if (!arena_check(&where))
		return "memory is not as it should be";
	if (!s->op->settle(s, ret))
		return "what it gave is not right";
	wrong = made.ctx ? check_info(&made) : NULL;
	if (wrong || !slot->ctx)
		return wrong;
	return check_info(slot) ?:
		(random_one_in(&s->r, 3) ? check_tag(slot) : NULL);
}

static void finish(struct step *s, long ret)
{
	secret_put(s->key);
	if (!s->made)
		return;
	if (ret >= 0)
		fill(&s->r, ret, s->made);
	else
		context_put(s->made);
}

static const char *run_step(__u64 seed, unsigned int nr, bool say, bool *new)
{
	static struct step s;
	static const struct context none;
	struct hmacdev_info before;
	struct slot *slot;
	enum way way;
	const char *wrong;
	long ret;

	memset(&s, 0, sizeof(s));
	s.r.state = seed;
	slot = &random_pick(&s.r, slots);
	way = some_way(&s.r);
	step_prepare(&s, choose(&s.r, slot), slot->ctx ?: (void *)&none,
		     slot->ctx ? slot->fd : -1);
	context_info(s.ctx, &before);
	if (say)
		print_step(&s, way, &before, nr);
	kcov_begin();
	ret = call_make(&s.call, way);
	*new |= kcov_end();
	count_call(s.op->name, ret >= 0);
	wrong = judge(&s, slot, ret);
	if (wrong && !say)
		print_step(&s, way, &before, nr);
	if (wrong || say) {
		printf(", saw ");
		print_ret(ret);
		printf("%s%s\n", wrong ? ": " : "", wrong ?: "");
	}
	finish(&s, ret);
	return wrong;
}

/* Close one, or let another slot have the same context */
static void rearrange(__u64 seed)
{
	struct random r = { random_mix(seed, 1) };
	struct slot *slot = &random_pick(&r, slots);
	int fd;

	if (!slot->ctx || !random_one_in(&r, 24))
		return;
	if (random_one_in(&r, 2)) {
		count_call("close", true);
		empty(slot);
		return;
	}
	fd = fcntl(slot->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		abort();
	count_call("dup", true);
	slot->ctx->refs++;
	fill(&r, fd, slot->ctx);
}

#define FREE_FDS	(4 * SLOTS)

/* Another one if any number below is taken, or was and has not come back */
static int free_descriptor(void)
{
	int fds[FREE_FDS], i, last;

	for (i = 0; i < FREE_FDS; i++)
		fds[i] = dup(STDIN_FILENO);
	last = fds[FREE_FDS - 1];
	for (i = 0; i < FREE_FDS; i++)
		close(fds[i]);
	return last;
}

/* Whatever is left must still be as it should. */
static const char *end(void)
{
	const char *wrong = NULL;
	int i;

	for (i = 0; i < SLOTS; i++) {
		if (slots[i].ctx && !wrong)
			wrong = check_info(&slots[i]) ?: check_tag(&slots[i]);
		empty(&slots[i]);
	}
	return wrong;
}

bool sequence_run(const struct seeds *seeds, bool say, bool *new)
{
	struct random r = { seeds->seed[0] };
	int free_before = free_descriptor();
	const char *wrong = NULL, *at_end;
	char text[SEEDS_TEXT];
	unsigned int i;

	*new = false;
	arena_fill(&r);
	model_forget();
	for (i = 0; !wrong && i < STEPS; i++) {
		rearrange(step_seed(seeds, i));
		wrong = run_step(step_seed(seeds, i), i, say, new);
	}
	at_end = end();
	if (!wrong)
		wrong = at_end;
	if (!wrong && free_descriptor() != free_before)
		wrong = "a descriptor was left behind";
	count_sequence();
	if (!wrong)
		return true;
	seeds_print(seeds, text);
	printf("# %s\n# replay with: make fuzz BITS=%d SEQUENCE=%s\n", wrong,
	       CALLER_BITS, text);
	return false;
}
