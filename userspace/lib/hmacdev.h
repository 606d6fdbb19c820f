/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libhmacdev: functions for /dev/hmac, where the kernel computes HMACs.
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
 * Results: a function returns 0 or a length, or a negative errno on failure.
 * hmacdev_strerror() describes the errno. The library does not change errno,
 * prints nothing and never aborts. All sizes are in bytes.
 *
 * Threads: a handle does not change between its creation and hmacdev_free() or
 * hmacdev_detach(), so threads may share it. The kernel serializes their calls
 * on the running message. Calls with whole messages run in parallel. Free a
 * handle only when no thread uses it any more.
 *
 * Every descriptor that the library opens or takes over is close-on-exec.
 * After fork(2), the child has the same context, including the running message.
 * If both parent and child use it, make an hmacdev_copy() for the child.
 *
 * Rights: a mask of HMACDEV_RIGHT_* grants the rights that are set in it. A
 * context either signs or derives: no mask for a new context has both
 * HMACDEV_RIGHT_SIGN and HMACDEV_RIGHT_DERIVE.
 *
 * Errors: any call with a handle can also return -ENOMEM, -EINVAL for a NULL
 * handle, and -EFAULT for an address that is not in the process's memory. Calls
 * that hash can return -EIO if the kernel's hash function fails. Software
 * implementations of a hash never fail.
 *
 * Signals: a call can wait for another thread or process that uses the running
 * message, for a key in the keyring, for the kernel's random number generator,
 * or for an algorithm that another caller is loading. It returns -EINTR if a
 * signal interrupts the wait and the handler was set up without SA_RESTART. The
 * call has then done nothing; but hmacdev_update() and hmacdev_update_fd() may
 * have appended some pieces. The library does not retry, so that the caller can
 * handle the signal first. hmacdev_info() and hmacdev_restrict() do not wait.
 *
 * Structs: later versions add fields at the end of the structs. So each struct
 * is passed with its size, which is sizeof() in the caller's header. A program
 * and a library of different versions then work together:
 *
 *  - Where the library fills in a struct (hmacdev_alg(), hmacdev_alg_by_name(),
 *    hmacdev_info()), it writes exactly the caller's size. It leaves out fields
 *    that the caller's struct does not have. It sets fields that the library or
 *    the kernel does not know to 0. It does not read the struct, and does not
 *    change it on failure. A size below that of version 1 returns -EINVAL.
 *  - Where the library reads a struct (struct hmacdev_options, and the entries
 *    of hmacdev_batch()), fields that the caller's struct does not have count
 *    as 0. Fields that the library (for a batch: the kernel) does not know must
 *    be 0, else the result is -E2BIG. A size below that of version 1 returns
 *    -EINVAL.
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
/** define HMACDEV_VERSION_MAJOR - changes if existing programs can break */
#define HMACDEV_VERSION_MAJOR	0
/** define HMACDEV_VERSION_MINOR - changes with additions */
#define HMACDEV_VERSION_MINOR	1
/** define HMACDEV_VERSION_PATCH - changes with corrections */
#define HMACDEV_VERSION_PATCH	0

/** define HMACDEV_DEVICE - path of the device, unless another is given */
#define HMACDEV_DEVICE	"/dev/hmac"

/** define HMACDEV_SOCKET - path of the socket of "hmacdev serve" by default */
#define HMACDEV_SOCKET	"/run/hmacdev/socket"
/** define HMACDEV_SOCKET_NAME_MAX - length of a name there, in bytes */
#define HMACDEV_SOCKET_NAME_MAX	64
/** define HMACDEV_SOCKET_SECONDS - limit for each wait for "hmacdev serve" */
#define HMACDEV_SOCKET_SECONDS	10

/** struct hmacdev - handle of one context; opaque */
struct hmacdev;

