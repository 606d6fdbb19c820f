/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libhmacdev: HMAC by the kernel's /dev/hmac.
 *
 *	struct hmacdev *h;
 *	char hex[2 * HMACDEV_TAG_MAX + 1];
 *
 *	int err = hmacdev_new(&h, "sha256", key, key_len);
 *
 *	if (err == 0)
 *		err = hmacdev_update(h, msg, len);
 *	if (err == 0)
 *		err = hmacdev_hexdigest(h, hex, sizeof(hex));
 *	hmacdev_free(h);
 *	if (err < 0)
 *		fprintf(stderr, "%s\n", hmacdev_strerror(err));
 *
 * Results: 0 or a length, or a negative errno that hmacdev_strerror() puts into
 * words. The library leaves errno alone, prints nothing and never aborts. All
 * sizes are in bytes.
 *
 * Threads: a handle does not change between its creation and hmacdev_free() or
 * hmacdev_detach(), so threads may share it. The kernel orders their calls on
 * the running message; calls with whole messages run side by side. Free a
 * handle when no thread uses it any more.
 *
 * Every descriptor that the library opens or takes over is close-on-exec.
 * fork(2) gives the child the same context, running message included. Where
 * both go on, give the child an hmacdev_copy().
 *
 * Rights: a mask of HMACDEV_RIGHT_* is always explicit; no value means more
 * than it says. A context either signs or derives: no mask for a new context
 * has both HMACDEV_RIGHT_SIGN and HMACDEV_RIGHT_DERIVE.
 *
 * Errors: any call with a handle can also return -EINVAL for a NULL handle,
 * -ENOMEM, -EFAULT for an address that is not the caller's, and, if it hashes,
 * -EIO: the kernel's hash function failed, which software implementations never
 * do. A call that waits for another thread or process to finish with the
 * running message can return -EINTR: a signal came whose handler was set up
 * without SA_RESTART, and nothing was done. So can a call that waits for a key
 * of the keyring, for the kernel's random number generator or for an algorithm
 * that another caller is loading. The library does not retry by itself, so that
 * the caller can act on the signal first. hmacdev_info() and hmacdev_restrict()
 * wait for nobody.
 *
 * Structs of <linux/hmacdev.h> travel with their size, sizeof() in the caller's
 * own header, since later versions add fields at the end. So a program and a
 * library of different versions fit together:
 *
 *  - Where the library fills in a struct (hmacdev_alg(), hmacdev_alg_by_name(),
 *    hmacdev_info()), it writes exactly the caller's size. Fields that the
 *    caller's struct does not have are left out. Fields that the library or the
 *    kernel does not know read as 0. The bytes that the struct had before the
 *    call do not matter, and after an error they are as they were. A size below
 *    version 1's is -EINVAL.
 *  - Where the library reads a struct (struct hmacdev_options, and the entries
 *    of hmacdev_batch()), fields that the caller's struct does not have read as
 *    0, and fields that the library (for a batch: the kernel) does not know
 *    must be 0, else -E2BIG. A size below version 1's is -EINVAL.
 */
#ifndef HMACDEV_H
#define HMACDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/hmacdev.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* The version of this header; hmacdev_version() returns the library's. */
/** define HMACDEV_VERSION_MAJOR - changes with what breaks programs */
#define HMACDEV_VERSION_MAJOR	0
/** define HMACDEV_VERSION_MINOR - changes with additions */
#define HMACDEV_VERSION_MINOR	1
/** define HMACDEV_VERSION_PATCH - changes with corrections */
#define HMACDEV_VERSION_PATCH	0

/** define HMACDEV_DEVICE - the device that is opened unless another is named */
#define HMACDEV_DEVICE	"/dev/hmac"

/** struct hmacdev - handle of one context; opaque */
struct hmacdev;

