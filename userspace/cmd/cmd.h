/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef HMACDEV_CMD_H
#define HMACDEV_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <hmacdev.h>

/* Exit statuses. */
enum {
	FINE = 0,
	CHECK_FAILED = 1,
	TROUBLE = 2,
};

/* main.c */
extern const char *program;
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int try_help(const char *usage);
int finish_output(int status);

/* trouble.c */
const char *device_trouble(char *text, size_t size);
void complain_device(int err);

/* key.c */
struct key {
	uint32_t source;
	unsigned char *bytes;
	size_t len;
	int32_t serial;
	bool stdin_taken;
};

int key_from_file(struct key *key, const char *path);
int key_from_hex(struct key *key, const char *hex);
int key_from_text(struct key *key, const char *text);
int key_from_keyring(struct key *key, const char *spec);
void key_wipe(struct key *key);

/* hex.c */
int hex_value(char c);
size_t hex_read(unsigned char *bytes, size_t size, const char *hex, size_t len);

/* list.c: a line "TAG  NAME" or "HMAC-ALG (NAME) = TAG" */
struct line {
	unsigned char tag[HMACDEV_TAG_MAX];
	size_t tag_len;
	char *name;
};

enum style {
	STYLE_PLAIN,
	STYLE_TAG,
	STYLE_BARE,
};

bool name_needs_escape(const char *name);
void name_print(FILE *out, const char *name, bool escape);
bool line_read(struct line *line, char *text, const char *alg);
void line_print(enum style style, bool zero, const char *alg, const char *hex,
		const char *name);

/* progress.c */
struct progress {
	const char *name;
	uint64_t total;
	uint64_t done;
	uint64_t began;
	uint64_t drawn;
};

void progress_begin(struct progress *p, const char *name, uint64_t total);
void progress_add(struct progress *p, size_t len);
void progress_end(struct progress *p);

/* sum.c */
struct sum {
	const char *alg;
	struct key key;
	bool keyed;
	unsigned int bits;
	enum style style;
	bool zero;
	bool check;
	bool quiet;
	bool status;
	bool ignore_missing;
	bool strict;
	bool warn;
	struct hmacdev *h;
};

const char *sum_alg(const struct sum *s);
int sum_bits(struct sum *s, const char *text);
int sum_run(struct sum *s, char *const *files, int n);
int sum_open(const char *path);
int sum_read(struct sum *s, int fd, const char *path);
void sum_close(int fd);

/* check.c */
int check_list(struct sum *s, const char *path);

/* The subcommands; each gets its own name as argv[0]. */
int cmd_algs(int argc, char **argv);
int cmd_hmaccalc(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_sum(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif /* HMACDEV_CMD_H */
