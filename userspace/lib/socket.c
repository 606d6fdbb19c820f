// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts that "hmacdev serve" gives. A connection of type SOCK_SEQPACKET has
 * one request, the name of a key, and one reply: an int32_t that is 0 or a
 * negative errno, with the descriptor if it is 0.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "device.h"
#include "hmacdev.h"

union control {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* ENOENT is an unknown algorithm, so a missing socket is another error. */
static int socket_error(int err)
{
	switch (err) {
	case EAGAIN:
		return -ETIMEDOUT;
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		return -ECONNREFUSED;
	case EPIPE:
	case ECONNRESET:
		return -EPROTO;
	default:
		return -err;
	}
}

static int connect_to(const struct sockaddr_un *addr)
{
	const struct timeval limit = { .tv_sec = HMACDEV_SOCKET_SECONDS };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (const struct sockaddr *)addr, sizeof(*addr))) {
		err = errno;
		close(fd);
		return socket_error(err);
	}
	return fd;
}

/* The first descriptor that came with a message, or -1; closes the others. */
static int descriptor(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int first = -1;
	size_t n = 0;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (i)
			close(fd);
		else
			first = fd;
	}
	return first;
}

/* Returns the descriptor. A reply that breaks the protocol is -EPROTO. */
static int reply_read(int sock)
{
	int32_t status;
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	ssize_t len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	int fd;

	if (len < 0)
		return socket_error(errno);
	fd = descriptor(&msg);
	if (len == sizeof(status) && !status && fd >= 0)
		return fd;
	if (fd >= 0)
		close(fd);
	/* The kernel dropped the descriptor: this process has too many. */
	if (len == sizeof(status) && !status && msg.msg_flags & MSG_CTRUNC)
		return -EMFILE;
	return len == sizeof(status) && status < 0 && status >= -4095 ?
	       status : -EPROTO;
}

static int ask(const struct sockaddr_un *addr, const char *name)
{
	int sock = connect_to(addr);
	ssize_t len;
	int rc;

	if (sock < 0)
		return sock;
	len = send(sock, name, strlen(name), MSG_NOSIGNAL);
	/* A server that refused the connection has sent its reply before. */
	if (len < 0 && errno != EPIPE)
		rc = socket_error(errno);
	else
		rc = reply_read(sock);
	close(sock);
	return rc;
}

int hmacdev_from_socket(struct hmacdev **h, const char *path, const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int saved = errno;
	int fd;
	int rc;

	if (!h)
		return -EINVAL;
	*h = NULL;
	if (!path || !name || !*path || !*name ||
	    strlen(name) > HMACDEV_SOCKET_NAME_MAX)
		return -EINVAL;
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = ask(&addr, name);
	errno = saved;
	if (fd < 0)
		return fd;
	rc = hmacdev_from_fd(h, fd);
	if (rc < 0)
		hmacdev_device_close(fd);
	return rc;
}
