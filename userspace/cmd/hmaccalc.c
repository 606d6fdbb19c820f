// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * sha512hmac and its like, as hmaccalc and libkcapi have them: what boot-time
 * integrity checks call.
 */
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "cmd.h"

#define ARGUMENTS	"[OPTION...] [FILE...]"

/*
 * The key that hmaccalc uses where none is given. It is known to everyone, so
 * that such a tag finds damage and no malice.
 */
static const char public_key[] = "FIPS-FTW-RHT2009";

static char self[] = "/proc/self/exe";
static char *const self_only[] = { self };

static int help(void)
{
	fputs("usage: ", stdout);
	quote_print(stdout, program, SIZE_MAX);
	fputs(" " ARGUMENTS "\n\n"
	      "Print the HMAC of each FILE, or check a list of them, as hmaccalc does.\n\n"
	      "  -c LIST      check the tags in LIST\n"
	      "  -h HASH      use another hash than the name says\n"
	      "  -k FILE      the key is the bytes of FILE\n"
	      "  -K KEY       the key is KEY, for every user of the machine to see\n"
	      "  -q, --status print nothing; the exit status tells\n"
	      "      --quiet  do not print OK for each file\n"
	      "  -S           print the HMAC of this program\n"
	      "  -t BITS      size of the tag: 80 to the whole digest\n"
	      "      --tag    print as HMAC-HASH (FILE) = TAG\n"
	      "  -b, -d DIR, -P\n"
	      "               nothing, for compatibility\n\n"
	      "Without -k or -K the key is one that everyone knows: the tag then finds\n"
	      "damage, not malice. See hmacdev(1).\n", stdout);
	return FINE;
}

enum {
	OPT_QUIET = OPT_OWN,
	OPT_TAG,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "check", required_argument, NULL, 'c' },
	{ "hash", required_argument, NULL, 'h' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "key", required_argument, NULL, 'K' },
	{ "key-file", required_argument, NULL, 'k' },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "self-sum", no_argument, NULL, 'S' },
	{ "status", no_argument, NULL, 'q' },
	{ "tag", no_argument, NULL, OPT_TAG },
	{ "truncate", required_argument, NULL, 't' },
	{ "unkeyed", no_argument, NULL, 'u' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* By the name that it was called by */
static void usage(void)
{
	char text[NAME_MAX + sizeof(ARGUMENTS) + 1];

	snprintf(text, sizeof(text), "%s " ARGUMENTS, program);
	try_help(text);
}

static int key_option(struct sum *s, int option, char *arg)
{
	int rc;

	s->make.keyed = true;
	if (option == 'k')
		return key_from_file(&s->make.key, arg);
	rc = key_from_text(&s->make.key, arg);
	explicit_bzero(arg, strlen(arg));
	return rc;
}

static int option(struct sum *s, int c, char *arg, char **list)
{
	switch (c) {
	case 'b':
	case 'd':
	case 'P':
		return 0;
	case 'c':
		s->check = true;
		*list = arg;
		return 0;
	case 'h':
		s->make.alg = arg;
		return 0;
	case 'k':
	case 'K':
		return key_option(s, c, arg);
	case 'q':
		s->status = true;
		return 0;
	case 'S':
		s->style = STYLE_BARE;
		return 0;
	case 't':
		return recipe_bits(&s->make, arg);
	case 'u':
		complain("only HMACs are made here; see sha512sum(1) for digests without a key");
		return -1;
	case OPT_QUIET:
		s->quiet = true;
		return 0;
	case OPT_TAG:
		s->style = STYLE_TAG;
		return 0;
	default:
		usage();
		return -1;
	}
}

static int run(struct sum *s, char *list, char *const *files, int n)
{
	if (n && (s->check || s->style == STYLE_BARE)) {
		complain("-c and -S take no files");
		return TROUBLE;
	}
	if (!s->make.keyed && key_from_text(&s->make.key, public_key) < 0)
		return TROUBLE;
	if (s->check)
		return sum_run(s, &list, 1);
	if (s->style == STYLE_BARE)
		return sum_run(s, self_only, 1);
	return sum_run(s, files, n);
}

int cmd_hmaccalc(int argc, char **argv)
{
	char alg[HMACDEV_NAME_LEN];
	struct sum s = { .make.alg = alg };
	char *list = NULL;
	int rc = 0;
	int c;

	snprintf(alg, sizeof(alg), "%.*s",
		 (int)(strlen(program) - strlen("hmac")), program);
	while (!rc && (c = option_next(argc, argv, ":bc:d:h:k:K:PqSt:u",
				       options)) >= 0) {
		if (c == OPT_HELP)
			return help();
		if (c == OPT_VERSION)
			return cmd_version(1, argv);
		rc = option(&s, c, optarg, &list);
	}
	rc = rc ? TROUBLE : run(&s, list, argv + optind, argc - optind);
	key_wipe(&s.make.key);
	return rc;
}
