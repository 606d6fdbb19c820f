// SPDX-License-Identifier: GPL-2.0
/*
 * Tests with threads that make calls on one context at the same time. In any
 * order of the calls, each result is a possible one, and all results together
 * are consistent. The kernel's own checkers detect races, if it has them.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

#include "hmacdev_append.h"
#include "hmacdev_module.h"

#define ALL	HMACDEV_RIGHTS_SIGNER
#define RACE_MS	1500		/* each of the races */
#define BLOCK	20000		/* more than the module takes at a time */
#define BLOCKS	16		/* in a message, until it starts anew */
#define THREADS	4

static __u8 block[BLOCK];
static __u8 block_tags[BLOCKS + THREADS + 1][HALF_TAG_LEN];

static int load(const int *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static void store(int *p, int value)
{
	__atomic_store_n(p, value, __ATOMIC_SEQ_CST);
}

FIXTURE(race)
{
	int fd;			/* keyed with HALF_KEY, no message */
	int over;
	int wrong;		/* of all threads; must stay 0 */
	int done;		/* what shows that there was a race at all */
	int current;		/* number of the context in the slot ... */
	int dropped;		/* ... and of the last that lost its rights */
	pthread_t threads[2 * THREADS];
	int nr_threads;
};

/* A descriptor that is replaced; no other comes to have its number */
#define SLOT	900
#define SLOTS	3

FIXTURE_SETUP(race)
{
	int i;

	self->fd = test_open();
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	memset(block, 'x', sizeof(block));
	for (i = 0; i < ARRAY_SIZE(block_tags); i++) {
		test_digest(self->fd, block_tags[i], HALF_TAG_LEN);
		test_update(self->fd, block, BLOCK);
	}
	test_reset(self->fd);
}

FIXTURE_TEARDOWN(race)
{
	int i;

	EXPECT_EQ(0, self->wrong);
	EXPECT_LT(0, self->done);
	TH_LOG("%d", self->done);
	for (i = 0; i < SLOTS; i++)
		close(SLOT + i);
	close(self->fd);
	if (!geteuid())
		test_contexts(0);
}

static void count(FIXTURE_DATA(race) *self)
{
	__atomic_fetch_add(&self->done, 1, __ATOMIC_RELAXED);
}

/* Says which line was the first not to hold, as long as nobody else does */
#define must(cond)							\
	do {								\
		if (!(cond)) {						\
			int _none = 0;					\
									\
			__atomic_compare_exchange_n(&self->wrong, &_none, \
						    __LINE__, false,	\
						    __ATOMIC_SEQ_CST,	\
						    __ATOMIC_SEQ_CST);	\
		}							\
	} while (0)

static void start(struct __test_metadata *_metadata, FIXTURE_DATA(race) *self,
		  int nr, void *(*run)(void *))
{
	while (nr--)
		ASSERT_EQ(0, pthread_create(&self->threads[self->nr_threads++],
					    NULL, run, self));
}

static void join(FIXTURE_DATA(race) *self)
{
	while (self->nr_threads)
		pthread_join(self->threads[--self->nr_threads], NULL);
}

static void let_race(FIXTURE_DATA(race) *self)
{
	usleep(1000 * RACE_MS);
	store(&self->over, 1);
	join(self);
}

#define RACER(name)							\
	static void name(FIXTURE_DATA(race) *self);			\
	static void *race_##name(void *self)				\
	{								\
		while (!load(&((FIXTURE_DATA(race) *)self)->over))	\
			name(self);					\
		return NULL;						\
	}								\
	static void name(FIXTURE_DATA(race) *self)

/* A message that grows by blocks, and calls that read it */

static bool is_block_tag(const __u8 *tag)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(block_tags); i++)
		if (!memcmp(block_tags[i], tag, HALF_TAG_LEN))
			return true;
	return false;
}

RACER(append)
{
	struct hmacdev_info info;

	must(!_test_info(self->fd, &info));
	must(info.bytes % BLOCK == 0);
	if (info.bytes >= BLOCKS * BLOCK)
		must(!_test_reset(self->fd));
	else
		must(!_test_update(self->fd, block, BLOCK));
	count(self);
}

