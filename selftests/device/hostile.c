// SPDX-License-Identifier: GPL-2.0
/*
 * Tests with hostile holders of a descriptor. They attack the key, the other
 * holders of the descriptor, and rights that were dropped.
 */
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "hmacdev_append.h"
#include "hmacdev_held.h"
#include "hmacdev_killed.h"
#include "hmacdev_users.h"

/*
 * Rights that are dropped while a call is parked on a missing page of its
 * caller's memory. The caller fills the page after the rights are gone.
 */

#define AROUND		40960	/* bytes on both sides of the missing page */
#define ENTRIES		4

FIXTURE(dropped)
{
	int fd;
	int copy;		/* with a message of its own */
	struct held held;
	__u8 content[2 * AROUND];	/* the message */
	size_t before, len;
	unsigned int cmd;
	__u32 flags;
	__u8 *at;		/* what is on the missing page in part */
	const void *rest;	/* what that page is filled with */
	size_t rest_len;
	__u8 want[HALF_TAG_LEN];
	__u8 tag[ROOM];
	int parked;		/* entry of the batch */
	struct hmacdev_op ops[ENTRIES], *batch;
	__u8 tags[ENTRIES][ROOM];
	union {
		struct hmacdev_tag tag;
		struct hmacdev_op op;
		struct hmacdev_copy copy;
		struct hmacdev_derive derive;
		struct hmacdev_batch batch;
	} arg;
};

FIXTURE_VARIANT(dropped)
{
	__u32 rights;		/* that the context has */
	__u32 right;		/* that the call needs, 0 if none */
	void (*park)(FIXTURE_DATA(dropped) *self);
	int (*call)(void *self);
	void (*check)(struct __test_metadata *_metadata,
		      FIXTURE_DATA(dropped) *self, bool may);
	size_t before, len;	/* of the message: bytes before the page; all */
	unsigned int cmd;
	__u32 flags;
	int parked;
};

