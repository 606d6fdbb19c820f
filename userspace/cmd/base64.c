// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Base64 (RFC 4648). Written with padding. Read with or without padding, in
 * either alphabet.
 */
#include <string.h>

#include "cmd.h"

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Writes up to BASE64_SIZE(len) characters, including the NUL. */
void base64_write(char *text, const unsigned char *bytes, size_t len)
{
	for (; len; bytes += len < 3 ? len : 3, len -= len < 3 ? len : 3) {
		uint32_t bits = (uint32_t)bytes[0] << 16;

		if (len > 1)
			bits |= (uint32_t)bytes[1] << 8;
		if (len > 2)
			bits |= bytes[2];
		*text++ = digits[bits >> 18];
		*text++ = digits[bits >> 12 & 63];
		*text++ = len > 1 ? digits[bits >> 6 & 63] : '=';
		*text++ = len > 2 ? digits[bits & 63] : '=';
	}
	*text = '\0';
}

static int value(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	if (at)
		return (int)(at - digits);
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* The length without the padding, or SIZE_MAX if it is invalid */
static size_t unpadded(const char *text, size_t len)
{
	size_t n = len;

	if (len % 4 == 0)
		while (n && len - n < 2 && text[n - 1] == '=')
			n--;
	return n % 4 == 1 ? SIZE_MAX : n;
}

/* Returns the number of bytes, or SIZE_MAX if text is invalid or too long. */
size_t base64_read(unsigned char *bytes, size_t size, const char *text)
{
	size_t n = unpadded(text, strlen(text));
	uint32_t bits = 0;
	size_t len = 0;

	if (n == SIZE_MAX || n / 4 * 3 + n % 4 * 3 / 4 > size)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		int v = value(text[i]);

		if (v < 0)
			return SIZE_MAX;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4)
			bytes[len++] = (unsigned char)(bits >> (6 - i % 4 * 2));
	}
	/* The unused bits of the last character must be zero. */
	if (n % 4 && bits & (n % 4 == 2 ? 15 : 3))
		return SIZE_MAX;
	return len;
}
