// SPDX-License-Identifier: LGPL-2.1-or-later
/* "hmacdev key": keys whose description begins with "hmac:" */
#include <errno.h>
#include <getopt.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd.h"

#define USAGE		"hmacdev key add|list|show|revoke|unlink [OPTION...] [NAME]"
#define PREFIX		"hmac:"
/* The kernel's limits: bytes of a payload, and of a description with its NUL */
#define PAYLOAD_MAX	32767
#define DESCRIPTION_MAX	4096
#define RANDOM_MIN	16
#define TYPE_SIZE	32

struct keys {
	struct key key;
	unsigned int sources;
	const char *type;
	const char *ring_text;
	int32_t keyring;
	bool replace;
	/* If the key is given by serial number, description has the number. */
	int32_t serial;
	/* Number of keys of a list that cannot be described */
	unsigned int hidden;
	char description[DESCRIPTION_MAX];
};

bool has_prefix(const char *description)
{
	return !strncmp(description, PREFIX, strlen(PREFIX));
}

/* Reads a name with or without the prefix, or, except for add, a number. */
static int name_read(struct keys *k, const char *name, bool add)
{
	size_t len = strlen(PREFIX);

	k->serial = add ? 0 : serial_read(name);
	if (k->serial) {
		snprintf(k->description, sizeof(k->description), "%s", name);
		return 0;
	}
	if (has_prefix(name))
		name += len;
	if (!*name || strlen(name) >= sizeof(k->description) - len) {
		complain("NAME must have 1 to %zu bytes",
			 sizeof(k->description) - len - 1);
		return -1;
	}
	snprintf(k->description, sizeof(k->description), PREFIX "%s", name);
	return 0;
}

/* The result of a search by name or serial number */
struct search {
	const struct keys *keys;
	struct ring_key key;
	char type[TYPE_SIZE];
	char description[DESCRIPTION_MAX];
	unsigned int n;
	unsigned int hidden;
	/* The key in the given keyring itself, not in a nested one */
	int32_t own;
};

static bool matches(const struct keys *k, const struct ring_key *key)
{
	if (k->serial && key->serial != k->serial)
		return false;
	if (!key->type)
		return k->serial;
	if ((k->type && strcmp(key->type, k->type)) ||
	    strlen(key->type) >= TYPE_SIZE)
		return false;
	return k->serial ? has_prefix(key->description) :
			   !strcmp(key->description, k->description);
}

static void match(const struct ring_key *key, void *arg)
{
	struct search *s = arg;

	s->hidden += !key->type;
	if (!matches(s->keys, key))
		return;
	if (key->keyring == s->keys->keyring)
		s->own = key->serial;
	if (s->n && key->serial == s->key.serial)
		return;
	s->key = *key;
	s->n++;
	if (!key->type)
		return;
	snprintf(s->type, sizeof(s->type), "%s", key->type);
	snprintf(s->description, sizeof(s->description), "%s",
		 key->description);
	s->key.type = s->type;
	s->key.description = s->description;
}

static void complain_hidden(unsigned int n)
{
	if (n)
		complain("%u key%s in these keyrings cannot be described: revoked, expired or not accessible; 'keyctl show' lists their numbers",
			 n, n == 1 ? "" : "s");
}

static void complain_missing(const struct keys *k, unsigned int hidden)
{
	complain("%s: no such key in these keyrings; keys without the prefix hmac: are ignored",
		 k->description);
	if (k->serial)
		complain("%s is taken as a serial number; for a key with this name, write hmac:%s",
			 k->description, k->description);
	complain_hidden(hidden);
}

static int find(struct search *s, const struct keys *k)
{
	*s = (struct search){ .keys = k };
	keyring_walk(k->keyring, match, s);
	if (s->n == 1)
		return 0;
	if (s->n)
		complain("%s: more than one key has this name; give --type or --keyring",
			 k->description);
	else
		complain_missing(k, s->hidden);
	return -1;
}

static int complain_key(const char *description, int err)
{
	complain("%s: %s", description,
		 err == EDQUOT ? "the user has reached the limit of keys" :
		 err == EACCES ? "no permission" : strerror(err));
	return TROUBLE;
}

/* Returns the key that other commands find by this name, or below 0. */
static long find_first(const struct keys *k)
{
	long serial;

	keyring_leave_user();
	serial = keyring_find(k->type, k->description);
	keyring_reach_user();
	return serial;
}

struct place {
	long serial;
	int32_t keyring;
};

static void place(const struct ring_key *key, void *arg)
{
	struct place *p = arg;

	if (key->serial == p->serial && !p->keyring)
		p->keyring = key->keyring;
}

static void complain_first(const struct keys *k, long serial)
{
	struct place p = { .serial = serial };

	keyring_walk(0, place, &p);
	if (p.keyring)
		complain("%s: key %ld in keyring %d has this name and is found first; unlink it",
			 k->description, serial, p.keyring);
	else
		complain("%s: key %ld has this name and is found first; unlink it",
			 k->description, serial);
}

/*
 * A replaced key cannot be restored. So check before adding that no other key
 * with this name would be found first.
 */
