// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Escape untrusted text, since a terminal executes control characters. Text is
 * UTF-8 in every locale.
 */
#include <string.h>

#include "cmd.h"

/* Control characters, and characters that change text direction or lines */
static const struct {
	uint32_t first, last;
} unsafe[] = {
	{ 0x00, 0x1f },
	{ '\\', '\\' },
	{ 0x7f, 0x9f },
	{ 0x61c, 0x61c },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2066, 0x2069 },
};

static bool is_unsafe(uint32_t c)
{
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(*unsafe); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

/* Returns the length of the character at text, or 0 if it is not UTF-8. */
size_t utf8_read(uint32_t *c, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 :
		     *p < 0xf0 ? 3 : *p < 0xf8 ? 4 : 0;

	if (len < 2) {
		*c = *p;
		return len;
	}
	*c = *p & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return len;
}

static size_t escape(char *out, unsigned char c)
{
	static const char named[] = "\\\\\nn\rr\tt";

	out[0] = '\\';
	for (const char *p = named; *p; p += 2) {
		if (*p == c) {
			out[1] = p[1];
			return 2;
		}
	}
	out[1] = (char)('0' + (c >> 6));
	out[2] = (char)('0' + (c >> 3 & 7));
	out[3] = (char)('0' + (c & 7));
	return 4;
}

/*
 * Write the character at text to out, escaped if needed. Returns the number of
 * bytes written; *taken is the number of bytes read. Of an unsafe character
 * with several bytes, only the first is read here. The others are then invalid
 * UTF-8, and are escaped one by one.
 */
static size_t show(char *out, const char *text, size_t *taken)
{
	uint32_t c;

	*taken = utf8_read(&c, text);
	if (!*taken || is_unsafe(c)) {
		*taken = 1;
		return escape(out, (unsigned char)*text);
	}
	memcpy(out, text, *taken);
	return *taken;
}

bool quote_changes(const char *text)
{
	size_t len;
	uint32_t c;

	for (; *text; text += len) {
		len = utf8_read(&c, text);
		if (!len || is_unsafe(c))
			return true;
	}
	return false;
}

/*
 * Print the escaped text, cut to the given columns. A character that is not
 * ASCII counts as two columns, which is the maximum.
 */
void quote_print(FILE *out, const char *text, size_t columns)
{
	char shown[4];
	size_t taken;

	for (; *text; text += taken) {
		size_t len = show(shown, text, &taken);
		size_t width = shown[0] & 0x80 ? 2 : len;

		if (width > columns)
			break;
		columns -= width;
		fwrite(shown, 1, len, out);
	}
}
