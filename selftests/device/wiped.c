// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that a call leaves no key, message or tag behind, neither on the kernel
 * stack nor in freed memory. They search the kernel's memory in /proc/kcore.
 */
#include <elf.h>
#include <sys/utsname.h>

#include "hmacdev_append.h"
#include "hmacdev_users.h"

#define SECRET		256		/* bytes; a longer one repeats them */
#define SECRET_WORDS	(SECRET / 8)
#define TAG_WORDS	(HALF_TAG_LEN / 8)
#define WORDS		(SECRET_WORDS + TAG_WORDS)
#define STACKFUL	1024		/* what the module keeps on the stack */
#define LONG		65536
#define REPEATED	(1UL << 22)	/* bytes of a file, mapped many times */
#define CHUNK		(1UL << 18)

/* What is searched for is nowhere as it is but in the searcher's registers. */
static volatile __u64 mask = 0x5ac36990f0a5963c;

/* A process that makes a call and lives on, so that its stack is its own */
struct caller {
	__u64 secret;			/* the seed of it */
	__u64 tag[TAG_WORDS];		/* the tag, if it had one, masked */
	int fd;				/* the context, which lives on, too */
	int ret;
	bool done;
	__u8 *shared;			/* the secret, if it is killed */
};

/* Each is to return 0. @secret is at the end of what can be read. */
struct scene {
	const char *name;
	size_t len;			/* of the secret, in bytes */
	bool unkeyed;
	int (*run)(struct caller *c, const __u8 *secret);
	bool killed;			/* during the call */
	bool excepted;			/* an exception comes in a copy */
};

static __u64 word_of(__u64 seed, unsigned int i)
{
	__u64 state = seed + i;

	return test_random(&state);
}

static void show(__u64 seed, volatile __u64 *to, size_t len)
{
	size_t i;

	for (i = 0; i < len / 8; i++)
		to[i] = word_of(seed, i % SECRET_WORDS);
}

static void wipe(volatile void *p, size_t len)
{
	volatile __u64 *words = p;
	size_t i;

	for (i = 0; i < len / 8; i++)
		words[i] = 0;
}

static void hide_tag(struct caller *c, __u64 *tag)
{
	int i;

	for (i = 0; i < TAG_WORDS; i++)
		c->tag[i] = ((volatile __u64 *)tag)[i] ^ mask;
	wipe(tag, HALF_TAG_LEN);
}

static int expected(int ret, int want)
{
	return ret == want ? 0 : ret ?: -EILSEQ;
}

static int sign(struct caller *c, const __u8 *msg, size_t len)
{
	__u64 tag[TAG_WORDS] = { };
	int ret = _test_mac_sign(c->fd, msg, len, tag, sizeof(tag));

	hide_tag(c, tag);
	return expected(ret, HALF_TAG_LEN);
}

static int new_key(struct caller *c, const __u8 *secret)
{
	return _test_new(c->fd, "sha256", secret, 64);
}

static int new_long_key(struct caller *c, const __u8 *secret)
{
	return _test_new(c->fd, "sha256", secret, LONG / 16);
}

static int new_half_a_key(struct caller *c, const __u8 *secret)
{
	return expected(_test_new(c->fd, "sha256", secret, 128), -EFAULT);
}

static int finalize(struct caller *c, const __u8 *secret, size_t len)
{
	__u64 tag[TAG_WORDS] = { };
	int ret = _test_update(c->fd, secret, len) ?:
		_test_finalize(c->fd, tag, sizeof(tag));

	hide_tag(c, tag);
	return expected(ret, HALF_TAG_LEN);
}

static int update_finalize(struct caller *c, const __u8 *secret)
{
	return finalize(c, secret, 48);
}

static int long_update_finalize(struct caller *c, const __u8 *secret)
{
	return finalize(c, secret, LONG);
}

static int update_in_vain(struct caller *c, const __u8 *secret)
{
	return expected(_test_update(c->fd, secret, 4096), -EFAULT);
}

