// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hmacdev_ioctls.h"
#include "count.h"

#define NAME(_name, _NAME, ...)	#_NAME,
static const char *const names[] = {
	EACH_CALL(NAME) "write", "writev", "splice", "sendfile", "open",
	"close", "dup",
};

#define NAMES	(sizeof(names) / sizeof(names[0]))

static struct {
	__u64 sequences;
	__u64 rounds;
	__u64 held;
	__u64 worked[NAMES];
	__u64 refused[NAMES];
} *counts;

int count_init(void)
{
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return counts == MAP_FAILED ? -1 : 0;
}

static void increment(__u64 *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

void count_call(const char *name, bool worked)
{
	size_t i = 0;

	while (strcmp(names[i], name))
		if (++i == NAMES)
			abort();
	increment(worked ? &counts->worked[i] : &counts->refused[i]);
}

void count_sequence(void)
{
	increment(&counts->sequences);
}

void count_round(void)
{
	increment(&counts->rounds);
}

void count_held(void)
{
	increment(&counts->held);
}

void count_print(void)
{
	__u64 calls = 0;
	size_t i;

	printf("# %-10s %12s %12s\n", "call", "worked", "refused");
	for (i = 0; i < NAMES; i++) {
		printf("# %-10s %12llu %12llu\n", names[i], counts->worked[i],
		       counts->refused[i]);
		calls += counts->worked[i] + counts->refused[i];
	}
	printf("# %llu calls; %llu sequences, %llu rounds of sharing, %llu of calls that are held\n",
	       calls, counts->sequences, counts->rounds, counts->held);
}
