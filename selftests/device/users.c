// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for max_user_contexts: a context counts for the user who made it, also
 * if another user holds it, and never for the limit of another user.
 */
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>

#include "hmacdev_module.h"
#include "hmacdev_users.h"

#define PARAMETERS	"/sys/module/hmacdev/parameters/"
#define USER_MAX	8
#define USERS		200	/* who are there at the same time */
#define FIRST_USER	20000

static int set_parameter(const char *name, unsigned int value)
{
	char path[96], text[16];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	snprintf(text, sizeof(text), "%u", value);
	return _test_write_file(path, text);
}

static int get_parameter(const char *name, unsigned int *value)
{
	char path[96];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	ret = fscanf(f, "%u", value) == 1 ? 0 : -EIO;
	fclose(f);
	return ret;
}

/* Take a capability from this process, or put one in effect that it may have */
static int set_capability(int cap, bool on)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data))
		return -errno;
	if (on)
		data[CAP_TO_INDEX(cap)].effective |= CAP_TO_MASK(cap);
	else
		data[CAP_TO_INDEX(cap)].effective &= ~CAP_TO_MASK(cap);
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

FIXTURE(users)
{
	int signer;		/* both are root's */
	int deriver;
	unsigned int contexts, user_contexts;
	struct stat old;
};

FIXTURE_SETUP(users)
{
	if (geteuid())
		SKIP(return, "only root sets limits");
	ASSERT_EQ(0, stat(HMACDEV_PATH, &self->old));
	ASSERT_EQ(0, get_parameter("max_contexts", &self->contexts));
	ASSERT_EQ(0, get_parameter("max_user_contexts", &self->user_contexts));
	self->signer = test_open_half();
	self->deriver = test_open_deriver();
	ASSERT_EQ(0, set_parameter("max_user_contexts", USER_MAX));
	ASSERT_EQ(0, chmod(HMACDEV_PATH, 0666));
}

FIXTURE_TEARDOWN(users)
{
	close(self->signer);
	close(self->deriver);
	EXPECT_EQ(0, set_parameter("max_contexts", self->contexts));
	EXPECT_EQ(0, set_parameter("max_user_contexts", self->user_contexts));
	EXPECT_EQ(0, chmod(HMACDEV_PATH, self->old.st_mode & 07777));
	test_contexts(0);
}

static int by_open(FIXTURE_DATA(users) *self)
{
	return _test_open(O_RDWR | O_CLOEXEC);
}

static int by_copy(FIXTURE_DATA(users) *self)
{
	return _test_copy(self->signer, COPY);
}

static int by_copy_fresh(FIXTURE_DATA(users) *self)
{
	struct hmacdev_copy arg = { .flags = HMACDEV_COPY_FRESH };

	return _test_ioctl(self->signer, HMACDEV_IOC_COPY, &arg);
}

static int by_derive(FIXTURE_DATA(users) *self)
{
	return _test_derive(self->deriver, "sha256", "", 0, 0, 0);
}

static int (* const makers[])(FIXTURE_DATA(users) *self) = {
	by_open, by_copy, by_copy_fresh, by_derive,
};

/* Make up to @most contexts, in every way; returns how many were made */
static int make_contexts(FIXTURE_DATA(users) *self, int most, int *err)
{
	int made, fd;

	*err = 0;
	for (made = 0; made < most; made++) {
		fd = makers[made % ARRAY_SIZE(makers)](self);
		if (fd < 0) {
			*err = fd;
			break;
		}
	}
	return made;
}

#define test_make(count, errno_after)					\
	do {								\
		int _err;						\
									\
		EXPECT_EQ(count, make_contexts(self, 500, &_err));	\
		EXPECT_EQ(-(errno_after), _err);			\
		check_no_more(_metadata, self, -(errno_after));		\
	} while (0)

/* In every way to make a context */
static void check_no_more(struct __test_metadata *_metadata,
			  FIXTURE_DATA(users) *self, int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(makers); i++)
		EXPECT_EQ(err, makers[i](self));
}

/* How many contexts @uid can have beside what it has */
#define test_room(uid, count)						\
	as_user(uid)							\
		test_make(count, EDQUOT)

