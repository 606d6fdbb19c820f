// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hmacdev_ioctls.h"
#include "call.h"
#include "count.h"
#include "model.h"
#include "random.h"
#include "shared.h"

#define THREADS		4
#define CALLS		48		/* of each thread */
#define FDS		3
#define PIECE_MAX	20000
#define PIECES_MAX	(THREADS * CALLS + 1)
#define SHORT_MAX	4		/* pieces of a whole message */

/* What all threads know; only what the descriptors stand for changes. */
static struct {
	__u64 seed;
	const struct algorithm *alg;
	__u32 tag_len;
	__u8 key[32];
	size_t piece;
	__u8 msg[SHORT_MAX * PIECE_MAX];
	__u8 tags[PIECES_MAX + 1][HMACDEV_TAG_MAX];	/* of so many pieces */
	__u8 children[SHORT_MAX][HMACDEV_TAG_MAX];
	int fds[FDS];
	bool signals;		/* are they sent signals */
	bool restart;		/* after which calls are restarted? */
	int running;		/* threads */
} all;

struct worker {
	pthread_t thread;
	struct random r;
	int fd;
	const char *wrong;
};

/* One of the errors that depend on what the others do */
static bool refused(int ret)
{
	return ret == -EPERM || ret == -EBADFD || ret == -ENOKEY;
}

/* Only a call that waits for the running message may be. */
static bool interrupted(int ret)
{
	return ret == -EINTR && all.signals && !all.restart;
}

/* How many pieces have this tag; -1 if no number of them has. */
static int pieces_of(const __u8 *tag)
{
	int i;

	for (i = 0; i <= PIECES_MAX; i++)
		if (!memcmp(tag, all.tags[i], all.tag_len))
			return i;
	return -1;
}

/* One that signs, or one that derives */
static int key_context(int fd, bool derives)
{
	struct hmacdev_new cmd = {
		.key = (uintptr_t)all.key,
		.key_len = sizeof(all.key),
		.tag_len = all.tag_len,
		.rights = derives ? HMACDEV_RIGHTS_DERIVER |
			HMACDEV_RIGHT_VERIFY : HMACDEV_RIGHTS_SIGNER,
	};

	strcpy(cmd.alg, all.alg->name);
	return call_cmd(fd, HMACDEV_IOC_NEW, &cmd);
}

static int new_context(bool keyed, bool derives)
{
	int fd = open("/dev/hmac", O_RDWR | O_CLOEXEC);

	if (fd < 0 || (keyed && key_context(fd, derives)))
		abort();
	return fd;
}

static bool do_alg(struct worker *w)
{
	struct hmacdev_alg cmd = { .flags = HMACDEV_ALG_BY_NAME };
	int ret;

	strcpy(cmd.name, all.alg->name);
	ret = call_cmd(w->fd, HMACDEV_IOC_ALG, &cmd);
	count_call("ALG", !ret);
	return !ret && cmd.traits & HMACDEV_ALG_AVAILABLE &&
		cmd.digest_size == all.alg->digest_size;
}

static bool do_new(struct worker *w)
{
	int ret = key_context(w->fd, random_one_in(&w->r, 3));

	count_call("NEW", !ret);
	return !ret || ret == -EBUSY || interrupted(ret);
}

static bool do_mac(struct worker *w)
{
	__u32 pieces = random_below(&w->r, SHORT_MAX);
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_op cmd = {
		.msg = (uintptr_t)all.msg,
		.len = pieces * all.piece,
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
		.op = HMACDEV_OP_SIGN,
	};
	int ret = call_cmd(w->fd, HMACDEV_IOC_MAC, &cmd);

	count_call("MAC", !ret);
	if (ret)
		return ret == -EPERM || ret == -ENOKEY;
	return cmd.tag_len == all.tag_len &&
		!memcmp(tag, all.tags[pieces], all.tag_len);
}

