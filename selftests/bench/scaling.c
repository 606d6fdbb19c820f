// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that share a descriptor should not wait for each other. Compares the
 * rate of two threads on one descriptor with that of two on their own. Threads
 * with a copy share the key, but not the file, whose references the kernel
 * counts in each call. Their difference is a cost of the kernel, not of
 * hmacdev.
 */
#include <hmacdev.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define THREADS	2
#define ROUNDS	201
#define ROUND_US 20000

struct worker {
	pthread_t thread;
	int cpu;
	struct hmacdev *h;
	unsigned long done;
};

static atomic_bool stop;

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned char msg[64] = { 0 }, tag[TAG_MAX];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(w->cpu, &cpus);
	must(!sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity");
	for (w->done = 0; !atomic_load_explicit(&stop, memory_order_relaxed);
	     w->done++)
		must(hmacdev_mac(w->h, msg, sizeof(msg), tag, TAG_MAX) > 0,
		     "hmacdev_mac");
	return NULL;
}

/* How many tags they make together. */
static double rate(struct hmacdev *const *handles)
{
	struct worker workers[THREADS];
	double done = 0;
	int i;

	atomic_store(&stop, false);
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .cpu = i, .h = handles[i] };
		must(!pthread_create(&workers[i].thread, NULL, work,
				     &workers[i]), "pthread_create");
	}
	usleep(ROUND_US);
	atomic_store(&stop, true);
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		done += workers[i].done;
	}
	return done;
}

static void compare(const char *row, struct hmacdev *const *shared,
		    struct hmacdev *const *own)
{
	double ratio[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		/* Neither is always the first. */
		double first = rate(i % 2 ? own : shared);
		double second = rate(i % 2 ? shared : own);

		ratio[i] = i % 2 ? second / first : first / second;
	}
	printf("ratio,two threads on %s / on two,sha256,64,%.3f\n", row,
	       median(ratio, ROUNDS));
}

void scaling(void)
{
	static const unsigned char key[KEY_LEN];
	struct hmacdev *own[THREADS], *one[THREADS], *copies[THREADS];
	int i;

	must(sysconf(_SC_NPROCESSORS_ONLN) >= THREADS, "as many CPUs");
	for (i = 0; i < THREADS; i++) {
		must(!hmacdev_new(&own[i], "sha256", key, KEY_LEN),
		     "hmacdev_new");
		must(!hmacdev_copy(own[0], &copies[i]), "hmacdev_copy");
		one[i] = own[0];
	}
	compare("one descriptor", one, own);
	compare("a copy each", copies, own);
	for (i = 0; i < THREADS; i++) {
		hmacdev_free(own[i]);
		hmacdev_free(copies[i]);
	}
}