/**
 * struct hmacdev_options - choices for hmacdev_new_opts() and others
 * @size: sizeof(struct hmacdev_options)
 * @source: one of enum hmacdev_key_source; 0 is HMACDEV_KEY_BYTES
 * @key: BYTES: the key; otherwise NULL
 * @key_len: BYTES: size of the key; RANDOM: size of the key, 0 for the digest
 *	size; KEYRING: 0
 * @serial: KEYRING: serial number of the key; otherwise 0
 * @tag_len: size of every tag that is made or checked, HMACDEV_TAG_MIN to the
 *	digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*, such as HMACDEV_RIGHTS_SIGNER or
 *	HMACDEV_RIGHTS_DERIVER; 0 is -EINVAL
 * @device: path of the device; NULL for HMACDEV_DEVICE
 *
 * @size and @rights must be set; 0 in another field selects its default. Later
 * versions may add fields at the end. 0 in such a field will select the
 * behaviour of this version.
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
 * @alg: "sha256", or any other name or alias that the kernel knows
 * @key: the key; may be NULL if @key_len is 0
 * @key_len: size of the key, 0 to HMACDEV_KEY_MAX
 *
 * The context has HMACDEV_RIGHTS_SIGNER. The kernel copies the key and the
 * library keeps no copy: the caller can wipe @key as soon as this returns.
 *
 * Return: 0, and the caller owns *@h until hmacdev_free(); or
 *	-ENODEV, the device does not exist (is the module loaded?);
 *	-EACCES, this process may not open the device;
 *	-EPERM, the device policy of a container forbids opening it;
 *	-ENOTTY, the device is not hmacdev's;
 *	-ENOENT, the algorithm is unknown, not in this kernel, or not allowed by
 *	the administrator or by FIPS mode;
 *	-EINVAL, @h or @alg is NULL, @alg is too long, or @key_len is out of
 *	range (in FIPS mode: below 112 bits);
 *	-EDQUOT, the user has reached the limit of contexts for one user;
 *	-ENFILE, the limit of all contexts, or of open files, is reached;
 *	-EMFILE, the process has reached its limit of descriptors;
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
 * process. The kernel copies them during this call: if the key expires, is
 * revoked, updated or unlinked later, the context does not change.
 *
 * Return: 0, or as hmacdev_new(), or
 *	-ENOKEY, there is no such key;
 *	-EACCES, this process may not search the key (or not open the device);
 *	-EKEYEXPIRED, -EKEYREVOKED, the key has expired, or was revoked;
 *	-EKEYREJECTED, the key was rejected when it was made, or its description
 *	does not begin with "hmac:";
 *	-EOPNOTSUPP, a key of this type cannot be used;
 *	-EINVAL, also if @serial is not above 0;
 *	-EIO, also if the key has no payload yet;
 *	-EINTR, a signal came while the call waited for the key.
 */
int hmacdev_new_keyring(struct hmacdev **h, const char *alg, int32_t serial);

/**
 * hmacdev_new_random() - make a context with a random key that nobody knows
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @key_len: size of the key, at most HMACDEV_KEY_MAX; 0 for the digest size
 *
 * The context has HMACDEV_RIGHTS_SIGNER. The kernel waits until its random
 * number generator is ready, and makes the key. Only processes that get the
 * descriptor or a copy of the context can check the tags.
 *
 * Return: 0, or as hmacdev_new(), or
 *	-EINTR, a signal came while the call waited for the generator.
 */
int hmacdev_new_random(struct hmacdev **h, const char *alg, size_t key_len);

/**
 * hmacdev_new_opts() - make a context with options
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @o: the options
 *
 * Return: 0, or as hmacdev_new() and hmacdev_new_keyring(), or
 *	-EINVAL, @o is NULL, @o->size is smaller than the struct of version 1,
 *	@o->rights is 0, has a bit that the kernel does not know or has both
 *	SIGN and DERIVE, or another field is invalid;
 *	-E2BIG, @o is larger than this library's struct, and a field that the
 *	library does not know is not 0.
 */
int hmacdev_new_opts(struct hmacdev **h, const char *alg,
		     const struct hmacdev_options *o);

