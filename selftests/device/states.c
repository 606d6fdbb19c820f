// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for every cell of the state table in <linux/hmacdev.h>, and for the
 * order of errors if several apply.
 */
#include "hmacdev_calls.h"

FIXTURE(states)
{
	int fd;
	__u8 tag[HALF_TAG_LEN];
};

/* The ways into each state */
FIXTURE_VARIANT(states)
{
	enum hmacdev_state state;
	unsigned int by;	/* the ioctl that finalizes */
	int answer;
};

FIXTURE_VARIANT_ADD(states, unkeyed) {
	.state = HMACDEV_STATE_UNKEYED,
};

FIXTURE_VARIANT_ADD(states, active) {
	.state = HMACDEV_STATE_ACTIVE,
};

FIXTURE_VARIANT_ADD(states, finalized) {
	.state = HMACDEV_STATE_FINALIZED,
	.by = HMACDEV_IOC_FINALIZE,
};

FIXTURE_VARIANT_ADD(states, verified) {
	.state = HMACDEV_STATE_FINALIZED,
	.by = HMACDEV_IOC_VERIFY,
};

FIXTURE_VARIANT_ADD(states, refused) {
	.state = HMACDEV_STATE_FINALIZED,
	.by = HMACDEV_IOC_VERIFY,
	.answer = -EBADMSG,
};

/* A new context with these rights in the variant's state */
static void enter(struct __test_metadata *_metadata,
		  FIXTURE_DATA(states) *self,
		  const FIXTURE_VARIANT(states) *variant, __u32 rights)
{
	unsigned int by = variant->by;
	__u32 len = HALF_TAG_LEN;

	self->fd = test_open();
	if (variant->state == HMACDEV_STATE_UNKEYED)
		return;
	test_new_opts(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0, rights);
	test_update(self->fd, HALF_MSG, HALF_LEN);
	if (variant->state == HMACDEV_STATE_ACTIVE)
		return;
	if (!(rights & HMACDEV_RIGHT_SIGN))
		by = HMACDEV_IOC_VERIFY;
	memcpy(self->tag, variant->answer ? whole_tag : half_tag, len);
	ASSERT_EQ(variant->answer, _test_tag(self->fd, by, self->tag, &len));
}

static void expect_unchanged(struct __test_metadata *_metadata,
			     FIXTURE_DATA(states) *self,
			     const FIXTURE_VARIANT(states) *variant)
{
	switch (variant->state) {
	case HMACDEV_STATE_UNKEYED:
		test_state(UNKEYED, self->fd);
		test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
		EXPECT_EQ(0, _test_intact(self->fd, 0, empty_tag));
		break;
	case HMACDEV_STATE_ACTIVE:
		EXPECT_EQ(0, _test_intact(self->fd, HALF_LEN, half_tag));
		test_update(self->fd, HALF_MSG + HALF_LEN,
			    HALF_WHOLE - HALF_LEN);
		EXPECT_EQ(0, _test_intact(self->fd, HALF_WHOLE, whole_tag));
		break;
	case HMACDEV_STATE_FINALIZED:
		EXPECT_EQ(0, check_finalized(self->fd));
		break;
	}
}

FIXTURE_SETUP(states)
{
	enter(_metadata, self, variant, HMACDEV_RIGHTS_SIGNER);
}

FIXTURE_TEARDOWN(states)
{
	close(self->fd);
}

static void cell(struct __test_metadata *_metadata, FIXTURE_DATA(states) *self,
		 const FIXTURE_VARIANT(states) *variant,
		 const struct call *call)
{
	int want = -call->results[variant->state];
	union call_arg *arg = call_fill(call, sizeof(*arg));
	int ret;

	close(self->fd);
	enter(_metadata, self, variant, call_rights(call));
	ASSERT_NE(NULL, arg);
	ret = _test_ioctl(self->fd, call->cmd, arg);
	EXPECT_EQ(want, ret < 0 ? ret : 0)
		TH_LOG("%s in state %u", call->name, variant->state);
	if (ret >= 0 && (variant->state == HMACDEV_STATE_ACTIVE ||
			 call->check != check_info))
		EXPECT_EQ(0, call->check(self->fd, arg, ret))
			TH_LOG("%s in state %u", call->name, variant->state);
	if (ret < 0 || call->pure)
		expect_unchanged(_metadata, self, variant);
}

TEST_F(states, every_call)
{
	size_t i;

	for (i = 0; i < NR_CALLS; i++)
		cell(_metadata, self, variant, &calls[i]);
}

