// SPDX-License-Identifier: GPL-2.0
/* The crypto API in a loop in the kernel (floor/), and an empty system call */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "floor/hmac_floor.h"

struct state {
	int fd;
	size_t tag_len;
};

static void *setup(const struct job *job, enum hmac_floor_mode mode)
{
	struct hmac_floor_set set = {
		.key_len = KEY_LEN,
		.size = job->size,
		.mode = mode,
	};
	struct state *s;
	int fd = open("/dev/hmac_floor", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	snprintf(set.template, sizeof(set.template), "hmac(%s)", job->alg);
	must(!ioctl(fd, HMAC_FLOOR_SET, &set), "HMAC_FLOOR_SET");
	s = must_alloc(sizeof(*s));
	s->fd = fd;
	s->tag_len = job->tag_len;
	return s;
}

static void *setup_digest(const struct peer *peer, const struct job *job)
{
	(void)peer;
	return setup(job, HMAC_FLOOR_DIGEST);
}

static void *setup_chunks(const struct peer *peer, const struct job *job)
{
	(void)peer;
	return setup(job, HMAC_FLOOR_CHUNKS);
}

static void *setup_rekey(const struct peer *peer, const struct job *job)
{
	(void)peer;
	return setup(job, HMAC_FLOOR_REKEY);
}

static void *setup_new(const struct peer *peer, const struct job *job)
{
	(void)peer;
	return setup(job, HMAC_FLOOR_NEW);
}

static void run(void *state, unsigned long n, unsigned char *tag)
{
	struct hmac_floor_run run = { .count = n };
	struct state *s = state;

	must(!ioctl(s->fd, HMAC_FLOOR_RUN, &run), "HMAC_FLOOR_RUN");
	memcpy(tag, run.tag, s->tag_len);
}

static void teardown(void *state)
{
	struct state *s = state;

	close(s->fd);
	free(s);
}

static void *setup_syscall(const struct peer *peer, const struct job *job)
{
	(void)peer;
	(void)job;
	return must_alloc(1);
}

static void empty_syscall(void *state, unsigned char *tag)
{
	(void)state;
	(void)tag;
	syscall(SYS_getppid);
}

RUN_LOOP(run_syscall, empty_syscall)

const struct peer floor_peers[] = {
	{
		.name = "floor",
		.setup = setup_digest, .run = run, .teardown = teardown,
	}, {
		.name = "floor: 4 KiB pieces", .min_size = 16384,
		.setup = setup_chunks, .run = run, .teardown = teardown,
	}, {
		.name = "floor: rekeyed", .max_size = NEW_KEY_MAX_SIZE,
		.setup = setup_rekey, .run = run, .teardown = teardown,
	}, {
		.name = "floor: new key", .max_size = NEW_KEY_MAX_SIZE,
		.setup = setup_new, .run = run, .teardown = teardown,
	}, {
		.name = "getppid", .detail = true, .max_size = 64,
		.no_tag = true,
		.setup = setup_syscall, .run = run_syscall, .teardown = free,
	},
	{ 0 }
};
