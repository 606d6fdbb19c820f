// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The context that a command uses: made from its options, passed to it, or
 * given by a server.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

static int recipe_bits(struct recipe *r, const char *text)
{
	int bits = number_read(text);

	if (bits % 8 || bits < HMACDEV_TAG_MIN * 8 ||
	    bits > HMACDEV_TAG_MAX * 8) {
		complain("-t takes a multiple of 8 bits, from %d to the size of the digest",
			 HMACDEV_TAG_MIN * 8);
		return -1;
	}
	r->bits = (unsigned int)bits;
	return 0;
}

static int key_option(struct recipe *r, int c, char *arg)
{
	int rc;

	if (r->keyed) {
		complain("more than one key is given");
		return -1;
	}
	r->keyed = true;
	switch (c) {
	case 'k':
		return key_from_file(&r->key, arg);
	case OPT_KEYRING:
		return key_from_keyring(&r->key, arg);
	case OPT_RANDOM:
		r->key.source = HMACDEV_KEY_RANDOM;
		return 0;
	case OPT_FD:
		r->passed = arg;
		return 0;
	case OPT_FROM:
		r->served = arg;
		return 0;
	default:
		rc = c == OPT_KEY_TEXT ? key_from_text(&r->key, arg) :
					 key_from_hex(&r->key, arg);
		/* Remove the key from the command line that ps(1) shows. */
		explicit_bzero(arg, strlen(arg));
		return rc;
	}
}

/* Handles options that commands share. Returns 1 for any other option. */
int recipe_option(struct recipe *r, int c, char *arg)
{
	switch (c) {
	case 'a':
		r->alg = arg;
		return 0;
	case 'k':
	case OPT_FD:
	case OPT_FROM:
	case OPT_KEYRING:
	case OPT_KEY_HEX:
	case OPT_KEY_TEXT:
	case OPT_RANDOM:
		return key_option(r, c, arg);
	case 't':
		return recipe_bits(r, arg);
	default:
		return 1;
	}
}

/* Checks that a key is given, and that a given context has its own options. */
int recipe_fit(const struct recipe *r)
{
	if (!r->keyed)
		complain("no key: give -k FILE or --keyring KEY");
	else if ((r->passed || r->served) && (r->alg || r->bits))
		complain("-a and -t cannot be used with %s: the context has its own algorithm and tag size",
			 r->passed ? "--fd" : "--from");
	else
		return 0;
	return -1;
}

static void complain_new(const struct recipe *r, const char *alg, int err)
{
	bool keyring = r->key.source == HMACDEV_KEY_KEYRING;
	struct hmacdev_alg info;
	bool known = !hmacdev_alg_by_name(alg, &info, sizeof(info));
	char text[256];

	if (device_trouble(text, sizeof(text)))
		complain(HMACDEV_DEVICE ": %s", text);
	else if (err == -ENOENT || strlen(alg) >= HMACDEV_NAME_LEN)
		complain(known ?
			 "%s: not available here; see 'hmacdev algs'" :
			 "%s: no such algorithm; see 'hmacdev algs'",
			 alg);
	else if (keyring && err == -EKEYREJECTED)
		complain("key %d: the description of a logon, encrypted or trusted key must begin with 'hmac:', or the key was rejected",
			 r->key.serial);
	else if (keyring && err == -EACCES)
		complain("key %d: no permission; it belongs to another user, or its permissions do not let this process search it",
			 r->key.serial);
	else if (keyring && err == -ENOKEY)
		complain("key %d: there is no such key; see 'hmacdev key list'",
			 r->key.serial);
	else if (keyring && err != -EINVAL)
		complain("key %d: %s", r->key.serial, hmacdev_strerror(err));
	else if (err == -EINVAL && known && r->bits > info.digest_size * 8)
		complain("-t %u: larger than the digest of %s", r->bits, alg);
	else if (err == -EINVAL && keyring)
		complain("key %d: the kernel refuses the key (in FIPS mode, it needs 14 bytes)",
			 r->key.serial);
	else if (err == -EINVAL)
		complain("the kernel refuses a key of %zu bytes (in FIPS mode, it needs 14 bytes)",
			 r->key.len);
	else
		complain(HMACDEV_DEVICE ": %s", hmacdev_strerror(err));
}