TEST_F(states, info)
{
	struct hmacdev_info want = { .known_rights = TEST_RIGHTS_KNOWN }, info;

	if (variant->state != HMACDEV_STATE_UNKEYED)
		want = half_info;
	want.state = variant->state;
	memset(&info, 0xa5, sizeof(info));
	info.flags = 0;
	info.reserved = 0;
	ASSERT_EQ(0, _test_ioctl(self->fd, HMACDEV_IOC_INFO, &info));
	EXPECT_MEMEQ(&want, &info, sizeof(info));
	expect_unchanged(_metadata, self, variant);
}

/* The key without the message, which may be finalized */
TEST_F(states, copy_fresh)
{
	int copy = _test_copy_fresh(self->fd, ~0U);

	if (variant->state == HMACDEV_STATE_UNKEYED) {
		EXPECT_EQ(-ENOKEY, copy);
	} else {
		ASSERT_LE(0, copy);
		EXPECT_EQ(0, _test_intact(copy, 0, empty_tag));
		test_update(copy, HALF_MSG, HALF_WHOLE);
		test_whole_intact(copy);
		close(copy);
	}
	expect_unchanged(_metadata, self, variant);
}

/* write(2) has the same results as UPDATE. */
TEST_F(states, write)
{
	int want = calls[CALL_UPDATE].results[variant->state];
	ssize_t ret = write(self->fd, HALF_MSG + HALF_LEN,
			    HALF_WHOLE - HALF_LEN);

	EXPECT_EQ(want ? -want : HALF_WHOLE - HALF_LEN,
		  ret < 0 ? -errno : ret);
	if (want)
		expect_unchanged(_metadata, self, variant);
	else
		EXPECT_EQ(0, _test_intact(self->fd, HALF_WHOLE, whole_tag));
}

TEST(failed_new_leaves_it_unkeyed)
{
	int fd = test_open();

	test_err_new(ENOENT, fd, "sha257", HALF_KEY, HALF_KEY_LEN);
	test_err_new(EFAULT, fd, "sha256", NULL, 1);
	test_err_new_opts(EINVAL, fd, "sha256", HALF_KEY, HALF_KEY_LEN, 33,
			  HMACDEV_RIGHTS_SIGNER);
	test_state(UNKEYED, fd);
	test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	EXPECT_EQ(0, _test_intact(fd, 0, empty_tag));
}

/* A context serves any number of messages, and as many looks at each */
TEST(many_messages)
{
	int fd = test_open_half();
	__u8 tag[HALF_TAG_LEN];
	int i;

	for (i = 0; i < 100; i++) {
		test_half_intact(fd);
		test_finalize(fd, tag, sizeof(tag));
		EXPECT_MEMEQ(half_tag, tag, sizeof(tag));
		test_reset(fd);
		test_reset(fd);
		test_update(fd, HALF_MSG, HALF_WHOLE);
		test_verify(fd, whole_tag, sizeof(whole_tag));
		test_reset(fd);
		test_update(fd, HALF_MSG, HALF_LEN - 1);
		test_err_verify(EBADMSG, fd, half_tag, sizeof(half_tag));
		test_reset(fd);
		test_update(fd, HALF_MSG, HALF_LEN);
	}
}

/* If several errors apply, the order is struct, key, right, state, buffers. */
FIXTURE(precedence)
{
	int fd;
};

FIXTURE_SETUP(precedence)
{
	self->fd = test_open();
}

FIXTURE_TEARDOWN(precedence)
{
	close(self->fd);
}

/* @cmd with a flag that nothing knows, a bad address, no room for a tag */
static int bad_tag(int fd, unsigned int cmd, __u32 flags)
{
	struct hmacdev_tag tag = { .tag = 1, .tag_len = 1, .flags = flags };

	return _test_ioctl(fd, cmd, &tag);
}

static const unsigned int tag_calls[] = {
	HMACDEV_IOC_DIGEST, HMACDEV_IOC_FINALIZE, HMACDEV_IOC_VERIFY,
};

TEST_F(precedence, of_tags)
{
	__u8 tag[HALF_TAG_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tag_calls); i++) {
		EXPECT_EQ(-EINVAL, bad_tag(self->fd, tag_calls[i], 1));
		EXPECT_EQ(-ENOKEY, bad_tag(self->fd, tag_calls[i], 0));
	}
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_finalize(self->fd, tag, sizeof(tag));
	for (i = 0; i < ARRAY_SIZE(tag_calls); i++) {
		EXPECT_EQ(-EINVAL, bad_tag(self->fd, tag_calls[i], 1));
		EXPECT_EQ(-EBADFD, bad_tag(self->fd, tag_calls[i], 0));
	}
	test_restrict(self->fd, HMACDEV_RIGHT_COPY);
	for (i = 0; i < ARRAY_SIZE(tag_calls); i++) {
		EXPECT_EQ(-EINVAL, bad_tag(self->fd, tag_calls[i], 1));
		EXPECT_EQ(-EPERM, bad_tag(self->fd, tag_calls[i], 0));
	}
}

