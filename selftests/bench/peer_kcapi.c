// SPDX-License-Identifier: GPL-2.0
/* libkcapi, the library for AF_ALG */
#include <kcapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct state {
	struct job job;
	char name[64];
	unsigned char key[KEY_LEN];
	struct kcapi_handle *handle;
};

static bool init(struct state *s)
{
	if (kcapi_md_init(&s->handle, s->name, 0))
		return false;
	must(!kcapi_md_setkey(s->handle, s->key, KEY_LEN), "kcapi_md_setkey");
	return true;
}

static void *setup(const struct peer *peer, const struct job *job)
{
	struct state *s = must_alloc(sizeof(*s));

	(void)peer;
	s->job = *job;
	snprintf(s->name, sizeof(s->name), "hmac(%s)", job->alg);
	memcpy(s->key, job->key, KEY_LEN);
	if (!init(s)) {
		free(s);
		return NULL;
	}
	return s;
}

static void teardown(void *state)
{
	struct state *s = state;

	kcapi_md_destroy(s->handle);
	free(s);
}

static void mac(struct state *s, unsigned char *tag)
{
	must(kcapi_md_digest(s->handle, s->job.msg, s->job.size, tag,
			     s->job.tag_len) == (ssize_t)s->job.tag_len,
	     "kcapi_md_digest");
}

RUN_LOOP(run, mac)

static void mac_new(struct state *s, unsigned char *tag)
{
	kcapi_md_destroy(s->handle);
	must(init(s), "kcapi_md_init");
	mac(s, tag);
	s->key[0]++;
}

RUN_LOOP(run_new, mac_new)

const struct peer kcapi_peers[] = {
	{
		.name = "libkcapi",
		.setup = setup, .run = run, .teardown = teardown,
	}, {
		.name = "libkcapi: new key", .max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_new, .teardown = teardown,
	},
	{ 0 }
};
