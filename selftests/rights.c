// SPDX-License-Identifier: GPL-2.0
/*
 * Rights: every mask against every operation, before and after each way to hand
 * a descriptor on.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include "hmacdev_utils.h"

#define RIGHTS_END	(HMACDEV_RIGHT_ALL + 1)

FIXTURE(rights)
{
	int fd;
};

/* How the descriptor that is looked at comes from the one that was keyed */
FIXTURE_VARIANT(rights)
{
	int (*pass)(int fd);
	bool other_context;
	bool other_process;
};

static int pass_itself(int fd)
{
	return dup2(fd, fd);
}

static int pass_copy(int fd)
{
	return _test_copy(fd, HMACDEV_RIGHT_ALL);
}

union fd_message {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int send_fd(int to, int fd)
{
	union fd_message u = { };
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int from)
{
	union fd_message u = { };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *cmsg;
	int fd;

	if (recvmsg(from, &msg, 0) != 1)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return -ENOMSG;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/* The sender's descriptor is closed while the message is under way */
static int pass_message(int fd)
{
	int pair[2], sent = dup(fd), got;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	got = send_fd(pair[0], sent);
	close(sent);
	got = got ?: receive_fd(pair[1]);
	close(pair[0]);
	close(pair[1]);
	return got;
}

FIXTURE_VARIANT_ADD(rights, itself) {
	.pass = pass_itself,
};

FIXTURE_VARIANT_ADD(rights, dup) {
	.pass = dup,
};

FIXTURE_VARIANT_ADD(rights, fork) {
	.pass = pass_itself,
	.other_process = true,
};

FIXTURE_VARIANT_ADD(rights, message) {
	.pass = pass_message,
};

FIXTURE_VARIANT_ADD(rights, message_and_fork) {
	.pass = pass_message,
	.other_process = true,
};

FIXTURE_VARIANT_ADD(rights, copy) {
	.pass = pass_copy,
	.other_context = true,
};

FIXTURE_SETUP(rights)
{
	self->fd = -1;
}

FIXTURE_TEARDOWN(rights)
{
	close(self->fd);
}

static int half_with(int fd, __u32 rights)
{
	return _test_new_opts(fd, "sha256", HALF_KEY, HALF_KEY_LEN, 0, rights)
		?: _test_update(fd, HALF_MSG, HALF_LEN);
}

#define start(_rights)							\
	({								\
		close(self->fd);					\
		self->fd = test_open();					\
		ASSERT_EQ(0, half_with(self->fd, _rights));		\
		self->fd;						\
	})

#define again(fd)							\
	do {								\
		test_reset(fd);						\
		test_update(fd, HALF_MSG, HALF_LEN);			\
	} while (0)

static void check_sign(struct __test_metadata *_metadata, int fd, bool may)
{
	__u8 tag[HALF_TAG_LEN] = { };
	struct hmacdev_op op = {
		.op = HMACDEV_OP_SIGN,
		.tag = test_addr(tag),
		.tag_len = sizeof(tag),
	};

	if (!may) {
		test_err_digest(EPERM, fd, tag, sizeof(tag));
		test_err_finalize(EPERM, fd, tag, sizeof(tag));
		test_err_mac_sign(EPERM, fd, "", 0, tag, sizeof(tag));
		test_batch(fd, &op, 1);
		EXPECT_EQ(-EPERM, op.status);
		EXPECT_EQ(0, tag[0] | tag[HALF_TAG_LEN - 1]);
		test_state(ACTIVE, fd);
		return;
	}
	test_batch(fd, &op, 1);
	EXPECT_EQ(0, op.status);
	EXPECT_MEMEQ(empty_tag, tag, sizeof(tag));
	test_mac_sign(fd, HALF_MSG, HALF_WHOLE, tag, sizeof(tag));
	EXPECT_MEMEQ(whole_tag, tag, sizeof(tag));
	test_digest(fd, tag, sizeof(tag));
	EXPECT_MEMEQ(half_tag, tag, sizeof(tag));
	test_finalize(fd, tag, sizeof(tag));
	again(fd);
}

static void check_verify(struct __test_metadata *_metadata, int fd, bool may)
{
	struct hmacdev_op op = {
		.op = HMACDEV_OP_VERIFY,
		.tag = test_addr(empty_tag),
		.tag_len = sizeof(empty_tag),
	};

	test_batch(fd, &op, 1);
	EXPECT_EQ(may ? 0 : -EPERM, op.status);
	if (!may) {
		test_err_verify(EPERM, fd, half_tag, sizeof(half_tag));
		test_err_verify(EPERM, fd, whole_tag, sizeof(whole_tag));
		test_err_mac_verify(EPERM, fd, "", 0, half_tag, 32);
		test_err_mac_verify(EPERM, fd, "", 0, empty_tag, 32);
		test_state(ACTIVE, fd);
		return;
	}
	test_mac_verify(fd, "", 0, empty_tag, 32);
	test_err_mac_verify(EBADMSG, fd, "", 0, half_tag, 32);
	test_verify(fd, half_tag, sizeof(half_tag));
	again(fd);
	test_err_verify(EBADMSG, fd, whole_tag, sizeof(whole_tag));
	again(fd);
}

static void check_copy(struct __test_metadata *_metadata, int fd, __u32 rights)
{
	struct hmacdev_info info;
	int copy;

	if (!(rights & HMACDEV_RIGHT_COPY)) {
		test_err_copy(EPERM, fd, HMACDEV_RIGHT_ALL);
		test_err_copy(EPERM, fd, 0);
		return;
	}
	copy = test_copy(fd, HMACDEV_RIGHT_ALL);
	test_info(copy, &info);
	EXPECT_EQ(rights, info.rights);
	close(copy);
}

/* What a child may do is what was asked for it */
static void check_derive(struct __test_metadata *_metadata, int fd, bool may)
{
	struct hmacdev_info info;
	int child;

	if (!may) {
		test_err_derive(EPERM, fd, "sha256", "", 0, 0, 0);
		test_err_derive(EPERM, fd, "sha256", "", 0, 0,
				HMACDEV_RIGHT_ALL);
		return;
	}
	child = test_derive(fd, "sha256", "", 0, 0, HMACDEV_RIGHT_ALL);
	test_info(child, &info);
	EXPECT_EQ(HMACDEV_RIGHT_ALL, info.rights);
	close(child);
}

/* @fd is a context of HALF_KEY: it can do what @rights say, and no more */
static void check_rights(struct __test_metadata *_metadata, int fd,
			 __u32 rights)
{
	struct hmacdev_info info;

	test_info(fd, &info);
	EXPECT_EQ(rights, info.rights);
	again(fd);
	check_sign(_metadata, fd, rights & HMACDEV_RIGHT_SIGN);
	check_verify(_metadata, fd, rights & HMACDEV_RIGHT_VERIFY);
	check_copy(_metadata, fd, rights);
	check_derive(_metadata, fd, rights & HMACDEV_RIGHT_DERIVE);
	test_info(fd, &info);
	EXPECT_EQ(rights, info.rights);
	EXPECT_EQ(HALF_LEN, info.bytes);
}

/* The same, by the process that the variant says */
static void check_there(struct __test_metadata *_metadata,
			const FIXTURE_VARIANT(rights) *variant, int fd,
			__u32 rights)
{
	pid_t child;
	int status;

	if (!variant->other_process) {
		check_rights(_metadata, fd, rights);
		return;
	}
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		check_rights(_metadata, fd, rights);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

#define for_each_mask(rights) \
	for ((rights) = 0; (rights) < RIGHTS_END; (rights)++)

TEST_F(rights, made_by_new)
{
	__u32 rights;
	int fd;

	for_each_mask(rights) {
		if (variant->other_context && !(rights & HMACDEV_RIGHT_COPY))
			continue;
		fd = variant->pass(start(rights));
		ASSERT_LE(0, fd);
		check_there(_metadata, variant, fd, rights);
		if (fd != self->fd)
			close(fd);
	}
}

/* Dropped before it is passed on, and asked for again after */
TEST_F(rights, dropped_before)
{
	__u32 rights;
	int fd;

	for_each_mask(rights) {
		if (variant->other_context && !(rights & HMACDEV_RIGHT_COPY))
			continue;
		start(HMACDEV_RIGHT_ALL);
		test_restrict(self->fd, rights);
		fd = variant->pass(self->fd);
		ASSERT_LE(0, fd);
		test_restrict(fd, HMACDEV_RIGHT_ALL);
		check_there(_metadata, variant, fd, rights);
		if (fd != self->fd)
			close(fd);
	}
}

/* Dropped by one who holds the context, for all; of a copy, for it alone */
TEST_F(rights, dropped_after)
{
	__u32 rights;
	int fd;

	for_each_mask(rights) {
		fd = variant->pass(start(HMACDEV_RIGHT_ALL));
		ASSERT_LE(0, fd);
		test_restrict(fd, rights);
		check_there(_metadata, variant, fd, rights);
		check_rights(_metadata, self->fd, variant->other_context ?
			     HMACDEV_RIGHT_ALL : rights);
		if (fd != self->fd)
			close(fd);
	}
}

/* A child's RESTRICT is its parent's as well: the context is one */
TEST(dropped_by_a_child)
{
	int fd = test_open_half(), status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(_test_restrict(fd, HMACDEV_RIGHT_VERIFY) != 0);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	check_rights(_metadata, fd, HMACDEV_RIGHT_VERIFY);
	close(fd);
}

TEST(restrict_only_drops)
{
	struct hmacdev_info info;
	__u32 had, asked;
	int fd;

	for_each_mask(had) {
		for_each_mask(asked) {
			fd = test_open();
			ASSERT_EQ(0, half_with(fd, had));
			test_restrict(fd, asked);
			test_info(fd, &info);
			EXPECT_EQ(had & asked, info.rights);
			test_err_restrict(EINVAL, fd, RIGHTS_END | asked);
			test_restrict(fd, HMACDEV_RIGHT_ALL);
			test_info(fd, &info);
			EXPECT_EQ(had & asked, info.rights);
			close(fd);
		}
	}
}

/* A copy has what was asked for, of what there is, and its maker keeps all */
TEST(copy_with_fewer)
{
	__u32 had, asked;
	int fd, copy;

	for_each_mask(had) {
		if (!(had & HMACDEV_RIGHT_COPY))
			continue;
		fd = test_open();
		ASSERT_EQ(0, half_with(fd, had));
		for_each_mask(asked) {
			copy = test_copy(fd, asked);
			check_rights(_metadata, copy, had & asked);
			close(copy);
		}
		check_rights(_metadata, fd, had);
		close(fd);
	}
}

TEST_HARNESS_MAIN