RACER(append_by_write)
{
	struct hmacdev_info info;

	must(!_test_info(self->fd, &info));
	if (info.bytes < BLOCKS * BLOCK)
		must(_test_write(self->fd, block, BLOCK) == BLOCK);
}

RACER(look)
{
	__u8 tag[HALF_TAG_LEN];

	must(_test_digest(self->fd, tag, sizeof(tag)) == sizeof(tag));
	must(is_block_tag(tag));
	must(_test_mac_sign(self->fd, HALF_MSG, HALF_WHOLE, tag,
			    sizeof(tag)) == sizeof(tag));
	must(!memcmp(tag, whole_tag, sizeof(tag)));
}

/* INFO reports the real length of a copy's message. */
RACER(copy_and_check)
{
	int copy = _test_copy(self->fd, ALL);
	struct hmacdev_info info = { };
	__u8 tag[HALF_TAG_LEN];

	must(copy >= 0);
	must(!_test_info(copy, &info));
	must(info.state == HMACDEV_STATE_ACTIVE && info.rights == ALL);
	must(info.bytes % BLOCK == 0);
	must(_test_finalize(copy, tag, sizeof(tag)) == sizeof(tag));
	must(info.bytes / BLOCK < ARRAY_SIZE(block_tags) &&
	     !memcmp(tag, block_tags[info.bytes / BLOCK], sizeof(tag)));
	must(!close(copy));
}

RACER(read_about)
{
	unsigned long long bytes = 1;
	char text[1024] = "", *at;

	must(_test_fdinfo(self->fd, text, sizeof(text) - 1, 0) > 0);
	must(strstr(text, "hmac-state:\tactive\n") ||
	     strstr(text, "hmac-state:\tfinalized\n"));
	at = strstr(text, "hmac-bytes:");
	must(at && sscanf(at, "hmac-bytes: %llu", &bytes) == 1);
	must(bytes % BLOCK == 0);
}

TEST_F(race, blocks)
{
	start(_metadata, self, 2, race_append);
	start(_metadata, self, 1, race_append_by_write);
	start(_metadata, self, 1, race_look);
	start(_metadata, self, 1, race_copy_and_check);
	start(_metadata, self, 1, race_read_about);
	let_race(self);
}

/* A dropped right stays dropped, also if a later RESTRICT keeps it. */

RACER(drop_nothing)
{
	must(!_test_restrict(SLOT, ALL));
	count(self);
}

RACER(use_rights)
{
	int dropped = load(&self->dropped), ret;
	__u8 tag[HALF_TAG_LEN];
	struct hmacdev_info info;

	ret = _test_mac_sign(SLOT, HALF_MSG, HALF_WHOLE, tag, sizeof(tag));
	must(ret == sizeof(tag) || ret == -EPERM);
	must(ret < 0 || !memcmp(tag, whole_tag, sizeof(tag)));
	if (load(&self->current) == dropped)
		must(ret == -EPERM);

	dropped = load(&self->dropped);
	ret = _test_copy(SLOT, ALL);
	must(ret >= 0 || ret == -EPERM);
	if (load(&self->current) == dropped)
		must(ret == -EPERM);
	/* What was copied in time is a copy of the rights of its time. */
	must(ret < 0 || !_test_info(ret, &info));
	must(ret < 0 || !(info.rights & ~ALL));
	if (ret >= 0)
		close(ret);
}

TEST_F(race, dropped_rights)
{
	long end = test_now_ms() + RACE_MS;
	struct hmacdev_info info;
	__u32 left;
	int nr, copy;

	ASSERT_LE(0, dup2(self->fd, SLOT));
	self->dropped = -1;	/* SLOT has number 0 now, with its rights */
	start(_metadata, self, 2, race_drop_nothing);
	start(_metadata, self, 1, race_use_rights);
	for (nr = 1; test_now_ms() < end; nr++) {
		copy = test_copy(self->fd, ALL);
		store(&self->current, nr);
		ASSERT_EQ(SLOT, dup2(copy, SLOT));
		close(copy);
		/* One after the other, from the lowest */
		for (left = ALL & (ALL - 1); left; left &= left - 1) {
			test_restrict(SLOT, left);
			test_info(SLOT, &info);
			ASSERT_EQ(left, info.rights);
		}
		test_restrict(SLOT, 0);
		store(&self->dropped, nr);
		test_info(SLOT, &info);
		ASSERT_EQ(0, info.rights);
	}
	store(&self->over, 1);
	join(self);
}

