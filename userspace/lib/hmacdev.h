/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libhmacdev: HMAC by the kernel's /dev/hmac.
 *
 *	struct hmacdev *h;
 *	char hex[2 * HMACDEV_TAG_MAX + 1];
 *
 *	if (hmacdev_new(&h, "sha256", key, key_len) == 0) {
 *		hmacdev_update(h, msg, len);
 *		hmacdev_hexdigest(h, hex, sizeof(hex));
 *		hmacdev_free(h);
 *	}
 *
 * Results: 0 or a length, or a negative errno that hmacdev_strerror() puts into
 * words. The library leaves errno alone, prints nothing and never aborts. All
 * sizes are in bytes.
 *
 * Threads: a handle does not change between its creation and hmacdev_free(), so
 * threads may share it. The kernel puts their calls on the running message in
 * a row; those with whole messages run side by side. Only free it once nobody
 * uses it any more.
 *
 * Every descriptor that the library opens or takes over is close-on-exec.
 * fork(2) gives the child the same context, running message included: give the
 * child an hmacdev_copy() where both go on.
 *
 * Any call on a handle can also return what the kernel has for it in general:
 * -EINVAL for a NULL handle, -ENOMEM, -EFAULT for an address that is not the
 * caller's.
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

/** define HMACDEV_DEVICE - the device that is opened unless another is named */
#define HMACDEV_DEVICE	"/dev/hmac"

/** struct hmacdev - handle of one context; opaque */
struct hmacdev;

/**
 * struct hmacdev_options - what hmacdev_new_opts() can be asked for
 * @size: sizeof(struct hmacdev_options)
 * @source: one of enum hmacdev_key_source; 0 is HMACDEV_KEY_BYTES
 * @key: BYTES: the key; else NULL
 * @key_len: BYTES: size of the key; RANDOM: size of the key, 0 for the digest
 *	size; KEYRING: 0
 * @serial: KEYRING: serial number of the key; else 0
 * @tag_len: size of every tag that is made or checked, HMACDEV_TAG_MIN to the
 *	digest size; 0 for the digest size
 * @rights: mask of HMACDEV_RIGHT_*; 0 for all of them
 * @device: path of the device; NULL for HMACDEV_DEVICE
 *
 * Set @size, and what is to differ from 0. Later versions may add fields at the
 * end; zero in them will mean what this version does.
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
 * The kernel takes its copy of the key, and the library keeps none: the caller
 * can wipe @key as soon as this returns.
 *
 * Return: 0, and the caller owns *@h until hmacdev_free(); or
 *	-ENODEV, the device is not there (is the module loaded?);
 *	-EACCES, the device may not be opened by this process;
 *	-ENOTTY, it is the device of something else;
 *	-ENOENT, no such algorithm here;
 *	-EINVAL, @h or @alg is NULL, @alg is longer than any name, or @key_len
 *	is out of range (in FIPS mode: below 112 bits);
 *	-EFAULT, -ENOMEM, -EMFILE, -ENFILE.
 */
int hmacdev_new(struct hmacdev **h, const char *alg,
		const void *key, size_t key_len);

/**
 * hmacdev_new_keyring() - make a context with a key of the kernel's keyrings
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @serial: serial number of a key that the caller may search, of the type
 *	"user", "logon", "encrypted" or "trusted"
 *
 * The key's bytes never enter the process. What becomes of the key afterwards
 * does not reach the context.
 *
 * Return: 0, or as hmacdev_new(), or
 *	-ENOKEY, there is no such key;
 *	-EACCES, it may not be searched (or the device may not be opened);
 *	-EKEYEXPIRED, -EKEYREVOKED, -EKEYREJECTED, it is in that state;
 *	-ENOPROTOOPT, it is not of a type that can be used.
 */
int hmacdev_new_keyring(struct hmacdev **h, const char *alg, int32_t serial);

/**
 * hmacdev_new_random() - make a context with a key that nobody knows
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @key_len: size of the key, at most HMACDEV_KEY_MAX; 0 for the digest size
 *
 * The kernel makes the key. Only hmacdev_copy() and passing the descriptor let
 * anyone else check what it signs.
 *
 * Return: 0, or as hmacdev_new().
 */
int hmacdev_new_random(struct hmacdev **h, const char *alg, size_t key_len);

