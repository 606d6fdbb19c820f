// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: feed bytes from user memory to a hash.
 *
 * The bytes are copied in chunks of bounded size, and the chunk is wiped. No
 * page of user memory is pinned, mapped or referenced.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hmacdev.h"

/*
 * A chunk is 1/8 of the message, so that allocating and wiping it costs little.
 * The maximum bounds how long a hash that uses SIMD disables preemption.
 */
#define CHUNK_MAX	16384

/*
 * Update a hash with @msg. Returns the number of bytes hashed: fewer than @msg
 * has if the rest faults, or -EFAULT if the first byte faults. After an error,
 * a part of @msg may have been hashed.
 */
ssize_t hmacdev_message_feed(struct shash_desc *desc, struct iov_iter *msg)
{
	size_t len = iov_iter_count(msg);
	size_t part = round_down(len / 8, HMACDEV_SMALL);
	size_t size = min(ALIGN(len, sizeof(u64)),
			  clamp_t(size_t, part, HMACDEV_SMALL, CHUNK_MAX));
	/* Leaving it uninitialized saves writing each byte once more. */
	u8 small[HMACDEV_SMALL] __aligned(8) __uninitialized, *chunk = small;
	ssize_t fed = 0;
	int err = 0;

	if (size > sizeof(small)) {
		chunk = kmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!chunk)
			return -ENOMEM;
	}

	while (!err && iov_iter_count(msg)) {
		size_t got = copy_from_iter(chunk, size, msg);

		err = hmacdev_hash_error(crypto_shash_update(desc, chunk, got));
		fed += got;
		/* After a fault, some CPUs copy fewer bytes than they could. */
		if (!got) {
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
