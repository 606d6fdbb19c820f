// SPDX-License-Identifier: GPL-2.0
/*
 * Tests libhmacdev without the module. A stub replaces ioctl(2), and the device
 * is /dev/null or a file that records writes. The tests check the requests of
 * the library, how it handles replies, and the errors that it detects itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <device.h>
#include <hmacdev.h>

#include "kselftest_harness.h"
#include "layout.h"

/* One call where offsets are long anyway */
#ifndef SYS_sendfile64
#define SYS_sendfile64	SYS_sendfile
#endif

#define CALLS_MAX	8
#define TAG_LEN		20
#define ERRNO_BEFORE	4711

static struct {
	unsigned int calls;
	unsigned int interrupted;	/* the call that ends in EINTR, or 0 */
	unsigned int successes;		/* first calls that err is not for */
	unsigned int opens;		/* of /dev/hmac */
	int foreign;			/* descriptor of something else, or 0 */
	int err;			/* what every other call ends in */
	int result;
	__u32 batch_limit;		/* entries that a call does, or 0 */
	int sendfile_err;		/* what it ends in, or 0 */
	size_t sendfile_limit;		/* bytes that a call takes, or 0 */
	off_t resize;			/* a file's size after that, or 0 */
	bool sendfile_fake;
	__u32 state;
	struct hmacdev_alg alg;
	struct hmacdev_new new;
	struct hmacdev_update updates[CALLS_MAX];
	struct hmacdev_tag tag;
	struct hmacdev_copy copy;
	struct hmacdev_restrict restriction;
	struct hmacdev_op op;
	struct hmacdev_batch batches[CALLS_MAX];
	struct hmacdev_derive derive;
	struct hmacdev_oneshot oneshot;
} kernel;

static void fake_alg(struct hmacdev_alg *alg)
{
	kernel.alg = *alg;
	memset(alg->name, 0, sizeof(alg->name));
	memcpy(alg->name, "sha256", sizeof("sha256"));
	alg->digest_size = 32;
	alg->block_size = 64;
	alg->traits = HMACDEV_ALG_AVAILABLE;
}

static void fake_info(struct hmacdev_info *info)
{
	info->state = kernel.state;
	info->rights = HMACDEV_RIGHTS_SIGNER;
	info->known_rights = UINT32_MAX;
	info->bytes = 1ULL << 40;
	info->features = 1ULL << 63;
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

static int fake_mac(struct hmacdev_op *op)
{
	kernel.op = *op;
	if (op->op == HMACDEV_OP_SIGN && op->tag_len < TAG_LEN) {
		errno = EMSGSIZE;
		return -1;
	}
	op->tag_len = TAG_LEN;
	return 0;
}

static int fake_batch(const struct hmacdev_batch *batch)
{
	if (kernel.calls <= CALLS_MAX)
		kernel.batches[kernel.calls - 1] = *batch;
	return kernel.batch_limit && kernel.batch_limit < batch->count ?
	       kernel.batch_limit : batch->count;
}

static int fake_oneshot(struct hmacdev_oneshot *oneshot)
{
	kernel.oneshot = *oneshot;
	oneshot->tag_len = TAG_LEN;
	return 0;
}

/* Where the device is a file, it shows what was appended. */
static int fake_update(int fd, const struct hmacdev_update *update)
{
	if (kernel.calls <= CALLS_MAX)
		kernel.updates[kernel.calls - 1] = *update;
	return write(fd, (void *)(uintptr_t)update->msg, update->len) < 0 ?
	       -1 : 0;
}

static int fake_call(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case HMACDEV_IOC_ALG:
		fake_alg(arg);
		return 0;
	case HMACDEV_IOC_INFO:
		fake_info(arg);
		return 0;
	case HMACDEV_IOC_NEW:
		kernel.new = *(struct hmacdev_new *)arg;
		return 0;
	case HMACDEV_IOC_UPDATE:
		return fake_update(fd, arg);
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
	case HMACDEV_IOC_MAC:
		return fake_mac(arg);
	case HMACDEV_IOC_BATCH:
		return fake_batch(arg);
	case HMACDEV_IOC_DERIVE:
		kernel.derive = *(struct hmacdev_derive *)arg;
		return kernel.result;
	case HMACDEV_IOC_ONESHOT:
		return fake_oneshot(arg);
	}
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	kernel.calls++;
	errno = EINTR;
	if (kernel.calls == kernel.interrupted)
		return -1;
	errno = ENOTTY;
	if (kernel.foreign && fd == kernel.foreign)
		return -1;
	if (fcntl(fd, F_GETFD) < 0)
		return -1;
	errno = kernel.err;
	if (kernel.err && kernel.calls > kernel.successes)
		return -1;
	return fake_call(fd, request, arg);
}

/* The library's, which has 64-bit offsets; only it ever opens /dev/hmac. */
int open64(const char *path, int flags, ...)
{
	if (!strcmp(path, HMACDEV_DEVICE)) {
		__atomic_add_fetch(&kernel.opens, 1, __ATOMIC_SEQ_CST);
		path = "/dev/null";
		usleep(10000);		/* so that threads meet here */
	}
	return syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t count)
{
	ssize_t n;

	if (kernel.sendfile_fake) {
		if (kernel.calls < CALLS_MAX)
			kernel.updates[++kernel.calls - 1].len = count;
		return count;
	}
	errno = kernel.sendfile_err;
	if (kernel.sendfile_err)
		return -1;
	if (kernel.sendfile_limit && count > kernel.sendfile_limit)
		count = kernel.sendfile_limit;
	n = syscall(SYS_sendfile64, to, from, offset, count);
	if (n > 0 && kernel.resize && ftruncate(from, kernel.resize))
		return -1;
	return n;
}

