// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cmd.h"

int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Returns the number of bytes, or SIZE_MAX if it is not hex or does not fit. */
size_t hex_read(unsigned char *bytes, size_t size, const char *hex, size_t len)
{
	if (len % 2 || len / 2 > size)
		return SIZE_MAX;
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return SIZE_MAX;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return len / 2;
}

/* Writes two digits for each byte, and a NUL. */
void hex_write(char *hex, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}
