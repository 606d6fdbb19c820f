// SPDX-License-Identifier: GPL-2.0
/*
 * Calls every function of libhmacdev against /dev/hmac. functions.h is
 * generated from the library's map, so a function without a test does not
 * compile.
 */
#include <hmacdev.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hmacdev_keys.h"

#define LABEL		"a label"
#define LABEL_LEN	7

FIXTURE(kernel)
{
	struct hmacdev *h;	/* took the first half of the message */
	struct hmacdev *other;
	__u8 tag[HMACDEV_TAG_MAX];
};

FIXTURE_SETUP(kernel)
{
	ASSERT_EQ(0, hmacdev_new(&self->h, "sha256", HALF_KEY, HALF_KEY_LEN));
	ASSERT_EQ(0, hmacdev_update(self->h, HALF_MSG, HALF_LEN));
}

FIXTURE_TEARDOWN(kernel)
{
	hmacdev_free(self->h);
	hmacdev_free(self->other);
}

#define CHECK(name)							\
	static void check_##name(struct __test_metadata *_metadata,	\
				 FIXTURE_DATA(kernel) *self)

static void check_info(struct __test_metadata *_metadata, struct hmacdev *h,
		       __u32 rights, __u32 tag_len, __u64 bytes)
{
	struct hmacdev_info info;

	ASSERT_EQ(0, hmacdev_info(h, &info, sizeof(info)));
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(rights, info.rights);
	EXPECT_EQ(TEST_RIGHTS_KNOWN, info.known_rights);
	EXPECT_EQ(tag_len, info.tag_len);
	EXPECT_EQ(bytes, info.bytes);
	EXPECT_STREQ("sha256", info.alg);
}

static void check_half(struct __test_metadata *_metadata, struct hmacdev *h,
		       __u32 rights)
{
	check_info(_metadata, h, rights, HALF_TAG_LEN, HALF_LEN);
	EXPECT_EQ(0, hmacdev_verify(h, half_tag, HALF_TAG_LEN));
}

/* A context whose tags have 16 bytes, half of the digest */
static struct hmacdev *new_truncated(struct __test_metadata *_metadata)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.key = HALF_KEY,
		.key_len = HALF_KEY_LEN,
		.tag_len = 16,
		.rights = HMACDEV_RIGHT_VERIFY,
	};
	struct hmacdev *h;

	ASSERT_EQ(0, hmacdev_new_opts(&h, "sha256", &o));
	return h;
}

CHECK(hmacdev_alg)
{
	struct hmacdev_alg alg, by_name;
	__u32 i;

	for (i = 0; !hmacdev_alg(i, &alg, sizeof(alg)); i++) {
		ASSERT_EQ(0, hmacdev_alg_by_name(alg.name, &by_name,
						 sizeof(by_name)));
		EXPECT_EQ(alg.digest_size, by_name.digest_size);
	}
	EXPECT_LT(10, i);
	EXPECT_EQ(-ENOENT, hmacdev_alg(i, &alg, sizeof(alg)));
}

CHECK(hmacdev_alg_by_name)
{
	struct hmacdev_alg alg;

	ASSERT_EQ(0, hmacdev_alg_by_name("HMAC-SHA512", &alg, sizeof(alg)));
	EXPECT_STREQ("sha512", alg.name);
	EXPECT_EQ(64, alg.digest_size);
	EXPECT_EQ(128, alg.block_size);
	EXPECT_TRUE(alg.traits & HMACDEV_ALG_AVAILABLE);
	EXPECT_EQ(-ENOENT, hmacdev_alg_by_name("crc32c", &alg, sizeof(alg)));
}

