// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"

#define USAGE		"hmacdev info [--json] [--fd N|NAME]"
#define VERSION_USAGE	"hmacdev version"

enum {
	OPT_JSON = OPT_OWN,
};

static const struct option options[] = {
	{ "fd", required_argument, NULL, OPT_FD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ NULL, 0, NULL, 0 },
};

/* A description of the device. A string is "" if it is unknown. */
struct device {
	char owner[256];
	char group[256];
	char mode[8];
	char trouble[256];
	char module[64];
	unsigned int available;
	unsigned int untried;
	unsigned int known;
};

static int help(void)
{
	printf("usage: " USAGE "\n\n"
	       "Describe " HMACDEV_DEVICE ": its permissions and its algorithms. With --fd,\n"
	       "describe the context of a descriptor that was passed to this process.\n\n"
	       "      --json  print a JSON object\n");
	return FINE;
}

static void read_owner(struct device *d)
{
	const struct passwd *user;
	const struct group *group;
	struct stat st;

	if (stat(HMACDEV_DEVICE, &st) < 0)
		return;
	user = getpwuid(st.st_uid);
	group = getgrgid(st.st_gid);
	if (user)
		snprintf(d->owner, sizeof(d->owner), "%s", user->pw_name);
	else
		snprintf(d->owner, sizeof(d->owner), "%u", st.st_uid);
	if (group)
		snprintf(d->group, sizeof(d->group), "%s", group->gr_name);
	else
		snprintf(d->group, sizeof(d->group), "%u", st.st_gid);
	snprintf(d->mode, sizeof(d->mode), "%04o", st.st_mode & 07777);
}

/* The version is "" if it cannot be read. */
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

static void read_algs(struct device *d)
{
	struct hmacdev_alg alg;
	int rc;

	while ((rc = hmacdev_alg(d->known, &alg, sizeof(alg))) == 0) {
		d->known++;
		d->available += !!(alg.traits & HMACDEV_ALG_AVAILABLE);
		d->untried += !!(alg.traits & HMACDEV_ALG_UNTRIED);
	}
	if (rc != -ENOENT)
		snprintf(d->trouble, sizeof(d->trouble), "%s",
			 hmacdev_strerror(rc));
}

static void read_device(struct device *d)
{
	read_owner(d);
	module_version(d->module, sizeof(d->module));
	if (!device_trouble(d->trouble, sizeof(d->trouble)))
		read_algs(d);
}

static void print_device(const struct device *d)
{
	printf("device      " HMACDEV_DEVICE "\n");
	if (*d->mode)
		printf("owner       %s:%s\nmode        %s\n", d->owner,
		       d->group, d->mode);
	if (*d->trouble)
		puts("access      no");
	else
		printf("access      yes\n"
		       "algorithms  %u of %u, %u more untried ('hmacdev algs' lists them)\n",
		       d->available, d->known, d->untried);
	if (*d->module)
		printf("module      %s\n", d->module);
	printf("library     %s\n", hmacdev_version());
}

static void print_device_json(const struct device *d)
{
	putchar('{');
	json_member(true, "device", HMACDEV_DEVICE);
	if (*d->mode) {
		json_member(false, "owner", d->owner);
		json_member(false, "group", d->group);
		json_member(false, "mode", d->mode);
	}
	json_bool("access", !*d->trouble);
	if (*d->trouble) {
		json_member(false, "trouble", d->trouble);
	} else {
		json_name(false, "algorithms");
		printf("{\"known\": %u", d->known);
		json_number("available", d->available);
		json_number("untried", d->untried);
		putchar('}');
	}
	if (*d->module)
		json_member(false, "module", d->module);
	json_member(false, "library", hmacdev_version());
	puts("}");
}

static int device_info(bool json)
{
	struct device d = { 0 };

	read_device(&d);
	if (json)
		print_device_json(&d);
	else
		print_device(&d);
	if (!*d.trouble)
		return FINE;
	complain(HMACDEV_DEVICE ": %s", d.trouble);
	return TROUBLE;
}

