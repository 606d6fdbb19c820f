// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that a process that uses a key of a keyring, or a derived key, does not
 * have the key in its memory.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
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

/* The inner and the outer pad of HMAC reveal the key. */
static const __u64 pads[] = {
	0, 0x3636363636363636, 0x5c5c5c5c5c5c5c5c,
};

/* The last 16 bits of the masked words; most other words are skipped. */
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

/* The number of words of the key in @len bytes, at any alignment */
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

/* The same in a range of our memory, except the buffer for reading it */
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

/* The number of words of the key in the memory of this process */
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

/* In a child, so that its memory is freed afterwards */
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

/* Each way to use a key */
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

/* @to may be unaligned. */
static void show(const struct needle *needle, __u8 *to)
{
	__u64 word;
	int i;

	for (i = 0; i < WORDS; i++) {
		word = needle->words[i] ^ mask;
		memcpy(to + i * sizeof(word), &word, sizeof(word));
	}
	explicit_bzero(&word, sizeof(word));
}

/* The search finds the key in each kind of memory, until it is wiped. */
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

/* The search finds a single word of the key, and a word of a pad. */
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

TEST_HARNESS_MAIN