static struct hmacdev_options fake_options(void)
{
	return (struct hmacdev_options){
		.size = sizeof(struct hmacdev_options),
		.key = "key",
		.key_len = 3,
		.rights = HMACDEV_RIGHTS_SIGNER,
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
	/* The library answers this without a call of the kernel. */
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

TEST_F(handle, detach_leaves_the_descriptor)
{
	int fd = hmacdev_fd(self->h);

	EXPECT_EQ(fd, hmacdev_detach(self->h));
	self->h = NULL;
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(0, kernel.calls);
	EXPECT_EQ(0, close(fd));
}

TEST_F(handle, info)
{
	struct hmacdev_info info;

	memset(&info, 0x5a, sizeof(info));
	EXPECT_EQ(0, hmacdev_info(self->h, &info, sizeof(info)));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(HMACDEV_RIGHTS_SIGNER, info.rights);
	EXPECT_EQ(UINT32_MAX, info.known_rights);
	EXPECT_EQ(TAG_LEN, info.tag_len);
	EXPECT_EQ(32, info.digest_size);
	EXPECT_EQ(64, info.block_size);
	EXPECT_EQ(1ULL << 40, info.bytes);
	EXPECT_EQ(1ULL << 63, info.features);
	EXPECT_STREQ("sha256", info.alg);
}

/* A struct of another version, in room that shows what was written */
struct room {
	unsigned char bytes[256];
};

#define UNTOUCHED	0x5a

static bool untouched(const struct room *room, size_t from)
{
	for (; from < sizeof(room->bytes); from++)
		if (room->bytes[from] != UNTOUCHED)
			return false;
	return true;
}

static bool is_zero(const struct room *room, size_t from, size_t to)
{
	for (; from < to; from++)
		if (room->bytes[from])
			return false;
	return true;
}

TEST_F(handle, info_of_newer_and_too_small_programs)
{
	const size_t size = sizeof(struct hmacdev_info);
	struct hmacdev_info info;
	struct room room;
	size_t other;

	EXPECT_EQ(0, hmacdev_info(self->h, &info, size));
	for (other = size; other <= sizeof(room) - 8; other += 8) {
		memset(&room, UNTOUCHED, sizeof(room));
		EXPECT_EQ(0, hmacdev_info(self->h, (void *)&room, other));
		EXPECT_EQ(0, memcmp(&room, &info, size));
		EXPECT_TRUE(is_zero(&room, size, other));
		EXPECT_TRUE(untouched(&room, other));
	}
	kernel.calls = 0;
	memset(&room, UNTOUCHED, sizeof(room));
	for (other = 0; other < size; other++)
		EXPECT_EQ(-EINVAL,
			  hmacdev_info(self->h, (void *)&room, other));
	EXPECT_EQ(-EINVAL, hmacdev_info(self->h, NULL, size));
	EXPECT_EQ(0, kernel.calls);
	EXPECT_TRUE(untouched(&room, 0));
}

TEST_F(handle, failed_info_writes_nothing)
{
	struct room room;

	memset(&room, UNTOUCHED, sizeof(room));
	kernel.err = EBADF;
	EXPECT_EQ(-EBADF, hmacdev_info(self->h, (void *)&room, sizeof(room)));
	EXPECT_TRUE(untouched(&room, 0));
}

/* The library's struct is larger than the program's. */
TEST(reply_is_cut_and_filled)
{
	const struct room reply = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct room room;
	size_t size;

	for (size = 0; size <= 16; size++) {
		memset(&room, UNTOUCHED, sizeof(room));
		hmacdev_put_reply(&room, size, &reply, 8);
		EXPECT_EQ(0, memcmp(&room, &reply, size));
		EXPECT_TRUE(untouched(&room, size));
	}
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

/* EINTR is returned, so that the caller can act before it tries again. */
TEST_F(handle, interrupted_call_is_the_callers)
{
	char tag[HMACDEV_TAG_MAX];
	struct hmacdev_options o = fake_options();
	struct hmacdev_info info;
	struct hmacdev *other;

#define INTERRUPTED(call) do {						\
	kernel.calls = 0;						\
	EXPECT_EQ(-EINTR, call);					\
	EXPECT_EQ(1, kernel.calls);					\
} while (0)
	kernel.interrupted = 1;
	INTERRUPTED(hmacdev_update(self->h, "abc", 3));
	INTERRUPTED(hmacdev_update_fd(self->h, 0, -1, NULL));
	INTERRUPTED(hmacdev_digest(self->h, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_hexdigest(self->h, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_finalize(self->h, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_verify(self->h, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_reset(self->h));
	INTERRUPTED(hmacdev_copy(self->h, &other));
	INTERRUPTED(hmacdev_copy_restricted(self->h, 0, &other));
	INTERRUPTED(hmacdev_copy_fresh(self->h, 0, &other));
	INTERRUPTED(hmacdev_derive(self->h, "md5", "", 0, 0, &other));
	INTERRUPTED(hmacdev_mac(self->h, "", 0, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_mac_verify(self->h, "", 0, tag, sizeof(tag)));
	INTERRUPTED(hmacdev_batch(self->h, NULL, 1, 40));
	INTERRUPTED(hmacdev_info(self->h, &info, sizeof(info)));
	INTERRUPTED(hmacdev_new_opts(&other, "md5", &o));
	INTERRUPTED(hmacdev_oneshot("md5", "", 0, "", 0, tag, sizeof(tag)));
#undef INTERRUPTED
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

/* A copy asks for all rights, also those of a later kernel. */
TEST_F(handle, copy_asks_for_all_rights)
{
	struct hmacdev *copy;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	EXPECT_EQ(0, hmacdev_copy(self->h, &copy));
	EXPECT_EQ(UINT32_MAX, kernel.copy.rights);
	EXPECT_EQ(0, kernel.copy.flags);
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

TEST_F(handle, copy_fresh)
{
	struct hmacdev *copy;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	EXPECT_EQ(0, hmacdev_copy_fresh(self->h, 0x80000001, &copy));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(HMACDEV_COPY_FRESH, kernel.copy.flags);
	EXPECT_EQ(0x80000001, kernel.copy.rights);
	EXPECT_EQ(kernel.result, hmacdev_fd(copy));
	EXPECT_STREQ("hmac-sha256", hmacdev_name(copy));
	hmacdev_free(copy);
}

TEST_F(handle, failed_copy_is_null)
{
	struct hmacdev *copy = self->h;

	kernel.err = EPERM;
	EXPECT_EQ(-EPERM, hmacdev_copy(self->h, &copy));
	EXPECT_EQ(NULL, copy);
	copy = self->h;
	EXPECT_EQ(-EPERM, hmacdev_copy_fresh(self->h, 0, &copy));
	EXPECT_EQ(NULL, copy);
}

TEST_F(handle, mac_is_one_call)
{
	char tag[HMACDEV_TAG_MAX];

	EXPECT_EQ(TAG_LEN, hmacdev_mac(self->h, "abc", 3, tag, sizeof(tag)));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(HMACDEV_OP_SIGN, kernel.op.op);
	EXPECT_EQ(3, kernel.op.len);
	EXPECT_EQ((uintptr_t)tag, kernel.op.tag);
	EXPECT_EQ(0, kernel.op.reserved);
	/* So that the kernel need not correct it. */
	EXPECT_EQ(TAG_LEN, kernel.op.tag_len);
	EXPECT_EQ(TAG_LEN, hmacdev_mac(self->h, NULL, 0, tag, TAG_LEN));
	EXPECT_EQ(TAG_LEN, hmacdev_mac(self->h, NULL, 0, tag, SIZE_MAX));
	EXPECT_EQ(-EMSGSIZE, hmacdev_mac(self->h, NULL, 0, tag, TAG_LEN - 1));
	EXPECT_EQ(TAG_LEN - 1, kernel.op.tag_len);
	EXPECT_EQ(-EMSGSIZE, hmacdev_mac(self->h, NULL, 0, NULL, 0));
	EXPECT_EQ(TAG_LEN, hmacdev_mac(self->h, NULL, SIZE_MAX, tag, TAG_LEN));
	EXPECT_EQ(SIZE_MAX, kernel.op.len);
}

TEST_F(handle, mac_verify_is_one_call)
{
	EXPECT_EQ(0, hmacdev_mac_verify(self->h, "abc", 3, "tag", 3));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(HMACDEV_OP_VERIFY, kernel.op.op);
	EXPECT_EQ(3, kernel.op.len);
	EXPECT_EQ(3, kernel.op.tag_len);
	kernel.err = EBADMSG;
	EXPECT_EQ(-EBADMSG, hmacdev_mac_verify(self->h, "abc", 3, "tag", 3));
}

TEST_F(handle, mac_verify_sizes_do_not_wrap)
{
	if (sizeof(size_t) == 4)
		SKIP(return, "there are none");
	EXPECT_EQ(0, hmacdev_mac_verify(self->h, "", 0, "",
					(size_t)((1ULL << 32) + TAG_LEN)));
	EXPECT_EQ(UINT32_MAX, kernel.op.tag_len);
}

#define OPS	((struct hmacdev_op *)0x1000)
#define OP_SIZE	sizeof(struct hmacdev_op)

TEST_F(handle, batch_of_the_most_is_one_call)
{
	static const size_t sizes[] = { 0, 1, 255, HMACDEV_BATCH_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		kernel.calls = 0;
		EXPECT_EQ(sizes[i], hmacdev_batch(self->h, OPS, sizes[i],
						  OP_SIZE));
		EXPECT_EQ(1, kernel.calls);
		EXPECT_EQ(sizes[i], kernel.batches[0].count);
		EXPECT_EQ(OP_SIZE, kernel.batches[0].op_size);
		EXPECT_EQ(0, kernel.batches[0].reserved);
		EXPECT_EQ((uintptr_t)OPS, kernel.batches[0].ops);
	}
}

TEST_F(handle, batch_beyond_goes_in_pieces)
{
	EXPECT_EQ(2 * HMACDEV_BATCH_MAX + 3,
		  hmacdev_batch(self->h, OPS, 2 * HMACDEV_BATCH_MAX + 3,
				OP_SIZE));
	EXPECT_EQ(3, kernel.calls);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ((uintptr_t)(OPS + i * HMACDEV_BATCH_MAX),
			  kernel.batches[i].ops);
	EXPECT_EQ(HMACDEV_BATCH_MAX, kernel.batches[1].count);
	EXPECT_EQ(3, kernel.batches[2].count);
}

/* The kernel gets the program's, and the pieces are as far apart. */
TEST_F(handle, batch_of_larger_operations)
{
	const size_t size = OP_SIZE + 24;

	EXPECT_EQ(2 * HMACDEV_BATCH_MAX,
		  hmacdev_batch(self->h, OPS, 2 * HMACDEV_BATCH_MAX, size));
	EXPECT_EQ(2, kernel.calls);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(size, kernel.batches[i].op_size);
		EXPECT_EQ((uintptr_t)OPS + i * HMACDEV_BATCH_MAX * size,
			  kernel.batches[i].ops);
	}
	/* The kernel refuses these, also for an empty array. */
	EXPECT_EQ(0, hmacdev_batch(self->h, OPS, 0, 7));
	EXPECT_EQ(7, kernel.batches[2].op_size);
}

TEST_F(handle, batch_sizes_do_not_wrap)
{
	if (sizeof(size_t) == 4)
		SKIP(return, "there are none");
	EXPECT_EQ(-EINVAL, hmacdev_batch(self->h, OPS, 1,
					 (size_t)((1ULL << 32) + OP_SIZE)));
	EXPECT_EQ(0, kernel.calls);
}

/* What a signal leaves undone is done by another call. */
TEST_F(handle, batch_goes_on_after_a_signal)
{
	kernel.batch_limit = 4;
	EXPECT_EQ(10, hmacdev_batch(self->h, OPS, 10, OP_SIZE));
	EXPECT_EQ(3, kernel.calls);
	EXPECT_EQ((uintptr_t)(OPS + 8), kernel.batches[2].ops);
	EXPECT_EQ(2, kernel.batches[2].count);
}

TEST_F(handle, batch_tells_how_far_it_came)
{
	kernel.err = EFAULT;
	kernel.successes = 1;
	kernel.batch_limit = 4;
	EXPECT_EQ(4, hmacdev_batch(self->h, OPS, 10, OP_SIZE));
	EXPECT_EQ(2, kernel.calls);
	EXPECT_EQ(-EFAULT, hmacdev_batch(self->h, OPS, 10, OP_SIZE));
}

TEST_F(handle, batch_beyond_what_it_could_return_is_refused)
{
	EXPECT_EQ(-EINVAL, hmacdev_batch(self->h, OPS, (size_t)INT_MAX + 1,
					 OP_SIZE));
	EXPECT_EQ(-EINVAL, hmacdev_batch(self->h, OPS, SIZE_MAX, OP_SIZE));
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(handle, derive)
{
	struct hmacdev *child;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	EXPECT_EQ(0, hmacdev_derive(self->h, "sha1", "label", 5,
				    HMACDEV_RIGHT_VERIFY, &child));
	EXPECT_STREQ("sha1", kernel.derive.alg);
	EXPECT_EQ(5, kernel.derive.len);
	EXPECT_EQ(0, kernel.derive.tag_len);
	EXPECT_EQ(HMACDEV_RIGHT_VERIFY, kernel.derive.rights);
	EXPECT_EQ(kernel.result, hmacdev_fd(child));
	/* The kernel reports the algorithm of the child. */
	EXPECT_STREQ("hmac-sha256", hmacdev_name(child));
	hmacdev_free(child);
}

static struct hmacdev_options child_options(void)
{
	return (struct hmacdev_options){
		.size = sizeof(struct hmacdev_options),
		.tag_len = 11,
		.rights = HMACDEV_RIGHT_VERIFY,
	};
}

TEST_F(handle, derive_opts)
{
	const struct hmacdev_options o = child_options();
	struct hmacdev *child;

	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	EXPECT_EQ(0, hmacdev_derive_opts(self->h, "sha1", "label", 5, &o,
					 &child));
	EXPECT_STREQ("sha1", kernel.derive.alg);
	EXPECT_EQ(5, kernel.derive.len);
	EXPECT_EQ(11, kernel.derive.tag_len);
	EXPECT_EQ(HMACDEV_RIGHT_VERIFY, kernel.derive.rights);
	EXPECT_EQ(kernel.result, hmacdev_fd(child));
	hmacdev_free(child);
}

#define derive_refuses(want, o) do {					\
	struct hmacdev *_child = self->h;				\
	EXPECT_EQ(want, hmacdev_derive_opts(self->h, "sha1", "", 0, o,	\
					    &_child));			\
	EXPECT_EQ(NULL, _child);					\
} while (0)

TEST_F(handle, derive_opts_takes_tag_len_and_rights)
{
	struct {
		struct hmacdev_options o;
		char later[8];
	} newer = { .o = child_options(), .later[7] = 1 };
	struct hmacdev_options o;

	derive_refuses(-EINVAL, NULL);
#define REFUSED(field, value) do {					\
	o = child_options();						\
	o.field = value;						\
	derive_refuses(-EINVAL, &o);					\
} while (0)
	REFUSED(rights, 0);
	REFUSED(size, 0);
	REFUSED(size, sizeof(o) - 1);
	REFUSED(source, HMACDEV_KEY_RANDOM);
	REFUSED(key, "key");
	REFUSED(key_len, 1);
	REFUSED(serial, 1);
	REFUSED(device, HMACDEV_DEVICE);
	if (sizeof(size_t) > 4)
		REFUSED(tag_len, (size_t)(1ULL << 32));
#undef REFUSED
	newer.o.size = sizeof(newer);
	derive_refuses(-E2BIG, &newer.o);
	EXPECT_EQ(0, kernel.calls);
	newer.later[7] = 0;
	kernel.err = EPERM;
	derive_refuses(-EPERM, &newer.o);
	EXPECT_EQ(1, kernel.calls);
}

TEST_F(handle, failed_derive_leaves_nothing)
{
	struct hmacdev *child = self->h;
	char name[HMACDEV_NAME_LEN + 1];

	kernel.err = EPERM;
	EXPECT_EQ(-EPERM, hmacdev_derive(self->h, "sha1", "", 0, 0, &child));
	EXPECT_EQ(NULL, child);
	kernel.result = open("/dev/null", O_RDWR);
	ASSERT_LE(0, kernel.result);
	kernel.err = ENOMEM;
	kernel.calls = 0;
	kernel.successes = 1;
	EXPECT_EQ(-ENOMEM, hmacdev_derive(self->h, "sha1", "", 0, 0, &child));
	EXPECT_EQ(NULL, child);
	EXPECT_FALSE(is_open(kernel.result));

	kernel.err = 0;
	kernel.result = -1;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	hmacdev_derive(self->h, name, "", 0, 0, &child);
	EXPECT_EQ(NULL, memchr(kernel.derive.alg, 0, HMACDEV_NAME_LEN));
	errno = ERRNO_BEFORE;
}

/* A context that shows its message: the library takes a file for it. */
FIXTURE(from_fd) {
	struct hmacdev *h;
	char message[32];
	FILE *file;
	int fd;
	int pipe[2];
};

static const char text[] = "the bytes of the file";
#define TEXT_LEN	((int)sizeof(text) - 1)

FIXTURE_SETUP(from_fd)
{
	struct hmacdev_options o = fake_options();
	int fd;

	memset(&kernel, 0, sizeof(kernel));
	kernel.state = HMACDEV_STATE_ACTIVE;
	strcpy(self->message, "/tmp/hmacdev-library.XXXXXX");
	fd = mkstemp(self->message);
	ASSERT_LE(0, fd);
	close(fd);
	o.device = self->message;
	ASSERT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &o));
	unlink(self->message);
	self->file = tmpfile();
	ASSERT_NE(NULL, self->file);
	self->fd = fileno(self->file);
	ASSERT_EQ(TEXT_LEN, write(self->fd, text, TEXT_LEN));
	lseek(self->fd, 0, SEEK_SET);
	ASSERT_EQ(0, pipe(self->pipe));
	kernel.calls = 0;
	errno = ERRNO_BEFORE;
}

FIXTURE_TEARDOWN(from_fd)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
	hmacdev_free(self->h);
	fclose(self->file);
	close(self->pipe[0]);
	close(self->pipe[1]);
}

/* Whether the message is this; forgets it. */
static bool message_is(struct hmacdev *h, const char *want, ssize_t len)
{
	char bytes[4096];
	int fd = hmacdev_fd(h);
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
	bool is = n == len && !memcmp(bytes, want, len);

	if (ftruncate(fd, 0))
		return false;
	lseek(fd, 0, SEEK_SET);
	return is;
}

static int64_t append(struct hmacdev *h, int fd, int64_t len)
{
	return hmacdev_update_fd(h, fd, len, NULL);
}

/* The same, and the value of file_failed, which is always written */
#define fails(want, whose, h, fd, len) do {				\
	bool _failed = !(whose);					\
	EXPECT_EQ(want, hmacdev_update_fd(h, fd, len, &_failed));	\
	EXPECT_EQ(whose, _failed);					\
} while (0)

#define FILE_FAILED	true
#define CONTEXT_FAILED	false

TEST_F(from_fd, all_of_a_file)
{
	EXPECT_EQ(TEXT_LEN, append(self->h, self->fd, -1));
	EXPECT_EQ(TEXT_LEN, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
	EXPECT_EQ(0, append(self->h, self->fd, INT64_MIN));
	/* But for asking whether the context takes any: not through here. */
	for (unsigned int i = 0; i < kernel.calls; i++)
		EXPECT_EQ(0, kernel.updates[i].len);
}

TEST_F(from_fd, part_of_a_file_from_where_it_is)
{
	lseek(self->fd, 4, SEEK_SET);
	EXPECT_EQ(5, append(self->h, self->fd, 5));
	EXPECT_EQ(9, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_TRUE(message_is(self->h, text + 4, 5));
	EXPECT_EQ(0, append(self->h, self->fd, 0));
	EXPECT_EQ(TEXT_LEN - 9,
		  append(self->h, self->fd, INT64_MAX));
	EXPECT_EQ(0, append(self->h, self->fd, INT64_MAX));
}

TEST_F(from_fd, sizes_beyond_32_bits)
{
	const int64_t size = (5LL << 30) + 7;

	kernel.sendfile_fake = true;
	EXPECT_EQ(size, append(self->h, self->fd, size));
	EXPECT_EQ(7, kernel.calls);
	for (int i = 1; i < 6; i++)
		EXPECT_EQ(1 << 30, kernel.updates[i].len);
	EXPECT_EQ(7, kernel.updates[6].len);
}

TEST_F(from_fd, file_that_shrinks)
{
	kernel.sendfile_limit = 3;
	kernel.resize = 10;
	EXPECT_EQ(10, append(self->h, self->fd, -1));
	EXPECT_TRUE(message_is(self->h, text, 10));
}

TEST_F(from_fd, file_that_grows)
{
	char grown[TEXT_LEN + 10] = { 0 };

	memcpy(grown, text, TEXT_LEN);
	kernel.sendfile_limit = 3;
	kernel.resize = sizeof(grown);
	EXPECT_EQ(sizeof(grown), append(self->h, self->fd, -1));
	EXPECT_TRUE(message_is(self->h, grown, sizeof(grown)));
}

TEST_F(from_fd, empty_and_sparse)
{
	static const char zeros[1000];

	ASSERT_EQ(0, ftruncate(self->fd, 0));
	EXPECT_EQ(0, append(self->h, self->fd, -1));
	ASSERT_EQ(0, ftruncate(self->fd, sizeof(zeros)));
	EXPECT_EQ(sizeof(zeros), append(self->h, self->fd, -1));
	EXPECT_TRUE(message_is(self->h, zeros, sizeof(zeros)));
}

/* This file has a size of 0, but it has bytes. */
TEST_F(from_fd, file_of_proc)
{
	char want[4096];
	int fd = open("/proc/version", O_RDONLY);
	ssize_t len = read(fd, want, sizeof(want));

	ASSERT_LT(0, len);
	lseek(fd, 0, SEEK_SET);
	EXPECT_EQ(len, append(self->h, fd, -1));
	EXPECT_TRUE(message_is(self->h, want, len));
	close(fd);
}

TEST_F(from_fd, pipe)
{
	ASSERT_EQ(TEXT_LEN, write(self->pipe[1], text, TEXT_LEN));
	EXPECT_EQ(4, append(self->h, self->pipe[0], 4));
	close(self->pipe[1]);
	EXPECT_EQ(TEXT_LEN - 4, append(self->h, self->pipe[0], -1));
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
	EXPECT_EQ(0, append(self->h, self->pipe[0], 1));
}

TEST_F(from_fd, socket)
{
	int ends[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	ASSERT_EQ(TEXT_LEN, write(ends[1], text, TEXT_LEN));
	close(ends[1]);
	EXPECT_EQ(TEXT_LEN, append(self->h, ends[0], -1));
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
	close(ends[0]);
}

/* After a part of the bytes, -1 fails with EAGAIN. The part is not lost. */
TEST_F(from_fd, pipe_that_would_block)
{
	fcntl(self->pipe[0], F_SETFL, O_NONBLOCK);
	ASSERT_EQ(4, write(self->pipe[1], text, 4));
	fails(-EAGAIN, FILE_FAILED, self->h, self->pipe[0], -1);
	ASSERT_EQ(5, write(self->pipe[1], text + 4, 5));
	EXPECT_EQ(5, append(self->h, self->pipe[0], 100));
	EXPECT_EQ(-EAGAIN, append(self->h, self->pipe[0], 100));
	close(self->pipe[1]);
	EXPECT_EQ(0, append(self->h, self->pipe[0], -1));
	EXPECT_TRUE(message_is(self->h, text, 9));
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	alarms++;
}

/* Again and again: the first may come before there is a wait. */
static int start_alarms(void)
{
	const struct sigaction action = { .sa_handler = count_alarm };
	const struct itimerval often = {
		.it_value.tv_usec = 50000,
		.it_interval.tv_usec = 50000,
	};

	return sigaction(SIGALRM, &action, NULL) ?:
	       setitimer(ITIMER_REAL, &often, NULL);
}

static void check_signal(struct __test_metadata *_metadata, struct hmacdev *h,
			 int from, int to)
{
	const struct itimerval never = { 0 };

	ASSERT_EQ(4, write(to, text, 4));
	ASSERT_EQ(0, start_alarms());
	fails(-EINTR, false, h, from, -1);
	EXPECT_LE(1, alarms);
	fails(-EINTR, false, h, from, 100);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	ASSERT_EQ(4, write(to, text + 4, 4));
	EXPECT_EQ(4, append(h, from, 4));
	EXPECT_TRUE(message_is(h, text, 8));
}

TEST_F(from_fd, signal_while_waiting_for_a_pipe)
{
	check_signal(_metadata, self->h, self->pipe[0], self->pipe[1]);
}

TEST_F(from_fd, signal_while_waiting_for_a_socket)
{
	int ends[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	check_signal(_metadata, self->h, ends[0], ends[1]);
	close(ends[0]);
	close(ends[1]);
}

TEST_F(from_fd, nothing_to_read)
{
	int directory = open("/", O_RDONLY);

	fails(-EISDIR, FILE_FAILED, self->h, directory, -1);
	fails(-EBADF, FILE_FAILED, self->h, -1, -1);
	fails(-EBADF, FILE_FAILED, self->h, self->pipe[1], -1);
	close(directory);
}

TEST_F(from_fd, what_the_context_refuses_is_not_read)
{
	kernel.err = EBADFD;
	fails(-EBADFD, CONTEXT_FAILED, self->h, self->fd, -1);
	fails(-EBADFD, CONTEXT_FAILED, self->h, self->fd, 0);
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
}

/* The same errno from either side */
TEST_F(from_fd, whose_an_error_is)
{
	static const int errs[] = { EIO, EBADF, ENOMEM, EINVAL, EPERM };
	int memory = open("/proc/self/mem", O_RDONLY);

	/* Nothing is mapped at 0. */
	ASSERT_LE(0, memory);
	fails(-EIO, FILE_FAILED, self->h, memory, -1);
	fails(-EIO, FILE_FAILED, self->h, memory, 1);
	fails(-EBADF, FILE_FAILED, self->h, -1, -1);
	for (size_t i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		kernel.calls = 0;
		kernel.successes = 0;
		kernel.err = errs[i];
		fails(-errs[i], CONTEXT_FAILED, self->h, memory, -1);
		/* What sendfile(2) fails with decides nothing. */
		kernel.calls = 0;
		kernel.successes = 1;
		kernel.sendfile_err = ENOSPC;
		fails(-errs[i], CONTEXT_FAILED, self->h, self->fd, -1);
		lseek(self->fd, 0, SEEK_SET);
	}
	kernel.err = 0;
	fails(-EIO, FILE_FAILED, self->h, memory, -1);
	fails(TEXT_LEN, false, self->h, self->fd, -1);
	fails(0, false, self->h, self->fd, -1);
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
	close(memory);
}

TEST_F(from_fd, one_way_fails_and_another_does_not)
{
	kernel.sendfile_err = EIO;
	EXPECT_EQ(TEXT_LEN, append(self->h, self->fd, -1));
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
}

TEST_F(from_fd, interrupted_before_anything_is_read)
{
	kernel.interrupted = 1;
	fails(-EINTR, CONTEXT_FAILED, self->h, self->fd, -1);
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
}

/* EINTR of sendfile(2) is returned; read(2) is not tried. */
TEST_F(from_fd, interrupted_where_nothing_is_lost)
{
	kernel.sendfile_err = EINTR;
	fails(-EINTR, false, self->h, self->fd, -1);
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_TRUE(message_is(self->h, "", 0));
}

/* Bytes that were read cannot be put back, so they are appended first. */
TEST_F(from_fd, interrupted_with_bytes_in_hand)
{
	int ends[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	ASSERT_EQ(4, write(ends[1], text, 4));
	kernel.interrupted = 2;
	fails(-EINTR, false, self->h, ends[0], -1);
	EXPECT_EQ(3, kernel.calls);
	ASSERT_EQ(5, write(ends[1], text + 4, 5));
	kernel.calls = 0;
	fails(5, false, self->h, ends[0], 100);
	EXPECT_EQ(3, kernel.calls);
	kernel.interrupted = 0;
	ASSERT_EQ(TEXT_LEN - 9, write(ends[1], text + 9, TEXT_LEN - 9));
	close(ends[1]);
	EXPECT_EQ(TEXT_LEN - 9, append(self->h, ends[0], -1));
	EXPECT_TRUE(message_is(self->h, text, TEXT_LEN));
	close(ends[0]);
}

/* If bytes that were read cannot be appended, the call fails. */
TEST_F(from_fd, context_that_fails_in_between)
{
	int ends[2];
	char bytes[20000] = { 0 };

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	ASSERT_EQ(sizeof(bytes), write(ends[1], bytes, sizeof(bytes)));
	kernel.err = ENOMEM;
	kernel.successes = 2;
	fails(-ENOMEM, CONTEXT_FAILED, self->h, ends[0], sizeof(bytes));
	EXPECT_EQ(3, kernel.calls);
	close(ends[0]);
	close(ends[1]);
}

FIXTURE(oneshot) {
	char tag[HMACDEV_TAG_MAX];
};

static int oneshot(char *tag)
{
	return hmacdev_oneshot("sha256", "key", 3, "message", 7, tag,
			       HMACDEV_TAG_MAX);
}

FIXTURE_SETUP(oneshot)
{
	memset(&kernel, 0, sizeof(kernel));
	errno = ERRNO_BEFORE;
}

FIXTURE_TEARDOWN(oneshot)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
}

static int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

TEST_F(oneshot, opens_once)
{
	int fd = next_fd();

	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_STREQ("sha256", kernel.oneshot.alg);
	EXPECT_EQ(3, kernel.oneshot.key_len);
	EXPECT_EQ(7, kernel.oneshot.len);
	EXPECT_EQ((uintptr_t)self->tag, kernel.oneshot.tag);
	EXPECT_EQ(HMACDEV_TAG_MAX, kernel.oneshot.tag_len);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_EQ(1, kernel.opens);
	EXPECT_EQ(11, kernel.calls);
}

TEST_F(oneshot, opens_again_where_it_was_closed)
{
	int fd = next_fd();

	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	close(fd);
	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_EQ(2, kernel.opens);
}

TEST_F(oneshot, leaves_alone_what_is_not_its)
{
	int fd = next_fd();

	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	kernel.foreign = fd;
	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_EQ(TAG_LEN, oneshot(self->tag));
	EXPECT_EQ(2, kernel.opens);
	EXPECT_TRUE(is_open(fd));
}

TEST_F(oneshot, keeps_no_device_of_something_else)
{
	int fd = next_fd();

	kernel.foreign = fd;
	EXPECT_EQ(-ENOTTY, oneshot(self->tag));
	EXPECT_EQ(-ENOTTY, oneshot(self->tag));
	EXPECT_FALSE(is_open(fd));
	errno = ERRNO_BEFORE;
}

TEST_F(oneshot, keeps_its_descriptor_after_an_error)
{
	kernel.err = ENOENT;
	EXPECT_EQ(-ENOENT, oneshot(self->tag));
	EXPECT_EQ(-ENOENT, oneshot(self->tag));
	EXPECT_EQ(1, kernel.opens);
	EXPECT_EQ(-EINVAL, hmacdev_oneshot(NULL, "", 0, "", 0, self->tag, 1));
}

static int count_open(void)
{
	int n = 0;

	for (int fd = 0; fd < 100; fd++)
		n += is_open(fd);
	return n;
}

static void *oneshots(void *failed)
{
	char tag[HMACDEV_TAG_MAX];

	for (int i = 0; i < 100; i++)
		if (oneshot(tag) != TAG_LEN)
			*(volatile bool *)failed = true;
	return NULL;
}

TEST_F(oneshot, threads_that_are_all_first_leave_one)
{
	pthread_t threads[8];
	bool failed = false;
	int before = count_open();

	for (int i = 0; i < 8; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, oneshots,
					    &failed));
	for (int i = 0; i < 8; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_FALSE(failed);
	EXPECT_EQ(before + 1, count_open());
	errno = ERRNO_BEFORE;
}

/* Descriptors 3 and 4 as a service manager passes them. */
FIXTURE(env) {
	struct hmacdev *h;
};

static void set_pid(int pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	setenv("LISTEN_PID", number, 1);
}

FIXTURE_SETUP(env)
{
	int fd = open("/dev/null", O_RDWR);

	memset(&kernel, 0, sizeof(kernel));
	kernel.state = HMACDEV_STATE_ACTIVE;
	ASSERT_LE(0, fd);
	ASSERT_EQ(10, dup2(fd, 10));
	ASSERT_EQ(3, dup2(10, 3));
	ASSERT_EQ(4, dup2(10, 4));
	close(10);
	set_pid(getpid());
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "http:hmac", 1);
	errno = ERRNO_BEFORE;
}

FIXTURE_TEARDOWN(env)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
	hmacdev_free(self->h);
}

TEST_F(env, by_name)
{
	ASSERT_EQ(0, hmacdev_from_env(&self->h, "hmac"));
	EXPECT_EQ(4, hmacdev_fd(self->h));
	EXPECT_EQ(FD_CLOEXEC, fcntl(4, F_GETFD));
	EXPECT_EQ(0, fcntl(3, F_GETFD));
}

TEST_F(env, the_first_that_is_one)
{
	kernel.foreign = 3;
	ASSERT_EQ(0, hmacdev_from_env(&self->h, NULL));
	EXPECT_EQ(4, hmacdev_fd(self->h));
	EXPECT_EQ(0, fcntl(3, F_GETFD));
}

TEST_F(env, none_of_that_name)
{
	static const char *const others[] = { "", "hma", "hmacs", "http:hmac" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, others[i]));
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(env, something_else_of_that_name)
{
	kernel.foreign = 4;
	self->h = (struct hmacdev *)self;
	EXPECT_EQ(-ENOTTY, hmacdev_from_env(&self->h, "hmac"));
	EXPECT_EQ(NULL, self->h);
	EXPECT_TRUE(is_open(4));
	EXPECT_EQ(-EINVAL, hmacdev_from_env(NULL, "hmac"));
}

TEST_F(env, names_are_not_needed)
{
	unsetenv("LISTEN_FDNAMES");
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, "hmac"));
	ASSERT_EQ(0, hmacdev_from_env(&self->h, NULL));
	EXPECT_EQ(3, hmacdev_fd(self->h));
}

TEST_F(env, for_another_process)
{
	set_pid(getppid());
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, "hmac"));
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, NULL));
	unsetenv("LISTEN_PID");
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, NULL));
}

