// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that only the first use of an algorithm loads a module. If the module
 * cannot be loaded, no user can cause a second attempt, and nothing is logged.
 */
#include <sys/stat.h>
#include <sys/utsname.h>

#include "hmacdev_module.h"
#include "hmacdev_users.h"

#define TRACING		"/sys/kernel/tracing/instances/hmacdev-hostile"
#define EVENT		TRACING "/events/module/module_request/enable"
#define MODPROBE	"/proc/sys/kernel/modprobe"
#define SLOW		"/tmp/hmacdev-modprobe"
#define ATTEMPT		1	/* name that modprobe is run for */
#define LOADABLE	"rmd160"	/* hash and module */
#define ASKERS		4
#define TIMES		25

FIXTURE(modules)
{
	char absent[HMACDEV_NAME_LEN];	/* an algorithm, "" if none is */
	int log;
	struct stat old;
};

/* The number of modules that the kernel requested */
static int requests(void)
{
	FILE *f = fopen(TRACING "/trace", "re");
	char line[512];
	int count = 0;

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		if (strstr(line, ": module_request: "))
			count++;
	fclose(f);
	return count;
}

#define test_requests(count)	EXPECT_EQ(count, requests())

/* ONESHOT loads what can be loaded: ENOENT is an algorithm that cannot be */
static int find_absent(char *name)
{
	int fd = _test_open(O_RDWR | O_CLOEXEC), ret = 0;
	struct hmacdev_alg alg;
	__u8 tag[ROOM];
	__u32 i;

	if (fd < 0)
		return fd;
	for (i = 0; !*name && !ret; i++) {
		if (_test_alg_index(fd, i, &alg))
			break;
		if (_test_oneshot(fd, alg.name, "", 0, "", 0, tag, ROOM) ==
		    -ENOENT)
			strcpy(name, alg.name);
	}
	close(fd);
	return ret;
}

static int reload(void)
{
	int ret = _test_unload() ?: _test_load("");

	if (ret)
		return ret;
	return chmod(HMACDEV_PATH, 0666) ? -errno : 0;
}

FIXTURE_SETUP(modules)
{
	if (geteuid())
		SKIP(return, "only root loads modules");
	if (!getenv("HMACDEV_MODULE"))
		SKIP(return, "HMACDEV_MODULE does not say what to load again");
	ASSERT_EQ(0, stat(HMACDEV_PATH, &self->old));
	ASSERT_EQ(0, find_absent(self->absent));
	/* If it is a module, its notifier is called after the others. */
	if (system("modprobe -q crc-t10dif"))
		TH_LOG("no crc-t10dif");
	ASSERT_EQ(0, reload());
	mkdir(TRACING, 0700);
	if (_test_write_file(EVENT, "1"))
		SKIP(return, "no tracing of module requests here");
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
	test_requests(0);
}

