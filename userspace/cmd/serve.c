// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Gives contexts to other processes: a client connects to a socket, names a
 * key, and gets a descriptor with the rights that the configuration has for it.
 * The protocol is that of hmacdev_from_socket(): a connection has one request
 * and one reply.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "serve.h"

/* From Linux 6.16; the headers of the C library may be older. */
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS	83
#endif

#define USAGE	"hmacdev serve [OPTION...]"
#define CONFIG	"/etc/hmacdev/serve.conf"
#define NOBODY	65534

/* Connections that are open at a time. A user may have 1 / USERS of them. */
#define CLIENTS		1024
#define USERS		8
/* A client must send its request within this time. */
#define CLIENT_SECONDS	10
/* How long a call may wait for a socket that lingers */
#define LINGER_MICROSECONDS	100
/* Connections that are accepted before other work gets its turn */
#define ACCEPT_BATCH	64
/* Refusals that are reported in one second */
#define REFUSALS	10
/* Descriptors that are neither connections nor keys */
#define SPARE_FILES	32

struct client {
	struct peer peer;
	time_t deadline;
};

struct server {
	const char *config;
	const char *path;
	const char *user;
	/* The user that started the server */
	uid_t owner;
	struct policy policy;
	int listener;
	/* When to accept connections again after no descriptor was left */
	time_t resume;
	/* The number of clients at a time, at most */
	size_t most;
	/* The oldest is the first. */
	struct client clients[CLIENTS];
	struct pollfd polls[1 + CLIENTS];
	size_t n;
	time_t second;
	unsigned int refusals;
};

static volatile sig_atomic_t reload;

static void on_signal(int signal)
{
	if (signal == SIGHUP)
		reload = 1;
}

/*
 * When a request is read or a connection is closed, the kernel closes the
 * descriptors that came with it. A socket with SO_LINGER makes that call wait
 * as long as its sender likes, but a signal ends the wait. So send SIGALRM
 * during the call. The timer repeats, since a signal can come before the wait.
 */
