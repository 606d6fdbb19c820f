/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/hmac: the kernel holds a key and computes HMACs (RFC 2104) with it.
 */
#ifndef _UAPI_LINUX_HMACDEV_H
#define _UAPI_LINUX_HMACDEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: The object
 *
 * An open file of /dev/hmac is one context. A context has a key, a running
 * message, a set of rights and a state. The key is set once and cannot be read
 * back. Whoever holds a descriptor may use the key as the context's rights
 * allow, and in no other way. A right can be dropped, but not regained.
 *
 * Descriptors are passed like any other: dup(2), fork(2), execve(2) and
 * SCM_RIGHTS all give a second reference to the *same* context, running message
 * included. HMACDEV_IOC_COPY makes a second context.
 */

/**
 * DOC: General ioctl format
 *
 * Every ioctl takes a pointer to one struct: the one that the definition of its
 * number names. All numbers are _IOWR(), so that a reply field can be added
 * later without a change of the direction. The kernel compares type, number and
 * direction of the request, and not the size. A seccomp filter should compare
 * (cmd & 0xffff), because the size may differ. The structs grow at the end
 * only. The number contains the size of the caller's struct, _IOC_SIZE():
 *
 *  - If the caller's struct is smaller than the kernel's, the kernel reads the
 *    missing fields as zero and cuts the reply to the caller's size. A struct
 *    smaller than that of version 1 fails with EINVAL.
 *  - If the caller's struct is larger than the kernel's, the fields that the
 *    kernel does not know must be zero, else the call fails with E2BIG. The
 *    kernel does not write them.
 *
 * Zero in a field that is added later selects the old behaviour. Fields and
 * flags that have no meaning yet must be zero, else the call fails with EINVAL.
 * The kernel ignores the value that the caller leaves in a field marked "out".
 * It writes the field if the call succeeds, and on failure only where this is
 * stated. The layout is the same for 32-bit and 64-bit callers. Pointers are
 * passed as 64 bits, zero-extended. A 32-bit kernel ignores the upper half.
 *
 * Names of algorithms are padded with zeros: every byte after the NUL must be
 * zero, else the call fails with EINVAL.
 *
 * Sizes are in bytes. Every buffer is passed with its size. The kernel does not
 * access a buffer of size zero, so its address may be NULL.
 *
 * A call that fails leaves the context unchanged. EBADMSG from
 * HMACDEV_IOC_VERIFY is a result and not a failure. The one exception is EIO,
 * when the crypto API failed to hash: the context may be finalized then, and
 * RESET starts a new message. After EFAULT the content of a tag buffer is
 * unspecified.
 *
 * The kernel copies the caller's memory in chunks. It does not pin, map or
 * reference any page of it. It accesses only the memory that the call names.
 *
 * The interface can grow. HMACDEV_IOC_INFO returns which rights and features
 * the kernel knows, even for a context without a key. A right that is added
 * later applies only to operations that are added later. UPDATE, RESET,
 * RESTRICT and INFO never need a right. A later version limits them only if the
 * caller sets a flag.
 */

/**
 * DOC: Waiting
 *
 * A call may sleep. Any signal interrupts a call that waits for
 *
 *  - the running message, while another thread or process uses it;
 *  - a key in the keyring that is being made or changed;
 *  - the kernel's random number generator to be ready;
 *  - another caller's attempt to load a module, if the call needs a module.
 *
 * An interrupted call has done nothing. It is restarted if the signal has no
 * handler or a handler with SA_RESTART, else it fails with EINTR. A signal does
 * not interrupt a call that does not have to wait. A write by io_submit(2) is
 * never restarted.
 *
 * UPDATE, DIGEST and FINALIZE access the caller's memory while they hold the
 * running message. A process that shares the descriptor can delay the other
 * holders' calls for as long as such an access takes.
 *
 * Only a fatal signal interrupts a call that waits for
 *
 *  - modprobe(8): NEW and ONESHOT;
 *  - the crypto API to set up an algorithm, 60 seconds at most: NEW, ONESHOT,
 *    DERIVE and ALG.
 *
 * No signal is sure to interrupt a call that waits for
 *
 *  - its turn while the kernel loads 50 other modules, 5 seconds at most: NEW
 *    and ONESHOT;
 *  - other users of a pipe: splice(2), where the kernel itself waits. A
 *    splice(2) into a context that is in use delays the users of its pipe.
 *
 * BATCH also stops between two entries if a signal or task work is pending for
 * the thread. A call with a long message stops between two chunks if its caller
 * is being killed.
 *
 * O_NONBLOCK has no effect. INFO and /proc/PID/fdinfo take no lock and do not
 * wait for other callers. Each field is current when it is read, but the fields
 * together are not a snapshot.
 */