CHECK(hmacdev_batch)
{
	struct hmacdev_op ops[] = {
		{ .op = HMACDEV_OP_SIGN, .msg = test_addr(HALF_MSG),
		  .len = HALF_WHOLE, .tag = test_addr(self->tag),
		  .tag_len = sizeof(self->tag) },
		{ .op = HMACDEV_OP_VERIFY, .msg = test_addr(HALF_MSG),
		  .len = HALF_LEN, .tag = test_addr(half_tag),
		  .tag_len = HALF_TAG_LEN },
		{ .op = HMACDEV_OP_VERIFY, .tag = test_addr(half_tag),
		  .tag_len = HALF_TAG_LEN },
	};

	EXPECT_EQ(3, hmacdev_batch(self->h, ops, 3, sizeof(ops[0])));
	EXPECT_EQ(0, ops[0].status);
	EXPECT_EQ(HALF_TAG_LEN, ops[0].tag_len);
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
	EXPECT_EQ(0, ops[1].status);
	EXPECT_EQ(-EBADMSG, ops[2].status);
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_block_size)
{
	EXPECT_EQ(64, hmacdev_block_size(self->h));
}

CHECK(hmacdev_compare_digest)
{
	ASSERT_EQ(HALF_TAG_LEN,
		  hmacdev_digest(self->h, self->tag, sizeof(self->tag)));
	EXPECT_TRUE(hmacdev_compare_digest(half_tag, HALF_TAG_LEN, self->tag,
					   HALF_TAG_LEN));
	EXPECT_FALSE(hmacdev_compare_digest(whole_tag, HALF_TAG_LEN, self->tag,
					    HALF_TAG_LEN));
}

CHECK(hmacdev_copy)
{
	ASSERT_EQ(0, hmacdev_copy(self->h, &self->other));
	ASSERT_EQ(0, hmacdev_reset(self->h));
	check_half(_metadata, self->other, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_copy_fresh)
{
	ASSERT_EQ(0, hmacdev_copy_fresh(self->h, HMACDEV_RIGHT_VERIFY,
					&self->other));
	check_info(_metadata, self->other, HMACDEV_RIGHT_VERIFY, HALF_TAG_LEN,
		   0);
	EXPECT_EQ(0, hmacdev_verify(self->other, empty_tag, HALF_TAG_LEN));
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_copy_restricted)
{
	ASSERT_EQ(0, hmacdev_copy_restricted(self->h, HMACDEV_RIGHT_VERIFY,
					     &self->other));
	EXPECT_EQ(-EPERM, hmacdev_digest(self->other, self->tag,
					 sizeof(self->tag)));
	check_half(_metadata, self->other, HMACDEV_RIGHT_VERIFY);
}

/* A deriver, and the key that a derived context has */
static struct hmacdev *new_deriver(struct __test_metadata *_metadata,
				   __u8 *key)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.key = HALF_KEY,
		.key_len = HALF_KEY_LEN,
		.rights = HMACDEV_RIGHTS_DERIVER,
	};
	struct hmacdev *h;

	ASSERT_EQ(0, hmacdev_new_opts(&h, "sha256", &o));
	ASSERT_EQ(HALF_TAG_LEN,
		  hmacdev_oneshot("sha256", HALF_KEY, HALF_KEY_LEN, LABEL,
				  LABEL_LEN, key, HALF_TAG_LEN));
	return h;
}

static void check_derived(struct __test_metadata *_metadata,
			  struct hmacdev *child, const __u8 *key, int tag_len)
{
	__u8 want[HALF_TAG_LEN], seen[HALF_TAG_LEN];

	ASSERT_EQ(HALF_TAG_LEN,
		  hmacdev_oneshot("sha256", key, HALF_TAG_LEN, HALF_MSG,
				  HALF_WHOLE, want, sizeof(want)));
	ASSERT_EQ(tag_len, hmacdev_mac(child, HALF_MSG, HALF_WHOLE, seen,
				       sizeof(seen)));
	EXPECT_MEMEQ(want, seen, tag_len);
}

CHECK(hmacdev_derive)
{
	struct hmacdev *deriver = new_deriver(_metadata, self->tag);

	ASSERT_EQ(0, hmacdev_derive(deriver, "sha256", LABEL, LABEL_LEN,
				    HMACDEV_RIGHT_SIGN, &self->other));
	check_derived(_metadata, self->other, self->tag, HALF_TAG_LEN);
	hmacdev_free(deriver);
}