static bool is_free(const struct keys *k)
{
	struct search s = { .keys = k };
	long first = find_first(k);

	keyring_walk(k->keyring, match, &s);
	if (s.n && !k->replace)
		complain("%s: key %d already has this name; use --replace to replace it",
			 k->description, s.key.serial);
	else if (first > 0 && (!k->replace || (s.own && s.own != first)))
		complain_first(k, first);
	else
		return true;
	return false;
}

static int add(const struct keys *k)
{
	long serial = syscall(SYS_add_key, k->type, k->description,
			      k->key.bytes, k->key.len, k->keyring);
	long first;

	if (serial < 0)
		return complain_key(k->description, errno);
	first = find_first(k);
	if (first > 0 && first != serial) {
		keyring_call(KEYCTL_UNLINK, serial, k->keyring, 0, 0);
		complain_first(k, first);
		return TROUBLE;
	}
	printf("%ld\n", serial);
	if (!fflush(stdout))
		return FINE;
	complain("%s: the key was added, with the serial number %ld",
		 k->description, serial);
	return TROUBLE;
}

static int run_add(struct keys *k)
{
	int rc;

	if (k->sources != 1) {
		complain("give either -k FILE or --random BYTES");
		return TROUBLE;
	}
	if (k->key.len > PAYLOAD_MAX) {
		complain("a key in a keyring has at most %d bytes",
			 PAYLOAD_MAX);
		return TROUBLE;
	}
	if (!strcmp(k->ring_text, "@s") && !keyring_has_session()) {
		complain("@s: this process has no session keyring that outlives it; use --keyring @u");
		return TROUBLE;
	}
	if (!is_free(k))
		return TROUBLE;
	rc = add(k);
	key_wipe(&k->key);
	return rc;
}

static void list_one(const struct ring_key *key, void *arg)
{
	struct keys *k = arg;

	k->hidden += !key->type;
	if (!key->type || !has_prefix(key->description) ||
	    (k->type && strcmp(key->type, k->type)))
		return;
	printf("%10d  %10d  %-9s  ", key->serial, key->keyring, key->type);
	name_print(key->description,
		   name_needs_escape(key->description, false));
	putchar('\n');
}

static int run_list(struct keys *k)
{
	printf("%10s  %10s  %-9s  %s\n", "SERIAL", "KEYRING", "TYPE", "NAME");
	keyring_walk(k->keyring, list_one, k);
	complain_hidden(k->hidden);
	return FINE;
}

/* As keyctl(1) prints them: for possessor, user, group and others */
static void print_permissions(unsigned int permissions)
{
	static const char letters[] = "--alswrv";

	for (unsigned int i = 0; i < 32; i++)
		if (letters[i % 8] != '-')
			putchar(permissions & (1U << (31 - i)) ?
				letters[i % 8] : '-');
	putchar('\n');
}

static void print_usable(int32_t serial)
{
	struct hmacdev *h;
	char text[256];
	int rc = hmacdev_new_keyring(&h, "sha256", serial);

	fputs("usable       ", stdout);
	if (rc == 0)
		puts("yes");
	else if (device_trouble(text, sizeof(text)))
		printf("unknown: " HMACDEV_DEVICE ": %s\n", text);
	else
		printf("no: %s\n", hmacdev_strerror(rc));
	hmacdev_free(h);
}

static int run_show(struct keys *k)
{
	struct search s;

	if (find(&s, k) < 0)
		return TROUBLE;
	if (!s.key.type) {
		complain("%d: the key is revoked, expired or not accessible; 'unlink' removes it from keyring %d",
			 s.key.serial, s.key.keyring);
		return TROUBLE;
	}
	printf("serial       %d\ntype         %s\nname         ",
	       s.key.serial, s.key.type);
	name_print(s.description, name_needs_escape(s.description, false));
	printf("\nkeyring      %d\nuser         %u\ngroup        %u\n",
	       s.key.keyring, s.key.uid, s.key.gid);
	fputs("permissions  ", stdout);
	print_permissions(s.key.permissions);
	print_usable(s.key.serial);
	return FINE;
}

static int run_revoke(struct keys *k)
{
	struct search s;

	if (find(&s, k) < 0)
		return TROUBLE;
	if (keyring_call(KEYCTL_REVOKE, s.key.serial, 0, 0, 0) < 0)
		return complain_key(k->description, errno);
	return FINE;
}

static int run_unlink(struct keys *k)
{
	struct search s;

	if (find(&s, k) < 0)
		return TROUBLE;
	if (keyring_call(KEYCTL_UNLINK, s.key.serial, s.key.keyring, 0, 0) < 0)
		return complain_key(k->description, errno);
	return FINE;
}

