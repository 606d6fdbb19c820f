// SPDX-License-Identifier: GPL-2.0
/*
 * Stress tests: a hundred thousand contexts, which all still work at the end;
 * and many processes, on their own contexts and on a shared one. With kmemleak,
 * which would take half an hour for so many, there are five thousand contexts.
 */
#include <sys/resource.h>

#include "hmacdev_module.h"
#include "hmacdev_users.h"

#define ALL		HMACDEV_RIGHTS_SIGNER
#define HOLDERS		10
#define HOLDS_MAX	10000	/* contexts, each of them */
#define HOLDS_SLOW	500
#define GROUP		10	/* contexts with one key */
#define HOLD_MS		200000	/* until all of them are held */

/* What the processes share */
struct share {
	int holding;		/* processes that have all they can have */
	int held;		/* contexts, by all of them */
	int go_on;
	int wrong;		/* results, or calls that failed */
	int calls;
	int bytes;		/* that were appended to the context of all */
};

FIXTURE(load)
{
	int fd;
	unsigned int cap;
	struct share *share;
};

static int holds;	/* contexts, each of the holders */

FIXTURE_SETUP(load)
{
	holds = access("/sys/kernel/debug/kmemleak", F_OK) ? HOLDS_MAX :
		HOLDS_SLOW;
	if (geteuid())
		SKIP(return, "only root sets limits");
	self->fd = test_open_half();
	ASSERT_EQ(0, _test_get_cap(&self->cap));
	self->share = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->share);
}

FIXTURE_TEARDOWN(load)
{
	close(self->fd);
	EXPECT_EQ(0, _test_set_cap(self->cap));
	test_contexts(0);
}

static void count(int *counter, int by)
{
	__atomic_fetch_add(counter, by, __ATOMIC_SEQ_CST);
}

