// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The commands of hmaccalc and libkcapi, such as sha512hmac, fipshmac and
 * fipscheck, which integrity checks at boot use.
 */
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "cmd.h"

#define ARGUMENTS	"[OPTION...] [FILE...]"
#define FIPS_ARGUMENTS	"[OPTION...] FILE..."

/*
 * The default keys of hmaccalc and fipscheck. They are published, so a tag with
 * such a key detects damage, but not tampering.
 */
static const char hmaccalc_key[] = "FIPS-FTW-RHT2009";
static const char fipscheck_key[] = "orboDeJITITejsirpADONivirpUkvarP";

static char self[] = "/proc/self/exe";
static char *const self_only[] = { self };

struct hmaccalc {
	struct sum sum;
	struct fips fips;
	int (*fips_run)(struct sum *s, const struct fips *f, char *const *files,
			int n);
};

static void help_begin(const char *text)
{
	fputs("usage: ", stdout);
	quote_print(stdout, program, SIZE_MAX);
	fputs(text, stdout);
}

static int help_hmaccalc(void)
{
	help_begin(" " ARGUMENTS "\n\n"
		   "Print the HMAC of each FILE, or check lists of HMACs, as hmaccalc does.\n\n"
		   "  -c, --check  each FILE is a list: check the tags in it\n"
		   "  -T FILE      with -c: check FILE instead of the files in the list\n"
		   "  -q, --status with -c: print no results, only set the exit status\n"
		   "      --quiet  with -c: do not print OK for each file\n"
		   "      --tag    print HMAC(HASH) (FILE) = TAG\n"
		   "  -z           end lines with NUL\n");
	return FINE;
}

static int help_fips(void)
{
	help_begin(" " FIPS_ARGUMENTS "\n\n"
		   "fipshmac writes the HMAC of each FILE to .FILE.hmac in the same directory.\n"
		   "fipscheck checks each FILE with FILE.hmac in /usr/lib64/fipscheck or\n"
		   "/usr/lib/fipscheck, if there is one, or else with .FILE.hmac.\n\n"
		   "  -d DIR       the HMAC is in DIR/FILE.hmac instead\n"
		   "  -q, --status do not report a mismatch, only set the exit status\n"
		   "  -s SUFFIX    use SUFFIX instead of .hmac\n");
	return FINE;
}

static int help(const struct hmaccalc *m)
{
	if (m->fips_run)
		help_fips();
	else
		help_hmaccalc();
	fputs("  -h HASH      use HASH instead of the default hash\n"
	      "  -k FILE      the key is the bytes of FILE\n"
	      "  -K KEY       the key is KEY; visible to every user in ps\n"
	      "  -S           print the HMAC of this program itself, without FILE\n"
	      "  -t BITS      size of the tag, from 80 bits to the whole digest\n"
	      "  -v, --version\n"
	      "  -b, -P       ignored, for compatibility\n\n"
	      "Without -k or -K the key is a published one: the tag then detects damage, but\n"
	      "not tampering. See hmacdev(1).\n", stdout);
	return FINE;
}

enum {
	OPT_QUIET = OPT_OWN,
	OPT_TAG,
};

