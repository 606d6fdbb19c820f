// SPDX-License-Identifier: GPL-2.0
/* hmacdev through libhmacdev, which is the cost for its users */
#include <errno.h>
#include <hmacdev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

struct state {
	struct job job;
	unsigned int batch;
	struct hmacdev *h;
	unsigned char key[KEY_LEN];
	unsigned char right[TAG_MAX];
	int file;
	struct hmacdev_op ops[BATCH_MAX];
	unsigned char tags[BATCH_MAX][TAG_MAX];
};

static void *setup(const struct peer *peer, const struct job *job)
{
	struct state *s = must_alloc(sizeof(*s));
	unsigned int i;
	int err = hmacdev_new(&s->h, job->alg, job->key, KEY_LEN);

	if (err) {
		must(err == -ENODEV, "hmacdev_new");
		free(s);
		return NULL;
	}
	s->job = *job;
	s->batch = peer->batch;
	s->file = -1;
	memcpy(s->key, job->key, KEY_LEN);
	for (i = 0; i < s->batch; i++) {
		s->ops[i].msg = (uintptr_t)job->msg;
		s->ops[i].len = job->size;
		s->ops[i].tag = (uintptr_t)s->tags[i];
		s->ops[i].tag_len = job->tag_len;
		s->ops[i].op = HMACDEV_OP_SIGN;
	}
	return s;
}

static void teardown(void *state)
{
	struct state *s = state;

	hmacdev_free(s->h);
	if (s->file >= 0)
		close(s->file);
	free(s);
}

static void mac(struct state *s, unsigned char *tag)
{
	must(hmacdev_mac(s->h, s->job.msg, s->job.size, tag,
			 s->job.tag_len) > 0, "hmacdev_mac");
}

RUN_LOOP(run_mac, mac)

/* Checks the tag that it would have made. */
static void *setup_verify(const struct peer *peer, const struct job *job)
{
	struct state *s = setup(peer, job);

	if (s)
		mac(s, s->right);
	return s;
}

static void run_verify(void *state, unsigned long n, unsigned char *tag)
{
	struct state *s = state;

	while (n--)
		must(!hmacdev_mac_verify(s->h, s->job.msg, s->job.size,
					 s->right, s->job.tag_len),
		     "hmacdev_mac_verify");
	memcpy(tag, s->right, s->job.tag_len);
}

static void run_batch(void *state, unsigned long n, unsigned char *tag)
{
	struct state *s = state;
	int batch = s->batch;

	for (; n; n -= s->batch) {
		must(hmacdev_batch(s->h, s->ops, s->batch,
				   sizeof(*s->ops)) == batch,
		     "hmacdev_batch");
		must(!s->ops[batch - 1].status, "hmacdev_batch's status");
	}
	memcpy(tag, s->tags[batch - 1], s->job.tag_len);
}

static void update(struct state *s, unsigned char *tag)
{
	must(!hmacdev_update(s->h, s->job.msg, s->job.size),
	     "hmacdev_update");
	must(hmacdev_finalize(s->h, tag, s->job.tag_len) > 0,
	     "hmacdev_finalize");
	must(!hmacdev_reset(s->h), "hmacdev_reset");
}

RUN_LOOP(run_update, update)

static void *setup_file(const struct peer *peer, const struct job *job)
{
	struct state *s = setup(peer, job);

	if (s)
		s->file = message_file(job);
	return s;
}

static void update_fd(struct state *s, unsigned char *tag)
{
	must(!lseek(s->file, 0, SEEK_SET), "lseek");
	must(hmacdev_update_fd(s->h, s->file, -1, NULL) ==
	     (int64_t)s->job.size, "hmacdev_update_fd");
	must(hmacdev_finalize(s->h, tag, s->job.tag_len) > 0,
	     "hmacdev_finalize");
	must(!hmacdev_reset(s->h), "hmacdev_reset");
}

RUN_LOOP(run_file, update_fd)

static void oneshot(struct state *s, unsigned char *tag)
{
	must(hmacdev_oneshot(s->job.alg, s->key, KEY_LEN, s->job.msg,
			     s->job.size, tag, s->job.tag_len) > 0,
	     "hmacdev_oneshot");
	s->key[0]++;
}

RUN_LOOP(run_oneshot, oneshot)

/* A copy of a context that has the message, and its end. */
static void *setup_copy(const struct peer *peer, const struct job *job)
{
	struct state *s = setup(peer, job);

	if (s)
		must(!hmacdev_update(s->h, job->msg, job->size),
		     "hmacdev_update");
	return s;
}

static void run_copy(void *state, unsigned long n, unsigned char *tag)
{
	struct state *s = state;
	struct hmacdev *copy;

	for (; n; n--) {
		must(!hmacdev_copy(s->h, &copy), "hmacdev_copy");
		if (n == 1)
			must(hmacdev_digest(copy, tag, s->job.tag_len) > 0,
			     "hmacdev_digest");
		hmacdev_free(copy);
	}
}

#define BATCH(_n, ...)							\
	{								\
		.name = "hmacdev BATCH of " #_n, .batch = _n, __VA_ARGS__ \
		.setup = setup, .run = run_batch, .teardown = teardown,	\
	}
#define DETAIL	.detail = true, .min_size = 64, .max_size = 64,

const struct peer hmacdev_peers[] = {
	{
		.name = "hmacdev MAC",
		.setup = setup, .run = run_mac, .teardown = teardown,
	}, {
		.name = "hmacdev MAC: verify",
		.setup = setup_verify, .run = run_verify, .teardown = teardown,
	}, {
		.name = "hmacdev UPDATE+FINALIZE+RESET",
		.setup = setup, .run = run_update, .teardown = teardown,
	}, {
		.name = "hmacdev update_fd+FINALIZE+RESET",
		.min_size = FILE_MIN_SIZE,
		.setup = setup_file, .run = run_file, .teardown = teardown,
	}, {
		.name = "hmacdev ONESHOT: new key",
		.max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_oneshot, .teardown = teardown,
	}, {
		.name = "hmacdev COPY+close", DETAIL
		.setup = setup_copy, .run = run_copy, .teardown = teardown,
	},
	BATCH(1, DETAIL), BATCH(2, DETAIL), BATCH(4, DETAIL), BATCH(8, DETAIL),
	BATCH(16, DETAIL), BATCH(32, DETAIL), BATCH(64),
	BATCH(128, DETAIL), BATCH(256, DETAIL),
	{ 0 }
};