static int count_of(int *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

/* The context that is number @n of holder @who, whose copies come after it */
static int open_one(int who, int n)
{
	const int key[2] = { who, n - n % GROUP };
	int fd = _test_open(O_RDWR | O_CLOEXEC);
	int err = fd < 0 ? fd : _test_new(fd, "sha256", key, sizeof(key));

	return err ?: fd;
}

static int hold_one(int *fds, int who, int n)
{
	fds[n] = n % GROUP ? _test_copy(fds[n - n % GROUP], ALL) :
		 open_one(who, n);
	return fds[n] < 0 ? fds[n] : 0;
}

/* The key is its group's, and the message the bytes of its number */
static int check_one(int fd, int reference, int n)
{
	__u8 tag[HALF_TAG_LEN];
	int ret = _test_finalize(fd, tag, sizeof(tag));

	return ret < 0 ? ret :
	       _test_mac_verify(reference, &n, sizeof(n), tag, sizeof(tag));
}

static void hold(struct share *share, int who)
{
	const struct rlimit fds_max = { holds + 100, holds + 100 };
	int *fds = calloc(holds, sizeof(*fds)), n, held = 0, reference = -1;

	if (!fds || setrlimit(RLIMIT_NOFILE, &fds_max))
		_exit(1);
	/* A copy is made of an empty message, and then each has its own. */
	while (held < holds && !hold_one(fds, who, held))
		held++;
	for (n = 0; n < held; n++)
		if (_test_update(fds[n], &n, sizeof(n)))
			count(&share->wrong, 1);
	count(&share->held, held);
	count(&share->holding, 1);
	if (!comes_true_within(HOLD_MS, count_of(&share->go_on)))
		_exit(2);
	for (n = 0; n < held; n++) {
		if (n % GROUP == 0) {
			close(reference);
			reference = open_one(who, n);
		}
		if (check_one(fds[n], reference, n))
			count(&share->wrong, 1);
		/* Half of them go by themselves, the others with us. */
		if (n % 2)
			close(fds[n]);
	}
	_exit(0);
}

static void start(struct __test_metadata *_metadata, FIXTURE_DATA(load) *self,
		  pid_t *pids, int nr, void (*run)(struct share *, int))
{
	int i;

	for (i = 0; i < nr; i++) {
		pids[i] = fork_child();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			run(self->share, i);
	}
}

static void finish(struct __test_metadata *_metadata, pid_t *pids, int nr)
{
	int i, status;

	for (i = 0; i < nr; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* With the fixture's, and with room for a holder's that it compares with */
TEST_F_TIMEOUT(load, contexts, 280)
{
	pid_t pids[HOLDERS];

	ASSERT_EQ(0, _test_set_cap(HOLDERS * holds + 1));
	start(_metadata, self, pids, HOLDERS, hold);
	ASSERT_TRUE(comes_true_within(HOLD_MS, count_of(&self->share->holding)
				      == HOLDERS));
	EXPECT_EQ(HOLDERS * holds, self->share->held);
	test_err_open(ENFILE, O_RDWR);
	test_contexts(HOLDERS * holds + 1);
	ASSERT_EQ(0, _test_set_cap(HOLDERS * holds + 1 + HOLDERS));
	count(&self->share->go_on, 1);
	finish(_metadata, pids, HOLDERS);
	EXPECT_EQ(0, self->share->wrong);
	test_half_intact(self->fd);
	test_contexts(1);
}

/* Many processes */

#define WORKERS		64
#define WORK_MS		2000
#define MSG_MAX		1000

static int shared_fd;	/* which is the same context for all of them */

/* Tags of messages of any length, by a context and by its own key */
static int work_on_own(int fd, const void *key, size_t key_len,
		       const __u8 *msg, size_t len)
{
	__u8 tag[HALF_TAG_LEN], want[HALF_TAG_LEN];
	int ret = _test_reset(fd) ?: _test_update(fd, msg, len / 2) ?:
		  _test_update(fd, msg + len / 2, len - len / 2);

	if (ret)
		return ret;
	if (_test_finalize(fd, tag, sizeof(tag)) != sizeof(tag) ||
	    _test_oneshot(shared_fd, "sha256", key, key_len, msg, len, want,
			  sizeof(want)) != sizeof(want))
		return -EIO;
	return memcmp(tag, want, sizeof(tag)) ? -EILSEQ : 0;
}

/* Tags of the same key, and of messages that begin like that of all */
static int work_on_shared(struct share *share)
{
	__u8 tag[HALF_TAG_LEN];
	int copy, err;

	if (_test_mac_sign(shared_fd, HALF_MSG, HALF_WHOLE, tag,
			   sizeof(tag)) != sizeof(tag))
		return -EIO;
	if (memcmp(tag, whole_tag, sizeof(tag)))
		return -EILSEQ;
	copy = _test_copy(shared_fd, ALL);
	if (copy < 0)
		return copy;
	err = _test_reset(copy) ?: _test_update(copy, HALF_MSG, HALF_LEN) ?:
	      _test_verify(copy, half_tag, sizeof(half_tag));
	close(copy);
	if (!err)
		err = _test_update(shared_fd, "x", 1);
	if (!err)
		count(&share->bytes, 1);
	return err;
}

static void work(struct share *share, int who)
{
	const __u64 key = who + 1;
	__u64 seed = key;
	__u8 msg[MSG_MAX];
	int fd = _test_open(O_RDWR | O_CLOEXEC), err;

	test_fill(msg, sizeof(msg));
	if (fd < 0 || _test_new(fd, "sha256", &key, sizeof(key)))
		_exit(1);
	if (!comes_true(count_of(&share->go_on)))
		_exit(2);
	while (count_of(&share->go_on) == 1) {
		err = work_on_own(fd, &key, sizeof(key), msg,
				  test_random(&seed) % MSG_MAX) ?:
		      work_on_shared(share);
		if (err)
			count(&share->wrong, 1);
		count(&share->calls, 1);
	}
	_exit(0);
}

/* @fd took the half and then @n bytes that are all the same */
static void check_bytes(struct __test_metadata *_metadata, int fd, int n)
{
	__u8 want[HALF_TAG_LEN], *bytes = malloc(n + 1);
	int other = test_open_half();

	ASSERT_NE(NULL, bytes);
	memset(bytes, 'x', n);
	test_update(other, bytes, n);
	test_digest(other, want, sizeof(want));
	EXPECT_EQ(0, _test_intact(fd, HALF_LEN + n, want));
	close(other);
	free(bytes);
}

TEST_F(load, processes)
{
	pid_t pids[WORKERS];

	shared_fd = self->fd;
	start(_metadata, self, pids, WORKERS, work);
	count(&self->share->go_on, 1);
	usleep(1000 * WORK_MS);
	count(&self->share->go_on, 1);
	finish(_metadata, pids, WORKERS);
	TH_LOG("%d rounds", self->share->calls);
	EXPECT_LT(WORKERS, self->share->calls);
	EXPECT_EQ(0, self->share->wrong);
	check_bytes(_metadata, self->fd, self->share->bytes);
	test_contexts(1);
}

TEST_HARNESS_MAIN
