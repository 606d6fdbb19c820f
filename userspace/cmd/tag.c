// SPDX-License-Identifier: LGPL-2.1-or-later
/* "hmacdev tag" and "hmacdev verify", which make and check one tag */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define USAGE_TAG	"hmacdev tag [OPTION...] [FILE]"
#define USAGE_VERIFY	"hmacdev verify [OPTION...] TAG [FILE]"

enum format {
	FORMAT_HEX,
	FORMAT_BASE64,
	FORMAT_RAW,
};

struct one {
	struct recipe make;
	enum format format;
	struct context context;
	unsigned char tag[HMACDEV_TAG_MAX + 1];
	size_t len;
};

static int help_tag(void)
{
	fputs("usage: " USAGE_TAG "\n\n"
	      "Print the HMAC of FILE, or of standard input, and nothing else.\n\n"
	      "      --base64          print base64 instead of hexadecimal\n"
	      "      --raw             print the bytes, without a newline\n"
	      ALG_HELP
	      KEY_HELP
	      FROM_HELP
	      FD_HELP
	      "Exit status: 0 success, 2 error.\n",
	      stdout);
	return FINE;
}

static int help_verify(void)
{
	fputs("usage: " USAGE_VERIFY "\n\n"
	      "Check that TAG is the HMAC of FILE, or of standard input.\n\n"
	      "      --base64          TAG is base64 instead of hexadecimal, in either\n"
	      "                        alphabet, with or without padding\n"
	      "      --raw             TAG is a file with the bytes of the tag; - is standard\n"
	      "                        input\n"
	      ALG_HELP
	      KEY_HELP
	      FROM_HELP
	      FD_HELP
	      "Write '--' before a TAG that begins with '-'.\n"
	      "Exit status: 0 success, 1 mismatch, 2 error.\n",
	      stdout);
	return FINE;
}

enum {
	OPT_BASE64 = OPT_OWN,
	OPT_RAW,
};

static const struct option options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "base64", no_argument, NULL, OPT_BASE64 },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "insecure-key-hex", required_argument, NULL, OPT_KEY_HEX },
	{ "key-file", required_argument, NULL, 'k' },
	{ "keyring", required_argument, NULL, OPT_KEYRING },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "truncate", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

static int option(struct one *one, int c, char *arg, const char *usage)
{
	int rc = recipe_option(&one->make, c, arg);

	if (rc <= 0)
		return rc;
	switch (c) {
	case OPT_BASE64:
	case OPT_RAW:
		if (one->format != FORMAT_HEX) {
			complain("more than one format is given");
			return -1;
		}
		one->format = c == OPT_RAW ? FORMAT_RAW : FORMAT_BASE64;
		return 0;
	default:
		try_help(usage);
		return -1;
	}
}

/* Returns 0, OPT_HELP, or -1 on an error. */
static int options_read(struct one *one, int argc, char **argv,
			const char *usage)
{
	int rc = 0;
	int c;

	while (!rc && (c = option_next(argc, argv, ":a:k:t:", options)) >= 0) {
		if (c == OPT_HELP)
			return c;
		rc = option(one, c, optarg, usage);
	}
	return rc ? rc : recipe_fit(&one->make);
}

static bool is_stdin(const char *path)
{
	return !strcmp(path, "-");
}

/* At most one of key, tag and message may be standard input. */
static bool stdin_fits(const struct one *one, const char *tag, const char *path)
{
	int n = one->make.key.stdin_taken + is_stdin(path);

	if (tag && one->format == FORMAT_RAW)
		n += is_stdin(tag);
	if (n > 1)
		complain("standard input can be only one of key, tag and message");
	return n <= 1;
}

static int message_open(struct message *m, const char *path)
{
	m->path = is_stdin(path) ? "standard input" : path;
	m->fd = file_open(path);
	if (m->fd < 0)
		complain("%s: %s", path, strerror(errno));
	return m->fd;
}

static void tag_print(const struct one *one)
{
	char text[2 * HMACDEV_TAG_MAX + 1];

	_Static_assert(sizeof(text) >= BASE64_SIZE(HMACDEV_TAG_MAX), "");

	if (one->format == FORMAT_RAW) {
		fwrite(one->tag, 1, one->len, stdout);
		return;
	}
	if (one->format == FORMAT_BASE64)
		base64_write(text, one->tag, one->len);
	else
		hex_write(text, one->tag, one->len);
	puts(text);
}

