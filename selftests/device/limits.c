// SPDX-License-Identifier: GPL-2.0
/*
 * Tests at the limit of contexts, descriptors, open files and memory: a call
 * returns the right error, leaks nothing, and works again below the limit.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hmacdev_module.h"
#include "hmacdev_users.h"

#define ALL	HMACDEV_RIGHTS_SIGNER

/* How many references there are to all HMAC transforms: each key has one */
static int count_references(void)
{
	FILE *f = fopen("/proc/crypto", "re");
	char line[256], name[128] = "";
	int refs, sum = 0;

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "name : %127s", name) == 1)
			continue;
		if (!strncmp(name, "hmac(", 5) &&
		    sscanf(line, "refcnt : %d", &refs) == 1)
			sum += refs;
	}
	fclose(f);
	return sum;
}

FIXTURE(limits)
{
	int fd;
	int deriver;
	unsigned int cap;
	int references;
};

FIXTURE_SETUP(limits)
{
	if (geteuid())
		SKIP(return, "only root sets limits");
	self->fd = test_open_half();
	self->deriver = test_open_deriver();
	ASSERT_EQ(0, _test_get_cap(&self->cap));
	/* The first use of an algorithm adds references. */
	close(test_derive(self->deriver, "sha512", "", 0, 0, ALL));
	test_contexts(2);
	self->references = count_references();
	ASSERT_LT(2, self->references);
}

/* No context and no key is left. */
FIXTURE_TEARDOWN(limits)
{
	EXPECT_EQ(0, _test_set_cap(self->cap));
	test_half_intact(self->fd);
	test_half_intact(self->deriver);
	close(self->fd);
	close(self->deriver);
	test_contexts(0);
	EXPECT_EQ(self->references - 2, count_references());
}

TEST_F(limits, contexts)
{
	int second;

	ASSERT_EQ(0, _test_set_cap(3));
	second = test_open();
	test_err_open(ENFILE, O_RDWR);
	test_err_copy(ENFILE, self->fd, ALL);
	test_err_copy_fresh(ENFILE, self->fd, ALL);
	test_err_derive(ENFILE, self->deriver, "sha256", "", 0, 0, ALL);
	close(second);
	second = test_copy(self->fd, ALL);
	test_err_open(ENFILE, O_RDWR);
	close(second);
	second = test_derive(self->deriver, "sha256", "", 0, 0, ALL);
	test_err_open(ENFILE, O_RDWR);
	close(second);
	test_contexts(2);
}

/* A lower limit closes no context that exists. */
TEST_F(limits, fewer_contexts_than_there_are)
{
	int copy = test_copy(self->fd, ALL);

	ASSERT_EQ(0, _test_set_cap(1));
	test_half_intact(copy);
	test_err_open(ENFILE, O_RDWR);
	close(copy);
	test_err_open(ENFILE, O_RDWR);
	ASSERT_EQ(0, _test_set_cap(0));
	test_err_copy(ENFILE, self->fd, ALL);
}

/* Threads that make and close contexts at the limit */

#define TAKERS		4
#define TAKEN_MAX	7	/* contexts, with the fixture's */
#define TAKING_MS	2000

struct taker {
	pthread_t thread;
	int fd;
	int *held;		/* contexts, by all of them */
	volatile bool *stop;
	int most;		/* that were held at once */
	int err;		/* what else than ENFILE was said */
};

static void *take_contexts(void *arg)
{
	struct taker *t = arg;
	int fd[3], held, i;

	while (!*t->stop) {
		fd[0] = _test_open(O_RDWR | O_CLOEXEC);
		fd[1] = _test_copy(t->fd, ALL);
		fd[2] = _test_open(O_RDWR | O_CLOEXEC);
		for (i = 0; i < 3; i++) {
			if (fd[i] >= 0) {
				held = __atomic_add_fetch(t->held, 1,
							  __ATOMIC_SEQ_CST);
				t->most = held > t->most ? held : t->most;
			} else if (fd[i] != -ENFILE) {
				t->err = fd[i];
			}
		}
		for (i = 0; i < 3; i++) {
			if (fd[i] < 0)
				continue;
			__atomic_fetch_sub(t->held, 1, __ATOMIC_SEQ_CST);
			close(fd[i]);
		}
	}
	return NULL;
}