/* An area whose page in the middle is missing, in place of that of @held */
static int init_area(struct held *held)
{
	struct uffdio_register missing = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int err = _test_held_init(held);
	__u8 *area;

	if (err)
		return err;
	area = mmap(NULL, 2 * AROUND + held->page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	held->missing = area + AROUND;
	missing.range.start = test_addr(held->missing);
	missing.range.len = held->page;
	return ioctl(held->uffd, UFFDIO_REGISTER, &missing) ? -errno : 0;
}

/* @len bytes; the missing page begins after the first @before of them */
static void park(FIXTURE_DATA(dropped) *self, const void *what, size_t before,
		 size_t len)
{
	size_t page = self->held.page, after = before + page;

	self->at = self->held.missing - before;
	memcpy(self->at, what, before);
	self->rest = what + before;
	self->rest_len = len - before;
	if (len > after) {
		self->rest_len = page;
		memcpy(self->at + after, what + after, len - after);
	}
}

static void park_message(FIXTURE_DATA(dropped) *self)
{
	park(self, self->content, self->before, self->len);
}

static void park_tag(FIXTURE_DATA(dropped) *self)
{
	park(self, self->want, sizeof(self->want) / 2, sizeof(self->want));
}

static void park_half_tag(FIXTURE_DATA(dropped) *self)
{
	park(self, half_tag, sizeof(half_tag) / 2, sizeof(half_tag));
}

/* The context is unchanged, as far as its rights can show it. */
static void check_unchanged(struct __test_metadata *_metadata, int fd)
{
	struct hmacdev_info info;

	test_info(fd, &info);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(HALF_LEN, info.bytes);
	if (info.rights & SIGN)
		test_half_intact(fd);
	if (info.rights & VERIFY)
		test_verify(fd, half_tag, HALF_TAG_LEN);
}

static void check_tag(struct __test_metadata *_metadata,
		      FIXTURE_DATA(dropped) *self, const __u8 *want)
{
	if (want) {
		EXPECT_MEMEQ(want, self->tag, HALF_TAG_LEN);
		memset(self->tag, TEST_UNTOUCHED, HALF_TAG_LEN);
	}
	EXPECT_TRUE(test_untouched(self->tag, ROOM));
}

static int call_mac_sign(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_mac_sign(self->fd, self->at, self->len, self->tag, ROOM);
}

static int call_oneshot(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_oneshot(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN,
			     self->at, self->len, self->tag, ROOM);
}

static void check_sign(struct __test_metadata *_metadata,
		       FIXTURE_DATA(dropped) *self, bool may)
{
	EXPECT_EQ(may ? HALF_TAG_LEN : -EPERM, self->held.ret);
	check_tag(_metadata, self, may ? self->want : NULL);
	check_unchanged(_metadata, self->fd);
}

static int call_mac_verify(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_mac_verify(self->fd, self->at, self->len, self->want,
				sizeof(self->want));
}

static int call_mac_verify_tag(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_mac_verify(self->fd, self->content, self->len, self->at,
				sizeof(self->want));
}

static void check_beside(struct __test_metadata *_metadata,
			 FIXTURE_DATA(dropped) *self, bool may)
{
	EXPECT_EQ(may ? 0 : -EPERM, self->held.ret);
	check_unchanged(_metadata, self->fd);
}

static int call_verify(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_verify(self->fd, self->at, HALF_TAG_LEN);
}

/* A call that fails does not finalize the message. */
static void check_verify(struct __test_metadata *_metadata,
			 FIXTURE_DATA(dropped) *self, bool may)
{
	if (!may) {
		check_beside(_metadata, self, may);
		return;
	}
	EXPECT_EQ(0, self->held.ret);
	test_state(FINALIZED, self->fd);
}

static int call_update(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_update(self->fd, self->at, self->len);
}

static void check_update(struct __test_metadata *_metadata,
			 FIXTURE_DATA(dropped) *self, bool may)
{
	struct hmacdev_info info;

	EXPECT_EQ(0, self->held.ret);
	test_info(self->fd, &info);
	EXPECT_EQ(HALF_LEN + self->len, info.bytes);
}

static int call_derive(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_derive(self->fd, "sha256", self->at, self->len, 0, SIGN);
}

static void check_derive(struct __test_metadata *_metadata,
			 FIXTURE_DATA(dropped) *self, bool may)
{
	__u8 want[HALF_TAG_LEN], tag[HALF_TAG_LEN];

	check_unchanged(_metadata, self->fd);
	if (!may) {
		EXPECT_EQ(-EPERM, self->held.ret);
		return;
	}
	ASSERT_LE(0, self->held.ret);
	test_oneshot(self->fd, "sha256", self->want, sizeof(self->want), "", 0,
		     want, sizeof(want));
	test_digest(self->held.ret, tag, sizeof(tag));
	EXPECT_MEMEQ(want, tag, sizeof(tag));
	close(self->held.ret);
}

/* Signs and verifies in turn, of HALF_MSG */
static void fill_ops(FIXTURE_DATA(dropped) *self)
{
	int i;

	for (i = 0; i < ENTRIES; i++) {
		bool sign = i % 2 == 0;

		self->ops[i] = (struct hmacdev_op) {
			.msg = test_addr(HALF_MSG),
			.len = HALF_LEN,
			.tag = test_addr(sign ? self->tags[i] : half_tag),
			.tag_len = sign ? ROOM : HALF_TAG_LEN,
			.op = sign ? HMACDEV_OP_SIGN : HMACDEV_OP_VERIFY,
			.status = 1,
		};
	}
	self->batch = self->ops;
}

/* The message of one entry; its tag is that of the whole content */
static void park_entry(FIXTURE_DATA(dropped) *self)
{
	struct hmacdev_op *op = &self->ops[self->parked];

	fill_ops(self);
	park_message(self);
	op->msg = test_addr(self->at);
	op->len = self->len;
	if (op->op == HMACDEV_OP_VERIFY)
		op->tag = test_addr(self->want);
}

/* The array, in the midst of the second entry */
static void park_array(FIXTURE_DATA(dropped) *self)
{
	fill_ops(self);
	park(self, self->ops, sizeof(self->ops[0]) + 16, sizeof(self->ops));
	self->batch = (void *)self->at;
}

static int call_batch(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_batch(self->fd, self->batch, ENTRIES);
}

/* Entries before the parked one are done, the others if their right is left */
static void check_batch(struct __test_metadata *_metadata,
			FIXTURE_DATA(dropped) *self, bool may)
{
	struct hmacdev_info info;
	struct hmacdev_op op;
	const __u8 *want;
	bool sign;
	int i;

	EXPECT_EQ(ENTRIES, self->held.ret);
	test_info(self->fd, &info);
	for (i = 0; i < ENTRIES; i++) {
		memcpy(&op, &self->batch[i], sizeof(op));
		sign = op.op == HMACDEV_OP_SIGN;
		may = i < self->parked || info.rights & (sign ? SIGN : VERIFY);
		EXPECT_EQ(may ? 0 : -EPERM, op.status)
			TH_LOG("entry %d", i);
		EXPECT_EQ(sign && !may ? ROOM : HALF_TAG_LEN, op.tag_len);
		want = self->ops[i].len == HALF_LEN ? half_tag : self->want;
		EXPECT_EQ(!sign || !may, test_untouched(self->tags[i], ROOM));
		if (sign && may)
			EXPECT_MEMEQ(want, self->tags[i], HALF_TAG_LEN);
	}
	check_unchanged(_metadata, self->fd);
}

/* The call's own struct */

static void park_arg(FIXTURE_DATA(dropped) *self)
{
	park(self, &self->arg, 4, _IOC_SIZE(self->cmd));
}

static void park_tag_arg(FIXTURE_DATA(dropped) *self)
{
	bool check = self->cmd == HMACDEV_IOC_VERIFY;

	self->arg.tag.tag = test_addr(check ? half_tag : self->tag);
	self->arg.tag.tag_len = check ? HALF_TAG_LEN : ROOM;
	park_arg(self);
}

static void park_mac_arg(FIXTURE_DATA(dropped) *self)
{
	fill_ops(self);
	self->arg.op = self->ops[0];
	self->arg.op.tag = test_addr(self->tag);
	park_arg(self);
}

static void park_copy_arg(FIXTURE_DATA(dropped) *self)
{
	self->arg.copy.flags = self->flags;
	self->arg.copy.rights = KEEP;
	park_arg(self);
}

static void park_derive_arg(FIXTURE_DATA(dropped) *self)
{
	test_set_name(self->arg.derive.alg, "sha256");
	self->arg.derive.msg = test_addr(self->content);
	self->arg.derive.len = self->len;
	self->arg.derive.rights = SIGN;
	park_arg(self);
}

static int call_arg(void *arg)
{
	FIXTURE_DATA(dropped) *self = arg;

	return _test_ioctl(self->fd, self->cmd, self->at);
}

static void check_tag_arg(struct __test_metadata *_metadata,
			  FIXTURE_DATA(dropped) *self, bool may)
{
	EXPECT_EQ(may ? 0 : -EPERM, self->held.ret);
	check_tag(_metadata, self, may && self->cmd != HMACDEV_IOC_VERIFY ?
		  half_tag : NULL);
	if (may && (self->cmd == HMACDEV_IOC_VERIFY ||
		    self->cmd == HMACDEV_IOC_FINALIZE)) {
		test_state(FINALIZED, self->fd);
	} else {
		check_unchanged(_metadata, self->fd);
	}
}

/* A copy has what rights were left when it was made */
static void check_copy_arg(struct __test_metadata *_metadata,
			   FIXTURE_DATA(dropped) *self, bool may)
{
	struct hmacdev_info from, copy;

	test_info(self->fd, &from);
	if (may) {
		ASSERT_LE(0, self->held.ret);
		test_info(self->held.ret, &copy);
		EXPECT_EQ(from.rights, copy.rights);
		EXPECT_EQ(self->flags ? 0 : HALF_LEN, copy.bytes);
		close(self->held.ret);
	} else {
		EXPECT_EQ(-EPERM, self->held.ret);
	}
	check_unchanged(_metadata, self->fd);
}

#define DROPPED(_name, ...) FIXTURE_VARIANT_ADD(dropped, _name) { __VA_ARGS__ }

/* Messages that take the stack, some of the heap, and several chunks of it */
#define SHORT	.before = 8, .len = 20
#define LONG	.before = 200, .len = 300
#define CHUNKS	.before = 20000, .len = 50000
#define LAST	.before = AROUND, .len = AROUND + 1

#define MAC_SIGN							\
	.rights = SIGNER, .right = SIGN, .park = park_message,		\
	.call = call_mac_sign, .check = check_sign
#define MAC_VERIFY							\
	.rights = SIGNER, .right = VERIFY, .park = park_message,	\
	.call = call_mac_verify, .check = check_beside
#define DERIVED								\
	.rights = DERIVER, .right = DERIVE, .park = park_message,	\
	.call = call_derive, .check = check_derive
#define UPDATED								\
	.rights = SIGNER, .park = park_message,				\
	.call = call_update, .check = check_update
#define ONESHOT								\
	.rights = SIGNER, .park = park_message,				\
	.call = call_oneshot, .check = check_sign
#define BATCH								\
	.rights = SIGNER, .right = SIGN | VERIFY, .park = park_entry,	\
	.call = call_batch, .check = check_batch
#define BATCH_SIGN							\
	.rights = SIGNER, .right = SIGN, .park = park_entry,		\
	.call = call_batch, .check = check_batch

DROPPED(mac_sign_short, MAC_SIGN, SHORT);
DROPPED(mac_sign_long, MAC_SIGN, LONG);
DROPPED(mac_sign_chunks, MAC_SIGN, CHUNKS);
DROPPED(mac_sign_last, MAC_SIGN, LAST);
DROPPED(mac_verify_short, MAC_VERIFY, SHORT);
DROPPED(mac_verify_long, MAC_VERIFY, LONG);
DROPPED(mac_verify_chunks, MAC_VERIFY, CHUNKS);
DROPPED(mac_verify_last, MAC_VERIFY, LAST);
DROPPED(derive_short, DERIVED, SHORT);
DROPPED(derive_long, DERIVED, LONG);
DROPPED(derive_chunks, DERIVED, CHUNKS);
DROPPED(derive_last, DERIVED, LAST);
DROPPED(update_short, UPDATED, SHORT);
DROPPED(update_long, UPDATED, LONG);
DROPPED(update_chunks, UPDATED, CHUNKS);
DROPPED(update_last, UPDATED, LAST);
DROPPED(oneshot_short, ONESHOT, SHORT);
DROPPED(oneshot_long, ONESHOT, LONG);
DROPPED(oneshot_chunks, ONESHOT, CHUNKS);
DROPPED(oneshot_last, ONESHOT, LAST);
DROPPED(batch_first_short, BATCH, .parked = 0, SHORT);
DROPPED(batch_second_short, BATCH, .parked = 1, SHORT);
DROPPED(batch_first_long, BATCH, .parked = 0, LONG);
DROPPED(batch_second_long, BATCH, .parked = 1, LONG);
DROPPED(batch_first_chunks, BATCH, .parked = 0, CHUNKS);
DROPPED(batch_second_chunks, BATCH, .parked = 1, CHUNKS);
DROPPED(batch_first_last, BATCH, .parked = 0, LAST);
DROPPED(batch_second_last, BATCH, .parked = 1, LAST);
DROPPED(batch_sign_short, BATCH_SIGN, SHORT);
DROPPED(batch_sign_long, BATCH_SIGN, LONG);
DROPPED(batch_sign_chunks, BATCH_SIGN, CHUNKS);
DROPPED(batch_sign_last, BATCH_SIGN, LAST);
DROPPED(batch_array, .rights = SIGNER, .right = SIGN | VERIFY,
	.park = park_array, .parked = 1, .call = call_batch,
	.check = check_batch);
DROPPED(mac_verify_tag, .rights = SIGNER, .right = VERIFY, .len = 100,
	.park = park_tag, .call = call_mac_verify_tag, .check = check_beside);
DROPPED(mac_verify_tag_of_long, .rights = SIGNER, .right = VERIFY,
	.len = 50000, .park = park_tag, .call = call_mac_verify_tag,
	.check = check_beside);
DROPPED(verify_tag, .rights = SIGNER, .right = VERIFY, .park = park_half_tag,
	.call = call_verify, .check = check_verify);

#define DROPPED_ARG(_name, _right, _rights, _park, _check, _cmd, ...)	\
	DROPPED(_name##_arg, .rights = _rights, .right = _right,	\
		.park = park_##_park##_arg, .call = call_arg,		\
		.check = _check, .cmd = HMACDEV_IOC_##_cmd, __VA_ARGS__)

DROPPED_ARG(digest, SIGN, SIGNER, tag, check_tag_arg, DIGEST);
DROPPED_ARG(finalize, SIGN, SIGNER, tag, check_tag_arg, FINALIZE);
DROPPED_ARG(verify, VERIFY, SIGNER, tag, check_tag_arg, VERIFY);
DROPPED_ARG(mac, SIGN, SIGNER, mac, check_tag_arg, MAC);
DROPPED_ARG(copy, COPY, SIGNER, copy, check_copy_arg, COPY);
DROPPED_ARG(copy_fresh, COPY, SIGNER, copy, check_copy_arg, COPY,
	    .flags = HMACDEV_COPY_FRESH);
DROPPED_ARG(derive, DERIVE, DERIVER, derive, check_derive, DERIVE, .len = 40);

FIXTURE_SETUP(dropped)
{
	int err = init_area(&self->held);

	if (err)
		SKIP(return, "userfaultfd: %s", strerror(-err));
	self->fd = test_open_half_with(variant->rights);
	self->before = variant->before;
	self->len = variant->len;
	self->parked = variant->parked;
	self->cmd = variant->cmd;
	self->flags = variant->flags;
	test_fill(self->content, sizeof(self->content));
	memset(self->tag, TEST_UNTOUCHED, sizeof(self->tag));
	memset(self->tags, TEST_UNTOUCHED, sizeof(self->tags));
	test_oneshot(self->fd, "sha256", HALF_KEY, HALF_KEY_LEN, self->content,
		     self->len, self->want, sizeof(self->want));
	self->copy = test_copy(self->fd, KEEP);
	variant->park(self);
	test_hold(_metadata, &self->held, variant->call, self);
}

FIXTURE_TEARDOWN(dropped)
{
	close(self->held.uffd);
	close(self->copy);
	close(self->fd);
}

static void release(struct __test_metadata *_metadata,
		    FIXTURE_DATA(dropped) *self)
{
	test_let_go(_metadata, &self->held, self->rest, self->rest_len);
}

TEST_F(dropped, all)
{
	test_restrict(self->fd, 0);
	release(_metadata, self);
	variant->check(_metadata, self, !variant->right);
}

TEST_F(dropped, needed)
{
	test_restrict(self->fd, ~variant->right);
	release(_metadata, self);
	variant->check(_metadata, self, !variant->right);
}

TEST_F(dropped, others)
{
	test_restrict(self->fd, variant->right);
	release(_metadata, self);
	variant->check(_metadata, self, true);
}

TEST_F(dropped, by_another_process)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child)
		_exit(_test_restrict(self->fd, 0) != 0);
	test_end(child, 0);
	release(_metadata, self);
	variant->check(_metadata, self, !variant->right);
}

