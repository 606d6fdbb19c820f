// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for places where a key, a message or a tag must not appear: the memory
 * of a process with a keyring key, and tracepoints.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hmacdev_keys.h"

#define KEY_LEN		32
#define WORDS		(KEY_LEN / 8)
#define CHUNK		(1UL << 16)

/*
 * A key that the process looks for and must not have: every word of it is
 * masked, with what the compiler cannot take out of a loop.
 */
struct needle {
	__u64 words[WORDS];
};

static volatile __u64 mask = 0xa5c3960ff05a693c;

/* The inner and the outer pad of HMAC are no better than the key */
static const __u64 pads[] = {
	0, 0x3636363636363636, 0x5c5c5c5c5c5c5c5c,
};

/* Which a masked word may end in: spares nearly all of the comparisons */
static bool likely[1 << 16];

static void look_for(const struct needle *needle, bool on)
{
	int i, j;

	for (i = 0; i < WORDS; i++)
		for (j = 0; j < ARRAY_SIZE(pads); j++)
			likely[(__u16)(needle->words[i] ^ pads[j])] = on;
}

/* Is the masked @word one of the key's, or of a pad's? */
static bool is_part(__u64 word, const struct needle *needle)
{
	int i, j;

	for (i = 0; i < WORDS; i++)
		for (j = 0; j < ARRAY_SIZE(pads); j++)
			if (word == (needle->words[i] ^ pads[j]))
				return true;
	return false;
}

/* How often a word of the key is in @len bytes, its start at any of them */
static int count_in(const __u8 *bytes, size_t len, const struct needle *needle)
{
	int found = 0;
	__u64 word;
	size_t at;

	for (at = 0; at + sizeof(word) <= len; at++) {
		memcpy(&word, bytes + at, sizeof(word));
		word ^= mask;
		if (likely[(__u16)word])
			found += is_part(word, needle);
	}
	return found;
}

/* The same in a range of our memory, but for the buffer that it is read into */
static int count_range(int mem, __u8 *chunk, unsigned long from,
		       unsigned long to, const struct needle *needle)
{
	int found = 0;
	ssize_t got;

	if (from <= (uintptr_t)chunk && (uintptr_t)chunk < to)
		return count_range(mem, chunk, from, (uintptr_t)chunk, needle) +
			count_range(mem, chunk, (uintptr_t)chunk + CHUNK, to,
				    needle);
	while (from < to) {
		got = pread(mem, chunk, to - from < CHUNK ? to - from : CHUNK,
			    from);
		if (got <= 0)
			break;	/* [vvar] and the like */
		found += count_in(chunk, got, needle);
		if (got <= sizeof(__u64))
			break;
		from += got == CHUNK ? got - sizeof(__u64) + 1 : got;
	}
	return found;
}

/* How often a word of the key is anywhere in the memory of this process */
static int count_in_memory(const struct needle *needle, size_t *scanned)
{
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC), found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	__u8 *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long from, to;
	char line[512];

	look_for(needle, true);
	*scanned = 0;
	if (mem < 0 || !maps || chunk == MAP_FAILED)
		return -1;
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		found += count_range(mem, chunk, from, to, needle);
		*scanned += to - from;
	}
	look_for(needle, false);
	munmap(chunk, CHUNK);
	fclose(maps);
	close(mem);
	return found;
}

FIXTURE(memory)
{
	struct needle *needle;	/* of the key ... */
	struct needle *child;	/* ... and of what DERIVE makes of it */
	__u8 *tag;		/* of HALF_MSG, as OpenSSL makes it */
	long serial;
};

FIXTURE_VARIANT(memory)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(memory, user) { .type = "user" };
FIXTURE_VARIANT_ADD(memory, logon) { .type = "logon" };

static void hide(const __u8 *key, struct needle *needle)
{
	int i;

	memcpy(needle->words, key, KEY_LEN);
	for (i = 0; i < WORDS; i++)
		needle->words[i] ^= mask;
}

/* In a process that is gone afterwards, and its memory with it */
static int make_secret(FIXTURE_DATA(memory) *self, const char *type)
{
	__u8 key[KEY_LEN], derived[KEY_LEN];

	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return 1;
	hide(key, self->needle);
	HMAC(EVP_sha256(), key, sizeof(key), (__u8 *)HALF_MSG, HALF_WHOLE,
	     self->tag, NULL);
	HMAC(EVP_sha256(), key, sizeof(key), (__u8 *)"child", 5, derived, NULL);
	hide(derived, self->child);
	return _test_add_key(type, "hmac:secret", key, sizeof(key),
			     KEY_SPEC_SESSION_KEYRING) < 0;
}