/**
 * DOC: Dropped rights
 *
 * Every call checks the right that it needs again after its last read of the
 * caller's memory. A call that makes this last check before
 * HMACDEV_IOC_RESTRICT completes. A call that makes it afterwards fails with
 * EPERM, however long it has been running, unless it fails with EFAULT first.
 * DIGEST, FINALIZE and COPY read no memory after their struct. They check the
 * right after they have waited for the running message.
 *
 * RESTRICT applies to one context, and so to everyone who shares the open file.
 * It does not affect contexts that COPY or DERIVE made before.
 */

/**
 * DOC: States
 *
 * The table has the result of each call in each state. "yes": the call works
 * and keeps the state. "->": the call works and changes the state. An errno:
 * the call fails with it.
 *
 * ::
 *
 *                     UNKEYED     ACTIVE                  FINALIZED
 *   ALG, INFO         yes         yes                     yes
 *   ONESHOT           yes         yes                     yes
 *   NEW               -> ACTIVE   EBUSY                   EBUSY
 *   UPDATE, write     ENOKEY      yes                     EBADFD
 *   DIGEST, COPY      ENOKEY      yes                     EBADFD
 *   COPY with FRESH   ENOKEY      yes                     yes
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
 *   E2BIG        a field that this kernel does not know is not zero, in the
 *                struct or in an entry of a batch
 *   EINVAL       a size, flag, mask, name or reserved field is invalid
 *   EFAULT       a struct or buffer is not in the caller's memory
 *   ENOENT       the algorithm is unknown, not in this kernel, could not be
 *                loaded, or is not allowed by the administrator or FIPS mode
 *   ENOKEY       the context has no key yet; NEW: there is no such key
 *   EBUSY        the context already has a key
 *   EPERM        the context does not have the right that the call needs
 *   EBADFD       the context is finalized
 *   EMSGSIZE     the buffer is too small for the tag; tag_len is set to the
 *                size of the tag
 *   EBADMSG      the tag does not match
 *   EACCES       NEW: the caller may not search the key; open: the mode is not
 *                O_RDWR; COPY, DERIVE: a security module refuses the new file
 *   EKEYEXPIRED, EKEYREVOKED
 *                NEW: the key in the keyring has expired, or was revoked
 *   EKEYREJECTED NEW: the key in the keyring was rejected when it was made, or
 *                its description does not begin with "hmac:"
 *   EOPNOTSUPP   NEW: a key of this type cannot be used
 *   EDQUOT       the user has reached the limit of contexts for one user
 *   ENFILE       the limit of all contexts, or of the system's open files, is
 *                reached
 *   EMFILE       the process has reached its limit of descriptors
 *   ENOMEM       the system or the caller's cgroup is out of memory
 *   EAGAIN       write: the caller asked not to wait (RWF_NOWAIT)
 *   EIO          the crypto API failed to hash; software implementations never
 *                fail. NEW: the key in the keyring has no payload yet
 *   EINTR        a signal interrupted a wait, and the call has done nothing; or
 *                the caller is being killed
 *
 * If several errors apply, the call returns the first in this order: struct and
 * its fields, key, right, state, buffers, limits. NEW, DERIVE and ONESHOT check
 * the fields that describe the new key (algorithm, tag_len, source, key,
 * key_len and serial) after the state.
 *
 * Every call can also return EINVAL and EFAULT for its struct. Every call that
 * hashes can return EIO and ENOMEM. The lists below need not repeat these.
 */

/** define HMACDEV_NAME_LEN - size of a name field, including the NUL */
#define HMACDEV_NAME_LEN	32
/** define HMACDEV_KEY_MAX - size of the longest key for NEW and ONESHOT */
#define HMACDEV_KEY_MAX		65536
/** define HMACDEV_MSG_MAX - size of the longest message for one call */
#define HMACDEV_MSG_MAX		0x7ffff000ULL
/** define HMACDEV_TAG_MIN - size of the shortest tag: 80 bits, see RFC 2104 */
#define HMACDEV_TAG_MIN		10
/** define HMACDEV_TAG_MAX - size of the longest digest of any algorithm */
#define HMACDEV_TAG_MAX		64
/** define HMACDEV_BATCH_MAX - number of entries that one BATCH can have */
#define HMACDEV_BATCH_MAX	1024
/** define HMACDEV_OP_SIZE_MAX - size of the largest entry of a BATCH */
#define HMACDEV_OP_SIZE_MAX	4096