static int update_reset(struct caller *c, const __u8 *secret)
{
	return _test_update(c->fd, secret, 48) ?: _test_reset(c->fd);
}

static int write_reset(struct caller *c, const __u8 *secret)
{
	return expected(_test_write(c->fd, secret, 48), 48) ?:
		_test_reset(c->fd);
}

static int digest_reset(struct caller *c, const __u8 *secret)
{
	__u64 tag[TAG_WORDS] = { };
	int ret = _test_update(c->fd, secret, 48) ?:
		_test_digest(c->fd, tag, sizeof(tag));

	hide_tag(c, tag);
	return expected(ret, HALF_TAG_LEN) ?: _test_reset(c->fd);
}

static int update_copy_reset(struct caller *c, const __u8 *secret)
{
	int ret = _test_update(c->fd, secret, 48), copy;

	copy = _test_copy(c->fd, HMACDEV_RIGHTS_SIGNER);
	return ret ?: _test_reset(copy) ?: _test_reset(c->fd);
}

/* The right tag is the kernel's alone, if SIGN has left nothing. */
static int verify(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, 48) ?: _test_update(c->fd, secret, 48) ?:
		expected(_test_verify(c->fd, half_tag, HALF_TAG_LEN), -EBADMSG);
}

static int mac(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, 48);
}

static int mac_of_a_stackful(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, STACKFUL);
}

static int long_mac(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, LONG);
}

static int mac_of_a_stackful_in_vain(struct caller *c, const __u8 *secret)
{
	return expected(sign(c, secret, STACKFUL), -EFAULT);
}

static int mac_in_vain(struct caller *c, const __u8 *secret)
{
	return expected(sign(c, secret, 128), -EFAULT);
}

static int mac_verify(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, 48) ?:
		expected(_test_mac_verify(c->fd, secret, 48, half_tag,
					  HALF_TAG_LEN), -EBADMSG);
}

static int mac_to_nowhere(struct caller *c, const __u8 *secret)
{
	return sign(c, secret, 48) ?:
		expected(_test_mac_sign(c->fd, secret, 48, NULL, HALF_TAG_LEN),
			 -EFAULT);
}

static int batch(struct caller *c, const __u8 *secret)
{
	__u64 tag[TAG_WORDS] = { };
	struct hmacdev_op op = {
		.msg = test_addr(secret),
		.len = 48,
		.tag = test_addr(tag),
		.tag_len = sizeof(tag),
		.op = HMACDEV_OP_SIGN,
	};
	int ret = _test_batch(c->fd, &op, 1);

	hide_tag(c, tag);
	return expected(ret, 1) ?: op.status;
}

static int oneshot(struct caller *c, const __u8 *secret)
{
	__u64 tag[TAG_WORDS] = { };
	int ret = _test_oneshot(c->fd, "sha256", secret, 64, secret + 64, 48,
				tag, sizeof(tag));

	hide_tag(c, tag);
	return expected(ret, HALF_TAG_LEN);
}

static int derive(struct caller *c, const __u8 *secret)
{
	int ret = sign(c, secret, 48), child;
	int fd = _test_open(O_RDWR | O_CLOEXEC);

	ret = ret ?: _test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0,
				    HMACDEV_RIGHT_DERIVE);
	child = _test_derive(fd, "sha256", secret, 48, 0, HMACDEV_RIGHT_SIGN);
	return ret ?: child < 0 ? child : 0;
}

/* The child has the descriptor alone. */
static int update_close(struct caller *c, const __u8 *secret)
{
	int copy = _test_copy(c->fd, HMACDEV_RIGHTS_SIGNER);

	return _test_update(copy, secret, 48) ?: close(copy);
}

/* It takes long enough to be killed before it ends. */
static int update_forever(struct caller *c, const __u8 *secret)
{
	return _test_update(c->fd, secret, HMACDEV_MSG_MAX);
}