FIXTURE_SETUP(memory)
{
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED |
			    MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	ASSERT_NE(MAP_FAILED, shared);
	self->needle = (void *)shared;
	self->child = (void *)shared + 1024;
	self->tag = (void *)shared + 2048;
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(make_secret(self, variant->type));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	self->serial = test_keyctl(SEARCH, KEY_SPEC_SESSION_KEYRING,
				   variant->type, "hmac:secret");
}

FIXTURE_TEARDOWN(memory)
{
}

#define test_absent(needle)						\
	do {								\
		size_t _scanned;					\
									\
		EXPECT_EQ(0, count_in_memory(needle, &_scanned));	\
		EXPECT_LT(1UL << 20, _scanned);				\
	} while (0)

/* Each way that a context makes use of a key */
static void use(struct __test_metadata *_metadata, int fd, const __u8 *want)
{
	int copy = test_copy(fd, HMACDEV_RIGHTS_SIGNER);
	struct hmacdev_info info;
	__u8 tag[HALF_TAG_LEN];

	test_update(fd, HALF_MSG, HALF_WHOLE);
	test_digest(fd, tag, sizeof(tag));
	EXPECT_MEMEQ(want, tag, sizeof(tag));
	test_finalize(fd, tag, sizeof(tag));
	EXPECT_MEMEQ(want, tag, sizeof(tag));
	test_mac_sign(copy, HALF_MSG, HALF_WHOLE, tag, sizeof(tag));
	EXPECT_MEMEQ(want, tag, sizeof(tag));
	test_update(copy, HALF_MSG, HALF_WHOLE);
	test_verify(copy, want, HALF_TAG_LEN);
	test_info(copy, &info);
	close(copy);
}

TEST_F(memory, key_from_a_keyring)
{
	int fd = test_open();

	test_absent(self->needle);
	test_new_keyring(fd, self->serial);
	test_absent(self->needle);
	use(_metadata, fd, self->tag);
	test_absent(self->needle);
}

TEST_F(memory, derived_key)
{
	int fd = test_open(), signer = test_open(), child;
	__u8 tag[HALF_TAG_LEN];

	ASSERT_EQ(0, _test_new_keyring_with(fd, self->serial,
					    HMACDEV_RIGHT_DERIVE));
	child = test_derive(fd, "sha256", "child", 5, 0, HMACDEV_RIGHTS_SIGNER);
	test_mac_sign(child, HALF_MSG, HALF_LEN, tag, sizeof(tag));
	test_absent(self->needle);
	test_absent(self->child);

	/* As SIGN would have it, which is why no context has both rights */
	test_new_keyring(signer, self->serial);
	test_mac_sign(signer, "child", 5, tag, sizeof(tag));
	EXPECT_LE(WORDS, count_in_memory(self->child, &(size_t){ 0 }));
}

static void show(const struct needle *needle, void *to)
{
	__u64 *words = to;
	int i;

	for (i = 0; i < WORDS; i++)
		words[i] = needle->words[i] ^ mask;
}

/* The key, somewhere: wherever it is, it is found, and not when it has gone */
static void check_found(struct __test_metadata *_metadata,
			const struct needle *needle, __u8 *at)
{
	size_t scanned;

	show(needle, at);
	EXPECT_LE(WORDS, count_in_memory(needle, &scanned));
	explicit_bzero(at, KEY_LEN);
}

static __u8 in_data[KEY_LEN + 1] = { 1 };
static __u8 in_bss[KEY_LEN];

TEST_F(memory, is_found_if_it_is_there)
{
	__u8 on_stack[KEY_LEN], *on_heap = malloc(KEY_LEN + 3);
	__u8 *big = test_alloc_edge(3 * CHUNK);
	size_t at;

	ASSERT_NE(NULL, on_heap);
	ASSERT_NE(NULL, big);
	test_absent(self->needle);
	check_found(_metadata, self->needle, on_stack);
	check_found(_metadata, self->needle, on_heap + 3);
	check_found(_metadata, self->needle, in_data + 1);
	check_found(_metadata, self->needle, in_bss);
	check_found(_metadata, self->needle, big);
	check_found(_metadata, self->needle, big + 3 * CHUNK - KEY_LEN);
	for (at = CHUNK - 40; at < CHUNK + 8; at += 5)
		check_found(_metadata, self->needle, big + at);
}

