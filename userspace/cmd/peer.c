// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who is at the other end of a connection */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd.h"
#include "serve.h"

/* From Linux 6.5; the headers of the C library may be older. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD	77
#endif

#define CGROUP_LINE	"0::"

/* Sets the process and its user and groups when it called connect(2). */
int peer_read(struct peer *p, int sock)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	*p = (struct peer){ .sock = sock };
	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -1;
	p->pid = cred.pid;
	p->uid = cred.uid;
	p->gid = cred.gid;
	return 0;
}

/* Returns 1 or 0, or -1 if that cannot be known. */
int peer_in_group(const struct peer *p, gid_t gid)
{
	gid_t groups[PEER_GROUPS];
	socklen_t len = sizeof(groups);

	if (p->gid == gid)
		return 1;
	/* Fails with ERANGE for a process that has more groups. */
	if (getsockopt(p->sock, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return -1;
	for (size_t i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == gid)
			return 1;
	return 0;
}

/* Reads /proc/PID/cgroup. Returns the path, which is in text, or NULL. */
static const char *cgroup_read(pid_t pid, char *text, size_t size)
{
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	len = read_full(fd, (unsigned char *)text, size - 1);
	close(fd);
	if (len < 0)
		return NULL;
	text[len] = '\0';
	text = !strncmp(text, CGROUP_LINE, strlen(CGROUP_LINE)) ? text :
	       strstr(text, "\n" CGROUP_LINE);
	if (!text)
		return NULL;
	text += strspn(text, "\n");
	/* A path that does not fit has no newline. */
	if (!strchr(text, '\n'))
		return NULL;
	*strchr(text, '\n') = '\0';
	return text + strlen(CGROUP_LINE);
}

/* Whether the process of the descriptor has not ended */
static bool is_alive(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return !poll(&p, 1, 0);
}

static bool has_pidfd;

/* Before the sandbox, which does not allow making sockets */
void peer_probe(void)
{
	int pair[2];
	int pidfd = -1;
	socklen_t len = sizeof(pidfd);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return;
	has_pidfd = !getsockopt(pair[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd,
				&len);
	if (has_pidfd)
		close(pidfd);
	close(pair[0]);
	close(pair[1]);
}

/* Whether the kernel reports which process a connection belongs to */
bool peer_has_pidfd(void)
{
	return has_pidfd;
}

static bool is_below(const char *path, const char *group)
{
	size_t len = strlen(group);

	return !strncmp(path, group, len) &&
	       (!path[len] || path[len] == '/' || group[len - 1] == '/');
}

/*
 * Whether the peer's control group is the given one, or below it: 1 or 0, or -1
 * if that cannot be known. The process may end, and another process may get its
 * number. So it must live after the file has been read. A kernel without
 * SO_PEERPIDFD cannot report that: see policy.c.
 */
int peer_in_cgroup(const struct peer *p, const char *group)
{
	char text[PEER_CGROUP];
	const char *path;
	int pidfd = -1;
	socklen_t len = sizeof(pidfd);

	if (p->pid <= 0)
		return -1;
	if (getsockopt(p->sock, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) &&
	    errno != ENOPROTOOPT)
		return -1;
	path = cgroup_read(p->pid, text, sizeof(text));
	if (pidfd >= 0) {
		if (!is_alive(pidfd))
			path = NULL;
		close(pidfd);
	}
	return path ? is_below(path, group) : -1;
}