/* RESTRICT reaches one open file, whichever of the two was made first */
TEST_F(dropped, of_a_copy)
{
	test_restrict(self->copy, 0);
	release(_metadata, self);
	variant->check(_metadata, self, true);
}

TEST_F(dropped, not_of_a_copy)
{
	struct hmacdev_info info;

	test_restrict(self->fd, 0);
	test_info(self->copy, &info);
	EXPECT_EQ(variant->rights, info.rights);
	release(_metadata, self);
	check_unchanged(_metadata, self->copy);
}

/*
 * A holder who keeps the running message busy: a thread is parked in UPDATE.
 * Calls that do not need the running message do not wait.
 */

#define REST		(HALF_MSG + HALF_LEN)
#define REST_LEN	(HALF_WHOLE - HALF_LEN)
#define BUSY		777	/* the descriptor; no call has that length */

static int append_rest(void *arg)
{
	const struct held *held = arg;

	return _test_update(BUSY, held->missing - REST_LEN / 2, REST_LEN);
}

static void make_busy(struct __test_metadata *_metadata, struct held *held,
		      int fd)
{
	test_held_init(held);
	ASSERT_EQ(BUSY, dup2(fd, BUSY));
	close(fd);
	memcpy(held->missing - REST_LEN / 2, REST, REST_LEN / 2);
	test_hold(_metadata, held, append_rest, held);
}

