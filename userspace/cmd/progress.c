// SPDX-License-Identifier: LGPL-2.1-or-later
#include <time.h>
#include <unistd.h>

#include "cmd.h"

#define MS		1000000ULL
/* Short work shows nothing. */
#define PATIENCE	(700 * MS)
#define INTERVAL	(200 * MS)

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 * MS + (uint64_t)ts.tv_nsec;
}

static void draw(const struct progress *p)
{
	static const char bar[] = "##############################";
	const int width = sizeof(bar) - 1;
	double mib = (double)p->done / (1 << 20);
	double rate = mib * 1e9 / (double)(p->drawn - p->began);

	if (p->total && p->done <= p->total) {
		double part = (double)p->done / (double)p->total;
		int full = (int)(part * width);

		fprintf(stderr, "\r%.20s [%.*s%*s] %3d %%  %.0f MiB/s\033[K",
			p->name, full, bar, width - full, "",
			(int)(part * 100), rate);
	} else {
		fprintf(stderr, "\r%.20s %.0f MiB  %.0f MiB/s\033[K", p->name,
			mib, rate);
	}
}

/* With a name of NULL nothing is shown. */
void progress_begin(struct progress *p, const char *name, uint64_t total)
{
	if (!isatty(STDERR_FILENO))
		name = NULL;
	*p = (struct progress){ .name = name, .total = total };
	if (name)
		p->began = now();
}

void progress_add(struct progress *p, uint64_t len)
{
	uint64_t t;

	p->done += len;
	if (!p->name)
		return;
	t = now();
	if (t < p->began + PATIENCE || t < p->drawn + INTERVAL)
		return;
	p->drawn = t;
	draw(p);
}

void progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
}