/* Found it must be: a message that goes on. */
static int update(struct caller *c, const __u8 *secret)
{
	return _test_update(c->fd, secret, 48);
}

static const struct scene scenes[] = {
	{ "NEW", SECRET, true, new_key },
	{ "NEW with a long key", LONG, true, new_long_key, .excepted = true },
	{ "NEW with half a key", 64, true, new_half_a_key, .excepted = true },
	{ "UPDATE, FINALIZE", SECRET, false, update_finalize },
	{ "long UPDATE, FINALIZE", LONG, false, long_update_finalize,
	  .excepted = true },
	{ "UPDATE that fails", SECRET, false, update_in_vain,
	  .excepted = true },
	{ "UPDATE, RESET", SECRET, false, update_reset },
	{ "write, RESET", SECRET, false, write_reset },
	{ "UPDATE, DIGEST, RESET", SECRET, false, digest_reset },
	{ "UPDATE, COPY, RESET", SECRET, false, update_copy_reset },
	{ "UPDATE, VERIFY", SECRET, false, verify },
	{ "MAC", SECRET, false, mac },
	{ "MAC of 1 KiB", STACKFUL, false, mac_of_a_stackful },
	{ "MAC of 1 KiB that fails", STACKFUL - 64, false,
	  mac_of_a_stackful_in_vain, .excepted = true },
	{ "long MAC", LONG, false, long_mac, .excepted = true },
	{ "MAC that fails", 64, false, mac_in_vain, .excepted = true },
	{ "MAC that verifies", SECRET, false, mac_verify },
	{ "MAC to no buffer", SECRET, false, mac_to_nowhere },
	{ "BATCH", SECRET, false, batch },
	{ "ONESHOT", SECRET, true, oneshot },
	{ "DERIVE", SECRET, false, derive },
	{ "UPDATE, close", SECRET, false, update_close },
	{ "UPDATE that is killed", REPEATED, false, update_forever, true,
	  true },
	{ "UPDATE alone", SECRET, false, update },
};

#define NR_SCENES	ARRAY_SIZE(scenes)
#define CONTROL		(NR_SCENES - 1)

/*
 * Chance decides what is found of one caller. An interrupt during a copy saves
 * registers with some words of it. The next calls overwrite a part of what a
 * call leaves on its stack: not always the same part, since the kernel shifts
 * the stack of each call at random. So each scene has many callers, and it is a
 * leak if several of them leave something.
 */
#define CALLERS		12
#define LEAKING		2
#define ALL_CALLERS	(NR_SCENES * CALLERS)

/* All that is searched for, masked */
static __u64 needles[ALL_CALLERS][WORDS];
static int found[ALL_CALLERS];

/* A hash table: for each masked word, its place in needles + 1 */
#define SLOTS		(1U << 18)
static __u32 places[SLOTS];

static __u32 slot_of(__u64 word)
{
	return word % SLOTS;
}

static void add_needles(unsigned int number, const struct caller *c)
{
	__u64 *words = needles[number];
	__u32 slot;
	int i;

	for (i = 0; i < SECRET_WORDS; i++)
		words[i] = word_of(c->secret, i) ^ mask;
	for (i = 0; i < TAG_WORDS; i++)
		words[SECRET_WORDS + i] = c->tag[i];
	for (i = 0; i < WORDS; i++) {
		for (slot = slot_of(words[i]); places[slot];)
			slot = slot_of(slot + 1);
		places[slot] = number * WORDS + i + 1;
	}
}

static void compare(__u64 word, __u64 next)
{
	const __u64 *words = needles[0];
	__u32 slot, place;

	for (slot = slot_of(word); places[slot]; slot = slot_of(slot + 1)) {
		place = places[slot] - 1;
		if (words[place] == word && place % WORDS < WORDS - 1 &&
		    words[place + 1] == next)
			found[place / WORDS]++;
	}
}