/* Rounds: all threads make one call, at the same time, on the same context */

struct rounds {
	pthread_barrier_t start;
	pthread_barrier_t end;
	int fd;
	bool over;
};

struct player {
	pthread_t thread;
	struct rounds *rounds;
	void (*play)(struct player *p);
	int who;
	int ret;
	__u8 tag[HALF_TAG_LEN];
	struct hmacdev_info info;
};

static void *play_rounds(void *arg)
{
	struct player *p = arg;

	for (;;) {
		pthread_barrier_wait(&p->rounds->start);
		if (p->rounds->over)
			return NULL;
		p->play(p);
		pthread_barrier_wait(&p->rounds->end);
	}
}

static void start_rounds(struct __test_metadata *_metadata, struct rounds *r,
			 struct player *p, void (*play)(struct player *p))
{
	int i;

	r->over = false;
	ASSERT_EQ(0, pthread_barrier_init(&r->start, NULL, THREADS + 1));
	ASSERT_EQ(0, pthread_barrier_init(&r->end, NULL, THREADS + 1));
	for (i = 0; i < THREADS; i++) {
		p[i] = (struct player) { .rounds = r, .who = i, .play = play };
		ASSERT_EQ(0, pthread_create(&p[i].thread, NULL, play_rounds,
					    &p[i]));
	}
}

static void play_round(struct rounds *r)
{
	pthread_barrier_wait(&r->start);
	pthread_barrier_wait(&r->end);
}

static void end_rounds(struct rounds *r, struct player *p)
{
	int i;

	r->over = true;
	pthread_barrier_wait(&r->start);
	for (i = 0; i < THREADS; i++)
		pthread_join(p[i].thread, NULL);
}

/* Of an unkeyed context nothing is told, of a keyed one all */
static bool is_info_of_new(const struct hmacdev_info *info)
{
	static const struct hmacdev_info none = {
		.known_rights = TEST_RIGHTS_KNOWN,
	};

	if (info->state == HMACDEV_STATE_UNKEYED)
		return !memcmp(info, &none, sizeof(none));
	return info->state == HMACDEV_STATE_ACTIVE && !info->bytes &&
		info->tag_len == HALF_TAG_LEN && info->block_size == 64 &&
		info->rights == ALL && !strcmp(info->alg, "sha256");
}

/* Each with a key of its own, and then a look */
static void key_or_look(struct player *p)
{
	p->ret = _test_new(p->rounds->fd, "sha256", &p->who, sizeof(p->who));
	_test_info(p->rounds->fd, &p->info);
}

TEST_F(race, one_key_of_many)
{
	long end = test_now_ms() + RACE_MS;
	struct player p[THREADS];
	struct rounds r;
	__u8 want[THREADS][HALF_TAG_LEN], tag[HALF_TAG_LEN];
	int i, won, winner = 0;

	for (i = 0; i < THREADS; i++)
		test_oneshot(self->fd, "sha256", &i, sizeof(i), "", 0, want[i],
			     HALF_TAG_LEN);
	start_rounds(_metadata, &r, p, key_or_look);
	for (; test_now_ms() < end; self->done++) {
		r.fd = test_open();
		play_round(&r);
		for (i = 0, won = 0; i < THREADS; i++) {
			if (!p[i].ret) {
				winner = i;
				won++;
			} else {
				must(p[i].ret == -EBUSY);
			}
			must(is_info_of_new(&p[i].info));
		}
		ASSERT_EQ(1, won);
		test_finalize(r.fd, tag, HALF_TAG_LEN);
		ASSERT_MEMEQ(want[winner], tag, HALF_TAG_LEN);
		close(r.fd);
	}
	end_rounds(&r, p);
}

