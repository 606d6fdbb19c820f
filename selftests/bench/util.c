// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

void die(const char *what)
{
	fflush(stdout);
	perror(what);
	exit(EXIT_FAILURE);
}

void *must_alloc(size_t size)
{
	void *p = calloc(1, size);

	must(p, "calloc");
	return p;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}