/**
 * struct hmacdev_options - choices for hmacdev_new_opts() and others
 * @size: sizeof(struct hmacdev_options)
 * @source: one of enum hmacdev_key_source; 0 is HMACDEV_KEY_BYTES
 * @key: BYTES: the key; else NULL
 * @key_len: BYTES: size of the key; RANDOM: size of the key, 0 for the digest
 *	size; KEYRING: 0
 * @serial: KEYRING: serial number of the key; else 0
 * @tag_len: size of every tag that is made or checked, HMACDEV_TAG_MIN to the
 *	digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*, such as HMACDEV_RIGHTS_SIGNER or
 *	HMACDEV_RIGHTS_DERIVER; 0 is -EINVAL
 * @device: path of the device; NULL for HMACDEV_DEVICE
 *
 * Set @size and @rights, and every field that is not to be 0. Later versions
 * may add fields at the end; 0 in them will mean what this version does.
 */
struct hmacdev_options {
	size_t size;
	uint32_t source;
	const void *key;
	size_t key_len;
	int32_t serial;
	size_t tag_len;
	uint32_t rights;
	const char *device;
};

/**
 * hmacdev_new() - make a context with a key from memory
 * @h: where to put the handle; NULL is put there on failure
 * @alg: "sha256", or any other name or spelling that the kernel takes
 * @key: the key; NULL is fine where @key_len is 0
 * @key_len: size of the key, 0 to HMACDEV_KEY_MAX
 *
 * The context has HMACDEV_RIGHTS_SIGNER. The kernel copies the key and the
 * library keeps no copy: the caller can wipe @key as soon as this returns.
 *
 * Return: 0, and the caller owns *@h until hmacdev_free(); or
 *	-ENODEV, the device is not there (is the module loaded?);
 *	-EACCES, this process may not open the device;
 *	-EPERM, a container's device policy forbids to open it;
 *	-ENOTTY, it is the device of something else;
 *	-ENOENT, no such algorithm here: unknown, not in this kernel, or not
 *	allowed by the administrator or by FIPS mode;
 *	-EINVAL, @h or @alg is NULL, @alg is longer than any name, or @key_len
 *	is out of range (in FIPS mode: below 112 bits);
 *	-EDQUOT, the user has as many contexts as one may have;
 *	-ENFILE, the system has as many contexts or open files as it may have;
 *	-EMFILE, the process has no descriptor left;
 *	-EINTR, a signal came while another caller was loading the algorithm;
 *	-EFAULT, -ENOMEM.
 */
int hmacdev_new(struct hmacdev **h, const char *alg,
		const void *key, size_t key_len);

/**
 * hmacdev_new_keyring() - make a context with a key of the kernel's keyrings
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @serial: serial number, above 0, of a key that the caller may search, of the
 *	type "user", "logon", "encrypted" or "trusted"; the description of a
 *	key of the last three types must begin with "hmac:"
 *
 * The context has HMACDEV_RIGHTS_SIGNER. The key's bytes never enter the
 * process. The kernel copies them now: if the key expires, is revoked, updated
 * or unlinked later, the context stays as it is.
 *
 * Return: 0, or as hmacdev_new(), or
 *	-ENOKEY, there is no such key;
 *	-EACCES, this process may not search the key (or not open the device);
 *	-EKEYEXPIRED, -EKEYREVOKED, it has expired, or was revoked;
 *	-EKEYREJECTED, it was rejected when it was made, or its description does
 *	not begin with "hmac:";
 *	-EOPNOTSUPP, a key of its type cannot be used;
 *	-EINVAL, @serial is not above 0, too;
 *	-EINTR, a signal came while it waited for the key.
 */
int hmacdev_new_keyring(struct hmacdev **h, const char *alg, int32_t serial);

/**
 * hmacdev_new_random() - make a context with a random key that nobody knows
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @key_len: size of the key, at most HMACDEV_KEY_MAX; 0 for the digest size
 *
 * The context has HMACDEV_RIGHTS_SIGNER. The kernel makes the key, and waits
 * until its random number generator is ready. Others can check the tags if they
 * are given the descriptor or a copy, and in no other way.
 *
 * Return: 0, or as hmacdev_new(), or
 *	-EINTR, a signal came while it waited for the generator.
 */
int hmacdev_new_random(struct hmacdev **h, const char *alg, size_t key_len);

