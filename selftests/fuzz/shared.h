/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contexts that many threads use at once. What each call does cannot be told
 * then, but what it can do at all: the message is always a number of pieces
 * that are all the same, and there is one key.
 */
#ifndef _FUZZ_SHARED_H
#define _FUZZ_SHARED_H

#include <stdbool.h>

#include <linux/types.h>

/* A round; false if something was as it can never be, which has been said. */
bool shared_run(__u64 seed);

#endif /* _FUZZ_SHARED_H */