/**
 * hmacdev_from_fd() - make a handle for a descriptor of a context
 * @h: where to put the handle; NULL is put there on failure
 * @fd: a descriptor of a keyed context, made by any process
 *
 * On success the handle owns @fd, and @fd is close-on-exec. On failure the
 * caller still owns @fd, which is unchanged.
 *
 * Return: 0, or
 *	-EBADF, @fd is not open;
 *	-ENOTTY, @fd is not a context;
 *	-ENOKEY, the context has no key yet;
 *	-EINVAL, @h is NULL;
 *	-ENOMEM.
 */
int hmacdev_from_fd(struct hmacdev **h, int fd);

/**
 * hmacdev_from_env() - make a handle for a context passed at program start
 * @h: where to put the handle; NULL is put there on failure
 * @name: name of the descriptor, as given to "hmacdev exec --name" or in a
 *	socket unit's FileDescriptorName=; NULL for the first descriptor that is
 *	a context
 *
 * The program that starts this process passes the context as systemd passes
 * sockets: LISTEN_FDS is the number of descriptors, which begin at 3,
 * LISTEN_FDNAMES has their names, and LISTEN_PID is this process. libsystemd is
 * not needed. The environment does not change. Call this once for each name,
 * since the handle takes the descriptor over.
 *
 * The environment is ignored if LISTEN_FDS is not a decimal number or is above
 * 65536, and in a program that has more privileges than the program that
 * started it (set-user-ID, file capabilities).
 *
 * Return: 0, or
 *	-ENODATA, no context was passed to this process, or none has this name;
 *	or as hmacdev_from_fd() for the descriptor that has this name.
 */
int hmacdev_from_env(struct hmacdev **h, const char *name);

/**
 * hmacdev_from_socket() - make a handle for a context from "hmacdev serve"
 * @h: where to put the handle; NULL is put there on failure
 * @path: path of the server's socket, such as HMACDEV_SOCKET
 * @name: name of a key in the server's configuration, of 1 to
 *	HMACDEV_SOCKET_NAME_MAX bytes
 *
 * The server decides by the caller's user, groups and control group. The
 * context is the caller's own, with the rights that the configuration names,
 * and stays when the server ends. The call opens a connection of type
 * SOCK_SEQPACKET, and closes it.
 *
 * Return: 0, or
 *	-EACCES, the server gives this caller no such key, or the caller may not
 *		write to the socket;
 *	-ECONNREFUSED, there is no socket @path, or no server listens there;
 *	-ETIMEDOUT, the server did not take or answer the request within
 *		HMACDEV_SOCKET_SECONDS seconds;
 *	-EINTR, a signal handler ran;
 *	-EPROTO, what listens there is not "hmacdev serve", or it ended, or it
 *		dropped the connection;
 *	-EPROTOTYPE, the socket has another type;
 *	-EINVAL, an argument is NULL or empty, or @name is too long;
 *	-ENAMETOOLONG, @path does not fit a struct sockaddr_un;
 *	-EDQUOT, the server has as many contexts as it may have or too many
 *		connections, or this user got many contexts in a short time;
 *	-ENOENT, the algorithm of a derived key is not available;
 *	-EMFILE, -ENFILE or -ENOMEM, of this process or the server;
 *	or as hmacdev_from_fd().
 */
int hmacdev_from_socket(struct hmacdev **h, const char *path, const char *name);

/**
 * hmacdev_fd() - return the descriptor, to pass it to another process
 * @h: the handle, which still owns the descriptor
 *
 * Return: the descriptor, or -EINVAL if @h is NULL.
 */
int hmacdev_fd(const struct hmacdev *h);

/**
 * hmacdev_detach() - free the handle and keep the descriptor
 * @h: the handle
 *
 * The context does not change. The descriptor is still close-on-exec.
 *
 * Return: the descriptor, which the caller owns from now on; or -EINVAL if @h
 *	is NULL.
 */
int hmacdev_detach(struct hmacdev *h);

/**
 * hmacdev_free() - close the descriptor and free the handle
 * @h: the handle; may be NULL
 *
 * The kernel wipes the key when the context and all its copies are closed.
 */
void hmacdev_free(struct hmacdev *h);

