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
 * Every ioctl takes a pointer to the one struct that its number names. All
 * numbers are _IOWR(), so a reply field that is added later does not change the
 * direction. The kernel compares type, number and direction; a seccomp filter
 * should compare (cmd & 0xffff), because the size may differ. The structs grow
 * at the end only, and the size of the caller's struct is part of the number,
 * _IOC_SIZE():
 *
 *  - A struct smaller than the kernel's is that of an older caller. The fields
 *    that it does not have read as zero, and a reply is cut to its size. Below
 *    the size that version 1 had, the call fails with EINVAL.
 *  - A struct larger than the kernel's is that of a newer caller. The fields
 *    that the kernel does not know must be zero, else the call fails with
 *    E2BIG. They are not written.
 *
 * A field that is added later means the old behaviour when it is zero. Fields
 * and flags that have no meaning yet must be zero, else EINVAL. Fields marked
 * "out" are written by a call that succeeds (or where it is said so) and are
 * ignored on the way in. The layout is the same for 32-bit and 64-bit callers;
 * pointers travel as 64 bits, zero-extended. A 32-bit kernel ignores their
 * upper half.
 *
 * Names of algorithms are padded with zeros: every byte after the NUL must be
 * zero, else EINVAL.
 *
 * Sizes are in bytes. Every buffer comes with its size, and a buffer of size
 * zero is never touched, so that its address may be NULL.
 *
 * Every call is all or nothing: one that fails leaves the context exactly as it
 * was. HMACDEV_IOC_VERIFY's EBADMSG is an answer and not a failure. The one
 * exception is EIO, when the crypto API failed to hash: the context may be
 * finalized then, and RESET starts anew. After EFAULT the bytes of
 * a tag's buffer are unspecified.
 *
 * The caller's memory is copied, a chunk at a time. No page of it is pinned,
 * mapped or referenced. Only the memory that the call names is touched.
 *
 * The interface can grow. HMACDEV_IOC_INFO replies which rights and features
 * the kernel knows, also for a context without a key. A right that is added
 * later gates only operations that are added later. UPDATE, RESET, RESTRICT and
 * INFO never need a right. A later version limits them only if the caller sets
 * a flag.
 */

/**
 * DOC: Waiting
 *
 * A call may sleep. One that waits for another caller can be interrupted by any
 * signal, with nothing done: while it waits for the running message, which
 * another thread or process uses; for a key of the keyring, which is being made
 * or changed; for the kernel's random number generator; or for an algorithm
 * that another caller is loading. It is restarted if the signal has no handler
 * or one with SA_RESTART, else it fails with EINTR. A call that need not wait
 * is not interrupted. A write by io_submit(2) is never restarted.
 *
 * UPDATE, DIGEST and FINALIZE read or write the caller's memory while they use
 * the running message. A process that shares the descriptor can delay the
 * other holders' calls for as long as an access to that memory does not
 * complete.
 *
 * Two waits end early for a fatal signal only: that of NEW and ONESHOT for
 * modprobe(8) and, 60 seconds at most, that of NEW, ONESHOT, DERIVE and ALG for
 * the crypto API to set up an algorithm. While the kernel loads 50 other
 * modules, NEW and ONESHOT wait up to 5 seconds more, for no signal. The wait
 * of splice(2) for other users of the pipe is the kernel's own and ends for no
 * signal: whoever splices into a context that is in use delays them.
 *
 * BATCH also stops between two entries for any signal, or other work that the
 * kernel has for the thread. A caller that is being killed leaves a call with a
 * long message between two chunks.
 *
 * O_NONBLOCK has no meaning. INFO and /proc/PID/fdinfo take no lock and wait
 * for nobody. Each field is current when it is read; the fields together are
 * not a snapshot.
 */

