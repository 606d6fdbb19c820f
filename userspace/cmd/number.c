// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "cmd.h"

/* Returns -1 if the text is not a decimal number that an int can hold. */
int number_read(const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	return hex_value(*text) < 0 || *end || errno || n > INT_MAX ?
	       -1 : (int)n;
}

/* Returns the serial number, or 0 if it is invalid. */
int32_t serial_read(const char *text)
{
	int serial = number_read(text);

	return serial > 0 ? serial : 0;
}