static void end_busy(struct __test_metadata *_metadata, struct held *held)
{
	test_let_go(_metadata, held, REST + REST_LEN / 2, REST_LEN / 2);
	EXPECT_EQ(0, held->ret);
}

FIXTURE(busy)
{
	struct held held;
};

FIXTURE_VARIANT(busy)
{
	__u32 rights;
};

FIXTURE_VARIANT_ADD(busy, signer) {
	.rights = SIGNER,
};

FIXTURE_VARIANT_ADD(busy, deriver) {
	.rights = DERIVER,
};

FIXTURE_SETUP(busy)
{
	make_busy(_metadata, &self->held, test_open_half_with(variant->rights));
}

FIXTURE_TEARDOWN(busy)
{
	struct hmacdev_info info;

	end_busy(_metadata, &self->held);
	test_info(BUSY, &info);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(HALF_WHOLE, info.bytes);
	if (info.rights & SIGN)
		test_whole_intact(BUSY);
	close(self->held.uffd);
	close(BUSY);
}

/* In another process that shares the open file, and is to end soon */
#define beside(call)							\
	do {								\
		pid_t _child = fork_child();				\
									\
		ASSERT_LE(0, _child);					\
		if (!_child) {						\
			call;						\
			_exit(0);					\
		}							\
		test_end(_child, 0)					\
			TH_LOG(#call);					\
	} while (0)

static void look(struct __test_metadata *_metadata, __u32 rights)
{
	struct hmacdev_info info;

	test_info(BUSY, &info);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(rights, info.rights);
	EXPECT_EQ(HALF_TAG_LEN, info.tag_len);
	EXPECT_EQ(HALF_LEN, info.bytes);
	EXPECT_EQ(0, strcmp("sha256", info.alg));
}

static void look_from_outside(struct __test_metadata *_metadata)
{
	char text[1024] = "";

	ASSERT_LT(0, _test_fdinfo(BUSY, text, sizeof(text) - 1, 0));
	EXPECT_NE(NULL, strstr(text, "hmac-state:\tactive\n"));
	EXPECT_NE(NULL, strstr(text, "hmac-bytes:\t16\n"));
}

TEST_F(busy, look)
{
	beside(look(_metadata, variant->rights));
	beside(look_from_outside(_metadata));
}

/* What hmacdev_from_fd() does, and a program that wants to know more */
TEST_F(busy, ask)
{
	struct hmacdev_alg alg;

	beside({
		look(_metadata, variant->rights);
		test_alg(BUSY, "sha256", &alg);
		test_err_new(EBUSY, BUSY, "sha256", "", 0);
		EXPECT_LE(0, fcntl(BUSY, F_GETFL));
	});
}

TEST_F(busy, copy_fresh)
{
	struct hmacdev_copy arg = {
		.flags = HMACDEV_COPY_FRESH, .rights = KEEP,
	};
	struct hmacdev_info info;
	int copy;

	beside({
		copy = _test_ioctl(BUSY, HMACDEV_IOC_COPY, &arg);
		ASSERT_LE(0, copy);
		test_info(copy, &info);
		EXPECT_EQ(variant->rights, info.rights);
		EXPECT_EQ(0, info.bytes);
		test_update(copy, HALF_MSG, HALF_LEN);
		if (info.rights & SIGN)
			test_half_intact(copy);
	});
}

TEST_F(busy, mac)
{
	__u8 tag[HALF_TAG_LEN];

	if (!(variant->rights & SIGN)) {
		beside(test_err_mac_sign(EPERM, BUSY, "", 0, tag, sizeof(tag)));
		return;
	}
	beside({
		test_mac_sign(BUSY, HALF_MSG, HALF_WHOLE, tag, sizeof(tag));
		EXPECT_MEMEQ(whole_tag, tag, sizeof(tag));
		test_mac_verify(BUSY, HALF_MSG, HALF_WHOLE, tag, sizeof(tag));
	});
}

TEST_F(busy, batch)
{
	struct hmacdev_op op = {
		.op = HMACDEV_OP_VERIFY,
		.tag = test_addr(empty_tag),
		.tag_len = sizeof(empty_tag),
	};

	beside({
		test_batch(BUSY, &op, 1);
		EXPECT_EQ(variant->rights & VERIFY ? 0 : -EPERM, op.status);
	});
}

TEST_F(busy, derive)
{
	if (variant->rights & DERIVE)
		beside(test_derive(BUSY, "sha256", "", 0, 0, SIGN));
	else
		beside(test_err_derive(EPERM, BUSY, "sha256", "", 0, 0, SIGN));
}

TEST_F(busy, oneshot)
{
	__u8 tag[HALF_TAG_LEN];

	beside({
		test_oneshot(BUSY, "sha256", HALF_KEY, HALF_KEY_LEN, "", 0, tag,
			     sizeof(tag));
		EXPECT_MEMEQ(empty_tag, tag, sizeof(tag));
	});
}

TEST_F(busy, restrict)
{
	beside({
		test_restrict(BUSY, COPY);
		look(_metadata, COPY);
	});
}

/* Calls that need the running message wait, and signals end the wait */

static int *handled;	/* signals, by the one who waits */

static void count_signal(int sig)
{
	__atomic_fetch_add(handled, 1, __ATOMIC_SEQ_CST);
}

FIXTURE(waiting)
{
	struct held held;
	pid_t child;
};

FIXTURE_VARIANT(waiting)
{
	int (*call)(void);	/* 0 if the message was whole, else -errno */
	__u32 right;
	__u64 bytes;		/* in the end */
	int state;
};

#define BLOCK	"more"
#define LEN	4

static int wait_update(void)
{
	return _test_update(BUSY, BLOCK, LEN);
}

static int all_of(ssize_t taken)
{
	return taken < 0 ? taken : taken == LEN ? 0 : -EIO;
}

static int wait_write(void)
{
	return all_of(_test_write(BUSY, BLOCK, LEN));
}

static int wait_writev(void)
{
	return all_of(_test_write_pieces(BUSY, BLOCK, LEN));
}

static int wait_splice(void)
{
	return all_of(_test_write_splice(BUSY, BLOCK, LEN));
}

static int whole(const __u8 *tag)
{
	return memcmp(whole_tag, tag, HALF_TAG_LEN) ? -EILSEQ : 0;
}

static int wait_digest(void)
{
	__u8 tag[HALF_TAG_LEN];
	int ret = _test_digest(BUSY, tag, sizeof(tag));

	return ret < 0 ? ret : whole(tag);
}

static int wait_finalize(void)
{
	__u8 tag[HALF_TAG_LEN];
	int ret = _test_finalize(BUSY, tag, sizeof(tag));

	return ret < 0 ? ret : whole(tag);
}

static int wait_verify(void)
{
	return _test_verify(BUSY, whole_tag, HALF_TAG_LEN);
}

static int wait_reset(void)
{
	return _test_reset(BUSY);
}

static int wait_copy(void)
{
	int copy = _test_copy(BUSY, KEEP);

	return copy < 0 ? copy : _test_intact(copy, HALF_WHOLE, whole_tag);
}

#define WAITING(_name, _right, _bytes, _state)				\
	FIXTURE_VARIANT_ADD(waiting, _name) {				\
		.call = wait_##_name,					\
		.right = _right,					\
		.bytes = _bytes,					\
		.state = HMACDEV_STATE_##_state,			\
	}

WAITING(update, 0, HALF_WHOLE + LEN, ACTIVE);
WAITING(write, 0, HALF_WHOLE + LEN, ACTIVE);
WAITING(writev, 0, HALF_WHOLE + LEN, ACTIVE);
WAITING(splice, 0, HALF_WHOLE + LEN, ACTIVE);
WAITING(digest, SIGN, HALF_WHOLE, ACTIVE);
WAITING(finalize, SIGN, HALF_WHOLE, FINALIZED);
WAITING(verify, VERIFY, HALF_WHOLE, FINALIZED);
WAITING(reset, 0, 0, ACTIVE);
WAITING(copy, COPY, HALF_WHOLE, ACTIVE);

FIXTURE_SETUP(waiting)
{
	handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, handled);
	make_busy(_metadata, &self->held, test_open_half());
}

