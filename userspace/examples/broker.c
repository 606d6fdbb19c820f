// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A broker that holds a key, and a worker that can check tags but not sign. The
 * worker gets a descriptor that has only the right to verify, and enters a
 * sandbox. Then it acts as an attacker who controls it: it tries every way to
 * make a tag.
 *
 * The sandbox allows every ioctl of the device, so it is the rights of the
 * descriptor that stop the worker. The sandbox stops other system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <hmacdev.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define ARCH	AUDIT_ARCH_S390X
#elif defined(__i386__)
#define ARCH	AUDIT_ARCH_I386
#elif defined(__arm__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH	AUDIT_ARCH_ARM
#else
#define ARCH	0	/* unknown: every system call kills the worker */
#endif

/* 32-bit programs allocate memory with mmap2, and 32-bit ARM has no mmap. */
#ifdef SYS_mmap2
#define MAP	SYS_mmap2
#else
#define MAP	SYS_mmap
#endif

/* The filter loads 32 bits at a time. An ioctl's request is in the low ones. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW	0
#else
#define LOW	4
#endif

#define TAG_LEN	32

struct message {
	char text[48];
	unsigned char tag[TAG_LEN];
};

static const struct message none;

#define LOAD(field, at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
				 offsetof(struct seccomp_data, field) + (at))
#define IS(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(action)	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##action)

static int enter_sandbox(void)
{
	static struct sock_filter filter[] = {
		LOAD(arch, 0),
		IS(ARCH, 1, 0),
		RETURN(KILL_PROCESS),
		LOAD(nr, 0),
		IS(SYS_read, 10, 0),
		IS(SYS_write, 9, 0),
		IS(SYS_recvmsg, 8, 0),
		IS(SYS_brk, 7, 0),
		IS(MAP, 6, 0),
		IS(SYS_exit_group, 5, 0),
		IS(SYS_ioctl, 1, 0),
		RETURN(KILL_PROCESS),
		/* ioctl: allow requests whose type byte is that of hmacdev. */
		LOAD(args[1], LOW),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
			 _IOC_TYPEMASK << _IOC_TYPESHIFT),
		IS(HMACDEV_IOC_TYPE << _IOC_TYPESHIFT, 0, 1),
		RETURN(ALLOW),
		RETURN(KILL_PROCESS),
	};
	static const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	prctl(PR_SET_DUMPABLE, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Not printf(3), which makes system calls that the sandbox forbids. */
static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	char line[128];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len > 0 && write(STDOUT_FILENO, line, (size_t)len) != len)
		_exit(2);
}

