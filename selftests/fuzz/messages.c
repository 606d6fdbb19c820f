// SPDX-License-Identifier: GPL-2.0
/*
 * The operations that append to the running message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "messages.h"
#include "step.h"

/* No process has memory from here on: the kernel fails before the call. */
#define USER_END	0x7ffffffff000

static bool is_wild(__u64 addr, __u64 len)
{
	return addr >= USER_END || len >= USER_END - addr;
}

#define FILE_SIZE	100000
static __u8 bytes[FILE_SIZE];
static int file = -1;		/* with those bytes */
static int pipefd[2];

int messages_init(void)
{
	struct random r = { 1 };

	random_bytes(&r, bytes, sizeof(bytes));
	file = memfd_create("fuzz", MFD_CLOEXEC);
	if (file < 0 || write(file, bytes, FILE_SIZE) != FILE_SIZE)
		return -1;
	return pipe(pipefd);
}

static void predict_active(struct step *s)
{
	if (!s->ctx->key)
		refuse(&s->forecast, KEY, ENOKEY);
	if (s->ctx->state == HMACDEV_STATE_FINALIZED)
		refuse(&s->forecast, STATE, EBADFD);
}

static void fill_update(struct step *s)
{
	struct hmacdev_update *args = &s->args.update;

	args->flags = some_flags(&s->r);
	args->reserved = some_flags(&s->r);
	some_message(&s->r, &args->msg, &args->len);
}

static void predict_update(struct step *s)
{
	const struct hmacdev_update *args = &s->args.update;
	struct forecast *f = &s->forecast;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX)
		refuse(f, FIELDS, EINVAL);
	predict_active(s);
	if (arena_readable(args->msg, args->len) < args->len)
		refuse(f, BUFFERS, EFAULT);
}

static bool settle_update(struct step *s, long ret)
{
	const struct hmacdev_update *args = &s->args.update;

	if (!ret)
		context_append(s->ctx, args->len ? arena_at(args->msg) : NULL,
			       args->len);
	return true;
}

OPERATION(update, UPDATE, fill_update, predict_update, settle_update);

/* A call that says how much it took, and takes as much as it can read */
static void predict_taken(struct step *s, size_t readable, __u64 len)
{
	predict_active(s);
	if (!readable && len)
		refuse(&s->forecast, BUFFERS, EFAULT);
	s->forecast.min = readable;
	s->forecast.max = readable;
}

static bool settle_taken(struct step *s, long ret)
{
	if (ret > 0)
		context_append(s->ctx, s->taken, ret);
	return true;
}

static void fill_write(struct step *s)
{
	__u64 addr, len;

	s->call.run = call_write;
	some_message(&s->r, &addr, &len);
	s->call.arg = addr;
	s->call.len = len;
}

static void predict_write(struct step *s)
{
	__u64 addr = s->call.arg, len = s->call.len;
	size_t readable = arena_readable(addr, len);

	if (readable)
		s->taken = arena_at(addr);
	predict_taken(s, readable, len);
	if (!is_wild(addr, len))
		return;
	/* The system looks at the buffer before we do, not always as closely */
	if ((ssize_t)s->call.len < 0 && sizeof(ssize_t) == sizeof(len)) {
		refuse(&s->forecast, BUFFERS, EFAULT);
		refuse_early(&s->forecast, EINVAL);
	}
	refuse_early(&s->forecast, EFAULT);
}

const struct operation op_write = {
	.name = "write",
	.fill = fill_write,
	.predict = predict_write,
	.settle = settle_taken,
};

static void fill_writev(struct step *s)
{
	__u64 addr, len;
	int i;

	s->call.run = call_writev;
	if (random_one_in(&s->r, 16))
		s->call.flags = RWF_NOWAIT;
	for (i = 0; i < CALL_IOV_MAX; i++) {
		some_message(&s->r, &addr, &len);
		if (len > FILE_SIZE / CALL_IOV_MAX)
			len = 1;
		s->call.iov[i].iov_base = (void *)(uintptr_t)addr;
		s->call.iov[i].iov_len = len;
	}
}

static void predict_writev(struct step *s)
{
	static __u8 gathered[FILE_SIZE];
	size_t whole = 0, taken = 0, n;
	bool wild = false;
	__u64 addr, len;
	int i;

	for (i = 0; i < CALL_IOV_MAX; i++) {
		addr = (uintptr_t)s->call.iov[i].iov_base;
		len = s->call.iov[i].iov_len;
		wild |= is_wild(addr, len);
		n = taken == whole ? arena_readable(addr, len) : 0;
		if (n)
			memcpy(gathered + taken, arena_at(addr), n);
		taken += n;
		whole += len;
	}
	s->taken = gathered;
	/* An empty message or a bad address does not cause EAGAIN. */
	if (whole && s->call.flags)
		refuse(&s->forecast, FIELDS, EAGAIN);
	else if (whole)
		predict_taken(s, taken, whole);
	if (wild)
		refuse_early(&s->forecast, EFAULT);
}

const struct operation op_writev = {
	.name = "writev",
	.fill = fill_writev,
	.predict = predict_writev,
	.settle = settle_taken,
};

/* Through a pipe, whose buffers have different sizes */
static void fill_splice(struct step *s)
{
	size_t len = 0, n;
	int i;

	s->call.run = call_splice;
	s->call.from = pipefd[0];
	s->taken = bytes + random_below(&s->r, FILE_SIZE / 2);
	for (i = random_below(&s->r, 4); i >= 0; i--) {
		n = random_below(&s->r, random_one_in(&s->r, 4) ? 9000 : 300);
		if (write(pipefd[1], s->taken + len, n) != n)
			abort();
		len += n;
	}
	if (!len && write(pipefd[1], s->taken, ++len) != 1)
		abort();
	s->call.arg = len;
	s->call.len = random_one_in(&s->r, 4) ?
		random_below(&s->r, len) + 1 : len;
}

static void predict_splice(struct step *s)
{
	predict_taken(s, s->call.len, s->call.len);
}

static bool settle_splice(struct step *s, long ret)
{
	size_t left = s->call.arg - (ret > 0 ? ret : 0);
	static __u8 rest[FILE_SIZE];

	settle_taken(s, ret);
	return !left || read(pipefd[0], rest, left) == left;
}

const struct operation op_splice = {
	.name = "splice",
	.fill = fill_splice,
	.predict = predict_splice,
	.settle = settle_splice,
};

static void fill_sendfile(struct step *s)
{
	s->call.run = call_sendfile;
	s->call.from = file;
	s->call.arg = random_below(&s->r, FILE_SIZE);
	s->call.len = some_len(&s->r) % 50000 + 1;
}

static void predict_sendfile(struct step *s)
{
	size_t left = FILE_SIZE - s->call.arg;

	s->taken = bytes + s->call.arg;
	left = left < s->call.len ? left : s->call.len;
	predict_taken(s, left, left);
}

const struct operation op_sendfile = {
	.name = "sendfile",
	.fill = fill_sendfile,
	.predict = predict_sendfile,
	.settle = settle_taken,
};
