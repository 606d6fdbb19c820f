/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef HMACDEV_CMD_H
#define HMACDEV_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <hmacdev.h>

/* Exit statuses. */
enum {
	FINE = 0,
	CHECK_FAILED = 1,
	TROUBLE = 2,
	/* An error of "exec", as of env(1): unlike a status of the command */
	EXEC_TROUBLE = 125,
};

struct option;

/* complain.c */
extern const char *program;
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int try_help(const char *usage);
int refuse_missing(const char *missing, const char *usage);
int refuse_operand(const char *operand, const char *usage);
int finish_output(int status);

/* quote.c */
bool quote_changes(const char *text);
size_t utf8_read(uint32_t *c, const char *text);
void quote_print(FILE *out, const char *text, size_t columns);

/* json.c */
void json_string(const char *text);
void json_name(bool first, const char *name);
void json_member(bool first, const char *name, const char *value);
void json_number(const char *name, uint64_t value);
void json_bool(const char *name, bool value);

/* number.c */
int number_read(const char *text);
int32_t serial_read(const char *text);

/* file.c */
int file_open(const char *path);
void file_close(int fd);
ssize_t read_full(int fd, unsigned char *bytes, size_t size);

/* listen.c: descriptors that were passed to the process, as systemd does */
#define LISTEN_FIRST	3

int listen_count(void);

/* option.c */
int refuse_option(const char *option, const char *usage);
int option_next(int argc, char **argv, const char *letters,
		const struct option *options);

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
int key_from_random(struct key *key, size_t len);
int key_from_keyring(struct key *key, const char *spec);
long keyring_find(const char *type, const char *description);
void key_wipe(struct key *key);

/* keyring.c: a key and a keyring that links it */
struct ring_key {
	int32_t serial;
	int32_t keyring;
	unsigned int uid;
	unsigned int gid;
	unsigned int permissions;
	/* NULL for a key that cannot be described */
	const char *type;
	const char *description;
};

long keyring_call(int op, long a, long b, long c, long d);
const char *keyring_error(int err);
void keyring_reach_user(void);
void keyring_leave_process(void);
int keyring_new_session(void);
void keyring_leave_user(void);
int32_t keyring_read(const char *text);
bool keyring_has_session(void);
void keyring_walk(int32_t keyring,
		  void (*each)(const struct ring_key *key, void *arg),
		  void *arg);

/* keys.c */
bool has_prefix(const char *description);

/* hex.c */
int hex_value(char c);
size_t hex_read(unsigned char *bytes, size_t size, const char *hex, size_t len);
void hex_write(char *hex, const unsigned char *bytes, size_t len);

/* base64.c */
#define BASE64_SIZE(len)	(((len) + 2) / 3 * 4 + 1)
size_t base64_read(unsigned char *bytes, size_t size, const char *text);
void base64_write(char *text, const unsigned char *bytes, size_t len);

/* rights.c */
#define RIGHTS	4
#define RIGHTS_SIZE	sizeof("sign,verify,copy,derive")
/* In the order of the bits HMACDEV_RIGHT_* */
extern const char *const right_names[RIGHTS];

uint32_t rights_read(const char *text);
bool rights_exclude(uint32_t rights);
void rights_write(char *text, uint32_t rights);

/* context.c: the options for a new context, or one that another process made */
struct recipe {
	const char *alg;
	struct key key;
	bool keyed;
	unsigned int bits;
	const char *passed;
	const char *served;
};

struct context {
	struct hmacdev *h;
	/* Others may use the context, so leave its running message alone. */
	bool shared;
};

/* Long options without a letter. A command's own options begin at OPT_OWN. */
enum {
	OPT_FD = 256,
	OPT_FROM,
	OPT_HELP,
	OPT_KEYRING,
	OPT_KEY_HEX,
	OPT_KEY_TEXT,
	OPT_RANDOM,
	OPT_OWN,
};

#define ALG_HELP \
	"  -a, --algorithm ALG   the hash, sha256 by default; see 'hmacdev algs'\n" \
	"  -t, --truncate BITS   size of the tag, from 80 bits to the whole digest\n\n"

#define KEY_HELP \
	"The key, one of:\n" \
	"  -k, --key-file FILE   all bytes of FILE; - is standard input\n" \
	"      --keyring KEY     a key in the kernel's keyrings: its serial number, or\n" \
	"                        %TYPE:DESCRIPTION, such as %logon:hmac:cookies\n" \
	"      --insecure-key-hex HEX\n" \
	"                        the key in hex; visible to every user in ps\n"

#define FROM_HELP \
	"      --from [PATH:]NAME\n" \
	"                        a context that 'hmacdev serve' gives\n"

#define FD_HELP \
	"      --fd N|NAME       use an inherited context, e.g. from 'hmacdev exec'\n\n"

int recipe_option(struct recipe *r, int c, char *arg);
int recipe_fit(const struct recipe *r);
int recipe_make(struct context *c, struct recipe *r, uint32_t rights);
int context_passed(struct hmacdev **h, const char *spec);
const char *context_alg(const struct context *c);

/* list.c: a line "TAG  NAME" or "HMAC-ALG (NAME) = TAG" */
struct line {
	unsigned char tag[HMACDEV_TAG_MAX];
	size_t tag_len;
	char *name;
};

enum style {
	STYLE_PLAIN,
	STYLE_TAG,
	STYLE_HMACCALC,
	STYLE_BARE,
};

bool name_needs_escape(const char *name, bool zero);
void name_print(const char *name, bool escape);
bool line_read(struct line *line, char *text, const char *alg);
bool line_read_tag(struct line *line, const char *text);
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
void progress_add(struct progress *p, uint64_t len);
void progress_end(struct progress *p);

/*
 * message.c: make or check the tag of bytes that are read from a descriptor.
 * The functions report errors, except -EBADMSG: the tag does not match.
 */
struct message {
	int fd;
	const char *path;
	/* Show no progress. */
	bool silent;
};

int message_sign(const struct context *c, const struct message *m,
		 unsigned char *tag);
int message_verify(const struct context *c, const struct message *m,
		   const void *tag, size_t len);

/* sum.c */
struct sum {
	struct recipe make;
	enum style style;
	bool zero;
	bool check;
	bool quiet;
	bool status;
	bool ignore_missing;
	bool strict;
	bool warn;
	/* Report a mismatch in the words of hmaccalc. */
	bool hmaccalc;
	/* Check this file, not those in a list. A line may be a bare tag. */
	char *target;
	struct context context;
};

int sum_run(struct sum *s, char *const *files, int n);

/* check.c */
int check_list(struct sum *s, const char *path);

/* fips.c: fipshmac and fipscheck, with a tag file for each file */
struct fips {
	const char *dir;
	const char *suffix;
};

int fips_make(struct sum *s, const struct fips *f, char *const *files, int n);
int fips_check(struct sum *s, const struct fips *f, char *const *files, int n);

/* info.c */
int versions_print(void);

/* The subcommands. argv[0] is the name for messages, "hmacdev COMMAND". */
int cmd_algs(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_hmaccalc(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_sum(int argc, char **argv);
int cmd_tag(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif /* HMACDEV_CMD_H */