static int tag(struct one *one, const char *path)
{
	struct message m = { 0 };
	int rc;

	if (message_open(&m, path) < 0)
		return TROUBLE;
	rc = message_sign(&one->context, &m, one->tag);
	file_close(m.fd);
	if (rc < 0)
		return TROUBLE;
	one->len = (size_t)rc;
	tag_print(one);
	return FINE;
}

static int run_tag(struct one *one, const char *path)
{
	int rc;

	if (!stdin_fits(one, NULL, path) ||
	    recipe_make(&one->context, &one->make, HMACDEV_RIGHT_SIGN) < 0)
		return TROUBLE;
	rc = tag(one, path);
	hmacdev_free(one->context.h);
	return rc;
}

/* Reads up to one byte more than the longest tag, to detect a longer file. */
static int tag_from_file(struct one *one, const char *path)
{
	int fd = file_open(path);
	ssize_t n;

	if (fd >= 0) {
		n = read_full(fd, one->tag, sizeof(one->tag));
		file_close(fd);
		if (n >= 0) {
			one->len = (size_t)n;
			return 0;
		}
	}
	complain("%s: %s", is_stdin(path) ? "standard input" : path,
		 strerror(errno));
	return -1;
}

/* Sets one->len to SIZE_MAX for an invalid tag, which then does not match. */
static int tag_read(struct one *one, const char *text)
{
	const char *form = "hexadecimal";

	switch (one->format) {
	case FORMAT_RAW:
		return tag_from_file(one, text);
	case FORMAT_BASE64:
		form = "base64";
		one->len = base64_read(one->tag, HMACDEV_TAG_MAX, text);
		break;
	default:
		one->len = hex_read(one->tag, HMACDEV_TAG_MAX, text,
				    strlen(text));
	}
	if (one->len == SIZE_MAX)
		complain("TAG is not %s, or is longer than %d bytes", form,
			 HMACDEV_TAG_MAX);
	return 0;
}

static int verify(struct one *one, const char *path)
{
	struct message m = { 0 };
	int rc;

	if (message_open(&m, path) < 0)
		return TROUBLE;
	rc = one->len == SIZE_MAX ? -EBADMSG :
	     message_verify(&one->context, &m, one->tag, one->len);
	file_close(m.fd);
	if (rc == -EBADMSG)
		complain("%s: the tag does not match", m.path);
	return rc == 0 ? FINE : rc == -EBADMSG ? CHECK_FAILED : TROUBLE;
}

static int run_verify(struct one *one, const char *text, const char *path)
{
	int rc;

	if (!stdin_fits(one, text, path) || tag_read(one, text) < 0 ||
	    recipe_make(&one->context, &one->make, HMACDEV_RIGHT_VERIFY) < 0)
		return TROUBLE;
	rc = verify(one, path);
	hmacdev_free(one->context.h);
	return rc;
}

int cmd_tag(int argc, char **argv)
{
	struct one one = { 0 };
	int rc = options_read(&one, argc, argv, USAGE_TAG);

	if (rc == OPT_HELP)
		rc = help_tag();
	else if (rc < 0)
		rc = TROUBLE;
	else if (argc - optind > 1)
		rc = refuse_operand(argv[optind + 1], USAGE_TAG);
	else
		rc = run_tag(&one, optind < argc ? argv[optind] : "-");
	key_wipe(&one.make.key);
	return rc;
}

int cmd_verify(int argc, char **argv)
{
	struct one one = { 0 };
	int rc = options_read(&one, argc, argv, USAGE_VERIFY);
	int n = argc - optind;

	if (rc == OPT_HELP)
		rc = help_verify();
	else if (rc < 0)
		rc = TROUBLE;
	else if (n > 2)
		rc = refuse_operand(argv[optind + 2], USAGE_VERIFY);
	else if (n < 1)
		rc = refuse_missing("TAG", USAGE_VERIFY);
	else
		rc = run_verify(&one, argv[optind],
				n > 1 ? argv[optind + 1] : "-");
	key_wipe(&one.make.key);
	return rc;
}
