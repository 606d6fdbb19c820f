// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages behind a descriptor. Where the kernel can, it takes them from the
 * page cache or the pipe without our seeing them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "context.h"

/* The most that one system call is asked to take. */
#define PIECE	(1U << 30)
/* What fits any thread's stack, and is much compared with a system call. */
#define BUFFER	16384

static ssize_t by_sendfile(struct hmacdev *h, int fd, size_t len)
{
	ssize_t n = sendfile(h->fd, fd, NULL, len);

	return n < 0 ? -errno : n;
}

static ssize_t by_splice(struct hmacdev *h, int fd, size_t len)
{
	ssize_t n = splice(fd, NULL, h->fd, NULL, len, 0);

	return n < 0 ? -errno : n;
}

static ssize_t by_read(struct hmacdev *h, int fd, size_t len)
{
	unsigned char buffer[BUFFER];
	ssize_t n = read(fd, buffer, len < BUFFER ? len : BUFFER);
	int rc;

	if (n <= 0)
		return n < 0 ? -errno : 0;
	rc = hmacdev_update(h, buffer, (size_t)n);
	explicit_bzero(buffer, (size_t)n);
	return rc < 0 ? rc : n;
}

/*
 * From the one that does the least to the one that does any file. That one has
 * the last word on errors, and on what the end is: not all that has no size is
 * empty.
 */
static ssize_t (*const ways[])(struct hmacdev *h, int fd, size_t len) = {
	by_sendfile, by_splice, by_read,
};

#define LAST_WAY	(sizeof(ways) / sizeof(*ways) - 1)

static size_t piece(int64_t len, int64_t taken)
{
	return len >= 0 && len - taken < PIECE ? (size_t)(len - taken) : PIECE;
}

/* How many bytes were taken before *end, which is 0 or a negative errno. */
static int64_t take(struct hmacdev *h, int fd, int64_t len, int *end)
{
	int64_t taken = 0;
	size_t way = 0;

	*end = 0;
	while (taken != len) {
		ssize_t n = ways[way](h, fd, piece(len, taken));

		if (n > 0) {
			taken += n;
			continue;
		}
		if (n == -EINTR || way == LAST_WAY) {
			*end = (int)n;
			break;
		}
		way++;
	}
	return taken;
}

int64_t hmacdev_update_fd(struct hmacdev *h, int fd, int64_t len)
{
	int saved = errno;
	int64_t taken;
	/* Whatever the context refuses is refused before anything is read. */
	int end = hmacdev_update(h, NULL, 0);

	if (end < 0)
		return end;
	taken = take(h, fd, len, &end);
	errno = saved;
	/* These lose nothing, and who gave a length sees that there is more. */
	if (taken && len >= 0 && (end == -EAGAIN || end == -EINTR))
		return taken;
	return end < 0 ? end : taken;
}
