// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <getopt.h>

#include "cmd.h"

#define USAGE	"hmacdev algs"

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	printf("usage: " USAGE "\n\n"
	       "List the algorithms: their names, the bytes of digest and block, whether this\n"
	       "kernel has them, and whether FIPS approves of them.\n");
	return FINE;
}

int cmd_algs(int argc, char **argv)
{
	struct hmacdev_alg info;
	uint32_t i;
	int rc;
	int c = option_next(argc, argv, ":", options);

	if (c == 'h')
		return help();
	if (c >= 0 || optind < argc)
		return try_help(USAGE);
	for (i = 0; (rc = hmacdev_alg(i, &info, sizeof(info))) == 0; i++) {
		if (i == 0)
			printf("%-12s %6s %5s  %-9s %s\n", "NAME", "DIGEST",
			       "BLOCK", "AVAILABLE", "FIPS");
		printf("%-12s %6u %5u  %-9s %s\n", info.name, info.digest_size,
		       info.block_size,
		       info.traits & HMACDEV_ALG_AVAILABLE ? "yes" : "no",
		       info.traits & HMACDEV_ALG_FIPS ? "yes" : "no");
	}
	if (rc != -ENOENT) {
		complain_device(rc);
		return TROUBLE;
	}
	return FINE;
}