/* Every other tag is a wrong one. */
static bool do_batch(struct worker *w)
{
	__u8 tags[4][HMACDEV_TAG_MAX];
	struct hmacdev_op ops[4];
	struct hmacdev_batch cmd = {
		.ops = (uintptr_t)ops,
		.count = 4,
		.op_size = sizeof(ops[0]),
	};
	int ret, i;

	for (i = 0; i < 4; i++) {
		memcpy(tags[i], all.tags[1], all.tag_len);
		tags[i][0] ^= i & 1;
		ops[i] = (struct hmacdev_op){
			.msg = (uintptr_t)all.msg,
			.len = all.piece,
			.tag = (uintptr_t)tags[i],
			.tag_len = all.tag_len,
			.op = i < 2 ? HMACDEV_OP_VERIFY : HMACDEV_OP_SIGN,
			.status = 1,
		};
	}
	ret = call_cmd(w->fd, HMACDEV_IOC_BATCH, &cmd);
	count_call("BATCH", ret == 4);
	if (ret < 0)
		return ret == -ENOKEY;
	/* A signal may come between any two. */
	if (ret != 4 && !(ret && all.signals))
		return false;
	for (i = 0; i < 4; i++) {
		if (ops[i].status == (i < ret ? -EPERM : 1))
			continue;
		if (ops[i].status != (i == 1 ? -EBADMSG : 0) ||
		    (i > 1 && memcmp(tags[i], all.tags[1], all.tag_len)))
			return false;
	}
	return true;
}

static bool do_oneshot(struct worker *w)
{
	__u32 pieces = random_below(&w->r, SHORT_MAX);
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_oneshot cmd = {
		.key = (uintptr_t)all.key,
		.key_len = sizeof(all.key),
		.msg = (uintptr_t)all.msg,
		.len = pieces * all.piece,
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
	};
	int ret;

	strcpy(cmd.alg, all.alg->name);
	ret = call_cmd(w->fd, HMACDEV_IOC_ONESHOT, &cmd);
	count_call("ONESHOT", !ret);
	return !ret && !memcmp(tag, all.tags[pieces], all.tag_len);
}

static bool info_can_be(const struct hmacdev_info *info)
{
	if (info->known_rights != RIGHTS_KNOWN || info->features)
		return false;
	if (info->state == HMACDEV_STATE_UNKEYED)
		return !info->rights && !info->tag_len && !info->bytes;
	return info->state <= HMACDEV_STATE_FINALIZED &&
		rights_valid(info->rights) &&
		info->tag_len == all.tag_len &&
		!(info->bytes % all.piece) &&
		info->bytes <= PIECES_MAX * all.piece &&
		!strcmp(info->alg, all.alg->name);
}

static bool do_info(struct worker *w)
{
	struct hmacdev_info info = { };
	int ret = call_cmd(w->fd, HMACDEV_IOC_INFO, &info);

	count_call("INFO", !ret);
	return !ret && info_can_be(&info);
}

static bool do_derive(struct worker *w)
{
	__u32 pieces = random_below(&w->r, SHORT_MAX);
	struct hmacdev_derive cmd = {
		.msg = (uintptr_t)all.msg,
		.len = pieces * all.piece,
		.tag_len = all.tag_len,
		.rights = HMACDEV_RIGHT_SIGN,
	};
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_tag digest = {
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
	};
	int fd, ret;

	strcpy(cmd.alg, all.alg->name);
	fd = call_cmd(w->fd, HMACDEV_IOC_DERIVE, &cmd);
	count_call("DERIVE", fd >= 0);
	if (fd < 0)
		return fd == -EPERM || fd == -ENOKEY;
	ret = call_cmd(fd, HMACDEV_IOC_DIGEST, &digest);
	close(fd);
	return !ret && !memcmp(tag, all.children[pieces], all.tag_len);
}

/* Nobody else has it: what it says of itself must be true, and stay so. */
static bool check_own(int fd)
{
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_tag cmd = {
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
	};
	struct hmacdev_info info = { };
	int ret;

	if (call_cmd(fd, HMACDEV_IOC_INFO, &info) || !info_can_be(&info))
		return false;
	ret = call_cmd(fd, HMACDEV_IOC_DIGEST, &cmd);
	if (info.state == HMACDEV_STATE_UNKEYED)
		return ret == -ENOKEY;
	if (!(info.rights & HMACDEV_RIGHT_SIGN))
		return ret == -EPERM;
	if (info.state == HMACDEV_STATE_FINALIZED)
		return ret == -EBADFD;
	return !ret && pieces_of(tag) == info.bytes / all.piece;
}

static bool do_copy(struct worker *w)
{
	bool fresh = random_one_in(&w->r, 3), right;
	struct hmacdev_copy cmd = {
		.flags = fresh ? HMACDEV_COPY_FRESH : 0,
		.rights = ~0U,
	};
	struct hmacdev_info info = { };
	int fd = call_cmd(w->fd, HMACDEV_IOC_COPY, &cmd);

	count_call("COPY", fd >= 0);
	if (fd < 0 && fresh)
		return fd == -EPERM || fd == -ENOKEY;
	if (fd < 0)
		return refused(fd) || interrupted(fd);
	right = check_own(fd) && !call_cmd(fd, HMACDEV_IOC_INFO, &info) &&
		info.state == HMACDEV_STATE_ACTIVE && !(fresh && info.bytes);
	close(fd);
	return right;
}

