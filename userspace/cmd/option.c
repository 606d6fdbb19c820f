// SPDX-License-Identifier: LGPL-2.1-or-later
#include <getopt.h>

#include "cmd.h"

static bool is_value(const struct option *options, int value)
{
	for (; options->name; options++)
		if (options->val == value)
			return true;
	return false;
}

/*
 * getopt_long(3), whose own messages would print an argument as it is. Letters
 * begin with ':', after a '+' if there is one. '?' stands for every mistake.
 */
int option_next(int argc, char **argv, const char *letters,
		const struct option *options)
{
	int c = getopt_long(argc, argv, letters, options, NULL);

	if (c == ':')
		complain("%s: an argument is missing", argv[optind - 1]);
	else if (c == '?' && !optopt)
		complain("%s: no such option", argv[optind - 1]);
	else if (c == '?' && is_value(options, optopt))
		complain("%s: takes no argument", argv[optind - 1]);
	else if (c == '?')
		complain("-%c: no such option", optopt);
	return c == ':' ? '?' : c;
}
