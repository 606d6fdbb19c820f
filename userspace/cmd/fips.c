// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fipshmac and fipscheck. The tag of a file is in a tag file, and the name of
 * the file determines the name of the tag file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* Exit statuses, as fipscheck documents them; 2 is TROUBLE. */
enum {
	FIPS_MISMATCH = 1,
	FIPS_NO_TAG_FILE = 3,
	FIPS_NO_TAG = 4,
	FIPS_NO_MEMORY = 5,
	FIPS_WRITE_FAILED = 6,
};

/* DIR/NAME.hmac, or .NAME.hmac beside the file */
static char *tag_path(const struct fips *f, const char *path, const char *dir)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *suffix = f->suffix ? f->suffix : ".hmac";
	char *to;
	int rc;

	if (dir)
		rc = asprintf(&to, "%s/%s%s", dir, name, suffix);
	else
		rc = asprintf(&to, "%.*s.%s%s", (int)(name - path), path, name,
			      suffix);
	if (rc >= 0)
		return to;
	complain("%s: no memory", path);
	return NULL;
}

static int message_open(struct message *m, const char *path)
{
	m->path = path;
	m->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (m->fd < 0)
		complain("%s: %s", path, strerror(errno));
	return m->fd;
}

/* A new file, with the mode that fopen(3) would give it */
static FILE *temporary(char *path)
{
	mode_t mask = umask(0);
	int fd = mkostemp(path, O_CLOEXEC);

	umask(mask);
	if (fd < 0)
		return NULL;
	fchmod(fd, 0666 & ~mask);
	return fdopen(fd, "w");
}

/* Write and rename, since a tag file with half a tag would be a mismatch. */
static int tag_write(const char *path, char *temp, const char *hex)
{
	FILE *file = temporary(temp);
	bool failed;

	if (!file) {
		complain("%s: %s", path, strerror(errno));
		return FIPS_NO_TAG_FILE;
	}
	failed = fprintf(file, "%s\n", hex) < 0;
	if (!fclose(file) && !failed && !rename(temp, path))
		return FINE;
	complain("%s: %s", path, strerror(errno));
	unlink(temp);
	return FIPS_WRITE_FAILED;
}

static int tag_put(const char *path, const char *hex)
{
	char *temp;
	int rc;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0) {
		complain("%s: no memory", path);
		return FIPS_NO_MEMORY;
	}
	rc = tag_write(path, temp, hex);
	free(temp);
	return rc;
}

static int make_one(const struct sum *s, const struct fips *f, const char *path)
{
	unsigned char tag[HMACDEV_TAG_MAX];
	char hex[2 * sizeof(tag) + 1];
	struct message m = { .silent = s->status };
	char *to;
	int rc;

	if (message_open(&m, path) < 0)
		return FIPS_NO_TAG;
	rc = message_sign(&s->context, &m, tag);
	close(m.fd);
	if (rc < 0)
		return FIPS_NO_TAG;
	hex_write(hex, tag, (size_t)rc);
	to = tag_path(f, path, f->dir);
	if (!to)
		return FIPS_NO_MEMORY;
	rc = tag_put(to, hex);
	free(to);
	return rc;
}

/* Reads the first line. *text may stay NULL if the file is empty. */
static int text_read(const char *from, char **text)
{
	FILE *file = fopen(from, "re");
	size_t size = 0;
	ssize_t len;

	if (!file)
		return -errno;
	len = getline(text, &size, file);
	if (len > 0 && (*text)[len - 1] == '\n')
		(*text)[--len] = '\0';
	if (len > 0 && (*text)[len - 1] == '\r')
		(*text)[--len] = '\0';
	fclose(file);
	return 0;
}

static int text_find(const struct fips *f, const char *path, char **text)
{
	static const char *const dirs[] = {
		"/usr/lib64/fipscheck", "/usr/lib/fipscheck", NULL
	};
	size_t i = 0;

	for (;;) {
		const char *dir = f->dir ? f->dir : dirs[i++];
		char *from = tag_path(f, path, dir);
		int rc;

		if (!from)
			return FIPS_NO_MEMORY;
		rc = text_read(from, text);
		if (rc < 0 && (f->dir || !dir ||
			       (rc != -ENOENT && rc != -ENOTDIR))) {
			complain("%s: %s", from, strerror(-rc));
			free(from);
			return FIPS_NO_TAG_FILE;
		}
		free(from);
		if (!rc)
			return FINE;
	}
}

static int check_message(const struct sum *s, const char *path,
			 const struct line *line)
{
	struct message m = { .silent = s->status };
	int rc;

	if (message_open(&m, path) < 0)
		return FIPS_NO_TAG;
	rc = message_verify(&s->context, &m, line->tag, line->tag_len);
	close(m.fd);
	if (rc == -EBADMSG && !s->status)
		complain("%s: the tag does not match", path);
	return rc == 0 ? FINE : rc == -EBADMSG ? FIPS_MISMATCH : FIPS_NO_TAG;
}

static int check_one(const struct sum *s, const struct fips *f,
		     const char *path)
{
	struct line line;
	char *text = NULL;
	int rc = text_find(f, path, &text);

	if (rc)
		goto out;
	/* The file has a tag alone, or a line as in a list. */
	if (text && (line_read_tag(&line, text) ||
		     line_read(&line, text, context_alg(&s->context)))) {
		rc = check_message(s, path, &line);
	} else {
		complain("%s: its tag file has no tag", path);
		rc = FIPS_MISMATCH;
	}
out:
	free(text);
	return rc;
}

static int each(struct sum *s, const struct fips *f, char *const *files, int n,
		uint32_t rights,
		int (*one)(const struct sum *s, const struct fips *f,
			   const char *path))
{
	int rc = FINE;

	if (recipe_make(&s->context, &s->make, rights) < 0)
		return FIPS_NO_TAG;
	for (int i = 0; !rc && i < n; i++)
		rc = one(s, f, files[i]);
	hmacdev_free(s->context.h);
	return rc;
}

int fips_make(struct sum *s, const struct fips *f, char *const *files, int n)
{
	return each(s, f, files, n, HMACDEV_RIGHT_SIGN, make_one);
}

int fips_check(struct sum *s, const struct fips *f, char *const *files, int n)
{
	return each(s, f, files, n, HMACDEV_RIGHT_VERIFY, check_one);
}
