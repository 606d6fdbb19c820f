// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "random.h"

/* SplitMix64 */
__u64 random_next(struct random *r)
{
	__u64 z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

__u64 random_mix(__u64 a, __u64 b)
{
	struct random first = { a };
	struct random second = { random_next(&first) ^ b };

	return random_next(&second);
}

void random_bytes(struct random *r, void *to, size_t len)
{
	size_t at, n;
	__u64 word;

	for (at = 0; at < len; at += n) {
		word = random_next(r);
		n = len - at < sizeof(word) ? len - at : sizeof(word);
		memcpy(to + at, &word, n);
	}
}