FIXTURE_TEARDOWN(waiting)
{
	close(self->held.uffd);
	close(BUSY);
}

/* Whether @child sleeps in a system call with BUSY as its first or third */
static bool is_waiting(pid_t child)
{
	unsigned long long arg[3] = { };
	char path[32];
	FILE *f;
	int nr;

	snprintf(path, sizeof(path), "/proc/%d/syscall", child);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%d %llx %llx %llx", &nr, &arg[0], &arg[1], &arg[2]) != 4)
		memset(arg, 0, sizeof(arg));
	fclose(f);
	return arg[0] == BUSY || arg[2] == BUSY;
}

#define test_waiting(child) ASSERT_TRUE(comes_true(is_waiting(child)))

/* A child that waits; @flags say what it does about SIGUSR1 */
static pid_t start_waiting(struct __test_metadata *_metadata,
			   int (*call)(void), int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal, .sa_flags = flags,
	};
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child) {
		ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
		_exit(-call());
	}
	test_waiting(child);
	return child;
}

#define start(flags) start_waiting(_metadata, variant->call, flags)

/* The child continued after the message was released. */
#define check_done(child)						\
	do {								\
		struct hmacdev_info _info;				\
									\
		end_busy(_metadata, &self->held);			\
		test_end(child, 0);					\
		test_info(BUSY, &_info);				\
		EXPECT_EQ(variant->state, _info.state);			\
		EXPECT_EQ(variant->bytes, _info.bytes);			\
	} while (0)