CHECK(hmacdev_derive_opts)
{
	struct hmacdev *deriver = new_deriver(_metadata, self->tag);
	struct hmacdev_options o = {
		.size = sizeof(o),
		.tag_len = 16,
		.rights = HMACDEV_RIGHT_SIGN,
	};

	ASSERT_EQ(0, hmacdev_derive_opts(deriver, "sha256", LABEL, LABEL_LEN,
					 &o, &self->other));
	check_derived(_metadata, self->other, self->tag, 16);
	hmacdev_free(deriver);
}

CHECK(hmacdev_detach)
{
	int fd = hmacdev_detach(self->h);

	self->h = NULL;
	ASSERT_LE(0, fd);
	test_half_intact(fd);
	close(fd);
}

CHECK(hmacdev_digest)
{
	EXPECT_EQ(HALF_TAG_LEN,
		  hmacdev_digest(self->h, self->tag, sizeof(self->tag)));
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	EXPECT_EQ(-EMSGSIZE,
		  hmacdev_digest(self->h, self->tag, HALF_TAG_LEN - 1));
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_digest_size)
{
	self->other = new_truncated(_metadata);
	EXPECT_EQ(HALF_TAG_LEN, hmacdev_digest_size(self->other));
}

CHECK(hmacdev_fd)
{
	test_half_intact(hmacdev_fd(self->h));
}

CHECK(hmacdev_finalize)
{
	EXPECT_EQ(HALF_TAG_LEN,
		  hmacdev_finalize(self->h, self->tag, sizeof(self->tag)));
	EXPECT_MEMEQ(half_tag, self->tag, HALF_TAG_LEN);
	EXPECT_EQ(-EBADFD, hmacdev_update(self->h, "", 1));
}

CHECK(hmacdev_free)
{
	int fd = hmacdev_fd(self->h);

	hmacdev_free(self->h);
	self->h = NULL;
	EXPECT_EQ(-1, fcntl(fd, F_GETFD));
}

CHECK(hmacdev_from_env)
{
	int fd = fcntl(hmacdev_detach(self->h), F_DUPFD, 10);
	char text[16];

	self->h = NULL;
	ASSERT_EQ(3, dup2(fd, 3));
	close(fd);
	snprintf(text, sizeof(text), "%d", getpid());
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", "a-key", 1);
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->other, "another"));
	ASSERT_EQ(0, hmacdev_from_env(&self->other, "a-key"));
	EXPECT_EQ(3, hmacdev_fd(self->other));
	check_half(_metadata, self->other, HMACDEV_RIGHTS_SIGNER);
}

/* Answers one request for "a-key" with the context. */
static int serve_one(int listener, int fd)
{
	int32_t status = 0;
	union {
		char room[CMSG_SPACE(sizeof(fd))];
		struct cmsghdr align;
	} control = {
		.align.cmsg_len = CMSG_LEN(sizeof(fd)),
		.align.cmsg_level = SOL_SOCKET,
		.align.cmsg_type = SCM_RIGHTS,
	};
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int sock = accept(listener, NULL, NULL);
	char name[16];

	memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	return recv(sock, name, sizeof(name), 0) != 5 ||
	       memcmp(name, "a-key", 5) ||
	       sendmsg(sock, &msg, 0) != sizeof(status);
}