TEST_F(limits, contexts_of_many_threads)
{
	volatile bool stop = false;
	struct taker t[TAKERS];
	int i, held = 2;

	ASSERT_EQ(0, _test_set_cap(TAKEN_MAX));
	for (i = 0; i < TAKERS; i++) {
		t[i] = (struct taker) {
			.fd = self->fd, .held = &held, .stop = &stop,
		};
		ASSERT_EQ(0, pthread_create(&t[i].thread, NULL, take_contexts,
					    &t[i]));
	}
	usleep(1000 * TAKING_MS);
	stop = true;
	for (i = 0; i < TAKERS; i++) {
		pthread_join(t[i].thread, NULL);
		EXPECT_EQ(0, t[i].err);
		EXPECT_GE(TAKEN_MAX, t[i].most);
	}
	test_contexts(2);
}

/* Every call that makes a context fails at the limit with @err. */
static void check_no_more(struct __test_metadata *_metadata,
			  FIXTURE_DATA(limits) *self, int err)
{
	int i;

	for (i = 0; i < 100; i++) {
		EXPECT_EQ(err, _test_open(O_RDWR | O_CLOEXEC));
		EXPECT_EQ(err, _test_copy(self->fd, ALL));
		EXPECT_EQ(err, _test_copy_fresh(self->fd, ALL));
		EXPECT_EQ(err, _test_derive(self->deriver, "sha512", "", 0, 0,
					    ALL));
	}
}

TEST_F(limits, descriptors)
{
	struct rlimit old, tight;
	int next = dup(self->fd);

	ASSERT_LE(0, next);
	close(next);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	tight = old;
	tight.rlim_cur = next;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &tight));
	check_no_more(_metadata, self, -EMFILE);
	test_half_intact(self->fd);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
	test_contexts(2);
	EXPECT_EQ(next, test_copy(self->fd, ALL));
	test_half_intact(next);
	close(next);
}

#define FILE_MAX "/proc/sys/fs/file-max"

/* A user who is not root gets ENFILE at the limit of open files. */
TEST_F(limits, files_of_the_system)
{
	int next = dup(self->fd), status;
	char old[32] = { };
	int file = open(FILE_MAX, O_RDONLY | O_CLOEXEC);
	pid_t child;

	ASSERT_LT(0, read(file, old, sizeof(old) - 1));
	close(file);
	ASSERT_EQ(0, chmod(HMACDEV_PATH, 0666));
	close(next);
	ASSERT_EQ(0, _test_write_file(FILE_MAX, "0"));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, setresuid(65534, 65534, 65534));
		check_no_more(_metadata, self, -ENFILE);
		/* No number of a descriptor was lost. */
		EXPECT_EQ(next, dup(self->fd));
		_exit(_metadata->exit_code);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, _test_write_file(FILE_MAX, old));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, chmod(HMACDEV_PATH, 0660));
	test_contexts(2);
}

/*
 * Memory: a control group with little of it, and processes in there that make
 * contexts. What the kernel's log says of the group's end is the kernel's own;
 * of the module there must not be a word.
 */

#define GROUPS		"/sys/fs/cgroup/"
#define GROUP		GROUPS "hmacdev-limits/"
#define GROUP_BYTES	(4UL << 20)
#define SLACK_BYTES	(1UL << 20)	/* CPUs keep some for what is next */
#define SLACK_SLAB	(64UL << 10)
#define SETTLE_MS	20000		/* until what was closed is freed */
#define GROUP_MS	200000		/* for a process in the group */
#define FDS		16384		/* more contexts than fit */
#define LARGE		50000		/* takes heap, as a message and a key */
#define SERIES		1000		/* of one kind of file */
#define FIRST_UID	100000

/* Files, of which one kind takes more memory than another by one object */
enum {
	NULL_DEVICES,
	UNKEYED,		/* with a context */
	NULL_DEVICES_OF_USERS,
	UNKEYED_OF_USERS,	/* with an entry for each user */
	KEYED,			/* with the state of a message */
	KEYED_WITH_MORE,	/* with a larger state */
	DERIVED,		/* with a key of its own */
	KINDS
};

/* What a process in the group tells; it shares it, and allocates nothing */
struct report {
	int joined;
	int made;		/* contexts, until ... */
	int err;		/* ... this was said */
	int rest_err;		/* what was said when there was no room */
	int wrong;		/* of them, not what they should be */
	int refused[8];		/* what calls said that need memory */
	int again;		/* made after all were closed */
	int again_wrong;
	long bytes[KINDS];	/* that the group is charged for a series */
};

FIXTURE(memory)
{
	int fd;
	int deriver;
	int unkeyed;
	int log;
	bool in_report;
	struct report *report;
	__u8 *large;
};

