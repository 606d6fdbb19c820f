// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd.h"

/*
 * Allocate memory for a key. Keep it out of core files and, if the limits allow
 * it, out of swap. It is wiped as soon as the kernel has the key.
 */
static int key_alloc(struct key *key)
{
	void *room;

	key_wipe(key);
	room = mmap(NULL, HMACDEV_KEY_MAX, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED) {
		complain("no memory for the key: %s", strerror(errno));
		return -1;
	}
	mlock(room, HMACDEV_KEY_MAX);
	madvise(room, HMACDEV_KEY_MAX, MADV_DONTDUMP);
	key->source = HMACDEV_KEY_BYTES;
	key->bytes = room;
	return 0;
}

void key_wipe(struct key *key)
{
	if (key->bytes) {
		explicit_bzero(key->bytes, HMACDEV_KEY_MAX);
		munmap(key->bytes, HMACDEV_KEY_MAX);
	}
	key->bytes = NULL;
	key->len = 0;
}

/* Refuse an empty key: most likely a file or variable of a script is empty. */
static int key_check(const struct key *key, const char *source)
{
	if (key->len)
		return 0;
	complain("%s: the key is empty", source);
	return -1;
}

static int key_read(struct key *key, int fd, const char *path)
{
	unsigned char beyond;
	ssize_t len = read_full(fd, key->bytes, HMACDEV_KEY_MAX);
	ssize_t more = 0;

	if (len == HMACDEV_KEY_MAX)
		more = read_full(fd, &beyond, 1);
	explicit_bzero(&beyond, sizeof(beyond));
	if (len < 0 || more < 0) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	if (more) {
		complain("%s: the key is longer than %d bytes", path,
			 HMACDEV_KEY_MAX);
		return -1;
	}
	key->len = (size_t)len;
	return key_check(key, path);
}

/* All bytes of the file are the key, including a newline at the end. */
int key_from_file(struct key *key, const char *path)
{
	bool in = !strcmp(path, "-");
	int fd;
	int rc;

	if (key_alloc(key) < 0)
		return -1;
	key->stdin_taken = in;
	fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	rc = key_read(key, fd, in ? "standard input" : path);
	if (!in)
		close(fd);
	return rc;
}

static void complain_hex(const char *hex)
{
	size_t digits = strspn(hex, "0123456789abcdefABCDEF");

	if (hex[digits])
		complain("the key is not hexadecimal");
	else if (digits % 2)
		complain("the key has an odd number of hexadecimal digits");
	else
		complain("the key is longer than %d bytes", HMACDEV_KEY_MAX);
}

int key_from_hex(struct key *key, const char *hex)
{
	if (key_alloc(key) < 0)
		return -1;
	key->len = hex_read(key->bytes, HMACDEV_KEY_MAX, hex, strlen(hex));
	if (key->len == SIZE_MAX) {
		complain_hex(hex);
		return -1;
	}
	return key_check(key, "--insecure-key-hex");
}

int key_from_text(struct key *key, const char *text)
{
	size_t len = strlen(text);

	if (len > HMACDEV_KEY_MAX) {
		complain("the key is longer than %d bytes", HMACDEV_KEY_MAX);
		return -1;
	}
	if (key_alloc(key) < 0)
		return -1;
	memcpy(key->bytes, text, len);
	key->len = len;
	return key_check(key, "-K");
}

int key_from_random(struct key *key, size_t len)
{
	if (key_alloc(key) < 0)
		return -1;
	while (key->len < len) {
		ssize_t n = getrandom(key->bytes + key->len, len - key->len, 0);

		if (n < 0 && errno != EINTR) {
			complain("cannot get random bytes: %s",
				 strerror(errno));
			return -1;
		}
		if (n > 0)
			key->len += (size_t)n;
	}
	return 0;
}

/*
 * Find a key by type and description. request_key(2) searches the keyrings of
 * thread, process and session; the NULL means that it does not make a key. Then
 * search the user keyring, which is not linked in every session.
 */
long keyring_find(const char *type, const char *description)
{
	long serial = syscall(SYS_request_key, type, description, NULL, 0);

	if (serial < 0 && errno == ENOKEY) {
		keyring_reach_user();
		serial = syscall(SYS_request_key, type, description, NULL, 0);
	}
	return serial;
}

/*
 * The same, and if there is no such key, ask request-key(8) to make it, if it
 * has been told how. Else the kernel would remember for a while that there is
 * no such key, also after somebody has added it.
 */
static long keyring_request(const char *type, const char *description)
{
	long serial = keyring_find(type, description);

	if (serial >= 0 || errno != ENOKEY)
		return serial;
	if (strcmp(type, "logon") || !has_prefix(description) ||
	    access("/etc/request-key.d/hmacdev.conf", F_OK) < 0) {
		errno = ENOKEY;
		return -1;
	}
	return syscall(SYS_request_key, type, description, "",
		       KEY_SPEC_USER_KEYRING);
}

static int complain_spec(void)
{
	complain("--keyring takes a serial number or %%TYPE:DESCRIPTION, such as %%logon:hmac:x");
	return -1;
}

static bool is_usable(const char *type)
{
	return !strcmp(type, "user") || !strcmp(type, "logon") ||
	       !strcmp(type, "encrypted") || !strcmp(type, "trusted");
}

static const char *find_error(const char *type, const char *description,
			      int err)
{
	if (err != ENOKEY)
		return keyring_error(err);
	if (!is_usable(type))
		return "usable types are user, logon, encrypted and trusted";
	if (has_prefix(description))
		return "there is no such key; see 'hmacdev key list'";
	/* The list has only keys with the prefix. */
	return strcmp(type, "user") ?
	       "there is no such key; its description must begin with 'hmac:'" :
	       "there is no such key";
}

static int keyring_named(struct key *key, const char *spec)
{
	char type[32];
	const char *colon = strchr(spec, ':');
	size_t len = colon ? (size_t)(colon - spec) : 0;
	long serial;

	if (!len || len >= sizeof(type) || !colon[1])
		return complain_spec();
	memcpy(type, spec, len);
	type[len] = '\0';
	serial = keyring_request(type, colon + 1);
	if (serial < 0) {
		complain("%%%s: %s", spec,
			 find_error(type, colon + 1, errno));
		return -1;
	}
	key->serial = (int32_t)serial;
	return 0;
}

int key_from_keyring(struct key *key, const char *spec)
{
	key_wipe(key);
	key->source = HMACDEV_KEY_KEYRING;
	if (*spec == '%')
		return keyring_named(key, spec + 1);
	key->serial = serial_read(spec);
	if (!key->serial && !spec[strspn(spec, "-0123456789")]) {
		complain("%s: not a key serial number; give one above 0, or %%TYPE:DESCRIPTION",
			 spec);
		return -1;
	}
	if (!key->serial)
		return complain_spec();
	keyring_reach_user();
	return 0;
}