/* A process that keeps what it has made until it is killed */
struct keeper {
	pid_t pid;
	int first;		/* its descriptor of the first */
	int made, err;
};

#define start_keeper(keeper, uid, most)					\
	ASSERT_EQ(0, _start_keeper(self, keeper, uid, most))

static void keep(FIXTURE_DATA(users) *self, int to, uid_t uid, int most)
{
	struct keeper k = { .err = become(uid) };

	k.first = dup(to);
	close(k.first);
	if (!k.err)
		k.made = make_contexts(self, most, &k.err);
	if (write(to, &k, sizeof(k)) == sizeof(k))
		pause();
	_exit(1);
}

static int _start_keeper(FIXTURE_DATA(users) *self, struct keeper *k,
			 uid_t uid, int most)
{
	int pipes[2];
	pid_t child;
	ssize_t got;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	child = fork_child();
	if (!child)
		keep(self, pipes[1], uid, most);
	close(pipes[1]);
	got = read(pipes[0], k, sizeof(*k));
	close(pipes[0]);
	k->pid = child;
	return child > 0 && got == sizeof(*k) ? 0 : -EIO;
}

static void end_keeper(struct __test_metadata *_metadata, struct keeper *k)
{
	ASSERT_EQ(0, kill(k->pid, SIGKILL));
	ASSERT_EQ(k->pid, waitpid(k->pid, NULL, 0));
}

/* A user at the limit does not affect other users. */
TEST_F(users, one_at_the_limit)
{
	struct keeper k;

	start_keeper(&k, NOBODY, 500);
	EXPECT_EQ(USER_MAX, k.made);
	EXPECT_EQ(-EDQUOT, k.err);
	test_room(NOBODY, 0);
	test_room(OTHER, USER_MAX);
	close(test_open());
	close(test_copy(self->signer, KEEP));
	end_keeper(_metadata, &k);
	test_room(NOBODY, USER_MAX);
	test_contexts(2);
}

/* A call that fails is not counted, nor is a context that is closed */
TEST_F(users, again_and_again)
{
	int i, fd;

	as_user(NOBODY) {
		for (i = 0; i < 20 * USER_MAX; i++) {
			fd = makers[i % ARRAY_SIZE(makers)](self);
			ASSERT_LE(0, fd);
			close(fd);
			test_err_derive(ENOENT, self->deriver, "none", "", 0, 0,
					0);
			test_err_derive(EFAULT, self->deriver, "sha256",
					TEST_KERNEL_ADDR, 1, 0, 0);
		}
		test_make(USER_MAX, EDQUOT);
	}
	test_contexts(2);
}

/* A context stays counted to its maker, also when only others hold it */
TEST_F(users, passed_on)
{
	struct keeper k;
	int pidfd, got[3], i;

	start_keeper(&k, NOBODY, 500);
	pidfd = syscall(SYS_pidfd_open, k.pid, 0);
	ASSERT_LE(0, pidfd);
	for (i = 0; i < ARRAY_SIZE(got); i++) {
		got[i] = syscall(SYS_pidfd_getfd, pidfd, k.first + i, 0);
		ASSERT_LE(0, got[i]);
	}
	close(pidfd);
	end_keeper(_metadata, &k);
	test_room(NOBODY, USER_MAX - 3);
	test_room(OTHER, USER_MAX);
	for (i = 0; i < ARRAY_SIZE(got); i++) {
		close(got[i]);
		test_room(NOBODY, USER_MAX - 2 + i);
	}
}

/* Root's contexts are not counted to the user who holds them */
TEST_F(users, given)
{
	int given[2 * USER_MAX], i;

	for (i = 0; i < ARRAY_SIZE(given); i++)
		given[i] = test_copy(self->signer, COPY);
	as_user(NOBODY) {
		for (i = 0; i < ARRAY_SIZE(given); i++)
			test_state(ACTIVE, given[i]);
		test_make(USER_MAX, EDQUOT);
	}
	for (i = 0; i < ARRAY_SIZE(given); i++)
		close(given[i]);
}

