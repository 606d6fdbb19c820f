// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The configuration of "hmacdev serve". A section "[NAME]" offers a key. Its
 * lines are "FIELD = VALUE"; "allow" may be repeated, and the first rule that
 * fits a peer counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve.h"

#define SPACE	" \t\r\n"
#define LABEL_MAX	127
#define USER_ID		"%u"
/* A user ID can be five times as long as USER_ID. */
#define LABEL_SIZE	(5 * LABEL_MAX + 1)

struct reader {
	struct policy *policy;
	struct offer *offer;
	const char *path;
	unsigned int line;
};

static int refuse(const struct reader *r, const char *what, const char *text)
{
	complain("%s, line %u: %s%s%s", r->path, r->line, text, *text ? ": " :
		 "", what);
	return -1;
}

static int no_memory(void)
{
	complain("%s", strerror(ENOMEM));
	return -1;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, SPACE);
	len = strlen(text);
	while (len && strchr(SPACE, text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* Adds a zeroed element to an array of n. Returns the array, or NULL. */
static void *grow(void *array, size_t n, size_t size)
{
	unsigned char *larger = reallocarray(array, n + 1, size);

	if (larger)
		memset(larger + n * size, 0, size);
	return larger;
}

/* --from has a colon before the name. */
static bool name_fits(const char *name)
{
	size_t len = strlen(name);

	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p >= 127 || *p == ':')
			return false;
	return len && len <= HMACDEV_SOCKET_NAME_MAX;
}

static int section(struct reader *r, char *text)
{
	struct policy *p = r->policy;
	size_t len = strlen(text);
	struct offer *offers;

	if (text[len - 1] != ']')
		return refuse(r, "a section is [NAME]", text);
	text[len - 1] = '\0';
	text++;
	if (!name_fits(text))
		return refuse(r, "a name has 1 to 64 visible ASCII characters, and no colon",
			      text);
	if (policy_find(p, text))
		return refuse(r, "there is a section of this name", text);
	offers = grow(p->offers, p->n, sizeof(*offers));
	if (!offers)
		return no_memory();
	p->offers = offers;
	r->offer = &offers[p->n++];
	strcpy(r->offer->name, text);
	return 0;
}

/* "/" is the group that all others are below. */
static bool group_fits(const char *path)
{
	size_t len = strlen(path);

	return *path == '/' && (len == 1 || path[len - 1] != '/');
}

/* One condition of a rule, or its rights */
static int rule_word(struct reader *r, struct rule *rule, char *word)
{
	char *value = strchr(word, '=');
	gid_t group;

	if (!value)
		return refuse(r, "allow takes rights=, uid=, gid= and cgroup=",
			      word);
	*value++ = '\0';
	if (!strcmp(word, "rights") && !rule->rights) {
		rule->rights = rights_read(value);
		if (!rule->rights)
			return refuse(r, "not a list of sign, verify, copy and derive",
				      value);
		if (rights_exclude(rule->rights))
			return refuse(r, "sign and derive exclude each other",
				      value);
	} else if (!strcmp(word, "uid") && !rule->has_uid) {
		rule->has_uid = uid_read(value, &rule->uid, &group);
		if (!rule->has_uid)
			return refuse(r, "no such user in /etc/passwd", value);
	} else if (!strcmp(word, "gid") && !rule->has_gid) {
		rule->has_gid = gid_read(value, &rule->gid);
		if (!rule->has_gid)
			return refuse(r, "no such group in /etc/group", value);
	} else if (!strcmp(word, "cgroup") && !rule->cgroup) {
		if (!group_fits(value))
			return refuse(r, "a control group begins with / and does not end with it",
				      value);
		rule->cgroup = strdup(value);
		if (!rule->cgroup)
			return no_memory();
	} else {
		return refuse(r, "unknown or repeated in this rule", word);
	}
	return 0;
}

static int rule_check(const struct reader *r, const struct rule *rule)
{
	if (!rule->rights)
		return refuse(r, "a rule needs rights=", "allow");
	if (!rule->has_uid && !rule->has_gid && !rule->cgroup)
		return refuse(r, "a rule needs uid=, gid= or cgroup=", "allow");
	if (rule->cgroup && !rule->has_uid && !peer_has_pidfd())
		return refuse(r, "before Linux 6.5, a rule with cgroup= also needs uid=",
			      "allow");
	return 0;
}

static int allow(struct reader *r, char *value)
{
	struct offer *o = r->offer;
	struct rule *rules = grow(o->rules, o->n, sizeof(*rules));
	struct rule *rule;
	char *save;

	if (!rules)
		return no_memory();
	o->rules = rules;
	rule = &rules[o->n++];
	for (char *word = strtok_r(value, SPACE, &save); word;
	     word = strtok_r(NULL, SPACE, &save))
		if (rule_word(r, rule, word) < 0)
			return -1;
	return rule_check(r, rule);
}

/* Whether the only conversion in a label is USER_ID */
static bool label_fits(const char *label)
{
	for (const char *p = label; (p = strchr(p, '%')); p++)
		if (strncmp(p, USER_ID, strlen(USER_ID)))
			return false;
	return *label && strlen(label) <= LABEL_MAX;
}

static const struct source {
	const char *name;
	int option;
} sources[] = {
	{ "keyring", OPT_KEYRING },
	{ "key-file", 'k' },
	{ "random", OPT_RANDOM },
};

static const struct source *source_find(const char *name)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (!strcmp(sources[i].name, name))
			return &sources[i];
	return NULL;
}