TEST_F(precedence, of_update)
{
	__u8 tag[HALF_TAG_LEN];

	test_err_update(EINVAL, self->fd, NULL, HMACDEV_MSG_MAX + 1);
	test_err_update(ENOKEY, self->fd, NULL, 1);
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_err_update(EFAULT, self->fd, NULL, 1);
	test_finalize(self->fd, tag, sizeof(tag));
	test_err_update(EINVAL, self->fd, NULL, HMACDEV_MSG_MAX + 1);
	test_err_update(EBADFD, self->fd, NULL, 1);
}

/* With a flag that nothing knows, beside one that is known */
static int bad_copy(int fd)
{
	return _test_copy_with(fd, HMACDEV_COPY_FRESH | 2, 0);
}

static int bad_restrict(int fd)
{
	struct hmacdev_restrict cmd = { .flags = 1 };

	return _test_ioctl(fd, HMACDEV_IOC_RESTRICT, &cmd);
}

TEST_F(precedence, of_copy_and_restrict)
{
	__u8 tag[HALF_TAG_LEN];

	test_err(EINVAL, bad_copy(self->fd));
	test_err_copy(ENOKEY, self->fd, ~0U);
	test_err_copy_fresh(ENOKEY, self->fd, ~0U);
	test_err(EINVAL, bad_restrict(self->fd));
	test_err_restrict(ENOKEY, self->fd, ~0U);
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_finalize(self->fd, tag, sizeof(tag));
	test_err(EINVAL, bad_copy(self->fd));
	test_err_copy(EBADFD, self->fd, 0);
	test_err(EINVAL, bad_restrict(self->fd));
	test_restrict(self->fd, HMACDEV_RIGHT_SIGN);
	test_err(EINVAL, bad_copy(self->fd));
	test_err_copy(EPERM, self->fd, 0);
	test_err_copy_fresh(EPERM, self->fd, 0);
}

TEST_F(precedence, of_mac_and_derive)
{
	static const __u32 ops[] = { HMACDEV_OP_SIGN, HMACDEV_OP_VERIFY };
	const __u64 too_long = HMACDEV_MSG_MAX + 1;
	__u32 len = HALF_TAG_LEN;
	size_t i;

	EXPECT_EQ(-EINVAL, _test_mac(self->fd, 0, NULL, 1, NULL, &len));
	EXPECT_EQ(-EINVAL, _test_mac(self->fd, 3, NULL, 1, NULL, &len));
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		EXPECT_EQ(-EINVAL, _test_mac(self->fd, ops[i], NULL, too_long,
					     NULL, &len));
		EXPECT_EQ(-ENOKEY, _test_mac(self->fd, ops[i], NULL, 1, NULL,
					     &len));
	}
	test_err_derive(EINVAL, self->fd, "sha256", NULL, too_long, 0, 0);
	test_err_derive(EINVAL, self->fd, "sha256", NULL, 1, 0,
			TEST_RIGHTS_KNOWN);
	test_err_derive(ENOKEY, self->fd, "sha256", NULL, 1, 0, 0);
	test_err_batch(EINVAL, self->fd, NULL, HMACDEV_BATCH_MAX + 1);
	test_err(EINVAL, _test_batch_sized(self->fd, NULL, 1, 0));
	test_err_batch(ENOKEY, self->fd, NULL, 1);
	test_new_opts(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0, 0);
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		EXPECT_EQ(-EPERM, _test_mac(self->fd, ops[i], NULL, 1, NULL,
					    &len));
	test_err_derive(EPERM, self->fd, "sha256", NULL, 1, 0, 0);
	test_err_batch(EFAULT, self->fd, NULL, 1);
}

TEST_F(precedence, of_new)
{
	test_new(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_err_new_opts(EINVAL, self->fd, "sha256", HALF_KEY, HALF_KEY_LEN,
			  0, TEST_RIGHTS_KNOWN + 1);
	test_err_new_opts(EINVAL, self->fd, "sha256", HALF_KEY, HALF_KEY_LEN,
			  0, TEST_RIGHTS_KNOWN);
	test_err_new(EBUSY, self->fd, "sha256", NULL, 1);
}

TEST_HARNESS_MAIN