/*
 * Rights. A mask grants the bits that are set in it, and 0 grants none. NEW and
 * DERIVE refuse bits that the kernel does not know. RESTRICT and COPY only
 * remove rights, so they accept any bits; ~0U keeps all rights.
 *
 * A context either signs or derives: NEW and DERIVE refuse a mask with both
 * SIGN and DERIVE. A derived key is a tag, so whoever may sign with a key can
 * compute every key that is derived from it (NIST SP 800-57 part 1, 5.2: one
 * key, one purpose). The kernel checks this for one context only. Whoever holds
 * two contexts with the same key has the rights of both.
 */
/** define HMACDEV_RIGHT_SIGN - make tags: DIGEST, FINALIZE, MAC, BATCH */
#define HMACDEV_RIGHT_SIGN	0x1
/** define HMACDEV_RIGHT_VERIFY - check tags: VERIFY, MAC, BATCH */
#define HMACDEV_RIGHT_VERIFY	0x2
/** define HMACDEV_RIGHT_COPY - make another context with the key: COPY */
#define HMACDEV_RIGHT_COPY	0x4
/** define HMACDEV_RIGHT_DERIVE - make another key from the key: DERIVE */
#define HMACDEV_RIGHT_DERIVE	0x8
/** define HMACDEV_RIGHTS_SIGNER - the usual rights of a context that signs */
#define HMACDEV_RIGHTS_SIGNER	(HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_VERIFY | \
				 HMACDEV_RIGHT_COPY)
/** define HMACDEV_RIGHTS_DERIVER - usual rights of a context that derives */
#define HMACDEV_RIGHTS_DERIVER	(HMACDEV_RIGHT_DERIVE | HMACDEV_RIGHT_COPY)

/**
 * enum hmacdev_state - what a context can do next
 * @HMACDEV_STATE_UNKEYED: no key yet; only NEW, ALG, INFO and ONESHOT work
 * @HMACDEV_STATE_ACTIVE: the running message can be appended to
 * @HMACDEV_STATE_FINALIZED: the tag of the running message was made or checked;
 *	RESET starts a new message
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
/** define HMACDEV_ALG_AVAILABLE - the kernel has the hash now */
#define HMACDEV_ALG_AVAILABLE	0x1
/** define HMACDEV_ALG_FIPS - approved for HMAC: a hash of FIPS 180-4 or 202 */
#define HMACDEV_ALG_FIPS	0x2
/** define HMACDEV_ALG_UNTRIED - no hash now; NEW and ONESHOT may load it */
#define HMACDEV_ALG_UNTRIED	0x4