static int set(const struct reader *r, const char *name, char **field,
	       const char *value)
{
	if (*field)
		return refuse(r, "given twice in this section", name);
	*field = strdup(value);
	return *field ? 0 : no_memory();
}

static int field(struct reader *r, const char *name, char *value)
{
	const struct source *source = source_find(name);
	struct offer *o = r->offer;

	if (!o)
		return refuse(r, "there is no section before this line", name);
	if (source && o->key)
		return refuse(r, "the section has another key", name);
	if (source && source->option == OPT_RANDOM && strcmp(value, "yes"))
		return refuse(r, "random takes yes", value);
	if (source) {
		o->source = source->option;
		return set(r, name, &o->key, value);
	}
	if (!strcmp(name, "algorithm"))
		return set(r, name, &o->alg, value);
	if (!strcmp(name, "truncate"))
		return set(r, name, &o->bits, value);
	if (!strcmp(name, "allow"))
		return allow(r, value);
	if (strcmp(name, "derive"))
		return refuse(r, "unknown field", name);
	if (!label_fits(value))
		return refuse(r, "a label has 1 to 127 bytes, and % only in %u",
			      value);
	return set(r, name, &o->label, value);
}

static int line_parse(struct reader *r, char *text)
{
	char *value;

	text = trim(text);
	if (!*text || *text == '#' || *text == ';')
		return 0;
	if (*text == '[')
		return section(r, text);
	value = strchr(text, '=');
	if (!value)
		return refuse(r, "neither [NAME] nor FIELD = VALUE", text);
	*value++ = '\0';
	return field(r, trim(text), trim(value));
}

/* The rights that a key is opened with: what all rules need of it */
static int offer_check(struct offer *o, const char *path)
{
	uint32_t given = 0;

	for (size_t i = 0; i < o->n; i++)
		given |= o->rules[i].rights;
	o->rights = o->label ? HMACDEV_RIGHT_DERIVE :
			       HMACDEV_RIGHT_COPY | given;
	if (!o->key)
		complain("%s: [%s] has no keyring, key-file or random", path,
			 o->name);
	else if (!o->n)
		complain("%s: [%s] has no allow", path, o->name);
	else if (rights_exclude(given))
		complain("%s: [%s]: sign and derive exclude each other, also in two rules",
			 path, o->name);
	else
		return 0;
	return -1;
}

/*
 * A signer of a key can compute the keys that are derived from it, also if
 * another section derives them.
 */
static int offers_check(const struct policy *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct offer *a = &p->offers[i];
			const struct offer *b = &p->offers[j];

			if (a->source == OPT_RANDOM || a->source != b->source ||
			    strcmp(a->key, b->key) ||
			    !rights_exclude(a->rights | b->rights))
				continue;
			complain("%s: [%s] and [%s]: sign and derive exclude each other, also in two sections with one key",
				 path, b->name, a->name);
			return -1;
		}
	return 0;
}

static int lines_read(struct reader *r, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int rc = 0;

	while (!rc && (len = getline(&text, &size, file)) >= 0) {
		r->line++;
		rc = strlen(text) == (size_t)len ? line_parse(r, text) :
		     refuse(r, "the line has a NUL", text);
	}
	/* An error ends the lines, too. */
	if (!rc && !feof(file)) {
		complain("%s: %s", r->path, strerror(errno));
		rc = -1;
	}
	free(text);
	return rc;
}