FIXTURE_SETUP(memory)
{
	if (geteuid())
		SKIP(return, "only root makes groups");
	if (_test_write_file(GROUPS "cgroup.subtree_control", "+memory"))
		SKIP(return, "no cgroups of version 2 with memory");
	rmdir(GROUP);
	ASSERT_EQ(0, mkdir(GROUP, 0755));
	ASSERT_EQ(0, _test_write_file(GROUP "memory.max", "4194304"));
	self->fd = test_open_half();
	self->deriver = test_open_deriver();
	self->unkeyed = test_open();
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
	self->report = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->report);
	memset(self->report, 0, sizeof(*self->report));
	self->large = calloc(1, LARGE);
	ASSERT_NE(NULL, self->large);
	test_contexts(3);
}

FIXTURE_TEARDOWN(memory)
{
	test_half_intact(self->fd);
	test_half_intact(self->deriver);
	close(self->fd);
	close(self->deriver);
	close(self->unkeyed);
	close(self->log);
	test_contexts(0);
	EXPECT_EQ(0, rmdir(GROUP));
}

static long read_group(const char *name)
{
	FILE *f = fopen(name, "re");
	long value = -1;

	if (!f)
		return -errno;
	if (fscanf(f, "%ld", &value) != 1)
		value = -EIO;
	fclose(f);
	return value;
}

/* What the kernel says of a machine that is slow, whatever runs there */
static bool is_slowness(const char *text)
{
	return strstr(text, "hrtimer: interrupt took ") ||
		strstr(text, "perf: interrupt took too long ") ||
		strstr(text, "clocksource: ") || strstr(text, " hogged CPU ");
}

/* Read what was logged; only what is said as a group runs out may be there */
static void check_log(struct __test_metadata *_metadata,
		      FIXTURE_DATA(memory) *self)
{
	char line[8192], *text;
	ssize_t len;

	while ((len = read(self->log, line, sizeof(line) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		ASSERT_LT(0, len)
			TH_LOG("the log overran");
		line[len] = '\0';
		text = strchr(line, ';');
		ASSERT_NE(NULL, text++);
		*strchrnul(text, '\n') = '\0';
		if (strstr(text, " invoked oom-killer: "))
			self->in_report = true;
		EXPECT_TRUE(self->in_report || strstr(text, "oom_reaper: ") ||
			    strstr(text, "callbacks suppressed") ||
			    is_slowness(text))
			TH_LOG("logged: %s", text);
		if (strstr(text, "Killed process") ||
		    strstr(text, "no killable processes"))
			self->in_report = false;
	}
}

/*
 * Stay on this CPU. Of what another keeps for the group, some comes back a
 * while after a call was refused.
 */
static int stay_on_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) ? -errno : 0;
}

/* Join the group, with all memory allocated that the process needs later. */
static int join_group(FIXTURE_DATA(memory) *self, const char *oom_score_adj)
{
	struct rlimit fds = { FDS, FDS };
	int ret = stay_on_cpu();

	if (setrlimit(RLIMIT_NOFILE, &fds) ||
	    dup2(self->fd, FDS - 1) < 0 || close(FDS - 1))
		ret = -errno;
	ret = ret ?: _test_write_file("/proc/self/oom_score_adj",
				      oom_score_adj);
	if (!ret && mlockall(MCL_CURRENT | MCL_FUTURE))
		ret = -errno;
	return ret ?: _test_write_file(GROUP "cgroup.procs", "0");
}

/* Make copies up to the limit, each with its own message. */
static int make_copies(FIXTURE_DATA(memory) *self, int *err)
{
	int n = 0, fd;

	while ((fd = _test_copy(self->fd, ALL)) >= 0)
		if (_test_update(fd, &n, sizeof(n)) || n++ > FDS)
			break;
	*err = fd;
	return n;
}

static bool is_copy(FIXTURE_DATA(memory) *self, int fd, int n)
{
	__u8 msg[HALF_LEN + sizeof(n)], tag[HALF_TAG_LEN];

	memcpy(msg, HALF_MSG, HALF_LEN);
	memcpy(msg + HALF_LEN, &n, sizeof(n));
	return _test_finalize(fd, tag, sizeof(tag)) == sizeof(tag) &&
		!_test_mac_verify(self->fd, msg, sizeof(msg), tag, sizeof(tag));
}

/* Close all copies; returns how many of them are wrong. */
static int close_copies(FIXTURE_DATA(memory) *self, int first, int n)
{
	int i, wrong = 0;

	for (i = 0; i < n; i++) {
		wrong += !is_copy(self, first + i, i);
		close(first + i);
	}
	return wrong;
}

