// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: feed bytes from the caller's memory to a hash.
 *
 * They are copied, a chunk of bounded size at a time, and the chunk is wiped.
 * No page of the caller's is pinned, mapped or referenced.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hmacdev.h"

/*
 * A chunk is an eighth of the message, so allocating and wiping it is cheap.
 * The maximum bounds how long a hash in vector registers is not preempted.
 */
#define CHUNK_MIN	1024
#define CHUNK_MAX	16384

/*
 * Update a running hash with @msg. Returns how many bytes were taken: fewer
 * than @msg has if the rest faults, -EFAULT if the first byte does. After an
 * error, the hash may have taken some bytes.
 */
ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg)
{
	size_t len = iov_iter_count(msg);
	size_t part = round_down(len / 8, CHUNK_MIN);
	size_t size = min(ALIGN(len, sizeof(u64)),
			  clamp_t(size_t, part, CHUNK_MIN, CHUNK_MAX));
	u8 small[HMACDEV_SMALL] __aligned(8), *chunk = small;
	ssize_t fed = 0;
	int err = 0;

	if (size > sizeof(small)) {
		chunk = kmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!chunk)
			return -ENOMEM;
	}

	while (!err && iov_iter_count(msg)) {
		size_t want = min(size, iov_iter_count(msg));
		size_t got = copy_from_iter(chunk, want, msg);

		err = hmacdev_hash_error(crypto_shash_update(desc, chunk, got));
		fed += got;
		if (got < want) {
			err = err ?: fed ? 0 : -EFAULT;
			break;
		}
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}

	hmacdev_wipe(chunk, size);
	if (chunk != small)
		kfree(chunk);
	return err ?: fed;
}