static int help(void)
{
	fputs("usage: hmacdev key add NAME -k FILE|--random BYTES [OPTION...]\n"
	      "       hmacdev key list [OPTION...]\n"
	      "       hmacdev key show|revoke|unlink NAME [OPTION...]\n\n"
	      "Make and manage keys in the kernel's keyrings. The description of each key is\n"
	      "hmac:NAME. Other commands use the keys with --keyring %TYPE:hmac:NAME.\n\n"
	      "  add     make a key, and print its serial number\n"
	      "  list    list the keys\n"
	      "  show    describe a key: its owner, and whether it can be used\n"
	      "  revoke  make a key unusable in all keyrings\n"
	      "  unlink  remove a key from a keyring; the kernel destroys an unlinked key\n\n"
	      "show, revoke and unlink also take a serial number as NAME. If a name has digits\n"
	      "only, write hmac:DIGITS.\n\n"
	      "Options of all commands:\n"
	      "      --keyring KEYRING  @s (session), @u (user), @us (user session) or a serial\n"
	      "                         number. add uses @u by default. The other commands\n"
	      "                         search @s, @u and the keyrings linked in them.\n"
	      "      --type TYPE        logon or user. add makes a logon key by default, whose\n"
	      "                         bytes cannot be read back.\n\n"
	      "Options of add:\n"
	      "  -k, --key-file FILE    the key is all bytes of FILE; - is standard input\n"
	      "      --random BYTES     the key is this number of random bytes, 16 or more\n"
	      "      --replace          replace the key that has this name\n\n"
	      "Exit status: 0 success, 2 error.\n", stdout);
	return FINE;
}

static const struct verb {
	const char *name;
	int (*run)(struct keys *k);
	bool named;
} verbs[] = {
	{ "add", run_add, true },
	{ "list", run_list, false },
	{ "revoke", run_revoke, true },
	{ "show", run_show, true },
	{ "unlink", run_unlink, true },
	{ NULL, NULL, false },
};

enum {
	OPT_REPLACE = OPT_OWN,
	OPT_TYPE,
};

static const struct option options[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "key-file", required_argument, NULL, 'k' },
	{ "keyring", required_argument, NULL, OPT_KEYRING },
	{ "random", required_argument, NULL, OPT_RANDOM },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ NULL, 0, NULL, 0 },
};

static int random_option(struct keys *k, const char *arg)
{
	long len = serial_read(arg);

	if (len < RANDOM_MIN || len > PAYLOAD_MAX) {
		complain("--random takes a number of bytes, %d to %d",
			 RANDOM_MIN, PAYLOAD_MAX);
		return -1;
	}
	return key_from_random(&k->key, (size_t)len);
}

static int type_option(struct keys *k, const char *arg)
{
	if (strcmp(arg, "logon") && strcmp(arg, "user")) {
		complain("--type takes logon or user");
		return -1;
	}
	k->type = arg;
	return 0;
}

static int option(struct keys *k, int c, char *arg)
{
	switch (c) {
	case 'k':
		k->sources++;
		return key_from_file(&k->key, arg);
	case OPT_KEYRING:
		k->ring_text = arg;
		return 0;
	case OPT_RANDOM:
		k->sources++;
		return random_option(k, arg);
	case OPT_REPLACE:
		k->replace = true;
		return 0;
	case OPT_TYPE:
		return type_option(k, arg);
	default:
		try_help(USAGE);
		return -1;
	}
}

static int arguments_read(struct keys *k, const struct verb *verb, int n,
			  char *const *names)
{
	bool add = verb->run == run_add;

	if (!add && (k->sources || k->replace)) {
		complain("-k, --random and --replace can only be used with add");
		return -1;
	}
	if (n != verb->named) {
		complain(!verb->named ? "%s takes no NAME" :
			 n ? "%s takes one NAME" : "%s: a NAME is missing",
			 verb->name);
		try_help(USAGE);
		return -1;
	}
	if (n && name_read(k, *names, add) < 0)
		return -1;
	if (add && !k->ring_text)
		k->ring_text = "@u";
	if (add && !k->type)
		k->type = "logon";
	if (!k->ring_text)
		return 0;
	k->keyring = keyring_read(k->ring_text);
	return k->keyring ? 0 : -1;
}

static const struct verb *verb_find(const char *name)
{
	const struct verb *verb = verbs;

	while (verb->name && strcmp(verb->name, name))
		verb++;
	return verb;
}

static int run(struct keys *k, const struct verb *verb, int argc, char **argv)
{
	int rc = 0;
	int c;

	/* Options begin after the verb; without a verb, there may be --help. */
	optind = verb->name ? 2 : 1;
	while (!rc && (c = option_next(argc, argv, ":k:", options)) >= 0) {
		if (c == OPT_HELP)
			return help();
		rc = option(k, c, optarg);
	}
	if (!rc && !verb->name) {
		if (optind < argc)
			complain("%s: not add, list, show, revoke or unlink",
				 argv[optind]);
		return try_help(USAGE);
	}
	if (!rc && keyring_call(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0,
				0, 0) < 0) {
		complain("%s", keyring_error(errno));
		rc = -1;
	}
	keyring_reach_user();
	if (!rc)
		rc = arguments_read(k, verb, argc - optind, argv + optind);
	return rc ? TROUBLE : verb->run(k);
}

int cmd_key(int argc, char **argv)
{
	struct keys k = { 0 };
	int rc = run(&k, verb_find(argc > 1 ? argv[1] : ""), argc, argv);

	key_wipe(&k.key);
	return rc;
}
