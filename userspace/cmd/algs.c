// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>

#include "cmd.h"

#define USAGE	"hmacdev algs [--json]"

enum {
	OPT_JSON = OPT_OWN,
};

static const struct option options[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	printf("usage: " USAGE "\n\n"
	       "List the algorithms: the sizes of digest and block in bytes, the state in this\n"
	       "kernel, and whether FIPS approves the algorithm. The states are:\n\n"
	       "  available  the kernel has the algorithm\n"
	       "  untried    the kernel may load the algorithm at its first use\n"
	       "  absent     the algorithm cannot be used\n\n"
	       "      --json  print a JSON array of objects\n");
	return FINE;
}

static const char *state(const struct hmacdev_alg *alg)
{
	if (alg->traits & HMACDEV_ALG_AVAILABLE)
		return "available";
	return alg->traits & HMACDEV_ALG_UNTRIED ? "untried" : "absent";
}

static void print_json(const struct hmacdev_alg *alg, bool first)
{
	fputs(first ? "[\n  {" : ",\n  {", stdout);
	json_member(true, "name", alg->name);
	json_number("digest_size", alg->digest_size);
	json_number("block_size", alg->block_size);
	json_member(false, "state", state(alg));
	json_bool("fips", alg->traits & HMACDEV_ALG_FIPS);
	putchar('}');
}

static void print_line(const struct hmacdev_alg *alg, bool first)
{
	if (first)
		printf("%-12s %6s %5s  %-9s %s\n", "NAME", "DIGEST", "BLOCK",
		       "STATE", "FIPS");
	printf("%-12s %6u %5u  %-9s %s\n", alg->name, alg->digest_size,
	       alg->block_size, state(alg),
	       alg->traits & HMACDEV_ALG_FIPS ? "yes" : "no");
}

int cmd_algs(int argc, char **argv)
{
	struct hmacdev_alg alg;
	bool json = false;
	uint32_t i;
	int rc;
	int c;

	while ((c = option_next(argc, argv, ":", options)) == OPT_JSON)
		json = true;
	if (c == OPT_HELP)
		return help();
	if (c >= 0)
		return try_help(USAGE);
	if (optind < argc)
		return refuse_operand(argv[optind], USAGE);
	for (i = 0; (rc = hmacdev_alg(i, &alg, sizeof(alg))) == 0; i++) {
		if (json)
			print_json(&alg, i == 0);
		else
			print_line(&alg, i == 0);
	}
	if (json && i)
		fputs("\n]\n", stdout);
	if (rc != -ENOENT) {
		complain_device(rc);
		return TROUBLE;
	}
	return FINE;
}
