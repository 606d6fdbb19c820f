// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: bytes on their way from the caller's memory to a hash.
 *
 * They are copied, a piece of bounded size at a time, and the piece is wiped.
 * No page of the caller's is pinned, mapped or referenced.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hmacdev.h"

/* A message that fits this is worth no heap. */
#define SMALL	256

/*
 * Large enough for the cost of a piece to vanish behind that of hashing it, and
 * small enough for the hash, which may turn preemption off while it uses vector
 * registers, not to do so for long.
 */
#define PIECE	16384

/*
 * Update a running hash with @msg. Returns how many bytes were taken: fewer
 * than there were if the rest is not in the caller's memory, and -EFAULT if not
 * even the first is. After an error, some may have been taken all the same.
 */
ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg)
{
	size_t size = min_t(size_t, iov_iter_count(msg), PIECE);
	u8 small[SMALL] __uninitialized, *piece = small;
	ssize_t fed = 0;
	int err = 0;

	if (size > sizeof(small)) {
		piece = kmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!piece)
			return -ENOMEM;
	}

	while (!err && iov_iter_count(msg)) {
		size_t want = min(size, iov_iter_count(msg));
		size_t got = copy_from_iter(piece, want, msg);

		err = crypto_shash_update(desc, piece, got);
		fed += got;
		if (got < want) {
			err = err ?: fed ? 0 : -EFAULT;
			break;
		}
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}

	memzero_explicit(piece, size);
	if (piece != small)
		kfree(piece);
	return err ?: fed;
}

static noinline int long_tag(struct shash_desc *desc, u64 msg, size_t len,
			     u8 *tag)
{
	struct iov_iter iter;
	ssize_t fed;
	int err = crypto_shash_init(desc);

	if (err)
		return err;
	iov_iter_ubuf(&iter, ITER_SOURCE, u64_to_user_ptr(msg), len);
	fed = hmacdev_message_feed(desc, &iter);
	if (fed < 0)
		return fed;
	return fed < len ? -EFAULT : crypto_shash_final(desc, tag);
}

/*
 * Make the tag of the @len bytes at @msg, of the full digest size. The caller
 * wipes it, also after an error. The buffers are not cleared before they are
 * written: that would cost more than the call.
 */
int hmacdev_message_tag(struct crypto_shash *tfm, u64 msg, size_t len, u8 *tag)
{
	u8 room[sizeof(struct shash_desc) + HASH_MAX_DESCSIZE]
		CRYPTO_MINALIGN_ATTR __uninitialized;
	u8 small[SMALL] CRYPTO_MINALIGN_ATTR __uninitialized;
	struct shash_desc *desc = (void *)room;
	int err;

	desc->tfm = tfm;
	if (len > sizeof(small)) {
		err = long_tag(desc, msg, len, tag);
	} else {
		err = hmacdev_get(small, u64_to_user_ptr(msg), len) ?:
		      crypto_shash_init(desc) ?:
		      crypto_shash_finup(desc, small, len, tag);
		hmacdev_wipe(small, len);
	}
	hmacdev_wipe(desc, sizeof(*desc) + crypto_shash_descsize(tfm));
	return err;
}
