/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contexts that several threads use at once. The result of a call then depends
 * on the order of the calls. It can be checked against all possible results,
 * since the message is always a number of identical pieces, with one key.
 */
#ifndef _FUZZ_SHARED_H
#define _FUZZ_SHARED_H

#include <stdbool.h>

#include <linux/types.h>

/* Run a round. Returns false if a result was wrong, which it has printed. */
bool shared_run(__u64 seed);

#endif /* _FUZZ_SHARED_H */
