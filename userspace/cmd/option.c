// SPDX-License-Identifier: LGPL-2.1-or-later
#include <getopt.h>
#include <string.h>

#include "cmd.h"

static bool is_value(const struct option *options, int value)
{
	for (; options->name; options++)
		if (options->val == value)
			return true;
	return false;
}

/* The length without "=VALUE", which may be a key */
static int name_length(const char *option)
{
	return (int)strcspn(option, "=");
}

static void complain_option(const char *option)
{
	complain("%.*s: no such option", name_length(option), option);
}

int refuse_option(const char *option, const char *usage)
{
	complain_option(option);
	return try_help(usage);
}

/*
 * Calls getopt_long(3) and reports errors, since its own messages do not escape
 * arguments. letters must begin with ':' or "+:". Returns '?' for every error.
 */
int option_next(int argc, char **argv, const char *letters,
		const struct option *options)
{
	int c = getopt_long(argc, argv, letters, options, NULL);

	if (c == ':')
		complain("%s: an argument is missing", argv[optind - 1]);
	else if (c == '?' && !optopt && !strcmp(argv[optind - 1], "--version"))
		complain("--version must be the first argument");
	else if (c == '?' && !optopt)
		complain_option(argv[optind - 1]);
	else if (c == '?' && is_value(options, optopt))
		complain("%.*s takes no argument",
			 name_length(argv[optind - 1]), argv[optind - 1]);
	else if (c == '?')
		complain("-%c: no such option", optopt);
	return c == ':' ? '?' : c;
}