/**
 * hmacdev_new_opts() - make a context with everything that can be chosen
 * @h: where to put the handle; NULL is put there on failure
 * @alg: as for hmacdev_new()
 * @o: the choices
 *
 * Return: 0, or as hmacdev_new() and hmacdev_new_keyring(), or
 *	-EINVAL, @o is NULL, @o->size is smaller than the first version of the
 *	struct, or a field is not what the kernel takes;
 *	-E2BIG, @o is larger than this library's struct, and what it does not
 *	know is not 0.
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
 * @name: which, as "hmacdev exec --name" or a socket unit's FileDescriptorName=
 *	has it; NULL for the first that is a context
 *
 * Whoever started the process passed it, as systemd passes sockets: as one of
 * LISTEN_FDS descriptors from 3 on, named in LISTEN_FDNAMES, if LISTEN_PID is
 * this process. libsystemd is not needed. The environment stays as it is; ask
 * for each name once, since the handle takes the descriptor over. In a program
 * with more privileges than who started it, nothing counts as passed.
 *
 * Return: 0, or
 *	-ENODATA, no context was passed to this process, or none of that name;
 *	or as hmacdev_from_fd(), for what has that name.
 */
int hmacdev_from_env(struct hmacdev **h, const char *name);

/**
 * hmacdev_fd() - the descriptor, to pass it on or poll /proc/self/fdinfo
 * @h: the handle, which goes on owning it
 *
 * Return: the descriptor, or -EINVAL.
 */
int hmacdev_fd(const struct hmacdev *h);

/**
 * hmacdev_free() - close the descriptor and free the handle
 * @h: the handle; NULL is fine
 *
 * The kernel wipes the key when the last reference to the context is closed.
 */
void hmacdev_free(struct hmacdev *h);

/**
 * hmacdev_update() - append to the message
 * @h: the handle
 * @msg: the bytes; NULL is fine where @len is 0
 * @len: how many
 *
 * Up to HMACDEV_MSG_MAX the bytes are appended in one piece, or not at all.
 * More go in pieces of that size: another thread's bytes can come between two
 * pieces, and after an error some of them may have been appended.
 *
 * Return: 0, or
 *	-EBADFD, the context is finalized;
 *	-EINVAL, @h is NULL, or @len is more than any object has;
 *	-EFAULT, -ENOMEM.
 */
int hmacdev_update(struct hmacdev *h, const void *msg, size_t len);

/**
 * hmacdev_update_fd() - append what can be read from a descriptor
 * @h: the handle
 * @fd: the descriptor: a file, pipe, socket or whatever can be read
 * @len: how many bytes; negative for all there are until the end
 *
 * Reads from the descriptor's position on, and moves it, as read(2) does. The
 * bytes of files and pipes go from one place in the kernel to the other; those
 * of others pass through a buffer. The end is where reading finds it, whatever
 * size a file had before. Between two pieces, another thread's bytes can come.
 *
 * An error is told even if part of the bytes was taken before: a message that
 * ends early is never mistaken for the whole. The part is in the context, which
 * needs hmacdev_reset(), with two exceptions. -EAGAIN (@fd is non-blocking) and
 * -EINTR (a signal came while waiting, with a handler without SA_RESTART) lose
 * nothing: the same call again goes on where this one stopped. With a @len of 0
 * or more, they are told only if nothing was taken, else the part is.
 *
 * Return: how many bytes were taken: with a negative @len all until the end,
 *	else up to @len, and 0 only at the end; or
 *	-EBADFD, the context is finalized, and nothing was read;
 *	-EAGAIN, -EINTR as above;
 *	-EINVAL, @h is NULL, or @fd is nothing to read;
 *	-EBADF, -EISDIR, -EIO and whatever else reading has to tell;
 *	-ENOMEM.
 */
int64_t hmacdev_update_fd(struct hmacdev *h, int fd, int64_t len);

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
 *	-EINVAL, -EFAULT, -ENOMEM.
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
 * After it the context is finalized: another update, digest, finalize, verify
 * or copy is -EBADFD until hmacdev_reset(). After an error it is as before.
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
 * whatever the answer: one message, one guess.
 *
 * Return: 0, it is the tag of the message; or
 *	-EBADMSG, it is not;
 *	-EPERM, the context has no HMACDEV_RIGHT_VERIFY;
 *	-EBADFD, it is finalized;
 *	-EINVAL, -EFAULT, -ENOMEM.
 */
int hmacdev_verify(struct hmacdev *h, const void *tag, size_t len);

/**
 * hmacdev_reset() - start a new message with the same key
 * @h: the handle, finalized or not
 *
 * Return: 0, or -EINVAL.
 */
int hmacdev_reset(struct hmacdev *h);

/**
 * hmacdev_copy() - make a second context: same key, message so far and rights
 * @h: the handle
 * @copy: where to put the new one; NULL is put there on failure
 *
 * From here on the two know nothing of each other.
 *
 * Return: 0, and the caller owns *@copy until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_COPY;
 *	-EBADFD, it is finalized;
 *	-EMFILE, -ENFILE, -ENOMEM, -EINVAL.
 */