/**
 * hmacdev_new_opts() - make a context with all choices open
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @o: the choices
 *
 * Return: 0, or as hmacdev_new() and hmacdev_new_keyring(), or
 *	-EINVAL, @o is NULL, @o->size is smaller than the struct was in version
 *	1, @o->rights is 0, has a bit that the kernel does not know or both SIGN
 *	and DERIVE, or another field has a value that the kernel does not take;
 *	-E2BIG, @o is larger than this library's struct, and a field that it
 *	does not know is not 0.
 */
int hmacdev_new_opts(struct hmacdev **h, const char *alg,
		     const struct hmacdev_options *o);

/**
 * hmacdev_from_fd() - make a handle for a context that came as a descriptor
 * @h: where to put the handle; NULL is put there on failure
 * @fd: a descriptor of a keyed context, whoever made it
 *
 * Return: 0, and the handle owns @fd, which is close-on-exec from now on; or,
 *	with @fd as it was and still the caller's,
 *	-EBADF, it is not open;
 *	-ENOTTY, it is something else;
 *	-ENOKEY, it has no key yet;
 *	-EINVAL, @h is NULL;
 *	-ENOMEM.
 */
int hmacdev_from_fd(struct hmacdev **h, int fd);

/**
 * hmacdev_from_env() - make a handle for a context that the process was given
 * @h: where to put the handle; NULL is put there on failure
 * @name: its name, as given to "hmacdev exec --name" or in a socket unit's
 *	FileDescriptorName=; NULL for the first descriptor that is a context
 *
 * Whoever started the process passed it, as systemd passes sockets: as one of
 * LISTEN_FDS descriptors from 3 on, named in LISTEN_FDNAMES, if LISTEN_PID is
 * this process. libsystemd is not needed. The environment stays as it is; ask
 * for each name once, since the handle takes the descriptor over. In a program
 * that has more privileges than the one that started it (set-user-ID, file
 * capabilities), nothing counts as passed. Nor does it if LISTEN_FDS is no
 * decimal number or above 65536.
 *
 * Return: 0, or
 *	-ENODATA, no context was passed to this process, or none of that name;
 *	or as hmacdev_from_fd(), for what has that name.
 */
int hmacdev_from_env(struct hmacdev **h, const char *name);

/**
 * hmacdev_fd() - the descriptor, to pass it to another process
 * @h: the handle, which still owns the descriptor
 *
 * Return: the descriptor, or -EINVAL if @h is NULL.
 */
int hmacdev_fd(const struct hmacdev *h);

/**
 * hmacdev_detach() - free the handle and keep the descriptor
 * @h: the handle
 *
 * The context stays as it is. The descriptor is still close-on-exec.
 *
 * Return: the descriptor, which the caller owns from now on; or -EINVAL if @h
 *	is NULL.
 */
int hmacdev_detach(struct hmacdev *h);

/**
 * hmacdev_free() - close the descriptor and free the handle
 * @h: the handle; NULL is fine
 *
 * The kernel wipes the key when the context and all its copies are closed.
 */
void hmacdev_free(struct hmacdev *h);