static int batch_large(FIXTURE_DATA(memory) *self, __u8 *tag)
{
	struct hmacdev_op op = {
		.msg = test_addr(self->large),
		.len = LARGE,
		.tag = test_addr(tag),
		.tag_len = HALF_TAG_LEN,
		.op = HMACDEV_OP_SIGN,
	};
	int ret = _test_batch(self->fd, &op, 1);

	return ret == 1 ? op.status : ret;
}

/* Open devices until it fails; returns the errno. */
static int open_rest(int *last)
{
	int fd;

	while ((fd = _test_open(O_RDWR | O_CLOEXEC)) >= 0)
		*last = fd;
	return fd;
}

/*
 * What calls say, each of them, that need memory for themselves. A refused call
 * may leave room for an open one, when its file is freed.
 */
static void call_all(FIXTURE_DATA(memory) *self, int *said, int *last)
{
	__u8 tag[HALF_TAG_LEN];

	*said++ = open_rest(last);
	*said++ = _test_new(self->unkeyed, "sha256", self->large, LARGE);
	*said++ = _test_update(self->fd, self->large, LARGE);
	*said++ = write(self->fd, self->large, LARGE) < 0 ? -errno : 0;
	*said++ = _test_mac_sign(self->fd, self->large, LARGE, tag,
				 sizeof(tag));
	*said++ = batch_large(self, tag);
	*said++ = _test_derive(self->deriver, "sha256", self->large, LARGE, 0,
			       ALL);
	*said++ = _test_oneshot(self->unkeyed, "sha256", self->large, LARGE,
				"", 0, tag, sizeof(tag));
}

static int least_again(const struct report *r)
{
	return r->made - r->made / 20;
}

/* As many as before, once the kernel has freed the files that were closed */
static void make_copies_again(FIXTURE_DATA(memory) *self, int next)
{
	const long end = test_now_ms() + SETTLE_MS;
	struct report *r = self->report;
	int err;

	do {
		r->again = make_copies(self, &err);
		r->again_wrong += close_copies(self, next, r->again);
	} while (r->again <= least_again(r) && test_now_ms() < end);
}

/* Keep the OOM killer off this process, so that its calls fail. */
static void stay_in_group(FIXTURE_DATA(memory) *self)
{
	struct report *r = self->report;
	int next = dup(self->fd), last = -1;

	close(next);
	r->joined = join_group(self, "-1000");
	if (r->joined)
		return;
	r->made = make_copies(self, &r->err);
	/* A copy takes more than one, and there may be room for that. */
	r->rest_err = open_rest(&last);
	call_all(self, r->refused, &last);
	r->wrong = close_copies(self, next, r->made);
	for (; last >= next + r->made; last--)
		close(last);
	make_copies_again(self, next);
}

static void be_killed(FIXTURE_DATA(memory) *self)
{
	int err;

	self->report->joined = join_group(self, "1000");
	if (!self->report->joined)
		self->report->made = make_copies(self, &err);
	pause();
}

/* Returns how the process ended; the log is read while it says things */
static int run_in_group(struct __test_metadata *_metadata,
			FIXTURE_DATA(memory) *self,
			void (*run)(FIXTURE_DATA(memory) *self))
{
	const long end = test_now_ms() + GROUP_MS;
	pid_t child = fork_child(), ended;
	int status;

	ASSERT_LE(0, child);
	if (!child) {
		run(self);
		_exit(0);
	}
	while (!(ended = waitpid(child, &status, WNOHANG)) &&
	       test_now_ms() < end) {
		check_log(_metadata, self);
		usleep(10000);
	}
	ASSERT_EQ(child, ended);
	check_log(_metadata, self);
	ASSERT_EQ(0, self->report->joined)
		TH_LOG("%s", strerror(-self->report->joined));
	return status;
}

static long read_slab(void)
{
	FILE *f = fopen(GROUP "memory.stat", "re");
	char line[128];
	long value = -EIO;

	if (!f)
		return -errno;
	while (value < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "slab_unreclaimable %ld", &value);
	fclose(f);
	return value;
}

/*
 * A file that was closed is freed after an RCU grace period: wait until the
 * group is charged with no more than the slack. The second condition is the
 * stricter one, since no CPU keeps slab in stock.
 */
static void wait_uncharged(void)
{
	const long end = test_now_ms() + SETTLE_MS;

	while ((read_group(GROUP "memory.current") >= (long)SLACK_BYTES ||
		read_slab() >= (long)SLACK_SLAB) && test_now_ms() < end)
		usleep(10000);
}

#define test_uncharged()						\
	do {								\
		wait_uncharged();					\
		EXPECT_GT(SLACK_BYTES, read_group(GROUP "memory.current")); \
		EXPECT_GT(SLACK_SLAB, read_slab());			\
	} while (0)

