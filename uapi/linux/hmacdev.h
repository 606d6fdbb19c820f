/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * HMAC (RFC 2104) by the kernel, on an open file: /dev/hmac.
 */
#ifndef _UAPI_LINUX_HMACDEV_H
#define _UAPI_LINUX_HMACDEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: The object
 *
 * An open file of /dev/hmac is one context: a key, a running message, a set of
 * rights and a state. The key is set once and never comes back out. Whoever
 * holds a descriptor may do with the key what the context's rights allow, and
 * nothing else; rights can be dropped and never regained.
 *
 * Descriptors are passed like any other: dup(2), fork(2), execve(2) and
 * SCM_RIGHTS all give a second reference to the *same* context, running message
 * included. HMACDEV_IOC_COPY makes a second context.
 */

/**
 * DOC: General ioctl format
 *
 * Every ioctl takes a pointer to the one struct that its number names. The
 * structs grow at the end only, and the size of the caller's is part of the
 * number, _IOC_SIZE():
 *
 *  - A struct smaller than ours is that of an older caller: what it does not
 *    have reads as zero, and a reply is cut to what it has room for. Below the
 *    size that the first version had: EINVAL.
 *  - A struct larger than ours is that of a newer caller: what we do not know
 *    must be zero, else E2BIG, and is left untouched.
 *
 * So zero in a field that is added later will always mean what the interface
 * did before. Fields and flags that have no meaning yet must be zero, else
 * EINVAL. Fields marked "out" are written by a call that succeeds (or where it
 * is said so) and are ignored on the way in. The layout is the same for 32-bit
 * and 64-bit callers; pointers travel as 64 bits, zero-extended.
 *
 * Sizes are in bytes. Every buffer comes with its size, and a buffer of size
 * zero is never touched, so that its address may be NULL.
 *
 * Every call is all or nothing: one that fails leaves the context exactly as it
 * was. HMACDEV_IOC_VERIFY's EBADMSG is an answer and not a failure.
 *
 * A call may sleep and touches only the caller's memory that it names. It ends
 * early, with EINTR, only when the caller is being killed. Two make way for
 * other signals, too: BATCH between two entries, and NEW while the key that it
 * is to use is still being made.
 */

/**
 * DOC: States
 *
 * ::
 *
 *                     UNKEYED     ACTIVE                  FINALIZED
 *   ALG, INFO         yes         yes                     yes
 *   ONESHOT           yes         yes                     yes
 *   NEW               -> ACTIVE   EBUSY                   EBUSY
 *   UPDATE, write     ENOKEY      yes                     EBADFD
 *   DIGEST, COPY      ENOKEY      yes                     EBADFD
 *   FINALIZE          ENOKEY      -> FINALIZED            EBADFD
 *   VERIFY            ENOKEY      -> FINALIZED            EBADFD
 *   RESET             ENOKEY      ACTIVE, no bytes        -> ACTIVE, no bytes
 *   RESTRICT          ENOKEY      yes                     yes
 *   MAC, BATCH        ENOKEY      yes                     yes
 *   DERIVE            ENOKEY      yes                     yes
 */

/**
 * DOC: Errors
 *
 * ::
 *
 *   ENOTTY       not an ioctl of this device
 *   E2BIG        the struct carries something that this kernel does not know
 *   EINVAL       a size, flag, mask, name or reserved field that no kernel
 *                would take
 *   EFAULT       a struct or buffer is not in the caller's memory
 *   ENOENT       no such algorithm here: unknown, not in this kernel, or not
 *                allowed by the administrator or by FIPS mode
 *   ENOKEY       the context has no key yet; NEW: there is no such key
 *   EBUSY        the context has a key already
 *   EPERM        the context does not have the right that the call needs
 *   EBADFD       the context is finalized
 *   EMSGSIZE     the buffer is too small for the tag; tag_len says
 *                which size it takes
 *   EBADMSG      the tag is not the right one
 *   EACCES       NEW: the key may not be searched; open: not O_RDWR
 *   EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED
 *                NEW: the key in the keyring is in that state
 *   ENOPROTOOPT  NEW: a key of that type cannot be used here
 *   ENFILE       as many contexts as the administrator allows, or open files as
 *                the system does
 *   EMFILE       no descriptor left in the process
 *   ENOMEM       no memory, here or in the cgroup's budget
 *   EINTR        the caller is being killed
 *
 * Where several hold, the first of these is told: struct and its fields, key,
 * right, state, buffers. What NEW and DERIVE are to make a key of - algorithm,
 * tag_len, source and what goes with it - comes after the state.
 */