/**
 * hmacdev_update() - append to the message
 * @h: the handle
 * @msg: the bytes; NULL is fine where @len is 0
 * @len: how many
 *
 * Up to HMACDEV_MSG_MAX bytes are appended in one piece or not at all. A longer
 * message goes in pieces of that size: another thread's bytes can come between
 * two pieces, and after an error, -EINTR included, some pieces may have been
 * appended.
 *
 * Return: 0, or
 *	-EBADFD, the context is finalized;
 *	-EINVAL, @h is NULL, or @len is above PTRDIFF_MAX;
 *	-EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_update(struct hmacdev *h, const void *msg, size_t len);

/**
 * hmacdev_update_fd() - append the bytes of a file, pipe or socket
 * @h: the handle
 * @fd: the descriptor: a file, pipe, socket or anything else that can be read
 * @len: how many bytes; negative for all until the end
 * @file_failed: where to put whether an error is @fd's; may be NULL
 *
 * Reads from the descriptor's position on, and moves it, as read(2) does. The
 * bytes of files and pipes do not pass through the process; others pass through
 * a buffer. Reading stops at EOF, where read(2) returns 0; the file's size is
 * not consulted. Another thread's bytes can come between two pieces.
 *
 * On an error, true at @file_failed means that read(2) failed on @fd, and
 * strerror(3) has the words for it; false means that the context did not take
 * the bytes, and hmacdev_strerror() has them. It is false for -EINTR, which is
 * an error of neither, and on success.
 *
 * An error is returned even if some bytes were taken before it, so that a
 * message that ends early is never taken for the whole. The running message has
 * those bytes and needs hmacdev_reset(). There are two exceptions, which lose
 * nothing: -EAGAIN (@fd is non-blocking and has nothing yet) and -EINTR (a
 * signal came while waiting, and its handler was set up without SA_RESTART).
 * After them the same call goes on where this one stopped. With a @len of 0 or
 * more they are returned only if no byte was taken; else the number of bytes
 * is.
 *
 * Bytes that were read into the buffer cannot be put back. So the wait for the
 * running message is not interrupted while there are some; -EINTR is returned
 * after they were appended.
 *
 * Return: how many bytes were taken: with a negative @len all until the end,
 *	else up to @len, and 0 only at the end; or
 *	-EBADFD, the context is finalized, and nothing was read;
 *	-EAGAIN, -EINTR as above;
 *	-EINVAL, @h is NULL, or @fd cannot be read;
 *	-EBADF, -EISDIR, -EIO and every other error of read(2), with true at
 *	@file_failed;
 *	-EIO, -ENOMEM.
 */
int64_t hmacdev_update_fd(struct hmacdev *h, int fd, int64_t len,
			  bool *file_failed);

/**
 * hmacdev_digest() - make the tag of the message so far, and go on
 * @h: the handle
 * @tag: where to put it
 * @size: room at @tag; HMACDEV_TAG_MAX is enough for any
 *
 * Return: the size of the tag, or
 *	-EPERM, the context has no HMACDEV_RIGHT_SIGN;
 *	-EBADFD, it is finalized;
 *	-EMSGSIZE, @size is smaller than hmacdev_tag_size();
 *	-EINVAL, -EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_digest(struct hmacdev *h, void *tag, size_t size);

/**
 * hmacdev_hexdigest() - make the tag as a string, and go on
 * @h: the handle
 * @hex: where to put it, in lower case and with a NUL
 * @size: room at @hex; 2 * HMACDEV_TAG_MAX + 1 is enough for any
 *
 * Return: the length of the string, without the NUL; or as hmacdev_digest().
 */
int hmacdev_hexdigest(struct hmacdev *h, char *hex, size_t size);

/**
 * hmacdev_finalize() - make the tag, and finalize the context
 * @h: the handle
 * @tag: where to put it
 * @size: room at @tag
 *
 * Then update, digest, finalize, verify and copy return -EBADFD until
 * hmacdev_reset(). hmacdev_copy_fresh() and the functions for whole messages
 * still work. After an error the context is as it was.
 *
 * Return: as hmacdev_digest().
 */
int hmacdev_finalize(struct hmacdev *h, void *tag, size_t size);

/**
 * hmacdev_verify() - check a tag, and finalize the context
 * @h: the handle
 * @tag: the tag
 * @len: its size
 *
 * The kernel compares, in time that does not depend on the bytes. A tag of
 * another size than hmacdev_tag_size() is wrong, too. The context is finalized
 * if the tag is right and if it is wrong. After any other error it is as it
 * was.
 *
 * Return: 0, it is the tag of the message; or
 *	-EBADMSG, it is not;
 *	-EPERM, the context has no HMACDEV_RIGHT_VERIFY;
 *	-EBADFD, it is finalized;
 *	-EINVAL, -EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_verify(struct hmacdev *h, const void *tag, size_t len);

/**
 * hmacdev_reset() - start a new message with the same key
 * @h: the handle, finalized or not
 *
 * Return: 0, or -EINVAL if @h is NULL, or -EINTR.
 */
int hmacdev_reset(struct hmacdev *h);

/**
 * hmacdev_copy() - make a second context: same key, message so far and rights
 * @h: the handle
 * @copy: where to put the new one; NULL is put there on failure
 *
 * From then on the two contexts share nothing but the key.
 *
 * Return: 0, and the caller owns *@copy until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_COPY;
 *	-EBADFD, it is finalized;
 *	-EDQUOT, -ENFILE, -EMFILE as hmacdev_new();
 *	-EACCES, a security module refuses the new file;
 *	-EINVAL, -EINTR, -ENOMEM.
 */
