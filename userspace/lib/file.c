// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages that are read from a descriptor. If possible, the kernel takes the
 * bytes from the page cache or the pipe, and they do not pass through the
 * process.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "context.h"

/* Size of the largest request to one system call */
#define PIECE	(1U << 30)
/* Fits the stack of any thread; hashing it costs more than the read(2). */
#define BUFFER	16384

struct transfer {
	struct hmacdev *h;
	int fd;
	bool file_failed;	/* read(2) failed */
	bool interrupted;	/* a signal came, and UPDATE was retried */
};

static ssize_t by_sendfile(struct transfer *t, size_t len)
{
	ssize_t n = sendfile(t->h->fd, t->fd, NULL, len);

	return n < 0 ? -errno : n;
}

static ssize_t by_splice(struct transfer *t, size_t len)
{
	ssize_t n = splice(t->fd, NULL, t->h->fd, NULL, len, 0);

	return n < 0 ? -errno : n;
}

/* Retry if interrupted: the bytes were read and cannot be put back. */
static int append(struct transfer *t, const void *bytes, size_t len)
{
	int rc;

	while ((rc = hmacdev_update(t->h, bytes, len)) == -EINTR)
		t->interrupted = true;
	return rc;
}

static ssize_t by_read(struct transfer *t, size_t len)
{
	unsigned char buffer[BUFFER];
	ssize_t n = read(t->fd, buffer, len < BUFFER ? len : BUFFER);
	int rc;

	if (n < 0) {
		t->file_failed = errno != EINTR;
		return -errno;
	}
	if (n == 0)
		return 0;
	rc = append(t, buffer, (size_t)n);
	explicit_bzero(buffer, (size_t)n);
	return rc < 0 ? rc : n;
}

/*
 * Try the cheapest way first; the last one works for any file. An error of the
 * first two can come from the file or from the context. So only read() decides
 * about errors and EOF: /proc files report size 0.
 */
static ssize_t (*const ways[])(struct transfer *t, size_t len) = {
	by_sendfile, by_splice, by_read,
};

#define LAST_WAY	(sizeof(ways) / sizeof(*ways) - 1)

static size_t piece(int64_t len, int64_t taken)
{
	return len >= 0 && len - taken < PIECE ? (size_t)(len - taken) : PIECE;
}

/*
 * Returns the number of bytes appended. *end is 0 at EOF or after len bytes, or
 * a negative errno.
 */
static int64_t take(struct transfer *t, int64_t len, int *end)
{
	int64_t taken = 0;
	size_t way = 0;

	*end = 0;
	while (taken != len && !t->interrupted) {
		ssize_t n = ways[way](t, piece(len, taken));

		if (n > 0) {
			taken += n;
			continue;
		}
		if (n == -EINTR || way == LAST_WAY) {
			*end = (int)n;
			return taken;
		}
		way++;
	}
	if (t->interrupted)
		*end = -EINTR;
	return taken;
}

int64_t hmacdev_update_fd(struct hmacdev *h, int fd, int64_t len,
			  bool *file_failed)
{
	struct transfer t = { .h = h, .fd = fd };
	int saved = errno;
	int64_t taken = 0;
	/* Report an error of the context before reading anything. */
	int end = hmacdev_update(h, NULL, 0);

	if (end == 0)
		taken = take(&t, len, &end);
	errno = saved;
	/* No byte is lost, and the number shows that there are more. */
	if (taken && len >= 0 && (end == -EAGAIN || end == -EINTR))
		end = 0;
	if (file_failed)
		*file_failed = end < 0 && t.file_failed;
	return end < 0 ? end : taken;
}