static bool do_update(struct worker *w)
{
	struct hmacdev_update cmd = {
		.msg = (uintptr_t)all.msg,
		.len = all.piece,
	};
	int ret = call_cmd(w->fd, HMACDEV_IOC_UPDATE, &cmd);

	count_call("UPDATE", !ret);
	return !ret || ret == -EBADFD || ret == -ENOKEY || interrupted(ret);
}

static bool do_write(struct worker *w)
{
	ssize_t ret = write(w->fd, all.msg, all.piece);

	count_call("write", ret > 0);
	return ret == all.piece ||
		(ret < 0 && (errno == EBADFD || errno == ENOKEY ||
			     interrupted(-errno)));
}

/* It cannot be read to its end, so nothing of it may be taken. */
static bool do_bad_update(struct worker *w)
{
	struct hmacdev_update cmd = {
		.msg = (uintptr_t)all.msg,
		.len = HMACDEV_MSG_MAX,
	};
	int ret = call_cmd(w->fd, HMACDEV_IOC_UPDATE, &cmd);

	count_call("UPDATE", !ret);
	return ret == -EFAULT || ret == -EBADFD || ret == -ENOKEY ||
		interrupted(ret);
}

static bool make_tag(struct worker *w, unsigned int ioc, const char *name)
{
	__u8 tag[HMACDEV_TAG_MAX];
	struct hmacdev_tag cmd = {
		.tag = (uintptr_t)tag,
		.tag_len = sizeof(tag),
	};
	int ret = call_cmd(w->fd, ioc, &cmd);

	count_call(name, !ret);
	return ret ? refused(ret) || interrupted(ret) : pieces_of(tag) >= 0;
}

static bool do_digest(struct worker *w)
{
	return make_tag(w, HMACDEV_IOC_DIGEST, "DIGEST");
}

static bool do_finalize(struct worker *w)
{
	return make_tag(w, HMACDEV_IOC_FINALIZE, "FINALIZE");
}

static bool do_verify(struct worker *w)
{
	struct hmacdev_tag cmd = {
		.tag = (uintptr_t)all.tags[random_below(&w->r, 4)],
		.tag_len = all.tag_len,
	};
	int ret = call_cmd(w->fd, HMACDEV_IOC_VERIFY, &cmd);

	count_call("VERIFY", !ret);
	return !ret || ret == -EBADMSG || refused(ret) || interrupted(ret);
}

static bool do_reset(struct worker *w)
{
	struct hmacdev_reset cmd = { };
	int ret = call_cmd(w->fd, HMACDEV_IOC_RESET, &cmd);

	count_call("RESET", !ret);
	return !ret || ret == -ENOKEY || interrupted(ret);
}

static bool do_restrict(struct worker *w)
{
	struct hmacdev_restrict cmd = {
		.rights = ~(1U << random_below(&w->r, 6)),
	};
	int ret = call_cmd(w->fd, HMACDEV_IOC_RESTRICT, &cmd);

	count_call("RESTRICT", !ret);
	return !ret || ret == -ENOKEY;
}

/* Another context takes the place of one that the others are using. */
static bool do_replace(struct worker *w)
{
	int fd = new_context(!random_one_in(&w->r, 4),
			     random_one_in(&w->r, 3));
	bool done = dup3(fd, w->fd, O_CLOEXEC) == w->fd;

	count_call("open", true);
	count_call("dup", done);
	close(fd);
	count_call("close", true);
	return done;
}

static bool do_fork(struct worker *w)
{
	pid_t pid = fork(), ended;
	int status;

	if (!pid)
		_exit(!(do_update(w) && do_mac(w) && do_copy(w)));
	do {
		ended = waitpid(pid, &status, 0);
	} while (ended < 0 && errno == EINTR);
	return pid > 0 && ended == pid && !status;
}

/* Each call is made once in so many times that it is chosen. */
enum {
	one_in_alg = 4, one_in_new = 2, one_in_update = 1, one_in_digest = 1,
	one_in_finalize = 2, one_in_verify = 2, one_in_reset = 2,
	one_in_copy = 1, one_in_restrict = 4, one_in_info = 1, one_in_mac = 1,
	one_in_batch = 1, one_in_derive = 1, one_in_oneshot = 2,
};

#define DO(_name, _NAME, ...)	{ #_NAME, do_##_name, one_in_##_name },

