/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pseudo-random numbers, which depend only on the seed
 */
#ifndef _FUZZ_RANDOM_H
#define _FUZZ_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

/* The size of long; a seed has another meaning for a 32-bit program. */
#define CALLER_BITS	((int)(8 * sizeof(long)))

struct random {
	__u64 state;
};

/* Mix two seeds into one. */
__u64 random_mix(__u64 a, __u64 b);

__u64 random_next(struct random *r);
void random_bytes(struct random *r, void *to, size_t len);

/* A number below @n, which is not 0 */
static inline __u64 random_below(struct random *r, __u64 n)
{
	return random_next(r) % n;
}

static inline bool random_one_in(struct random *r, unsigned int n)
{
	return !random_below(r, n);
}

#define random_pick(r, array) \
	((array)[random_below(r, sizeof(array) / sizeof((array)[0]))])

#endif /* _FUZZ_RANDOM_H */
