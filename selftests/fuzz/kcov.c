// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/types.h>

#include "kcov.h"
#include "random.h"

/* Of <linux/kcov.h>, which not every system has */
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_TRACE_PC	0

#define COVER_SIZE	(1 << 16)	/* words; what is beyond is lost */
#define SET_SIZE	(1 << 18)	/* a power of two */

struct set {
	unsigned int count;
	__u64 members[SET_SIZE];	/* hashed; 0 if there is none */
};

static struct {
	struct set places;
	struct set ways;
} *reached;

static unsigned long *cover;

static void *map_shared(size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}

int kcov_init(void)
{
	reached = map_shared(sizeof(*reached));
	return reached ? 0 : -1;
}

bool kcov_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (ioctl(fd, KCOV_INIT_TRACE, (unsigned long)COVER_SIZE))
		return false;
	cover = mmap(NULL, COVER_SIZE * sizeof(*cover), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		cover = NULL;
		return false;
	}
	return true;
}

/* True if it was not there */
static bool add(struct set *set, __u64 member)
{
	__u64 hash = random_mix(member, 0) | 1, at, old;

	if (set->count > SET_SIZE / 2)
		return false;
	for (at = hash >> 40; ; at++) {
		old = 0;
		if (__atomic_compare_exchange_n(&set->members[at % SET_SIZE],
						&old, hash, false,
						__ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			break;
		if (old == hash)
			return false;
	}
	__atomic_fetch_add(&set->count, 1, __ATOMIC_RELAXED);
	return true;
}

void kcov_begin(void)
{
	if (cover)
		__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
}

bool kcov_end(void)
{
	unsigned long i, n, last = 0;
	bool new = false;

	if (!cover)
		return false;
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < COVER_SIZE; i++) {
		new |= add(&reached->places, cover[i]);
		new |= add(&reached->ways, random_mix(last, cover[i]));
		last = cover[i];
	}
	return new;
}

unsigned int kcov_places(void)
{
	return reached->places.count;
}

unsigned int kcov_ways(void)
{
	return reached->ways.count;
}
