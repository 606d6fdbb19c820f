// SPDX-License-Identifier: GPL-2.0
/*
 * Tests as a user who is not root. In a group that may open the device, the
 * whole interface works, with the keys of that user. Outside the group, the
 * user cannot open the device.
 */
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hmacdev_calls.h"
#include "hmacdev_keys.h"

#define USER		12001
#define GROUP		12003

FIXTURE(unprivileged)
{
	struct stat old;
	long serial;	/* a key of root's */
};

FIXTURE_SETUP(unprivileged)
{
	if (geteuid())
		SKIP(return, "only root hands the device to a group");
	ASSERT_EQ(0, stat(HMACDEV_PATH, &self->old));
	ASSERT_EQ(0, chown(HMACDEV_PATH, 0, GROUP));
	ASSERT_EQ(0, chmod(HMACDEV_PATH, 0660));
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	self->serial = test_add_key("user", "hmac:root", HALF_KEY,
				    HALF_KEY_LEN, KEY_SPEC_PROCESS_KEYRING);
}

FIXTURE_TEARDOWN(unprivileged)
{
	EXPECT_EQ(0, chown(HMACDEV_PATH, self->old.st_uid, self->old.st_gid));
	EXPECT_EQ(0, chmod(HMACDEV_PATH, self->old.st_mode & 07777));
}

/* Be that user, in that group or in none, with a session of one's own */
static void become(struct __test_metadata *_metadata, bool in_group)
{
	static const gid_t groups[] = { GROUP };

	ASSERT_EQ(0, setgroups(in_group, groups));
	ASSERT_EQ(0, setgid(USER));
	ASSERT_EQ(0, setuid(USER));
	ASSERT_EQ(-1, setuid(0));
	ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
}

/* Run what follows in a child, which the harness shares its verdict with */
#define as_user(in_group)						\
	for (pid_t _pid = fork_user(_metadata, in_group); !_pid; _exit(0))

static pid_t fork_user(struct __test_metadata *_metadata, bool in_group)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		become(_metadata, in_group);
		return 0;
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	return pid;
}

