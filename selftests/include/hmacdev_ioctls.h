/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every ioctl of /dev/hmac in one table, which the tests of all ioctls expand.
 */
#ifndef _HMACDEV_IOCTLS_H
#define _HMACDEV_IOCTLS_H

#include <errno.h>

#include <linux/hmacdev.h>

#define OK	0

/*
 * X(name, NAME, type, last, unkeyed, active, finalized, right, ...), in the
 * order of the numbers:
 *
 *	NAME		HMACDEV_IOC_NAME; name is the same for identifiers
 *	type		it takes a struct hmacdev_type
 *	last		that struct's last field in version 1
 *	unkeyed, active, finalized
 *			the errno that the state causes, or OK
 *	right		the right that it needs, or 0. MAC needs the one of its
 *			operation, which signs here. BATCH reports a right that
 *			is missing per entry.
 *	...		more members of struct call, of hmacdev_calls.h
 */
#define EACH_CALL(X)							\
	X(alg, ALG, alg, reserved, OK, OK, OK, 0,			\
	  .pure = true, .replies = true, .answer = true,		\
	  .out = { FIELDS(alg, digest_size, traits) },			\
	  .masks = { MASK(alg, flags, HMACDEV_ALG_BY_NAME),		\
		     MASK(alg, reserved, 0) },				\
	  .alg_name = FIELD(alg, name))					\
	X(new, NEW, new, reserved, OK, EBUSY, EBUSY, 0,			\
	  .masks = { MASK(new, flags, 0), MASK(new, source, 3),		\
		     MASK(new, rights, HMACDEV_RIGHTS_SIGNER),		\
		     MASK(new, reserved, 0) },				\
	  .addrs = { FIELD(new, key) }, .alg_name = FIELD(new, alg))	\
	X(update, UPDATE, update, len, ENOKEY, OK, EBADFD, 0,		\
	  .masks = { MASK(update, flags, 0), MASK(update, reserved, 0) }, \
	  .addrs = { FIELD(update, msg) })				\
	X(digest, DIGEST, tag, flags, ENOKEY, OK, EBADFD,		\
	  HMACDEV_RIGHT_SIGN, .pure = true, .replies = true,		\
	  .masks = { MASK(tag, flags, 0) },				\
	  .addrs = { FIELD(tag, tag) }, MAKES_TAG(tag))			\
	X(finalize, FINALIZE, tag, flags, ENOKEY, OK, EBADFD,		\
	  HMACDEV_RIGHT_SIGN, .replies = true,				\
	  .masks = { MASK(tag, flags, 0) },				\
	  .addrs = { FIELD(tag, tag) }, MAKES_TAG(tag))			\
	X(verify, VERIFY, tag, flags, ENOKEY, OK, EBADFD,		\
	  HMACDEV_RIGHT_VERIFY, .masks = { MASK(tag, flags, 0) },	\
	  .addrs = { FIELD(tag, tag) })					\
	X(reset, RESET, reset, reserved, ENOKEY, OK, OK, 0,		\
	  .masks = { MASK(reset, flags, 0), MASK(reset, reserved, 0) })	\
	X(copy, COPY, copy, rights, ENOKEY, OK, EBADFD,			\
	  HMACDEV_RIGHT_COPY, .pure = true, .gives_fd = true,		\
	  .masks = { MASK(copy, flags, HMACDEV_COPY_FRESH) })		\
	X(restrict, RESTRICT, restrict, rights, ENOKEY, OK, OK, 0,	\
	  .pure = true, .masks = { MASK(restrict, flags, 0) })		\
	X(info, INFO, info, alg, OK, OK, OK, 0,				\
	  .pure = true, .replies = true, .answer = true,		\
	  .out = { FIELDS(info, state, block_size),			\
		   FIELDS(info, bytes, alg) },				\
	  .masks = { MASK(info, flags, 0), MASK(info, reserved, 0) })	\
	X(mac, MAC, op, reserved, ENOKEY, OK, OK, HMACDEV_RIGHT_SIGN,	\
	  .pure = true, .replies = true,				\
	  .out = { FIELD(op, status) },					\
	  .masks = { MASK(op, op, HMACDEV_OP_SIGN),			\
		     MASK(op, reserved, 0) },				\
	  .addrs = { FIELD(op, msg), FIELD(op, tag) }, MAKES_TAG(op))	\
	X(batch, BATCH, batch, reserved, ENOKEY, OK, OK, 0,		\
	  .pure = true,							\
	  .masks = { MASK(batch, flags, 0), MASK(batch, reserved, 0) },	\
	  .addrs = { FIELD(batch, ops) })				\
	X(derive, DERIVE, derive, rights, ENOKEY, OK, OK,		\
	  HMACDEV_RIGHT_DERIVE, .pure = true, .gives_fd = true,		\
	  .masks = { MASK(derive, flags, 0), MASK(derive, reserved, 0),	\
		     MASK(derive, rights, HMACDEV_RIGHTS_SIGNER) },	\
	  .addrs = { FIELD(derive, msg) }, .alg_name = FIELD(derive, alg)) \
	X(oneshot, ONESHOT, oneshot, flags, OK, OK, OK, 0,		\
	  .pure = true, .replies = true,				\
	  .masks = { MASK(oneshot, flags, 0) },				\
	  .addrs = { FIELD(oneshot, key), FIELD(oneshot, msg),		\
		     FIELD(oneshot, tag) },				\
	  .alg_name = FIELD(oneshot, alg), MAKES_TAG(oneshot))

/* The places in the table: CALL_ALG and so on */
#define CALL_PLACE(_name, _NAME, ...)	CALL_##_NAME,
enum { EACH_CALL(CALL_PLACE) NR_CALLS };

/*
 * uapi_ioctls.h is generated: it has IOCTL(NAME) for each HMACDEV_IOC_NAME of
 * <linux/hmacdev.h>. One that the table lacks does not compile.
 */
#define IOCTL(_NAME)	+ (_IOC_NR(HMACDEV_IOC_##_NAME) == CALL_##_NAME)
_Static_assert((0
#include "uapi_ioctls.h"
	) == NR_CALLS, "EACH_CALL() is not in the order of the numbers");

/* @bytes are more than any struct has. */
union call_arg {
	struct hmacdev_alg alg;
	struct hmacdev_new new;
	struct hmacdev_update update;
	struct hmacdev_tag tag;
	struct hmacdev_reset reset;
	struct hmacdev_copy copy;
	struct hmacdev_restrict restrict_;
	struct hmacdev_info info;
	struct hmacdev_op mac;
	struct hmacdev_batch batch;
	struct hmacdev_derive derive;
	struct hmacdev_oneshot oneshot;
	__u8 bytes[256];
};

#define CALL_FITS(_name, _NAME, ...)					\
	_Static_assert(_IOC_SIZE(HMACDEV_IOC_##_NAME) <			\
		       sizeof(union call_arg), #_NAME);
EACH_CALL(CALL_FITS)

#endif /* _HMACDEV_IOCTLS_H */