/** define HMACDEV_NAME_LEN - room for an algorithm's name, with its NUL */
#define HMACDEV_NAME_LEN	32
/** define HMACDEV_KEY_MAX - the longest key that NEW and ONESHOT take */
#define HMACDEV_KEY_MAX		65536
/** define HMACDEV_MSG_MAX - the most message bytes that one call takes */
#define HMACDEV_MSG_MAX		0x80000000ULL
/** define HMACDEV_TAG_MIN - the shortest tag: 80 bits, as RFC 2104 allows */
#define HMACDEV_TAG_MIN		10
/** define HMACDEV_TAG_MAX - the longest digest of any algorithm */
#define HMACDEV_TAG_MAX		64
/** define HMACDEV_BATCH_MAX - the most operations that one BATCH takes */
#define HMACDEV_BATCH_MAX	1024

/*
 * Rights. A mask is always explicit: no value means more than it says, and bits
 * beyond HMACDEV_RIGHT_ALL are refused.
 */
/** define HMACDEV_RIGHT_SIGN - make tags: DIGEST, FINALIZE, MAC, BATCH */
#define HMACDEV_RIGHT_SIGN	0x1
/** define HMACDEV_RIGHT_VERIFY - check tags: VERIFY, MAC, BATCH */
#define HMACDEV_RIGHT_VERIFY	0x2
/** define HMACDEV_RIGHT_COPY - make another context with the key: COPY */
#define HMACDEV_RIGHT_COPY	0x4
/** define HMACDEV_RIGHT_DERIVE - make another key from the key: DERIVE */
#define HMACDEV_RIGHT_DERIVE	0x8
/** define HMACDEV_RIGHT_ALL - every right there is */
#define HMACDEV_RIGHT_ALL	(HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_VERIFY | \
				 HMACDEV_RIGHT_COPY | HMACDEV_RIGHT_DERIVE)

/**
 * enum hmacdev_state - what a context can do next
 * @HMACDEV_STATE_UNKEYED: nothing but NEW
 * @HMACDEV_STATE_ACTIVE: takes message bytes
 * @HMACDEV_STATE_FINALIZED: its tag was made or checked; RESET starts anew
 */
enum hmacdev_state {
	HMACDEV_STATE_UNKEYED,
	HMACDEV_STATE_ACTIVE,
	HMACDEV_STATE_FINALIZED,
};

/**
 * enum hmacdev_key_source - where the key of a new context comes from
 * @HMACDEV_KEY_BYTES: from the caller's memory
 * @HMACDEV_KEY_KEYRING: from a key of the kernel's keyrings
 * @HMACDEV_KEY_RANDOM: from the kernel's random number generator
 */
enum hmacdev_key_source {
	HMACDEV_KEY_BYTES,
	HMACDEV_KEY_KEYRING,
	HMACDEV_KEY_RANDOM,
};

/* hmacdev_alg.flags */
/** define HMACDEV_ALG_BY_NAME - look the algorithm up by name, not by index */
#define HMACDEV_ALG_BY_NAME	0x1

/* hmacdev_alg.traits */
/** define HMACDEV_ALG_AVAILABLE - NEW will take it, here and now */
#define HMACDEV_ALG_AVAILABLE	0x1
/** define HMACDEV_ALG_FIPS - approved by FIPS 180-4 or FIPS 202 for HMAC */
#define HMACDEV_ALG_FIPS	0x2

/**
 * struct hmacdev_alg - HMACDEV_IOC_ALG: describe an algorithm
 * @flags: 0 to ask by @index, HMACDEV_ALG_BY_NAME to ask by @name
 * @index: in: from 0, without a gap; out: the index of the one found
 * @name: in: any spelling that NEW takes, NUL-terminated; out: the canonical
 *	name
 * @digest_size: out: size of the full tag
 * @block_size: out: size of the hash's block; a longer key is hashed first
 * @traits: out: mask of HMACDEV_ALG_AVAILABLE, HMACDEV_ALG_FIPS
 * @reserved: must be 0
 *
 * The list is closed and the same in every kernel; which of it the kernel has
 * is told by @traits. The canonical names are sha256, sha384, sha512, sha1,
 * sha224, sha3-256, sha3-384, sha3-512, sha3-224, md5, sm3, rmd160,
 * streebog256 and streebog512. Case does not count, "_" reads as "-", and
 * "sha-256", "hmac(sha256)", "hmac-sha256" and "ripemd160" read as one expects.
 *
 * Errors: EINVAL for a name without a NUL; ENOENT past the last index or for an
 * unknown name.
 */