/**
 * hmacdev_update() - append to the running message
 * @h: the handle
 * @msg: the bytes; may be NULL if @len is 0
 * @len: number of bytes
 *
 * Up to HMACDEV_MSG_MAX bytes are appended together, or not at all. More bytes
 * are appended in pieces of that size. Another thread's bytes can come between
 * two pieces. After an error, including -EINTR, some pieces may have been
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
 * @len: number of bytes to read; negative to read until EOF
 * @file_failed: set to true if reading @fd failed, else to false; may be NULL
 *
 * Reads from the descriptor's position and moves it, as read(2) does. The bytes
 * of files and pipes do not pass through the process. Bytes from other sources
 * pass through a buffer in the library. Reading stops at EOF, where read(2)
 * returns 0; the file's size is not consulted. The bytes are appended in
 * pieces, and another thread's bytes can come between two pieces.
 *
 * If read(2) fails on @fd, *@file_failed is true, and strerror(3) describes the
 * error. If appending to the context fails, *@file_failed is false, and
 * hmacdev_strerror() describes the error. *@file_failed is also false for
 * -EINTR and on success.
 *
 * An error is returned even if some bytes were appended before, so that a
 * message that ends early is never mistaken for the whole. The running message
 * then has those bytes and needs hmacdev_reset(). Two errors are exceptions:
 * -EAGAIN (@fd is non-blocking and has no bytes yet) and -EINTR (a signal
 * interrupted a wait, and its handler was set up without SA_RESTART). They lose
 * no bytes, and the next call continues where this one stopped. If @len is not
 * negative and some bytes were appended, their number is returned instead.
 *
 * Bytes in the library's buffer cannot be put back. So a signal does not
 * interrupt the wait for the running message while the buffer has bytes; -EINTR
 * is returned after they were appended.
 *
 * Return: the number of bytes appended: up to @len, or all until EOF if @len is
 *	negative; 0 only at EOF or if @len is 0; or
 *	-EBADFD, the context is finalized, and nothing was read;
 *	-EAGAIN, -EINTR as above;
 *	-EINVAL, @h is NULL, or @fd cannot be read;
 *	-EBADF, -EISDIR, -EIO and every other error of read(2), with
 *	*@file_failed true;
 *	-EIO, -ENOMEM.
 */
int64_t hmacdev_update_fd(struct hmacdev *h, int fd, int64_t len,
			  bool *file_failed);

/**
 * hmacdev_digest() - make the tag of the running message, which can go on
 * @h: the handle
 * @tag: where to put the tag
 * @size: size of the buffer @tag; HMACDEV_TAG_MAX is always enough
 *
 * Return: the size of the tag, or
 *	-EPERM, the context has no HMACDEV_RIGHT_SIGN;
 *	-EBADFD, the context is finalized;
 *	-EMSGSIZE, @size is smaller than hmacdev_tag_size();
 *	-EINVAL, -EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_digest(struct hmacdev *h, void *tag, size_t size);

/**
 * hmacdev_hexdigest() - as hmacdev_digest(), with the tag as a string
 * @h: the handle
 * @hex: where to put the tag, in lower-case hexadecimal and with a NUL
 * @size: size of the buffer @hex; 2 * HMACDEV_TAG_MAX + 1 is always enough
 *
 * Return: the length of the string, without the NUL; or as hmacdev_digest().
 */
int hmacdev_hexdigest(struct hmacdev *h, char *hex, size_t size);

/**
 * hmacdev_finalize() - make the tag, and finalize the context
 * @h: the handle
 * @tag: where to put the tag
 * @size: size of the buffer @tag
 *
 * Afterwards update, digest, finalize, verify and copy return -EBADFD until
 * hmacdev_reset(). hmacdev_copy_fresh() and the functions for whole messages
 * still work. An error leaves the context unchanged.
 *
 * Return: as hmacdev_digest().
 */
int hmacdev_finalize(struct hmacdev *h, void *tag, size_t size);

