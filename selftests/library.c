// SPDX-License-Identifier: GPL-2.0
/*
 * libhmacdev alone, on what needs no kernel. Its ioctl(2) is the one below, its
 * device /dev/null: what matters here is what the library asks, how it takes
 * the answers, and what it answers by itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <hmacdev.h>

#include "kselftest_harness.h"
#include "layout.h"

#define CALLS_MAX	8
#define TAG_LEN		20
#define ERRNO_BEFORE	4711

static struct {
	unsigned int calls;
	unsigned int interrupts;	/* first calls that end in EINTR */
	int err;			/* what every other call ends in */
	int result;
	__u32 state;
	struct hmacdev_new new;
	struct hmacdev_update updates[CALLS_MAX];
	struct hmacdev_tag tag;
	struct hmacdev_copy copy;
	struct hmacdev_restrict restriction;
} kernel;

static void fake_info(struct hmacdev_info *info)
{
	info->state = kernel.state;
	info->tag_len = TAG_LEN;
	info->digest_size = 32;
	info->block_size = 64;
	memcpy(info->alg, "sha256", sizeof("sha256"));
}

static int fake_tag(struct hmacdev_tag *tag)
{
	kernel.tag = *tag;
	if (tag->tag_len < TAG_LEN) {
		errno = EMSGSIZE;
		return -1;
	}
	tag->tag_len = TAG_LEN;
	for (int i = 0; i < TAG_LEN; i++)
		((unsigned char *)(uintptr_t)tag->tag)[i] = 0xe0 + i;
	return 0;
}

static int fake_call(unsigned long request, void *arg)
{
	switch (request) {
	case HMACDEV_IOC_INFO:
		fake_info(arg);
		return 0;
	case HMACDEV_IOC_NEW:
		kernel.new = *(struct hmacdev_new *)arg;
		return 0;
	case HMACDEV_IOC_UPDATE:
		if (kernel.calls <= CALLS_MAX)
			kernel.updates[kernel.calls - 1] =
				*(struct hmacdev_update *)arg;
		return 0;
	case HMACDEV_IOC_DIGEST:
	case HMACDEV_IOC_FINALIZE:
		return fake_tag(arg);
	case HMACDEV_IOC_VERIFY:
		kernel.tag = *(struct hmacdev_tag *)arg;
		return 0;
	case HMACDEV_IOC_COPY:
		kernel.copy = *(struct hmacdev_copy *)arg;
		return kernel.result;
	case HMACDEV_IOC_RESTRICT:
		kernel.restriction = *(struct hmacdev_restrict *)arg;
		return 0;
	}
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	(void)fd;
	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	kernel.calls++;
	errno = EINTR;
	if (kernel.calls <= kernel.interrupts)
		return -1;
	errno = kernel.err;
	if (kernel.err)
		return -1;
	return fake_call(request, arg);
}

static struct hmacdev_options fake_options(void)
{
	return (struct hmacdev_options){
		.size = sizeof(struct hmacdev_options),
		.key = "key",
		.key_len = 3,
		.device = "/dev/null",
	};
}

/* One that is keyed, with the record of how it was made forgotten. */
static struct hmacdev *fake_new(void)
{
	struct hmacdev_options o = fake_options();
	struct hmacdev *h;

	memset(&kernel, 0, sizeof(kernel));
	kernel.state = HMACDEV_STATE_ACTIVE;
	if (hmacdev_new_opts(&h, "sha256", &o))
		return NULL;
	kernel.calls = 0;
	errno = ERRNO_BEFORE;
	return h;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

FIXTURE(handle) {
	struct hmacdev *h;
};

FIXTURE_SETUP(handle)
{
	self->h = fake_new();
	ASSERT_NE(NULL, self->h);
}

FIXTURE_TEARDOWN(handle)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
	hmacdev_free(self->h);
}