/**
 * struct hmacdev_alg - HMACDEV_IOC_ALG: describe an algorithm
 * @flags: 0 to select by @index, HMACDEV_ALG_BY_NAME to select by @name
 * @index: the algorithms are numbered from 0 without gaps; must be 0 with
 *	HMACDEV_ALG_BY_NAME
 * @name: in: any spelling that NEW takes, zero-padded; out: the canonical name
 * @digest_size: out: size of the full tag
 * @block_size: out: size of the hash's block; a longer key is hashed first
 * @traits: out: mask of HMACDEV_ALG_*; never both AVAILABLE and UNTRIED
 * @reserved: must be 0
 *
 * The list of algorithms is fixed in the module. A later version may add one
 * anywhere, so an index identifies an algorithm only while the module stays
 * loaded. The canonical names are sha256, sha384, sha512, sha1, sha224,
 * sha3-256, sha3-384, sha3-512, sha3-224, md5, sm3, rmd160, streebog256 and
 * streebog512. Case is ignored, and "_" is the same as "-". A name may have the
 * form "hmac(sha256)" or "hmac-sha256". "sha-256" and "ripemd160" are aliases
 * of sha256 and rmd160, and the other SHA-1 and SHA-2 hashes have one like
 * "sha-256".
 *
 * ALG loads no module. NEW and ONESHOT try to load the module of a hash that
 * the kernel does not have. They try once for each algorithm while the hmacdev
 * module is loaded: after modprobe(8) ran and the hash is still missing, they
 * do not run it again. They use the hash if it is registered later. If the
 * caller is killed while modprobe(8) runs, others get ENOENT until the module
 * is there. Before Linux 6.4, such an attempt does not count.
 *
 * Errors: EINVAL for a name that has no NUL or is not padded with zeros; ENOENT
 * past the last index or for an unknown name.
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
 * @alg: name of the algorithm, zero-padded
 * @flags: must be 0
 * @source: one of enum hmacdev_key_source
 * @key: BYTES: address of the key; otherwise 0
 * @key_len: BYTES: size of the key, 0 to HMACDEV_KEY_MAX; RANDOM: size of the
 *	key, 0 for the digest size; KEYRING: 0
 * @serial: KEYRING: serial number of the key, above 0; otherwise 0
 * @tag_len: size of every tag that the context, its copies and its batches make
 *	or check: HMACDEV_TAG_MIN to the digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*, not SIGN and DERIVE together
 * @reserved: must be 0
 *
 * A context can be keyed once. It keeps its key until it is closed.
 *
 * RANDOM waits until the kernel's random number generator is ready.
 *
 * KEYRING takes a key of the type "user", "logon", "encrypted" or "trusted".
 * The caller must be allowed to search the key; root gets no exemption. The
 * description of a "logon", "encrypted" or "trusted" key must begin with
 * "hmac:". Otherwise whoever may open the device could use a key that was meant
 * for something else, such as a disk or a file server, as a MAC key. The prefix
 * does not protect an encrypted key from a user who can read its blob and use
 * its master key: that user can load it again with another description.
 *
 * The kernel copies the payload when NEW is called, under the key's lock. A
 * later change of the key (expiry, revocation, update, unlinking) does not
 * affect a context that is already keyed, as a change of a file's mode does not
 * affect open files. To stop all use of a key, revoke it and close the
 * contexts. The kernel looks the key up first (ENOKEY, EACCES, its state). Then
 * it checks type, description, state again and length, in this order.
 *
 * Errors: EBUSY; ENOENT for an unknown, missing or forbidden algorithm; EINVAL
 * for an invalid source, size, serial number, mask or name (in FIPS mode: for a
 * key below 112 bits); EFAULT for the key; for KEYRING: ENOKEY, EACCES,
 * EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED, EOPNOTSUPP, or the error with which
 * request-key(8) rejected the key; EINTR.
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
 * @len: number of bytes, 0 to HMACDEV_MSG_MAX; append a longer message with
 *	several calls
 *
 * The bytes of one call stay together in the message, whatever other threads
 * append. write(2), writev(2), splice(2) and sendfile(2) to the descriptor also
 * append. They may append only a part, and return how many bytes they appended.
 * sendfile(2) and splice(2) append in pieces, and bytes of other callers can
 * come between two pieces. A write whose caller asks not to wait (RWF_NOWAIT)
 * fails with EAGAIN, which makes io_uring use a worker.
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
 * @tag_len: DIGEST, FINALIZE: in: size of the buffer; out: size of the tag,
 *	also with EMSGSIZE. VERIFY: size of the tag
 * @flags: must be 0
 *
 * DIGEST writes the tag of the running message, which can be continued.
 * FINALIZE writes the tag and finalizes the context. VERIFY compares @tag with
 * the tag of the running message, in constant time, and finalizes the context.
 *
 * VERIFY returns EBADMSG if the tag does not match. A tag of the wrong length
 * never matches. The context is finalized in this case, too. This does not
 * limit the number of guesses: COPY, RESET, MAC and BATCH allow more.
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
 * The context keeps its key, tag length and rights. The new message is empty.
 *
 * Errors: ENOKEY; EINTR.
 */
struct hmacdev_reset {
	__u32 flags;
	__u32 reserved;
};

/* hmacdev_copy.flags */
/** define HMACDEV_COPY_FRESH - copy the key, but not the message */
#define HMACDEV_COPY_FRESH	0x1

/**
 * struct hmacdev_copy - HMACDEV_IOC_COPY: make a second context
 * @flags: 0 or HMACDEV_COPY_FRESH
 * @rights: mask of rights to keep; bits that the context does not have are
 *	ignored
 *
 * The new context has the same key, tag length and running message. With
 * HMACDEV_COPY_FRESH its message is empty. The call then neither uses the
 * running message nor waits for it, and also works on a finalized context.
 *
 * Returns a new descriptor, which is always close-on-exec. Its file has an
 * inode of its own, which security modules label and check as an anonymous
 * inode named "[hmac]".
 *
 * Errors: EINVAL for an unknown flag; ENOKEY; EPERM without COPY; EBADFD;
 * EMFILE; EDQUOT; ENFILE; EACCES; ENOMEM; EINTR.
 */
