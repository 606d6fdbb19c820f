// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

#define USAGE	"hmacdev sum [OPTION...] [FILE...]"

static unsigned char buffer[256 * 1024];

/* The canonical name, without the "hmac-" that hmacdev_name() has. */
const char *sum_alg(const struct sum *s)
{
	return hmacdev_name(s->h) + strlen("hmac-");
}

int sum_bits(struct sum *s, const char *text)
{
	char *end;
	unsigned long bits;

	errno = 0;
	bits = strtoul(text, &end, 10);
	if (hex_value(*text) < 0 || *end || errno || bits % 8 ||
	    bits < HMACDEV_TAG_MIN * 8 || bits > HMACDEV_TAG_MAX * 8) {
		complain("-t takes a multiple of 8 bits, from %d to the size of the digest",
			 HMACDEV_TAG_MIN * 8);
		return -1;
	}
	s->bits = (unsigned int)bits;
	return 0;
}

int sum_open(const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return fd;
}

void sum_close(int fd)
{
	if (fd != STDIN_FILENO)
		close(fd);
}

static int update(struct sum *s, int fd, const char *path, struct progress *p)
{
	for (;;) {
		ssize_t n = read(fd, buffer, sizeof(buffer));
		int rc;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			complain("%s: %s", path, strerror(errno));
			return -1;
		}
		if (n == 0)
			return 0;
		rc = hmacdev_update(s->h, buffer, (size_t)n);
		if (rc < 0) {
			complain("%s: %s", path, hmacdev_strerror(rc));
			return -1;
		}
		progress_add(p, (size_t)n);
	}
}

/* Makes the file's bytes the context's message. */
int sum_read(struct sum *s, int fd, const char *path)
{
	struct progress progress;
	struct stat st;
	uint64_t size = 0;
	int rc = hmacdev_reset(s->h);

	if (rc < 0) {
		complain("%s: %s", path, hmacdev_strerror(rc));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		size = (uint64_t)st.st_size;
	progress_begin(&progress, s->status ? NULL : path, size);
	rc = update(s, fd, path, &progress);
	progress_end(&progress);
	return rc;
}

static int sum_file(struct sum *s, const char *path)
{
	char hex[2 * HMACDEV_TAG_MAX + 1];
	int fd = sum_open(path);
	int rc;

	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return TROUBLE;
	}
	rc = sum_read(s, fd, path);
	sum_close(fd);
	if (rc < 0)
		return TROUBLE;
	rc = hmacdev_hexdigest(s->h, hex, sizeof(hex));
	if (rc < 0) {
		complain("%s: %s", path, hmacdev_strerror(rc));
		return TROUBLE;
	}
	line_print(s->style, s->zero, sum_alg(s), hex, path);
	return FINE;
}

static void complain_new(const struct sum *s, int err)
{
	bool keyring = s->key.source == HMACDEV_KEY_KEYRING;
	char text[256];

	if (device_trouble(text, sizeof(text)))
		complain(HMACDEV_DEVICE ": %s", text);
	else if (err == -ENOENT || strlen(s->alg) >= HMACDEV_NAME_LEN)
		complain("%s: no such algorithm; 'hmacdev algs' lists them",
			 s->alg);
	else if (keyring && err == -EACCES)
		complain("key %d: no permission to search it; link its keyring here (keyctl link @u @s)",
			 s->key.serial);
	else if (keyring)
		complain("key %d: %s", s->key.serial, hmacdev_strerror(err));
	else if (err == -EINVAL && s->bits)
		complain("-t %u: more bits than %s has", s->bits, s->alg);
	else if (err == -EINVAL)
		complain("the kernel takes no key of %zu bytes (in FIPS mode: none below 14)",
			 s->key.len);
	else
		complain(HMACDEV_DEVICE ": %s", hmacdev_strerror(err));
}