CHECK(hmacdev_from_socket)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char name[HMACDEV_SOCKET_NAME_MAX + 2];
	int status;
	pid_t pid;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/functions.%d",
		 getpid());
	EXPECT_EQ(-ECONNREFUSED,
		  hmacdev_from_socket(&self->other, addr.sun_path, "a-key"));
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&addr, sizeof(addr)));
	ASSERT_EQ(0, listen(listener, 1));
	pid = fork();
	if (!pid)
		_exit(serve_one(listener, hmacdev_fd(self->h)));
	ASSERT_EQ(0, hmacdev_from_socket(&self->other, addr.sun_path, "a-key"));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	unlink(addr.sun_path);
	close(listener);
	EXPECT_EQ(FD_CLOEXEC, fcntl(hmacdev_fd(self->other), F_GETFD));
	hmacdev_free(self->h);
	self->h = NULL;
	check_half(_metadata, self->other, HMACDEV_RIGHTS_SIGNER);

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	EXPECT_EQ(-EINVAL, hmacdev_from_socket(NULL, "/", "a"));
	EXPECT_EQ(-EINVAL, hmacdev_from_socket(&self->h, "", "a"));
	EXPECT_EQ(-EINVAL, hmacdev_from_socket(&self->h, "/", ""));
	EXPECT_EQ(-EINVAL, hmacdev_from_socket(&self->h, "/", name));
	EXPECT_EQ(-ENAMETOOLONG,
		  hmacdev_from_socket(&self->h, "/a/path/that/is/longer/than/"
				      "a/socket/can/have/which/is/one/hundred/"
				      "and/seven/bytes/and/the/NUL/at/the/end/"
				      "of/it", "a"));
	EXPECT_EQ(NULL, self->h);
}

CHECK(hmacdev_from_fd)
{
	int fd = dup(hmacdev_fd(self->h));

	ASSERT_EQ(0, hmacdev_from_fd(&self->other, fd));
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(-ENOTTY, hmacdev_from_fd(&self->other, 0));
	hmacdev_free(self->h);
	ASSERT_EQ(0, hmacdev_from_fd(&self->h, fd));
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_hexdigest)
{
	char hex[2 * HMACDEV_TAG_MAX + 1], want[3];
	int i;

	ASSERT_EQ(2 * HALF_TAG_LEN,
		  hmacdev_hexdigest(self->h, hex, sizeof(hex)));
	for (i = 0; i < HALF_TAG_LEN; i++) {
		snprintf(want, sizeof(want), "%02x", half_tag[i]);
		EXPECT_MEMEQ(want, hex + 2 * i, 2);
	}
	EXPECT_EQ(2 * HALF_TAG_LEN, strlen(hex));
}

CHECK(hmacdev_info)
{
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_mac)
{
	EXPECT_EQ(HALF_TAG_LEN, hmacdev_mac(self->h, HALF_MSG, HALF_WHOLE,
					    self->tag, sizeof(self->tag)));
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_mac_verify)
{
	EXPECT_EQ(0, hmacdev_mac_verify(self->h, HALF_MSG, HALF_WHOLE,
					whole_tag, HALF_TAG_LEN));
	EXPECT_EQ(-EBADMSG, hmacdev_mac_verify(self->h, HALF_MSG, HALF_WHOLE,
					       half_tag, HALF_TAG_LEN));
	EXPECT_EQ(-EBADMSG, hmacdev_mac_verify(self->h, HALF_MSG, HALF_WHOLE,
					       whole_tag, HALF_TAG_LEN - 1));
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_name)
{
	EXPECT_STREQ("hmac-sha256", hmacdev_name(self->h));
}

CHECK(hmacdev_new)
{
	EXPECT_EQ(-ENOENT, hmacdev_new(&self->other, "crc32c", "", 0));
	EXPECT_EQ(NULL, self->other);
	check_half(_metadata, self->h, HMACDEV_RIGHTS_SIGNER);
}

CHECK(hmacdev_new_keyring)
{
	int serial = syscall(SYS_add_key, "user", "functions", HALF_KEY,
			     HALF_KEY_LEN, KEY_SPEC_PROCESS_KEYRING);

	ASSERT_LT(0, serial);
	ASSERT_EQ(0, hmacdev_new_keyring(&self->other, "sha256", serial));
	EXPECT_EQ(0, hmacdev_mac_verify(self->other, HALF_MSG, HALF_WHOLE,
					whole_tag, HALF_TAG_LEN));
}

CHECK(hmacdev_new_opts)
{
	self->other = new_truncated(_metadata);
	check_info(_metadata, self->other, HMACDEV_RIGHT_VERIFY, 16, 0);
	EXPECT_EQ(0, hmacdev_mac_verify(self->other, HALF_MSG, HALF_WHOLE,
					whole_tag, 16));
}