TEST_F(env, no_number)
{
	static const char *const counts[] = {
		"", "0", "-1", " 2", "2 ", "2x", "99999999999", "0x2",
		"65537", "2000000000", "2147483647", "4294967298",
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		setenv("LISTEN_FDS", counts[i], 1);
		EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, NULL));
	}
	unsetenv("LISTEN_FDS");
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, NULL));
	EXPECT_EQ(0, kernel.calls);
}

TEST_F(env, as_many_as_can_be)
{
	kernel.err = ENOTTY;
	setenv("LISTEN_FDS", "65536", 1);
	EXPECT_EQ(-ENODATA, hmacdev_from_env(&self->h, NULL));
	EXPECT_EQ(65536, kernel.calls);
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

TEST_F(options, zero_in_the_others_means_the_usual)
{
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &self->o));
	EXPECT_STREQ("sha256", kernel.new.alg);
	EXPECT_EQ(HMACDEV_KEY_BYTES, kernel.new.source);
	EXPECT_EQ((uintptr_t)self->o.key, kernel.new.key);
	EXPECT_EQ(3, kernel.new.key_len);
	EXPECT_EQ(0, kernel.new.tag_len);
	EXPECT_EQ(HMACDEV_RIGHTS_SIGNER, kernel.new.rights);
}

