// SPDX-License-Identifier: GPL-2.0
/*
 * The operations that make, change or describe contexts.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/keyctl.h>

#include "step.h"

static void fill_alg(struct step *s)
{
	struct hmacdev_alg *args = &s->args.alg;

	args->flags = random_one_in(&s->r, 2) ? HMACDEV_ALG_BY_NAME : 0;
	args->flags ^= some_flags(&s->r);
	if (!(args->flags & HMACDEV_ALG_BY_NAME) || random_one_in(&s->r, 16))
		args->index = random_below(&s->r, NR_ALGS + 2);
	if (random_one_in(&s->r, 32))
		args->index = random_next(&s->r);
	some_name(&s->r, args->name);
	random_bytes(&s->r, &args->digest_size, 3 * sizeof(__u32));
	args->reserved = some_flags(&s->r);
}

static void predict_alg(struct step *s)
{
	struct hmacdev_alg args = s->args.alg;
	struct algorithm *alg = &algorithms[0];
	struct forecast *f = &s->forecast;
	int err;

	if (args.flags & ~HMACDEV_ALG_BY_NAME || args.reserved)
		refuse(f, FIELDS, EINVAL);
	if (args.flags & HMACDEV_ALG_BY_NAME) {
		if (args.index)
			refuse(f, FIELDS, EINVAL);
		err = model_find(args.name, &alg);
		if (err)
			refuse(f, FIELDS, -err);
	} else if (args.index < NR_ALGS) {
		alg = &algorithms[args.index];
	} else {
		refuse(f, FIELDS, ENOENT);
	}
	memset(args.name, 0, sizeof(args.name));
	strcpy(args.name, alg->name);
	args.digest_size = alg->digest_size;
	args.block_size = alg->block_size;
	args.traits = (alg->available ? HMACDEV_ALG_AVAILABLE : 0) |
		(alg->fips ? HMACDEV_ALG_FIPS : 0);
	step_reply(s, &args);
}

static bool settle_nothing(struct step *s, long ret)
{
	return true;
}

OPERATION(alg, ALG, fill_alg, predict_alg, settle_nothing);

/* Keys of the kernel's keyrings, and what NEW says of them */
static const struct {
	const char *type;
	const char *desc;
	const char *payload;	/* NULL: one of no use */
	int err;
} keyring[] = {
	{ "user", "fuzz", "a key that this process knows" },
	{ "logon", "hmac:fuzz", "another" },
	{ "logon", "hmac:", "a third" },
	{ "logon", "fuzz:hmac:", "of another use", EKEYREJECTED },
	{ "logon", "hmac_:fuzz", "of a third use", EKEYREJECTED },
	{ "keyring", "hmac:fuzz", NULL, EOPNOTSUPP },
	{ "user", "fuzz-hidden", "not to be found", EACCES },
	{ "user", "fuzz-revoked", "gone", EKEYREVOKED },
	{ "logon", "fuzz:revoked", "gone, too", EKEYREVOKED },
};

#define KEYRING_NR	(sizeof(keyring) / sizeof(keyring[0]))

static __s32 serials[KEYRING_NR];
static __u64 randoms;		/* keys that the kernel made */

int step_init(void)
{
	size_t i;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return -1;
	for (i = 0; i < KEYRING_NR; i++) {
		const char *payload = keyring[i].payload;

		serials[i] = syscall(SYS_add_key, keyring[i].type,
				     keyring[i].desc, payload,
				     payload ? strlen(payload) : 0,
				     KEY_SPEC_SESSION_KEYRING);
		if (serials[i] < 0 ||
		    (keyring[i].err == EKEYREVOKED &&
		     syscall(SYS_keyctl, KEYCTL_REVOKE, serials[i])) ||
		    (keyring[i].err == EACCES &&
		     syscall(SYS_keyctl, KEYCTL_SETPERM, serials[i], 0)))
			return -1;
	}
	return 0;
}

