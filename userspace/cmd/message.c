// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages that are read from a descriptor. They go into the running message of
 * our own context. If others may use the context, they are read as a whole.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* The progress is shown after each piece of this size. */
#define PIECE	(4UL << 20)

/* A whole message in memory */
struct room {
	unsigned char *bytes;
	size_t size;
	size_t len;
};

/* mremap() moves the pages and leaves no copy of the message behind. */
static int room_grow(struct room *room)
{
	size_t size = room->size ? 2 * room->size : PIECE;
	void *bytes;

	if (room->size)
		bytes = mremap(room->bytes, room->size, size, MREMAP_MAYMOVE);
	else
		bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return -1;
	room->bytes = bytes;
	room->size = size;
	return 0;
}

static void room_free(struct room *room)
{
	if (!room->size)
		return;
	explicit_bzero(room->bytes, room->len);
	munmap(room->bytes, room->size);
}

/* The number of bytes left to read, or 0 if it is unknown */
static uint64_t size_left(int fd)
{
	struct stat st;
	off_t at;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	at = lseek(fd, 0, SEEK_CUR);
	return at < 0 || at >= st.st_size ? 0 : (uint64_t)(st.st_size - at);
}

static int too_large(const struct message *m)
{
	complain("%s: larger than %llu bytes, which needs a context with the right to be copied",
		 m->path, HMACDEV_MSG_MAX);
	return -EFBIG;
}

static int read_some(const struct message *m, struct room *room,
		     struct progress *p)
{
	size_t left;
	ssize_t n;

	if (room->len == room->size && room_grow(room) < 0) {
		complain("%s: no memory for more than %zu bytes; a larger file needs a context with the right to be copied",
			 m->path, room->len);
		return -ENOMEM;
	}
	left = room->size - room->len;
	do {
		n = read(m->fd, room->bytes + room->len,
			 left < PIECE ? left : PIECE);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		n = -errno;
		complain("%s: %s", m->path, strerror((int)-n));
		return (int)n;
	}
	room->len += (size_t)n;
	progress_add(p, (uint64_t)n);
	return room->len > HMACDEV_MSG_MAX ? too_large(m) : n > 0;
}

static int read_whole(const struct message *m, struct room *room,
		      struct progress *p)
{
	int rc = p->total > HMACDEV_MSG_MAX ? too_large(m) : 1;

	while (rc > 0)
		rc = read_some(m, room, p);
	return rc;
}

static int append(struct hmacdev *h, const struct message *m,
		  struct progress *p)
{
	int64_t n = hmacdev_reset(h);
	bool file_failed = false;

	while (n >= 0) {
		n = hmacdev_update_fd(h, m->fd, PIECE, &file_failed);
		if (n == 0)
			return 0;
		if (n > 0)
			progress_add(p, (uint64_t)n);
	}
	complain("%s: %s", m->path,
		 file_failed ? strerror((int)-n) : hmacdev_strerror((int)n));
	return (int)n;
}

/* Read into the room, or append to the context's running message. */
static int take(const struct context *c, const struct message *m,
		struct room *room)
{
	struct progress progress;
	int rc;

	progress_begin(&progress, m->silent ? NULL : m->path, size_left(m->fd));
	rc = c->shared ? read_whole(m, room, &progress) :
			 append(c->h, m, &progress);
	progress_end(&progress);
	return rc;
}

int message_sign(const struct context *c, const struct message *m,
		 unsigned char *tag)
{
	struct room room = { 0 };
	int rc = take(c, m, &room);

	if (rc == 0) {
		rc = c->shared ?
		     hmacdev_mac(c->h, room.bytes, room.len, tag,
				 HMACDEV_TAG_MAX) :
		     hmacdev_digest(c->h, tag, HMACDEV_TAG_MAX);
		if (rc < 0)
			complain("%s: %s", m->path, hmacdev_strerror(rc));
	}
	room_free(&room);
	return rc;
}

int message_verify(const struct context *c, const struct message *m,
		   const void *tag, size_t len)
{
	struct room room = { 0 };
	int rc = take(c, m, &room);

	/* read() may fail with EBADMSG, which must not mean a mismatch. */
	if (rc < 0) {
		rc = -EIO;
	} else {
		rc = c->shared ?
		     hmacdev_mac_verify(c->h, room.bytes, room.len, tag, len) :
		     hmacdev_verify(c->h, tag, len);
		if (rc < 0 && rc != -EBADMSG)
			complain("%s: %s", m->path, hmacdev_strerror(rc));
	}
	room_free(&room);
	return rc;
}
