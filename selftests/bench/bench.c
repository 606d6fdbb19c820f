// SPDX-License-Identifier: GPL-2.0
/*
 * bench speed UNIT BUDGET ROUNDS [ALG...]	cost of a message, by peer
 * bench count DIR BUDGET ROUNDS [ALG...]	instructions, in three ways
 * bench profile ROW BYTES COUNT		run one peer, for profile.sh
 * bench scaling		rate of threads on one and on two descriptors
 * bench memory			memory that contexts take in the kernel
 *
 * UNIT is the name for a nanosecond of CLOCK_MONOTONIC. Each peer has ROUNDS
 * runs of up to BUDGET units. The first ALG is measured in all sizes, the
 * others in some. Without ALG, only the rows that have targets are measured.
 * The output has lines of unit,row,algorithm,bytes,value. Peers that this
 * machine does not have are left out.
 *
 * With count, UNIT is "instructions", and DIR is where profile/count.c writes
 * its counts. There are two more units: "fast", the instructions with fast
 * strings, and "moved", the bytes that string instructions store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static unsigned long number(const char *s)
{
	return strtoul(s, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "speed") && argc >= 5) {
		speed(argv[2], NULL, number(argv[3]), number(argv[4]),
		      argv + 5);
	} else if (!strcmp(what, "count") && argc >= 5) {
		environment();
		speed("instructions", argv[2], number(argv[3]),
		      number(argv[4]), argv + 5);
	} else if (!strcmp(what, "profile") && argc == 5) {
		profile(argv[2], number(argv[3]), number(argv[4]));
	} else if (!strcmp(what, "scaling") && argc == 2) {
		scaling();
	} else if (!strcmp(what, "memory") && argc == 2) {
		memory();
	} else {
		fputs("usage: see bench.c\n", stderr);
		return 2;
	}
	return 0;
}