static void fill_new_keyring(struct step *s)
{
	static const __s32 others[] = {
		0, 1, 0x7fffffff, -1, -2, -3, -4, -5, -8, -100, INT32_MIN,
	};

	s->args.new.serial = random_one_in(&s->r, 8) ?
		random_pick(&s->r, others) : random_pick(&s->r, serials);
	if (random_one_in(&s->r, 16))
		s->args.new.key_len = 1;
	if (random_one_in(&s->r, 16))
		s->args.new.key = arena_place(&s->r, ARENA_DATA, 1);
}

static __u64 some_key_len(struct random *r)
{
	switch (random_below(r, 24)) {
	case 0:
		return some_len(r);
	case 1:
		return HMACDEV_KEY_MAX - random_below(r, 2);
	case 2:
		return HMACDEV_KEY_MAX + 1;
	case 3 ... 5:
		return random_below(r, 2000);
	default:
		return random_below(r, 150);
	}
}

static void fill_new(struct step *s)
{
	struct hmacdev_new *args = &s->args.new;

	some_name(&s->r, args->alg);
	args->flags = some_flags(&s->r);
	args->tag_len = some_tag_len(&s->r, args->alg);
	args->rights = some_rights(&s->r);
	args->reserved = some_flags(&s->r);
	args->source = random_one_in(&s->r, 24) ?
		random_below(&s->r, 8) : HMACDEV_KEY_BYTES;
	switch (random_below(&s->r, 8)) {
	case 0:
		args->source = HMACDEV_KEY_KEYRING;
		fill_new_keyring(s);
		return;
	case 1:
		args->source = HMACDEV_KEY_RANDOM;
		args->key_len = random_one_in(&s->r, 2) ?
			some_key_len(&s->r) : 0;
		args->key = random_one_in(&s->r, 16);
		args->serial = random_one_in(&s->r, 16);
		return;
	default:
		args->key_len = some_key_len(&s->r);
		args->key = arena_place(&s->r, ARENA_DATA, args->key_len);
		args->serial = random_one_in(&s->r, 32);
	}
}

/* What NEW and DERIVE can say of the key that they are to make */
static struct algorithm *predict_recipe(struct forecast *f, const char *name,
					__u32 tag_len)
{
	struct algorithm *alg;
	int err = model_find(name, &alg);

	if (err) {
		refuse(f, RECIPE, -err);
		return NULL;
	}
	if (!alg->available)
		refuse(f, RECIPE, ENOENT);
	if (tag_len && (tag_len < HMACDEV_TAG_MIN ||
			tag_len > alg->digest_size))
		refuse(f, RECIPE, EINVAL);
	return alg;
}

static void predict_bytes(struct step *s, const struct algorithm *alg)
{
	const struct hmacdev_new *args = &s->args.new;

	if (args->serial)
		refuse(&s->forecast, RECIPE, EINVAL);
	if (arena_readable(args->key, args->key_len) < args->key_len)
		refuse(&s->forecast, BUFFERS, EFAULT);
	if (s->forecast.first == NOTHING)
		s->key = secret_new(alg, args->tag_len, args->key_len ?
				    arena_at(args->key) : NULL, args->key_len);
}

static void predict_random(struct step *s, const struct algorithm *alg)
{
	const struct hmacdev_new *args = &s->args.new;

	if (args->serial || args->key)
		refuse(&s->forecast, RECIPE, EINVAL);
	if (s->forecast.first != NOTHING)
		return;
	randoms++;
	s->key = secret_new_unknown(alg, args->tag_len, &randoms,
				    sizeof(randoms));
}

static void predict_keyring(struct step *s, const struct algorithm *alg)
{
	const struct hmacdev_new *args = &s->args.new;
	size_t i = 0;

	if (args->key || args->key_len || args->serial < 1)
		refuse(&s->forecast, RECIPE, EINVAL);
	while (i < KEYRING_NR && serials[i] != args->serial)
		i++;
	if (i == KEYRING_NR)
		refuse(&s->forecast, BUFFERS, ENOKEY);
	else if (keyring[i].err)
		refuse(&s->forecast, BUFFERS, keyring[i].err);
	if (i < KEYRING_NR && keyring[i].err == EKEYREVOKED)
		refuse(&s->forecast, BUFFERS, ENOKEY);	/* after some time */
	if (i < KEYRING_NR && s->forecast.first == NOTHING)
		s->key = secret_new(alg, args->tag_len, keyring[i].payload,
				    strlen(keyring[i].payload));
}

