// SPDX-License-Identifier: GPL-2.0
/*
 * bench speed UNIT BUDGET ROUNDS [ALG...]	cost of a message, by peer
 * bench profile ROW BYTES COUNT		run one peer, for profile.sh
 * bench scaling		rate of threads on one and on two descriptors
 * bench memory			memory that contexts take in the kernel
 *
 * UNIT is the name for a nanosecond of CLOCK_MONOTONIC. Each peer has ROUNDS
 * runs of up to BUDGET units. The first ALG is measured in all sizes, the
 * others in some. Without ALG, only the rows that have targets are measured.
 * The output has lines of unit,row,algorithm,bytes,value. Peers that this
 * machine does not have are left out.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

const struct peer *const peer_lists[] = {
	floor_peers, hmacdev_peers, openssl_peers, afalg_peers, kcapi_peers,
	cryptodev_peers, NULL
};

/* The floor module has the same key and message. */
struct job new_job(const char *alg, size_t size)
{
	static unsigned char bytes[MESSAGE_MAX];
	const EVP_MD *md = EVP_get_digestbyname(alg);
	size_t i;

	must(md, alg);

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	return (struct job){
		.alg = alg, .tag_len = EVP_MD_get_size(md),
		.key = bytes, .msg = bytes, .size = size,
	};
}

/* The message, as a file that takes no disk. */
int message_file(const struct job *job)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	must(write(fd, job->msg, job->size) == (ssize_t)job->size,
	     "write to a memfd");
	return fd;
}

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

static unsigned long number(const char *s)
{
	return strtoul(s, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "speed") && argc >= 5) {
		speed(argv[2], number(argv[3]), number(argv[4]), argv + 5);
	} else if (!strcmp(what, "profile") && argc == 5) {
		profile(argv[2], number(argv[3]), number(argv[4]));
	} else if (!strcmp(what, "scaling") && argc == 2) {
		scaling();
	} else if (!strcmp(what, "memory") && argc == 2) {
		memory();
	} else {
		fputs("usage: see bench.c\n", stderr);
		return 2;
	}
	return 0;
}
