// SPDX-License-Identifier: GPL-2.0
/* AF_ALG over plain sockets. */
#include <linux/if_alg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

struct state {
	struct job job;
	struct sockaddr_alg addr;
	unsigned char key[KEY_LEN];
	int keyed;
	int op;
	int file;
};

static bool open_keyed(struct state *s)
{
	s->keyed = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s->keyed < 0)
		return false;
	if (bind(s->keyed, (struct sockaddr *)&s->addr, sizeof(s->addr)) ||
	    setsockopt(s->keyed, SOL_ALG, ALG_SET_KEY, s->key, KEY_LEN)) {
		close(s->keyed);
		return false;
	}
	s->op = accept4(s->keyed, NULL, NULL, SOCK_CLOEXEC);
	must(s->op >= 0, "AF_ALG accept");
	return true;
}

static void close_keyed(struct state *s)
{
	close(s->op);
	close(s->keyed);
}

static void *setup(const struct peer *peer, const struct job *job)
{
	struct state *s = must_alloc(sizeof(*s));

	(void)peer;
	s->job = *job;
	s->file = -1;
	memcpy(s->key, job->key, KEY_LEN);
	s->addr = (struct sockaddr_alg){
		.salg_family = AF_ALG, .salg_type = "hash",
	};
	snprintf((char *)s->addr.salg_name, sizeof(s->addr.salg_name),
		 "hmac(%s)", job->alg);
	if (!open_keyed(s)) {
		free(s);
		return NULL;
	}
	return s;
}

static void teardown(void *state)
{
	struct state *s = state;

	close_keyed(s);
	if (s->file >= 0)
		close(s->file);
	free(s);
}

static void get_tag(struct state *s, unsigned char *tag)
{
	must(read(s->op, tag, s->job.tag_len) == (ssize_t)s->job.tag_len,
	     "AF_ALG read");
}

static void mac(struct state *s, unsigned char *tag)
{
	must(send(s->op, s->job.msg, s->job.size, 0) == (ssize_t)s->job.size,
	     "AF_ALG send");
	get_tag(s, tag);
}

RUN_LOOP(run, mac)

static void mac_new(struct state *s, unsigned char *tag)
{
	close_keyed(s);
	must(open_keyed(s), "AF_ALG");
	mac(s, tag);
	s->key[0]++;
}

RUN_LOOP(run_new, mac_new)

static void *setup_file(const struct peer *peer, const struct job *job)
{
	struct state *s = setup(peer, job);

	if (s)
		s->file = message_file(job);
	return s;
}

static void mac_file(struct state *s, unsigned char *tag)
{
	off_t from = 0;

	must(sendfile(s->op, s->file, &from, s->job.size) ==
	     (ssize_t)s->job.size, "AF_ALG sendfile");
	get_tag(s, tag);
}

RUN_LOOP(run_file, mac_file)

const struct peer afalg_peers[] = {
	{
		.name = "AF_ALG send+read",
		.setup = setup, .run = run, .teardown = teardown,
	}, {
		.name = "AF_ALG sendfile+read", .min_size = FILE_MIN_SIZE,
		.setup = setup_file, .run = run_file, .teardown = teardown,
	}, {
		.name = "AF_ALG: new key", .max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_new, .teardown = teardown,
	},
	{ 0 }
};
