/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that stop in the middle, since a page of their memory is missing. It is
 * supplied after other threads have used the context and dropped rights.
 */
#ifndef _FUZZ_HELD_H
#define _FUZZ_HELD_H

#include <stdbool.h>

#include <linux/types.h>

/* Returns false if this kernel has no userfaultfd. */
bool held_init(void);

/* Run a round. Returns false if a result was wrong, which it has printed. */
bool held_run(__u64 seed);

#endif /* _FUZZ_HELD_H */
