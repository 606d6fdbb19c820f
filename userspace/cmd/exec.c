// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Starts a program with a keyed context, which is passed as systemd passes
 * descriptors: LISTEN_FDS is their number, from descriptor 3 on, LISTEN_FDNAMES
 * has their names, and LISTEN_PID is the process that they are for.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define USAGE	"hmacdev exec [OPTION...] --rights RIGHT[,RIGHT...] [--] COMMAND [ARG...]"
#define FIRST_FD	LISTEN_FIRST
#define NAME_MAX_LEN	255
/* systemd's name for a descriptor without a name */
#define UNKNOWN		"unknown"

/* Exit statuses of env(1), which also has EXEC_TROUBLE */
enum {
	EXEC_CANNOT = 126,
	EXEC_NOT_FOUND = 127,
};

struct exec {
	struct recipe make;
	uint32_t rights;
	const char *name;
	int fd;
};

static int rights_option(struct exec *e, const char *text)
{
	e->rights = rights_read(text);
	if (e->rights)
		return 0;
	complain("--rights takes a comma-separated list of sign, verify, copy and derive");
	return -1;
}

/* The rules for a name are those of sd_listen_fds_with_names(3). */
static int name_read(struct exec *e, const char *text)
{
	size_t len = strlen(text);

	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p >= 127 || *p == ':')
			len = 0;
	if (!len || len > NAME_MAX_LEN || number_read(text) >= 0) {
		complain("--name takes up to %d visible ASCII characters without ':', and not a number",
			 NAME_MAX_LEN);
		return -1;
	}
	e->name = text;
	return 0;
}

static int count_names(const char *names)
{
	int n = 1;

	for (; *names; names++)
		n += *names == ':';
	return n;
}

/* The names of the n descriptors that we were passed, or NULL if unknown */
static const char *passed_names(int n)
{
	const char *names = getenv("LISTEN_FDNAMES");

	return n && names && count_names(names) == n ? names : NULL;
}

/* A second descriptor with the name would not be found. */
static bool is_taken(int n, const char *name)
{
	const char *names = passed_names(n);
	size_t len = strlen(name);

	if (!names)
		return n && !strcmp(name, UNKNOWN);
	for (;;) {
		size_t next = strcspn(names, ":");

		if (next == len && !strncmp(names, name, len))
			return true;
		if (!names[next])
			return false;
		names += next + 1;
	}
}

/* Set LISTEN_FDNAMES to the names of the n descriptors and our name. */
static int set_names(int n, const char *name)
{
	const char *old = passed_names(n);
	char *names = NULL;
	size_t size;
	FILE *file = open_memstream(&names, &size);
	int rc = -1;

	if (!file)
		return -1;
	if (old)
		fprintf(file, "%s:", old);
	else
		for (int i = 0; i < n; i++)
			fputs(UNKNOWN ":", file);
	fputs(name, file);
	if (!fclose(file))
		rc = setenv("LISTEN_FDNAMES", names, 1);
	free(names);
	return rc;
}

static int set_number(const char *name, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	return setenv(name, text, 1);
}

static int announce(int n, const char *name)
{
	/* A stale value would make systemd's library ignore our LISTEN_PID. */
	if (!n)
		unsetenv("LISTEN_PIDFDID");
	if (set_names(n, name) || set_number("LISTEN_FDS", n + 1) ||
	    set_number("LISTEN_PID", getpid())) {
		complain("cannot set the environment: %s", strerror(errno));
		return -1;
	}
	return 0;
}

/* Make the context the descriptor to, and keep it open in the command. */
static int place(const struct hmacdev *h, int to)
{
	int fd = hmacdev_fd(h);
	int rc;

	if (fd != to && fcntl(to, F_GETFD) >= 0) {
		complain("descriptor %d is already open; close it (%d>&-), or choose another with --fd",
			 to, to);
		return -1;
	}
	rc = fd == to ? fcntl(fd, F_SETFD, 0) : dup2(fd, to);
	if (rc < 0)
		complain("descriptor %d: %s", to, strerror(errno));
	return rc < 0 ? -1 : 0;
}

static int pass(const struct exec *e, const struct hmacdev *h)
{
	const char *name = e->name ? e->name : "hmac";
	int n = listen_count();

	if (e->fd >= 0)
		return place(h, e->fd);
	if (is_taken(n, name)) {
		complain("a descriptor named '%s' was passed to this process; choose another name with --name",
			 name);
		return -1;
	}
	if (place(h, FIRST_FD + n) < 0)
		return -1;
	return announce(n, name);
}

