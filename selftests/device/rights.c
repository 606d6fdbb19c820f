// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for rights: every mask with every operation, before and after each way
 * to pass a descriptor.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "hmacdev_pass.h"
#include "hmacdev_utils.h"

#define RIGHTS_END	(TEST_RIGHTS_KNOWN + 1)

/* A context without DERIVE, and one without SIGN */
static const __u32 kinds[] = { HMACDEV_RIGHTS_SIGNER, TEST_RIGHTS_DERIVER };

/* Descriptors that were passed, and the rights that each must have */
struct passed {
	int nr;
	int fds[2 * RIGHTS_END];
	__u32 rights[2 * RIGHTS_END];
};

FIXTURE(rights)
{
	int fd;
	struct passed passed;
};

/* How the tested descriptor is made from the keyed one */
FIXTURE_VARIANT(rights)
{
	int (*pass)(int fd);
	bool other_context;
	/* Checks them in another process; NULL: the test does it itself */
	void (*there)(struct __test_metadata *_metadata,
		      const struct passed *passed);
};

static void check_forked(struct __test_metadata *_metadata,
			 const struct passed *passed);
static void check_executed(struct __test_metadata *_metadata,
			   const struct passed *passed);

static int pass_itself(int fd)
{
	return dup2(fd, fd);
}

static int pass_copy(int fd)
{
	return _test_copy(fd, ~0U);
}

/* The sender's descriptor is closed while the message is under way */
static int pass_message(int fd)
{
	int pair[2], sent = dup(fd), got;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	got = send_fd(pair[0], sent);
	close(sent);
	got = got ?: receive_fd(pair[1], 0);
	close(pair[0]);
	close(pair[1]);
	return got;
}

