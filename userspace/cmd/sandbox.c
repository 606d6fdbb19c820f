// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the server gives up after it has opened its keys: its user, its
 * keyrings, other files, and every system call that it does not need. Of the
 * requests of a context, it keeps COPY, DERIVE and INFO, so it cannot sign.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "serve.h"

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH	AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH	AUDIT_ARCH_ARM
#elif defined(__s390x__)
#define ARCH	AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH	AUDIT_ARCH_PPC64LE
#else
#define ARCH	0	/* unknown */
#endif

/* The lower half of a 64-bit argument */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOWER	4
#else
#define LOWER	0
#endif

/* Calls of the C library, too: memory, locks and random numbers of malloc(3) */
static const int allowed[] = {
	SYS_read, SYS_readv, SYS_write, SYS_writev, SYS_close, SYS_openat,
	SYS_fcntl, SYS_fstat, SYS_statx, SYS_lseek, SYS_munmap, SYS_mremap,
	SYS_mprotect, SYS_madvise, SYS_brk, SYS_futex, SYS_getrandom,
	SYS_ppoll, SYS_accept4, SYS_recvfrom, SYS_sendmsg, SYS_getsockopt,
	SYS_clock_gettime, SYS_setitimer, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit_group,
#ifdef SYS_open
	SYS_open, SYS_poll,
#endif
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
	/* CPUs of 32 bits */
#ifdef SYS_mmap2
	SYS_mmap2, SYS_fcntl64, SYS_fstat64, SYS_fstatat64, SYS__llseek,
	SYS_ppoll_time64, SYS_clock_gettime64,
#else
	SYS_mmap, SYS_newfstatat,
#endif
};

/* Type and number of the requests, as the kernel dispatches them */
static const unsigned int requests[] = {
	HMACDEV_IOC_COPY & 0xffff,
	HMACDEV_IOC_DERIVE & 0xffff,
	HMACDEV_IOC_INFO & 0xffff,
};

/* On some CPUs, a C library may make these calls through socketcall(2). */
#ifdef SYS_socketcall
static const unsigned int socket_calls[] = {
	SYS_ACCEPT4, SYS_RECV, SYS_RECVFROM, SYS_SENDMSG, SYS_GETSOCKOPT,
};
#endif

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define FIELD(field)	offsetof(struct seccomp_data, field)

struct program {
	struct sock_filter filter[64 + 2 * COUNT(allowed)];
	unsigned short len;
};

static void add(struct program *p, unsigned short code, unsigned int value,
		unsigned char skip_if, unsigned char skip_if_not)
{
	p->filter[p->len++] = (struct sock_filter){
		.code = code,
		.jt = skip_if,
		.jf = skip_if_not,
		.k = value,
	};
}

static void load(struct program *p, unsigned int at)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, at, 0, 0);
}

static void end(struct program *p, unsigned int action)
{
	add(p, BPF_RET | BPF_K, action, 0, 0);
}

/* Executes the next instructions only if the loaded value is the given one. */
static void if_is(struct program *p, unsigned int value, size_t n)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, (unsigned char)n);
}

static void allow_if(struct program *p, unsigned int value)
{
	if_is(p, value, 1);
	end(p, SECCOMP_RET_ALLOW);
}

/* Allows a system call if an argument, with the mask, is one of the values. */
static void allow_call(struct program *p, int call, unsigned int argument,
		       unsigned int mask, const unsigned int *values, size_t n)
{
	if_is(p, (unsigned int)call, 3 + 2 * n);
	load(p, argument + LOWER);
	add(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	for (size_t i = 0; i < n; i++)
		allow_if(p, values[i]);
	end(p, SECCOMP_RET_KILL_PROCESS);
}

static int filter_calls(void)
{
	struct program p = { .len = 0 };
	struct sock_fprog calls = { .filter = p.filter };

	if (!ARCH) {
		errno = EOPNOTSUPP;
		return -1;
	}
	/* Another architecture has other numbers: this is checked first. */
	load(&p, FIELD(arch));
	add(&p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	end(&p, SECCOMP_RET_KILL_PROCESS);
	load(&p, FIELD(nr));
	for (size_t i = 0; i < COUNT(allowed); i++)
		allow_if(&p, (unsigned int)allowed[i]);
	allow_call(&p, SYS_ioctl, FIELD(args[1]), 0xffff, requests,
		   COUNT(requests));
#ifdef SYS_socketcall
	allow_call(&p, SYS_socketcall, FIELD(args[0]), ~0U, socket_calls,
		   COUNT(socket_calls));
#endif
	end(&p, SECCOMP_RET_KILL_PROCESS);
	calls.len = p.len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &calls);
}

/* All rights of the first version, which every kernel with Landlock has */
#define FILE_RIGHTS	(((uint64_t)LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static int allow_reading(int rules, const char *dir)
{
	struct landlock_path_beneath_attr below = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
		.parent_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	long rc;

	if (below.parent_fd < 0)
		return -1;
	rc = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		     &below, 0);
	close(below.parent_fd);
	return rc < 0 ? -1 : 0;
}

/*
 * Allow reading only the configuration, /etc for names of users and groups, and
 * /proc for control groups. A kernel may have no Landlock.
 */
static int filter_files(const char *config)
{
	struct landlock_ruleset_attr all = { .handled_access_fs = FILE_RIGHTS };
	long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	char *path;
	int rc;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
	path = strdup(config);
	rc = path ? allow_reading((int)rules, dirname(path)) : -1;
	free(path);
	if (!rc)
		rc = allow_reading((int)rules, "/etc");
	if (!rc)
		rc = allow_reading((int)rules, "/proc");
	if (!rc && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		rc = -1;
	close((int)rules);
	return rc;
}

/* Become another user. The keys of the old one are out of reach. */
int sandbox_drop(uid_t uid, gid_t gid)
{
	if (!setgroups(0, NULL) && !setresgid(gid, gid, gid) &&
	    !setresuid(uid, uid, uid))
		return 0;
	complain("cannot become user %u: %s", (unsigned int)uid,
		 strerror(errno));
	return -1;
}

/* A user other than root can have capabilities, too. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[2] = { 0 };

	return (int)syscall(SYS_capset, &header, none);
}

int sandbox_enter(const char *config)
{
	keyring_leave_process();
	if (!keyring_new_session() && !drop_capabilities() &&
	    !prctl(PR_SET_DUMPABLE, 0) &&
	    !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	    !filter_files(config) && !filter_calls())
		return 0;
	complain("cannot enter the sandbox: %s", strerror(errno));
	return -1;
}