TEST_F(handle, tells_what_it_is)
{
	EXPECT_STREQ("hmac-sha256", hmacdev_name(self->h));
	EXPECT_EQ(32, hmacdev_digest_size(self->h));
	EXPECT_EQ(64, hmacdev_block_size(self->h));
	EXPECT_EQ(TAG_LEN, hmacdev_tag_size(self->h));
	EXPECT_LE(0, hmacdev_fd(self->h));
	/* From what it knows: threads may ask at any time. */
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(handle, is_close_on_exec)
{
	EXPECT_EQ(FD_CLOEXEC, fcntl(hmacdev_fd(self->h), F_GETFD));
}

TEST_F(handle, free_closes)
{
	int fd = hmacdev_fd(self->h);

	hmacdev_free(self->h);
	self->h = NULL;
	EXPECT_FALSE(is_open(fd));
	errno = ERRNO_BEFORE;
}

TEST_F(handle, update_is_one_call)
{
	EXPECT_EQ(0, hmacdev_update(self->h, "abc", 3));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(3, kernel.updates[0].len);
	EXPECT_EQ(0, hmacdev_update(self->h, NULL, 0));
	EXPECT_EQ(2, kernel.calls);
	EXPECT_EQ(0, kernel.updates[1].msg);
	EXPECT_EQ(0, kernel.updates[1].len);
}

TEST_F(handle, update_of_the_most_is_one_call)
{
	char *msg = (char *)0x1000;

	if (sizeof(size_t) == 4)
		SKIP(return, "a 32-bit object has one byte less");
	EXPECT_EQ(0, hmacdev_update(self->h, msg, HMACDEV_MSG_MAX));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(HMACDEV_MSG_MAX, kernel.updates[0].len);
}

TEST_F(handle, update_beyond_goes_in_pieces)
{
	const __u64 msg = 0x1000;

	if (sizeof(size_t) == 4)
		SKIP(return, "no 32-bit object is that large");
	EXPECT_EQ(0, hmacdev_update(self->h, (void *)(uintptr_t)msg,
				    (size_t)(2 * HMACDEV_MSG_MAX + 5)));
	EXPECT_EQ(3, kernel.calls);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(msg + i * HMACDEV_MSG_MAX, kernel.updates[i].msg);
	EXPECT_EQ(HMACDEV_MSG_MAX, kernel.updates[0].len);
	EXPECT_EQ(HMACDEV_MSG_MAX, kernel.updates[1].len);
	EXPECT_EQ(5, kernel.updates[2].len);
}

TEST_F(handle, update_beyond_any_object_is_refused)
{
	EXPECT_EQ(-EINVAL, hmacdev_update(self->h, "", (size_t)1 <<
					  (sizeof(size_t) * CHAR_BIT - 1)));
	EXPECT_EQ(-EINVAL, hmacdev_update(self->h, "", SIZE_MAX));
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(handle, update_stops_at_the_first_error)
{
	kernel.err = EBADFD;
	EXPECT_EQ(-EBADFD, hmacdev_update(self->h, NULL, PTRDIFF_MAX));
	EXPECT_EQ(1, kernel.calls);
}

TEST_F(handle, interrupted_call_is_made_again)
{
	kernel.interrupts = 3;
	EXPECT_EQ(0, hmacdev_update(self->h, "abc", 3));
	EXPECT_EQ(4, kernel.calls);
	EXPECT_EQ(3, kernel.updates[3].len);
}

TEST_F(handle, digest_and_finalize_return_the_size)
{
	unsigned char tag[HMACDEV_TAG_MAX] = { 0 };

	EXPECT_EQ(TAG_LEN, hmacdev_digest(self->h, tag, sizeof(tag)));
	EXPECT_EQ(0xe0, tag[0]);
	EXPECT_EQ(0, tag[TAG_LEN]);
	EXPECT_EQ(TAG_LEN, hmacdev_finalize(self->h, tag, TAG_LEN));
	EXPECT_EQ(-EMSGSIZE, hmacdev_finalize(self->h, tag, TAG_LEN - 1));
	EXPECT_EQ(-EMSGSIZE, hmacdev_digest(self->h, NULL, 0));
}

TEST_F(handle, hexdigest)
{
	char hex[2 * TAG_LEN + 2];

	memset(hex, 'x', sizeof(hex));
	EXPECT_EQ(2 * TAG_LEN, hmacdev_hexdigest(self->h, hex,
						 2 * TAG_LEN + 1));
	EXPECT_STREQ("e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3", hex);
	EXPECT_EQ('x', hex[2 * TAG_LEN + 1]);
}

TEST_F(handle, hexdigest_needs_room_for_the_nul)
{
	char hex[2 * TAG_LEN + 1];

	memset(hex, 'x', sizeof(hex));
	EXPECT_EQ(-EMSGSIZE, hmacdev_hexdigest(self->h, hex, 2 * TAG_LEN));
	EXPECT_EQ('x', hex[0]);
	EXPECT_EQ(-EMSGSIZE, hmacdev_hexdigest(self->h, NULL, 0));
	EXPECT_EQ(-EFAULT, hmacdev_hexdigest(self->h, NULL, SIZE_MAX));
}

TEST_F(handle, sizes_beyond_32_bits_do_not_wrap)
{
	char tag[TAG_LEN];

	if (sizeof(size_t) == 4)
		SKIP(return, "there are none");
	EXPECT_EQ(0, hmacdev_verify(self->h, tag,
				    (size_t)((1ULL << 32) + TAG_LEN)));
	EXPECT_EQ(UINT32_MAX, kernel.tag.tag_len);
	EXPECT_EQ(TAG_LEN, hmacdev_digest(self->h, tag,
					  (size_t)(1ULL << 32)));
	EXPECT_EQ(UINT32_MAX, kernel.tag.tag_len);
}

TEST_F(handle, verify_tells_wrong_from_failed)
{
	EXPECT_EQ(0, hmacdev_verify(self->h, "tag", 3));
	EXPECT_EQ(3, kernel.tag.tag_len);
	kernel.err = EBADMSG;
	EXPECT_EQ(-EBADMSG, hmacdev_verify(self->h, "tag", 3));
	kernel.err = EPERM;
	EXPECT_EQ(-EPERM, hmacdev_verify(self->h, "tag", 3));
}

TEST_F(handle, copy_asks_for_all_rights)
{
	struct hmacdev *copy;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	EXPECT_EQ(0, hmacdev_copy(self->h, &copy));
	EXPECT_EQ(HMACDEV_RIGHT_ALL, kernel.copy.rights);
	EXPECT_EQ(kernel.result, hmacdev_fd(copy));
	EXPECT_STREQ("hmac-sha256", hmacdev_name(copy));
	EXPECT_EQ(TAG_LEN, hmacdev_tag_size(copy));
	hmacdev_free(copy);
}

TEST_F(handle, zero_keeps_no_right)
{
	struct hmacdev *copy;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	kernel.copy.rights = UINT32_MAX;
	EXPECT_EQ(0, hmacdev_copy_restricted(self->h, 0, &copy));
	EXPECT_EQ(0, kernel.copy.rights);
	hmacdev_free(copy);
	kernel.restriction.rights = UINT32_MAX;
	EXPECT_EQ(0, hmacdev_restrict(self->h, 0));
	EXPECT_EQ(0, kernel.restriction.rights);
}

TEST_F(handle, failed_copy_is_null)
{
	struct hmacdev *copy = self->h;

	kernel.err = EPERM;
	EXPECT_EQ(-EPERM, hmacdev_copy(self->h, &copy));
	EXPECT_EQ(NULL, copy);
}

FIXTURE(options) {
	struct hmacdev_options o;
	struct hmacdev *h;
};

FIXTURE_SETUP(options)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.state = HMACDEV_STATE_ACTIVE;
	self->o = fake_options();
	errno = ERRNO_BEFORE;
}

FIXTURE_TEARDOWN(options)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
	hmacdev_free(self->h);
}