/* A word of it is enough, and so is what HMAC makes of the key first */
TEST_F(memory, is_found_in_part)
{
	__u8 *heap = malloc(KEY_LEN);
	size_t i, scanned;

	ASSERT_NE(NULL, heap);
	show(self->needle, heap);
	memset(heap, 0, KEY_LEN - 8);
	EXPECT_LE(1, count_in_memory(self->needle, &scanned));
	show(self->needle, heap);
	for (i = 0; i < KEY_LEN; i++)
		heap[i] ^= 0x36;
	EXPECT_LE(WORDS, count_in_memory(self->needle, &scanned));
	explicit_bzero(heap, KEY_LEN);
	free(heap);
}

/* Tracepoints */

#define TELL_KEY	"0123456789abcdef0123456789ABCDEF"
#define OTHER_KEY	"fedcba9876543210FEDCBA9876543210"
#define TRACING		"/sys/kernel/tracing/instances/hmacdev"
#define EVENTS		TRACING "/events/hmacdev/enable"

/* All there is, up to @size; the length */
static size_t read_file(const char *path, __u8 *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t got;

	while (fd >= 0 && len < size &&
	       (got = read(fd, to + len, size - len)) > 0)
		len += got;
	close(fd);
	return len;
}

#define LOG_SIZE	(1UL << 20)

FIXTURE(traced)
{
	__u8 *log;
	__u8 tag[HALF_TAG_LEN];
};

FIXTURE_SETUP(traced)
{
	mkdir(TRACING, 0700);
	if (_test_write_file(EVENTS, "1"))
		SKIP(return, "no tracing of hmacdev here, or not for us");
	self->log = calloc(1, LOG_SIZE + 1);
	ASSERT_NE(NULL, self->log);
}

FIXTURE_TEARDOWN(traced)
{
	_test_write_file(EVENTS, "0");
	rmdir(TRACING);
	free(self->log);
}

/* Everything that an event is for */
static void make_events(struct __test_metadata *_metadata, __u8 *tag)
{
	int fd = test_open(), deriver = test_open(), copy, child;

	test_new(fd, "sha256", TELL_KEY, KEY_LEN);
	test_new_opts(deriver, "sha256", TELL_KEY, KEY_LEN, 0,
		      HMACDEV_RIGHT_DERIVE);
	test_update(fd, OTHER_KEY, KEY_LEN);
	copy = test_copy(fd, HMACDEV_RIGHTS_SIGNER);
	child = test_derive(deriver, "sha256", OTHER_KEY, KEY_LEN, 0,
			    HMACDEV_RIGHTS_SIGNER);
	test_mac_sign(fd, OTHER_KEY, KEY_LEN, tag, HALF_TAG_LEN);
	test_err_verify(EBADMSG, copy, half_tag, HALF_TAG_LEN);
	test_verify(fd, tag, HALF_TAG_LEN);
	close(child);
	close(copy);
	close(deriver);
	close(fd);
}