static void predict_new(struct step *s)
{
	const struct hmacdev_new *args = &s->args.new;
	struct forecast *f = &s->forecast;
	struct algorithm *alg;

	if (args->flags || args->reserved || !rights_valid(args->rights))
		refuse(f, FIELDS, EINVAL);
	if (s->ctx->key)
		refuse(f, STATE, EBUSY);
	alg = predict_recipe(f, args->alg, args->tag_len);
	if (args->key_len > HMACDEV_KEY_MAX)
		refuse(f, RECIPE, EINVAL);
	switch (args->source) {
	case HMACDEV_KEY_BYTES:
		return predict_bytes(s, alg);
	case HMACDEV_KEY_RANDOM:
		return predict_random(s, alg);
	case HMACDEV_KEY_KEYRING:
		return predict_keyring(s, alg);
	default:
		refuse(f, RECIPE, EINVAL);
	}
}

static bool settle_new(struct step *s, long ret)
{
	if (!ret) {
		context_key(s->ctx, s->key, s->args.new.rights);
		s->key = NULL;
	}
	return true;
}

OPERATION(new, NEW, fill_new, predict_new, settle_new);

static void fill_reset(struct step *s)
{
	s->args.reset.flags = some_flags(&s->r);
	s->args.reset.reserved = some_flags(&s->r);
}

static void predict_reset(struct step *s)
{
	if (s->args.reset.flags || s->args.reset.reserved)
		refuse(&s->forecast, FIELDS, EINVAL);
	if (!s->ctx->key)
		refuse(&s->forecast, KEY, ENOKEY);
}

static bool settle_reset(struct step *s, long ret)
{
	if (!ret)
		context_reset(s->ctx);
	return true;
}

OPERATION(reset, RESET, fill_reset, predict_reset, settle_reset);

/* A call that returns a new descriptor */
static void predict_descriptor(struct step *s)
{
	s->call.gives_fd = true;
	s->forecast.max = 1 << 20;
	if (random_one_in(&s->r, 24)) {
		s->call.no_fds = true;
		refuse(&s->forecast, DESCRIPTORS, EMFILE);
	}
	if (random_one_in(&s->r, 12)) {
		s->call.others = USER_CONTEXTS - context_count() -
			random_below(&s->r, 2);
		if (s->call.others + context_count() == USER_CONTEXTS)
			refuse(&s->forecast, DESCRIPTORS, EDQUOT);
	}
}

static bool settle_descriptor(struct step *s, long ret)
{
	return ret < 0 || fcntl(ret, F_GETFD) == FD_CLOEXEC;
}

static void fill_copy(struct step *s)
{
	s->args.copy.flags = some_flags(&s->r);
	if (random_one_in(&s->r, 3))
		s->args.copy.flags ^= HMACDEV_COPY_FRESH;
	s->args.copy.rights = some_mask(&s->r);
}

static void predict_copy(struct step *s)
{
	const struct hmacdev_copy *args = &s->args.copy;
	const struct context *ctx = s->ctx;
	struct forecast *f = &s->forecast;
	const bool fresh = args->flags & HMACDEV_COPY_FRESH;

	if (args->flags & ~HMACDEV_COPY_FRESH)
		refuse(f, FIELDS, EINVAL);
	if (!ctx->key)
		refuse(f, KEY, ENOKEY);
	if (!(ctx->rights & HMACDEV_RIGHT_COPY))
		refuse(f, RIGHT, EPERM);
	if (ctx->state == HMACDEV_STATE_FINALIZED && !fresh)
		refuse(f, STATE, EBADFD);
	predict_descriptor(s);
	if (f->first == NOTHING)
		s->made = fresh ? context_copy_fresh(ctx, args->rights) :
			context_copy(ctx, args->rights);
}

