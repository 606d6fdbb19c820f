// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

#define MS		1000000ULL
/* Draw nothing before PATIENCE, so that short work shows no bar. */
#define PATIENCE	(700 * MS)
#define INTERVAL	(200 * MS)

#define NAME_COLUMNS	20
#define BAR		"##############################"
#define BAR_COLUMNS	(sizeof(BAR) - 1)
/* " [" and "]" */
#define FRAME_COLUMNS	3

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 * MS + (uint64_t)ts.tv_nsec;
}

/* The last column stays empty: some terminals go to the next line after it. */
static size_t room(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long n = 0;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	if (!n && columns)
		n = strtoul(columns, NULL, 10);
	return n ? n - 1 : 79;
}

static void draw_bar(double part, size_t columns)
{
	int width = (int)(columns < BAR_COLUMNS ? columns : BAR_COLUMNS);
	int full = (int)(part * width);

	fprintf(stderr, " [%.*s%*s]", full, BAR, width - full, "");
}

/* If there is too little room, the bar is cut first, the numbers last. */
static void draw(const struct progress *p)
{
	double mib = (double)p->done / (1 << 20);
	double rate = mib * 1e9 / (double)(p->drawn - p->began);
	bool measured = p->total && p->done <= p->total;
	double part = measured ? (double)p->done / (double)p->total : 0;
	size_t left = room();
	size_t name = NAME_COLUMNS;
	char text[64];
	size_t len;

	if (measured)
		snprintf(text, sizeof(text), " %3d %%  %.0f MiB/s",
			 (int)(part * 100), rate);
	else
		snprintf(text, sizeof(text), " %.0f MiB  %.0f MiB/s", mib,
			 rate);
	len = strlen(text);
	if (len > left)
		len = left;
	left -= len;
	if (name > left)
		name = left;
	fputc('\r', stderr);
	quote_print(stderr, p->name, name);
	left -= name;
	if (measured && left > FRAME_COLUMNS)
		draw_bar(part, left - FRAME_COLUMNS);
	fprintf(stderr, "%.*s\033[K", (int)len, text);
	fflush(stderr);
}

/* Shows nothing if name is NULL. */
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
	if (!p->drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