TEST_F(options, zero_means_the_usual)
{
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &self->o));
	EXPECT_STREQ("sha256", kernel.new.alg);
	EXPECT_EQ(HMACDEV_KEY_BYTES, kernel.new.source);
	EXPECT_EQ((uintptr_t)self->o.key, kernel.new.key);
	EXPECT_EQ(3, kernel.new.key_len);
	EXPECT_EQ(0, kernel.new.tag_len);
	EXPECT_EQ(HMACDEV_RIGHT_ALL, kernel.new.rights);
}

TEST_F(options, all_of_them_reach_the_kernel)
{
	self->o.source = HMACDEV_KEY_RANDOM;
	self->o.key_len = 17;
	self->o.serial = -5;
	self->o.tag_len = 11;
	self->o.rights = HMACDEV_RIGHT_VERIFY;
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &self->o));
	EXPECT_EQ(HMACDEV_KEY_RANDOM, kernel.new.source);
	EXPECT_EQ(17, kernel.new.key_len);
	EXPECT_EQ(-5, kernel.new.serial);
	EXPECT_EQ(11, kernel.new.tag_len);
	EXPECT_EQ(HMACDEV_RIGHT_VERIFY, kernel.new.rights);
}

TEST_F(options, older_and_newer_programs)
{
	struct {
		struct hmacdev_options o;
		char later[8];
	} newer = { .o = self->o };

	newer.o.size = sizeof(newer);
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &newer.o));
	hmacdev_free(self->h);
	newer.later[7] = 1;
	EXPECT_EQ(-E2BIG, hmacdev_new_opts(&self->h, "sha256", &newer.o));
	EXPECT_EQ(NULL, self->h);
	self->o.size--;
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(&self->h, "sha256", &self->o));
	self->o.size = 0;
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(&self->h, "sha256", &self->o));
}