/* As the module makes the node, before udev or anyone has their say */
TEST(mode_of_the_device)
{
	struct stat st;

	ASSERT_EQ(0, stat(HMACDEV_PATH, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0660, st.st_mode & 07777)
		TH_LOG("mode %o", st.st_mode);
}

TEST_F(unprivileged, not_in_the_group)
{
	as_user(false) {
		test_err_open(EACCES, O_RDWR);
		test_err_open(EACCES, O_RDONLY);
		test_err_open(EACCES, O_WRONLY);
	}
}

TEST_F(unprivileged, every_call)
{
	const struct call *call;
	union call_arg *arg;
	size_t i;
	int fd;

	as_user(true) {
		for (i = 0; i < NR_CALLS; i++) {
			call = &calls[i];
			fd = call_open(call);
			arg = call_fill(call, _IOC_SIZE(call->cmd));
			ASSERT_NE(NULL, arg);
			EXPECT_EQ(0, call_check(call, fd, arg,
						_test_ioctl(fd, call->cmd,
							    arg)))
				TH_LOG("%s", call->name);
			close(fd);
		}
	}
}

TEST_F(unprivileged, write_and_splice)
{
	int fd, pipes[2];

	as_user(true) {
		fd = test_open();
		test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
		ASSERT_EQ(HALF_LEN, write(fd, HALF_MSG, HALF_LEN));
		test_half_intact(fd);
		ASSERT_EQ(0, pipe(pipes));
		ASSERT_EQ(HALF_WHOLE - HALF_LEN,
			  write(pipes[1], HALF_MSG + HALF_LEN,
				HALF_WHOLE - HALF_LEN));
		ASSERT_EQ(HALF_WHOLE - HALF_LEN,
			  splice(pipes[0], NULL, fd, NULL, 100, 0));
		test_whole_intact(fd);
	}
}

/* One's own keys, of every type that one can add, in every keyring one has */
TEST_F(unprivileged, own_keys)
{
	static const char * const types[] = { "user", "logon" };
	static const int rings[] = {
		KEY_SPEC_THREAD_KEYRING, KEY_SPEC_PROCESS_KEYRING,
		KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING,
	};
	long serial;
	size_t i, j;
	int fd;

	as_user(true) {
		test_keyctl(LINK, KEY_SPEC_USER_KEYRING,
			    KEY_SPEC_SESSION_KEYRING, 0);
		for (i = 0; i < ARRAY_SIZE(types); i++) {
			for (j = 0; j < ARRAY_SIZE(rings); j++) {
				serial = test_add_key(types[i], "hmac:own",
						      HALF_KEY, HALF_KEY_LEN,
						      rings[j]);
				fd = test_open();
				test_new_keyring(fd, serial);
				test_update(fd, HALF_MSG, HALF_LEN);
				test_half_intact(fd);
				close(fd);
				test_keyctl(UNLINK, serial, rings[j], 0);
			}
		}
	}
}

TEST_F(unprivileged, own_encrypted_key)
{
	__u8 tag[HALF_TAG_LEN];
	int fd, second;
	long serial;

	as_user(true) {
		test_add_key("user", "master", HALF_MSG, HALF_WHOLE,
			     KEY_SPEC_PROCESS_KEYRING);
		serial = _test_add_key("encrypted", "hmac:own",
				       "new user:master 32", 18,
				       KEY_SPEC_PROCESS_KEYRING);
		if (serial == -ENODEV)
			SKIP(_exit(0), "this kernel has no encrypted keys");
		ASSERT_LT(0, serial);
		fd = test_open();
		second = test_open();
		test_new_keyring(fd, serial);
		test_new_keyring(second, serial);
		test_finalize(fd, tag, sizeof(tag));
		test_verify(second, tag, sizeof(tag));
	}
}

TEST_F(unprivileged, random_key)
{
	__u8 tag[HALF_TAG_LEN];
	int fd;

	as_user(true) {
		fd = test_open();
		test_new_random(fd, 0);
		test_mac_sign(fd, "", 0, tag, sizeof(tag));
		test_verify(fd, tag, sizeof(tag));
	}
}

/* The group may open the device, but not use root's keys. */
TEST_F(unprivileged, key_of_root)
{
	int fd;

	as_user(true) {
		fd = test_open();
		test_err_new_keyring(EACCES, fd, self->serial);
		test_state(UNKEYED, fd);
	}
}

/* A context that root has keyed and handed over does what root has let it */
TEST_F(unprivileged, context_of_root)
{
	int fd = test_open();
	__u8 tag[HALF_TAG_LEN];

	test_new_keyring(fd, self->serial);
	test_restrict(fd, HMACDEV_RIGHT_VERIFY);
	as_user(false) {
		test_mac_verify(fd, HALF_MSG, HALF_LEN, half_tag, HALF_TAG_LEN);
		test_err_mac_verify(EBADMSG, fd, HALF_MSG, HALF_LEN, whole_tag,
				    HALF_TAG_LEN);
		test_err_mac_sign(EPERM, fd, "", 0, tag, sizeof(tag));
		test_err_copy(EPERM, fd, HMACDEV_RIGHTS_SIGNER);
		test_err_copy_fresh(EPERM, fd, HMACDEV_RIGHTS_SIGNER);
		test_err_derive(EPERM, fd, "sha256", "", 0, 0,
				HMACDEV_RIGHTS_SIGNER);
		test_restrict(fd, ~0U);
		test_err_digest(EPERM, fd, tag, sizeof(tag));
		test_update(fd, HALF_MSG, HALF_LEN);
		test_verify(fd, half_tag, HALF_TAG_LEN);
	}
}

/* Nor does root's open file, not keyed yet, lend its user root's keys */
TEST_F(unprivileged, file_of_root)
{
	int fd = test_open();

	as_user(false) {
		test_err_new_keyring(EACCES, fd, self->serial);
		test_new(fd, "sha256", HALF_KEY, HALF_KEY_LEN);
		test_update(fd, HALF_MSG, HALF_LEN);
		test_half_intact(fd);
	}
}

TEST_F(unprivileged, fdinfo)
{
	char text[1024] = "";
	int fd;

	as_user(true) {
		fd = test_open_half();
		ASSERT_LT(0, _test_fdinfo(fd, text, sizeof(text) - 1, 0));
		EXPECT_NE(NULL, strstr(text, "\nhmac-alg:\tsha256\n"));
	}
}

TEST_HARNESS_MAIN
