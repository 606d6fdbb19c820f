/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer is one way to make HMACs. speed.c measures all peers in the same way.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAG_MAX		64
#define KEY_LEN		32
#define BATCH_MAX	256
#define MESSAGE_MAX	1048576

/**
 * struct job - what a peer is to make tags of
 * @alg: "sha256"
 * @key: KEY_LEN bytes
 * @msg: the message
 * @size: its size in bytes
 * @tag_len: size of the tag in bytes
 */
struct job {
	const char *alg;
	const unsigned char *key;
	const unsigned char *msg;
	size_t size;
	size_t tag_len;
};

/**
 * struct peer - a row of the table
 * @name: its name; without a comma
 * @batch: how many messages one call takes, if more than one
 * @min_size: of messages that it is of interest for
 * @max_size: the same; 0 for any
 * @detail: of interest for one algorithm, the first
 * @no_tag: makes none, so there is nothing to check
 * @setup: returns a state for @job, NULL where this machine cannot do it
 * @run: makes @n tags, a multiple of @batch, the last of them into @tag; a peer
 *	that changes keys makes the first one with @job's
 * @teardown: frees the state
 */
struct peer {
	const char *name;
	unsigned int batch;
	size_t min_size;
	size_t max_size;
	bool detail;
	bool no_tag;
	void *(*setup)(const struct peer *peer, const struct job *job);
	void (*run)(void *state, unsigned long n, unsigned char *tag);
	void (*teardown)(void *state);
};

/*
 * Defines @_run, a peer's run(), that calls @_make(state, tag) for each tag.
 * The compiler inlines @_make: a call would add to what the peer costs.
 */
#define RUN_LOOP(_run, _make)						\
static void _run(void *state, unsigned long n, unsigned char *tag)	\
{									\
	while (n--)							\
		_make(state, tag);					\
}

/* Each ends with a peer without a name. */
extern const struct peer floor_peers[];
extern const struct peer hmacdev_peers[];
extern const struct peer openssl_peers[];
extern const struct peer afalg_peers[];
extern const struct peer kcapi_peers[];
extern const struct peer cryptodev_peers[];

/* All of them, and NULL. */
extern const struct peer *const peer_lists[];

/* New keys matter where messages are short. */
#define NEW_KEY_MAX_SIZE	1024
/* And files where they are not. */
#define FILE_MIN_SIZE		4096

void speed(const char *in, const char *counts_dir, uint64_t nanoseconds,
	   unsigned long repeat, char **algs);
void environment(void);
void profile(const char *name, size_t size, unsigned long count);
void scaling(void);
void memory(void);

struct job new_job(const char *alg, size_t size);
int message_file(const struct job *job);

double median(double *values, size_t count);
void *must_alloc(size_t size);
void die(const char *what) __attribute__((noreturn));

static inline void must(bool fine, const char *what)
{
	if (!fine)
		die(what);
}

#endif /* BENCH_H */