TEST_F(options, rights_are_explicit)
{
	self->o.rights = 0;
	self->h = (struct hmacdev *)self;
	EXPECT_EQ(-EINVAL, hmacdev_new_opts(&self->h, "sha256", &self->o));
	EXPECT_EQ(NULL, self->h);
	/* Unknown rights are passed to the kernel. */
	EXPECT_EQ(0, kernel.calls);
	self->o.rights = 0xf0000008;
	EXPECT_EQ(0, hmacdev_new_opts(&self->h, "sha256", &self->o));
	EXPECT_EQ(0xf0000008, kernel.new.rights);
}

TEST_F(options, short_forms_are_for_signers)
{
	EXPECT_EQ(0, hmacdev_new(&self->h, "sha256", "key", 3));
	EXPECT_EQ(HMACDEV_KEY_BYTES, kernel.new.source);
	EXPECT_EQ(3, kernel.new.key_len);
	EXPECT_EQ(HMACDEV_RIGHTS_SIGNER, kernel.new.rights);
	hmacdev_free(self->h);
	memset(&kernel.new, 0, sizeof(kernel.new));
	EXPECT_EQ(0, hmacdev_new_keyring(&self->h, "sha256", 17));
	EXPECT_EQ(HMACDEV_KEY_KEYRING, kernel.new.source);
	EXPECT_EQ(17, kernel.new.serial);
	EXPECT_EQ(HMACDEV_RIGHTS_SIGNER, kernel.new.rights);
	hmacdev_free(self->h);
	memset(&kernel.new, 0, sizeof(kernel.new));
	EXPECT_EQ(0, hmacdev_new_random(&self->h, "sha256", 32));
	EXPECT_EQ(HMACDEV_KEY_RANDOM, kernel.new.source);
	EXPECT_EQ(32, kernel.new.key_len);
	EXPECT_EQ(HMACDEV_RIGHTS_SIGNER, kernel.new.rights);
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

/* ENOENT means an unknown algorithm, never a missing device. */
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
	struct hmacdev_info info;
	struct hmacdev_alg alg;
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
	EXPECT_EQ(-EINVAL, hmacdev_alg(0, NULL, sizeof(struct hmacdev_alg)));
	EXPECT_EQ(-EINVAL, hmacdev_alg_by_name("md5", NULL,
					       sizeof(struct hmacdev_alg)));
	EXPECT_EQ(-EINVAL, hmacdev_alg_by_name(NULL, &alg, sizeof(alg)));
	EXPECT_EQ(-EINVAL, hmacdev_info(NULL, &info, sizeof(info)));
	EXPECT_EQ(-EINVAL, hmacdev_detach(NULL));
	EXPECT_EQ(-EINVAL, hmacdev_copy_fresh(NULL, 0, &h));
	EXPECT_EQ(-EINVAL, hmacdev_derive_opts(NULL, "md5", "", 0, &o, &h));
	EXPECT_EQ(-EINVAL, hmacdev_mac(NULL, "", 0, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_mac_verify(NULL, "", 0, buf, sizeof(buf)));
	EXPECT_EQ(-EINVAL, hmacdev_batch(NULL, NULL, 0, 40));
	EXPECT_EQ(-EINVAL, hmacdev_derive(NULL, "sha256", "", 0, 0, &h));
	EXPECT_EQ(-EINVAL, hmacdev_update_fd(NULL, 0, -1, NULL));
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

FIXTURE(alg) {
	struct room room;
};

FIXTURE_SETUP(alg)
{
	memset(&kernel, 0, sizeof(kernel));
	memset(&self->room, UNTOUCHED, sizeof(self->room));
	errno = ERRNO_BEFORE;
}

FIXTURE_TEARDOWN(alg)
{
	EXPECT_EQ(ERRNO_BEFORE, errno);
}

TEST_F(alg, by_index)
{
	struct hmacdev_alg *info = (void *)&self->room;
	int next = next_fd();

	EXPECT_EQ(0, hmacdev_alg(7, info, sizeof(*info)));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(7, kernel.alg.index);
	EXPECT_EQ(0, kernel.alg.flags);
	EXPECT_EQ(0, kernel.alg.name[0]);
	EXPECT_STREQ("sha256", info->name);
	EXPECT_EQ(32, info->digest_size);
	EXPECT_TRUE(untouched(&self->room, sizeof(*info)));
	/* The library closes the descriptor that it opened. */
	EXPECT_FALSE(is_open(next));
	errno = ERRNO_BEFORE;
}

TEST_F(alg, by_name)
{
	struct hmacdev_alg *info = (void *)&self->room;
	char name[HMACDEV_NAME_LEN + 1] = "SHA-256";

	EXPECT_EQ(0, hmacdev_alg_by_name(name, info, sizeof(*info)));
	EXPECT_EQ(1, kernel.calls);
	EXPECT_EQ(HMACDEV_ALG_BY_NAME, kernel.alg.flags);
	EXPECT_EQ(0, kernel.alg.index);
	EXPECT_EQ(0, memcmp(name, kernel.alg.name, HMACDEV_NAME_LEN));
	EXPECT_STREQ("sha256", info->name);
	/* Without a NUL the kernel refuses it. */
	memset(name, 'a', HMACDEV_NAME_LEN);
	EXPECT_EQ(0, hmacdev_alg_by_name(name, info, sizeof(*info)));
	EXPECT_EQ(NULL, memchr(kernel.alg.name, 0, HMACDEV_NAME_LEN));
}

TEST_F(alg, of_newer_and_too_small_programs)
{
	const size_t size = sizeof(struct hmacdev_alg);
	void *info = &self->room;

	for (size_t other = 0; other < size; other++) {
		EXPECT_EQ(-EINVAL, hmacdev_alg(0, info, other));
		EXPECT_EQ(-EINVAL, hmacdev_alg_by_name("md5", info, other));
	}
	EXPECT_EQ(0, kernel.calls);
	EXPECT_TRUE(untouched(&self->room, 0));
	EXPECT_EQ(0, hmacdev_alg(0, info, size + 16));
	EXPECT_TRUE(is_zero(&self->room, size, size + 16));
	EXPECT_TRUE(untouched(&self->room, size + 16));
	memset(info, UNTOUCHED, sizeof(self->room));
	EXPECT_EQ(0, hmacdev_alg_by_name("md5", info, size + 16));
	EXPECT_TRUE(is_zero(&self->room, size, size + 16));
	EXPECT_TRUE(untouched(&self->room, size + 16));
}

TEST_F(alg, failed_one_writes_nothing)
{
	void *info = &self->room;

	kernel.err = ENOENT;
	EXPECT_EQ(-ENOENT, hmacdev_alg(99, info, sizeof(self->room)));
	EXPECT_EQ(-ENOENT, hmacdev_alg_by_name("none", info,
					       sizeof(self->room)));
	EXPECT_TRUE(untouched(&self->room, 0));
}

/* Every errno of the specification has its own description. */
TEST(errors_in_words)
{
	static const int ours[] = {
		ENOTTY, E2BIG, EINVAL, EFAULT, ENOENT, ENOKEY, EBUSY, EPERM,
		EBADFD, EMSGSIZE, EBADMSG, EACCES, EKEYEXPIRED, EKEYREVOKED,
		EKEYREJECTED, EOPNOTSUPP, EDQUOT, ENFILE, EIO, EINTR, ENODEV,
		ENODATA,
	};
	const size_t n = sizeof(ours) / sizeof(*ours);

	EXPECT_STREQ("the tag does not match", hmacdev_strerror(-EBADMSG));
	for (size_t i = 0; i < n; i++) {
		const char *text = hmacdev_strerror(-ours[i]);

		EXPECT_STRNE(text, strerror(ours[i]));
		EXPECT_STRNE(text, "success");
		for (size_t j = 0; j < i; j++)
			EXPECT_STRNE(text, hmacdev_strerror(-ours[j]));
	}
}

/* A length is not an errno: 32 is the size of a tag and also EPIPE. */
TEST(success_in_words)
{
	static const int lengths[] = {
		0, 1, 20, 32, 64, EBADMSG, 128, 4096, INT_MAX,
	};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		EXPECT_STREQ("success", hmacdev_strerror(lengths[i]));
}

TEST(errors_of_others)
{
	static const int others[] = { ENOMEM, EMFILE, EAGAIN, EPIPE };

	errno = ERRNO_BEFORE;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		EXPECT_STREQ(strerror(others[i]), hmacdev_strerror(-others[i]));
	EXPECT_NE(NULL, hmacdev_strerror(INT_MIN));
	EXPECT_NE(NULL, hmacdev_strerror(-INT_MAX));
	EXPECT_EQ(ERRNO_BEFORE, errno);
}

TEST(version_is_the_headers)
{
	char version[64];

	snprintf(version, sizeof(version), "%d.%d.%d", HMACDEV_VERSION_MAJOR,
		 HMACDEV_VERSION_MINOR, HMACDEV_VERSION_PATCH);
	EXPECT_STREQ(version, hmacdev_version());
}

TEST_HARNESS_MAIN
