// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the module with a model that uses OpenSSL: random calls with random
 * arguments, in several processes. The environment has these parameters:
 *
 *	FUZZ_SECONDS	how long to run
 *	FUZZ_SEED	seed of all random numbers; random by default
 *	FUZZ_PROCESSES	number of processes with their own contexts
 *	FUZZ_SEQUENCE	run only this sequence, and print each step
 *	FUZZ_ROUND	repeat only this round: of threads that share contexts,
 *			or of a call that is held
 *	FUZZ_LAST	file for the name of what runs, in case the kernel dies
 *
 * If KCOV reports that a sequence reaches new code, other sequences are made
 * from it. A sequence depends only on its seeds, not on earlier sequences.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>

#include "call.h"
#include "count.h"
#include "first_use.h"
#include "held.h"
#include "kcov.h"
#include "kselftest.h"
#include "random.h"
#include "sequence.h"
#include "shared.h"

#define PROCESSES	2	/* besides the one whose threads share */
#define CORPUS_MAX	1024

#define LAST_SIZE	256	/* of a line of FUZZ_LAST */
#define END_LIMIT	120	/* seconds, of a sequence or a round */

/* How many contexts a user may have; root's are not limited. */
#define LIMIT		"/sys/module/hmacdev/parameters/max_user_contexts"
#define FIRST_UID	10000

static __u64 seconds;
static int last = -1;		/* FUZZ_LAST */
static struct timespec until;
static char running[LAST_SIZE];	/* what to run again if it does not end */

static __u64 option(const char *name, __u64 otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 0) : otherwise;
}

static void cannot_begin(void)
{
	ksft_exit_fail_msg("cannot begin: %s\n", strerror(errno));
}

static void set_limit(void)
{
	FILE *limit = fopen(LIMIT, "w");

	if (!limit || fprintf(limit, "%d", USER_CONTEXTS) < 0 || fclose(limit))
		cannot_begin();
}