TEST_F(waiting, until_released)
{
	pid_t child = start(0);

	check_done(child);
}

TEST_F(waiting, interrupted)
{
	pid_t child = start(0);

	ASSERT_EQ(0, kill(child, SIGUSR1));
	test_end(child, EINTR);
	EXPECT_EQ(1, *handled);
	end_busy(_metadata, &self->held);
	test_whole_intact(BUSY);
}

TEST_F(waiting, restarted)
{
	pid_t child = start(SA_RESTART);

	ASSERT_EQ(0, kill(child, SIGUSR1));
	ASSERT_TRUE(comes_true(__atomic_load_n(handled, __ATOMIC_SEQ_CST)));
	test_waiting(child);
	check_done(child);
}

/* SIGSTOP and SIGCONT, as by ^Z and fg */
TEST_F(waiting, stopped)
{
	pid_t child = start(0);
	int status = 0;

	ASSERT_EQ(0, kill(child, SIGSTOP));
	EXPECT_TRUE(comes_true(waitpid(child, &status, WUNTRACED | WNOHANG)));
	EXPECT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, kill(child, SIGCONT));
	test_waiting(child);
	check_done(child);
}

TEST_F(waiting, killed)
{
	test_killed(_metadata, start(0), PROMPT_MS);
	end_busy(_metadata, &self->held);
	test_whole_intact(BUSY);
}

