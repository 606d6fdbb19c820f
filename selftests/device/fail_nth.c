// SPDX-License-Identifier: GPL-2.0
/*
 * Tests with fault injection: the first allocation or user copy of each
 * operation fails, then the second, and so on. The call must return an error
 * and leave the context and the process unchanged, so that a second try works.
 * The kernel's own checkers detect leaks.
 */
#include "hmacdev_calls.h"
#include "hmacdev_keys.h"

/* More faults than any operation can have */
#define NTH_MAX		300

/* Several pieces of what the module takes at a time */
#define LARGE_LEN	50000
#define LONG_KEY_LEN	50000

static __u8 large[LARGE_LEN];
static __u8 large_tag[HALF_TAG_LEN];		/* of large */
static __u8 half_large_tag[HALF_TAG_LEN];	/* of half of HALF_MSG, it */
static __u8 long_key_tag[HALF_TAG_LEN];		/* of nothing, key large */
static __u8 long_large_tag[HALF_TAG_LEN];	/* of large, key large */
static __s32 key_serial;

static void fill_new_random(union call_arg *arg)
{
	fill_new(arg);
	arg->new.source = HMACDEV_KEY_RANDOM;
	arg->new.key = 0;
	arg->new.key_len = 4096;
}

static int check_new_random(int fd, const union call_arg *arg, int ret)
{
	return ret ?: call_result(_test_state(fd) == HMACDEV_STATE_ACTIVE);
}

static void fill_new_keyring(union call_arg *arg)
{
	fill_new(arg);
	arg->new.source = HMACDEV_KEY_KEYRING;
	arg->new.key = 0;
	arg->new.key_len = 0;
	arg->new.serial = key_serial;
}

static void fill_new_long(union call_arg *arg)
{
	fill_new(arg);
	arg->new.key = test_addr(large);
	arg->new.key_len = LONG_KEY_LEN;
}

static int check_new_long(int fd, const union call_arg *arg, int ret)
{
	return ret ?: _test_intact(fd, 0, long_key_tag);
}

static void fill_update_large(union call_arg *arg)
{
	arg->update.msg = test_addr(large);
	arg->update.len = LARGE_LEN;
}

static int check_update_large(int fd, const union call_arg *arg, int ret)
{
	return ret ?: _test_intact(fd, HALF_LEN + LARGE_LEN, half_large_tag);
}

static int check_large_tag(const __u8 *tag, __u32 tag_len)
{
	return call_result(tag_len == HALF_TAG_LEN &&
			   !memcmp(call_tag, tag, HALF_TAG_LEN));
}

static void fill_mac_large(union call_arg *arg)
{
	fill_mac(arg);
	arg->mac.msg = test_addr(large);
	arg->mac.len = LARGE_LEN;
}

static int check_mac_large(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_large_tag(large_tag, arg->mac.tag_len);
}

static void fill_batch_large(union call_arg *arg)
{
	union call_arg sign = { };

	fill_mac_large(&sign);
	call_ops[0] = sign.mac;
	call_ops[1] = sign.mac;
	call_ops[1].op = HMACDEV_OP_VERIFY;
	call_ops[1].tag = test_addr(large_tag);
	call_ops[1].tag_len = HALF_TAG_LEN;
	call_ops[0].status = -1;
	call_ops[1].status = -1;
	arg->batch.ops = test_addr(call_ops);
	arg->batch.count = ARRAY_SIZE(call_ops);
	arg->batch.op_size = sizeof(call_ops[0]);
}

/* Only one entry fails. */
static int check_batch_large(int fd, const union call_arg *arg, int ret)
{
	if (ret < 0)
		return ret;
	if (is_cut(ret))
		return check_large_tag(large_tag, call_ops[0].tag_len) ?:
			-EFAULT;
	if (ret != 2)
		return -EILSEQ;
	if (!call_ops[0].status)
		return check_large_tag(large_tag, call_ops[0].tag_len) ?:
			call_ops[1].status;
	return call_ops[1].status ? -EILSEQ : call_ops[0].status;
}

static void fill_derive_large(union call_arg *arg)
{
	fill_derive(arg);
	arg->derive.msg = test_addr(large);
	arg->derive.len = LARGE_LEN;
}

static int check_derive_large(int fd, const union call_arg *arg, int ret)
{
	return check_child(fd, large_tag, ret);
}

static void fill_copy_fresh(union call_arg *arg)
{
	fill_copy(arg);
	arg->copy.flags = HMACDEV_COPY_FRESH;
}

static int check_copy_fresh(int fd, const union call_arg *arg, int ret)
{
	int err;

	if (ret < 0)
		return ret;
	err = _test_intact(ret, 0, empty_tag);
	close(ret);
	return err;
}