union control {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Send a message and, unless it is negative, the descriptor. */
static int give(int socket, struct message *m, int fd)
{
	struct iovec iov = { .iov_base = m, .iov_len = sizeof(*m) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control = { .align.cmsg_len = CMSG_LEN(sizeof(fd)) };

	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	return sendmsg(socket, &msg, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int take(int socket, struct message *m, int *fd)
{
	struct iovec iov = { .iov_base = m, .iov_len = sizeof(*m) };
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *c;

	/* On IBM Z, recvmsg(3) calls socketcall, which the sandbox forbids. */
	if (syscall(SYS_recvmsg, socket, &msg, MSG_CMSG_CLOEXEC) != sizeof(*m))
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return 0;
}

static int verify(struct hmacdev *h, const struct message *m)
{
	int rc = hmacdev_mac_verify(h, m->text, sizeof(m->text), m->tag,
				    TAG_LEN);

	say("worker  %-36.36s %s\n", m->text, rc ? hmacdev_strerror(rc) :
	    "the tag is right");
	return rc;
}

/* Returns whether the attempt failed with the expected error. */
static int fails(const char *what, int rc, int want)
{
	say("worker  %-36s %s%s\n", what, rc == want ? "" : "NOT REFUSED: ",
	    rc < 0 ? hmacdev_strerror(rc) : "done");
	return rc == want;
}

/* The library has no function to key a context that already has a key. */
static int new_key(struct hmacdev *h)
{
	struct hmacdev_new new = {
		.alg = "sha256",
		.rights = HMACDEV_RIGHTS_SIGNER,
	};
	long rc = syscall(SYS_ioctl, hmacdev_fd(h), HMACDEV_IOC_NEW, &new);

	return rc < 0 ? -errno : 0;
}

/* Returns the number of attempts that were not refused as expected. */
static int attack(struct hmacdev *h)
{
	unsigned char room[TAG_LEN] = { 0 };
	struct hmacdev_op op = {
		.tag = (uintptr_t)room,
		.tag_len = TAG_LEN,
		.op = HMACDEV_OP_SIGN,
	};
	struct hmacdev *other;
	int refused = 0;

	refused += fails("tag of the running message",
			 hmacdev_digest(h, room, TAG_LEN), -EPERM);
	refused += fails("the same, finalizing",
			 hmacdev_finalize(h, room, TAG_LEN), -EPERM);
	refused += fails("tag of a whole message",
			 hmacdev_mac(h, "", 0, room, TAG_LEN), -EPERM);
	/* BATCH itself succeeds; the operation in it fails. */
	hmacdev_batch(h, &op, 1, sizeof(op));
	refused += fails("tag in a batch", op.status, -EPERM);
	refused += fails("a tag as the key of a context",
			 hmacdev_derive(h, "sha256", "", 0,
					HMACDEV_RIGHTS_SIGNER, &other),
			 -EPERM);
	refused += fails("a copy with all rights",
			 hmacdev_copy(h, &other), -EPERM);
	refused += fails("a key of its own", new_key(h), -EBUSY);
	/* RESTRICT only removes rights, and ignores other bits. */
	hmacdev_restrict(h, ~0U);
	refused += fails("all rights back, then a tag",
			 hmacdev_mac(h, "", 0, room, TAG_LEN), -EPERM);

	for (size_t i = 0; i < sizeof(room); i++)
		if (room[i])
			return -1;
	return 8 - refused;
}

static void worker(int socket)
{
	struct hmacdev *h;
	struct message m;
	int fd = -1;
	int right, wrong, unrefused;

	if (take(socket, &m, &fd) || hmacdev_from_fd(&h, fd) || enter_sandbox())
		_exit(2);
	right = verify(h, &m);
	if (take(socket, &m, &fd))
		_exit(2);
	wrong = verify(h, &m);
	unrefused = attack(h);
	say("worker  %-36s ", "the device itself");
	m = none;
	m.text[0] = !right && wrong == -EBADMSG && !unrefused;
	if (write(socket, &m, sizeof(m)) != sizeof(m))
		_exit(2);
	/* The sandbox kills the worker here. */
	open(HMACDEV_DEVICE, O_RDWR | O_CLOEXEC);
	say("opened\n");
	_exit(2);
}

/*
 * The kernel makes the key, which no process knows. Returns -1 if the broker
 * itself failed, or 1 if the worker did not do what it should.
 */
static int broker(int socket)
{
	struct message m = { .text = "user=alice" };
	struct hmacdev *h;
	struct hmacdev *verifier = NULL;
	int rc = hmacdev_new_random(&h, "sha256", 0);

	if (!rc)
		rc = hmacdev_copy_restricted(h, HMACDEV_RIGHT_VERIFY,
					     &verifier);
	if (!rc)
		rc = hmacdev_mac(h, m.text, sizeof(m.text), m.tag, TAG_LEN);
	if (rc < 0) {
		fprintf(stderr, "broker: %s\n", hmacdev_strerror(rc));
		return -1;
	}
	rc = give(socket, &m, hmacdev_fd(verifier));
	strcpy(m.text, "user=root");
	if (!rc)
		rc = give(socket, &m, -1);
	if (rc)
		perror("broker: sendmsg");
	else if (read(socket, &m, sizeof(m)) != sizeof(m) || m.text[0] != 1)
		rc = 1;
	hmacdev_free(verifier);
	hmacdev_free(h);
	return rc;
}

int main(void)
{
	int sockets[2];
	int status;
	int rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) {
		perror("broker: socketpair");
		return 1;
	}
	pid = fork();
	if (pid < 0) {
		perror("broker: fork");
		return 1;
	}
	if (!pid) {
		close(sockets[0]);
		worker(sockets[1]);
	}
	close(sockets[1]);
	rc = broker(sockets[0]);
	close(sockets[0]);
	if (waitpid(pid, &status, 0) != pid || rc < 0)
		return 1;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
		printf("broker  the worker was not stopped\n");
		return 1;
	}
	printf("killed by the sandbox\n");
	printf("broker  %s\n", rc ? "NOT as it should be" :
	       "the worker could check, and not sign");
	return rc != 0;
}
