// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: bytes on their way from the caller's memory to a hash.
 *
 * They are copied, a bounded piece at a time, and the piece is wiped. No page of
 * the caller's is pinned, mapped or referenced.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hmacdev.h"

/*
 * A message that fits SMALL takes no heap. PIECE is small enough for the
 * allocation to be easy, and to keep the hash, which may turn preemption off to
 * use vector registers, from doing so for long.
 */
#define SMALL	256
#define PIECE	4096

/**
 * hmacdev_message_feed() - update a running hash with a message
 * @desc: the running hash
 * @msg: where the message is; advanced past what was taken
 *
 * Context: process, may sleep.
 * Return: how many bytes were taken, fewer than there were if the rest is not in
 * the caller's memory (0 only for an empty message); -EFAULT if not even the
 * first is; -EINTR if the caller was killed; -ENOMEM. After an error, and only
 * then, @desc may have taken some of the message.
 */
ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg)
{
	size_t size = min_t(size_t, iov_iter_count(msg), PIECE);
	u8 small[SMALL], *piece = small;
	size_t fed = 0;
	int err = 0;

	if (size > sizeof(small)) {
		piece = kmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!piece)
			return -ENOMEM;
	}

	while (iov_iter_count(msg)) {
		size_t want = min(size, iov_iter_count(msg));
		size_t got = copy_from_iter(piece, want, msg);

		err = crypto_shash_update(desc, piece, got);
		if (err)
			break;
		fed += got;
		if (got < want)
			break;
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		cond_resched();
	}
	if (!err && !fed && iov_iter_count(msg))
		err = -EFAULT;

	memzero_explicit(piece, size);
	if (piece != small)
		kfree(piece);
	return err ?: fed;
}
