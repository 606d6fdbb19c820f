/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load and unload the module, set its limits and count its contexts. Each
 * function returns 0 or -errno, and needs root.
 */
#ifndef _HMACDEV_MODULE_H
#define _HMACDEV_MODULE_H

#include <sys/syscall.h>

#include "hmacdev_utils.h"

#define MODULE_CAP "/sys/module/hmacdev/parameters/max_contexts"

static inline int _test_unload(void)
{
	return syscall(SYS_delete_module, "hmacdev", O_NONBLOCK) ? -errno : 0;
}

/* The path in HMACDEV_MODULE */
static inline int _test_load(const char *parameters)
{
	int fd = open(getenv("HMACDEV_MODULE"), O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return ret;
}

static inline int _test_set_cap(unsigned int contexts)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", contexts);
	return _test_write_file(MODULE_CAP, text);
}

static inline int _test_get_cap(unsigned int *contexts)
{
	FILE *f = fopen(MODULE_CAP, "re");
	int ret;

	if (!f)
		return -errno;
	ret = fscanf(f, "%u", contexts) == 1 ? 0 : -EIO;
	fclose(f);
	return ret;
}

/* 0 if a cap of @cap contexts lets one more be opened, else what it says */
static inline int _test_below_cap(unsigned int cap)
{
	int ret = _test_set_cap(cap), fd;

	if (ret)
		return ret;
	fd = _test_open(O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	return close(fd) ? -errno : 0;
}

/* 0 if there are @contexts, neither more nor fewer: the cap is what counts */
static inline int _test_contexts(unsigned int contexts)
{
	unsigned int cap;
	int ret = _test_get_cap(&cap);

	if (ret)
		return ret;
	ret = _test_below_cap(contexts) == -ENFILE ? 0 : -EILSEQ;
	ret = _test_below_cap(contexts + 1) ?: ret;
	return _test_set_cap(cap) ?: ret;
}

#define test_contexts(contexts)						\
	EXPECT_EQ(0, _test_contexts(contexts))

#endif /* _HMACDEV_MODULE_H */