/* A call that waits has changed nothing. */
TEST_F(waiting, restricted)
{
	pid_t child = start(0);
	struct hmacdev_info info;

	test_restrict(BUSY, 0);
	if (!variant->right) {
		check_done(child);
		return;
	}
	end_busy(_metadata, &self->held);
	test_end(child, EPERM);
	test_info(BUSY, &info);
	EXPECT_EQ(HMACDEV_STATE_ACTIVE, info.state);
	EXPECT_EQ(HALF_WHOLE, info.bytes);
}

/* A copy has the rights at the time of the copy, not of the call. */
TEST(copy_that_waits)
{
	struct hmacdev_info info;
	struct held held;
	pid_t child;

	make_busy(_metadata, &held, test_open_half());
	child = fork_child();
	ASSERT_LE(0, child);
	if (!child) {
		test_info(test_copy(BUSY, KEEP), &info);
		EXPECT_EQ(COPY | VERIFY, info.rights);
		EXPECT_EQ(HALF_WHOLE, info.bytes);
		_exit(_metadata->exit_code);
	}
	test_waiting(child);
	test_restrict(BUSY, COPY | VERIFY);
	end_busy(_metadata, &held);
	test_end(child, 0);
}

/* Whoever signs can compute every derived key: no context does both */

#define for_each_mask(rights) \
	for ((rights) = 0; (rights) <= (SIGNER | DERIVER); (rights)++)