struct hmacdev_copy {
	__u32 flags;
	__u32 rights;
};

/**
 * struct hmacdev_restrict - HMACDEV_IOC_RESTRICT: drop rights
 * @flags: must be 0
 * @rights: mask of rights to keep; bits that the context does not have are
 *	ignored
 *
 * The other rights are dropped for good, for everyone who shares the open file.
 * Contexts that COPY or DERIVE made before keep their rights. A running call of
 * another thread fails with EPERM, unless it has made its last check of the
 * right; see "Dropped rights".
 *
 * Errors: ENOKEY.
 */
struct hmacdev_restrict {
	__u32 flags;
	__u32 rights;
};

/**
 * struct hmacdev_info - HMACDEV_IOC_INFO: describe the context
 * @flags: must be 0
 * @state: out: one of enum hmacdev_state
 * @rights: out: mask of HMACDEV_RIGHT_* that the context has
 * @known_rights: out: mask of the rights that this kernel knows
 * @tag_len: out: size of every tag
 * @digest_size: out: size of the hash's digest
 * @block_size: out: size of the hash's block
 * @reserved: must be 0
 * @bytes: out: size of the running message; FINALIZE and VERIFY keep it
 * @features: out: mask of the additions since version 1; 0 in version 1
 * @alg: out: canonical name of the algorithm
 *
 * For an unkeyed context every field is 0, except @known_rights and @features.
 * HMACDEV_STATE_UNKEYED is 0. INFO takes no lock and does not wait for other
 * callers.
 *
 * Errors: EINVAL; EFAULT.
 */
struct hmacdev_info {
	__u32 flags;
	__u32 state;
	__u32 rights;
	__u32 known_rights;
	__u32 tag_len;
	__u32 digest_size;
	__u32 block_size;
	__u32 reserved;
	__aligned_u64 bytes;
	__aligned_u64 features;
	char alg[HMACDEV_NAME_LEN];
};

/**
 * enum hmacdev_op_type - what an operation does; 0 is invalid
 * @HMACDEV_OP_SIGN: make the tag of a message; needs HMACDEV_RIGHT_SIGN
 * @HMACDEV_OP_VERIFY: check the tag of a message; needs HMACDEV_RIGHT_VERIFY
 */
enum hmacdev_op_type {
	HMACDEV_OP_SIGN = 1,
	HMACDEV_OP_VERIFY = 2,
};

/**
 * struct hmacdev_op - HMACDEV_IOC_MAC: one whole message; an entry of BATCH
 * @msg: address of the message
 * @len: size of the message, 0 to HMACDEV_MSG_MAX
 * @tag: address of the tag
 * @tag_len: SIGN: in: size of the buffer; out: size of the tag, also with
 *	EMSGSIZE. VERIFY: size of the tag
 * @op: one of enum hmacdev_op_type
 * @status: BATCH: out: 0 or a negative errno of MAC; MAC: ignored
 * @reserved: must be 0
 *
 * MAC neither uses the running message nor waits for it, so several calls on
 * one descriptor can run at the same time.
 *
 * Errors: EINVAL for @len, @op or @reserved; ENOKEY; EPERM without SIGN or
 * VERIFY, whichever @op needs; EMSGSIZE; EBADMSG for a tag that does not match
 * or has the wrong length; EFAULT; ENOMEM; EINTR.
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
 * struct hmacdev_batch - HMACDEV_IOC_BATCH: sign and verify many messages
 * @ops: address of an array of struct hmacdev_op
 * @count: number of entries in the array, 0 to HMACDEV_BATCH_MAX
 * @flags: must be 0
 * @op_size: size of an entry, sizeof(struct hmacdev_op) of the caller's header:
 *	a multiple of 8, from 40 to HMACDEV_OP_SIZE_MAX
 * @reserved: must be 0
 *
 * Each entry works as MAC, and the entries are processed in order. An entry
 * that fails has its errno in @status and does not stop the others. If an entry
 * is larger than the kernel's struct, the bytes beyond must be zero, else its
 * @status is -E2BIG. The kernel writes only @tag_len and @status of an entry.
 *
 * Returns the number of entries processed. It is less than @count if a signal
 * came between two entries, or if an entry could not be read or written. The
 * remaining entries are unchanged, but the tag and @tag_len of an entry whose
 * @status could not be written may have been written.
 *
 * If a right is dropped during the call, each entry that needs it and has not
 * made its last check gets the @status -EPERM. Earlier entries keep their
 * results.
 *
 * Errors, if no entry was processed: EINVAL for @count, @flags, @op_size or
 * @reserved; ENOKEY; EFAULT for the array.
 */