TEST_F(options, tag_size_does_not_wrap)
{
	if (sizeof(size_t) == 4)
		SKIP(return, "no size is that large");
	self->o.tag_len = (size_t)(1ULL << 32);
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(&self->h, "sha256", &self->o));
}

TEST_F(options, name_without_room_has_no_nul)
{
	char name[HMACDEV_NAME_LEN + 10];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, name, &self->o));
	EXPECT_EQ(NULL, memchr(kernel.new.alg, 0, HMACDEV_NAME_LEN));
	hmacdev_free(self->h);
	name[HMACDEV_NAME_LEN - 1] = '\0';
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, name, &self->o));
	EXPECT_STREQ(name, kernel.new.alg);
}

/* ENOENT is for algorithms. */
TEST_F(options, missing_device_is_enodev)
{
	static const char *const missing[] = {
		"/nonexistent", "/dev/null/hmac", ""
	};

	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		self->h = (struct hmacdev *)self;
		self->o.device = missing[i];
		EXPECT_EQ(-ENODEV,
			  hmacdev_new_opts(&self->h, "sha256", &self->o));
		EXPECT_EQ(NULL, self->h);
	}
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(options, other_errors_of_open_stay)
{
	self->o.device = "/";
	EXPECT_EQ(-EISDIR, hmacdev_new_opts(&self->h, "sha256", &self->o));
}

TEST_F(options, failed_new_leaves_no_descriptor)
{
	int next = dup(0);

	close(next);
	kernel.err = ENOENT;
	EXPECT_EQ(-ENOENT, hmacdev_new_opts(&self->h, "none", &self->o));
	EXPECT_EQ(NULL, self->h);
	EXPECT_FALSE(is_open(next));
	errno = ERRNO_BEFORE;
}

FIXTURE(passed) {
	struct hmacdev *h;
	int fd;
};

FIXTURE_SETUP(passed)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.state = HMACDEV_STATE_FINALIZED;
	self->fd = open("/dev/null", O_RDWR);
	ASSERT_LE(0, self->fd);
	self->h = (struct hmacdev *)self;
}

FIXTURE_TEARDOWN(passed)
{
	close(self->fd);
}

TEST_F(passed, is_taken_over)
{
	ASSERT_EQ(0, hmacdev_from_fd(&self->h, self->fd));
	EXPECT_EQ(self->fd, hmacdev_fd(self->h));
	EXPECT_EQ(FD_CLOEXEC, fcntl(self->fd, F_GETFD));
	hmacdev_free(self->h);
	EXPECT_FALSE(is_open(self->fd));
}

TEST_F(passed, stays_the_callers_without_a_key)
{
	kernel.state = HMACDEV_STATE_UNKEYED;
	EXPECT_EQ(-ENOKEY, hmacdev_from_fd(&self->h, self->fd));
	EXPECT_EQ(NULL, self->h);
	EXPECT_EQ(0, fcntl(self->fd, F_GETFD));
}

TEST_F(passed, stays_the_callers_if_it_is_something_else)
{
	kernel.err = ENOTTY;
	EXPECT_EQ(-ENOTTY, hmacdev_from_fd(&self->h, self->fd));
	EXPECT_EQ(NULL, self->h);
	EXPECT_EQ(0, fcntl(self->fd, F_GETFD));
}

