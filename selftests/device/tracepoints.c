// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for the tracepoints: which calls cause an event, and that no event
 * contains a byte of a key, a message or a tag.
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include "hmacdev_keys.h"

#define KEY_LEN		32
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

/* COPY and DERIVE cause an event only if they succeed. */
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