struct hmacdev_batch {
	__aligned_u64 ops;
	__u32 count;
	__u32 flags;
	__u32 op_size;
	__u32 reserved;
};

/**
 * struct hmacdev_derive - HMACDEV_IOC_DERIVE: make a context keyed with a tag
 * @alg: name of the new context's algorithm, zero-padded
 * @flags: must be 0
 * @reserved: must be 0
 * @msg: address of the message, which is the label of the new key
 * @len: size of the message, 0 to HMACDEV_MSG_MAX
 * @tag_len: as in struct hmacdev_new
 * @rights: mask of HMACDEV_RIGHT_*, not SIGN and DERIVE together
 *
 * The new key is the HMAC of the message with the key of this context. It has
 * the size of the full digest, whatever the tag length of this context. It is
 * never in the caller's memory. The new context has the rights in @rights,
 * which may be more than those of this context. The same label gives the same
 * key again: never use one label for a context that signs and for one that
 * derives.
 *
 * DERIVE neither uses the running message nor waits for it. It returns a new
 * descriptor, as COPY does. It loads no module, and fails with ENOENT if the
 * kernel does not have the hash at that moment.
 *
 * Errors: those of NEW for @alg, @tag_len and @rights; EINVAL for @len; ENOKEY;
 * EPERM without DERIVE; EFAULT; EMFILE; EDQUOT; ENFILE; EACCES; ENOMEM; EINTR.
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
 * @alg: name of the algorithm, zero-padded
 * @key: address of the key
 * @key_len: size of the key, 0 to HMACDEV_KEY_MAX
 * @msg: address of the message
 * @len: size of the message, 0 to HMACDEV_MSG_MAX
 * @tag: address of the buffer for the full tag
 * @tag_len: in: size of the buffer; out: size of the tag, also with EMSGSIZE
 * @flags: must be 0
 *
 * ONESHOT neither uses nor changes the context. The kernel keeps no copy of the
 * key, the message or the tag.
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

/* Documentation/userspace-api/ioctl/ioctl-number.rst does not list 0xc8. */
#define HMACDEV_IOC_TYPE	0xc8

#define HMACDEV_IOC_ALG		_IOWR(HMACDEV_IOC_TYPE, 0, struct hmacdev_alg)
#define HMACDEV_IOC_NEW		_IOWR(HMACDEV_IOC_TYPE, 1, struct hmacdev_new)
#define HMACDEV_IOC_UPDATE	\
	_IOWR(HMACDEV_IOC_TYPE, 2, struct hmacdev_update)
#define HMACDEV_IOC_DIGEST	_IOWR(HMACDEV_IOC_TYPE, 3, struct hmacdev_tag)
#define HMACDEV_IOC_FINALIZE	_IOWR(HMACDEV_IOC_TYPE, 4, struct hmacdev_tag)
#define HMACDEV_IOC_VERIFY	_IOWR(HMACDEV_IOC_TYPE, 5, struct hmacdev_tag)
#define HMACDEV_IOC_RESET	_IOWR(HMACDEV_IOC_TYPE, 6, struct hmacdev_reset)
#define HMACDEV_IOC_COPY	_IOWR(HMACDEV_IOC_TYPE, 7, struct hmacdev_copy)
#define HMACDEV_IOC_RESTRICT	\
	_IOWR(HMACDEV_IOC_TYPE, 8, struct hmacdev_restrict)
#define HMACDEV_IOC_INFO	_IOWR(HMACDEV_IOC_TYPE, 9, struct hmacdev_info)
#define HMACDEV_IOC_MAC		_IOWR(HMACDEV_IOC_TYPE, 10, struct hmacdev_op)
#define HMACDEV_IOC_BATCH	\
	_IOWR(HMACDEV_IOC_TYPE, 11, struct hmacdev_batch)
#define HMACDEV_IOC_DERIVE	\
	_IOWR(HMACDEV_IOC_TYPE, 12, struct hmacdev_derive)
#define HMACDEV_IOC_ONESHOT	\
	_IOWR(HMACDEV_IOC_TYPE, 13, struct hmacdev_oneshot)

#endif /* _UAPI_LINUX_HMACDEV_H */
