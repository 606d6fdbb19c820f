// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"

#define USAGE	"hmacdev info [--fd N|NAME]"

static const struct option options[] = {
	{ "fd", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	printf("usage: " USAGE "\n\n"
	       "Tell about " HMACDEV_DEVICE ": who may open it, and what it offers. With --fd,\n"
	       "about the context of a descriptor that this process was started with.\n");
	return FINE;
}

static void print_owner(const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);
	const struct group *group = getgrgid(st->st_gid);

	printf("owner       ");
	if (user)
		printf("%s:", user->pw_name);
	else
		printf("%u:", (unsigned int)st->st_uid);
	if (group)
		printf("%s\n", group->gr_name);
	else
		printf("%u\n", (unsigned int)st->st_gid);
	printf("mode        %04o\n", (unsigned int)st->st_mode & 07777);
}

/* "" where it is not to be had. */
static void module_version(char *text, size_t size)
{
	FILE *file = fopen("/sys/module/hmacdev/version", "re");

	text[0] = '\0';
	if (!file)
		return;
	if (fgets(text, (int)size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static int device_info(void)
{
	struct hmacdev_alg alg;
	unsigned int available = 0;
	char text[256];
	struct stat st;
	uint32_t i;
	int rc;

	printf("device      " HMACDEV_DEVICE "\n");
	if (stat(HMACDEV_DEVICE, &st) == 0)
		print_owner(&st);
	fflush(stdout);
	if (device_trouble(text, sizeof(text))) {
		complain(HMACDEV_DEVICE ": %s", text);
		return TROUBLE;
	}
	for (i = 0; (rc = hmacdev_alg(i, &alg, sizeof(alg))) == 0; i++)
		available += !!(alg.traits & HMACDEV_ALG_AVAILABLE);
	if (rc != -ENOENT) {
		complain_device(rc);
		return TROUBLE;
	}
	printf("access      yes\nalgorithms  %u of %u ('hmacdev algs' lists them)\n",
	       available, i);
	module_version(text, sizeof(text));
	if (*text)
		printf("module      %s\n", text);
	printf("library     %s\n", hmacdev_version());
	return FINE;
}

static void print_rights(uint32_t rights)
{
	const char *none = "rights      none";
	const char *before = "rights      ";

	for (unsigned int i = 0; i < RIGHTS; i++) {
		if (!(rights & (1U << i)))
			continue;
		printf("%s%s", before, right_names[i]);
		before = ",";
		none = "";
	}
	printf("%s\n", none);
}

static void print_context(const struct hmacdev_info *info)
{
	printf("algorithm   %.*s\n", HMACDEV_NAME_LEN, info->alg);
	printf("digest      %u bytes\n", info->digest_size);
	printf("block       %u bytes\n", info->block_size);
	printf("tag         %u bytes\n", info->tag_len);
	print_rights(info->rights);
	printf("message     %llu bytes\n", (unsigned long long)info->bytes);
}

static int context_info(const char *spec)
{
	static const char *const states[] = {
		"unkeyed", "active", "finalized"
	};
	struct hmacdev_info info = { 0 };
	int fd = descriptor_read(spec);
	struct hmacdev *h;
	int rc;

	if (fd < 0 && context_passed(&h, spec) < 0)
		return TROUBLE;
	rc = fd < 0 ? 0 : hmacdev_from_fd(&h, fd);
	if (rc == 0) {
		fd = hmacdev_fd(h);
		rc = hmacdev_info(h, &info, sizeof(info));
		hmacdev_free(h);
	}
	/* A handle is always of a context with a key. */
	if (rc < 0 && rc != -ENOKEY) {
		complain("descriptor %d: %s", fd, hmacdev_strerror(rc));
		return TROUBLE;
	}
	printf("descriptor  %d\nstate       %s\n", fd,
	       info.state < sizeof(states) / sizeof(*states) ?
	       states[info.state] : "unknown");
	if (rc == 0)
		print_context(&info);
	return FINE;
}

int cmd_info(int argc, char **argv)
{
	int c = option_next(argc, argv, ":", options);
	const char *fd = NULL;

	if (c == 'h')
		return help();
	if (c == 'f') {
		fd = optarg;
		c = option_next(argc, argv, ":", options);
	}
	if (c >= 0 || optind < argc)
		return try_help(USAGE);
	return fd ? context_info(fd) : device_info();
}

int cmd_version(int argc, char **argv)
{
	char module[64];

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		printf("usage: hmacdev version\n\n"
		       "Print the versions of the command and of the module.\n");
		return FINE;
	}
	if (argc > 1)
		return try_help("hmacdev version");
	module_version(module, sizeof(module));
	printf("%s %s\n", program, hmacdev_version());
	if (*module)
		printf("module %s\n", module);
	return FINE;
}
