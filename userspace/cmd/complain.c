// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

const char *program = "hmacdev";

void complain(const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	/* Flush stdout first, so that both are in order on a terminal. */
	fflush(stdout);
	quote_print(stderr, program, SIZE_MAX);
	fputs(": ", stderr);
	/* The message begins with a name; show an empty name as ''. */
	if (len >= 0 && !strncmp(text, ": ", 2))
		fputs("''", stderr);
	quote_print(stderr, len < 0 ? "no memory for a message" : text,
		    SIZE_MAX);
	fputc('\n', stderr);
	if (len >= 0)
		free(text);
}

int try_help(const char *usage)
{
	fputs("usage: ", stderr);
	quote_print(stderr, usage, SIZE_MAX);
	fputs("\nFor more: '", stderr);
	quote_print(stderr, program, SIZE_MAX);
	fputs(" --help'\n", stderr);
	return TROUBLE;
}

int refuse_missing(const char *missing, const char *usage)
{
	complain("%s is missing", missing);
	return try_help(usage);
}

int refuse_operand(const char *operand, const char *usage)
{
	complain("%s: extra operand", operand);
	return try_help(usage);
}

/* Report failed writes to stdout, such as a tag lost to a full disk. */
int finish_output(int status)
{
	int err = fflush(stdout) ? errno : 0;

	if (!err && !ferror(stdout))
		return status;
	/* The errno of an earlier write is lost. */
	complain("standard output: %s", err ? strerror(err) : "a write failed");
	return TROUBLE;
}
