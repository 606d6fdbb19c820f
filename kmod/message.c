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

/*
 * A piece is an eighth of the message, so that to clear and wipe it costs
 * little; but enough for the way to the hash to cost little, too, and no more
 * than the hash, which may use vector registers, should take unpreempted.
 */
#define PIECE_MIN	1024
#define PIECE_MAX	16384

/*
 * Update a running hash with @msg. Returns how many bytes were taken: fewer
 * than there were if the rest is not in the caller's memory, and -EFAULT if not
 * even the first is. After an error, some may have been taken all the same.
 */
ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg)
{
	size_t len = iov_iter_count(msg);
	size_t part = round_down(len / 8, PIECE_MIN);
	size_t size = min(ALIGN(len, sizeof(u64)),
			  clamp_t(size_t, part, PIECE_MIN, PIECE_MAX));
	u8 small[HMACDEV_SMALL] __uninitialized, *piece = small;
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

	hmacdev_wipe(piece, size);
	if (piece != small)
		kfree(piece);
	return err ?: fed;
}