static void fill_oneshot_large(union call_arg *arg)
{
	fill_oneshot(arg);
	arg->oneshot.key = test_addr(large);
	arg->oneshot.key_len = LONG_KEY_LEN;
	arg->oneshot.msg = test_addr(large);
	arg->oneshot.len = LARGE_LEN;
}

static int check_oneshot_large(int fd, const union call_arg *arg, int ret)
{
	return ret ?: check_large_tag(long_large_tag, arg->oneshot.tag_len);
}

static void fill_nothing(union call_arg *arg)
{
}

static int run_open(int fd)
{
	return _test_open(O_RDWR | O_CLOEXEC);
}

static int check_open(int fd, const union call_arg *arg, int ret)
{
	int state;

	if (ret < 0)
		return ret;
	state = _test_state(ret);
	close(ret);
	return call_result(state == HMACDEV_STATE_UNKEYED);
}

static int run_write(int fd)
{
	ssize_t ret = write(fd, large, LARGE_LEN);

	return ret < 0 ? -errno : ret;
}

/* After a short write, the caller writes the rest. */
static int check_write(int fd, const union call_arg *arg, int ret)
{
	ssize_t more;

	if (ret < 0)
		return ret;
	if (ret < LARGE_LEN) {
		more = write(fd, large + ret, LARGE_LEN - ret);
		if (more != LARGE_LEN - ret)
			return -EILSEQ;
	}
	return _test_intact(fd, HALF_LEN + LARGE_LEN, half_large_tag);
}

static char fdinfo[1024];

static int run_fdinfo(int fd)
{
	int len = _test_fdinfo(fd, fdinfo, sizeof(fdinfo) - 1, 0);

	fdinfo[len < 0 ? 0 : len] = '\0';
	return len;
}

static int check_fdinfo(int fd, const union call_arg *arg, int ret)
{
	if (ret < 0)
		return ret;
	return call_result(strstr(fdinfo, "hmac-state:\tactive\n") &&
			   strstr(fdinfo, "hmac-bytes:\t16\n"));
}

FIXTURE(fail_nth)
{
	int nth;	/* this thread's fail-nth */
};

FIXTURE_VARIANT(fail_nth)
{
	const struct call *call;
	/* If set, these replace the call's own functions. */
	void (*fill)(union call_arg *arg);
	int (*check)(int fd, const union call_arg *arg, int ret);
	int (*run)(int fd);	/* what to call if it is no ioctl */
};

