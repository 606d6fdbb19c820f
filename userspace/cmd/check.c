// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "cmd.h"

struct counts {
	unsigned long malformed;
	unsigned long matched;
	unsigned long mismatched;
	unsigned long other_size;
	unsigned long unreadable;
	unsigned long missing;
};

static void report(const struct sum *s, const char *name, const char *verdict)
{
	bool escape = name_needs_escape(name, false);

	if (s->status)
		return;
	if (s->hmaccalc && strcmp(verdict, "OK"))
		verdict = "Not OK";
	if (escape)
		putchar('\\');
	name_print(name, escape);
	printf(": %s\n", verdict);
}

/* Standard input can be read only once: as the key, as a list, or as a file. */
static int check_open(struct sum *s, const char *name)
{
	if (strcmp(name, "-"))
		return file_open(name);
	if (s->make.key.stdin_taken) {
		errno = EBUSY;
		return -1;
	}
	s->make.key.stdin_taken = true;
	return STDIN_FILENO;
}

static void check_file(struct sum *s, const struct line *line,
		       struct counts *n)
{
	struct message m = {
		.fd = check_open(s, line->name),
		.path = line->name,
		.silent = s->status,
	};
	int rc;

	if (m.fd < 0 && errno == ENOENT && s->ignore_missing) {
		n->missing++;
		return;
	}
	if (m.fd < 0) {
		complain("%s: %s", line->name, errno == EBUSY ?
			 "standard input has already been read" :
			 strerror(errno));
		rc = -EIO;
	} else {
		rc = message_verify(&s->context, &m, line->tag, line->tag_len);
		file_close(m.fd);
	}
	if (rc == 0) {
		n->matched++;
		if (!s->quiet)
			report(s, line->name, "OK");
	} else if (rc == -EBADMSG) {
		n->mismatched++;
		n->other_size += line->tag_len !=
				 hmacdev_tag_size(s->context.h);
		report(s, line->name, "FAILED");
	} else {
		n->unreadable++;
		report(s, line->name, "FAILED open or read");
	}
}

static bool line_for(const struct sum *s, struct line *line, char *text)
{
	const char *alg = context_alg(&s->context);

	if (!s->target)
		return line_read(line, text, alg);
	if (!line_read_tag(line, text) && !line_read(line, text, alg))
		return false;
	line->name = s->target;
	return true;
}

/* Skip comments. A line with a NUL in it is malformed. */
static void check_line(struct sum *s, const char *path, unsigned long number,
		       char *text, size_t len, struct counts *n)
{
	struct line line;

	if (*text == '#' && strlen(text) == len)
		return;
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len && text[len - 1] == '\r')
		text[--len] = '\0';
	if (strlen(text) == len && line_for(s, &line, text)) {
		check_file(s, &line, n);
		return;
	}
	n->malformed++;
	if (s->warn)
		complain("%s: %lu: not a line with an HMAC of %s", path, number,
			 context_alg(&s->context));
}

static int check_lines(struct sum *s, const char *path, FILE *list,
		       struct counts *n)
{
	char *text = NULL;
	size_t size = 0;
	unsigned long number = 0;
	ssize_t len;
	int rc = 0;

	while ((len = getline(&text, &size, list)) >= 0)
		check_line(s, path, ++number, text, (size_t)len, n);
	if (ferror(list)) {
		complain("%s: %s", path, strerror(errno));
		rc = -1;
	}
	free(text);
	return rc;
}

static void warn_count(const struct sum *s, unsigned long n, const char *one,
		       const char *many)
{
	if (n && !s->status)
		complain("WARNING: %lu %s", n, n == 1 ? one : many);
}

static int verdict(const struct sum *s, const char *path,
		   const struct counts *n)
{
	bool nothing = !n->matched && !n->mismatched && !n->unreadable;

	if (nothing && !n->missing) {
		complain("%s: no line with an HMAC of %s", path,
			 context_alg(&s->context));
		return TROUBLE;
	}
	warn_count(s, n->malformed, "line is improperly formatted",
		   "lines are improperly formatted");
	warn_count(s, n->unreadable, "listed file could not be read",
		   "listed files could not be read");
	warn_count(s, n->mismatched, "computed tag did NOT match",
		   "computed tags did NOT match");
	if (n->other_size && !s->status)
		complain("%s: %lu of the tags do not have %zu bits; give their size with -t",
			 path, n->other_size,
			 8 * hmacdev_tag_size(s->context.h));
	if (nothing && !s->status)
		complain("%s: no file was verified", path);
	if (n->mismatched)
		return CHECK_FAILED;
	if (nothing || n->unreadable || (s->strict && n->malformed))
		return TROUBLE;
	return FINE;
}

int check_list(struct sum *s, const char *path)
{
	bool in = !strcmp(path, "-");
	FILE *list = in ? stdin : fopen(path, "re");
	struct counts n = { 0 };
	int rc;

	if (!list) {
		complain("%s: %s", path, strerror(errno));
		return TROUBLE;
	}
	if (in) {
		path = "standard input";
		s->make.key.stdin_taken = true;
	}
	rc = check_lines(s, path, list, &n);
	if (!in)
		fclose(list);
	if (rc < 0)
		return n.mismatched ? CHECK_FAILED : TROUBLE;
	return verdict(s, path, &n);
}
