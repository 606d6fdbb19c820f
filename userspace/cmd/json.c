// SPDX-License-Identifier: LGPL-2.1-or-later
/* Prints JSON (RFC 8259), in ASCII. */
#include "cmd.h"

static void unit(uint32_t c)
{
	printf("\\u%04x", c);
}

static void character(uint32_t c)
{
	if (c == '"' || c == '\\') {
		printf("\\%c", (int)c);
	} else if (c >= ' ' && c < 0x7f) {
		putchar((int)c);
	} else if (c < 0x10000) {
		unit(c);
	} else {
		unit(0xd800 + ((c - 0x10000) >> 10));
		unit(0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

/* Each byte that is not UTF-8 becomes the replacement character. */
void json_string(const char *text)
{
	putchar('"');
	while (*text) {
		uint32_t c;
		size_t len = utf8_read(&c, text);

		character(len ? c : 0xfffd);
		text += len ? len : 1;
	}
	putchar('"');
}

/* The name of a member. The first member has no comma before it. */
void json_name(bool first, const char *name)
{
	fputs(first ? "" : ", ", stdout);
	json_string(name);
	fputs(": ", stdout);
}

void json_member(bool first, const char *name, const char *value)
{
	json_name(first, name);
	json_string(value);
}

void json_number(const char *name, uint64_t value)
{
	json_name(false, name);
	printf("%llu", (unsigned long long)value);
}

void json_bool(const char *name, bool value)
{
	json_name(false, name);
	fputs(value ? "true" : "false", stdout);
}