/**
 * hmacdev_verify() - check a tag, and finalize the context
 * @h: the handle
 * @tag: the tag
 * @len: size of the tag
 *
 * The kernel compares the tags in constant time. A tag of another size than
 * hmacdev_tag_size() never matches. The context is finalized whether or not the
 * tag matches. Any other error leaves it unchanged.
 *
 * Return: 0, @tag is the tag of the running message; or
 *	-EBADMSG, it is not;
 *	-EPERM, the context has no HMACDEV_RIGHT_VERIFY;
 *	-EBADFD, the context is finalized;
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
 * hmacdev_copy() - make a second context: same key, running message and rights
 * @h: the handle
 * @copy: where to put the new handle; NULL is put there on failure
 *
 * Afterwards the two contexts share nothing but the key.
 *
 * Return: 0, and the caller owns *@copy until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_COPY;
 *	-EBADFD, the context is finalized;
 *	-EDQUOT, -ENFILE, -EMFILE as hmacdev_new();
 *	-EACCES, a security module refuses the new file;
 *	-EINVAL, -EINTR, -ENOMEM.
 */
int hmacdev_copy(struct hmacdev *h, struct hmacdev **copy);

/**
 * hmacdev_copy_restricted() - make a second context with fewer rights
 * @h: the handle
 * @rights: mask of HMACDEV_RIGHT_* to keep; 0 keeps none, UINT32_MAX keeps all
 * @copy: where to put the new handle; NULL is put there on failure
 *
 * The mask only removes rights: bits that @h does not have, or that the kernel
 * does not know, are ignored.
 *
 * Return: as hmacdev_copy().
 */
int hmacdev_copy_restricted(struct hmacdev *h, uint32_t rights,
			    struct hmacdev **copy);

/**
 * hmacdev_copy_fresh() - make a second context: same key, no message
 * @h: the handle, finalized or not
 * @rights: as for hmacdev_copy_restricted()
 * @copy: where to put the new handle; NULL is put there on failure
 *
 * The call neither uses the running message of @h nor waits for it. Use it for
 * the key of a context that others may use at the same time.
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
 * The other rights are dropped for good, for everyone who shares the context. A
 * running call of another thread fails with -EPERM, unless it has made its last
 * check of the right. Contexts that were copied or derived before keep their
 * rights.
 *
 * Return: 0, or -EINVAL if @h is NULL.
 */
int hmacdev_restrict(struct hmacdev *h, uint32_t rights);

/**
 * hmacdev_derive() - make a context whose key is a tag made with this one's key
 * @h: the handle
 * @alg: algorithm of the new context, as for hmacdev_new()
 * @label: the message; may be NULL if @len is 0
 * @len: size of the message, at most HMACDEV_MSG_MAX
 * @rights: mask of HMACDEV_RIGHT_* that the new context has; 0 for none
 * @child: where to put the new handle; NULL is put there on failure
 *
 * The new key is the full-size tag of @label, and is never in the process's
 * memory. The new context has the rights in @rights, whatever the rights of @h.
 * Its tags are full digests. The call neither uses the running message of @h
 * nor waits for it. The same label gives the same key again: never use one
 * label for a context that signs and for one that derives.
 *
 * Return: 0, and the caller owns *@child until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_DERIVE;
 *	-ENOENT, the algorithm is unknown, not allowed, or not in the kernel at
 *	this moment: the call loads no module;
 *	-EINVAL, an argument is NULL, @alg is too long, @len is out of range, or
 *	@rights has a bit that the kernel does not know or has both SIGN and
 *	DERIVE;
 *	-EDQUOT, -ENFILE, -EMFILE as hmacdev_new();
 *	-EACCES, a security module refuses the new file;
 *	-EINTR, -EFAULT, -ENOMEM.
 */
int hmacdev_derive(struct hmacdev *h, const char *alg, const void *label,
		   size_t len, uint32_t rights, struct hmacdev **child);

/**
 * hmacdev_derive_opts() - as hmacdev_derive(), with a choice of the tag size
 * @h: the handle
 * @alg: algorithm of the new context, as for hmacdev_new()
 * @label: the message; may be NULL if @len is 0
 * @len: size of the message, at most HMACDEV_MSG_MAX
 * @o: @o->size, @o->tag_len and @o->rights; the other fields must be 0
 * @child: where to put the new handle; NULL is put there on failure
 *
 * Return: as hmacdev_derive(), or
 *	-EINVAL, @o is NULL, @o->size is smaller than the struct of version 1,
 *	@o->rights is 0, @o->tag_len is out of range, or another field is not 0;
 *	-E2BIG as hmacdev_new_opts().
 */