struct hmacdev_alg {
	__u32 flags;
	__u32 index;
	char name[HMACDEV_NAME_LEN];
	__u32 digest_size;
	__u32 block_size;
	__u32 traits;
	__u32 reserved;
};

/**
 * struct hmacdev_new - HMACDEV_IOC_NEW: key the context
 * @alg: name of the algorithm, NUL-terminated
 * @flags: must be 0
 * @source: one of enum hmacdev_key_source
 * @key: BYTES: address of the key; else 0
 * @key_len: BYTES: size of the key, 0 to HMACDEV_KEY_MAX; RANDOM: size of the
 *	key, 0 for the digest size; KEYRING: 0
 * @serial: KEYRING: serial number of the key; else 0
 * @tag_len: size of every tag that the context, its copies and its batches make
 *	or check: HMACDEV_TAG_MIN to the digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*
 * @reserved: must be 0
 *
 * Once only; the key is the context's until it is closed.
 *
 * From a keyring: a key of the types "user", "logon", "encrypted" or "trusted"
 * that the caller may search, for which root has no privilege. Its payload is
 * copied under the key's lock when NEW is called. What happens to the key later
 * - expiry, revocation, an update, unlinking - does not reach a context that
 * has been keyed: like an open file whose mode changes, it stays what it was
 * when permission was checked. Whoever revokes a key closes the contexts, too.
 *
 * Errors: EBUSY; ENOENT for an unknown, absent or forbidden algorithm; EINVAL
 * for a source, size, serial, mask or name that is none (in FIPS mode: for a
 * key below 112 bits); for KEYRING: ENOKEY, EACCES, EKEYEXPIRED, EKEYREVOKED,
 * EKEYREJECTED, ENOPROTOOPT.
 */
struct hmacdev_new {
	char alg[HMACDEV_NAME_LEN];
	__u32 flags;
	__u32 source;
	__aligned_u64 key;
	__aligned_u64 key_len;
	__s32 serial;
	__u32 tag_len;
	__u32 rights;
	__u32 reserved;
};

/**
 * struct hmacdev_update - HMACDEV_IOC_UPDATE: append to the message
 * @flags: must be 0
 * @reserved: must be 0
 * @msg: address of the bytes
 * @len: how many, 0 to HMACDEV_MSG_MAX; longer messages take more calls
 *
 * The bytes of one call are appended in one piece, whatever other threads do.
 * write(2), writev(2), splice(2) and sendfile(2) to the descriptor append, too;
 * they may take a part only and say how much.
 *
 * Errors: EINVAL for @len; ENOKEY; EBADFD; EFAULT; ENOMEM; EINTR.
 */
struct hmacdev_update {
	__u32 flags;
	__u32 reserved;
	__aligned_u64 msg;
	__aligned_u64 len;
};

/**
 * struct hmacdev_tag - HMACDEV_IOC_DIGEST, _FINALIZE and _VERIFY
 * @tag: address of the tag
 * @tag_len: DIGEST, FINALIZE: in: size of the buffer; out: of the tag, with
 *	EMSGSIZE too. VERIFY: size of the tag
 * @flags: must be 0
 *
 * DIGEST writes the tag of the message so far and goes on. FINALIZE writes it
 * and finalizes the context. VERIFY finalizes the context and says, in time
 * that does not depend on the bytes, whether @tag is the tag.
 *
 * VERIFY says EBADMSG for every tag that is not the right one, one of another
 * size included, and finalizes the context with that, too: one message, one
 * guess.
 *
 * Errors: ENOKEY; EPERM without SIGN (VERIFY: without VERIFY); EBADFD;
 * EMSGSIZE; EBADMSG; EFAULT; EINTR.
 */
struct hmacdev_tag {
	__aligned_u64 tag;
	__u32 tag_len;
	__u32 flags;
};

/**
 * struct hmacdev_reset - HMACDEV_IOC_RESET: start a new message
 * @flags: must be 0
 * @reserved: must be 0
 *
 * The same key, tag length and rights, and no bytes.
 *
 * Errors: ENOKEY; EINTR.
 */