static const struct {
	const char *name;
	bool (*run)(struct worker *w);
	unsigned int one_in;
} any[] = {
	EACH_CALL(DO)
	{ "UPDATE", do_update, 1 }, { "COPY", do_copy, 1 },
	{ "write", do_write, 1 },
	{ "UPDATE that cannot be read", do_bad_update, 4 },
	{ "dup over another", do_replace, 4 },
	{ "calls by a child", do_fork, 12 },
};

static void *work(void *arg)
{
	struct worker *w = arg;
	size_t i, what;

	for (i = 0; i < CALLS && !w->wrong; i++) {
		w->fd = random_pick(&w->r, all.fds);
		do {
			what = random_below(&w->r, sizeof(any) /
					    sizeof(any[0]));
		} while (!random_one_in(&w->r, any[what].one_in));
		if (!any[what].run(w))
			w->wrong = any[what].name;
	}
	__atomic_fetch_sub(&all.running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void make_tags(void)
{
	struct secret *key = secret_new(all.alg, all.tag_len, all.key,
					sizeof(all.key));
	struct context *ctx = context_new();
	struct secret *child;
	struct tag tag;
	int i;

	key->refs++;
	context_key(ctx, key, HMACDEV_RIGHTS_SIGNER);
	for (i = 0; i <= PIECES_MAX; i++) {
		context_tag(ctx, &tag);
		memcpy(all.tags[i], tag.bytes, sizeof(tag.bytes));
		context_append(ctx, all.msg, all.piece);
	}
	context_put(ctx);
	for (i = 0; i < SHORT_MAX; i++) {
		child = secret_derive(key, all.alg, all.tag_len, all.msg,
				      i * all.piece);
		secret_mac(child, NULL, 0, &tag);
		memcpy(all.children[i], tag.bytes, sizeof(tag.bytes));
		secret_put(child);
	}
	secret_put(key);
}

/* Short ones, those that take heap, and those of several copies */
static void begin(__u64 seed)
{
	static const size_t sizes[] = { 1, 64, 64, 100, 300, 1000, PIECE_MAX };
	struct random r = { seed };
	int i;

	all.seed = seed;
	do {
		all.alg = &random_pick(&r, algorithms);
	} while (!all.alg->md || !all.alg->available);
	all.tag_len = HMACDEV_TAG_MIN +
		random_below(&r, all.alg->digest_size - HMACDEV_TAG_MIN + 1);
	random_bytes(&r, all.key, sizeof(all.key));
	all.piece = random_pick(&r, sizes);
	random_bytes(&r, all.msg, all.piece);
	for (i = 1; i < SHORT_MAX; i++)
		memcpy(all.msg + i * all.piece, all.msg, all.piece);
	make_tags();
	for (i = 0; i < FDS; i++)
		all.fds[i] = new_context(i, i == 1);
	all.signals = random_one_in(&r, 2);
	all.restart = random_one_in(&r, 3);
}

static void ignore(int nr)
{
}

/*
 * fork() blocks all signals of its thread for a moment. If the child ends in
 * it, another thread gets SIGCHLD, which would end a batch early.
 */
static void block_children(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL))
		abort();
}

/* To the threads, in turn, until they are done */
static void send_signals(const struct worker *workers)
{
	struct sigaction action = {
		.sa_handler = ignore,
		.sa_flags = all.restart ? SA_RESTART : 0,
	};
	unsigned int i;

	if (sigaction(SIGUSR1, &action, NULL))
		abort();
	for (i = 0; __atomic_load_n(&all.running, __ATOMIC_ACQUIRE); i++) {
		pthread_kill(workers[i % THREADS].thread, SIGUSR1);
		usleep(300);
	}
}

static const char *finish(void)
{
	const char *wrong = NULL;
	int i;

	for (i = 0; i < FDS; i++) {
		if (!check_own(all.fds[i]))
			wrong = "a context in the end";
		close(all.fds[i]);
	}
	return wrong;
}

bool shared_run(__u64 seed)
{
	struct worker workers[THREADS];
	const char *wrong = NULL;
	int i;

	begin(seed);
	block_children();
	all.running = THREADS;
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .r = { random_mix(seed, i) } };
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			abort();
	}
	if (all.signals)
		send_signals(workers);
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		wrong = wrong ?: workers[i].wrong;
	}
	wrong = finish() ?: wrong;
	count_round();
	if (wrong)
		printf("# shared by threads: %s went wrong: %s, pieces of %zu, tags of %u\n"
		       "# try again with: make fuzz BITS=%d ROUND=%#llx\n",
		       wrong, all.alg->name, all.piece, all.tag_len,
		       CALLER_BITS, seed);
	return !wrong;
}
