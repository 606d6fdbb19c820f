// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"

#define PAGE	4096

/* A letter a page: to write, to read, or a hole */
static const char map[] = "."
	"wwwwwwr.w."			/* structs */
	"wwwwwwwwwwwwwwr.w."		/* entries */
	"wwwwwwwwwwwwwwwwwwwwr.w."	/* data */
	"wwwwr.w.";			/* tags */

#define PAGES	(sizeof(map) - 1)
#define SIZE	(PAGES * PAGE)

static const struct {
	size_t first;
	size_t pages;
} areas[] = {
	[ARENA_STRUCTS] = { 1, 6 },
	[ARENA_ENTRIES] = { 11, 14 },
	[ARENA_DATA] = { 29, 20 },
	[ARENA_TAGS] = { 53, 4 },
};

enum { EXACT, MAYBE, ANY };

static __u8 *arena;		/* shared with those whom we fork */
static __u8 expected[SIZE];
static __u8 maybe[SIZE];
static __u8 flags[SIZE];	/* how to compare each byte */
static bool flagged;		/* is there any but EXACT? */

static int protection(char page)
{
	switch (page) {
	case 'w':
		return PROT_READ | PROT_WRITE;
	case 'r':
		return PROT_READ;
	default:
		return PROT_NONE;
	}
}

int arena_init(void)
{
	size_t i;

	arena = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		return -1;
	for (i = 0; i < PAGES; i++)
		if (mprotect(arena + i * PAGE, PAGE, protection(map[i])))
			return -1;
	return 0;
}

/* Pages that can only be read are zeros. */
void arena_fill(struct random *r)
{
	size_t i;

	for (i = 0; i < PAGES; i++) {
		if (map[i] != 'w')
			continue;
		random_bytes(r, expected + i * PAGE, PAGE);
		memcpy(arena + i * PAGE, expected + i * PAGE, PAGE);
	}
}

static __u64 address(size_t offset)
{
	return (uintptr_t)arena + offset;
}

__u64 arena_place_well(struct random *r, enum arena_area area, size_t len)
{
	size_t size = areas[area].pages * PAGE;
	size_t offset = len < size ? random_below(r, size - len + 1) : 0;

	/* What is aligned is what most callers have. */
	if (random_one_in(r, 2))
		offset &= ~7ULL;
	return address(areas[area].first * PAGE + offset);
}

static __u64 place_nowhere(struct random *r)
{
	static const __u64 nowhere[] = {
		0, 1, 8, 4095, 0x7ffffffff000, 0x7fffffffffff, 0x800000000000,
		0x8000000000000000, 0xffff888000000000, 0xffffffff81000000,
		0xfffffffffffff000, 0xffffffffffffffff,
	};

	return random_pick(r, nowhere);
}

__u64 arena_place_edge(struct random *r, enum arena_area area, size_t len)
{
	size_t end = (areas[area].first + areas[area].pages) * PAGE;

	/* Behind are a page to read, a hole, a page to write, and a hole. */
	if (random_one_in(r, 2))
		end += 3 * PAGE;
	return address(end - random_below(r, len < PAGE ? len + 1 : PAGE));
}

__u64 arena_place(struct random *r, enum arena_area area, size_t len)
{
	size_t end = (areas[area].first + areas[area].pages) * PAGE;

	switch (random_below(r, 32)) {
	case 0:
	case 1:
		return arena_place_edge(r, area, len);
	case 2:
		return address(end + random_below(r, PAGE));
	case 3:
		return address(end + PAGE + random_below(r, PAGE));
	case 4:
		return place_nowhere(r);
	case 5:
	case 6:		/* as far behind as it has room */
		return address(end + 3 * PAGE - (len < PAGE ? len : PAGE));
	default:
		return arena_place_well(r, area, len);
	}
}

static size_t accessible(__u64 addr, __u64 len, const char *kinds)
{
	__u64 offset = addr - address(0), at = offset;

	if (offset >= SIZE)
		return 0;
	/* The last page is a hole. */
	while (at - offset < len && strchr(kinds, map[at / PAGE]))
		at = (at / PAGE + 1) * PAGE;
	return at - offset < len ? at - offset : len;
}

size_t arena_readable(__u64 addr, __u64 len)
{
	return accessible(addr, len, "wr");
}

size_t arena_writable(__u64 addr, __u64 len)
{
	return accessible(addr, len, "w");
}

bool arena_any_byte(__u64 addr, size_t len)
{
	for (; len; addr++, len--)
		if (arena_readable(addr, 1) && *(const __u8 *)arena_at(addr))
			return true;
	return false;
}

void arena_put(__u64 addr, const void *from, size_t len)
{
	__u64 offset = addr - address(0);

	len = arena_writable(addr, len);
	if (!len)
		return;
	memcpy(arena + offset, from, len);
	memcpy(expected + offset, from, len);
}

const void *arena_at(__u64 addr)
{
	return expected + (addr - address(0));
}

void arena_expect(__u64 addr, const void *bytes, size_t len)
{
	if (!len)
		return;
	memcpy(expected + (addr - address(0)), bytes, len);
	memset(flags + (addr - address(0)), EXACT, len);
}

void arena_expect_maybe(__u64 addr, const void *bytes, size_t len)
{
	size_t at = addr - address(0), i;

	for (i = 0; i < len; i++) {
		if (flags[at + i] != EXACT) {
			flags[at + i] = ANY;
		} else {
			flags[at + i] = MAYBE;
			maybe[at + i] = ((const __u8 *)bytes)[i];
		}
	}
	flagged |= len;
}

void arena_expect_any(__u64 addr, size_t len)
{
	if (!len)
		return;
	memset(flags + (addr - address(0)), ANY, len);
	flagged = true;
}

bool arena_is_any(__u64 addr, size_t len)
{
	size_t at = addr - address(0), i;

	for (i = 0; i < len; i++)
		if (flags[at + i] != EXACT)
			return true;
	return false;
}

static bool check_page(size_t page, const void **where)
{
	size_t at = page * PAGE, end = at + PAGE;

	if (!memcmp(arena + at, expected + at, PAGE))
		return true;
	for (; at < end; at++) {
		if (arena[at] == expected[at])
			continue;
		if (flags[at] == EXACT ||
		    (flags[at] == MAYBE && arena[at] != maybe[at])) {
			*where = arena + at;
			return false;
		}
		expected[at] = arena[at];
	}
	return true;
}

bool arena_check(const void **where)
{
	size_t i;
	bool same = true;

	for (i = 0; same && i < PAGES; i++)
		if (map[i] != '.')
			same = check_page(i, where);
	if (flagged)
		memset(flags, EXACT, sizeof(flags));
	flagged = false;
	return same;
}
