// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "step.h"

void refuse(struct forecast *f, enum respect in, int err)
{
	int i;

	if (in > f->first)
		return;
	if (in < f->first)
		f->nr = 0;
	f->first = in;
	for (i = 0; i < f->nr; i++)
		if (f->errs[i] == err)
			return;
	if (f->nr == REFUSALS_MAX)
		abort();
	f->errs[f->nr++] = err;
}

void refuse_early(struct forecast *f, int err)
{
	if (f->first == NOTHING)
		f->unsure = err;
	else
		refuse(f, f->first, err);
}

bool forecast_holds(const struct forecast *f, long ret)
{
	int i;

	if (f->first == NOTHING)
		return (ret >= f->min && ret <= f->max) ||
			(f->unsure && ret == -f->unsure);
	for (i = 0; i < f->nr; i++)
		if (ret == -f->errs[i])
			return true;
	return false;
}

__u32 some_flags(struct random *r)
{
	return random_one_in(r, 24) ? 1U << random_below(r, 32) : 0;
}

__u32 some_rights(struct random *r)
{
	static const __u32 wrong[] = {
		RIGHTS_KNOWN, RIGHTS_KNOWN + 1, 1U << 31, ~0U,
		HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_DERIVE,
		HMACDEV_RIGHTS_SIGNER | 1U << 31,
	};

	switch (random_below(r, 24)) {
	case 0:
		return random_next(r);
	case 1:
		return random_pick(r, wrong);
	case 2 ... 6:
		return random_below(r, RIGHTS_KNOWN + 1);
	case 7 ... 12:
		return HMACDEV_RIGHTS_DERIVER | HMACDEV_RIGHT_VERIFY;
	default:
		return HMACDEV_RIGHTS_SIGNER;
	}
}

__u32 some_mask(struct random *r)
{
	const __u32 unknown = ~RIGHTS_KNOWN & random_next(r);

	switch (random_below(r, 8)) {
	case 0:
		return unknown;
	case 1:
		return ~0U;
	case 2:
		return ~(1U << random_below(r, 32));
	case 3 ... 4:
		return random_below(r, RIGHTS_KNOWN + 1) | unknown;
	default:
		return RIGHTS_KNOWN;
	}
}

static const char *some_plain_name(struct random *r)
{
	static const char *const others[] = {
		"", "sha", "sha2560", "hmac", "hmac()", "hmac-", "hmac(sha256",
		"cbc(aes)", "hmac(hmac(sha256))", "crct10dif", "sha-3-256",
		"hmac-hmac-sha1", "sha256-generic", "hmac(sha256))", " sha256",
	};
	const struct algorithm *alg = &random_pick(r, algorithms);

	if (random_one_in(r, 16))
		return random_pick(r, others);
	/* One that all tests share makes most of what they find. */
	if (random_one_in(r, 3))
		alg = &algorithms[0];
	return alg->alias && random_one_in(r, 4) ? alg->alias : alg->name;
}

/* All of @name's HMACDEV_NAME_LEN bytes; rarely is one after the NUL not 0. */
void some_name(struct random *r, char *name)
{
	static const char *const forms[] = { "%s", "%s", "%s", "hmac(%s)",
					     "hmac-%s", "hmac_%s" };
	size_t i;

	memset(name, 0, HMACDEV_NAME_LEN);
	snprintf(name, HMACDEV_NAME_LEN, random_pick(r, forms),
		 some_plain_name(r));
	for (i = 0; name[i] && random_one_in(r, 2); i++) {
		name[i] = toupper(name[i]);
		if (name[i] == '-')
			name[i] = '_';
	}
	if (random_one_in(r, 48))
		memset(name, 'a', HMACDEV_NAME_LEN - random_below(r, 2));
	i = strnlen(name, HMACDEV_NAME_LEN) + 1;
	if (i < HMACDEV_NAME_LEN && random_one_in(r, 24))
		name[i + random_below(r, HMACDEV_NAME_LEN - i)] =
			1 << random_below(r, 8);
}

__u32 some_tag_len(struct random *r, const char *name)
{
	struct algorithm *alg;
	__u32 max = model_find(name, &alg) ? 32 : alg->digest_size;

	switch (random_below(r, 24)) {
	case 0:
		return random_next(r);
	case 1:
		return random_below(r, HMACDEV_TAG_MIN);
	case 2:
		return max + 1 + random_below(r, 4);
	case 3 ... 10:
		return HMACDEV_TAG_MIN +
			random_below(r, max - HMACDEV_TAG_MIN + 1);
	default:
		return random_one_in(r, 2) ? max : 0;
	}
}