/* No more rights than the work needs; and the key is gone afterwards. */
static int sum_key(struct sum *s)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = s->key.source,
		.key = s->key.bytes,
		.key_len = s->key.len,
		.serial = s->key.serial,
		.tag_len = s->bits / 8,
		.rights = s->check ? HMACDEV_RIGHT_VERIFY : HMACDEV_RIGHT_SIGN,
	};
	int rc = hmacdev_new_opts(&s->h, s->alg, &o);

	if (rc < 0)
		complain_new(s, rc);
	key_wipe(&s->key);
	return rc;
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
	int result = FINE;

	if (s->key.stdin_taken && reads_stdin(files, n)) {
		complain("standard input cannot be both the key and a file");
		return TROUBLE;
	}
	if (sum_key(s) < 0)
		return TROUBLE;
	if (!n) {
		files = stdin_only;
		n = 1;
	}
	for (int i = 0; i < n; i++) {
		int rc = s->check ? check_list(s, files[i]) :
				    sum_file(s, files[i]);

		/* A tag that is wrong outweighs one that could not be read. */
		if (rc && result != CHECK_FAILED)
			result = rc;
	}
	hmacdev_free(s->h);
	return result;
}

static int help(void)
{
	fputs("usage: " USAGE "\n\n"
	      "Print the HMAC of each FILE as sha256sum does, or check a list of them.\n"
	      "Without FILE, or with -, read standard input.\n\n"
	      "  -a, --algorithm ALG   sha256 unless given; 'hmacdev algs' lists them\n"
	      "  -t, --truncate BITS   size of the tag: 80 to the whole digest\n\n"
	      "The key, one of:\n"
	      "  -k, --key-file FILE   the bytes of FILE, all of them; - is standard input\n"
	      "      --keyring KEY     a key of the kernel's keyrings: its serial number, or\n"
	      "                        %TYPE:DESCRIPTION, such as %logon:app:cookies\n"
	      "      --insecure-key-hex HEX\n"
	      "                        the key itself, for every user of the machine to see\n\n"
	      "Output:\n"
	      "      --tag             as HMAC-ALG (FILE) = TAG\n"
	      "  -z, --zero            end lines with NUL, and escape no names\n\n"
	      "Checking:\n"
	      "  -c, --check           read tags and names from FILE, and check them\n"
	      "      --ignore-missing  pass over files that are not there\n"
	      "      --quiet           do not print OK for each file\n"
	      "      --status          print nothing; the exit status tells\n"
	      "      --strict          a line that is no tag is trouble\n"
	      "  -w, --warn            tell about each line that is no tag\n\n"
	      "Exit status: 0 fine, 1 a tag did not match, 2 trouble.\n",
	      stdout);
	return FINE;
}

enum {
	OPT_HELP = 256,
	OPT_IGNORE_MISSING,
	OPT_KEYRING,
	OPT_KEY_HEX,
	OPT_QUIET,
	OPT_STATUS,
	OPT_STRICT,
	OPT_TAG,
};

static const struct option options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "check", no_argument, NULL, 'c' },
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

static int key_option(struct sum *s, int option, char *arg)
{
	int rc;

	if (s->keyed) {
		complain("one key, please");
		return -1;
	}
	s->keyed = true;
	switch (option) {
	case 'k':
		return key_from_file(&s->key, arg);
	case OPT_KEYRING:
		return key_from_keyring(&s->key, arg);
	default:
		rc = key_from_hex(&s->key, arg);
		/* At least it is not in ps(1) for longer than it must. */
		explicit_bzero(arg, strlen(arg));
		return rc;
	}
}

static int option(struct sum *s, int c, char *arg)
{
	switch (c) {
	case 'a':
		s->alg = arg;
		return 0;
	case 'c':
		s->check = true;
		return 0;
	case 'k':
	case OPT_KEYRING:
	case OPT_KEY_HEX:
		return key_option(s, c, arg);
	case 't':
		return sum_bits(s, arg);
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

	if (!s->keyed)
		complain("no key: give -k FILE or --keyring KEY");
	else if (s->check && (s->zero || s->style == STYLE_TAG))
		complain("--tag and --zero are not for --check");
	else if (!s->check && of_check)
		complain("--ignore-missing, --quiet, --status, --strict and --warn are for --check");
	else
		return 0;
	return -1;
}

int cmd_sum(int argc, char **argv)
{
	struct sum s = { .alg = "sha256" };
	int rc = 0;
	int c;

	while (!rc &&
	       (c = getopt_long(argc, argv, "a:ck:t:wz", options, NULL)) >= 0) {
		if (c == OPT_HELP)
			return help();
		rc = option(&s, c, optarg);
	}
	if (!rc)
		rc = options_fit(&s);
	rc = rc ? TROUBLE : sum_run(&s, argv + optind, argc - optind);
	key_wipe(&s.key);
	return rc;
}
