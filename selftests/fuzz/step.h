/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step: one operation with random arguments, the result that is specified,
 * and the actual result.
 */
#ifndef _FUZZ_STEP_H
#define _FUZZ_STEP_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "hmacdev_ioctls.h"
#include "arena.h"
#include "call.h"
#include "model.h"
#include "random.h"

/*
 * Kinds of errors, in the order of their precedence. If several errors of one
 * kind apply, the call may fail with any of them.
 */
enum respect {
	FIELDS,		/* the struct and its fields */
	KEY,
	RIGHT,
	STATE,
	RECIPE,		/* a new key's algorithm, source and tag length */
	BUFFERS,
	DESCRIPTORS,
	NOTHING,
};

#define REFUSALS_MAX	8

struct forecast {
	enum respect first;
	int errs[REFUSALS_MAX];
	int nr;
	long min, max;		/* what it returns if it is not refused, */
	int unsure;		/* or this errno, which cannot be foretold */
};

void refuse(struct forecast *f, enum respect in, int err);
/* The call may fail with @err also if another error takes precedence. */
void refuse_early(struct forecast *f, int err);
bool forecast_holds(const struct forecast *f, long ret);

/* The forecast for one message with a tag, of MAC, BATCH, DIGEST and so on */
struct tagging {
	struct forecast f;
	struct tag tag;
	__u64 addr;		/* the tag's */
	__u32 tag_len;		/* as it was given, */
	__u64 tag_len_at;	/* where, */
	__u32 real_len;		/* and as it should be */
	bool sign;
	bool overlaid;		/* by what the same call wrote later */
};

struct step;

struct operation {
	const char *name;
	unsigned int cmd;	/* 0 if it is no ioctl */
	size_t size;
	void (*fill)(struct step *s);
	void (*predict)(struct step *s);
	/* Take what it did over into the model; false if it cannot be right. */
	bool (*settle)(struct step *s, long ret);
};

struct step {
	struct random r;
	const struct operation *op;
	struct context *ctx;
	union call_arg args;
	size_t size;		/* of the caller's struct */
	struct call call;
	struct forecast forecast;
	struct tagging tagging;
	struct secret *key;	/* that NEW or DERIVE makes */
	struct context *made;	/* what the new descriptor is to be */
	const void *taken;	/* what is appended, as far as it is taken */
};

#define OPERATION(_name, _NAME, _fill, _predict, _settle)		\
	const struct operation op_##_name = {				\
		.name = #_NAME,						\
		.cmd = HMACDEV_IOC_##_NAME,				\
		.size = _IOC_SIZE(HMACDEV_IOC_##_NAME),			\
		.fill = _fill,						\
		.predict = _predict,					\
		.settle = _settle,					\
	}

/* Each operation is in contexts.c, messages.c or tags.c. */
#define OPERATION_OF(_name, ...)					\
	extern const struct operation op_##_name;
EACH_CALL(OPERATION_OF)
extern const struct operation op_open, op_write, op_writev, op_splice,
	op_sendfile;

int step_init(void);

/* Prepare the call of an operation, and predict its result. */
void step_prepare(struct step *s, const struct operation *op,
		  struct context *ctx, int fd);

/* The call should replace its struct with @args, if it succeeds. */
void step_reply(struct step *s, const void *args);

/* Random arguments, some of them invalid */
__u32 some_flags(struct random *r);
__u32 some_rights(struct random *r);	/* of a new key */
__u32 some_mask(struct random *r);	/* of rights to keep */
void some_name(struct random *r, char *name);
__u32 some_tag_len(struct random *r, const char *name);
__u64 some_len(struct random *r);
void some_message(struct random *r, __u64 *addr, __u64 *len);

#endif /* _FUZZ_STEP_H */
