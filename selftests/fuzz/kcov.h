/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code of the module that a thread reaches, if the kernel has KCOV
 */
#ifndef _FUZZ_KCOV_H
#define _FUZZ_KCOV_H

#include <stdbool.h>

/* Before any fork: what is reached is counted for all processes together. */
int kcov_init(void);

/* For this thread. False if there is no such thing in this kernel. */
bool kcov_open(void);

/* What is reached until kcov_end() counts; true if a part of it is new. */
void kcov_begin(void);
bool kcov_end(void);

/* How many places were reached, and how many ways from one to the next */
unsigned int kcov_places(void);
unsigned int kcov_ways(void);

#endif /* _FUZZ_KCOV_H */