/* Who can change the configuration can give the keys to anybody. */
static int file_check(FILE *file, const struct policy *p, const char *path)
{
	struct stat st;

	if (fstat(fileno(file), &st))
		complain("%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		complain("%s: not a regular file", path);
	else if (st.st_uid && st.st_uid != p->owner)
		complain("%s: belongs to another user than root or the one that starts the server",
			 path);
	else if (st.st_mode & 0022)
		complain("%s: other users can change it; run 'chmod go-w'",
			 path);
	else
		return 0;
	return -1;
}

/*
 * Opens no key. Reports errors. The file belongs to root or to the given user.
 */
int policy_read(struct policy *p, const char *path, uid_t owner)
{
	struct reader r = { .policy = p, .path = path };
	/* Not to wait for a writer, if it is a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	int rc;

	*p = (struct policy){ .owner = owner };
	if (!file) {
		complain("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	rc = file_check(file, p, path);
	if (!rc)
		rc = lines_read(&r, file);
	fclose(file);
	if (!rc && !p->n) {
		complain("%s: there is no section", path);
		rc = -1;
	}
	for (size_t i = 0; !rc && i < p->n; i++)
		rc = offer_check(&p->offers[i], path);
	if (!rc)
		rc = offers_check(p, path);
	if (rc)
		policy_free(p);
	return rc;
}

static int offer_open(struct offer *o)
{
	struct recipe recipe = { .alg = o->alg };
	struct context context;
	int rc = recipe_option(&recipe, o->source, o->key);

	if (!rc && o->bits)
		rc = recipe_option(&recipe, 't', o->bits);
	if (!rc)
		rc = recipe_make(&context, &recipe, o->rights);
	key_wipe(&recipe.key);
	if (rc) {
		complain("[%s] cannot be offered", o->name);
		return -1;
	}
	o->h = context.h;
	return 0;
}

int policy_open(struct policy *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (offer_open(&p->offers[i]) < 0)
			return -1;
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Whether the context of one offer is the one that another needs */
static bool offer_serves(const struct offer *old, const struct offer *o)
{
	return old->source == o->source && is_same(old->key, o->key) &&
	       is_same(old->alg, o->alg) && is_same(old->bits, o->bits) &&
	       !old->label == !o->label && !(o->rights & ~old->rights);
}

/*
 * Moves the contexts of another policy to this one. If one is missing, changes
 * nothing, reports it and returns -1.
 */
int policy_take(struct policy *p, struct policy *old)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct offer *from = policy_find(old, p->offers[i].name);

		if (from && offer_serves(from, &p->offers[i]))
			continue;
		complain("[%s]: the key was not opened at the start, or was opened with other fields or fewer rights; restart the server",
			 p->offers[i].name);
		return -1;
	}
	for (size_t i = 0; i < p->n; i++) {
		struct offer *from = policy_find(old, p->offers[i].name);

		p->offers[i].h = from->h;
		p->offers[i].rights = from->rights;
		from->h = NULL;
	}
	return 0;
}

void policy_free(struct policy *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct offer *o = &p->offers[i];

		for (size_t j = 0; j < o->n; j++)
			free(o->rules[j].cgroup);
		free(o->rules);
		free(o->key);
		free(o->alg);
		free(o->bits);
		free(o->label);
		hmacdev_free(o->h);
	}
	free(p->offers);
	*p = (struct policy){ 0 };
}

struct offer *policy_find(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->offers[i].name, name))
			return &p->offers[i];
	return NULL;
}

/* Returns 1 if the rule fits, 0 if it does not, -1 if that cannot be known. */
static int rule_fits(const struct rule *r, const struct peer *p)
{
	int fits = !r->has_uid || r->uid == p->uid;

	if (fits > 0 && r->has_gid)
		fits = peer_in_group(p, r->gid);
	if (fits > 0 && r->cgroup)
		fits = peer_in_cgroup(p, r->cgroup);
	return fits;
}

/*
 * Returns the first rule that fits the peer, or NULL. A peer can prevent that
 * its group is known. It must not get the rights of a later rule so.
 */
const struct rule *offer_allows(const struct offer *o, const struct peer *p)
{
	for (size_t i = 0; i < o->n; i++) {
		int fits = rule_fits(&o->rules[i], p);

		if (fits)
			return fits > 0 ? &o->rules[i] : NULL;
	}
	return NULL;
}

static void label_write(char *text, const char *label, uid_t uid)
{
	const char *at;

	*text = '\0';
	while ((at = strstr(label, USER_ID))) {
		sprintf(text + strlen(text), "%.*s%u", (int)(at - label), label,
			(unsigned int)uid);
		label = at + strlen(USER_ID);
	}
	strcat(text, label);
}

/* Makes the context for a peer. */
int offer_make(const struct offer *o, const struct rule *r,
	       const struct peer *p, struct hmacdev **h)
{
	struct hmacdev_options options = {
		.size = sizeof(options),
		.tag_len = o->bits ? (size_t)number_read(o->bits) / 8 : 0,
		.rights = r->rights,
	};
	char label[LABEL_SIZE];

	if (!o->label)
		return hmacdev_copy_fresh(o->h, r->rights, h);
	label_write(label, o->label, p->uid);
	return hmacdev_derive_opts(o->h, o->alg ? o->alg : "sha256", label,
				   strlen(label), &options, h);
}
