// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for a kernel booted with fips=1 that trusts neither the CPU nor the
 * boot loader for random numbers.
 */
#include <signal.h>
#include <sys/random.h>
#include <sys/time.h>

#include "hmacdev_algs.h"
#include "hmacdev_keys.h"

#define SIGNER	HMACDEV_RIGHTS_SIGNER
#define ROOM	HMACDEV_TAG_MAX

static bool is_fips(void)
{
	FILE *f = fopen("/proc/sys/crypto/fips_enabled", "re");
	int on = 0;

	if (!f)
		return false;
	if (fscanf(f, "%d", &on) != 1)
		on = 0;
	fclose(f);
	return on;
}

static bool is_ready(void)
{
	__u8 byte;

	return getrandom(&byte, 1, GRND_NONBLOCK) == 1;
}

static void ignore_alarm(int sig)
{
}

/*
 * While somebody waits for it, the kernel makes the generator ready itself,
 * which takes a second or more: time enough for an alarm.
 */
TEST(random_waits)
{
	struct itimerval every = { { 0, 5000 }, { 0, 5000 } }, never = { };
	struct sigaction action = { .sa_handler = ignore_alarm };
	int fd = test_open();
	__u8 tag[HALF_TAG_LEN];

	if (is_ready())
		SKIP(return, "the kernel's generator is ready already");
	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &every, NULL));
	test_err_new_random(EINTR, fd, 0);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	EXPECT_FALSE(is_ready());
	test_state(UNKEYED, fd);

	/* Nothing else waits. */
	test_oneshot(fd, "sha256", HALF_MSG, HALF_WHOLE, "", 0, tag, 32);
	EXPECT_FALSE(is_ready());

	test_new_random(fd, 0);
	EXPECT_TRUE(is_ready());
	test_mac_sign(fd, "", 0, tag, sizeof(tag));
	test_mac_verify(fd, "", 0, tag, sizeof(tag));
}

FIXTURE(fips)
{
	int fd;
	int log;
};

FIXTURE_SETUP(fips)
{
	if (!is_fips())
		SKIP(return, "the kernel is not in FIPS mode");
	self->fd = test_open();
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
}

FIXTURE_TEARDOWN(fips)
{
	char line[8192];
	ssize_t len;

	/* That a self-test passed is the kernel's to report. */
	while ((len = read(self->log, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		EXPECT_EQ(NULL, strstr(line, "disabled due to FIPS"))
			TH_LOG("logged: %s", line);
	}
	close(self->log);
	close(self->fd);
}

#define KEY_MIN 14	/* 112 bits */

TEST_F(fips, short_keys)
{
	__u8 tag[ROOM];
	int len;

	for (len = 0; len < KEY_MIN; len++) {
		test_err_new_opts(EINVAL, self->fd, "sha256", HALF_MSG, len, 0,
				  SIGNER);
		test_err_oneshot(EINVAL, self->fd, "sha256", HALF_MSG, len, "",
				 0, tag, sizeof(tag));
		if (len)
			test_err_new_random(EINVAL, self->fd, len);
	}
	test_state(UNKEYED, self->fd);
	test_oneshot(self->fd, "sha256", HALF_MSG, KEY_MIN, "", 0, tag, 32);
	test_new_opts(self->fd, "sha256", HALF_MSG, KEY_MIN, 0, SIGNER);
}

TEST_F(fips, short_key_of_a_keyring)
{
	long key;

	key = test_add_key("user", "hmac:short", HALF_MSG, KEY_MIN - 1,
			   KEY_SPEC_PROCESS_KEYRING);
	test_err_new_keyring(EINVAL, self->fd, key);
	key = test_add_key("user", "hmac:long", HALF_MSG, KEY_MIN,
			   KEY_SPEC_PROCESS_KEYRING);
	test_new_keyring(self->fd, key);
}

/* An algorithm that FIPS does not approve fails with ENOENT. */
TEST_F(fips, algorithms)
{
	int deriver = test_open(), child;
	struct hmacdev_alg alg;
	__u8 tag[ROOM];
	__u32 i;

	test_new_opts(deriver, "sha256", HALF_MSG, HALF_WHOLE, 0,
		      HMACDEV_RIGHTS_DERIVER);
	for (i = 0; i < NR_ALGS; i++) {
		ASSERT_EQ(0, _test_alg_index(self->fd, i, &alg));
		EXPECT_STREQ(test_algs[i].name, alg.name);
		if (test_algs[i].fips) {
			EXPECT_NE(0, alg.traits & HMACDEV_ALG_FIPS);
			EXPECT_NE(0, alg.traits & (HMACDEV_ALG_AVAILABLE |
						   HMACDEV_ALG_UNTRIED));
			test_oneshot(self->fd, alg.name, HALF_MSG, HALF_WHOLE,
				     "", 0, tag, alg.digest_size);
			child = test_derive(deriver, alg.name, "", 0, 0, 0);
			close(child);
			continue;
		}
		EXPECT_EQ(0, alg.traits)
			TH_LOG("%s", alg.name);
		test_err_oneshot(ENOENT, self->fd, alg.name, HALF_MSG,
				 HALF_WHOLE, "", 0, tag, sizeof(tag));
		test_err_new_opts(ENOENT, self->fd, alg.name, HALF_MSG,
				  HALF_WHOLE, 0, 0);
		test_err_derive(ENOENT, deriver, alg.name, "", 0, 0, 0);
	}
	close(deriver);
}

TEST_HARNESS_MAIN