/* By a FINALIZE, or with the right tag, or with a wrong one */
static void end_message(struct player *p)
{
	switch (p->who) {
	case 0:
	case 1:
		memset(p->tag, 0xa5, sizeof(p->tag));
		p->ret = _test_finalize(p->rounds->fd, p->tag, sizeof(p->tag));
		break;
	case 2:
		p->ret = _test_verify(p->rounds->fd, half_tag, HALF_TAG_LEN);
		break;
	default:
		p->ret = _test_verify(p->rounds->fd, whole_tag, HALF_TAG_LEN);
	}
}

TEST_F(race, one_end_of_many)
{
	static const int first[THREADS] = {
		HALF_TAG_LEN, HALF_TAG_LEN, 0, -EBADMSG,
	};
	long end = test_now_ms() + RACE_MS;
	struct player p[THREADS];
	struct rounds r = { .fd = self->fd };
	int i, won;

	start_rounds(_metadata, &r, p, end_message);
	for (; test_now_ms() < end; self->done++) {
		test_reset(r.fd);
		test_update(r.fd, HALF_MSG, HALF_LEN);
		play_round(&r);
		for (i = 0, won = 0; i < THREADS; i++) {
			if (p[i].ret == -EBADFD)
				continue;
			must(p[i].ret == first[i]);
			if (p[i].ret == HALF_TAG_LEN)
				must(!memcmp(p[i].tag, half_tag, HALF_TAG_LEN));
			won++;
		}
		ASSERT_EQ(1, won);
		test_state(FINALIZED, r.fd);
	}
	end_rounds(&r, p);
}

/* Each thread drops another right: afterwards all are dropped. */
static void drop_own(struct player *p)
{
	p->ret = _test_restrict(p->rounds->fd, ~(1U << p->who));
}

TEST_F(race, rights_one_by_one)
{
	long end = test_now_ms() + RACE_MS;
	struct player p[THREADS];
	struct hmacdev_info info;
	struct rounds r;

	start_rounds(_metadata, &r, p, drop_own);
	for (; test_now_ms() < end; self->done++) {
		r.fd = test_copy(self->fd, ALL);
		play_round(&r);
		test_info(r.fd, &info);
		ASSERT_EQ(0, info.rights);
		close(r.fd);
	}
	end_rounds(&r, p);
}

/* Everything, on descriptors that come and go */

static __u64 next_random(void)
{
	static __thread __u64 state;

	if (!state)
		state = test_addr(&state);
	return test_random(&state);
}

/* What a call may be told if others may have done anything before */
static bool is_answer(int ret)
{
	static const int answers[] = {
		EBADF, ENOKEY, EBUSY, EPERM, EBADFD, EBADMSG,
	};
	size_t i;

	for (i = 0; ret < 0 && i < ARRAY_SIZE(answers); i++)
		if (ret == -answers[i])
			return true;
	return ret >= 0;
}

static int replace(int from, int slot)
{
	int ret = from < 0 ? from : dup2(from, slot);

	if (from >= 0)
		close(from);
	return ret;
}

static int open_again(int slot)
{
	return replace(_test_open(O_RDWR | O_CLOEXEC), slot);
}

static int copy_to(int slot)
{
	return replace(_test_copy_with(slot, next_random() & HMACDEV_COPY_FRESH,
				       ~0U), SLOT + next_random() % SLOTS);
}

static __u32 new_rights(void)
{
	return next_random() % 2 ? ALL : TEST_RIGHTS_DERIVER;
}

static int derive_to(int slot)
{
	return replace(_test_derive(slot, "sha256", "", 0, 0, new_rights()),
		       SLOT + next_random() % SLOTS);
}

static int dup_to(int slot)
{
	int ret = dup2(slot, SLOT + next_random() % SLOTS);

	return ret < 0 ? -errno : ret;
}

static int close_it(int slot)
{
	return close(slot) ? -errno : 0;
}