/* No eight bytes of these in a row, and no eight of their hex digits */
static void check_log(struct __test_metadata *_metadata, const __u8 *log,
		      size_t len, const void *secret)
{
	const __u8 *bytes = secret;
	char hex[2 * KEY_LEN + 1];
	int i;

	for (i = 0; i < KEY_LEN; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
	for (i = 0; i + 8 <= KEY_LEN; i++)
		EXPECT_EQ(NULL, memmem(log, len, bytes + i, 8));
	for (i = 0; i + 8 <= 2 * KEY_LEN; i++)
		EXPECT_EQ(NULL, memmem(log, len, hex + i, 8));
}

#define check_no_secret(len)						\
	do {								\
		check_log(_metadata, self->log, len, TELL_KEY);		\
		check_log(_metadata, self->log, len, OTHER_KEY);	\
		check_log(_metadata, self->log, len, self->tag);	\
	} while (0)

TEST_F(traced, as_text)
{
	static const char * const events[] = {
		"hmacdev_new: ", "hmacdev_copy: ", "hmacdev_derive: ",
		"hmacdev_verify_failed: ",
	};
	size_t len, i;

	make_events(_metadata, self->tag);
	len = read_file(TRACING "/trace", self->log, LOG_SIZE);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		EXPECT_NE(NULL, strstr((char *)self->log, events[i]));
	EXPECT_NE(NULL, strstr((char *)self->log, " alg=sha256 tag_len=32"));
	check_no_secret(len);
}

/* How many times the trace has that event of our making so far */
static int count_events(FIXTURE_DATA(traced) *self, const char *event)
{
	size_t len = read_file(TRACING "/trace", self->log, LOG_SIZE);
	char *at = (char *)self->log;
	int n = 0;

	self->log[len] = '\0';
	while ((at = strstr(at, event))) {
		at += strlen(event);
		n++;
	}
	return n;
}

/* Each guess that is wrong, by its length, too, and none that is right */
TEST_F(traced, wrong_guesses)
{
	int fd = test_open_half(), events = 0;
	struct hmacdev_op op = {
		.op = HMACDEV_OP_VERIFY,
		.msg = test_addr(HALF_MSG),
		.len = HALF_LEN,
		.tag = test_addr(half_tag),
	};
	__u32 len;

#define test_guesses(count)						\
	EXPECT_EQ(count, count_events(self, "hmacdev_verify_failed: "))

	test_verify(fd, half_tag, HALF_TAG_LEN);
	test_mac_verify(fd, HALF_MSG, HALF_LEN, half_tag, HALF_TAG_LEN);
	test_guesses(0);
	for (len = HALF_TAG_LEN - 1; len <= HALF_TAG_LEN + 1; len++) {
		test_reset(fd);
		test_err_verify(EBADMSG, fd, whole_tag, len);
		test_guesses(++events);
		test_err_mac_verify(EBADMSG, fd, HALF_MSG, HALF_LEN, whole_tag,
				    len);
		test_guesses(++events);
		op.tag_len = len;
		test_batch(fd, &op, 1);
		events += len != HALF_TAG_LEN;
		EXPECT_EQ(len == HALF_TAG_LEN ? 0 : -EBADMSG, op.status);
		test_guesses(events);
	}
	close(fd);
}

#define test_events(copies, children)					\
	do {								\
		EXPECT_EQ(copies, count_events(self, "hmacdev_copy: "));  \
		EXPECT_EQ(children, count_events(self, "hmacdev_derive: ")); \
	} while (0)

/* Each way that COPY and DERIVE fail, the last of them at their last step */
static void fail_to_make(struct __test_metadata *_metadata, int fd, int deriver)
{
	const __u32 all = ~0U, signs = HMACDEV_RIGHTS_SIGNER;
	int finalized = test_copy_fresh(fd, all);
	struct rlimit old, tight;

	test_err_copy(EPERM, test_copy(fd, HMACDEV_RIGHT_SIGN), all);
	test_verify(finalized, empty_tag, HALF_TAG_LEN);
	test_err_copy(EBADFD, finalized, all);
	test_err_derive(EPERM, fd, "sha256", "", 0, 0, signs);
	test_err_derive(ENOENT, deriver, "sha257", "", 0, 0, signs);
	test_err_derive(EFAULT, deriver, "sha256", NULL, 1, 0, signs);
	test_err_derive(EINVAL, deriver, "sha256", "", 0, 33, signs);

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	tight = old;
	tight.rlim_cur = 3;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &tight));
	test_err_copy(EMFILE, fd, all);
	test_err_copy_fresh(EMFILE, fd, all);
	test_err_derive(EMFILE, deriver, "sha256", "", 0, 0, signs);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
}

/* An event says that it has happened */
TEST_F(traced, only_what_succeeds)
{
	int fd = test_open_half(), deriver = test_open_deriver();

	test_events(0, 0);
	fail_to_make(_metadata, fd, deriver);
	test_events(2, 0);
	test_copy(fd, 0);
	test_copy_fresh(fd, ~0U);
	test_derive(deriver, "sha256", "", 0, 0, 0);
	test_events(4, 1);
}

/* As the ring buffers have it, where nothing is formatted yet */
TEST_F(traced, as_recorded)
{
	size_t len = 0, all = 0;
	char path[96];
	int cpu;

	make_events(_metadata, self->tag);
	for (cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		snprintf(path, sizeof(path),
			 TRACING "/per_cpu/cpu%d/trace_pipe_raw", cpu);
		len = read_file(path, self->log, LOG_SIZE);
		all += len;
		check_no_secret(len);
	}
	EXPECT_LT(0, all);
}

TEST_HARNESS_MAIN