CHECK(hmacdev_new_random)
{
	ASSERT_EQ(0, hmacdev_new_random(&self->other, "sha256", 0));
	check_info(_metadata, self->other, HMACDEV_RIGHTS_SIGNER, HALF_TAG_LEN,
		   0);
	EXPECT_EQ(-EBADMSG, hmacdev_mac_verify(self->other, "", 0, empty_tag,
					       HALF_TAG_LEN));
}

CHECK(hmacdev_oneshot)
{
	EXPECT_EQ(HALF_TAG_LEN,
		  hmacdev_oneshot("sha256", HALF_KEY, HALF_KEY_LEN, HALF_MSG,
				  HALF_WHOLE, self->tag, sizeof(self->tag)));
	EXPECT_MEMEQ(whole_tag, self->tag, HALF_TAG_LEN);
}

CHECK(hmacdev_reset)
{
	ASSERT_EQ(0, hmacdev_reset(self->h));
	check_info(_metadata, self->h, HMACDEV_RIGHTS_SIGNER, HALF_TAG_LEN, 0);
	EXPECT_EQ(0, hmacdev_verify(self->h, empty_tag, HALF_TAG_LEN));
}

CHECK(hmacdev_restrict)
{
	ASSERT_EQ(0, hmacdev_restrict(self->h, HMACDEV_RIGHT_VERIFY));
	EXPECT_EQ(-EPERM, hmacdev_digest(self->h, self->tag,
					 sizeof(self->tag)));
	check_half(_metadata, self->h, HMACDEV_RIGHT_VERIFY);
}

CHECK(hmacdev_strerror)
{
	const char *text = hmacdev_strerror(hmacdev_update(NULL, "", 1));

	EXPECT_STREQ(hmacdev_strerror(-EINVAL), text);
	EXPECT_STREQ("success",
		     hmacdev_strerror(hmacdev_update(self->h, "", 0)));
}

CHECK(hmacdev_tag_size)
{
	EXPECT_EQ(HALF_TAG_LEN, hmacdev_tag_size(self->h));
	self->other = new_truncated(_metadata);
	EXPECT_EQ(16, hmacdev_tag_size(self->other));
}

CHECK(hmacdev_update)
{
	ASSERT_EQ(0, hmacdev_update(self->h, HALF_MSG + HALF_LEN,
				    HALF_WHOLE - HALF_LEN));
	EXPECT_EQ(0, hmacdev_verify(self->h, whole_tag, HALF_TAG_LEN));
}

CHECK(hmacdev_update_fd)
{
	int file = memfd_create("functions", MFD_CLOEXEC), len = HALF_WHOLE;
	bool file_failed = true;

	ASSERT_EQ(len, write(file, HALF_MSG, len));
	ASSERT_EQ(HALF_LEN, lseek(file, HALF_LEN, SEEK_SET));
	EXPECT_EQ(len - HALF_LEN,
		  hmacdev_update_fd(self->h, file, -1, &file_failed));
	EXPECT_FALSE(file_failed);
	close(file);
	EXPECT_EQ(0, hmacdev_verify(self->h, whole_tag, HALF_TAG_LEN));
}

CHECK(hmacdev_verify)
{
	EXPECT_EQ(-EBADMSG, hmacdev_verify(self->h, whole_tag, HALF_TAG_LEN));
	EXPECT_EQ(-EBADFD, hmacdev_verify(self->h, half_tag, HALF_TAG_LEN));
}

CHECK(hmacdev_version)
{
	char want[32];

	snprintf(want, sizeof(want), "%d.%d.%d", HMACDEV_VERSION_MAJOR,
		 HMACDEV_VERSION_MINOR, HMACDEV_VERSION_PATCH);
	EXPECT_STREQ(want, hmacdev_version());
}

/* For each function of the map: FUNCTION(name) */
#define FUNCTION(name)							\
	TEST_F(kernel, name)						\
	{								\
		check_##name(_metadata, self);				\
	}
#include "functions.h"

TEST_HARNESS_MAIN