TEST_F(memory, calls_fail)
{
	struct report *r = self->report;
	size_t i;

	EXPECT_EQ(0, run_in_group(_metadata, self, stay_in_group));
	TH_LOG("%d contexts in %lu KiB, then %d", r->made, GROUP_BYTES >> 10,
	       r->again);
	EXPECT_EQ(-ENOMEM, r->err);
	EXPECT_EQ(-ENOMEM, r->rest_err);
	EXPECT_LT(1000, r->made);
	EXPECT_EQ(0, r->wrong);
	for (i = 0; i < ARRAY_SIZE(r->refused); i++) {
		EXPECT_EQ(-ENOMEM, r->refused[i])
			TH_LOG("call %zu", i);
	}
	EXPECT_LT(least_again(r), r->again);
	EXPECT_EQ(0, r->again_wrong);
	test_state(UNKEYED, self->unkeyed);
	test_uncharged();
	test_contexts(3);
}

static int make_kind(FIXTURE_DATA(memory) *self, int kind, int large, int i)
{
	/* The real user ID is what the module goes by. */
	if ((kind == NULL_DEVICES_OF_USERS || kind == UNKEYED_OF_USERS) &&
	    setresuid(FIRST_UID + kind * SERIES + i, 0, 0))
		return -errno;

	switch (kind) {
	case NULL_DEVICES:
	case NULL_DEVICES_OF_USERS:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case UNKEYED:
	case UNKEYED_OF_USERS:
		return _test_open(O_RDWR | O_CLOEXEC);
	case KEYED:
		return _test_copy_fresh(self->fd, ALL);
	case KEYED_WITH_MORE:
		return _test_copy_fresh(large, ALL);
	default:
		return _test_derive(self->deriver, "sha256", "", 0, 0, ALL);
	}
}

/*
 * To the page: with this limit, the kernel takes back what CPUs have in stock.
 * What memory.stat says may be old.
 */
static long read_charged(void)
{
	int err = _test_write_file(GROUP "memory.high", "0") ?:
		_test_write_file(GROUP "memory.high", "max");

	return err ?: read_group(GROUP "memory.current");
}

/* A series of each kind, all open until the end: nothing is freed meanwhile */
static void make_kinds(FIXTURE_DATA(memory) *self)
{
	int large = _test_open(O_RDWR | O_CLOEXEC), kind, i;
	struct report *r = self->report;
	long before;

	r->err = _test_new(large, "streebog512", "", 0);
	r->joined = join_group(self, "0");
	for (kind = 0; kind < KINDS && !r->joined && !r->err; kind++) {
		before = read_charged();
		for (i = 0; i < SERIES && !r->err; i++)
			if (make_kind(self, kind, large, i) < 0)
				r->err = -ENOMEM;
		r->bytes[kind] = read_charged() - before;
	}
}

/* For each file, @most has an object of @size bytes or more, @least has none */
#define test_charged(size, most, least)					\
	EXPECT_LE((size) * SERIES, (most) - (least))

TEST_F(memory, each_object_is_charged)
{
	const long *bytes = self->report->bytes;
	long per_user;

	ASSERT_EQ(0, _test_write_file(GROUP "memory.max", "67108864"));
	EXPECT_EQ(0, run_in_group(_metadata, self, make_kinds));
	ASSERT_EQ(0, self->report->err);

	/* A mutex, and five pointers or numbers */
	test_charged(64, bytes[UNKEYED], bytes[NULL_DEVICES]);
	/* A list's node, a user ID and a count; in addition to a context */
	per_user = bytes[UNKEYED_OF_USERS] - bytes[NULL_DEVICES_OF_USERS];
	test_charged(24, per_user, bytes[UNKEYED] - bytes[NULL_DEVICES]);
	/*
	 * Twice, Streebog's five times 64 bytes, and SHA-256's 32, 8 and 64,
	 * with HMAC's own 32 since Linux 6.17
	 */
	test_charged(2 * (320 - 136), bytes[KEYED_WITH_MORE], bytes[KEYED]);
	/* A count, a length and two pointers */
	test_charged(24, bytes[DERIVED], bytes[KEYED]);
	test_uncharged();
}

/* Again and again, so that what is lost each time adds up */
TEST_F(memory, process_is_killed)
{
	int i, status;

	for (i = 0; i < 5; i++) {
		status = run_in_group(_metadata, self, be_killed);
		EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		test_half_intact(self->fd);
		test_uncharged();
		test_contexts(3);
	}
}

TEST_HARNESS_MAIN
