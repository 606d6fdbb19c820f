/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sequence of steps with its own contexts. It depends only on its seeds, not
 * on earlier sequences.
 */
#ifndef _FUZZ_SEQUENCE_H
#define _FUZZ_SEQUENCE_H

#include <stdbool.h>

#include "random.h"

/* The first seed makes a sequence; each further seed replaces some steps. */
#define SEEDS_MAX	8

struct seeds {
	int nr;
	__u64 seed[SEEDS_MAX];
};

#define SEEDS_TEXT	(SEEDS_MAX * 20)

void seeds_print(const struct seeds *seeds, char *text);
bool seeds_parse(struct seeds *seeds, const char *text);

int sequence_init(void);

/*
 * Returns true if all results were right; otherwise it has printed the wrong
 * one. Sets @new if the sequence reached code that no other one had reached.
 */
bool sequence_run(const struct seeds *seeds, bool say, bool *new);

#endif /* _FUZZ_SEQUENCE_H */