int hmacdev_derive_opts(struct hmacdev *h, const char *alg, const void *label,
			size_t len, const struct hmacdev_options *o,
			struct hmacdev **child);

/**
 * hmacdev_mac() - make the tag of a whole message
 * @h: the handle, finalized or not
 * @msg: the message; may be NULL if @len is 0
 * @len: size of the message, at most HMACDEV_MSG_MAX
 * @tag: where to put the tag
 * @size: size of the buffer @tag
 *
 * The call neither uses the running message of the context nor waits for it, so
 * threads that share a handle can do this at the same time.
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
 * @msg: the message; may be NULL if @len is 0
 * @len: size of the message, at most HMACDEV_MSG_MAX
 * @tag: the tag
 * @tag_len: size of the tag
 *
 * The kernel compares as for hmacdev_verify(). Like hmacdev_mac(), the call
 * neither uses the running message nor waits for it.
 *
 * Return: 0, @tag is the tag of the message; or
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
 * @n: number of operations, at most INT_MAX
 * @op_size: sizeof(struct hmacdev_op) in the caller's header
 *
 * The kernel processes the operations in order, as hmacdev_mac() and
 * hmacdev_mac_verify() do. Each operation has its result in status: 0 or a
 * negative errno. HMACDEV_OP_SIGN puts the size of the tag into tag_len. An
 * operation that fails does not stop the others. Only tag_len and status are
 * written. An operation has the status -E2BIG if a field that the kernel does
 * not know is not 0. Up to HMACDEV_BATCH_MAX operations take one system call,
 * or more calls if a signal comes between two operations.
 *
 * Return: the number of operations processed: @n, or fewer if the memory at
 *	@ops ends before, and then the rest is unchanged; or, if none was
 *	processed,
 *	-EINVAL, @h is NULL, @n is above INT_MAX, or @op_size is smaller than
 *	the struct of version 1, above HMACDEV_OP_SIZE_MAX or not a multiple of
 *	8;
 *	-EFAULT for @ops.
 */
int hmacdev_batch(struct hmacdev *h, struct hmacdev_op *ops, size_t n,
		  size_t op_size);

/**
 * hmacdev_oneshot() - make a tag from a key and a message, and keep nothing
 * @alg: as for hmacdev_new()
 * @key: the key; may be NULL if @key_len is 0
 * @key_len: size of the key, 0 to HMACDEV_KEY_MAX
 * @msg: the message; may be NULL if @len is 0
 * @len: size of the message, at most HMACDEV_MSG_MAX
 * @tag: where to put the tag
 * @size: size of the buffer @tag; HMACDEV_TAG_MAX is always enough
 *
 * The first call opens the device. The library keeps that descriptor, which is
 * close-on-exec and has no key, so that a later call is one system call. If the
 * program has closed the descriptor, the next call opens a new one.
 *
 * Return: the size of the tag, which is the full digest; or as hmacdev_new(),
 *	or
 *	-EINVAL, also if @len is out of range;
 *	-EMSGSIZE, @size is smaller than the digest.
 */
int hmacdev_oneshot(const char *alg, const void *key, size_t key_len,
		    const void *msg, size_t len, void *tag, size_t size);

/**
 * hmacdev_compare_digest() - compare two tags in constant time
 * @a: one tag; may be NULL if @a_len is 0
 * @a_len: size of @a
 * @b: the other tag; may be NULL if @b_len is 0
 * @b_len: size of @b
 *
 * The time depends only on the sizes. With a context, prefer hmacdev_verify():
 * the right tag is then never in the process's memory.
 *
 * Return: true if the sizes and the bytes are the same.
 */
bool hmacdev_compare_digest(const void *a, size_t a_len,
			    const void *b, size_t b_len);