/**
 * DOC: Dropped rights
 *
 * Every call looks at the right that it needs once more after its last read of
 * the caller's memory. That look is the moment at which the call happens. A
 * call that looked before HMACDEV_IOC_RESTRICT counts as before it; every other
 * call fails, however long it has been under way, and unless its memory faults
 * with EPERM. DIGEST, FINALIZE
 * and COPY read nothing after their struct and look once.
 *
 * RESTRICT reaches the contexts that share the open file. It does not reach
 * contexts that COPY or DERIVE made before.
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
 *   E2BIG        the struct, or a batch's entry, carries something that this
 *                kernel does not know
 *   EINVAL       a size, flag, mask, name or reserved field that this kernel
 *                does not take
 *   EFAULT       a struct or buffer is not in the caller's memory
 *   ENOENT       no such algorithm here: unknown, not in this kernel, not to be
 *                loaded now, or not allowed by the administrator or by FIPS
 *                mode
 *   ENOKEY       the context has no key yet; NEW: there is no such key
 *   EBUSY        the context has a key already
 *   EPERM        the context does not have the right that the call needs
 *   EBADFD       the context is finalized
 *   EMSGSIZE     the buffer is too small for the tag; tag_len says
 *                which size it takes
 *   EBADMSG      the tag is not the right one
 *   EACCES       NEW: the key may not be searched; open: not O_RDWR; COPY,
 *                DERIVE: a security module refuses the new file
 *   EKEYEXPIRED, EKEYREVOKED
 *                NEW: the key in the keyring is in that state
 *   EKEYREJECTED NEW: the key in the keyring is in that state, or its
 *                description does not begin with "hmac:"
 *   EOPNOTSUPP   NEW: a key of that type cannot be used here
 *   EDQUOT       as many contexts as one user may have
 *   ENFILE       as many contexts as the administrator allows, or open files as
 *                the system does
 *   EMFILE       no descriptor left in the process
 *   ENOMEM       no memory, here or in the cgroup's budget
 *   EAGAIN       write: the caller asked not to wait (RWF_NOWAIT)
 *   EIO          the crypto API failed to hash; software implementations never
 *                fail. NEW: the key in the keyring has no payload yet
 *   EINTR        a wait was interrupted, with nothing done; or the caller is
 *                being killed
 *
 * If several errors apply, the call returns the first in this order: struct and
 * its fields, key, right, state, buffers, limits. What NEW, DERIVE and ONESHOT
 * make a key of - algorithm, tag_len, source and what goes with it - comes
 * after the state.
 *
 * Every call can also return EINVAL and EFAULT for its struct. Every call that
 * hashes can return EIO and ENOMEM. The lists below do not repeat these.
 */

/** define HMACDEV_NAME_LEN - room for an algorithm's name, with its NUL */
#define HMACDEV_NAME_LEN	32
/** define HMACDEV_KEY_MAX - the longest key that NEW and ONESHOT take */
#define HMACDEV_KEY_MAX		65536
/** define HMACDEV_MSG_MAX - the most message bytes that one call takes */
#define HMACDEV_MSG_MAX		0x7ffff000ULL
/** define HMACDEV_TAG_MIN - the shortest tag: 80 bits, as RFC 2104 allows */
#define HMACDEV_TAG_MIN		10
/** define HMACDEV_TAG_MAX - the longest digest of any algorithm */
#define HMACDEV_TAG_MAX		64
/** define HMACDEV_BATCH_MAX - the most operations that one BATCH takes */
#define HMACDEV_BATCH_MAX	1024
/** define HMACDEV_OP_SIZE_MAX - the largest entry that one BATCH takes */
#define HMACDEV_OP_SIZE_MAX	4096

/*
 * Rights. A mask is always explicit: no value means more than it says, and 0
 * means none. NEW and DERIVE refuse bits that the kernel does not know.
 * RESTRICT and COPY only remove rights and take any bits: ~0U keeps all.
 *
 * A context either signs or derives: NEW and DERIVE refuse SIGN and DERIVE in
 * one mask. A derived key is a tag, so whoever may sign under a key can compute
 * every key that is derived from it (NIST SP 800-57 part 1, 5.2: one key, one
 * purpose). This holds for one context. Keying two contexts with the same
 * bytes, keyring key or label gives both rights to whoever holds the two.
 */
/** define HMACDEV_RIGHT_SIGN - make tags: DIGEST, FINALIZE, MAC, BATCH */
#define HMACDEV_RIGHT_SIGN	0x1
/** define HMACDEV_RIGHT_VERIFY - check tags: VERIFY, MAC, BATCH */
#define HMACDEV_RIGHT_VERIFY	0x2
/** define HMACDEV_RIGHT_COPY - make another context with the key: COPY */
#define HMACDEV_RIGHT_COPY	0x4
/** define HMACDEV_RIGHT_DERIVE - make another key from the key: DERIVE */
#define HMACDEV_RIGHT_DERIVE	0x8
/** define HMACDEV_RIGHTS_SIGNER - the usual rights of one that signs */
#define HMACDEV_RIGHTS_SIGNER	(HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_VERIFY | \
				 HMACDEV_RIGHT_COPY)