struct hmacdev_reset {
	__u32 flags;
	__u32 reserved;
};

/**
 * struct hmacdev_copy - HMACDEV_IOC_COPY: make a second context
 * @flags: must be 0
 * @rights: mask of HMACDEV_RIGHT_* to keep, of those the context has
 *
 * The same key, tag length and message so far. Returns a new descriptor, which
 * is always close-on-exec.
 *
 * Errors: EINVAL for an unknown right; ENOKEY; EPERM without COPY; EBADFD;
 * EMFILE; ENFILE; ENOMEM; EINTR.
 */
struct hmacdev_copy {
	__u32 flags;
	__u32 rights;
};

/**
 * struct hmacdev_restrict - HMACDEV_IOC_RESTRICT: drop rights
 * @flags: must be 0
 * @rights: mask of HMACDEV_RIGHT_* to keep, of those the context has
 *
 * For good, and for everyone who holds the context. A call that has begun in
 * another thread may end with the rights it began with.
 *
 * Errors: EINVAL for an unknown right; ENOKEY.
 */
struct hmacdev_restrict {
	__u32 flags;
	__u32 rights;
};

/**
 * struct hmacdev_info - HMACDEV_IOC_INFO: describe the context
 * @flags: must be 0
 * @state: out: one of enum hmacdev_state
 * @rights: out: mask of HMACDEV_RIGHT_*
 * @tag_len: out: size of every tag
 * @digest_size: out: size of the hash's digest
 * @block_size: out: size of the hash's block
 * @bytes: out: size of the message so far; FINALIZE and VERIFY leave it
 * @alg: out: canonical name of the algorithm
 *
 * All of it is 0 but for @state in an unkeyed context.
 *
 * Errors: EINTR.
 */
struct hmacdev_info {
	__u32 flags;
	__u32 state;
	__u32 rights;
	__u32 tag_len;
	__u32 digest_size;
	__u32 block_size;
	__aligned_u64 bytes;
	char alg[HMACDEV_NAME_LEN];
};

/* hmacdev_op.op: the right that the operation needs */
/** define HMACDEV_OP_SIGN - make the tag of a message */
#define HMACDEV_OP_SIGN		HMACDEV_RIGHT_SIGN
/** define HMACDEV_OP_VERIFY - check the tag of a message */
#define HMACDEV_OP_VERIFY	HMACDEV_RIGHT_VERIFY

/**
 * struct hmacdev_op - HMACDEV_IOC_MAC: one whole message; an entry of BATCH
 * @msg: address of the message
 * @len: its size, 0 to HMACDEV_MSG_MAX
 * @tag: address of the tag
 * @tag_len: SIGN: in: size of the buffer; out: of the tag, with EMSGSIZE too.
 *	VERIFY: size of the tag
 * @op: HMACDEV_OP_SIGN or HMACDEV_OP_VERIFY
 * @status: BATCH: out: 0 or a negative errno of MAC; MAC: not used
 * @reserved: must be 0
 *
 * The running message is neither touched nor waited for: calls with one
 * descriptor run side by side.
 *
 * Errors: EINVAL for @len, @op or @reserved; ENOKEY; EPERM without SIGN or
 * VERIFY, as @op needs; EMSGSIZE; EBADMSG for a tag that is not the right one,
 * one of another size included; EFAULT; ENOMEM; EINTR.
 */
struct hmacdev_op {
	__aligned_u64 msg;
	__aligned_u64 len;
	__aligned_u64 tag;
	__u32 tag_len;
	__u32 op;
	__s32 status;
	__u32 reserved;
};

/**
 * struct hmacdev_batch - HMACDEV_IOC_BATCH: many messages, each for itself
 * @ops: address of an array of struct hmacdev_op
 * @count: how many entries it has, 0 to HMACDEV_BATCH_MAX
 * @flags: must be 0
 *
 * Signs and verifies may be mixed. The entries are done in their order, and the
 * failure of one is told in its @status alone.
 *
 * Returns how many were done. That is fewer than @count where a signal came in
 * between, or where an entry cannot be read or written. The entries behind are
 * as they were; one whose @status could not be written may have its tag.
 *
 * Errors, if none was done: EINVAL for @count or @flags; ENOKEY; EFAULT for the
 * array.
 */
struct hmacdev_batch {
	__aligned_u64 ops;
	__u32 count;
	__u32 flags;
};