/* A process that changes its user leaves its contexts counted as before */
TEST_F(users, setuid_after)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, setresuid(OTHER, 0, 0));
		ASSERT_LE(0, by_open(self));
		ASSERT_LE(0, by_copy(self));
		ASSERT_EQ(0, become(NOBODY));
		raise(SIGSTOP);
		test_make(USER_MAX, EDQUOT);
		_exit(0);
	}
	ASSERT_TRUE(comes_true(waitpid(child, NULL, WUNTRACED | WNOHANG)));
	test_room(NOBODY, USER_MAX);
	test_room(OTHER, USER_MAX - 2);
	kill(child, SIGCONT);
	test_end(child, 0);
	test_room(OTHER, USER_MAX);
}

TEST_F(users, real_uid_counts)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, setresuid(OTHER, NOBODY, 0));
		test_make(USER_MAX, EDQUOT);
		ASSERT_EQ(0, setresuid(-1, 0, -1));
		test_room(NOBODY, USER_MAX);
		test_room(OTHER, 0);
		_exit(0);
	}
	test_end(child, 0);
}

TEST_F(users, root_without_the_capability)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, set_capability(CAP_SYS_RESOURCE, false));
		test_make(USER_MAX - 2, EDQUOT);
		_exit(0);
	}
	test_end(child, 0);
}

/* Of two errors, the state's comes before the limit's */
TEST_F(users, copy_of_a_finalized_one)
{
	__u8 tag[HALF_TAG_LEN];
	int err;

	as_user(NOBODY) {
		int fd = test_open_half();

		test_finalize(fd, tag, sizeof(tag));
		EXPECT_EQ(USER_MAX - 1, make_contexts(self, 500, &err));
		test_err_copy(EBADFD, fd, KEEP);
		test_err_copy_fresh(EDQUOT, fd, KEEP);
	}
}

TEST_F(users, capability_goes_over)
{
	pid_t child = fork_child();
	int err;

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
		ASSERT_EQ(0, become(NOBODY));
		ASSERT_EQ(0, set_capability(CAP_SYS_RESOURCE, true));
		EXPECT_EQ(3 * USER_MAX,
			  make_contexts(self, 3 * USER_MAX, &err));
		/* They count all the same. */
		ASSERT_EQ(0, set_capability(CAP_SYS_RESOURCE, false));
		check_no_more(_metadata, self, -EDQUOT);
		_exit(0);
	}
	test_end(child, 0);
	test_room(NOBODY, USER_MAX);
}

/* In a new user namespace a process has every capability */
static void check_namespace(struct __test_metadata *_metadata,
			    FIXTURE_DATA(users) *self, const char *map,
			    int room)
{
	if (unshare(CLONE_NEWUSER))
		SKIP(return, "no user namespaces: %s", strerror(errno));
	if (map) {
		ASSERT_EQ(0, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
		ASSERT_EQ(0, _test_write_file("/proc/self/uid_map", map));
		ASSERT_EQ(0, getuid());
	}
	test_make(room, EDQUOT);
}

TEST_F(users, user_namespace)
{
	struct keeper k;

	as_user(NOBODY)
		check_namespace(_metadata, self, NULL, USER_MAX);
	as_user(NOBODY)
		check_namespace(_metadata, self, "0 65534 1", USER_MAX);
	start_keeper(&k, NOBODY, 3);
	as_user(NOBODY)
		check_namespace(_metadata, self, "0 65534 1", USER_MAX - 3);
	end_keeper(_metadata, &k);
}

/* Each subordinate UID has its own limit. */
TEST_F(users, subordinate_uid)
{
	char map[40];
	struct keeper k;
	pid_t child;

	start_keeper(&k, FIRST_USER, 3);
	child = fork_child();
	ASSERT_LE(0, child);
	if (!child) {
		if (unshare(CLONE_NEWUSER))
			SKIP(_exit(0), "no user namespaces");
		raise(SIGSTOP);
		ASSERT_EQ(0, setresuid(1, 1, 1));
		test_make(USER_MAX, EDQUOT);
		_exit(0);
	}
	ASSERT_TRUE(comes_true(waitpid(child, NULL, WUNTRACED | WNOHANG)));
	snprintf(map, sizeof(map), "/proc/%d/uid_map", child);
	EXPECT_EQ(0, _test_write_file(map, "0 20000 2"));
	kill(child, SIGCONT);
	test_end(child, 0);
	end_keeper(_metadata, &k);
}

/* Many users at the same time: each can reach the limit. */
TEST_F(users, many)
{
	int fds[USERS][2], i, j;
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, set_parameter("max_user_contexts", 2));
		ASSERT_EQ(0, set_capability(CAP_SYS_RESOURCE, false));
		for (j = 0; j < 2; j++) {
			for (i = 0; i < USERS; i++) {
				ASSERT_EQ(0, setresuid(FIRST_USER + i, 0, 0));
				fds[i][0] = by_open(self);
				fds[i][1] = by_copy(self);
				ASSERT_LE(0, fds[i][0]);
				ASSERT_LE(0, fds[i][1]);
				check_no_more(_metadata, self, -EDQUOT);
			}
			for (i = 0; i < 2 * USERS; i++)
				close(fds[i / 2][i % 2]);
		}
		_exit(0);
	}
	test_end(child, 0);
	test_contexts(2);
}