static void search_chunk(const volatile __u64 *words, size_t nr)
{
	__u64 word, next = words[0] ^ mask;
	size_t i;

	for (i = 1; i < nr; i++) {
		word = next;
		next = words[i] ^ mask;
		if (places[slot_of(word)] && word != next)
			compare(word, next);
	}
}

/* Returns how many bytes could be read. */
static __u64 search_segment(int kcore, __u64 *chunk, const Elf64_Phdr *segment)
{
	__u64 at, len, read = 0;

	for (at = 0; at < segment->p_filesz; at += len) {
		len = segment->p_filesz - at;
		len = len < CHUNK ? len : CHUNK;
		if (pread64(kcore, chunk, len, segment->p_offset + at) !=
		    (ssize_t)len)
			continue;
		search_chunk(chunk, len / 8);
		read += len;
	}
	return read;
}

/* Memory, as it is mapped once; where else it is has no physical address. */
static bool is_memory(const Elf64_Phdr *segment)
{
	return segment->p_type == PT_LOAD && segment->p_paddr != -1ULL;
}

static __u64 search(int kcore, __u64 *chunk)
{
	Elf64_Phdr segments[64];
	__u64 read = 0;
	Elf64_Ehdr elf;
	int i;

	if (pread64(kcore, &elf, sizeof(elf), 0) != sizeof(elf) ||
	    elf.e_phnum > ARRAY_SIZE(segments) ||
	    pread64(kcore, segments, elf.e_phnum * sizeof(segments[0]),
		    elf.e_phoff) != elf.e_phnum * (ssize_t)sizeof(segments[0]))
		return 0;
	for (i = 0; i < elf.e_phnum; i++)
		if (is_memory(&segments[i]))
			read += search_segment(kcore, chunk, &segments[i]);
	return read;
}

