/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory for the arguments of calls: writable pages, read-only pages and
 * holes; and a copy with the expected content after the call.
 */
#ifndef _FUZZ_ARENA_H
#define _FUZZ_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "random.h"

/*
 * Structs, entries of a batch, messages and tags have an area each. So a call
 * does not overwrite what it has yet to read, unless a test means it. No
 * pointer is a mixture of other pointers, which may be to memory of this
 * process outside the arena.
 */
enum arena_area {
	ARENA_STRUCTS,
	ARENA_ENTRIES,
	ARENA_DATA,
	ARENA_TAGS,
	ARENA_AREAS,
};

int arena_init(void);

/* Refill the arena, so that the next sequence does not depend on this one. */
void arena_fill(struct random *r);

/*
 * An address for @len bytes: mostly well within @area; else at its end, across
 * its end, in read-only memory, or in a hole.
 */
__u64 arena_place(struct random *r, enum arena_area area, size_t len);
__u64 arena_place_well(struct random *r, enum arena_area area, size_t len);
/* The same, where writable memory may end before or within the @len bytes */
__u64 arena_place_edge(struct random *r, enum arena_area area, size_t len);

/* How many of the @len bytes at @addr the kernel can read, or write */
size_t arena_readable(__u64 addr, __u64 len);
size_t arena_writable(__u64 addr, __u64 len);

/* Is any of the @len bytes at @addr readable and not zero? */
bool arena_any_byte(__u64 addr, size_t len);

/* Before a call: put @len bytes to @addr, as far as there is memory */
void arena_put(__u64 addr, const void *from, size_t len);

/* The expected content at @addr, which is readable */
const void *arena_at(__u64 addr);

/* Record what a call should write: these bytes, */
void arena_expect(__u64 addr, const void *bytes, size_t len);
/* at each place this byte or the one that is there, */
void arena_expect_maybe(__u64 addr, const void *bytes, size_t len);
/* or bytes that the model cannot compute. */
void arena_expect_any(__u64 addr, size_t len);
bool arena_is_any(__u64 addr, size_t len);

/*
 * After a call: does the arena have the expected content? If not, @where is the
 * first wrong byte. Bytes of arena_expect_any() are expected from now on.
 */
bool arena_check(const void **where);

#endif /* _FUZZ_ARENA_H */
