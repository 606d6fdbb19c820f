// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "first_use.h"
#include "model.h"
#include "random.h"

#define MODPROBE	"/proc/sys/kernel/modprobe"

/* Does the crypto API have the hash, whatever ALG replies? */
static bool registered(const struct algorithm *alg)
{
	FILE *list = fopen("/proc/crypto", "r");
	char line[256], name[64];
	bool found = false;

	while (!found && list && fgets(line, sizeof(line), list))
		found = sscanf(line, "name : %63s", name) == 1 &&
			!strcmp(name, alg->name);
	if (!list || fclose(list))
		abort();
	return found;
}

/* AVAILABLE, UNTRIED or 0; -1 if the reply is wrong, or ALG loads the hash */
static int traits(struct random *r, int fd, const struct algorithm *alg)
{
	const __u32 fips = alg->fips ? HMACDEV_ALG_FIPS : 0;
	struct hmacdev_alg args = { .index = alg - algorithms };
	const bool before = registered(alg);
	bool available;

	if (random_one_in(r, 2)) {
		args.flags = HMACDEV_ALG_BY_NAME;
		args.index = 0;
		strcpy(args.name, alg->name);
	}
	if (call_cmd(fd, HMACDEV_IOC_ALG, &args) ||
	    strcmp(args.name, alg->name))
		return -1;
	args.traits ^= fips;
	available = args.traits == HMACDEV_ALG_AVAILABLE;
	if (available != before || registered(alg) != before)
		return -1;
	return available || args.traits == HMACDEV_ALG_UNTRIED || !args.traits ?
		(int)args.traits : -1;
}

static int try_new(const struct algorithm *alg, __u32 rights)
{
	int fd = open("/dev/hmac", O_RDWR | O_CLOEXEC), err;
	struct hmacdev_new args = {
		.source = HMACDEV_KEY_BYTES,
		.rights = rights,
	};

	strcpy(args.alg, alg->name);
	err = call_cmd(fd, HMACDEV_IOC_NEW, &args);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* An attempt to use it: 0 or -errno */
static int attempt(struct random *r, int fd, const struct algorithm *alg)
{
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_oneshot args = {
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
	};
	int ret;

	if (random_one_in(r, 2)) {
		ret = try_new(alg, HMACDEV_RIGHTS_SIGNER);
		if (ret < 0)
			return ret;
		close(ret);
		return 0;
	}
	strcpy(args.alg, alg->name);
	return call_cmd(fd, HMACDEV_IOC_ONESHOT, &args);
}

/* Does DERIVE do what it should, where there is a key to derive from? */
static bool derives(int parent, const struct algorithm *alg)
{
	struct hmacdev_derive args = { .rights = HMACDEV_RIGHT_SIGN };
	int fd;

	if (parent < 0)
		return true;
	strcpy(args.alg, alg->name);
	fd = call_cmd(parent, HMACDEV_IOC_DERIVE, &args);
	if (fd >= 0)
		close(fd);
	return alg->available ? fd >= 0 : fd == -ENOENT;
}

/* Set the program that loads modules; @old is what it was before. */
static bool swap_modprobe(const char *new, char *old, size_t size)
{
	int fd = open(MODPROBE, O_RDWR | O_CLOEXEC);
	ssize_t len = read(fd, old, size - 1);
	bool done;

	old[len > 0 ? len : 0] = '\0';
	done = len > 0 && pwrite(fd, new, strlen(new), 0) == strlen(new);
	close(fd);
	return done;
}

/* An attempt with another program than modprobe, which cannot load the hash */
static bool attempt_fails(struct random *r, int fd, const struct algorithm *alg,
			  const char *program)
{
	char modprobe[256], other[256];
	int err;

	if (!swap_modprobe(program, modprobe, sizeof(modprobe)))
		return false;
	err = attempt(r, fd, alg);
	return swap_modprobe(modprobe, other, sizeof(other)) && err == -ENOENT;
}

/* Only an attempt that runs modprobe counts; after it, others load the hash. */
static const char *fail_first(struct random *r, int fd, int parent,
			      struct algorithm *alg)
{
	char command[64];

	if (!attempt_fails(r, fd, alg, "/nonexistent\n"))
		return "was used without modprobe";
	if (traits(r, fd, alg) != HMACDEV_ALG_UNTRIED)
		return "is not untried before modprobe was run";
	if (!attempt_fails(r, fd, alg, "/bin/false\n"))
		return "was used when modprobe failed";
	if (traits(r, fd, alg))
		return "has traits after a failed attempt";
	if (attempt(r, fd, alg) != -ENOENT || traits(r, fd, alg))
		return "was tried a second time";
	if (!derives(parent, alg))
		return "was derived after a failed attempt";
	snprintf(command, sizeof(command), "modprobe -q crypto-%s", alg->name);
	if (system(command))
		return NULL;
	if (traits(r, fd, alg) != HMACDEV_ALG_AVAILABLE)
		return "was loaded by others and is not there";
	return NULL;
}

static const char *use_first(struct random *r, int fd, int parent,
			     struct algorithm *alg)
{
	int before = traits(r, fd, alg), err;
	const char *wrong = NULL;

	if (before != HMACDEV_ALG_AVAILABLE && before != HMACDEV_ALG_UNTRIED)
		return "is not either available or untried at first";
	alg->available = before == HMACDEV_ALG_AVAILABLE;
	if (!derives(parent, alg) || traits(r, fd, alg) != before)
		return "was changed by ALG or DERIVE";
	if (before == HMACDEV_ALG_UNTRIED && random_one_in(r, 2))
		wrong = fail_first(r, fd, parent, alg);
	if (wrong)
		return wrong;
	err = attempt(r, fd, alg);
	if (err && (err != -ENOENT || before == HMACDEV_ALG_AVAILABLE))
		return "cannot be used";
	alg->available = !err;
	if (traits(r, fd, alg) != (err ? 0 : HMACDEV_ALG_AVAILABLE))
		return "is not what the attempt showed";
	return derives(parent, alg) ? NULL : "is not derived as it is used";
}

bool first_use_run(__u64 seed)
{
	struct random r = { seed };
	int fd = open("/dev/hmac", O_RDWR | O_CLOEXEC), parent = -1;
	int first = random_below(&r, NR_ALGS), i;
	const char *wrong = fd < 0 ? "has no device" : NULL;
	struct algorithm *alg = NULL;

	for (i = 0; !wrong && i < NR_ALGS; i++) {
		alg = &algorithms[(first + i) % NR_ALGS];
		wrong = use_first(&r, fd, parent, alg);
		if (parent < 0 && alg->available)
			parent = try_new(alg, HMACDEV_RIGHT_DERIVE);
	}
	close(parent);
	close(fd);
	if (wrong)
		printf("# the first use of %s: it %s\n", alg ? alg->name :
		       "algorithms", wrong);
	return !wrong;
}
