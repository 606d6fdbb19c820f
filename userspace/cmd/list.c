// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd.h"

/* On a terminal, more characters need an escape than in a list. */
static bool on_terminal(void)
{
	static int terminal = -1;

	if (terminal < 0)
		terminal = isatty(STDOUT_FILENO);
	return terminal;
}

/* If lines end with a NUL (zero), only a terminal needs escapes. */
bool name_needs_escape(const char *name, bool zero)
{
	if (on_terminal())
		return quote_changes(name);
	return !zero && strpbrk(name, "\\\n\r");
}

void name_print(const char *name, bool escape)
{
	if (escape && on_terminal()) {
		quote_print(stdout, name, SIZE_MAX);
		return;
	}
	for (; *name; name++) {
		if (escape && *name == '\\')
			fputs("\\\\", stdout);
		else if (escape && *name == '\n')
			fputs("\\n", stdout);
		else if (escape && *name == '\r')
			fputs("\\r", stdout);
		else
			putchar(*name);
	}
}

static bool name_unescape(char *name)
{
	char *to = name;

	for (; *name; name++) {
		if (*name != '\\') {
			*to++ = *name;
			continue;
		}
		switch (*++name) {
		case '\\':
			*to++ = '\\';
			break;
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		default:
			return false;
		}
	}
	*to = '\0';
	return true;
}

/* Prints "HMAC-SHA256" for "sha256", or "HMAC(SHA256)", in any locale. */
static void label_print(enum style style, const char *alg)
{
	fputs(style == STYLE_HMACCALC ? "HMAC(" : "HMAC-", stdout);
	for (; *alg; alg++)
		putchar(*alg >= 'a' && *alg <= 'z' ? *alg - 'a' + 'A' : *alg);
	if (style == STYLE_HMACCALC)
		putchar(')');
}

void line_print(enum style style, bool zero, const char *alg, const char *hex,
		const char *name)
{
	bool escape = name_needs_escape(name, zero);

	if (style == STYLE_BARE) {
		fputs(hex, stdout);
	} else {
		if (escape)
			putchar('\\');
		if (style != STYLE_PLAIN) {
			label_print(style, alg);
			fputs(" (", stdout);
			name_print(name, escape);
			printf(") = %s", hex);
		} else {
			printf("%s  ", hex);
			name_print(name, escape);
		}
	}
	putchar(zero ? '\0' : '\n');
}

static bool same_name(const char *name, size_t len, const char *alg)
{
	for (; *alg; alg++) {
		if (*alg == '-')
			continue;
		while (len && (*name == '-' || *name == '_')) {
			name++;
			len--;
		}
		if (!len || strncasecmp(name, alg, 1))
			return false;
		name++;
		len--;
	}
	return !len;
}

/*
 * Whether the label of a line is for our algorithm. This command and OpenSSL 1
 * write HMAC-SHA256, OpenSSL 3 writes HMAC-SHA2-256, and libkcapi writes
 * HMAC(SHA256). A label without HMAC is for a plain digest.
 */
static bool label_matches(const char *label, size_t len, const char *alg)
{
	if (len < 5 || strncasecmp(label, "hmac", 4))
		return false;
	if (label[4] == '(' && label[len - 1] == ')')
		len--;
	else if (label[4] != '-' && label[4] != '_')
		return false;
	label += 5;
	len -= 5;
	if (same_name(label, len, alg))
		return true;
	if (len < 5 || strncasecmp(label, "sha2-", 5) || strncmp(alg, "sha", 3))
		return false;
	return same_name(label + 5, len - 5, alg + 3);
}

static bool tag_read(struct line *line, const char *hex, size_t len)
{
	line->tag_len = hex_read(line->tag, sizeof(line->tag), hex, len);
	return line->tag_len != SIZE_MAX && line->tag_len >= HMACDEV_TAG_MIN;
}

/* Reads a tag alone, as fipshmac writes it. The line has no name. */
bool line_read_tag(struct line *line, const char *text)
{
	line->name = NULL;
	return tag_read(line, text, strlen(text));
}

/* Reads "TAG  NAME", or "TAG *NAME" of a binary file. */
static bool plain_read(struct line *line, char *text)
{
	size_t len = strcspn(text, " ");

	if (text[len] != ' ' || (text[len + 1] != ' ' && text[len + 1] != '*'))
		return false;
	line->name = text + len + 2;
	return tag_read(line, text, len);
}

/* Reads "LABEL (NAME) = TAG", or OpenSSL's "LABEL(NAME)= TAG". */
static bool tagged_read(struct line *line, char *text, const char *alg)
{
	char *close = strrchr(text, ')');
	char *open;
	char *hex;

	if (!close)
		return false;
	hex = close + 1;
	hex += *hex == ' ';
	if (*hex++ != '=' || *hex++ != ' ' || !tag_read(line, hex, strlen(hex)))
		return false;
	*close = '\0';
	for (open = strchr(text, '('); open; open = strchr(open + 1, '(')) {
		size_t len = (size_t)(open - text);

		if (len && open[-1] == ' ')
			len--;
		if (label_matches(text, len, alg)) {
			line->name = open + 1;
			return true;
		}
	}
	return false;
}

/* Returns false if the line has no tag of this algorithm. Changes the text. */
bool line_read(struct line *line, char *text, const char *alg)
{
	bool escaped;

	text += strspn(text, " \t");
	escaped = *text == '\\';
	text += escaped;
	if (!plain_read(line, text) && !tagged_read(line, text, alg))
		return false;
	if (escaped && !name_unescape(line->name))
		return false;
	return *line->name;
}