/* With pidfd_getfd(2), from a child that inherited it */
static int pass_pidfd(int fd)
{
	pid_t child = fork();
	int pidfd, got;

	if (child < 0)
		return -errno;
	if (!child) {
		pause();
		_exit(0);
	}
	pidfd = syscall(SYS_pidfd_open, child, 0);
	got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (got < 0)
		got = -errno;
	close(pidfd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return got;
}

static int pass_copy_of_copy(int fd)
{
	int first = pass_copy(fd), second = pass_copy(first);

	close(first);
	return second;
}

FIXTURE_VARIANT_ADD(rights, itself) {
	.pass = pass_itself,
};

FIXTURE_VARIANT_ADD(rights, dup) {
	.pass = dup,
};

FIXTURE_VARIANT_ADD(rights, fork) {
	.pass = pass_itself,
	.there = check_forked,
};

FIXTURE_VARIANT_ADD(rights, exec) {
	.pass = dup,
	.there = check_executed,
};

FIXTURE_VARIANT_ADD(rights, message) {
	.pass = pass_message,
};

FIXTURE_VARIANT_ADD(rights, message_and_fork) {
	.pass = pass_message,
	.there = check_forked,
};

FIXTURE_VARIANT_ADD(rights, message_and_exec) {
	.pass = pass_message,
	.there = check_executed,
};

FIXTURE_VARIANT_ADD(rights, pidfd) {
	.pass = pass_pidfd,
};

FIXTURE_VARIANT_ADD(rights, copy) {
	.pass = pass_copy,
	.other_context = true,
};

FIXTURE_VARIANT_ADD(rights, copy_of_copy_and_exec) {
	.pass = pass_copy_of_copy,
	.other_context = true,
	.there = check_executed,
};

FIXTURE_SETUP(rights)
{
	self->fd = -1;
}

FIXTURE_TEARDOWN(rights)
{
	int i;

	for (i = 0; i < self->passed.nr; i++)
		close(self->passed.fds[i]);
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

/* No call makes a tag, and no byte of a tag is written. */
static void check_no_sign(struct __test_metadata *_metadata, int fd)
{
	static const __u32 rooms[] = { HALF_TAG_LEN, 0, 1, HMACDEV_TAG_MIN };
	__u8 tag[HALF_TAG_LEN];
	struct hmacdev_op op;
	__u32 len;
	size_t i;

	memset(tag, TEST_UNTOUCHED, sizeof(tag));
	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		len = rooms[i];
		test_err(EPERM, _test_tag(fd, HMACDEV_IOC_DIGEST, tag, &len));
		test_err(EPERM, _test_tag(fd, HMACDEV_IOC_FINALIZE, tag, &len));
		test_err(EPERM, _test_mac(fd, HMACDEV_OP_SIGN, HALF_MSG,
					  HALF_LEN, tag, &len));
		test_err(EINVAL, _test_mac(fd, 3, HALF_MSG, HALF_LEN, tag,
					   &len));
		test_err(EINVAL, _test_mac(fd, 0, HALF_MSG, HALF_LEN, tag,
					   &len));
		op = (struct hmacdev_op){
			.msg = test_addr(HALF_MSG),
			.len = HALF_LEN,
			.tag = test_addr(tag),
			.tag_len = len,
			.op = HMACDEV_OP_SIGN,
		};
		test_batch(fd, &op, 1);
		EXPECT_EQ(-EPERM, op.status);
		EXPECT_EQ(rooms[i], op.tag_len);
		EXPECT_EQ(rooms[i], len);
	}
	EXPECT_TRUE(test_untouched(tag, HALF_TAG_LEN));
	test_state(ACTIVE, fd);
}

static void check_sign(struct __test_metadata *_metadata, int fd, bool may)
{
	__u8 tag[HALF_TAG_LEN] = { };
	struct hmacdev_op op = {
		.op = HMACDEV_OP_SIGN,
		.tag = test_addr(tag),
		.tag_len = sizeof(tag),
	};

	if (!may) {
		check_no_sign(_metadata, fd);
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
	EXPECT_MEMEQ(half_tag, tag, sizeof(tag));
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
		test_err_copy(EPERM, fd, ~0U);
		test_err_copy(EPERM, fd, 0);
		test_err_copy_fresh(EPERM, fd, ~0U);
		test_err_copy_fresh(EPERM, fd, 0);
		return;
	}
	copy = test_copy(fd, ~0U);
	test_info(copy, &info);
	EXPECT_EQ(rights, info.rights);
	close(copy);
	copy = test_copy_fresh(fd, ~0U);
	test_info(copy, &info);
	EXPECT_EQ(rights, info.rights);
	close(copy);
}

/* A child has the rights that were asked for. */
static void check_derive(struct __test_metadata *_metadata, int fd, bool may)
{
	struct hmacdev_info info;
	int child;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!may) {
			test_err_derive(EPERM, fd, "sha256", "", 0, 0, 0);
			test_err_derive(EPERM, fd, "sha256", "", 0, 0,
					kinds[i]);
			continue;
		}
		child = test_derive(fd, "sha256", "", 0, 0, kinds[i]);
		test_info(child, &info);
		EXPECT_EQ(kinds[i], info.rights);
		close(child);
	}
}

/* UPDATE, RESET and INFO need no right. */
static void check_free(struct __test_metadata *_metadata, int fd)
{
	struct hmacdev_info info;

	again(fd);
	EXPECT_EQ(4, write(fd, HALF_MSG, 4));
	test_info(fd, &info);
	EXPECT_EQ(HALF_LEN + 4, info.bytes);
	test_err_new(EBUSY, fd, "sha256", HALF_KEY, HALF_KEY_LEN);
	test_restrict(fd, ~0U);
	again(fd);
}

/* @fd is a context of HALF_KEY: it can do what @rights say, and no more */
static void check_rights(struct __test_metadata *_metadata, int fd,
			 __u32 rights)
{
	struct hmacdev_info info;

	test_info(fd, &info);
	EXPECT_EQ(rights, info.rights);
	EXPECT_EQ(TEST_RIGHTS_KNOWN, info.known_rights);
	check_free(_metadata, fd);
	check_sign(_metadata, fd, rights & HMACDEV_RIGHT_SIGN);
	check_verify(_metadata, fd, rights & HMACDEV_RIGHT_VERIFY);
	check_copy(_metadata, fd, rights);
	check_derive(_metadata, fd, rights & HMACDEV_RIGHT_DERIVE);
	test_info(fd, &info);
	EXPECT_EQ(rights, info.rights);
	EXPECT_EQ(HALF_LEN, info.bytes);
}