static bool is_both(__u32 rights)
{
	return !(~rights & (SIGN | DERIVE));
}

TEST(new_with_sign_and_derive)
{
	struct hmacdev_info info;
	__u32 rights;
	int fd;

	for_each_mask(rights) {
		fd = test_open();
		if (is_both(rights)) {
			test_err_new_opts(EINVAL, fd, "sha256", "", 0, 0,
					  rights);
			test_state(UNKEYED, fd);
		} else {
			test_new_opts(fd, "sha256", "", 0, 0, rights);
			test_info(fd, &info);
			EXPECT_EQ(rights, info.rights);
		}
		close(fd);
	}
}

TEST(derive_with_sign_and_derive)
{
	int fd = test_open_deriver(), child;
	struct hmacdev_info info;
	__u32 rights;

	for_each_mask(rights) {
		if (is_both(rights)) {
			test_err_derive(EINVAL, fd, "sha256", "", 0, 0, rights);
			continue;
		}
		child = test_derive(fd, "sha256", "", 0, 0, rights);
		test_info(child, &info);
		EXPECT_EQ(rights, info.rights);
		close(child);
	}
}

/* COPY and RESTRICT add no right */
TEST(copy_with_sign_and_derive)
{
	static const __u32 made_with[] = { SIGNER, DERIVER | VERIFY };
	struct hmacdev_info info;
	int fd, copy;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(made_with); i++) {
		fd = test_open_half_with(made_with[i]);
		test_restrict(fd, KEEP);
		copy = test_copy(fd, KEEP);
		test_restrict(copy, KEEP);
		test_info(copy, &info);
		EXPECT_EQ(made_with[i], info.rights);
		close(copy);
		close(fd);
	}
}

TEST(signer_derives_nothing)
{
	int fd = test_open_half();

	test_err_derive(EPERM, fd, "sha256", "", 0, 0, SIGN);
	test_err_derive(EPERM, test_copy(fd, KEEP), "sha256", "", 0, 0, 0);
}

TEST(deriver_signs_nothing)
{
	int fd = test_open_half_with(DERIVER | VERIFY);
	__u8 tag[ROOM];
	struct hmacdev_op op = {
		.op = HMACDEV_OP_SIGN,
		.tag = test_addr(tag),
		.tag_len = sizeof(tag),
	};

	memset(tag, TEST_UNTOUCHED, sizeof(tag));
	test_err_mac_sign(EPERM, fd, "", 0, tag, sizeof(tag));
	test_batch(fd, &op, 1);
	EXPECT_EQ(-EPERM, op.status);
	test_err_digest(EPERM, fd, tag, sizeof(tag));
	test_err_digest(EPERM, test_copy(fd, KEEP), tag, sizeof(tag));
	test_err_finalize(EPERM, fd, tag, sizeof(tag));
	EXPECT_TRUE(test_untouched(tag, ROOM));
	test_verify(fd, half_tag, HALF_TAG_LEN);
}

/* COPY and DERIVE make files with an inode of their own */

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static void check_file(struct __test_metadata *_metadata, int fd)
{
	char path[32], name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ASSERT_LT(0, readlink(path, name, sizeof(name) - 1));
	EXPECT_EQ(0, strcmp("anon_inode:[hmac]", name))
		TH_LOG("%s", name);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(fd, F_GETFL) & O_ACCMODE);
	EXPECT_EQ(-1, lseek(fd, 0, SEEK_CUR));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-ESPIPE, _test_ret(pwrite(fd, "", 1, 0)));
	EXPECT_EQ(-EAGAIN, _test_pwritev2(fd, "", 1, RWF_NOWAIT));
	EXPECT_EQ(1, _test_write(fd, "", 1));
}

TEST(inodes)
{
	struct hmacdev_copy fresh = {
		.flags = HMACDEV_COPY_FRESH, .rights = KEEP,
	};
	int fd = test_open_deriver(), event = eventfd(0, EFD_CLOEXEC), i, j;
	int made[] = {
		test_copy(fd, KEEP), test_copy(fd, KEEP),
		_test_ioctl(fd, HMACDEV_IOC_COPY, &fresh),
		test_derive(fd, "sha256", "", 0, 0, SIGN),
		test_derive(fd, "sha256", "", 0, 0, SIGN),
	};

	ASSERT_LE(0, event);
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		ASSERT_LE(0, made[i]);
		check_file(_metadata, made[i]);
		EXPECT_NE(0, inode_of(made[i]));
		EXPECT_NE(inode_of(event), inode_of(made[i]));
		for (j = 0; j < i; j++)
			EXPECT_NE(inode_of(made[j]), inode_of(made[i]));
	}
}

TEST_HARNESS_MAIN