static void call(struct caller *c, const struct scene *scene)
{
	__u8 *secret = test_alloc_edge(scene->len);

	show(c->secret, (void *)secret, scene->len);
	c->ret = scene->run(c, secret);
	wipe(secret, scene->len);
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

/* The secret again and again, HMACDEV_MSG_MAX bytes of it */
static __u8 *map_repeated(int file, size_t size)
{
	__u8 *map = mmap(NULL, HMACDEV_MSG_MAX, PROT_NONE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t at, len;

	if (map == MAP_FAILED)
		return NULL;
	for (at = 0; at < HMACDEV_MSG_MAX; at += len) {
		len = HMACDEV_MSG_MAX - at;
		len = len < size ? len : size;
		if (mmap(map + at, len, PROT_READ, MAP_SHARED | MAP_FIXED,
			 file, 0) == MAP_FAILED)
			return NULL;
	}
	return map;
}

static void call_until_killed(struct caller *c, const struct scene *scene,
			      int file)
{
	__u8 *secret = map_repeated(file, scene->len);

	/* Leave the processors to the test, and to the other callers. */
	c->ret = secret && nice(19) == 19 ? 0 : -ENOMEM;
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	_exit(secret ? scene->run(c, secret) : 1);
}

/* Put the secret into shared memory, to wipe it after its caller is gone. */
static int share(struct __test_metadata *_metadata, struct caller *c,
		 const struct scene *scene)
{
	int file = memfd_create("wiped", MFD_CLOEXEC);

	ASSERT_EQ(0, ftruncate(file, scene->len));
	c->shared = mmap(NULL, scene->len, PROT_READ | PROT_WRITE, MAP_SHARED,
			 file, 0);
	ASSERT_NE(MAP_FAILED, c->shared);
	show(c->secret, (void *)c->shared, scene->len);
	return file;
}

static pid_t start(struct __test_metadata *_metadata, struct caller *c,
		   const struct scene *scene, __u64 *seed)
{
	int file = -1;
	pid_t pid;

	c->secret = test_random(seed);
	c->fd = test_open();
	if (!scene->unkeyed)
		test_new(c->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	if (scene->killed)
		file = share(_metadata, c, scene);
	pid = fork_child();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (scene->killed)
			call_until_killed(c, scene, file);
		call(c, scene);
	}
	close(file);
	ASSERT_TRUE(comes_true(__atomic_load_n(&c->done, __ATOMIC_ACQUIRE)));
	EXPECT_EQ(0, c->ret)
		TH_LOG("%s: %s", scene->name, strerror(-c->ret));
	return pid;
}

/* How many page faults @pid has had */
static unsigned long faults(pid_t pid)
{
	unsigned long count;
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*d %*s %*s %*s %*s %*s %*s %*s %*s %lu", &count) != 1)
		count = 0;
	fclose(f);
	return count;
}

/* Kill a caller during its call: only that causes page faults now. */
static void kill_in_call(struct __test_metadata *_metadata, struct caller *c,
			 const struct scene *scene, pid_t pid)
{
	unsigned long before = faults(pid);
	int status = 0;

	ASSERT_TRUE(comes_true(faults(pid) > before + 4));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_TRUE(comes_true(waitpid(pid, &status, WNOHANG)));
	EXPECT_TRUE(WIFSIGNALED(status))
		TH_LOG("%s: status %#x", scene->name, status);
	wipe(c->shared, scene->len);
	munmap(c->shared, scene->len);
}

/*
 * All callers of a scene live at the same time, so that none of them allocates
 * and overwrites what another has freed.
 */
static void play(struct __test_metadata *_metadata, const struct scene *scene,
		 struct caller *callers, pid_t *pids, __u64 *seed)
{
	int i;

	for (i = 0; i < CALLERS; i++)
		pids[i] = start(_metadata, &callers[i], scene, seed);
	for (i = 0; i < CALLERS && scene->killed; i++) {
		kill_in_call(_metadata, &callers[i], scene, pids[i]);
		pids[i] = 0;
	}
}

/* How many of a scene's callers have left something behind */
static int count_leaks(const int *callers)
{
	int i, leaks = 0;

	for (i = 0; i < CALLERS; i++)
		leaks += callers[i] > 0;
	return leaks;
}

/*
 * ARM kernels copy user memory through registers. The exception that ends or
 * interrupts a copy saves them on the stack, where no module can wipe them.
 */
static bool exceptions_leak(void)
{
	struct utsname name;

	return !uname(&name) && (!strncmp(name.machine, "aarch64", 7) ||
				 !strncmp(name.machine, "arm", 3));
}

TEST(wiped)
{
	struct caller *callers =
		mmap(NULL, sizeof(*callers) * ALL_CALLERS,
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	__u64 *chunk = malloc(CHUNK), seed = getpid();
	pid_t pids[ALL_CALLERS];
	int i, leaks, left_out = 0;

	if (kcore < 0)
		SKIP(return, "/proc/kcore: %s", strerror(errno));
	ASSERT_NE(MAP_FAILED, callers);
	ASSERT_NE(NULL, chunk);
	for (i = 0; i < NR_SCENES; i++)
		play(_metadata, &scenes[i], &callers[i * CALLERS],
		     &pids[i * CALLERS], &seed);
	for (i = 0; i < ALL_CALLERS; i++)
		add_needles(i, &callers[i]);
	EXPECT_LT(1 << 28, search(kcore, chunk));
	for (i = 0; i < ALL_CALLERS; i++) {
		if (!pids[i])
			continue;
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	for (i = 0; i < NR_SCENES; i++) {
		if (scenes[i].excepted && exceptions_leak()) {
			left_out++;
			continue;
		}
		leaks = count_leaks(&found[i * CALLERS]);
		EXPECT_EQ(i == CONTROL, leaks >= LEAKING)
			TH_LOG("after %s: %d of %d callers", scenes[i].name,
			       leaks, CALLERS);
	}
	if (left_out && __test_passed(_metadata))
		SKIP(return, "%d of %zu scenes: exceptions in copies save registers",
		     left_out, NR_SCENES);
}

TEST_HARNESS_MAIN