static void check_passed(struct __test_metadata *_metadata,
			 const struct passed *passed)
{
	int i;

	for (i = 0; i < passed->nr; i++)
		check_rights(_metadata, passed->fds[i], passed->rights[i]);
}

/* The harness shares _metadata with the child */
static void check_forked(struct __test_metadata *_metadata,
			 const struct passed *passed)
{
	pid_t child = fork();
	int status;

	ASSERT_LE(0, child);
	if (!child) {
		check_passed(_metadata, passed);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

#define EXECUTED	"--executed"

/* With an argument FD:RIGHTS for each descriptor */
static void execute_check(const struct passed *passed)
{
	char args[ARRAY_SIZE(passed->fds)][24];
	char *argv[ARRAY_SIZE(args) + 3] = { "rights", EXECUTED };
	int i;

	for (i = 0; i < passed->nr; i++) {
		snprintf(args[i], sizeof(args[i]), "%d:%u", passed->fds[i],
			 passed->rights[i]);
		argv[i + 2] = args[i];
		fcntl(passed->fds[i], F_SETFD, 0);
	}
	execv("/proc/self/exe", argv);
}

static void check_executed(struct __test_metadata *_metadata,
			   const struct passed *passed)
{
	pid_t child = fork();
	int status;

	ASSERT_LE(0, child);
	if (!child) {
		execute_check(passed);
		_exit(127);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

/* The program that is executed */
static int executed(char **args)
{
	struct __test_metadata check = { .name = "executed" };
	struct passed passed = { };

	for (; args[passed.nr]; passed.nr++)
		if (sscanf(args[passed.nr], "%d:%u", &passed.fds[passed.nr],
			   &passed.rights[passed.nr]) != 2)
			return KSFT_FAIL;
	if (setjmp(check.env) == 0)
		check_passed(&check, &passed);
	return check.exit_code;
}

/* Pass the test's context; the new descriptor must have @_rights. */
#define pass_on(_rights)						\
	({								\
		int _fd = variant->pass(self->fd);			\
									\
		ASSERT_LE(0, _fd);					\
		/* start() closes self->fd. */				\
		if (_fd == self->fd)					\
			self->fd = dup(_fd);				\
		self->passed.fds[self->passed.nr] = _fd;		\
		self->passed.rights[self->passed.nr++] = _rights;	\
		_fd;							\
	})

/* Check the passed descriptors in the variant's process. */
#define check_there()							\
	(variant->there ?: check_passed)(_metadata, &self->passed)

#define for_each_mask(rights) \
	for ((rights) = 0; (rights) < RIGHTS_END; (rights)++)

/* Those that NEW and DERIVE take */
#define for_each_valid_mask(rights)					\
	for_each_mask(rights)						\
		if (test_rights_valid(rights))

TEST_F(rights, made_by_new)
{
	__u32 rights;

	for_each_valid_mask(rights) {
		if (variant->other_context && !(rights & HMACDEV_RIGHT_COPY))
			continue;
		start(rights);
		pass_on(rights);
	}
	check_there();
}

#define for_each_kind(i, rights)					\
	for ((i) = 0; (i) < ARRAY_SIZE(kinds); (i)++)			\
		for_each_mask(rights)

/* Dropped before it is passed on, and asked for again after */
TEST_F(rights, dropped_before)
{
	__u32 rights;
	size_t i;

	for_each_kind(i, rights) {
		if (variant->other_context && !(rights & HMACDEV_RIGHT_COPY))
			continue;
		start(kinds[i]);
		test_restrict(self->fd, rights);
		test_restrict(pass_on(rights & kinds[i]), ~0U);
	}
	check_there();
}

/* RESTRICT affects all holders of the context, but not its copies. */
TEST_F(rights, dropped_after)
{
	__u32 rights;
	size_t i;

	for_each_kind(i, rights) {
		start(kinds[i]);
		test_restrict(pass_on(rights & kinds[i]), rights);
		check_rights(_metadata, self->fd, variant->other_context ?
			     kinds[i] : rights & kinds[i]);
	}
	check_there();
}

/* RESTRICT of a child process also affects its parent's context. */
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

	for_each_valid_mask(had) {
		for_each_mask(asked) {
			fd = test_open();
			ASSERT_EQ(0, half_with(fd, had));
			test_restrict(fd, asked);
			test_info(fd, &info);
			EXPECT_EQ(had & asked, info.rights);
			test_restrict(fd, ~0U);
			test_info(fd, &info);
			EXPECT_EQ(had & asked, info.rights);
			close(fd);
		}
	}
}

/* RESTRICT ignores bits that the kernel does not know. */
TEST(restrict_with_unknown_bits)
{
	struct hmacdev_info info;
	__u32 had, asked, bit;
	int fd;

	for_each_valid_mask(had) {
		for_each_mask(asked) {
			fd = test_open();
			ASSERT_EQ(0, half_with(fd, had));
			for (bit = RIGHTS_END; bit; bit <<= 1) {
				test_restrict(fd, bit | asked);
				test_info(fd, &info);
				EXPECT_EQ(had & asked, info.rights);
			}
			test_restrict(fd, ~TEST_RIGHTS_KNOWN);
			test_info(fd, &info);
			EXPECT_EQ(0, info.rights);
			close(fd);
		}
	}
}

/* NEW and DERIVE refuse unknown rights, and SIGN with DERIVE. */
TEST(made_with_unknown_bits)
{
	int fd = test_open_deriver(), unkeyed = test_open();
	__u32 rights, bit;

	for_each_mask(rights) {
		for (bit = RIGHTS_END; bit; bit <<= 1) {
			EXPECT_EQ(-EINVAL, half_with(unkeyed, rights | bit));
			test_err_derive(EINVAL, fd, "sha256", "", 0, 0,
					rights | bit);
		}
		if (!test_rights_valid(rights)) {
			EXPECT_EQ(-EINVAL, half_with(unkeyed, rights));
			test_err_derive(EINVAL, fd, "sha256", "", 0, 0, rights);
		}
	}
	test_state(UNKEYED, unkeyed);
	test_half_intact(fd);
	close(unkeyed);
	close(fd);
}

/* A copy has the rights asked for that the context has, too. */
TEST(copy_with_fewer)
{
	__u32 had, asked;
	int fd, copy;

	for_each_valid_mask(had) {
		if (!(had & HMACDEV_RIGHT_COPY))
			continue;
		fd = test_open();
		ASSERT_EQ(0, half_with(fd, had));
		for_each_mask(asked) {
			copy = test_copy(fd, asked);
			check_rights(_metadata, copy, had & asked);
			close(copy);
			copy = test_copy(fd, asked | ~TEST_RIGHTS_KNOWN);
			check_rights(_metadata, copy, had & asked);
			close(copy);
			copy = test_copy_fresh(fd, asked | 1U << 31);
			check_rights(_metadata, copy, had & asked);
			close(copy);
		}
		check_rights(_metadata, fd, had);
		close(fd);
	}
}

/* A child has the rights asked for, and its copy has no more. */
static void check_children(struct __test_metadata *_metadata, int fd,
			   __u32 had, __u32 asked)
{
	int child = test_derive(fd, "sha256", "", 0, 0, asked), copy;
	struct hmacdev_info info;

	test_info(child, &info);
	EXPECT_EQ(asked, info.rights);
	test_restrict(child, ~0U);
	test_info(child, &info);
	EXPECT_EQ(asked, info.rights);

	copy = _test_copy(child, ~0U);
	if (asked & HMACDEV_RIGHT_COPY) {
		test_info(copy, &info);
		EXPECT_EQ(asked, info.rights);
		close(copy);
	} else {
		EXPECT_EQ(-EPERM, copy);
	}
	copy = _test_derive(child, "sha256", "", 0, 0, HMACDEV_RIGHT_SIGN);
	if (asked & HMACDEV_RIGHT_DERIVE)
		close(copy);
	EXPECT_EQ(asked & HMACDEV_RIGHT_DERIVE ? 0 : -EPERM,
		  copy < 0 ? copy : 0);

	/* RESTRICT of one does not affect the other. */
	test_restrict(child, 0);
	test_info(fd, &info);
	EXPECT_EQ(had, info.rights);
	close(child);
}

TEST(derive_with_any)
{
	__u32 had, asked;
	int fd;

	for_each_valid_mask(had) {
		if (!(had & HMACDEV_RIGHT_DERIVE))
			continue;
		fd = test_open();
		ASSERT_EQ(0, half_with(fd, had));
		for_each_valid_mask(asked)
			check_children(_metadata, fd, had, asked);
		test_err_derive(EINVAL, fd, "sha256", "", 0, 0, RIGHTS_END);
		close(fd);
	}
}

TEST(child_outlives_its_maker)
{
	int fd = test_open_deriver(), child;
	__u8 tag[HALF_TAG_LEN], want[HALF_TAG_LEN];

	test_oneshot(fd, "sha256", empty_tag, HALF_TAG_LEN, "x", 1, want,
		     sizeof(want));
	child = test_derive(fd, "sha256", "", 0, 0, HMACDEV_RIGHT_SIGN);
	test_restrict(fd, 0);
	close(fd);
	test_mac_sign(child, "x", 1, tag, sizeof(tag));
	EXPECT_MEMEQ(want, tag, sizeof(tag));
}

/*
 * Not even by way of another context does one that may do all but SIGN come to
 * a tag of the key: a copy may not sign, and a child has another key.
 */
TEST(no_way_round)
{
	__u32 rights = TEST_RIGHTS_DERIVER;
	int fd = test_open_deriver(), signer = test_open_half(), copy, child;
	__u8 tag[HALF_TAG_LEN];

	test_restrict(signer, ~HMACDEV_RIGHT_SIGN);
	copy = test_copy(signer, ~0U);
	check_rights(_metadata, copy, HMACDEV_RIGHT_VERIFY |
		     HMACDEV_RIGHT_COPY);
	close(copy);
	copy = test_copy(signer, HMACDEV_RIGHT_SIGN);
	check_rights(_metadata, copy, 0);
	close(copy);
	close(signer);

	copy = test_copy(fd, ~0U);
	check_rights(_metadata, copy, rights);
	close(copy);
	copy = test_copy_fresh(fd, HMACDEV_RIGHT_SIGN);
	check_rights(_metadata, copy, 0);
	close(copy);

	child = test_derive(fd, "sha256", HALF_MSG, HALF_LEN, 0,
			    HMACDEV_RIGHTS_SIGNER);
	test_mac_sign(child, "", 0, tag, sizeof(tag));
	EXPECT_NE(0, memcmp(empty_tag, tag, sizeof(tag)));
	test_mac_sign(child, HALF_MSG, HALF_LEN, tag, sizeof(tag));
	EXPECT_NE(0, memcmp(half_tag, tag, sizeof(tag)));
	close(child);
	check_rights(_metadata, fd, rights);
}

/* Opening /proc/self/fd/N makes a new context without a key. */
TEST(opened_again)
{
	int fd = test_open(), again;
	char path[32];

	ASSERT_EQ(0, half_with(fd, HMACDEV_RIGHTS_SIGNER));
	test_restrict(fd, HMACDEV_RIGHT_VERIFY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-1, open(path, O_RDONLY));
	again = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, again);
	test_state(UNKEYED, again);
	test_err_update(ENOKEY, again, "", 0);
	ASSERT_EQ(0, half_with(again, HMACDEV_RIGHTS_SIGNER));
	check_rights(_metadata, again, HMACDEV_RIGHTS_SIGNER);
	check_rights(_metadata, fd, HMACDEV_RIGHT_VERIFY);
	close(again);

	/* A descriptor that names it only does nothing */
	again = open(path, O_PATH | O_CLOEXEC);
	ASSERT_LE(0, again);
	test_err(EBADF, _test_state(again));
	test_err_verify(EBADF, again, half_tag, HALF_TAG_LEN);
}

/* Copies and children cannot be opened through /proc. */
TEST(not_opened_again)
{
	int fd = test_open_deriver(), made[2], i;
	char path[32];

	made[0] = test_copy(fd, HMACDEV_RIGHT_VERIFY);
	made[1] = test_derive(fd, "sha256", "", 0, 0, HMACDEV_RIGHT_VERIFY);
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", made[i]);
		EXPECT_EQ(-1, open(path, O_RDWR));
		EXPECT_EQ(ENXIO, errno);
	}
}

/* main() is the harness's, unless this is the program that a test executes */
#define main harness_main
TEST_HARNESS_MAIN
#undef main

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], EXECUTED))
		return executed(argv + 2);
	return harness_main(argc, argv);
}
