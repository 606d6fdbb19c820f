// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define USAGE	"hmacdev COMMAND [OPTION...]"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "sum", cmd_sum, "make or check the tags of files" },
	{ "tag", cmd_tag, "make one tag" },
	{ "verify", cmd_verify, "check one tag" },
	{ "exec", cmd_exec, "start a program with a keyed context" },
	{ "serve", cmd_serve, "give contexts to other processes by a socket" },
	{ "key", cmd_key, "make and manage keys in the kernel's keyrings" },
	{ "algs", cmd_algs, "list the algorithms" },
	{ "info", cmd_info, "describe the device or a context" },
	{ "version", cmd_version, "print the versions" },
};

static int help(void)
{
	printf("usage: " USAGE "\n\n"
	       "Make and check HMACs in the kernel, with " HMACDEV_DEVICE ".\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		printf("  %-10s%s\n", commands[i].name, commands[i].help);
	printf("\nFor more: 'hmacdev COMMAND --help', and hmacdev(1).\n"
	       "Exit status: 0 success, 1 mismatch, 2 error.\n");
	return FINE;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int trouble(const char *name)
{
	return strcmp(name, "exec") ? TROUBLE : EXEC_TROUBLE;
}

static int run(const struct command *command, int argc, char **argv)
{
	char name[32];
	int rc;

	/* The name that messages begin with */
	snprintf(name, sizeof(name), "hmacdev %s", command->name);
	program = name;
	argv[0] = name;
	if (argc > 1 && !strcmp(argv[1], "--version"))
		rc = finish_output(versions_print());
	else
		rc = finish_output(command->run(argc, argv));
	return rc == TROUBLE ? trouble(command->name) : rc;
}

static int refuse(const char *name)
{
	if (*name == '-')
		return refuse_option(name, USAGE);
	if (*name)
		complain("no such command: %s", name);
	return try_help(USAGE);
}

static bool asks_help(const char *name)
{
	return !strcmp(name, "--help") || !strcmp(name, "-h");
}

static int run_help(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";
	const struct command *command = find(name);
	char ask[] = "--help";
	char *help_argv[] = { NULL, ask, NULL };

	if (argc > 2)
		return refuse_operand(argv[2], "hmacdev help [COMMAND]");
	if (command)
		return run(command, 2, help_argv);
	if (!strcmp(name, "help") || asks_help(name))
		return finish_output(help());
	return refuse(name);
}

static int hmacdev(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command;

	if (!strcmp(name, "--version"))
		name = "version";
	command = find(name);
	if (command)
		return run(command, argc - 1, argv + 1);
	if (!strcmp(name, "help"))
		return run_help(argc - 1, argv + 1);
	if (asks_help(name))
		return finish_output(help());
	return refuse(name);
}

/*
 * If 0, 1 or 2 is closed, the next file or the context would get its number. So
 * open /dev/null there, for writing (0) or for reading (1 and 2), so that its
 * use still fails. It is close-on-exec: the command of exec finds it closed.
 */
static int open_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", mode | O_CLOEXEC) < 0) {
			complain("/dev/null: %s", strerror(errno));
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : program;
	static char messages[BUFSIZ];
	size_t len = strlen(name);

	/*
	 * Write each message with one system call. For a buffer of its own, the
	 * C library would call ioctl(2), which the server's sandbox forbids.
	 */
	setvbuf(stderr, messages, _IOLBF, sizeof(messages));
	if (open_standard() < 0)
		return trouble(argc > 1 ? argv[1] : "");
	if (!strcmp(name, "fipscheck") ||
	    (len > 4 && !strcmp(name + len - 4, "hmac"))) {
		program = name;
		return finish_output(cmd_hmaccalc(argc, argv));
	}
	return hmacdev(argc, argv);
}