int hmacdev_copy(struct hmacdev *h, struct hmacdev **copy);

/**
 * hmacdev_copy_restricted() - make a second context that may do less
 * @h: the handle
 * @rights: mask of HMACDEV_RIGHT_* to keep, of those that @h has; 0 keeps none,
 *	UINT32_MAX all
 * @copy: where to put the new one; NULL is put there on failure
 *
 * The mask only removes rights: bits that @h does not have, or that the kernel
 * does not know, do nothing.
 *
 * Return: as hmacdev_copy().
 */
int hmacdev_copy_restricted(struct hmacdev *h, uint32_t rights,
			    struct hmacdev **copy);

/**
 * hmacdev_copy_fresh() - make a second context: same key, no message
 * @h: the handle, finalized or not
 * @rights: as for hmacdev_copy_restricted()
 * @copy: where to put the new one; NULL is put there on failure
 *
 * The running message of @h is neither touched nor waited for. So this is the
 * way to use the key of a context that others may be using.
 *
 * Return: as hmacdev_copy(), but never -EBADFD.
 */
int hmacdev_copy_fresh(struct hmacdev *h, uint32_t rights,
		       struct hmacdev **copy);

/**
 * hmacdev_restrict() - drop rights
 * @h: the handle
 * @rights: mask of HMACDEV_RIGHT_* to keep, as for hmacdev_copy_restricted()
 *
 * The rights are gone for good, and for everyone who shares the context. A call
 * of another thread that is under way fails with -EPERM, unless it looked at
 * the right for the last time before. Contexts that were copied or derived
 * before keep their rights.
 *
 * Return: 0, or -EINVAL if @h is NULL.
 */
int hmacdev_restrict(struct hmacdev *h, uint32_t rights);

/**
 * hmacdev_derive() - make a context whose key is a tag under this one's
 * @h: the handle
 * @alg: the new context's algorithm, as for hmacdev_new()
 * @label: the message; NULL is fine where @len is 0
 * @len: its size, at most HMACDEV_MSG_MAX
 * @rights: mask of HMACDEV_RIGHT_* that the new context has; 0 is none
 * @child: where to put it; NULL is put there on failure
 *
 * The new key is the full digest of @label, and is never in the process's
 * memory. It is another key: it has the rights that @rights asks for, whatever
 * the rights of @h. Its tags are full digests. The running message of @h is
 * neither touched nor waited for. The same label gives the same key: never give
 * one label to a signer and to a deriver.
 *
 * Return: 0, and the caller owns *@child until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_DERIVE;
 *	-ENOENT, no such algorithm here now: this loads no module;
 *	-EINVAL, an argument is NULL, @alg is longer than any name, @len is out
 *	of range, or @rights has a bit that the kernel does not know or both
 *	SIGN and DERIVE;
 *	-EDQUOT, -ENFILE, -EMFILE as hmacdev_new();
 *	-EACCES, a security module refuses the new file;
 *	-EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_derive(struct hmacdev *h, const char *alg, const void *label,
		   size_t len, uint32_t rights, struct hmacdev **child);

/**
 * hmacdev_derive_opts() - as hmacdev_derive(), with the tags' size
 * @h: the handle
 * @alg: the new context's algorithm, as for hmacdev_new()
 * @label: the message; NULL is fine where @len is 0
 * @len: its size, at most HMACDEV_MSG_MAX
 * @o: @o->size, @o->tag_len and @o->rights; the other fields must be 0
 * @child: where to put it; NULL is put there on failure
 *
 * Return: as hmacdev_derive(), or
 *	-EINVAL, @o is NULL, @o->size is smaller than the struct was in version
 *	1, @o->rights is 0, @o->tag_len is out of range, or another field is not
 *	0;
 *	-E2BIG as hmacdev_new_opts().
 */
int hmacdev_derive_opts(struct hmacdev *h, const char *alg, const void *label,
			size_t len, const struct hmacdev_options *o,
			struct hmacdev **child);