/**
 * struct hmacdev_derive - HMACDEV_IOC_DERIVE: make a context keyed with a tag
 * @alg: name of the new context's algorithm, NUL-terminated
 * @flags: must be 0
 * @reserved: must be 0
 * @msg: address of the message
 * @len: its size, 0 to HMACDEV_MSG_MAX
 * @tag_len: as in struct hmacdev_new
 * @rights: mask of HMACDEV_RIGHT_*
 *
 * The new key is the full digest of the message under our key, whatever our tag
 * length, and is never in the caller's memory. It is another key, so what may
 * be done with it is what is asked for here: DERIVE is the right to make
 * subkeys.
 * The running message is neither touched nor waited for. Returns a new
 * descriptor, which is always close-on-exec.
 *
 * Errors: those of NEW for @alg, @tag_len and @rights; EINVAL for @len; ENOKEY;
 * EPERM without DERIVE; EFAULT; EMFILE; ENFILE; ENOMEM; EINTR.
 */
struct hmacdev_derive {
	char alg[HMACDEV_NAME_LEN];
	__u32 flags;
	__u32 reserved;
	__aligned_u64 msg;
	__aligned_u64 len;
	__u32 tag_len;
	__u32 rights;
};

/**
 * struct hmacdev_oneshot - HMACDEV_IOC_ONESHOT: a tag from a key and a message
 * @alg: name of the algorithm, NUL-terminated
 * @key: address of the key
 * @key_len: its size, 0 to HMACDEV_KEY_MAX
 * @msg: address of the message
 * @len: its size, 0 to HMACDEV_MSG_MAX
 * @tag: address of the buffer for the full tag
 * @tag_len: in: size of the buffer; out: of the tag, with EMSGSIZE too
 * @flags: must be 0
 *
 * The context is neither used nor changed, and nothing is kept.
 *
 * Errors: EINVAL; ENOENT; EMSGSIZE; EFAULT; ENOMEM; EINTR.
 */
struct hmacdev_oneshot {
	char alg[HMACDEV_NAME_LEN];
	__aligned_u64 key;
	__aligned_u64 key_len;
	__aligned_u64 msg;
	__aligned_u64 len;
	__aligned_u64 tag;
	__u32 tag_len;
	__u32 flags;
};

/* 0xc8 is not taken in Documentation/userspace-api/ioctl/ioctl-number.rst */
#define HMACDEV_IOC_TYPE	0xc8

#define HMACDEV_IOC_ALG		_IOWR(HMACDEV_IOC_TYPE, 0, struct hmacdev_alg)
#define HMACDEV_IOC_NEW		_IOW(HMACDEV_IOC_TYPE, 1, struct hmacdev_new)
#define HMACDEV_IOC_UPDATE	_IOW(HMACDEV_IOC_TYPE, 2, struct hmacdev_update)
#define HMACDEV_IOC_DIGEST	_IOWR(HMACDEV_IOC_TYPE, 3, struct hmacdev_tag)
#define HMACDEV_IOC_FINALIZE	_IOWR(HMACDEV_IOC_TYPE, 4, struct hmacdev_tag)
#define HMACDEV_IOC_VERIFY	_IOW(HMACDEV_IOC_TYPE, 5, struct hmacdev_tag)
#define HMACDEV_IOC_RESET	_IOW(HMACDEV_IOC_TYPE, 6, struct hmacdev_reset)
#define HMACDEV_IOC_COPY	_IOW(HMACDEV_IOC_TYPE, 7, struct hmacdev_copy)
#define HMACDEV_IOC_RESTRICT	\
	_IOW(HMACDEV_IOC_TYPE, 8, struct hmacdev_restrict)
#define HMACDEV_IOC_INFO	_IOWR(HMACDEV_IOC_TYPE, 9, struct hmacdev_info)
#define HMACDEV_IOC_MAC		_IOWR(HMACDEV_IOC_TYPE, 10, struct hmacdev_op)
#define HMACDEV_IOC_BATCH	_IOW(HMACDEV_IOC_TYPE, 11, struct hmacdev_batch)
#define HMACDEV_IOC_DERIVE	\
	_IOW(HMACDEV_IOC_TYPE, 12, struct hmacdev_derive)
#define HMACDEV_IOC_ONESHOT	\
	_IOWR(HMACDEV_IOC_TYPE, 13, struct hmacdev_oneshot)

#endif /* _UAPI_LINUX_HMACDEV_H */