static int fork_it(int slot)
{
	pid_t child = fork();

	if (!child) {
		_test_update(slot, block, BLOCK);
		_exit(0);
	}
	return child < 0 ? -errno : waitpid(child, NULL, 0) == child ? 0 : -EIO;
}

static int new_it(int slot)
{
	return _test_new_opts(slot, "sha256", HALF_KEY, HALF_KEY_LEN, 0,
			      new_rights());
}

static int update_it(int slot)
{
	return _test_update(slot, block, next_random() % BLOCK);
}

static int write_it(int slot)
{
	return _test_write(slot, block, next_random() % BLOCK);
}

static int digest_it(int slot)
{
	__u8 tag[HALF_TAG_LEN];

	return _test_digest(slot, tag, sizeof(tag));
}

static int finalize_it(int slot)
{
	__u8 tag[HALF_TAG_LEN];

	return _test_finalize(slot, tag, sizeof(tag));
}

static int verify_it(int slot)
{
	return _test_verify(slot, half_tag, HALF_TAG_LEN);
}

static int restrict_it(int slot)
{
	return _test_restrict(slot, next_random());
}

static int info_it(int slot)
{
	struct hmacdev_info info;
	int ret = _test_info(slot, &info);

	if (ret || info.state == HMACDEV_STATE_UNKEYED)
		return ret;
	return info.tag_len == HALF_TAG_LEN && test_rights_valid(info.rights) ?
		0 : -EIO;
}

static int oneshot_it(int slot)
{
	__u8 tag[HALF_TAG_LEN];
	int ret = _test_oneshot(slot, "sha256", HALF_KEY, HALF_KEY_LEN,
				HALF_MSG, HALF_WHOLE, tag, sizeof(tag));

	if (ret < 0)
		return ret;
	return memcmp(tag, whole_tag, sizeof(tag)) ? -EIO : 0;
}

static int fdinfo_it(int slot)
{
	char text[1024];
	int ret = _test_fdinfo(slot, text, sizeof(text), 0);

	/* It was there when it was opened, or it was not, or has gone since. */
	return ret == -ENOENT ? 0 : ret;
}

static int (* const deeds[])(int slot) = {
	open_again, new_it, new_it, copy_to, derive_to, dup_to, close_it,
	update_it, update_it, write_it, digest_it, finalize_it, verify_it,
	_test_reset, _test_reset, restrict_it, info_it, oneshot_it, fdinfo_it,
};

RACER(do_anything)
{
	int (*deed)(int slot) = deeds[next_random() % ARRAY_SIZE(deeds)];

	must(is_answer(deed(SLOT + next_random() % SLOTS)));
	count(self);
}

RACER(fork_now_and_then)
{
	must(is_answer(fork_it(SLOT)));
	usleep(20000);
}

TEST_F(race, everything)
{
	start(_metadata, self, THREADS, race_do_anything);
	start(_metadata, self, 1, race_fork_now_and_then);
	let_race(self);
}

/* A process that executes another program in the midst of its threads' calls */
static void execute_amid(struct __test_metadata *_metadata,
			 FIXTURE_DATA(race) *self)
{
	start(_metadata, self, 1, race_append);
	start(_metadata, self, 1, race_copy_and_check);
	start(_metadata, self, 1, race_look);
	usleep(next_random() % 20000);
	execl("/bin/true", "true", NULL);
	_exit(127);
}

TEST_F(race, execute)
{
	long end = test_now_ms() + RACE_MS;
	struct hmacdev_info info;
	__u8 tag[HALF_TAG_LEN];
	int status;
	pid_t child;

	for (; test_now_ms() < end; self->done++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			execute_amid(_metadata, self);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_EQ(0, status);
		test_info(self->fd, &info);
		ASSERT_EQ(0, info.bytes % BLOCK);
		test_digest(self->fd, tag, sizeof(tag));
		ASSERT_MEMEQ(block_tags[info.bytes / BLOCK], tag, sizeof(tag));
	}
}

TEST_HARNESS_MAIN
