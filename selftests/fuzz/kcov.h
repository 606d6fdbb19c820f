/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code of the module that a thread reaches, if the kernel has KCOV
 */
#ifndef _FUZZ_KCOV_H
#define _FUZZ_KCOV_H

#include <stdbool.h>

/* Call it before fork(): all processes share the counts. */
int kcov_init(void);

/* Enable KCOV for this thread. Returns false if the kernel has no KCOV. */
bool kcov_open(void);

/* Collect coverage. kcov_end() returns true if any of it is new. */
void kcov_begin(void);
bool kcov_end(void);

/* The numbers of places reached, and of edges between them */
unsigned int kcov_places(void);
unsigned int kcov_ways(void);

#endif /* _FUZZ_KCOV_H */