static const struct option options[] = {
	{ "check", no_argument, NULL, 'c' },
	{ "hash", required_argument, NULL, 'h' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "key", required_argument, NULL, 'K' },
	{ "key-file", required_argument, NULL, 'k' },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "self-sum", no_argument, NULL, 'S' },
	{ "self-sum-lib", no_argument, NULL, 'L' },
	{ "status", no_argument, NULL, 'q' },
	{ "tag", no_argument, NULL, OPT_TAG },
	{ "target", required_argument, NULL, 'T' },
	{ "truncate", required_argument, NULL, 't' },
	{ "unkeyed", no_argument, NULL, 'u' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/* The usage line has the name by which the command was started. */
static void usage(const struct hmaccalc *m)
{
	char text[NAME_MAX + sizeof(ARGUMENTS) + 1];

	snprintf(text, sizeof(text), "%s %s", program,
		 m->fips_run ? FIPS_ARGUMENTS : ARGUMENTS);
	try_help(text);
}

/* coreutils has a command for each of these hashes, and cksum(1) for others. */
static const char *digest_tool(const char *alg)
{
	static const char *const tools[] = {
		"md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum",
		"sha512sum",
	};
	size_t len = strlen(alg);

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (!strncmp(tools[i], alg, len) &&
		    !strcmp(tools[i] + len, "sum"))
			return tools[i];
	return "cksum";
}

static int refuse(const struct hmaccalc *m, int c)
{
	if (c == 'u')
		complain("-u: this command makes HMACs only; use %s(1) for a digest without a key",
			 digest_tool(m->sum.make.alg));
	else if (c == 'L')
		complain("-L: there is no library to check; -S checks the whole program");
	else
		usage(m);
	return -1;
}

static int option(struct hmaccalc *m, int c, char *arg)
{
	struct sum *s = &m->sum;

	switch (c) {
	case 'b':
	case 'P':
		return 0;
	case 'c':
		s->check = true;
		return 0;
	case 'd':
		m->fips.dir = arg;
		return 0;
	case 'h':
		s->make.alg = arg;
		return 0;
	case 'k':
	case 't':
		return recipe_option(&s->make, c, arg);
	case 'K':
		return recipe_option(&s->make, OPT_KEY_TEXT, arg);
	case 'q':
		s->status = true;
		return 0;
	case 's':
		m->fips.suffix = arg;
		return 0;
	case 'S':
		s->style = STYLE_BARE;
		return 0;
	case 'T':
		s->target = arg;
		return 0;
	case 'z':
		s->zero = true;
		return 0;
	case OPT_QUIET:
		s->quiet = true;
		return 0;
	case OPT_TAG:
		s->style = STYLE_HMACCALC;
		return 0;
	default:
		return refuse(m, c);
	}
}

static int options_fit(const struct hmaccalc *m, int n)
{
	const struct sum *s = &m->sum;

	if (s->style == STYLE_BARE && (n || s->check))
		complain("-S takes no FILE, and cannot be used with -c");
	else if (m->fips_run && (s->check || s->target))
		complain("-c and -T cannot be used with fipshmac and fipscheck");
	else if (m->fips_run && !n && s->style != STYLE_BARE)
		complain("no FILE is given; see '%s --help'", program);
	else if (m->fips.suffix && !m->fips_run)
		complain("-s can only be used with fipshmac and fipscheck");
	else if (s->target && !s->check)
		complain("-T can only be used with -c");
	else
		return 0;
	return -1;
}

static int run(struct hmaccalc *m, char *const *files, int n)
{
	const char *key = m->fips_run ? fipscheck_key : hmaccalc_key;
	struct sum *s = &m->sum;

	if (options_fit(m, n) < 0)
		return TROUBLE;
	if (!s->make.keyed && key_from_text(&s->make.key, key) < 0)
		return TROUBLE;
	if (s->style == STYLE_BARE)
		return sum_run(s, self_only, 1);
	return m->fips_run ? m->fips_run(s, &m->fips, files, n) :
			     sum_run(s, files, n);
}

/* The name of the command selects the hash, or fipshmac or fipscheck. */
static void set_name(struct hmaccalc *m, char *alg, size_t size)
{
	size_t len = strlen(program) - strlen("hmac");

	m->sum.hmaccalc = true;
	m->sum.make.alg = alg;
	if (!strcmp(program, "fipshmac"))
		m->fips_run = fips_make;
	else if (!strcmp(program, "fipscheck"))
		m->fips_run = fips_check;
	if (m->fips_run)
		snprintf(alg, size, "sha256");
	else
		snprintf(alg, size, "%.*s", (int)len, program);
}

static int options_run(struct hmaccalc *m, int argc, char **argv)
{
	int rc = 0;
	int c;

	while (!rc && (c = option_next(argc, argv, ":bcd:h:k:K:LPqs:St:T:uvz",
				       options)) >= 0) {
		if (c == OPT_HELP)
			return help(m);
		if (c == 'v')
			return versions_print();
		rc = option(m, c, optarg);
	}
	return rc ? TROUBLE : run(m, argv + optind, argc - optind);
}

int cmd_hmaccalc(int argc, char **argv)
{
	struct hmaccalc m = { 0 };
	char alg[HMACDEV_NAME_LEN];
	int rc;

	set_name(&m, alg, sizeof(alg));
	rc = options_run(&m, argc, argv);
	key_wipe(&m.sum.make.key);
	return rc;
}