OPERATION(copy, COPY, fill_copy, predict_copy, settle_descriptor);

static void fill_restrict(struct step *s)
{
	static const __u32 one_less[] = { 14, 13, 11, 7, 15, 15 };

	s->args.restrict_.flags = some_flags(&s->r);
	s->args.restrict_.rights = random_one_in(&s->r, 4) ?
		some_mask(&s->r) : random_pick(&s->r, one_less);
}

static void predict_restrict(struct step *s)
{
	const struct hmacdev_restrict *args = &s->args.restrict_;

	if (args->flags)
		refuse(&s->forecast, FIELDS, EINVAL);
	if (!s->ctx->key)
		refuse(&s->forecast, KEY, ENOKEY);
}

static bool settle_restrict(struct step *s, long ret)
{
	if (!ret)
		s->ctx->rights &= s->args.restrict_.rights;
	return true;
}

OPERATION(restrict, RESTRICT, fill_restrict, predict_restrict, settle_restrict);

static void fill_info(struct step *s)
{
	random_bytes(&s->r, &s->args.info, sizeof(s->args.info));
	s->args.info.flags = some_flags(&s->r);
	s->args.info.reserved = some_flags(&s->r);
}

static void predict_info(struct step *s)
{
	struct hmacdev_info info;

	if (s->args.info.flags || s->args.info.reserved)
		refuse(&s->forecast, FIELDS, EINVAL);
	context_info(s->ctx, &info);
	step_reply(s, &info);
}

OPERATION(info, INFO, fill_info, predict_info, settle_nothing);

static void fill_derive(struct step *s)
{
	struct hmacdev_derive *args = &s->args.derive;

	some_name(&s->r, args->alg);
	args->flags = some_flags(&s->r);
	args->reserved = some_flags(&s->r);
	some_message(&s->r, &args->msg, &args->len);
	args->tag_len = some_tag_len(&s->r, args->alg);
	args->rights = some_rights(&s->r);
}

static void predict_derive(struct step *s)
{
	const struct hmacdev_derive *args = &s->args.derive;
	struct forecast *f = &s->forecast;
	const struct context *ctx = s->ctx;
	struct algorithm *alg;

	if (args->flags || args->reserved || args->len > HMACDEV_MSG_MAX ||
	    !rights_valid(args->rights))
		refuse(f, FIELDS, EINVAL);
	if (!ctx->key)
		refuse(f, KEY, ENOKEY);
	if (!(ctx->rights & HMACDEV_RIGHT_DERIVE))
		refuse(f, RIGHT, EPERM);
	alg = predict_recipe(f, args->alg, args->tag_len);
	if (arena_readable(args->msg, args->len) < args->len)
		refuse(f, BUFFERS, EFAULT);
	predict_descriptor(s);
	if (f->first != NOTHING)
		return;
	s->made = context_new();
	context_key(s->made, secret_derive(ctx->key, alg, args->tag_len,
					   args->len ? arena_at(args->msg) :
					   NULL, args->len), args->rights);
}

OPERATION(derive, DERIVE, fill_derive, predict_derive, settle_descriptor);

static void fill_open(struct step *s)
{
	static const unsigned int flags[] = { O_RDONLY, O_WRONLY, O_RDWR };

	s->call.run = call_open;
	s->call.fd = -1;
	s->call.cmd = random_one_in(&s->r, 8) ? random_pick(&s->r, flags) :
		O_RDWR;
}

static void predict_open(struct step *s)
{
	if (s->call.cmd != O_RDWR)
		refuse(&s->forecast, RIGHT, EACCES);
	predict_descriptor(s);
	/* Of these, the system looks first. */
	if (s->call.no_fds) {
		s->forecast.first = NOTHING;
		refuse(&s->forecast, DESCRIPTORS, EMFILE);
	}
	if (s->forecast.first == NOTHING)
		s->made = context_new();
}

const struct operation op_open = {
	.name = "open",
	.fill = fill_open,
	.predict = predict_open,
	.settle = settle_descriptor,
};