/**
 * hmacdev_mac() - make the tag of a whole message
 * @h: the handle, finalized or not
 * @msg: the message; NULL is fine where @len is 0
 * @len: its size, at most HMACDEV_MSG_MAX
 * @tag: where to put the tag
 * @size: room at @tag
 *
 * The running message of the context is neither touched nor waited for: threads
 * that share a handle do this side by side.
 *
 * Return: the size of the tag, or
 *	-EPERM, the context has no HMACDEV_RIGHT_SIGN;
 *	-EMSGSIZE, @size is smaller than hmacdev_tag_size();
 *	-EINVAL, -EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_mac(struct hmacdev *h, const void *msg, size_t len,
		void *tag, size_t size);

/**
 * hmacdev_mac_verify() - check the tag of a whole message
 * @h: the handle, finalized or not
 * @msg: the message; NULL is fine where @len is 0
 * @len: its size, at most HMACDEV_MSG_MAX
 * @tag: the tag
 * @tag_len: its size
 *
 * Like hmacdev_verify(), but beside the running message, as hmacdev_mac().
 *
 * Return: 0, it is the tag of the message; or
 *	-EBADMSG, it is not;
 *	-EPERM, the context has no HMACDEV_RIGHT_VERIFY;
 *	-EINVAL, -EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_mac_verify(struct hmacdev *h, const void *msg, size_t len,
		       const void *tag, size_t tag_len);

/**
 * hmacdev_batch() - make and check the tags of many whole messages
 * @h: the handle, finalized or not
 * @ops: the operations, HMACDEV_OP_SIGN and HMACDEV_OP_VERIFY in any mixture
 * @n: how many, at most INT_MAX
 * @op_size: sizeof(struct hmacdev_op) in the caller's header
 *
 * Each is done as by hmacdev_mac() or hmacdev_mac_verify(), in their order. The
 * result of each is in its status: 0 or a negative errno, and for
 * HMACDEV_OP_SIGN the size of the tag is in tag_len. The others are done
 * whatever the result of one. Only tag_len and status are written. An operation
 * with a field that the kernel does not know and that is not 0 has the status
 * -E2BIG. Up to HMACDEV_BATCH_MAX operations take one system call; a signal
 * that comes in between makes it more.
 *
 * Return: how many operations were done: @n, or fewer if the memory at @ops
 *	ends before, and then the rest is as it was; or, if none was done,
 *	-EINVAL, @h is NULL, @n is above INT_MAX, or @op_size is smaller than
 *	the struct was in version 1, above HMACDEV_OP_SIZE_MAX or no multiple
 *	of 8;
 *	-EFAULT for @ops.
 */
int hmacdev_batch(struct hmacdev *h, struct hmacdev_op *ops, size_t n,
		  size_t op_size);

/**
 * hmacdev_oneshot() - make a tag from a key and a message, and keep nothing
 * @alg: as for hmacdev_new()
 * @key: the key; NULL is fine where @key_len is 0
 * @key_len: size of the key, 0 to HMACDEV_KEY_MAX
 * @msg: the message; NULL is fine where @len is 0
 * @len: its size, at most HMACDEV_MSG_MAX
 * @tag: where to put the tag
 * @size: room at @tag; HMACDEV_TAG_MAX is enough for any
 *
 * The library holds one descriptor of the device for this, close-on-exec and
 * without a key. The first call opens it, so that a further call is one system
 * call. If the program closes it with others, the next call opens another.
 *
 * Return: the size of the tag, which is the full digest; or as hmacdev_new(),
 *	or
 *	-EINVAL, @len is out of range, too;
 *	-EMSGSIZE, @size is smaller than the digest.
 */
int hmacdev_oneshot(const char *alg, const void *key, size_t key_len,
		    const void *msg, size_t len, void *tag, size_t size);

/**
 * hmacdev_compare_digest() - compare two tags in time independent of the bytes
 * @a: one; NULL is fine where @a_len is 0
 * @a_len: its size
 * @b: the other; NULL is fine where @b_len is 0
 * @b_len: its size
 *
 * The time it takes depends on the sizes only. With a context,
 * hmacdev_verify() is the better way: it makes no tag that could leak.
 *
 * Return: true if the sizes and the bytes are the same.
 */