int hmacdev_copy(struct hmacdev *h, struct hmacdev **copy);

/**
 * hmacdev_copy_restricted() - make a second context that may do less
 * @h: the handle
 * @rights: mask of HMACDEV_RIGHT_* to keep, of those that @h has; 0 keeps none
 * @copy: where to put the new one; NULL is put there on failure
 *
 * Return: as hmacdev_copy(); -EINVAL for an unknown right, too.
 */
int hmacdev_copy_restricted(struct hmacdev *h, uint32_t rights,
			    struct hmacdev **copy);

/**
 * hmacdev_restrict() - drop rights
 * @h: the handle
 * @rights: mask of HMACDEV_RIGHT_* to keep, of those that @h has; 0 keeps none
 *
 * For good, and for everyone who holds the context.
 *
 * Return: 0, or -EINVAL for an unknown right.
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
 * The new key is the full tag of @label, and is never in the process's memory.
 * It is another key: its rights are those asked for, whatever those of @h. Its
 * tags are full digests. The running message of @h is not touched.
 *
 * Return: 0, and the caller owns *@child until hmacdev_free(); or
 *	-EPERM, the context has no HMACDEV_RIGHT_DERIVE;
 *	-ENOENT, no such algorithm here;
 *	-EINVAL, also for an unknown right; -EFAULT, -EMFILE, -ENFILE, -ENOMEM.
 */
int hmacdev_derive(struct hmacdev *h, const char *alg, const void *label,
		   size_t len, uint32_t rights, struct hmacdev **child);

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
 *	-EINVAL, -EFAULT, -ENOMEM.
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
 *	-EINVAL, -EFAULT, -ENOMEM.
 */
int hmacdev_mac_verify(struct hmacdev *h, const void *msg, size_t len,
		       const void *tag, size_t tag_len);

/**
 * hmacdev_batch() - make and check the tags of many whole messages
 * @h: the handle, finalized or not
 * @ops: the operations, HMACDEV_OP_SIGN and HMACDEV_OP_VERIFY in any mixture
 * @n: how many, at most INT_MAX
 *
 * Each is done as by hmacdev_mac() or hmacdev_mac_verify(), in their order. The
 * result of each is in its status: 0 or a negative errno; for HMACDEV_OP_SIGN
 * tag_len then is the size of the tag. One that fails keeps none of the others
 * from being done. Up to HMACDEV_BATCH_MAX take one system call, unless signals
 * come in between.
 *
 * Return: how many operations were done: @n, or fewer if the memory at @ops
 *	ends before, the rest being as it was; or, if none was done,
 *	-EINVAL for @h or @n, -EFAULT for @ops.
 */
int hmacdev_batch(struct hmacdev *h, struct hmacdev_op *ops, size_t n);

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
 * without a key, which the first call opens; so any further call is one system
 * call. If the program closes it with others, the next call opens another.
 *
 * Return: the size of the tag, which is the full digest; or
 *	as hmacdev_new(), or -EMSGSIZE, @size is smaller than the digest.
 */
int hmacdev_oneshot(const char *alg, const void *key, size_t key_len,
		    const void *msg, size_t len, void *tag, size_t size);

/**
 * hmacdev_compare_digest() - compare two tags without telling where they differ
 * @a: one; NULL is fine where @a_len is 0
 * @a_len: its size
 * @b: the other; NULL is fine where @b_len is 0
 * @b_len: its size
 *
 * The time it takes depends on the sizes only. Where there is a context,
 * hmacdev_verify() is the better way: then no tag needs to be made.
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
 * hmacdev_alg() - describe an algorithm that the interface knows
 * @index: from 0
 * @info: where to put the description
 *
 * An algorithm is listed also where this kernel does not have it:
 * HMACDEV_ALG_AVAILABLE in @info->traits tells.
 *
 * Return: 0, or
 *	-ENOENT, @index is past the last;
 *	-ENODEV, -EACCES, -ENOTTY, -EMFILE, -ENFILE, -ENOMEM as hmacdev_new();
 *	-EINVAL, @info is NULL.
 */
int hmacdev_alg(uint32_t index, struct hmacdev_alg *info);

/**
 * hmacdev_strerror() - say in words what an error means here
 * @err: what a function returned, or an errno
 *
 * Return: a string that the caller neither changes nor frees. For an errno that
 *	has no meaning of its own here it is strerror(3)'s, and good until the
 *	thread's next call.
 */
const char *hmacdev_strerror(int err);

/**
 * hmacdev_version() - version of the library
 *
 * Return: such as "0.1.0".
 */
const char *hmacdev_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* HMACDEV_H */