/* Makes a context with the given rights only, and wipes our copy of the key. */
static int make(struct context *c, struct recipe *r, uint32_t rights)
{
	const char *alg = r->alg ? r->alg : "sha256";
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = r->key.source,
		.key = r->key.bytes,
		.key_len = r->key.len,
		.serial = r->key.serial,
		.tag_len = r->bits / 8,
		.rights = rights,
	};
	int rc = hmacdev_new_opts(&c->h, alg, &o);

	if (rc < 0)
		complain_new(r, alg, rc);
	key_wipe(&r->key);
	return rc;
}

static const char *passed_error(int err)
{
	switch (err) {
	case -EBADF:
		return "not open; 'hmacdev exec --fd' passes a context";
	case -ENOTTY:
		return "not an hmacdev context";
	case -ENOKEY:
		return "the context has no key yet";
	default:
		return hmacdev_strerror(err);
	}
}

/*
 * Find the context by number, or by the name that it was passed with. Set
 * LISTEN_PID, since a context that was passed to a script is also for the
 * commands that the script starts, which have other process IDs.
 */
int context_passed(struct hmacdev **h, const char *spec)
{
	int fd = number_read(spec);
	char pid[16];
	int rc;

	if (fd >= 0) {
		rc = hmacdev_from_fd(h, fd);
	} else {
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		setenv("LISTEN_PID", pid, 1);
		rc = hmacdev_from_env(h, spec);
	}
	if (rc < 0) {
		complain("descriptor %s: %s", spec, passed_error(rc));
		return rc;
	}
	if (hmacdev_fd(*h) <= STDERR_FILENO) {
		complain("descriptor %s: the context must be descriptor 3 or above",
			 spec);
		return -EINVAL;
	}
	return 0;
}

/*
 * Others may use the passed context and its running message, so use a copy. If
 * the right to copy is missing, use the context itself, with whole messages.
 */
static int context_take(struct context *c, const char *spec, uint32_t rights)
{
	struct hmacdev *copy;
	int rc = context_passed(&c->h, spec);

	if (rc < 0)
		return rc;
	rc = hmacdev_copy_fresh(c->h, rights, &copy);
	if (rc == -EPERM) {
		c->shared = true;
		return 0;
	}
	hmacdev_free(c->h);
	c->h = copy;
	if (rc < 0)
		complain("descriptor %s: the context cannot be copied: %s",
			 spec, hmacdev_strerror(rc));
	return rc;
}

/* Ask a server for a context. The last colon ends the path of its socket. */
static int context_ask(struct context *c, const char *spec, uint32_t rights)
{
	const char *colon = strrchr(spec, ':');
	char *path = colon ? strndup(spec, (size_t)(colon - spec)) :
			     strdup(HMACDEV_SOCKET);
	int rc = path ? hmacdev_from_socket(&c->h, path,
					    colon ? colon + 1 : spec) : -ENOMEM;

	if (!rc)
		rc = hmacdev_restrict(c->h, rights);
	if (rc == -EACCES)
		complain("%s: the server gives this process no such key",
			 spec);
	else if (rc == -ECONNREFUSED)
		complain("%s: no server listens at %s", spec, path);
	else if (rc < 0)
		complain("%s: %s", spec, hmacdev_strerror(rc));
	free(path);
	return rc;
}

int recipe_make(struct context *c, struct recipe *r, uint32_t rights)
{
	*c = (struct context){ 0 };
	if (r->passed)
		return context_take(c, r->passed, rights);
	if (r->served)
		return context_ask(c, r->served, rights);
	return make(c, r, rights);
}

/* The canonical name, without the "hmac-" that hmacdev_name() has. */
const char *context_alg(const struct context *c)
{
	return hmacdev_name(c->h) + strlen("hmac-");
}