/* Each process is another user, so that it alone determines the user's count */
static void become_user(int process)
{
	const uid_t uid = FIRST_UID + process;

	if (setresuid(uid, uid, uid) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		cannot_begin();
}

static void begin(void)
{
	if (sequence_init())
		cannot_begin();
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
}

static bool time_left(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < until.tv_sec ||
		(now.tv_sec == until.tv_sec && now.tv_nsec < until.tv_nsec);
}

/* The main thread waits then: for a call, or in one. */
static void out_of_time(int nr)
{
	printf("# no end within %d s: make fuzz BITS=%d %s\n", END_LIMIT,
	       CALLER_BITS, running);
	fflush(stdout);
	_exit(1);
}

/* Before each sequence and round: set its limit, and record it */
static void start_one(int process, const char *kind, const char *seeds)
{
	int len = snprintf(running, sizeof(running), "%s=%s", kind, seeds);
	char line[LAST_SIZE];

	signal(SIGALRM, out_of_time);
	alarm(END_LIMIT);
	if (last < 0)
		return;
	memset(line, ' ', sizeof(line));
	memcpy(line, running, len);
	line[LAST_SIZE - 1] = '\n';
	if (pwrite(last, line, LAST_SIZE, process * LAST_SIZE) != LAST_SIZE)
		ksft_exit_fail_msg("FUZZ_LAST: %s\n", strerror(errno));
}

/* A new one, or a child of one that reached something */
static void choose(struct random *r, struct seeds *seeds,
		   const struct seeds *corpus, size_t nr)
{
	if (!nr || random_one_in(r, 3)) {
		seeds->nr = 1;
		seeds->seed[0] = random_next(r);
		return;
	}
	*seeds = corpus[random_below(r, nr)];
	if (seeds->nr < SEEDS_MAX)
		seeds->nr++;
	seeds->seed[seeds->nr - 1] = random_next(r);
}

static int run_alone(struct random *r, int process)
{
	static struct seeds corpus[CORPUS_MAX];
	char text[SEEDS_TEXT];
	struct seeds seeds;
	size_t nr = 0;
	bool new;

	kcov_open();
	become_user(process);
	begin();
	while (time_left()) {
		choose(r, &seeds, corpus, nr < CORPUS_MAX ? nr : CORPUS_MAX);
		seeds_print(&seeds, text);
		start_one(process, "SEQUENCE", text);
		if (!sequence_run(&seeds, false, &new))
			return 1;
		if (new)
			corpus[nr++ % CORPUS_MAX] = seeds;
	}
	return 0;
}

/* Threads that share contexts, or a call that is held */
static bool run_round(__u64 seed)
{
	static bool can_hold, asked;

	if (!asked)
		can_hold = held_init();
	asked = true;
	return seed % 4 && can_hold ? held_run(seed) : shared_run(seed);
}

static int run_shared(struct random *r, int process)
{
	char text[SEEDS_TEXT];
	__u64 round;

	begin();
	while (time_left()) {
		round = random_next(r);
		snprintf(text, sizeof(text), "%#llx", round);
		start_one(process, "ROUND", text);
		if (!run_round(round))
			return 1;
	}
	return 0;
}

static pid_t start(int (*run)(struct random *r, int process), int process,
		   __u64 seed)
{
	struct random r = { random_mix(seed, process) };
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	exit(run(&r, process));
}

/* False if any of them said what is wrong, or died, which ends the others */
static bool wait_for(const pid_t *pids, int nr)
{
	bool fine = true;
	int i, left, status;

	for (left = nr; left; left--) {
		if (wait(&status) < 0 || !status)
			continue;
		if (fine && WIFSIGNALED(status))
			ksft_print_msg("a process died: %s\n",
				       strsignal(WTERMSIG(status)));
		if (fine)
			for (i = 0; i < nr; i++)
				kill(pids[i], SIGTERM);
		fine = false;
	}
	return fine;
}

static bool fuzz(__u64 seed, int processes)
{
	pid_t pids[processes + 1];
	int i;

	for (i = 0; i < processes; i++)
		pids[i] = start(run_alone, i, seed);
	pids[i] = start(run_shared, i, seed);
	return wait_for(pids, processes + 1);
}

/* What was found before, again */
static bool replay(void)
{
	const char *sequence = getenv("FUZZ_SEQUENCE");
	__u64 round = option("FUZZ_ROUND", 0);
	struct seeds seeds;
	bool new;

	if (sequence && *sequence) {
		become_user(0);
		begin();
		start_one(0, "SEQUENCE", sequence);
		return seeds_parse(&seeds, sequence) &&
			sequence_run(&seeds, true, &new);
	}
	begin();
	while (time_left()) {
		start_one(0, "ROUND", getenv("FUZZ_ROUND"));
		if (!run_round(round))
			return false;
	}
	return true;
}

static bool run(__u64 seed)
{
	if (*(getenv("FUZZ_SEQUENCE") ?: "") || option("FUZZ_ROUND", 0))
		return first_use_run(seed) && replay();
	ksft_print_msg("make fuzz BITS=%d SEED=%#llx SECONDS=%llu\n",
		       CALLER_BITS, seed, seconds);
	return first_use_run(seed) &&
		fuzz(seed, option("FUZZ_PROCESSES", PROCESSES));
}

int main(void)
{
	bool guided = !access("/sys/kernel/debug/kcov", R_OK | W_OK), fine;
	__u64 seed;

	ksft_print_header();
	ksft_set_plan(1);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed) ||
	    count_init() || kcov_init())
		cannot_begin();
	if (getenv("FUZZ_LAST"))
		last = open(getenv("FUZZ_LAST"), O_WRONLY | O_CREAT | O_CLOEXEC,
			    0600);
	set_limit();
	seconds = option("FUZZ_SECONDS", guided ? 25 : 5);
	fine = run(option("FUZZ_SEED", seed));
	count_print();
	if (guided)
		ksft_print_msg("%u places reached in the module, by %u ways\n",
			       kcov_places(), kcov_ways());
	ksft_test_result(fine, "the module does what the model does\n");
	ksft_finished();
}
