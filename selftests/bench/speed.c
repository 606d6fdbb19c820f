// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of a message in CLOCK_MONOTONIC. In an emulator where an instruction
 * takes a nanosecond, this is the number of instructions.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "mark.h"

#define ROUNDS_MAX	99
#define PEERS_MAX	64

/* How long a run may take, and how many there are. */
static uint64_t budget;
static unsigned long rounds;

static const char *unit;
static bool details;

/* Where profile/count.c writes a file for each run, or NULL */
static const char *counts;
static unsigned long runs;

/*
 * What a CPU with fast string instructions moves in the time of one other
 * instruction. It has started "rep movs" and "rep stos" after one more.
 */
#define FAST_BYTES	32

/* One peer on its way through a job. */
struct entry {
	const struct peer *peer;
	void *state;
	unsigned long n;		/* messages a round */
	double cost[ROUNDS_MAX];	/* of one message */
	double fast[ROUNDS_MAX];	/* the same with fast strings */
	double moved[ROUNDS_MAX];	/* bytes, by string instructions */
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* What the run before left to do, such as freeing files by RCU, is not ours. */
#define SETTLE_US	20000

static uint64_t run(struct entry *e, unsigned long n, unsigned char *tag)
{
	uint64_t start;

	usleep(SETTLE_US);
	runs++;
	start = now();
	MARK("1");
	e->peer->run(e->state, n, tag);
	MARK("2");
	return now() - start;
}

/* Replace each iteration of a string instruction by what it would cost. */
static void read_counts(struct entry *e, unsigned long round)
{
	double iterations, instructions, bytes, moved = 0, less = 0;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%lu", counts, runs);
	f = fopen(path, "r");
	must(f, path);
	while (fscanf(f, "%*s %lf %lf %lf", &iterations, &instructions,
		      &bytes) == 3) {
		less += iterations - instructions - bytes / FAST_BYTES;
		moved += bytes;
	}
	fclose(f);
	e->fast[round] = e->cost[round] - less / e->n;
	e->moved[round] = moved / e->n;
}

/* A fast answer that is wrong is worth nothing. */
static void check(struct entry *e, const struct job *job)
{
	unsigned char tag[TAG_MAX] = { 0 }, right[TAG_MAX];

	run(e, e->peer->batch ?: 1, tag);
	if (e->peer->no_tag)
		return;
	must(HMAC(EVP_get_digestbyname(job->alg), job->key, KEY_LEN, job->msg,
		  job->size, right, NULL), "HMAC");
	if (memcmp(tag, right, job->tag_len)) {
		fprintf(stderr, "%s: wrong tag, %s of %zu bytes\n",
			e->peer->name, job->alg, job->size);
		exit(EXIT_FAILURE);
	}
}

/* As many as come to half the budget or more, in whole calls; warms up, too. */
static void calibrate(struct entry *e)
{
	unsigned char tag[TAG_MAX];

	for (e->n = e->peer->batch ?: 1; run(e, e->n, tag) < budget / 2;)
		e->n *= 2;
}

static bool prepare(struct entry *e, const struct peer *peer,
		    const struct job *job)
{
	if ((peer->detail && !details) || job->size < peer->min_size ||
	    (peer->max_size && job->size > peer->max_size))
		return false;
	e->peer = peer;
	e->state = peer->setup(peer, job);
	if (!e->state)
		return false;
	check(e, job);
	calibrate(e);
	return true;
}

static void report(const struct entry *e, const struct job *job,
		   const char *of, double *values)
{
	printf("%s,%s,%s,%zu,%.1f\n", of, e->peer->name, job->alg, job->size,
	       median(values, rounds));
}

/* The peers take turns, so that what else the machine does hits them all. */
static void measure(const struct job *job)
{
	static struct entry entries[PEERS_MAX];
	struct entry *e, *end = entries;
	const struct peer *const *list;
	const struct peer *peer;
	unsigned char tag[TAG_MAX];
	unsigned long round;

	for (list = peer_lists; *list; list++)
		for (peer = *list; peer->name; peer++)
			end += prepare(end, peer, job);
	for (round = 0; round < rounds; round++)
		for (e = entries; e < end; e++) {
			e->cost[round] = (double)run(e, e->n, tag) / e->n;
			if (counts)
				read_counts(e, round);
		}
	for (e = entries; e < end; e++) {
		report(e, job, unit, e->cost);
		if (counts) {
			report(e, job, "fast", e->fast);
			report(e, job, "moved", e->moved);
		}
		e->peer->teardown(e->state);
	}
	fflush(stdout);
}

static void measure_sizes(const char *alg, const size_t *sizes)
{
	for (; *sizes; sizes++) {
		struct job job = new_job(alg, *sizes);

		measure(&job);
	}
}

void speed(const char *in, const char *counts_dir, uint64_t nanoseconds,
	   unsigned long repeat, char **algs)
{
	static const size_t targets[] = {
		64, 1024, 4096, 16384, MESSAGE_MAX, 0
	};
	static const size_t some[] = { 64, 4096, 65536, 0 };
	static const size_t many[] = {
		16, 64, 256, 1024, 4096, 16384, 65536, 262144, MESSAGE_MAX, 0
	};

	unit = in;
	counts = counts_dir;
	budget = nanoseconds;
	rounds = repeat;
	must(rounds > 0 && rounds <= ROUNDS_MAX, "rounds");

	details = true;
	if (!*algs)
		measure_sizes("sha256", targets);
	else
		measure_sizes(*algs++, many);
	details = false;
	for (; *algs; algs++)
		measure_sizes(*algs, some);
}