/** define HMACDEV_RIGHTS_DERIVER - the usual rights of one that derives */
#define HMACDEV_RIGHTS_DERIVER	(HMACDEV_RIGHT_DERIVE | HMACDEV_RIGHT_COPY)

/**
 * enum hmacdev_state - what a context can do next
 * @HMACDEV_STATE_UNKEYED: no key yet; takes NEW, ALG, INFO and ONESHOT
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
/** define HMACDEV_ALG_AVAILABLE - the kernel has the hash now */
#define HMACDEV_ALG_AVAILABLE	0x1
/** define HMACDEV_ALG_FIPS - approved by FIPS 180-4 or FIPS 202 for HMAC */
#define HMACDEV_ALG_FIPS	0x2
/** define HMACDEV_ALG_UNTRIED - not now, but NEW and ONESHOT may load it */
#define HMACDEV_ALG_UNTRIED	0x4

/**
 * struct hmacdev_alg - HMACDEV_IOC_ALG: describe an algorithm
 * @flags: 0 to ask by @index, HMACDEV_ALG_BY_NAME to ask by @name
 * @index: from 0, without a gap, until ENOENT; 0 with HMACDEV_ALG_BY_NAME
 * @name: in: any spelling that NEW takes, zero-padded; out: the canonical name
 * @digest_size: out: size of the full tag
 * @block_size: out: size of the hash's block; a longer key is hashed first
 * @traits: out: mask of HMACDEV_ALG_*, AVAILABLE or UNTRIED or neither
 * @reserved: must be 0
 *
 * The list is closed. Later kernels may add to it anywhere, so an index means
 * the same algorithm only while the module stays loaded. The canonical names
 * are sha256, sha384, sha512, sha1, sha224, sha3-256, sha3-384, sha3-512,
 * sha3-224, md5, sm3, rmd160, streebog256 and streebog512. Case does not count,
 * "_" reads as "-", and "sha-256", "hmac(sha256)", "hmac-sha256" and
 * "ripemd160" are other spellings.
 *
 * ALG loads no module. NEW and ONESHOT load the module of a hash that is not
 * there, and try that once for each algorithm while the hmacdev module is
 * loaded. An attempt counts if modprobe(8) ran and the hash is not there
 * afterwards. From then on they use the hash if it is there by then.
 *
 * Errors: EINVAL for a name without a NUL, or not padded with zeros; ENOENT
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
 * @key: BYTES: address of the key; else 0
 * @key_len: BYTES: size of the key, 0 to HMACDEV_KEY_MAX; RANDOM: size of the
 *	key, 0 for the digest size; KEYRING: 0
 * @serial: KEYRING: serial number of the key, above 0; else 0
 * @tag_len: size of every tag that the context, its copies and its batches make
 *	or check: HMACDEV_TAG_MIN to the digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*, not SIGN and DERIVE together
 * @reserved: must be 0
 *
 * Once only; the key is the context's until it is closed.
 *
 * RANDOM waits until the kernel's random number generator is ready.
 *
 * From a keyring: a key of the types "user", "logon", "encrypted" or "trusted"
 * that the caller may search; root gets no exemption. The description of a
 * "logon", "encrypted" or "trusted" key must begin with "hmac:". Otherwise
 * whoever may open the device could use a key as a MAC key that was meant for
 * something else, such as a disk's or a file server's. The prefix keeps such
 * keys out. It does not stop someone who can read an encrypted key's blob and
 * use its master key: they can load it again under another description.
 *
 * The payload is copied under the key's lock when NEW is called. What happens
 * to the key later - expiry, revocation, an update, unlinking - does not reach
 * a context that has been keyed: like an open file whose mode changes, it stays
 * what it was when permission was checked. Whoever revokes a key closes the
 * contexts, too. The kernel looks the key up first (ENOKEY, EACCES, its state),
 * then checks type, description, state again and length, in this order.
 *
 * Errors: EBUSY; ENOENT for an unknown, absent or forbidden algorithm; EINVAL
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
 * @len: how many, 0 to HMACDEV_MSG_MAX; longer messages take more calls
 *
 * The bytes of one call are appended in one piece, whatever other threads do.
 * write(2), writev(2), splice(2) and sendfile(2) to the descriptor append, too;
 * they may take a part only and return how much. sendfile(2) and splice(2)
 * append in pieces, as the pipe has them; other bytes may come in between. A
 * write whose caller asks not to wait (RWF_NOWAIT) fails with EAGAIN, which
 * makes io_uring use a worker.
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
 * and finalizes the context. VERIFY finalizes the context and compares @tag
 * with its tag in time that does not depend on the bytes.
 *
 * VERIFY returns EBADMSG for every wrong tag. A tag of another size than the
 * context's is wrong. A wrong tag finalizes the context as well. COPY, RESET,
 * MAC and BATCH allow further guesses.
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

/* hmacdev_copy.flags */
/** define HMACDEV_COPY_FRESH - copy the key and not the message */
#define HMACDEV_COPY_FRESH	0x1

