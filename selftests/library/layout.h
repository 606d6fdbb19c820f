/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sizes, offsets and values of <linux/hmacdev.h> in version 1, which are
 * the same for 32-bit and 64-bit callers. The test is that this file compiles.
 * It needs no C library, so that -m32 -fsyntax-only works everywhere.
 *
 * Fields may be added at the end; then the size changes, and nothing else.
 */
#ifndef _HMACDEV_LAYOUT_H
#define _HMACDEV_LAYOUT_H

#include <stddef.h>
#include <linux/hmacdev.h>

#define SIZE(type, size)						\
	_Static_assert(sizeof(struct type) == (size), #type)
#define AT(type, field, offset)						\
	_Static_assert(offsetof(struct type, field) == (offset),	\
		       #type "." #field)
#define NUMBER(name, nr, type)						\
	_Static_assert((HMACDEV_IOC_##name) ==				\
		       _IOC(_IOC_READ | _IOC_WRITE, 0xc8, nr,		\
			    sizeof(struct type)), #name)
#define VALUE(name, value)						\
	_Static_assert((HMACDEV_##name) == (value), #name)

SIZE(hmacdev_alg, 56);
AT(hmacdev_alg, flags, 0);
AT(hmacdev_alg, index, 4);
AT(hmacdev_alg, name, 8);
AT(hmacdev_alg, digest_size, 40);
AT(hmacdev_alg, block_size, 44);
AT(hmacdev_alg, traits, 48);
AT(hmacdev_alg, reserved, 52);
NUMBER(ALG, 0, hmacdev_alg);

SIZE(hmacdev_new, 72);
AT(hmacdev_new, alg, 0);
AT(hmacdev_new, flags, 32);
AT(hmacdev_new, source, 36);
AT(hmacdev_new, key, 40);
AT(hmacdev_new, key_len, 48);
AT(hmacdev_new, serial, 56);
AT(hmacdev_new, tag_len, 60);
AT(hmacdev_new, rights, 64);
AT(hmacdev_new, reserved, 68);
NUMBER(NEW, 1, hmacdev_new);

SIZE(hmacdev_update, 24);
AT(hmacdev_update, flags, 0);
AT(hmacdev_update, reserved, 4);
AT(hmacdev_update, msg, 8);
AT(hmacdev_update, len, 16);
NUMBER(UPDATE, 2, hmacdev_update);

SIZE(hmacdev_tag, 16);
AT(hmacdev_tag, tag, 0);
AT(hmacdev_tag, tag_len, 8);
AT(hmacdev_tag, flags, 12);
NUMBER(DIGEST, 3, hmacdev_tag);
NUMBER(FINALIZE, 4, hmacdev_tag);
NUMBER(VERIFY, 5, hmacdev_tag);

SIZE(hmacdev_reset, 8);
AT(hmacdev_reset, flags, 0);
AT(hmacdev_reset, reserved, 4);
NUMBER(RESET, 6, hmacdev_reset);

SIZE(hmacdev_copy, 8);
AT(hmacdev_copy, flags, 0);
AT(hmacdev_copy, rights, 4);
NUMBER(COPY, 7, hmacdev_copy);

SIZE(hmacdev_restrict, 8);
AT(hmacdev_restrict, flags, 0);
AT(hmacdev_restrict, rights, 4);
NUMBER(RESTRICT, 8, hmacdev_restrict);

SIZE(hmacdev_info, 80);
AT(hmacdev_info, flags, 0);
AT(hmacdev_info, state, 4);
AT(hmacdev_info, rights, 8);
AT(hmacdev_info, known_rights, 12);
AT(hmacdev_info, tag_len, 16);
AT(hmacdev_info, digest_size, 20);
AT(hmacdev_info, block_size, 24);
AT(hmacdev_info, reserved, 28);
AT(hmacdev_info, bytes, 32);
AT(hmacdev_info, features, 40);
AT(hmacdev_info, alg, 48);
NUMBER(INFO, 9, hmacdev_info);

SIZE(hmacdev_op, 40);
AT(hmacdev_op, msg, 0);
AT(hmacdev_op, len, 8);
AT(hmacdev_op, tag, 16);
AT(hmacdev_op, tag_len, 24);
AT(hmacdev_op, op, 28);
AT(hmacdev_op, status, 32);
AT(hmacdev_op, reserved, 36);
NUMBER(MAC, 10, hmacdev_op);

SIZE(hmacdev_batch, 24);
AT(hmacdev_batch, ops, 0);
AT(hmacdev_batch, count, 8);
AT(hmacdev_batch, flags, 12);
AT(hmacdev_batch, op_size, 16);
AT(hmacdev_batch, reserved, 20);
NUMBER(BATCH, 11, hmacdev_batch);

SIZE(hmacdev_derive, 64);
AT(hmacdev_derive, alg, 0);
AT(hmacdev_derive, flags, 32);
AT(hmacdev_derive, reserved, 36);
AT(hmacdev_derive, msg, 40);
AT(hmacdev_derive, len, 48);
AT(hmacdev_derive, tag_len, 56);
AT(hmacdev_derive, rights, 60);
NUMBER(DERIVE, 12, hmacdev_derive);

SIZE(hmacdev_oneshot, 80);
AT(hmacdev_oneshot, alg, 0);
AT(hmacdev_oneshot, key, 32);
AT(hmacdev_oneshot, key_len, 40);
AT(hmacdev_oneshot, msg, 48);
AT(hmacdev_oneshot, len, 56);
AT(hmacdev_oneshot, tag, 64);
AT(hmacdev_oneshot, tag_len, 72);
AT(hmacdev_oneshot, flags, 76);
NUMBER(ONESHOT, 13, hmacdev_oneshot);

VALUE(RIGHT_SIGN, 0x1);
VALUE(RIGHT_VERIFY, 0x2);
VALUE(RIGHT_COPY, 0x4);
VALUE(RIGHT_DERIVE, 0x8);
VALUE(RIGHTS_SIGNER, 0x7);
VALUE(RIGHTS_DERIVER, 0xc);
VALUE(STATE_UNKEYED, 0);
VALUE(STATE_ACTIVE, 1);
VALUE(STATE_FINALIZED, 2);
VALUE(KEY_BYTES, 0);
VALUE(KEY_KEYRING, 1);
VALUE(KEY_RANDOM, 2);
VALUE(ALG_BY_NAME, 0x1);
VALUE(ALG_AVAILABLE, 0x1);
VALUE(ALG_FIPS, 0x2);
VALUE(ALG_UNTRIED, 0x4);
VALUE(COPY_FRESH, 0x1);
VALUE(OP_SIGN, 1);
VALUE(OP_VERIFY, 2);
VALUE(MSG_MAX, 0x7ffff000);
VALUE(KEY_MAX, 65536);
VALUE(TAG_MIN, 10);
VALUE(TAG_MAX, 64);
VALUE(BATCH_MAX, 1024);
VALUE(OP_SIZE_MAX, 4096);
VALUE(NAME_LEN, 32);

#undef SIZE
#undef AT
#undef NUMBER
#undef VALUE

#endif /* _HMACDEV_LAYOUT_H */