/* The command could read the key again from a file that is standard input. */
static int leave_stdin(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd >= 0 && dup2(fd, STDIN_FILENO) >= 0 && !close(fd))
		return 0;
	complain("/dev/null: %s", strerror(errno));
	return -1;
}

/*
 * A process that has our session keyring possesses the keys in it, under any
 * user ID, and could replace them.
 */
static int leave_session(void)
{
	if (!keyring_new_session())
		return 0;
	complain("cannot make a session keyring for the command: %s",
		 strerror(errno));
	return -1;
}

static int run(struct exec *e, char **argv)
{
	struct context context;
	int err;

	if (recipe_make(&context, &e->make, e->rights) < 0 ||
	    pass(e, context.h) < 0)
		return EXEC_TROUBLE;
	if (e->make.key.source == HMACDEV_KEY_KEYRING &&
	    leave_session() < 0)
		return EXEC_TROUBLE;
	if (e->make.key.stdin_taken && leave_stdin() < 0)
		return EXEC_TROUBLE;
	execvp(*argv, argv);
	err = errno;
	complain("%s: %s", *argv, strerror(err));
	return err == ENOENT ? EXEC_NOT_FOUND : EXEC_CANNOT;
}

static int help(void)
{
	fputs("usage: " USAGE "\n\n"
	      "Start COMMAND with a keyed context that has only the given rights. The context\n"
	      "is descriptor 3, or the next one if others are passed on. LISTEN_FDS, LISTEN_PID\n"
	      "and LISTEN_FDNAMES describe it, as for the sockets that systemd passes.\n\n"
	      "      --rights RIGHT[,RIGHT...]\n"
	      "                        sign, verify, copy or derive; sign and derive exclude\n"
	      "                        each other\n"
	      "      --name NAME       name of the descriptor, 'hmac' by default\n"
	      "      --fd N            pass the context as descriptor N, 3 or above, and do\n"
	      "                        not change the environment\n"
	      ALG_HELP
	      KEY_HELP
	      "      --random          a random key, which no process knows\n"
	      FROM_HELP "\n"
	      "Exit status: that of COMMAND; 125 error, 126 COMMAND cannot be started,\n"
	      "127 COMMAND not found.\n",
	      stdout);
	return FINE;
}

enum {
	OPT_NAME = OPT_OWN,
	OPT_RIGHTS,
	OPT_TO,
};

static const struct option options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "fd", required_argument, NULL, OPT_TO },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "insecure-key-hex", required_argument, NULL, OPT_KEY_HEX },
	{ "key-file", required_argument, NULL, 'k' },
	{ "keyring", required_argument, NULL, OPT_KEYRING },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "random", no_argument, NULL, OPT_RANDOM },
	{ "rights", required_argument, NULL, OPT_RIGHTS },
	{ "truncate", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

static int option(struct exec *e, int c, char *arg)
{
	int rc = recipe_option(&e->make, c, arg);

	if (rc <= 0)
		return rc;
	switch (c) {
	case OPT_NAME:
		return name_read(e, arg);
	case OPT_RIGHTS:
		return rights_option(e, arg);
	case OPT_TO:
		e->fd = number_read(arg);
		if (e->fd >= FIRST_FD)
			return 0;
		complain("--fd %s: not a descriptor number of %d or above", arg,
			 FIRST_FD);
		return -1;
	default:
		try_help(USAGE);
		return -1;
	}
}

static int options_fit(const struct exec *e, bool command)
{
	if (recipe_fit(&e->make) < 0)
		return -1;
	if (!e->rights)
		complain("no rights: give the rights that the command needs, such as --rights verify");
	else if (rights_exclude(e->rights))
		complain("--rights: sign and derive exclude each other; a derived key is a tag, which a signer could make");
	else if (e->name && e->fd >= 0)
		complain("--name cannot be used with --fd, which does not change the environment");
	else if (!command)
		refuse_missing("COMMAND", USAGE);
	else
		return 0;
	return -1;
}

int cmd_exec(int argc, char **argv)
{
	struct exec e = { .fd = -1 };
	int rc = 0;
	int c;

	while (!rc &&
	       (c = option_next(argc, argv, "+:a:k:t:", options)) >= 0) {
		if (c == OPT_HELP) {
			key_wipe(&e.make.key);
			return help();
		}
		rc = option(&e, c, optarg);
	}
	if (!rc)
		rc = options_fit(&e, optind < argc);
	rc = rc ? EXEC_TROUBLE : run(&e, argv + optind);
	key_wipe(&e.make.key);
	return rc;
}