/**
 * struct hmacdev_copy - HMACDEV_IOC_COPY: make a second context
 * @flags: 0 or HMACDEV_COPY_FRESH
 * @rights: mask of rights to keep, of those the context has; any bits are taken
 *
 * The same key and tag length, and the message so far; with HMACDEV_COPY_FRESH,
 * an empty message. With it the running message is neither touched nor waited
 * for, and the context may be finalized. Returns a new descriptor, which is
 * always close-on-exec. Its file has an inode of its own, which security
 * modules label and check as an anonymous inode named "[hmac]".
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
 * @rights: mask of rights to keep, of those the context has; any bits are taken
 *
 * For good, and for everyone who shares the open file; not for contexts that
 * COPY or DERIVE made before. A call of another thread that is under way fails
 * with EPERM unless it already happened; see "Dropped rights".
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
 * @bytes: out: size of the message so far; FINALIZE and VERIFY leave it
 * @features: out: a bit for each addition to version 1; 0 in version 1
 * @alg: out: canonical name of the algorithm
 *
 * In an unkeyed context all of it is 0 but for @state, @known_rights and
 * @features.
 *
 * Errors: EINVAL; EFAULT. INFO takes no lock and waits for nobody.
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
 * enum hmacdev_op_type - what an operation does; 0 is no operation
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
 * @len: its size, 0 to HMACDEV_MSG_MAX
 * @tag: address of the tag
 * @tag_len: SIGN: in: size of the buffer; out: of the tag, with EMSGSIZE too.
 *	VERIFY: size of the tag
 * @op: one of enum hmacdev_op_type
 * @status: BATCH: out: 0 or a negative errno of MAC; MAC: ignored
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
 * @op_size: size of an entry, sizeof(struct hmacdev_op) of the caller's header:
 *	a multiple of 8, from 40 to HMACDEV_OP_SIZE_MAX
 * @reserved: must be 0
 *
 * Signs and verifies may be mixed. The entries are done in their order. The
 * failure of one is reported in its @status alone. An entry that is larger than
 * the kernel's struct must be zero beyond it, else its @status is -E2BIG. Only
 * @tag_len and @status of an entry are written.
 *
 * Returns how many entries were done. That is fewer than @count where a signal
 * came in between, or where an entry cannot be read or written. The entries
 * behind are as they were; one whose @status could not be written may have its
 * tag.
 *
 * A right that is dropped meanwhile stops the entries that did not happen yet:
 * their @status is -EPERM, and the entries before stay done.
 *
 * Errors, if none was done: EINVAL for @count, @flags, @op_size or @reserved;
 * ENOKEY; EFAULT for the array.
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
 * @msg: address of the message
 * @len: its size, 0 to HMACDEV_MSG_MAX
 * @tag_len: as in struct hmacdev_new
 * @rights: mask of HMACDEV_RIGHT_*, not SIGN and DERIVE together
 *
 * The new key is the full digest of the message under our key, whatever our tag
 * length, and is never in the caller's memory. It is another key, so what may
 * be done with it is what is asked for here: DERIVE is the right to make
 * subkeys. Deriving the same label twice gives the same key twice: never give
 * one label to a signer and to a deriver.
 *
 * The running message is neither touched nor waited for. Returns a new
 * descriptor, as COPY does. DERIVE loads no module: an algorithm whose hash the
 * kernel does not have at that moment is ENOENT.
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