/* Prints the rights that this command knows. Returns their number. */
static int print_rights(uint32_t rights, const char *quote, const char *between)
{
	const char *before = "";
	int n = 0;

	for (unsigned int i = 0; i < RIGHTS; i++) {
		if (!(rights & (1U << i)))
			continue;
		printf("%s%s%s%s", before, quote, right_names[i], quote);
		before = between;
		n++;
	}
	return n;
}

static void print_context(const struct hmacdev_info *info)
{
	printf("algorithm   %.*s\n", HMACDEV_NAME_LEN, info->alg);
	printf("digest      %u bytes\n", info->digest_size);
	printf("block       %u bytes\n", info->block_size);
	printf("tag         %u bytes\n", info->tag_len);
	fputs("rights      ", stdout);
	puts(print_rights(info->rights, "", ",") ? "" : "none");
	printf("message     %llu bytes\n", (unsigned long long)info->bytes);
}

static void print_context_json(const struct hmacdev_info *info)
{
	json_member(false, "algorithm", info->alg);
	json_number("digest_size", info->digest_size);
	json_number("block_size", info->block_size);
	json_number("tag_size", info->tag_len);
	json_name(false, "rights");
	putchar('[');
	print_rights(info->rights, "\"", ", ");
	putchar(']');
	json_number("message_bytes", info->bytes);
}

/*
 * Returns the descriptor. If the context has no key, there is no handle for it,
 * and all of *info stays 0.
 */
static int context_read(const char *spec, struct hmacdev_info *info)
{
	int fd = number_read(spec);
	struct hmacdev *h;
	int rc;

	if (fd < 0 && context_passed(&h, spec) < 0)
		return -1;
	rc = fd < 0 ? 0 : hmacdev_from_fd(&h, fd);
	if (rc == 0) {
		fd = hmacdev_fd(h);
		rc = hmacdev_info(h, info, sizeof(*info));
		hmacdev_free(h);
	}
	if (rc < 0 && rc != -ENOKEY) {
		complain("descriptor %d: %s", fd, hmacdev_strerror(rc));
		return -1;
	}
	return fd;
}

static int context_info(const char *spec, bool json)
{
	static const char *const states[] = {
		"unkeyed", "active", "finalized"
	};
	struct hmacdev_info info = { 0 };
	int fd = context_read(spec, &info);
	const char *state = "unknown";

	if (fd < 0)
		return TROUBLE;
	if (info.state < sizeof(states) / sizeof(*states))
		state = states[info.state];
	if (!json) {
		printf("descriptor  %d\nstate       %s\n", fd, state);
		if (info.state)
			print_context(&info);
		return FINE;
	}
	printf("{\"descriptor\": %d", fd);
	json_member(false, "state", state);
	if (info.state)
		print_context_json(&info);
	puts("}");
	return FINE;
}

int cmd_info(int argc, char **argv)
{
	const char *fd = NULL;
	bool json = false;
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		if (c == OPT_HELP)
			return help();
		if (c == OPT_FD)
			fd = optarg;
		else if (c == OPT_JSON)
			json = true;
		else
			return try_help(USAGE);
	}
	if (optind < argc)
		return refuse_operand(argv[optind], USAGE);
	return fd ? context_info(fd, json) : device_info(json);
}

int versions_print(void)
{
	char module[64];

	module_version(module, sizeof(module));
	printf("%s %s\n", program, hmacdev_version());
	if (*module)
		printf("module %s\n", module);
	return FINE;
}

int cmd_version(int argc, char **argv)
{
	static const struct option only_help[] = {
		{ "help", no_argument, NULL, OPT_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int c = option_next(argc, argv, ":", only_help);

	if (c == OPT_HELP) {
		printf("usage: " VERSION_USAGE "\n\n"
		       "Print the versions of the command and of the module.\n");
		return FINE;
	}
	if (c >= 0)
		return try_help(VERSION_USAGE);
	if (optind < argc)
		return refuse_operand(argv[optind], VERSION_USAGE);
	return versions_print();
}