bool hmacdev_compare_digest(const void *a, size_t a_len,
			    const void *b, size_t b_len);

/**
 * hmacdev_name() - name of the MAC, as Python's hmac has it
 * @h: the handle, which owns the string
 *
 * Return: such as "hmac-sha256"; NULL where @h is.
 */
const char *hmacdev_name(const struct hmacdev *h);

/**
 * hmacdev_digest_size() - size of the hash's full digest
 * @h: the handle
 *
 * Return: the size; 0 where @h is NULL.
 */
size_t hmacdev_digest_size(const struct hmacdev *h);

/**
 * hmacdev_block_size() - size of the hash's block
 * @h: the handle
 *
 * Return: the size; 0 where @h is NULL.
 */
size_t hmacdev_block_size(const struct hmacdev *h);

/**
 * hmacdev_tag_size() - size of every tag of the context
 * @h: the handle
 *
 * Return: the size, which is that of the digest unless a shorter one was asked
 *	for; 0 where @h is NULL.
 */
size_t hmacdev_tag_size(const struct hmacdev *h);

/**
 * hmacdev_info() - describe the context as the kernel has it now
 * @h: the handle
 * @info: where to put the description
 * @size: sizeof(struct hmacdev_info) in the caller's header
 *
 * State, rights and size of the message so far can change at any time where
 * others share the context. This takes no lock and waits for nobody: each field
 * is current, together they are no snapshot. @info->known_rights and
 * @info->features are those that the kernel knows.
 *
 * Return: 0, or
 *	-EINVAL, @h or @info is NULL, or @size is smaller than the struct was in
 *	version 1.
 */
int hmacdev_info(struct hmacdev *h, struct hmacdev_info *info, size_t size);

/**
 * hmacdev_alg() - describe an algorithm that the interface knows, by index
 * @index: from 0
 * @info: where to put the description
 * @size: sizeof(struct hmacdev_alg) in the caller's header
 *
 * For listing all: ask from 0 on until -ENOENT. A later kernel may have them in
 * another order. An algorithm is listed also where this kernel does not have
 * it: @info->traits has HMACDEV_ALG_AVAILABLE if it does, and
 * HMACDEV_ALG_UNTRIED if hmacdev_new() may find it by loading a module. This
 * loads none.
 *
 * Return: 0, or
 *	-ENOENT, @index is past the last;
 *	-ENODEV, -EACCES, -EPERM, -ENOTTY, -EDQUOT, -EMFILE, -ENFILE, -ENOMEM
 *	as hmacdev_new();
 *	-EINVAL, @info is NULL, or @size is smaller than the struct was in
 *	version 1.
 */
int hmacdev_alg(uint32_t index, struct hmacdev_alg *info, size_t size);

/**
 * hmacdev_alg_by_name() - describe an algorithm that the interface knows
 * @name: its name, in any spelling that hmacdev_new() takes
 * @info: where to put the description, which has the canonical name
 * @size: sizeof(struct hmacdev_alg) in the caller's header
 *
 * Return: as hmacdev_alg(), or
 *	-ENOENT, the name is unknown;
 *	-EINVAL, @name is NULL or longer than any name, too.
 */
int hmacdev_alg_by_name(const char *name, struct hmacdev_alg *info,
			size_t size);

/**
 * hmacdev_strerror() - put a result into words
 * @err: the result of a function of this library, or a negative errno
 *
 * A result of 0 or more is a success or a length, never an errno: it reads
 * "success". So an errno has to be made negative first.
 *
 * Return: a string that the caller neither changes nor frees. For an errno
 *	without a meaning of its own here it is strerror(3)'s, which the
 *	thread's next call may change.
 */
const char *hmacdev_strerror(int err);

/**
 * hmacdev_version() - version of the library that the program runs with
 *
 * HMACDEV_VERSION_MAJOR, _MINOR and _PATCH are the version that it was compiled
 * with.
 *
 * Return: such as "0.1.0".
 */
const char *hmacdev_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* HMACDEV_H */