#define RACERS 4

/* Processes of one user that open at the same time */
TEST_F(users, at_the_same_time)
{
	struct keeper k[RACERS];
	pid_t child[RACERS];
	int pipes[2], go[2], i, made = 0;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(go, O_CLOEXEC));
	for (i = 0; i < RACERS; i++) {
		child[i] = fork_child();
		ASSERT_LE(0, child[i]);
		if (!child[i]) {
			close(go[1]);
			EXPECT_EQ(0, read(go[0], &i, sizeof(i)));
			keep(self, pipes[1], NOBODY, 500);
		}
	}
	close(go[1]);
	for (i = 0; i < RACERS; i++) {
		ASSERT_EQ(sizeof(k[i]), read(pipes[0], &k[i], sizeof(k[i])));
		EXPECT_EQ(-EDQUOT, k[i].err);
		made += k[i].made;
	}
	EXPECT_EQ(USER_MAX, made);
	for (i = 0; i < RACERS; i++) {
		k[i].pid = child[i];
		end_keeper(_metadata, &k[i]);
	}
	test_room(NOBODY, USER_MAX);
}

/* A lower limit closes no context. */
TEST_F(users, lower_limit)
{
	struct keeper k;
	int fd;

	start_keeper(&k, NOBODY, USER_MAX);
	ASSERT_EQ(0, set_parameter("max_user_contexts", USER_MAX / 2));
	test_room(NOBODY, 0);
	test_room(OTHER, USER_MAX / 2);
	end_keeper(_metadata, &k);
	test_room(NOBODY, USER_MAX / 2);
	ASSERT_EQ(0, set_parameter("max_user_contexts", 0));
	test_room(NOBODY, 0);
	fd = test_open();
	test_new_opts(fd, "sha256", "", 0, 0, 0);
	close(fd);
}

/* The last sixteenth of all is for CAP_SYS_RESOURCE */
TEST_F(users, reserve)
{
	struct keeper k;
	pid_t child;

	ASSERT_EQ(0, set_parameter("max_contexts", 32));
	ASSERT_EQ(0, set_parameter("max_user_contexts", 100));
	start_keeper(&k, NOBODY, 100);
	EXPECT_EQ(32 - 2 - 2, k.made);
	EXPECT_EQ(-ENFILE, k.err);
	as_user(OTHER)
		test_make(0, ENFILE);
	as_user(OTHER) {
		if (!unshare(CLONE_NEWUSER))
			test_make(0, ENFILE);
	}
	child = fork_child();
	ASSERT_LE(0, child);
	if (!child) {
		test_make(2, ENFILE);
		_exit(0);
	}
	test_end(child, 0);
	end_keeper(_metadata, &k);
	as_user(OTHER)
		test_make(32 - 2 - 2, ENFILE);
}

TEST_HARNESS_MAIN