__u64 some_len(struct random *r)
{
	static const __u64 edges[] = {
		16, 63, 64, 65, 128, 255, 256, 257, 4095, 4096, 4097, 16383,
		16384, 16385, 32768, 32769,
	};
	static const __u64 wild[] = {
		1 << 17, HMACDEV_MSG_MAX - 1, HMACDEV_MSG_MAX,
		HMACDEV_MSG_MAX + 1, 0x7fffffff, 0x80000000, 0xffffffff,
		1ULL << 32, (1ULL << 32) + 1, 1ULL << 63, -1ULL, -4096ULL,
		0x7fffffffffff,
	};

	switch (random_below(r, 48)) {
	case 0:
		return random_pick(r, wild);
	case 1:
		return random_below(r, 80000);
	case 2 ... 7:
		return random_pick(r, edges);
	case 8 ... 9:
		return random_below(r, 8192);
	case 10 ... 13:
		return 0;
	default:
		return random_below(r, 300);
	}
}

void some_message(struct random *r, __u64 *addr, __u64 *len)
{
	*len = some_len(r);
	*addr = arena_place(r, ARENA_DATA, *len);
}

/* The size that the caller takes the struct to have */
static size_t some_size(struct random *r, size_t size)
{
	switch (random_below(r, 48)) {
	case 0:
		return random_below(r, size);
	case 1:
		return size - 1;
	case 2:
		return random_below(r, _IOC_SIZEMASK) + 1;
	case 3 ... 5:
		return size + 1 + random_below(r, 64);
	default:
		return size;
	}
}

static unsigned int some_cmd(struct step *s)
{
	unsigned int cmd = s->op->cmd & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT);

	cmd |= s->size << _IOC_SIZESHIFT;
	switch (random_below(&s->r, 96)) {
	case 0:		/* the direction */
		return cmd ^ (1U + random_below(&s->r, 3)) << _IOC_DIRSHIFT;
	case 1:		/* the type */
		return cmd ^ 1U << _IOC_TYPESHIFT;
	case 2:		/* the number */
		return cmd | (16 + random_below(&s->r, 240)) << _IOC_NRSHIFT;
	default:
		return cmd;
	}
}

static bool known_cmd(unsigned int cmd, unsigned int real)
{
	return !((cmd ^ real) & ~(_IOC_SIZEMASK << _IOC_SIZESHIFT));
}

static void put_struct(struct step *s)
{
	static const __u8 zeros[1 << _IOC_SIZEBITS];
	size_t ours = s->op->size;
	__u8 byte;

	s->call.arg = arena_place(&s->r, ARENA_STRUCTS, s->size);
	arena_put(s->call.arg, &s->args, s->size < ours ? s->size : ours);
	if (s->size <= ours)
		return;
	arena_put(s->call.arg + ours, zeros, s->size - ours);
	if (random_one_in(&s->r, 4)) {
		byte = 1 << random_below(&s->r, 8);
		arena_put(s->call.arg + ours +
			  random_below(&s->r, s->size - ours), &byte, 1);
	}
}

/* What is wrong with the struct as such. If nothing is, the kernel reads it. */
static bool read_struct(struct step *s)
{
	size_t readable = arena_readable(s->call.arg, s->size);
	struct forecast *f = &s->forecast;

	if (!known_cmd(s->call.cmd, s->op->cmd)) {
		refuse(f, FIELDS, ENOTTY);
		return false;
	}
	if (s->size < s->op->size) {
		refuse(f, FIELDS, EINVAL);
		return false;
	}
	if (arena_any_byte(s->call.arg + s->op->size, s->size - s->op->size))
		refuse(f, FIELDS, E2BIG);
	if (readable < s->size)
		refuse(f, FIELDS, EFAULT);
	if (f->first != NOTHING)
		return false;
	memcpy(&s->args, arena_at(s->call.arg), s->op->size);
	return true;
}

void step_reply(struct step *s, const void *args)
{
	size_t writable = arena_writable(s->call.arg, s->op->size);

	if (s->forecast.first != NOTHING)
		return;
	if (writable == s->op->size) {
		arena_expect(s->call.arg, args, s->op->size);
		return;
	}
	refuse(&s->forecast, BUFFERS, EFAULT);
	if (writable)
		arena_expect_maybe(s->call.arg, args, writable);
}

void step_prepare(struct step *s, const struct operation *op,
		  struct context *ctx, int fd)
{
	s->op = op;
	s->ctx = ctx;
	s->call.fd = fd;
	s->forecast.first = NOTHING;
	op->fill(s);
	if (op->cmd) {
		s->size = some_size(&s->r, op->size);
		s->call.run = call_ioctl;
		s->call.cmd = some_cmd(s);
		put_struct(s);
		if (!read_struct(s))
			return;
	}
	op->predict(s);
}
