// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for loading and unloading the module: it cannot be unloaded while a
 * context is open, and repeated loading leaves nothing behind. HMACDEV_LONG=1
 * repeats it a thousand times, which takes minutes under emulation.
 */
#include "hmacdev_module.h"

#define TIMES		150
#define TIMES_LONG	1000
#define WARM		50	/* until the caches have what they keep */

FIXTURE(module)
{
	int fd;
};

FIXTURE_SETUP(module)
{
	if (geteuid())
		SKIP(return, "only root unloads modules");
	self->fd = test_open_half();
}

FIXTURE_TEARDOWN(module)
{
	close(self->fd);
}

TEST_F(module, busy_while_open)
{
	EXPECT_EQ(-EWOULDBLOCK, _test_unload());
	test_half_intact(self->fd);
}

TEST_F(module, busy_while_a_copy_is_open)
{
	int copy = test_copy(self->fd, HMACDEV_RIGHTS_SIGNER);

	close(self->fd);
	EXPECT_EQ(-EWOULDBLOCK, _test_unload());
	test_half_intact(copy);
	self->fd = copy;
}

TEST_F(module, busy_while_a_child_is_open)
{
	int deriver = test_open_deriver();
	int child = test_derive(deriver, "sha256", "", 0, 0,
				HMACDEV_RIGHTS_SIGNER);

	close(deriver);
	close(self->fd);
	EXPECT_EQ(-EWOULDBLOCK, _test_unload());
	test_state(ACTIVE, child);
	self->fd = child;
}

/* What a load takes; less than a kB of it may stay each time */
static const char * const kinds[] = {
	"SUnreclaim:", "Percpu:", "VmallocUsed:",
};

#define NR_KINDS ARRAY_SIZE(kinds)

static int read_memory(long kb[NR_KINDS])
{
	char name[64];
	long value;
	size_t i, found = 0;
	FILE *f = fopen("/proc/meminfo", "re");

	if (!f)
		return -errno;
	while (fscanf(f, "%63s %ld%*[^\n]", name, &value) == 2)
		for (i = 0; i < NR_KINDS; i++)
			if (!strcmp(name, kinds[i])) {
				kb[i] = value;
				found++;
			}
	fclose(f);
	return found == NR_KINDS ? 0 : -EIO;
}

/* Else each time waits for all CPUs to have rested, more than once */
#define EXPEDITED "/sys/kernel/rcu_expedited"

FIXTURE(reload)
{
};

FIXTURE_SETUP(reload)
{
	if (geteuid())
		SKIP(return, "only root unloads modules");
	if (!getenv("HMACDEV_MODULE"))
		SKIP(return, "HMACDEV_MODULE does not say what to load again");
	_test_write_file(EXPEDITED, "1");
	ASSERT_EQ(0, _test_unload());
}

FIXTURE_TEARDOWN(reload)
{
	_test_unload();
	EXPECT_EQ(0, _test_load(""));
	_test_write_file(EXPEDITED, "0");
}

/* It works, in between, all that it needs to be unloaded after */
static void use(struct __test_metadata *_metadata)
{
	int fd = test_open_half(), deriver = test_open_deriver();

	close(test_copy(fd, HMACDEV_RIGHTS_SIGNER));
	close(test_derive(deriver, "sha256", "", 0, 0, HMACDEV_RIGHTS_SIGNER));
	test_half_intact(fd);
	test_half_intact(deriver);
	close(deriver);
	close(fd);
}

TEST_F_TIMEOUT(reload, again_and_again, 800)
{
	const long times = getenv("HMACDEV_LONG") ? TIMES_LONG : TIMES;
	long before[NR_KINDS], after[NR_KINDS];
	long i;

	for (i = 0; i < times; i++) {
		ASSERT_EQ(0, _test_load(""));
		use(_metadata);
		ASSERT_EQ(0, _test_unload());
		test_err_open(ENOENT, O_RDWR);
		if (i == WARM)
			ASSERT_EQ(0, read_memory(before));
	}
	ASSERT_EQ(0, read_memory(after));
	/* What it has of its own, and of memory that was freed, varies more. */
	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		SKIP(return, "this kernel looks for leaks by itself");
	for (i = 0; i < (long)NR_KINDS; i++) {
		TH_LOG("%s %+ld kB", kinds[i], after[i] - before[i]);
		EXPECT_GT(times - WARM, after[i] - before[i]);
	}
}

TEST_HARNESS_MAIN