TEST(null_handles)
{
	struct hmacdev_options o = fake_options();
	struct hmacdev *h;
	char buf[2 * HMACDEV_TAG_MAX + 1];

	memset(&kernel, 0, sizeof(kernel));
	EXPECT_EQ(-EINVAL, hmacdev_new(NULL, "sha256", "", 0));
	EXPECT_EQ(-EINVAL, hmacdev_new(&h, NULL, "", 0));
	EXPECT_EQ(NULL, h);
	EXPECT_EQ(-EINVAL, hmacdev_new_keyring(NULL, "sha256", 1));
	EXPECT_EQ(-EINVAL, hmacdev_new_random(NULL, "sha256", 0));
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(&h, "sha256", NULL));
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(NULL, "sha256", &o));
	EXPECT_EQ(-EINVAL, hmacdev_from_fd(NULL, 0));
	EXPECT_EQ(-EINVAL, hmacdev_fd(NULL));
	EXPECT_EQ(-EINVAL, hmacdev_update(NULL, "", 0));
	EXPECT_EQ(-EINVAL, hmacdev_digest(NULL, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_hexdigest(NULL, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_finalize(NULL, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_verify(NULL, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_reset(NULL));
	EXPECT_EQ(-EINVAL, hmacdev_copy(NULL, &h));
	EXPECT_EQ(-EINVAL, hmacdev_copy_restricted(NULL, 0, &h));
	EXPECT_EQ(-EINVAL, hmacdev_restrict(NULL, 0));
	EXPECT_EQ(-EINVAL, hmacdev_alg(0, NULL));
	EXPECT_EQ(NULL, hmacdev_name(NULL));
	EXPECT_EQ(0, hmacdev_digest_size(NULL));
	EXPECT_EQ(0, hmacdev_block_size(NULL));
	EXPECT_EQ(0, hmacdev_tag_size(NULL));
	hmacdev_free(NULL);
	EXPECT_EQ(0, kernel.calls);
}

TEST(compare_digest)
{
	unsigned char a[HMACDEV_TAG_MAX], b[HMACDEV_TAG_MAX];

	memset(a, 0x5a, sizeof(a));
	memcpy(b, a, sizeof(b));
	EXPECT_TRUE(hmacdev_compare_digest(a, sizeof(a), b, sizeof(b)));
	for (size_t bit = 0; bit < 8 * sizeof(b); bit++) {
		b[bit / 8] ^= 1 << bit % 8;
		EXPECT_FALSE(hmacdev_compare_digest(a, sizeof(a),
						    b, sizeof(b)));
		b[bit / 8] ^= 1 << bit % 8;
	}
	EXPECT_FALSE(hmacdev_compare_digest(a, sizeof(a), b, sizeof(b) - 1));
	EXPECT_FALSE(hmacdev_compare_digest(a, 0, b, 1));
	EXPECT_TRUE(hmacdev_compare_digest(NULL, 0, NULL, 0));
	EXPECT_TRUE(hmacdev_compare_digest(NULL, 0, b, 0));
}

/* Every errno that the specification names has words of its own. */
TEST(errors_in_words)
{
	static const int ours[] = {
		0, ENOTTY, E2BIG, EINVAL, EFAULT, ENOENT, ENOKEY, EBUSY, EPERM,
		EBADFD, EMSGSIZE, EBADMSG, EACCES, EKEYEXPIRED, EKEYREVOKED,
		EKEYREJECTED, ENOPROTOOPT, ENFILE, ENODEV,
	};
	const size_t n = sizeof(ours) / sizeof(*ours);

	EXPECT_STREQ("tag does not match", hmacdev_strerror(-EBADMSG));
	EXPECT_STREQ("tag does not match", hmacdev_strerror(EBADMSG));
	for (size_t i = 0; i < n; i++) {
		const char *text = hmacdev_strerror(-ours[i]);

		EXPECT_EQ(text, hmacdev_strerror(ours[i]));
		EXPECT_STRNE(text, strerror(ours[i]));
		for (size_t j = 0; j < i; j++)
			EXPECT_STRNE(text, hmacdev_strerror(ours[j]));
	}
}

TEST(errors_of_others)
{
	static const int others[] = { ENOMEM, EMFILE, EINTR, EPIPE };

	errno = ERRNO_BEFORE;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		EXPECT_STREQ(strerror(others[i]), hmacdev_strerror(-others[i]));
	EXPECT_NE(NULL, hmacdev_strerror(INT_MIN));
	EXPECT_NE(NULL, hmacdev_strerror(INT_MAX));
	EXPECT_EQ(ERRNO_BEFORE, errno);
}

TEST(version_is_three_numbers)
{
	unsigned int major, minor, patch;
	char rest;
	int n = sscanf(hmacdev_version(), "%u.%u.%u%c", &major, &minor, &patch,
		       &rest);

	EXPECT_EQ(3, n);
}

TEST_HARNESS_MAIN
