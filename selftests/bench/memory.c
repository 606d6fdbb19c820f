// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel memory that contexts take, from the sizes of the slab caches,
 * which have all of it. MemAvailable is too inexact: it also changes by as much
 * with the allocator's own lists.
 */
#include <fcntl.h>
#include <glob.h>
#include <hmacdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "floor/hmac_floor.h"

#define COUNT		10000
#define CACHES_MAX	1024

static const unsigned char key[KEY_LEN];

struct cache {
	char name[64];
	unsigned long objects;
	unsigned long size;
};

struct usage {
	size_t count;
	struct cache caches[CACHES_MAX];
};

static void read_caches(struct usage *u)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	char line[512];

	must(f, "/proc/slabinfo");
	u->count = 0;
	while (fgets(line, sizeof(line), f)) {
		struct cache *c = &u->caches[u->count];

		must(u->count < CACHES_MAX, "as many caches");
		if (sscanf(line, "%63s %lu %*u %lu", c->name, &c->objects,
			   &c->size) == 3)
			u->count++;
	}
	fclose(f);
}

/* What a cache keeps of what was freed would hide what we use. */
static void shrink_caches(void)
{
	glob_t caches;
	size_t i;

	must(!glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches),
	     "/sys/kernel/slab");
	for (i = 0; i < caches.gl_pathc; i++) {
		int fd = open(caches.gl_pathv[i], O_WRONLY);

		must(fd >= 0 && write(fd, "1", 1) == 1, caches.gl_pathv[i]);
		close(fd);
	}
	globfree(&caches);
}

/* Bytes an object; what moves by less is somebody else's. */
#define NOISE	8

static void report(const char *row, const struct usage *before,
		   const struct usage *after)
{
	double all = 0;
	size_t i;

	must(before->count == after->count, "the same caches");
	for (i = 0; i < after->count; i++) {
		const struct cache *c = &after->caches[i];
		double each = ((double)c->objects - before->caches[i].objects) *
			      c->size / COUNT;

		if (each < NOISE)
			continue;
		all += each;
		printf("bytes,%s: %s,sha256,,%.0f\n", row, c->name, each);
	}
	printf("bytes,%s,sha256,,%.0f\n", row, all);
}

static void make_transforms(void)
{
	struct hmac_floor_set set = {
		.template = "hmac(sha256)", .key_len = KEY_LEN,
	};
	uint32_t count = COUNT;
	int fd = open("/dev/hmac_floor", O_RDWR);

	must(fd >= 0, "/dev/hmac_floor");
	must(!ioctl(fd, HMAC_FLOOR_SET, &set), "HMAC_FLOOR_SET");
	must(!ioctl(fd, HMAC_FLOOR_HOLD, &count), "HMAC_FLOOR_HOLD");
}

static void make_contexts(void)
{
	struct hmacdev *h;
	int i;

	for (i = 0; i < COUNT; i++)
		must(!hmacdev_new(&h, "sha256", key, KEY_LEN), "hmacdev_new");
}

static void make_copies(void)
{
	struct hmacdev *h, *copy;
	int i;

	must(!hmacdev_new(&h, "sha256", key, KEY_LEN), "hmacdev_new");
	for (i = 0; i < COUNT; i++)
		must(!hmacdev_copy(h, &copy), "hmacdev_copy");
}

/* In a process of its own, whose end frees it all. */
static void measure(const char *row, void (*make)(void))
{
	static struct usage before, after;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		shrink_caches();
		read_caches(&before);
		make();
		read_caches(&after);
		report(row, &before, &after);
		exit(EXIT_SUCCESS);
	}
	must(waitpid(pid, &status, 0) == pid && !status, row);
	sleep(2);	/* files are freed by RCU */
}

static void grow_fd_limit(void)
{
	struct rlimit limit = { 2 * COUNT, 2 * COUNT };

	must(!setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
}

void memory(void)
{
	grow_fd_limit();
	measure("transform", make_transforms);
	measure("context", make_contexts);
	measure("copy", make_copies);
}