#define SWEEP(_name, _NAME, ...)					\
	FIXTURE_VARIANT_ADD(fail_nth, _name)				\
	{								\
		.call = &calls[CALL_##_NAME],				\
	};
EACH_CALL(SWEEP)

/* The same calls with other arguments */
#define SWEEP_ARGS(_NAME, _name, _check)				\
	FIXTURE_VARIANT_ADD(fail_nth, _name)				\
	{								\
		.call = &calls[CALL_##_NAME],				\
		.fill = fill_##_name,					\
		.check = check_##_check,				\
	}

#define SWEEP_OTHER(_name, _pure)					\
	FIXTURE_VARIANT_ADD(fail_nth, _name)				\
	{								\
		.call = &(const struct call) {				\
			.pure = _pure,					\
			.fill = fill_nothing,				\
			.check = check_##_name,				\
		},							\
		.run = run_##_name,					\
	}

SWEEP_ARGS(NEW, new_long, new_long);
SWEEP_ARGS(NEW, new_keyring, new);
SWEEP_ARGS(NEW, new_random, new_random);
SWEEP_ARGS(UPDATE, update_large, update_large);
SWEEP_ARGS(COPY, copy_fresh, copy_fresh);
SWEEP_ARGS(MAC, mac_large, mac_large);
SWEEP_ARGS(BATCH, batch_large, batch_large);
SWEEP_ARGS(DERIVE, derive_large, derive_large);
SWEEP_ARGS(ONESHOT, oneshot_large, oneshot_large);
SWEEP_OTHER(open, true);
SWEEP_OTHER(write, false);
SWEEP_OTHER(fdinfo, true);

/* Let allocations that may sleep fail, too, and log nothing. */
static const struct {
	const char *path;
	const char *value;
} knobs[] = {
	{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
	{ "/sys/kernel/debug/failslab/verbose", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
	{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
	{ "/sys/kernel/debug/fail_usercopy/verbose", "0" },
};

/* The tag of @len bytes of large after what @fd has, by small steps */
static int reference(int fd, size_t len, __u8 *tag)
{
	size_t at, step = 100;
	int ret = 0;

	for (at = 0; !ret && at < len; at += step)
		ret = _test_update(fd, large + at,
				   len - at < step ? len - at : step);
	ret = ret ?: _test_digest(fd, tag, HALF_TAG_LEN);
	close(fd);
	return ret;
}

FIXTURE_SETUP(fail_nth)
{
	size_t i;
	int fd;

	self->nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self->nth < 0)
		SKIP(return, "no fault injection in this kernel");
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		ASSERT_EQ(0, _test_write_file(knobs[i].path, knobs[i].value))
			TH_LOG("%s", knobs[i].path);
	}

	test_fill(large, sizeof(large));
	ASSERT_EQ(HALF_TAG_LEN,
		  reference(test_open_half(), LARGE_LEN, half_large_tag));
	fd = test_open();
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	ASSERT_EQ(HALF_TAG_LEN, reference(fd, LARGE_LEN, large_tag));
	fd = test_open();
	test_new(fd, "sha256", large, LONG_KEY_LEN);
	test_digest(fd, long_key_tag, HALF_TAG_LEN);
	ASSERT_EQ(HALF_TAG_LEN, reference(fd, LARGE_LEN, long_large_tag));
	key_serial = test_add_half("user", "hmac:fail_nth");
}

FIXTURE_TEARDOWN(fail_nth)
{
	close(self->nth);
}

/* Another one if a descriptor was left behind, or its number */
static int free_descriptor(int any)
{
	int fd = dup(any);

	close(fd);
	return fd;
}

static bool fail_from_now(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(fd, text, len, 0) == len;
}

/*
 * No fault any more; true if there was one. If not, to read that may meet it,
 * and so may the write.
 */
static bool fault_met(int fd)
{
	char left[16] = "1";
	bool met = pread(fd, left, sizeof(left), 0) > 0 && left[0] == '0';

	if (!fail_from_now(fd, 0))
		fail_from_now(fd, 0);
	return met;
}

/* @nr with the size of a newer caller's struct: it takes another way in */
static unsigned int longer(unsigned int cmd)
{
	return cmd + (8U << _IOC_SIZESHIFT);
}

struct attempt {
	union call_arg arg;
	bool met;
	int ret;	/* what the call said */
	int err;	/* 0 if it did all that it should */
};

static void attempt(struct attempt *this, const struct call *call,
		    int (*run)(int fd), unsigned int cmd, int fd, int nth_fd,
		    unsigned int nth)
{
	memset(&this->arg, 0, sizeof(this->arg));
	call->fill(&this->arg);
	if (nth)
		fail_from_now(nth_fd, nth);
	this->ret = run ? run(fd) : _test_ioctl(fd, cmd, &this->arg);
	this->met = nth && fault_met(nth_fd);
	this->err = this->ret < 0 ? this->ret :
		call_check(call, fd, &this->arg, this->ret);
}

/* Returns how many faults there were */
static unsigned int sweep(struct __test_metadata *_metadata, int nth_fd,
			  const struct call *call, int (*run)(int fd),
			  unsigned int cmd)
{
	static struct attempt this;
	unsigned int nth;
	int fd, free_before;

	for (nth = 1; nth <= NTH_MAX; nth++) {
		fd = call_open(call);
		free_before = free_descriptor(fd);
		attempt(&this, call, run, cmd, fd, nth_fd, nth);
		ASSERT_EQ(free_before, free_descriptor(fd))
			TH_LOG("fault %u", nth);
		if (this.met &&
		    (this.err == -ENOMEM || this.err == -EFAULT)) {
			ASSERT_EQ(0, call_intact(call, fd))
				TH_LOG("fault %u", nth);
			attempt(&this, call, run, cmd, fd, nth_fd, 0);
			this.met = true;
		}
		ASSERT_EQ(0, this.err)
			TH_LOG("fault %u: %s", nth, strerror(-this.err));
		close(fd);
		if (!this.met)
			return nth - 1;
	}
	ASSERT_LE(nth, NTH_MAX);
	return nth;
}

TEST_F_TIMEOUT(fail_nth, sweep, 600)
{
	struct call call = *variant->call;
	unsigned int n;

	if (variant->fill) {
		call.fill = variant->fill;
		call.check = variant->check;
	}
	n = sweep(_metadata, self->nth, &call, variant->run, call.cmd);
	TH_LOG("%u faults", n);
	if (!variant->run) {
		n = sweep(_metadata, self->nth, &call, NULL, longer(call.cmd));
		TH_LOG("%u faults with a longer struct", n);
	}
	/* Otherwise no fault was injected. */
	EXPECT_LT(0, n);
}

TEST_HARNESS_MAIN
