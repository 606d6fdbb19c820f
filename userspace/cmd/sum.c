// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define USAGE	"hmacdev sum [OPTION...] [FILE...]"

static int sum_file(struct sum *s, const char *path)
{
	struct message m = { .fd = file_open(path), .path = path };
	unsigned char tag[HMACDEV_TAG_MAX];
	char hex[2 * sizeof(tag) + 1];
	int rc;

	if (m.fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return TROUBLE;
	}
	rc = message_sign(&s->context, &m, tag);
	file_close(m.fd);
	if (rc < 0)
		return TROUBLE;
	hex_write(hex, tag, (size_t)rc);
	line_print(s->style, s->zero, context_alg(&s->context), hex, path);
	return FINE;
}

static bool reads_stdin(char *const *files, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(files[i], "-"))
			return true;
	return !n;
}

int sum_run(struct sum *s, char *const *files, int n)
{
	static char in[] = "-";
	static char *const stdin_only[] = { in };
	uint32_t rights = s->check ? HMACDEV_RIGHT_VERIFY : HMACDEV_RIGHT_SIGN;
	int result = FINE;

	if (s->make.key.stdin_taken && reads_stdin(files, n)) {
		complain("standard input cannot be both the key and a file");
		return TROUBLE;
	}
	if (recipe_make(&s->context, &s->make, rights) < 0)
		return TROUBLE;
	if (!n) {
		files = stdin_only;
		n = 1;
	}
	for (int i = 0; i < n; i++) {
		int rc = s->check ? check_list(s, files[i]) :
				    sum_file(s, files[i]);

		/* A mismatch takes precedence over other errors. */
		if (rc && result != CHECK_FAILED)
			result = rc;
	}
	hmacdev_free(s->context.h);
	return result;
}

static int help(void)
{
	fputs("usage: " USAGE "\n\n"
	      "Print the HMAC of each FILE in the format of sha256sum, or check lists of HMACs.\n"
	      "If FILE is missing or is -, read standard input.\n\n"
	      ALG_HELP
	      KEY_HELP
	      FROM_HELP
	      FD_HELP
	      "Output:\n"
	      "      --tag             print HMAC-ALG (FILE) = TAG\n"
	      "  -z, --zero            end lines with NUL\n\n"
	      "Checking:\n"
	      "  -c, --check           read tags and names from FILE, and check them\n"
	      "      --ignore-missing  skip files that do not exist\n"
	      "      --quiet           do not print OK for each file\n"
	      "      --status          print no results, only set the exit status\n"
	      "      --strict          exit 2 if any line is malformed\n"
	      "  -w, --warn            report each malformed line\n\n"
	      "Exit status: 0 success, 1 mismatch, 2 error.\n",
	      stdout);
	return FINE;
}

enum {
	OPT_IGNORE_MISSING = OPT_OWN,
	OPT_QUIET,
	OPT_STATUS,
	OPT_STRICT,
	OPT_TAG,
};

static const struct option options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "check", no_argument, NULL, 'c' },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "ignore-missing", no_argument, NULL, OPT_IGNORE_MISSING },
	{ "insecure-key-hex", required_argument, NULL, OPT_KEY_HEX },
	{ "key-file", required_argument, NULL, 'k' },
	{ "keyring", required_argument, NULL, OPT_KEYRING },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "status", no_argument, NULL, OPT_STATUS },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "tag", no_argument, NULL, OPT_TAG },
	{ "truncate", required_argument, NULL, 't' },
	{ "warn", no_argument, NULL, 'w' },
	{ "zero", no_argument, NULL, 'z' },
	{ NULL, 0, NULL, 0 },
};

static int option(struct sum *s, int c, char *arg)
{
	int rc = recipe_option(&s->make, c, arg);

	if (rc <= 0)
		return rc;
	switch (c) {
	case 'c':
		s->check = true;
		return 0;
	case 'w':
		s->warn = true;
		return 0;
	case 'z':
		s->zero = true;
		return 0;
	case OPT_IGNORE_MISSING:
		s->ignore_missing = true;
		return 0;
	case OPT_QUIET:
		s->quiet = true;
		return 0;
	case OPT_STATUS:
		s->status = true;
		return 0;
	case OPT_STRICT:
		s->strict = true;
		return 0;
	case OPT_TAG:
		s->style = STYLE_TAG;
		return 0;
	default:
		try_help(USAGE);
		return -1;
	}
}

static int options_fit(const struct sum *s)
{
	bool of_check = s->ignore_missing || s->quiet || s->status ||
			s->strict || s->warn;

	if (recipe_fit(&s->make) < 0)
		return -1;
	if (s->check && (s->zero || s->style == STYLE_TAG))
		complain("--tag and --zero cannot be used with --check");
	else if (!s->check && of_check)
		complain("--ignore-missing, --quiet, --status, --strict and --warn can only be used with --check");
	else
		return 0;
	return -1;
}

int cmd_sum(int argc, char **argv)
{
	struct sum s = { 0 };
	int rc = 0;
	int c;

	while (!rc &&
	       (c = option_next(argc, argv, ":a:ck:t:wz", options)) >= 0) {
		if (c == OPT_HELP) {
			key_wipe(&s.make.key);
			return help();
		}
		rc = option(&s, c, optarg);
	}
	if (!rc)
		rc = options_fit(&s);
	rc = rc ? TROUBLE : sum_run(&s, argv + optind, argc - optind);
	key_wipe(&s.make.key);
	return rc;
}