/**
 * hmacdev_name() - name of the MAC, as in Python's hmac module
 * @h: the handle, which owns the string
 *
 * Return: a name such as "hmac-sha256"; NULL if @h is NULL.
 */
const char *hmacdev_name(const struct hmacdev *h);

/**
 * hmacdev_digest_size() - size of the hash's full digest
 * @h: the handle
 *
 * Return: the size; 0 if @h is NULL.
 */
size_t hmacdev_digest_size(const struct hmacdev *h);

/**
 * hmacdev_block_size() - size of the hash's block
 * @h: the handle
 *
 * Return: the size; 0 if @h is NULL.
 */
size_t hmacdev_block_size(const struct hmacdev *h);

/**
 * hmacdev_tag_size() - size of every tag of the context
 * @h: the handle
 *
 * Return: the size, which is the digest size unless the context was made with a
 *	shorter one; 0 if @h is NULL.
 */
size_t hmacdev_tag_size(const struct hmacdev *h);

/**
 * hmacdev_info() - describe the current state of the context
 * @h: the handle
 * @info: where to put the description
 * @size: sizeof(struct hmacdev_info) in the caller's header
 *
 * State, rights and size of the running message can change at any time if
 * others share the context. The call takes no lock and does not wait. Each
 * field is current, but the fields together are not a snapshot.
 * @info->known_rights and @info->features are those that the kernel knows.
 *
 * Return: 0, or
 *	-EINVAL, @h or @info is NULL, or @size is smaller than the struct of
 *	version 1.
 */
int hmacdev_info(struct hmacdev *h, struct hmacdev_info *info, size_t size);

/**
 * hmacdev_alg() - describe an algorithm of the interface, by index
 * @index: number of the algorithm, from 0
 * @info: where to put the description
 * @size: sizeof(struct hmacdev_alg) in the caller's header
 *
 * To list all algorithms, count @index up from 0 until -ENOENT. A later version
 * of the module may have another order. The list includes algorithms that this
 * kernel does not have. @info->traits has HMACDEV_ALG_AVAILABLE if the kernel
 * has the algorithm, and HMACDEV_ALG_UNTRIED if hmacdev_new() may find it by
 * loading a module. hmacdev_alg() loads no module.
 *
 * Return: 0, or
 *	-ENOENT, there is no algorithm with this @index;
 *	-ENODEV, -EACCES, -EPERM, -ENOTTY, -EDQUOT, -EMFILE, -ENFILE, -ENOMEM
 *	as hmacdev_new();
 *	-EINVAL, @info is NULL, or @size is smaller than the struct of version
 *	1.
 */
int hmacdev_alg(uint32_t index, struct hmacdev_alg *info, size_t size);

/**
 * hmacdev_alg_by_name() - describe an algorithm of the interface, by name
 * @name: name of the algorithm, as for hmacdev_new()
 * @info: where to put the description, which has the canonical name
 * @size: sizeof(struct hmacdev_alg) in the caller's header
 *
 * Return: as hmacdev_alg(), or
 *	-ENOENT, the name is unknown;
 *	-EINVAL, also if @name is NULL or too long.
 */
int hmacdev_alg_by_name(const char *name, struct hmacdev_alg *info,
			size_t size);

/**
 * hmacdev_strerror() - describe a result
 * @err: the result of a function of this library, or a negative errno
 *
 * A result of 0 or more is a success or a length, so its description is
 * "success". To describe an errno, pass it as a negative number. -EPERM is
 * described as a missing right of the context. Functions that open the device
 * can also fail with -EPERM if the device policy of a container forbids it.
 *
 * Return: a string that the caller must not change or free. If the errno has no
 *	special meaning here, the string is that of strerror(3), which the
 *	thread's next call may change.
 */
const char *hmacdev_strerror(int err);

/**
 * hmacdev_version() - version of the library that the program runs with
 *
 * HMACDEV_VERSION_MAJOR, _MINOR and _PATCH are the version of the header that
 * the program was compiled with.
 *
 * Return: a string such as "0.1.0".
 */
const char *hmacdev_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* HMACDEV_H */