static void limit_linger(bool on)
{
	const struct timeval t = { .tv_usec = on ? LINGER_MICROSECONDS : 0 };
	const struct itimerval timer = { .it_interval = t, .it_value = t };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void hang_up(int sock)
{
	limit_linger(true);
	close(sock);
	limit_linger(false);
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

union control {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Sends 0 with the descriptor, or an error. Returns 0 or an error. */
static int reply(int sock, int32_t status, int fd)
{
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control = { .align.cmsg_len = CMSG_LEN(sizeof(fd)) };
	int rc;

	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	/*
	 * On older kernels, the garbage collection of AF_UNIX can run here, and
	 * close descriptors that nobody can receive.
	 */
	limit_linger(true);
	rc = sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
	limit_linger(false);
	return rc;
}

/*
 * Limit the lines, since any user may send requests that are refused. The name
 * is the last, since it can have any text.
 */
static void report_refusal(struct server *s, const struct peer *p,
			   const char *name, int err)
{
	if (s->second != now()) {
		if (s->refusals > REFUSALS)
			complain("%u more requests refused",
				 s->refusals - REFUSALS);
		s->second = now();
		s->refusals = 0;
	}
	if (s->refusals++ < REFUSALS)
		complain("refused uid %u, pid %d: %s: '%s'",
			 (unsigned int)p->uid, (int)p->pid,
			 err == -EACCES ? "no rule allows it" :
					  hmacdev_strerror(err), name);
}

static void refuse(struct server *s, const struct peer *p, const char *name,
		   int err)
{
	report_refusal(s, p, name, err);
	reply(p->sock, err, -1);
}

/* Returns 0 or an error. The client may be gone, or not read what it gets. */
static int give(const struct peer *p, const struct offer *o,
		const struct rule *r)
{
	char rights[RIGHTS_SIZE];
	struct hmacdev *h;
	int rc;

	if (!limit_take(p->uid, now()))
		return -EDQUOT;
	rc = offer_make(o, r, p, &h);
	if (rc < 0)
		return rc;
	rights_write(rights, r->rights);
	complain("gave '%s' (%s) to uid %u, pid %d", o->name, rights,
		 (unsigned int)p->uid, (int)p->pid);
	rc = reply(p->sock, 0, hmacdev_fd(h));
	hmacdev_free(h);
	return rc;
}

static void answer(struct server *s, const struct peer *p, const char *name)
{
	const struct offer *o = policy_find(&s->policy, name);
	const struct rule *r = o ? offer_allows(o, p) : NULL;
	/* Not which of the two it was, or the names could be guessed. */
	int rc = r ? give(p, o, r) : -EACCES;

	if (rc < 0)
		refuse(s, p, name, rc);
}

/*
 * Reads the request and answers it, or returns false if there is none.
 * Descriptors that come with it are not received.
 */
static bool serve(struct server *s, const struct peer *p)
{
	char name[HMACDEV_SOCKET_NAME_MAX + 1];
	ssize_t len;

	limit_linger(true);
	len = recv(p->sock, name, sizeof(name), MSG_DONTWAIT);
	limit_linger(false);
	if (len <= 0)
		return false;
	if (len == sizeof(name) || memchr(name, '\0', (size_t)len)) {
		refuse(s, p, "", -EINVAL);
		return true;
	}
	name[len] = '\0';
	answer(s, p, name);
	return true;
}

static void drop(struct server *s, size_t i)
{
	hang_up(s->clients[i].peer.sock);
	s->n--;
	memmove(s->clients + i, s->clients + i + 1,
		(s->n - i) * sizeof(*s->clients));
}

/* Ends a connection that waits while others need its room. */
static void dismiss(struct server *s, size_t i)
{
	const struct peer *p = &s->clients[i].peer;

	/* close() before a request is read discards the reply. */
	if (!serve(s, p))
		refuse(s, p, "", -EDQUOT);
	drop(s, i);
}

/* The oldest connection has to go: of the user's own, or else of all. */
static void make_room(struct server *s, uid_t uid)
{
	size_t oldest = 0;
	size_t n = 0;

	for (size_t i = s->n; i--;) {
		if (s->clients[i].peer.uid != uid)
			continue;
		oldest = i;
		n++;
	}
	if (n && n >= s->most / USERS)
		dismiss(s, oldest);
	else if (s->n == s->most)
		dismiss(s, 0);
}

static void admit(struct server *s, int sock)
{
	struct client c = { .deadline = now() + CLIENT_SECONDS };

	if (peer_read(&c.peer, sock) < 0) {
		hang_up(sock);
		return;
	}
	make_room(s, c.peer.uid);
	s->clients[s->n++] = c;
}

static void accept_some(struct server *s)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int sock = accept4(s->listener, NULL, NULL,
				   SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (sock >= 0) {
			admit(s, sock);
			continue;
		}
		/* The listener stays ready, so wait, or the loop spins. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			if (s->n)
				dismiss(s, 0);
			s->resume = now() + 1;
		}
		return;
	}
}

/* The keys stay open: only what was opened at the start can be given. */
static void read_again(struct server *s)
{
	struct policy policy;

	reload = 0;
	if (policy_read(&policy, s->config, s->owner) < 0 ||
	    policy_take(&policy, &s->policy) < 0) {
		policy_free(&policy);
		complain("the configuration is not changed");
		return;
	}
	policy_free(&s->policy);
	s->policy = policy;
	complain("the configuration has been read again");
}

/* Returns the time until something is to do without an event, or NULL. */
static const struct timespec *timeout_of(const struct server *s,
					 struct timespec *t)
{
	time_t at = s->n ? s->clients[0].deadline : s->resume;

	if (s->resume > now() && s->resume < at)
		at = s->resume;
	*t = (struct timespec){ .tv_sec = at > now() ? at - now() : 0 };
	return s->n || t->tv_sec ? t : NULL;
}

static void turn(struct server *s, const sigset_t *signals)
{
	struct timespec t;
	const struct timespec *timeout = timeout_of(s, &t);
	size_t n = s->n;

	/* ppoll(2) ignores a descriptor that is negative. */
	s->polls[0] = (struct pollfd){
		.fd = s->resume > now() ? -1 : s->listener,
		.events = POLLIN,
	};
	for (size_t i = 0; i < n; i++)
		s->polls[1 + i] = (struct pollfd){
			.fd = s->clients[i].peer.sock,
			.events = POLLIN,
		};
	if (ppoll(s->polls, 1 + n, timeout, signals) < 0)
		memset(s->polls, 0, sizeof(s->polls));
	if (reload)
		read_again(s);
	while (n--) {
		if (!s->polls[1 + n].revents)
			continue;
		serve(s, &s->clients[n].peer);
		drop(s, n);
	}
	while (s->n && s->clients[0].deadline <= now())
		drop(s, 0);
	if (s->polls[0].revents)
		accept_some(s);
}

static int option_of(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? -1 : value;
}

/*
 * Clients cannot send descriptors then. Connections that were there before can
 * bring some, and an older kernel does not have the option.
 */
static void refuse_descriptors(int listener)
{
	const int off = 0;

	setsockopt(listener, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
}

/* The socket that the service manager passed */
static int listen_passed(void)
{
	int fd = LISTEN_FIRST;

	if (listen_count() != 1 || option_of(fd, SO_DOMAIN) != AF_UNIX ||
	    option_of(fd, SO_TYPE) != SOCK_SEQPACKET ||
	    option_of(fd, SO_ACCEPTCONN) != 1) {
		complain("the descriptor that was passed is not one listening socket of type SOCK_SEQPACKET");
		return -1;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	refuse_descriptors(fd);
	return fd;
}

/*
 * Remove a socket that no process listens on any more. Do not wait: a server
 * may be there, with a full queue.
 */
static void remove_stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	struct stat st;

	if (fd < 0)
		return;
	if (!lstat(addr->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	    connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) &&
	    errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

/* Any user may connect: the configuration decides. */
static int bind_to(int fd, const struct sockaddr_un *addr)
{
	mode_t mask;
	int rc;

	refuse_descriptors(fd);
	mask = umask(0111);
	rc = bind(fd, (const struct sockaddr *)addr, sizeof(*addr));
	umask(mask);
	return rc ? rc : listen(fd, SOMAXCONN);
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		complain("%s: %s", path, strerror(ENAMETOOLONG));
		return -1;
	}
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	remove_stale(&addr);
	if (fd >= 0 && !bind_to(fd, &addr))
		return fd;
	complain("%s: %s", path, strerror(errno));
	return -1;
}

/* Root is not needed once the keys are open. */
static int become(const struct server *s)
{
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	if (s->user && !uid_read(s->user, &uid, &gid)) {
		complain("--user %s: no such user in /etc/passwd", s->user);
		return -1;
	}
	if (!uid) {
		complain("--user %s: the server must not stay root", s->user);
		return -1;
	}
	if (geteuid())
		return s->user ? sandbox_drop(uid, gid) : 0;
	return sandbox_drop(uid, gid);
}

static int config_check(const char *path)
{
	if (!access(path, R_OK))
		return 0;
	complain("%s: %s; user %u must be able to read it again", path,
		 strerror(errno), (unsigned int)getuid());
	return -1;
}

/* Each client, and each context on its way to one, is a file. */
static size_t clients_most(size_t keys)
{
	const rlim_t other = keys + SPARE_FILES;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return 1;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_max <= other)
		return 1;
	return files.rlim_max < other + CLIENTS ?
	       (size_t)(files.rlim_max - other) : CLIENTS;
}

/* Sets *waiting to the signal mask for ppoll(2). */
static void catch_signals(sigset_t *waiting)
{
	const struct sigaction action = { .sa_handler = on_signal };
	sigset_t set;

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, waiting);
	sigdelset(waiting, SIGHUP);
}

static int run(struct server *s)
{
	sigset_t signals;

	s->owner = getuid();
	peer_probe();
	catch_signals(&signals);
	if (policy_read(&s->policy, s->config, s->owner) < 0 ||
	    policy_open(&s->policy) < 0)
		return TROUBLE;
	s->most = clients_most(s->policy.n);
	s->listener = listen_count() ? listen_passed() : listen_at(s->path);
	if (s->listener < 0 || become(s) < 0 || config_check(s->config) < 0 ||
	    sandbox_enter(s->config) < 0)
		return TROUBLE;
	complain("ready, with %zu %s", s->policy.n,
		 s->policy.n == 1 ? "key" : "keys");
	for (;;)
		turn(s, &signals);
}

static int help(void)
{
	fputs("usage: " USAGE "\n\n"
	      "Give contexts to processes that connect to a socket, according to a\n"
	      "configuration: who gets which key with which rights. The keys are opened once.\n"
	      "Then the server gives up its user, its keyrings, and all requests of a context\n"
	      "but COPY, DERIVE and INFO, so that it cannot sign. SIGHUP reads the\n"
	      "configuration again.\n\n"
	      "      --config FILE     " CONFIG " by default\n"
	      "      --socket PATH     " HMACDEV_SOCKET " by default; a socket that\n"
	      "                        systemd passes comes first\n"
	      "      --user USER       the user to become; 'nobody' for root by default\n\n"
	      "See 'hmacdev serve' in hmacdev(1) for the configuration.\n",
	      stdout);
	return FINE;
}

enum {
	OPT_CONFIG = OPT_OWN,
	OPT_SOCKET,
	OPT_USER,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "user", required_argument, NULL, OPT_USER },
	{ NULL, 0, NULL, 0 },
};

int cmd_serve(int argc, char **argv)
{
	static struct server s = { .config = CONFIG, .path = HMACDEV_SOCKET };
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		switch (c) {
		case OPT_CONFIG:
			s.config = optarg;
			break;
		case OPT_SOCKET:
			s.path = optarg;
			break;
		case OPT_USER:
			s.user = optarg;
			break;
		case OPT_HELP:
			return help();
		default:
			return try_help(USAGE);
		}
	}
	if (optind < argc)
		return refuse_operand(argv[optind], USAGE);
	return run(&s);
}
