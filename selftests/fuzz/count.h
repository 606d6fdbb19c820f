/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of all processes, in shared memory
 */
#ifndef _FUZZ_COUNT_H
#define _FUZZ_COUNT_H

#include <stdbool.h>

#include <linux/types.h>

int count_init(void);
void count_call(const char *name, bool worked);
void count_sequence(void);
void count_round(void);
void count_held(void);
void count_print(void);

#endif /* _FUZZ_COUNT_H */