/* Lines of the log that a call may have caused; a slow machine has others */
static bool is_ours(const char *line)
{
	static const char * const words[] = {
		"hmac", "crypto", "alg:", "request_module", "modprobe",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

FIXTURE_TEARDOWN(modules)
{
	char line[8192];
	ssize_t len;

	while (self->log > 0 &&
	       (len = read(self->log, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		EXPECT_FALSE(is_ours(line))
			TH_LOG("logged: %s", line);
	}
	close(self->log);
	_test_write_file(EVENT, "0");
	rmdir(TRACING);
	EXPECT_EQ(0, chmod(HMACDEV_PATH, self->old.st_mode & 07777));
}

#define test_traits(_traits, fd, name)					\
	do {								\
		struct hmacdev_alg _alg;				\
									\
		test_alg(fd, name, &_alg);				\
		EXPECT_EQ(_traits, _alg.traits & ~HMACDEV_ALG_FIPS)	\
			TH_LOG("%s", name);				\
	} while (0)

/* A descriptor, with or without a key, and without a right */
static int open_without_right(struct __test_metadata *_metadata, bool keyed)
{
	int fd = test_open();

	if (keyed)
		test_new_opts(fd, "sha256", "", 0, 0, 0);
	return fd;
}

static void ask_for_all(struct __test_metadata *_metadata, int fd)
{
	struct hmacdev_info info;
	struct hmacdev_alg alg;
	char name[64];
	__u32 i;

	for (i = 0; !_test_alg_index(fd, i, &alg); i++) {
		snprintf(name, sizeof(name), "hmac(%s)", alg.name);
		test_alg(fd, name, &alg);
		EXPECT_NE(HMACDEV_ALG_AVAILABLE | HMACDEV_ALG_UNTRIED,
			  alg.traits & ~HMACDEV_ALG_FIPS);
	}
	EXPECT_LT(0, i);
	test_err_alg(ENOENT, fd, "no-such-hash", &alg);
	test_info(fd, &info);
}

TEST_F(modules, alg)
{
	int keyed;

	as_user(NOBODY)
		for (keyed = 0; keyed < 2; keyed++)
			ask_for_all(_metadata,
				    open_without_right(_metadata, keyed));
	test_requests(0);
}

/* The kernel requests no module for an unknown name. */
TEST_F(modules, unknown_names)
{
	static const char * const names[] = {
		"no-such-hash", "crc32c", "hmac(crc32c)", "cmac(aes)",
		"authenc(hmac(sha256),cbc(aes))", "../sm3", "sm3-generic",
	};
	int fd, deriver;
	__u8 tag[ROOM];
	size_t i;

	as_user(NOBODY) {
		fd = test_open();
		deriver = test_open_deriver();
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			test_err_new(ENOENT, fd, names[i], "", 0);
			test_err_oneshot(ENOENT, fd, names[i], "", 0, "", 0,
					 tag, sizeof(tag));
			test_err_derive(ENOENT, deriver, names[i], "", 0, 0, 0);
		}
	}
	test_requests(0);
}

static void use_absent(struct __test_metadata *_metadata, const char *name,
		       int times)
{
	int fd = open_without_right(_metadata, true), unkeyed = test_open();
	__u8 tag[ROOM];

	while (times--) {
		test_err_new_opts(ENOENT, unkeyed, name, "", 0, 0, 0);
		test_err_oneshot(ENOENT, fd, name, "", 0, "", 0, tag,
				 sizeof(tag));
	}
	test_state(UNKEYED, unkeyed);
}

static void use_absent_by_many(struct __test_metadata *_metadata,
			       const char *name)
{
	pid_t child[ASKERS];
	int i;

	for (i = 0; i < ASKERS; i++) {
		child[i] = fork_child();
		ASSERT_LE(0, child[i]);
		if (!child[i]) {
			ASSERT_EQ(0, become(NOBODY));
			use_absent(_metadata, name, TIMES);
			_exit(0);
		}
	}
	for (i = 0; i < ASKERS; i++)
		test_end(child[i], 0);
}

#define need_absent()							\
	do {								\
		if (!*self->absent)					\
			SKIP(return, "this kernel has every algorithm"); \
	} while (0)

TEST_F(modules, absent)
{
	int fd = test_open(), first;

	need_absent();
	test_traits(HMACDEV_ALG_UNTRIED, fd, self->absent);
	as_user(NOBODY)
		use_absent(_metadata, self->absent, 1);
	first = requests();
	EXPECT_LT(0, first);
	EXPECT_GE(ATTEMPT, first);
	test_traits(0, fd, self->absent);
	use_absent_by_many(_metadata, self->absent);
	use_absent(_metadata, self->absent, 1);
	test_requests(first);
	test_traits(0, fd, self->absent);
	close(fd);
}

/* Many first uses at the same time request the module once. */
TEST_F(modules, absent_for_many)
{
	need_absent();
	use_absent_by_many(_metadata, self->absent);
	EXPECT_LT(0, requests());
	EXPECT_GE(ATTEMPT, requests());
}

TEST_F(modules, derive)
{
	int fd = test_open_deriver();

	need_absent();
	test_err_derive(ENOENT, fd, self->absent, "", 0, 0, 0);
	test_requests(0);
	test_traits(HMACDEV_ALG_UNTRIED, fd, self->absent);
	close(fd);
}

/* A call that fails before it needs the algorithm requests no module. */
TEST_F(modules, wrong_arguments)
{
	int fd = test_open();
	__u8 tag[ROOM];

	need_absent();
	test_err_new_opts(EINVAL, fd, self->absent, "", 0, 0, 1U << 31);
	test_err_new_opts(EINVAL, fd, self->absent, "", 0, 0, SIGN | DERIVE);
	test_err_oneshot(EINVAL, fd, self->absent, "", 0, "",
			 HMACDEV_MSG_MAX + 1, tag, sizeof(tag));
	test_requests(0);
	close(fd);
}

static int unload_hash(void)
{
	return syscall(SYS_delete_module, LOADABLE, O_NONBLOCK) ? -errno : 0;
}

static int load_hash(void)
{
	return system("modprobe " LOADABLE) ? -EIO : 0;
}

/* Unload the hash; skip the test if it is not a module. */
#define need_loadable()							\
	do {								\
		if (load_hash() || unload_hash())			\
			SKIP(return, LOADABLE " is no module here");	\
	} while (0)

TEST_F(modules, loaded_by_new)
{
	int fd = test_open(), seen;
	__u8 tag[ROOM];

	need_loadable();
	test_traits(HMACDEV_ALG_UNTRIED, fd, LOADABLE);
	as_user(NOBODY)
		test_err_derive(ENOENT, test_open_deriver(), LOADABLE, "", 0, 0,
				0);
	test_requests(0);
	as_user(NOBODY) {
		test_new_opts(test_open(), LOADABLE, "", 0, 0, 0);
		test_traits(HMACDEV_ALG_AVAILABLE, fd, LOADABLE);
	}
	seen = requests();
	EXPECT_LT(0, seen);
	as_user(NOBODY) {
		close(test_derive(test_open_deriver(), LOADABLE, "", 0, 0, 0));
		test_oneshot(fd, LOADABLE, "", 0, "", 0, tag, 20);
	}
	test_requests(seen);
	close(fd);
}

/* Have the kernel run @path; 0 with what it ran before in @old, or -errno */
static int replace_modprobe(const char *path, char *old, int size)
{
	FILE *f = fopen(MODPROBE, "re");
	char *line;

	if (!f)
		return -errno;
	line = fgets(old, size, f);
	fclose(f);
	return line ? _test_write_file(MODPROBE, path) : -EIO;
}

static int make_slow_modprobe(void)
{
	int fd = open(SLOW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	if (fd < 0)
		return -errno;
	close(fd);
	return _test_write_file(SLOW, "#!/bin/sh\nexec sleep 60\n");
}

/* Whether request_module() returns the same to whoever waited for its turn */
static bool killed_may_have_waited(void)
{
	unsigned int major, minor;
	struct utsname name;

	uname(&name);
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major < 6 || (major == 6 && minor < 4);
}

/* A caller that is killed while modprobe runs has made the attempt */
TEST_F(modules, killed)
{
	char old[256];
	int i, fd = test_open();
	__u8 tag[ROOM];
	pid_t child;

	need_absent();
	if (killed_may_have_waited())
		SKIP(return, "before 6.4, a killed caller has made no attempt");
	ASSERT_EQ(0, make_slow_modprobe());
	ASSERT_EQ(0, replace_modprobe(SLOW, old, sizeof(old)));
	for (i = 0; i < 3; i++) {
		child = fork_child();
		ASSERT_LE(0, child);
		if (!child)
			_exit(_test_oneshot(fd, self->absent, "", 0, "", 0, tag,
					    ROOM) != -ENOENT);
		EXPECT_TRUE(comes_true(requests() == ATTEMPT));
		if (!i)
			EXPECT_EQ(0, kill(child, SIGKILL));
		test_end(child, i ? 0 : -EINTR);
	}
	test_requests(ATTEMPT);
	test_traits(0, fd, self->absent);
	EXPECT_EQ(0, _test_write_file(MODPROBE, old));
	EXPECT_EQ(0, unlink(SLOW));
	close(fd);
}

static void no_effect(int nr)
{
}

/* While modprobe runs, a signal interrupts who waits for it. No other waits. */
TEST_F(modules, during_an_attempt)
{
	const struct sigaction action = { .sa_handler = no_effect };
	pid_t first, second;
	char old[256];
	int fd = test_open(), status;
	__u8 tag[ROOM];

	need_absent();
	ASSERT_EQ(0, make_slow_modprobe());
	ASSERT_EQ(0, replace_modprobe(SLOW, old, sizeof(old)));
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	first = fork_child();
	ASSERT_LE(0, first);
	if (!first)
		_exit(_test_oneshot(fd, self->absent, "", 0, "", 0, tag, ROOM));
	EXPECT_TRUE(comes_true(requests() == ATTEMPT));

	second = fork_child();
	ASSERT_LE(0, second);
	if (!second) {
		EXPECT_EQ(28, _test_oneshot(fd, "sha224", "", 0, "", 0, tag,
					    ROOM));
		_exit(_test_oneshot(fd, self->absent, "", 0, "", 0, tag,
				    ROOM) != -EINTR);
	}
	EXPECT_TRUE(comes_true(!kill(second, SIGUSR1) &&
			       waitpid(second, &status, WNOHANG) == second));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, waitpid(first, &status, WNOHANG));
	EXPECT_EQ(0, kill(first, SIGKILL));
	test_end(first, -EINTR);
	EXPECT_EQ(0, _test_write_file(MODPROBE, old));
	EXPECT_EQ(0, unlink(SLOW));
	close(fd);
}

/* A hash that is loaded after a failed attempt is used and not asked for */
TEST_F(modules, loaded_later)
{
	int fd = test_open(), tried;
	char old[256];
	__u8 tag[ROOM];

	need_loadable();
	ASSERT_EQ(0, replace_modprobe("/bin/false", old, sizeof(old)));
	use_absent_by_many(_metadata, LOADABLE);
	EXPECT_EQ(0, _test_write_file(MODPROBE, old));
	tried = requests();
	EXPECT_LT(0, tried);
	EXPECT_GE(ATTEMPT, tried);
	test_traits(0, fd, LOADABLE);
	use_absent(_metadata, LOADABLE, 1);
	test_requests(tried);

	ASSERT_EQ(0, load_hash());
	test_traits(HMACDEV_ALG_AVAILABLE, fd, LOADABLE);
	as_user(NOBODY) {
		test_oneshot(fd, LOADABLE, "", 0, "", 0, tag, 20);
		test_new_opts(test_open(), LOADABLE, "", 0, 0, 0);
	}
	test_requests(tried);
	close(fd);
}

TEST_HARNESS_MAIN
