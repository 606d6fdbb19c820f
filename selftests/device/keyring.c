// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for keys from the kernel's keyrings: every type, state, keyring and
 * permission, and changes to a key after a context was keyed with it.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sys/stat.h>

#include "hmacdev_keys.h"
#include "hmacdev_users.h"

#define NAME		"hmac:keyring"
#define PROCESS		KEY_SPEC_PROCESS_KEYRING
#define USER_KEY_MAX	32767	/* of types user and logon */

FIXTURE(keyring)
{
	int fd;
};

FIXTURE_SETUP(keyring)
{
	/* The keys of one test are not there in the next one. */
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	self->fd = test_open();
}

FIXTURE_TEARDOWN(keyring)
{
	close(self->fd);
}

/* @fd is keyed with these bytes */
static void check_key(struct __test_metadata *_metadata, int fd,
		      const void *key, size_t key_len)
{
	__u8 tag[HALF_TAG_LEN];

	test_oneshot(fd, "sha256", key, key_len, HALF_MSG, HALF_LEN, tag,
		     sizeof(tag));
	test_reset(fd);
	test_update(fd, HALF_MSG, HALF_LEN);
	test_verify(fd, tag, sizeof(tag));
}

/* A new context of the key @serial is keyed with these bytes */
static void check_serial(struct __test_metadata *_metadata, long serial,
			 const void *key, size_t key_len)
{
	int fd = test_open();

	test_new_keyring(fd, serial);
	check_key(_metadata, fd, key, key_len);
	close(fd);
}

#define check_half(serial)						\
	check_serial(_metadata, serial, HALF_KEY, HALF_KEY_LEN)

/* Types */

static const char * const plain_types[] = { "user", "logon" };

TEST_F(keyring, user_and_logon)
{
	static const size_t lens[] = {
		1, 63, 64, 65, 128, 129, 4096, USER_KEY_MAX,
	};
	__u8 *key = malloc(USER_KEY_MAX);
	size_t i, j;

	ASSERT_NE(NULL, key);
	test_fill(key, USER_KEY_MAX);
	for (i = 0; i < ARRAY_SIZE(plain_types); i++) {
		for (j = 0; j < ARRAY_SIZE(lens); j++)
			check_serial(_metadata,
				     test_add_key(plain_types[i], NAME, key,
						  lens[j], PROCESS),
				     key, lens[j]);
	}
	free(key);
}

/* A logon key works, although no process can read it. */
TEST_F(keyring, logon_is_not_read)
{
	long serial = test_add_half("logon", NAME);
	char buf[16];

	EXPECT_EQ(-EOPNOTSUPP, _test_keyctl(KEYCTL_READ, serial, (long)buf,
					    sizeof(buf)));
	check_half(serial);
}

#define MASTER		"the key that encrypts other keys"
#define MASTER_LEN	32
#define AES_LEN		16

static void from_hex(const char *hex, __u8 *to, size_t len)
{
	char digits[3] = { };
	size_t i;

	for (i = 0; i < len; i++) {
		memcpy(digits, hex + 2 * i, 2);
		to[i] = strtoul(digits, NULL, 16);
	}
}

/*
 * The key in an encrypted key's blob, "default user:NAME LEN hex", as
 * Documentation/security/keys/trusted-encrypted.rst has it: AES-256-CBC under
 * the SHA-256 of "ENC_KEY", a NUL, the master key, and a NUL to the length that
 * "AUTH_KEY" has. The hex is of the IV, a zero, the key, and a HMAC.
 */
static bool decrypt(const char *blob, __u8 *key, size_t len)
{
	__u8 derived[sizeof("AUTH_KEY") + MASTER_LEN] = "ENC_KEY";
	__u8 iv[AES_LEN], secret[256], aes[32];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const char *hex = strrchr(blob, ' ');
	int n = 0, rest = 0;
	bool good;

	if (!hex || !ctx)
		return false;
	memcpy(derived + sizeof("ENC_KEY"), MASTER, MASTER_LEN);
	EVP_Digest(derived, sizeof(derived), aes, NULL, EVP_sha256(), NULL);
	from_hex(hex + 1, iv, AES_LEN);
	from_hex(hex + 1 + 2 * (AES_LEN + 1), secret, len);
	good = EVP_DecryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, aes, iv) &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) &&
		EVP_DecryptUpdate(ctx, key, &n, secret, len) &&
		EVP_DecryptFinal_ex(ctx, key + n, &rest);
	EVP_CIPHER_CTX_free(ctx);
	return good && n + rest == len;
}

FIXTURE(encrypted)
{
	long serial;
};

FIXTURE_VARIANT(encrypted)
{
	int len;
};

/* Those that fill AES's blocks: no need to guess how the rest is padded */
FIXTURE_VARIANT_ADD(encrypted, bits_256) { .len = 32 };
FIXTURE_VARIANT_ADD(encrypted, bits_512) { .len = 64 };
FIXTURE_VARIANT_ADD(encrypted, bits_1024) { .len = 128 };

FIXTURE_SETUP(encrypted)
{
	char order[64];

	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	test_add_key("user", "master", MASTER, MASTER_LEN, PROCESS);
	sprintf(order, "new user:master %d", variant->len);
	self->serial = _test_add_key("encrypted", NAME, order, strlen(order),
				     PROCESS);
	if (self->serial == -ENODEV)
		SKIP(return, "this kernel has no encrypted keys");
	ASSERT_LT(0, self->serial)
		TH_LOG("%s", strerror(-self->serial));
}

FIXTURE_TEARDOWN(encrypted)
{
}

/* The test knows the bytes, since it knows the master key. */
TEST_F(encrypted, is_the_decrypted_key)
{
	char blob[1024] = { };
	__u8 key[128];

	test_keyctl(READ, self->serial, blob, sizeof(blob) - 1);
	ASSERT_TRUE(decrypt(blob, key, variant->len));
	check_serial(_metadata, self->serial, key, variant->len);
}

/* The same blob, loaded again, is the same key; another new one is not */
TEST_F(encrypted, is_the_same_when_loaded)
{
	char load[1024 + 8] = "load ", order[64];
	int fd = test_open(), second = test_open(), other = test_open();
	__u8 tag[HALF_TAG_LEN];
	long serial;

	test_keyctl(READ, self->serial, load + 5, 1024);
	serial = test_add_key("encrypted", NAME ":2", load, strlen(load),
			      PROCESS);
	ASSERT_NE(serial, self->serial);
	test_new_keyring(fd, self->serial);
	test_new_keyring(second, serial);
	test_mac_sign(fd, HALF_MSG, HALF_LEN, tag, sizeof(tag));
	test_mac_verify(second, HALF_MSG, HALF_LEN, tag, sizeof(tag));

	sprintf(order, "new user:master %d", variant->len);
	test_new_keyring(other, test_add_key("encrypted", NAME ":3", order,
					     strlen(order), PROCESS));
	test_err_mac_verify(EBADMSG, other, HALF_MSG, HALF_LEN, tag,
			    sizeof(tag));
}

/* A loaded encrypted key works without its master key. */
TEST_F(encrypted, without_its_master)
{
	char blob[1024] = { };
	__u8 key[128];

	test_keyctl(READ, self->serial, blob, sizeof(blob) - 1);
	ASSERT_TRUE(decrypt(blob, key, variant->len));
	test_keyctl(REVOKE, test_keyctl(SEARCH, PROCESS, "user", "master"), 0,
		    0);
	check_serial(_metadata, self->serial, key, variant->len);
}

TEST_F(keyring, trusted)
{
	long serial = _test_add_key("trusted", NAME, "new 32", 6, PROCESS);
	char load[4096 + 8] = "load ";
	int fd = test_open(), second = test_open();
	__u8 tag[HALF_TAG_LEN];

	if (serial == -ENODEV)
		SKIP(return, "this kernel, or this machine, has no trusted keys");
	ASSERT_LT(0, serial);
	test_keyctl(READ, serial, load + 5, 4096);
	serial = test_add_key("trusted", NAME ":2", load, strlen(load),
			      PROCESS);
	test_new_keyring(fd, serial);
	test_new_keyring(second, serial);
	test_mac_sign(fd, HALF_MSG, HALF_LEN, tag, sizeof(tag));
	test_mac_verify(second, HALF_MSG, HALF_LEN, tag, sizeof(tag));
}

/* Types that cannot be a key for HMAC */

FIXTURE(other_types)
{
	int fd;
};

FIXTURE_SETUP(other_types)
{
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	self->fd = test_open();
}

FIXTURE_TEARDOWN(other_types)
{
	test_state(UNKEYED, self->fd);
	close(self->fd);
}

TEST_F(other_types, keyring)
{
	static const int rings[] = {
		KEY_SPEC_THREAD_KEYRING, KEY_SPEC_PROCESS_KEYRING,
		KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING,
		KEY_SPEC_USER_SESSION_KEYRING,
	};
	long serial;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rings); i++) {
		serial = test_keyctl(GET_KEYRING_ID, rings[i], 1, 0);
		test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
	}
	serial = test_add_key("keyring", NAME, NULL, 0, PROCESS);
	test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
	test_add_key("user", NAME, HALF_KEY, HALF_KEY_LEN, serial);
	test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
	/* The type is checked before the description. */
	serial = test_add_key("keyring", "another", NULL, 0, PROCESS);
	test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
}

/* The serial number of the kernel's own keyring @name, or 0 */
static unsigned int kernel_keyring(const char *name)
{
	FILE *keys = fopen("/proc/keys", "re");
	unsigned int serial = 0;
	char line[512];

	while (keys && fgets(line, sizeof(line), keys)) {
		if (strstr(line, " keyring ") && strstr(line, name)) {
			serial = strtoul(line, NULL, 16);
			break;
		}
	}
	if (keys)
		fclose(keys);
	return serial;
}

/* Its payload is empty where that of others is not */
TEST_F(other_types, keyring_of_the_kernel)
{
	unsigned int serial = kernel_keyring(" .builtin_trusted_keys");

	if (!serial)
		SKIP(return, "no .builtin_trusted_keys in /proc/keys");
	test_err_new_keyring(geteuid() ? EACCES : EOPNOTSUPP, self->fd,
			     serial);
}

/* A certificate of a public key, in DER; its size, or 0 */
static int make_certificate(__u8 **der)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *cert = X509_new();
	X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
	int len = 0;

	if (key && name &&
	    X509_set_version(cert, X509_VERSION_3) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), 86400) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				       (__u8 *)"hmacdev", -1, -1, 0) &&
	    X509_set_issuer_name(cert, name) && X509_set_pubkey(cert, key) &&
	    X509_sign(cert, key, EVP_sha256()))
		len = i2d_X509(cert, der);
	X509_free(cert);
	EVP_PKEY_free(key);
	return len;
}

TEST_F(other_types, asymmetric)
{
	__u8 *der = NULL;
	int len = make_certificate(&der);
	long serial;

	ASSERT_LT(0, len);
	serial = _test_add_key("asymmetric", NAME, der, len, PROCESS);
	if (serial == -ENODEV || serial == -EBADMSG)
		SKIP(return, "this kernel knows no certificates");
	ASSERT_LT(0, serial)
		TH_LOG("%s", strerror(-serial));
	test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
	OPENSSL_free(der);
}

TEST_F(other_types, big_key)
{
	long serial = _test_add_key("big_key", NAME, HALF_MSG, HALF_WHOLE,
				    PROCESS);

	if (serial == -ENODEV)
		SKIP(return, "this kernel has no big keys");
	ASSERT_LT(0, serial);
	test_err_new_keyring(EOPNOTSUPP, self->fd, serial);
}

/* Serial numbers without a key */

TEST_F(other_types, no_such_serial)
{
	static const int wrong[] = { 0, -9, -100, -2147483647 - 1 };
	size_t i;
	int spec;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		test_err_new_keyring(EINVAL, self->fd, wrong[i]);
	for (spec = KEY_SPEC_REQUESTOR_KEYRING; spec < 0; spec++)
		test_err_new_keyring(EINVAL, self->fd, spec);
	test_err_new_keyring(ENOKEY, self->fd, 0x7fffffff);
	test_err_new_keyring(ENOKEY, self->fd, 1);
}

/* A user that has no key at all, not even a keyring */
#define FRESH		12345

/* Whether the kernel has counted a key for that user since it was started */
static bool has_keys(void)
{
	FILE *users = fopen("/proc/key-users", "re");
	bool found = false;
	unsigned int uid;
	char line[256];

	while (users && fgets(line, sizeof(line), users))
		if (sscanf(line, "%u:", &uid) == 1 && uid == FRESH)
			found = true;
	if (users)
		fclose(users);
	return found || !users;
}

/* Returns 0, or what was wrong of the special numbers, for that user */
static int ask_for_special(int fd)
{
	int spec;

	if (setresgid(FRESH, FRESH, FRESH) || setresuid(FRESH, FRESH, FRESH))
		return -errno;
	if (has_keys())
		return -EEXIST;
	for (spec = -20; spec <= 0; spec++) {
		if (_test_new_keyring(fd, spec) != -EINVAL)
			return -EILSEQ;
		if (has_keys())
			return spec;
	}
	/* Otherwise the test shows nothing. */
	if (_test_keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1,
			 0) < 0 || !has_keys())
		return -ENODATA;
	return 0;
}

/* The special numbers stand for keyrings that are made when they are named */
TEST_F(other_types, special_serials_make_nothing)
{
	int *said = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (geteuid())
		SKIP(return, "only root becomes somebody else");
	ASSERT_NE(MAP_FAILED, said);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		*said = ask_for_special(self->fd);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	EXPECT_EQ(0, *said);
}

/*
 * What a key was made for is in its description. Of those whose bytes a process
 * need not be able to read, only those are keys here that were made for it.
 */

static const char * const ours[] = {
	"hmac:", "hmac:a", "hmac::", "hmac:cifs:a:192.0.2.1", "hmac:\xff",
};

static const char * const not_ours[] = {
	"hmacdev:a", "Hmac:a", "HMAC:a", " hmac:a", "xhmac:a", "hma:c",
	"hmac-a:b", "hmac :a", "cifs:a:192.0.2.1", "fscrypt:0123456789abcdef",
	"evm-key:hmac:", "dm:hmac:",
};

FIXTURE(descriptions)
{
	int fd;
};

/* A type, and what to give it for a key of 32 bytes */
FIXTURE_VARIANT(descriptions)
{
	const char *type;
	const char *payload;
	bool any;	/* description is good */
};

FIXTURE_VARIANT_ADD(descriptions, user) {
	.type = "user",
	.payload = "0123456789abcdef0123456789abcdef",
	.any = true,
};

FIXTURE_VARIANT_ADD(descriptions, logon) {
	.type = "logon",
	.payload = "0123456789abcdef0123456789abcdef",
};

FIXTURE_VARIANT_ADD(descriptions, encrypted) {
	.type = "encrypted",
	.payload = "new user:master 32",
};

FIXTURE_VARIANT_ADD(descriptions, trusted) {
	.type = "trusted",
	.payload = "new 32",
};

static long add_described(const FIXTURE_VARIANT(descriptions) *variant,
			  const char *description)
{
	return _test_add_key(variant->type, description, variant->payload,
			     strlen(variant->payload), PROCESS);
}

FIXTURE_SETUP(descriptions)
{
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	test_add_key("user", "master", MASTER, MASTER_LEN, PROCESS);
	self->fd = test_open();
	if (add_described(variant, "hmac:probe") == -ENODEV)
		SKIP(return, "this kernel, or this machine, has no such keys");
}

FIXTURE_TEARDOWN(descriptions)
{
	close(self->fd);
}

static void check_described(struct __test_metadata *_metadata,
			    const FIXTURE_VARIANT(descriptions) *variant,
			    const char *description, bool good)
{
	long serial = add_described(variant, description);
	int fd = test_open();

	ASSERT_LT(0, serial)
		TH_LOG("%s", description);
	EXPECT_EQ(good ? 0 : -EKEYREJECTED, _test_new_keyring(fd, serial))
		TH_LOG("%s", description);
	EXPECT_EQ(good ? HMACDEV_STATE_ACTIVE : HMACDEV_STATE_UNKEYED,
		  _test_state(fd))
		TH_LOG("%s", description);
	close(fd);
}

TEST_F(descriptions, ours)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ours); i++)
		check_described(_metadata, variant, ours[i], true);
}

TEST_F(descriptions, not_ours)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(not_ours); i++)
		check_described(_metadata, variant, not_ours[i], variant->any);
}

/* Errors of the key's state come before the check of the description. */
TEST_F(descriptions, order)
{
	long serial = add_described(variant, "another:key");

	test_keyctl(REVOKE, serial, 0, 0);
	test_err_new_keyring(EKEYREVOKED, self->fd, serial);
	serial = add_described(variant, "another:second");
	test_keyctl(SETPERM, serial, KEY_POS_ALL & ~KEY_POS_SEARCH, 0);
	test_err_new_keyring(EACCES, self->fd, serial);
	test_state(UNKEYED, self->fd);
}

/* States */

TEST_F(keyring, expired)
{
	long serial = test_add_half("user", NAME);
	long logon = test_add_half("logon", NAME);

	test_keyctl(SET_TIMEOUT, serial, 1, 0);
	test_keyctl(SET_TIMEOUT, logon, 1, 0);
	sleep(2);
	test_err_new_keyring(EKEYEXPIRED, self->fd, serial);
	test_err_new_keyring(EKEYEXPIRED, self->fd, logon);
	test_state(UNKEYED, self->fd);
}

TEST_F(keyring, not_yet_expired)
{
	long serial = test_add_half("user", NAME);

	test_keyctl(SET_TIMEOUT, serial, 1000, 0);
	check_half(serial);
	test_keyctl(SET_TIMEOUT, serial, 0, 0);
	check_half(serial);
}

TEST_F(keyring, revoked)
{
	long serial;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain_types); i++) {
		serial = test_add_half(plain_types[i], NAME);
		test_keyctl(REVOKE, serial, 0, 0);
		test_err_new_keyring(EKEYREVOKED, self->fd, serial);
	}
	test_state(UNKEYED, self->fd);
}

TEST_F(keyring, invalidated)
{
	long serial = test_add_half("user", NAME);

	test_keyctl(INVALIDATE, serial, 0, 0);
	test_err_new_keyring(ENOKEY, self->fd, serial);
	test_state(UNKEYED, self->fd);
}

/* The serial number of a key that is in no keyring any more lives on a while */
static int new_when_gone(int fd, long serial)
{
	int err, i;

	for (i = 0; i < 1000; i++) {
		err = _test_new_keyring(fd, serial);
		if (err != -EACCES)
			break;
		usleep(10000);
	}
	return err;
}

TEST_F(keyring, unlinked)
{
	long serial = test_add_half("user", NAME);

	test_keyctl(UNLINK, serial, PROCESS, 0);
	test_err(ENOKEY, new_when_gone(self->fd, serial));
	test_state(UNKEYED, self->fd);
}

/* The errno of a key that was asked for with this, and is not to be had */
static long request(const char *callout, int ring)
{
	char name[32];

	snprintf(name, sizeof(name), "debug:hmacdev:%s", callout);
	syscall(SYS_request_key, "user", name, callout, ring);
	return -errno;
}

/* The one key in a keyring */
static int only_key(int ring)
{
	int serials[2] = { };

	return _test_keyctl(KEYCTL_READ, ring, (long)serials,
			    sizeof(serials)) == sizeof(int) ? serials[0] : 0;
}

/* A key that could not be made, and stands for that */
TEST_F(keyring, negative)
{
	int ring = test_add_key("keyring", NAME, NULL, 0, PROCESS);
	int serial;

	ASSERT_EQ(-ENOKEY, request("negate", ring));
	serial = only_key(ring);
	ASSERT_LT(0, serial);
	test_err_new_keyring(ENOKEY, self->fd, serial);
	test_state(UNKEYED, self->fd);
}

/* What whoever was to make it has said */
TEST_F(keyring, rejected)
{
	static const struct {
		const char *callout;
		int err;
	} said[] = {
		{ "rejected", EKEYREJECTED },
		{ "expired", EKEYEXPIRED },
		{ "revoked", EKEYREVOKED },
	};
	size_t i;
	int ring;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		ring = test_add_key("keyring", said[i].callout, NULL, 0,
				    PROCESS);
		if (request(said[i].callout, ring) != -said[i].err)
			SKIP(return, "no request-key(8) that rejects debug:*");
		test_err_new_keyring(said[i].err, self->fd, only_key(ring));
	}
	test_state(UNKEYED, self->fd);
}

/*
 * A key whose lock is held. KEYCTL_READ of an encrypted key takes the lock, and
 * waits until its master key is constructed. request-key(8) constructs that: it
 * runs cat(1), which ends when the test closes a FIFO. KEYCTL_REVOKE waits for
 * the lock, and NEW waits behind it. NEW has found the key before, unrevoked.
 */

#define REQUEST_KEY	"/sbin/request-key"
#define RULES		"/etc/request-key.d/hmacdev.conf"
#define FIFO		"/tmp/hmacdev-construction"
#define HELD_MASTER	"hmacdev-held:master"

FIXTURE(key_lock)
{
	int fd;
	int fifo;
	long serial;
	pid_t construction, reader, revoker;
};

/* Does @pid sleep in system call @nr with these as its first arguments? */
static bool sleeps_in(pid_t pid, int nr, unsigned long first,
		      unsigned long second)
{
	unsigned long long arg[2];
	char path[32];
	int seen = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%d %llx %llx", &seen, &arg[0], &arg[1]) != 3)
		seen = -1;
	fclose(f);
	return seen == nr && arg[0] == first && arg[1] == second;
}

/* Does @pid sleep so that not even SIGKILL wakes it up? */
static bool is_uninterruptible(pid_t pid)
{
	char path[32], state = '\0';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d %*s %c", &state) != 1)
		state = '\0';
	fclose(f);
	return state == 'D';
}

/* A child that does not hold the FIFO open */
static pid_t fork_beside(struct __test_metadata *_metadata,
			 FIXTURE_DATA(key_lock) *self)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child)
		close(self->fifo);
	return child;
}

static pid_t start_keyctl(struct __test_metadata *_metadata,
			  FIXTURE_DATA(key_lock) *self, int op)
{
	static char blob[1024];
	pid_t child = fork_beside(_metadata, self);

	if (!child)
		_exit(_test_keyctl(op, self->serial, (long)blob,
				   sizeof(blob)) < 0);
	ASSERT_TRUE(comes_true(sleeps_in(child, SYS_keyctl, op,
					 self->serial) &&
			       is_uninterruptible(child)));
	return child;
}

static pid_t start_construction(struct __test_metadata *_metadata)
{
	pid_t child = fork_child();

	ASSERT_LE(0, child);
	if (!child)
		_exit(syscall(SYS_request_key, "user", HELD_MASTER, "",
			      KEY_SPEC_SESSION_KEYRING) > 0);
	return child;
}

/* Make the FIFO, and have request-key(8) run cat(1) on it. */
static int make_rules(void)
{
	int fd = open(RULES, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	close(fd);
	unlink(FIFO);
	if (mkfifo(FIFO, 0600))
		return -errno;
	return _test_write_file(RULES, "create user hmacdev-held:* * "
				"/bin/cat " FIFO "\n");
}

FIXTURE_SETUP(key_lock)
{
	char order[] = "new user:" HELD_MASTER " 32";
	long master;

	if (geteuid())
		SKIP(return, "only root says how a key is made");
	if (access(REQUEST_KEY, X_OK))
		SKIP(return, "no request-key(8)");
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	master = test_add_key("user", HELD_MASTER, MASTER, MASTER_LEN,
			      KEY_SPEC_SESSION_KEYRING);
	self->serial = _test_add_key("encrypted", NAME, order, strlen(order),
				     KEY_SPEC_SESSION_KEYRING);
	if (self->serial == -ENODEV)
		SKIP(return, "this kernel has no encrypted keys");
	ASSERT_LT(0, self->serial);
	test_keyctl(UNLINK, master, KEY_SPEC_SESSION_KEYRING, 0);
	ASSERT_EQ(0, make_rules());
	self->fd = test_open();

	self->construction = start_construction(_metadata);
	ASSERT_TRUE(comes_true((self->fifo = open(FIFO, O_WRONLY | O_NONBLOCK |
						  O_CLOEXEC)) >= 0));
	unlink(RULES);
	unlink(FIFO);
	self->reader = start_keyctl(_metadata, self, KEYCTL_READ);
	self->revoker = start_keyctl(_metadata, self, KEYCTL_REVOKE);
}

FIXTURE_TEARDOWN(key_lock)
{
	close(self->fd);
}

static void ignore_signal(int sig)
{
}

/* A child that waits in NEW; its exit status is the errno of NEW. */
static pid_t start_new(struct __test_metadata *_metadata,
		       FIXTURE_DATA(key_lock) *self)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	pid_t child = fork_beside(_metadata, self);

	if (!child) {
		ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
		_exit(-_test_new_keyring(self->fd, self->serial));
	}
	ASSERT_TRUE(comes_true(sleeps_in(child, SYS_ioctl, self->fd,
					 HMACDEV_IOC_NEW)));
	return child;
}

/* The children wait until here, so the lock was held all the time. */
#define end_construction()						\
	do {								\
		close(self->fifo);					\
		test_end(self->construction, 0);			\
		test_end(self->reader, 1);				\
		test_end(self->revoker, 0);				\
	} while (0)

TEST_F(key_lock, revoked_meanwhile)
{
	pid_t child = start_new(_metadata, self);

	end_construction();
	test_end(child, EKEYREVOKED);
	test_state(UNKEYED, self->fd);
}

TEST_F(key_lock, interrupted)
{
	pid_t child = start_new(_metadata, self);

	ASSERT_EQ(0, kill(child, SIGUSR1));
	test_end(child, EINTR);
	end_construction();
	test_state(UNKEYED, self->fd);
}

TEST_F(key_lock, killed)
{
	pid_t child = start_new(_metadata, self);

	ASSERT_EQ(0, kill(child, SIGKILL));
	test_end(child, -EINTR);
	end_construction();
	test_state(UNKEYED, self->fd);
}

/* Changes to a key after a context was keyed with it */

FIXTURE(later)
{
	int fd;
	int deriver;	/* of the same key */
	long serial;
};

FIXTURE_VARIANT(later)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(later, user) { .type = "user" };
FIXTURE_VARIANT_ADD(later, logon) { .type = "logon" };

FIXTURE_SETUP(later)
{
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	self->serial = test_add_half(variant->type, NAME);
	self->fd = test_open();
	test_new_keyring(self->fd, self->serial);
	test_update(self->fd, HALF_MSG, HALF_LEN);
	self->deriver = test_open();
	ASSERT_EQ(0, _test_new_keyring_with(self->deriver, self->serial,
					    TEST_RIGHTS_DERIVER));
	test_update(self->deriver, HALF_MSG, HALF_LEN);
}

/* The context is unchanged and works. */
FIXTURE_TEARDOWN(later)
{
	int copy, child;

	test_half_intact(self->fd);
	test_mac_verify(self->fd, HALF_MSG, HALF_WHOLE, whole_tag,
			HALF_TAG_LEN);
	copy = test_copy(self->fd, ~0U);
	test_half_intact(copy);
	test_half_intact(self->deriver);
	child = test_derive(self->deriver, "sha256", HALF_MSG, HALF_LEN, 0,
			    HMACDEV_RIGHTS_SIGNER);
	check_key(_metadata, child, half_tag, HALF_TAG_LEN);
	close(child);
	close(copy);
	close(self->deriver);
	test_reset(self->fd);
	test_update(self->fd, HALF_MSG, HALF_WHOLE);
	test_verify(self->fd, whole_tag, HALF_TAG_LEN);
	close(self->fd);
}

#define test_err_late(_errno)						\
	do {								\
		int _late = test_open();				\
									\
		test_err_new_keyring(_errno, _late, self->serial);	\
		test_state(UNKEYED, _late);				\
		close(_late);						\
	} while (0)

TEST_F(later, expired)
{
	test_keyctl(SET_TIMEOUT, self->serial, 1, 0);
	sleep(2);
	test_err_late(EKEYEXPIRED);
}

TEST_F(later, revoked)
{
	test_keyctl(REVOKE, self->serial, 0, 0);
	test_err_late(EKEYREVOKED);
}

TEST_F(later, invalidated)
{
	test_keyctl(INVALIDATE, self->serial, 0, 0);
	test_err_late(ENOKEY);
}

TEST_F(later, unlinked)
{
	int late = test_open();

	test_keyctl(UNLINK, self->serial, PROCESS, 0);
	test_err(ENOKEY, new_when_gone(late, self->serial));
	close(late);
}

TEST_F(later, forbidden)
{
	test_keyctl(SETPERM, self->serial, 0, 0);
	test_err_late(EACCES);
}

/* A new context gets the new bytes. */
TEST_F(later, updated)
{
	test_keyctl(UPDATE, self->serial, "another", 7);
	check_serial(_metadata, self->serial, "another", 7);
}

/* Keyrings, and which processes possess their keys */

/* In a child: what NEW with the key says there */
static int new_in_child(int fd, long serial)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(-_test_new_keyring(fd, serial));
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ?
		-WEXITSTATUS(status) : -ECHILD;
}

struct try {
	int fd;
	long serial;
	int ret;
};

static void *try_new(void *arg)
{
	struct try *try = arg;

	try->ret = _test_new_keyring(try->fd, try->serial);
	return NULL;
}

static int new_in_thread(int fd, long serial)
{
	struct try try = { .fd = fd, .serial = serial };
	pthread_t thread;

	if (pthread_create(&thread, NULL, try_new, &try) ||
	    pthread_join(thread, NULL))
		return -EAGAIN;
	return try.ret;
}

FIXTURE(rings)
{
	int fd;
	long serial;
};

FIXTURE_VARIANT(rings)
{
	int ring;
	int thread;	/* what another thread is told */
	int child;	/* what a child is told */
};

FIXTURE_VARIANT_ADD(rings, thread) {
	.ring = KEY_SPEC_THREAD_KEYRING,
	.thread = -EACCES,
	.child = -EACCES,
};

FIXTURE_VARIANT_ADD(rings, process) {
	.ring = KEY_SPEC_PROCESS_KEYRING,
	.child = -EACCES,
};

FIXTURE_VARIANT_ADD(rings, session) {
	.ring = KEY_SPEC_SESSION_KEYRING,
};

FIXTURE_VARIANT_ADD(rings, user) {
	.ring = KEY_SPEC_USER_KEYRING,
};

FIXTURE_VARIANT_ADD(rings, user_session) {
	.ring = KEY_SPEC_USER_SESSION_KEYRING,
};

FIXTURE_SETUP(rings)
{
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	/* A login does this. */
	if (variant->ring == KEY_SPEC_USER_KEYRING ||
	    variant->ring == KEY_SPEC_USER_SESSION_KEYRING)
		test_keyctl(LINK, variant->ring, KEY_SPEC_SESSION_KEYRING, 0);
	self->serial = test_add_key("user", NAME, HALF_KEY, HALF_KEY_LEN,
				    variant->ring);
	self->fd = test_open();
}

FIXTURE_TEARDOWN(rings)
{
	_test_keyctl(KEYCTL_UNLINK, self->serial, variant->ring, 0);
	close(self->fd);
}

TEST_F(rings, here)
{
	check_half(self->serial);
}

TEST_F(rings, another_thread)
{
	EXPECT_EQ(variant->thread, new_in_thread(self->fd, self->serial));
}

TEST_F(rings, child)
{
	EXPECT_EQ(variant->child, new_in_child(self->fd, self->serial));
}

/* A new session has what is in it, and what goes with the process */
TEST_F(rings, after_the_session)
{
	test_keyctl(JOIN_SESSION_KEYRING, NULL, 0, 0);
	switch (variant->ring) {
	case KEY_SPEC_THREAD_KEYRING:
	case KEY_SPEC_PROCESS_KEYRING:
		check_half(self->serial);
		break;
	case KEY_SPEC_SESSION_KEYRING:
		/* An open file keeps the credentials that opened it */
		close(self->fd);
		self->fd = test_open();
		test_err(ENOKEY, new_when_gone(self->fd, self->serial));
		break;
	default:
		test_err_new_keyring(EACCES, self->fd, self->serial);
	}
}

/* Permissions apply to every user, also to root. */

#define OWNER		12002
#define GROUP		12003

/* Takes all that a user's processes have, and nothing that is root's */
static int become_with(uid_t uid, gid_t gid)
{
	if (_test_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0) < 0)
		return -errno;
	return setgroups(0, NULL) || setgid(gid) || setuid(uid) ? -errno : 0;
}

struct permission {
	__u32 mask;
	uid_t uid;	/* who asks ... */
	gid_t gid;
	bool possessed;	/* ... with the key in the session's keyring? */
	int want;
};

static const struct permission permissions[] = {
	/* The kernel's default: what is possessed may be searched */
	{ 0x3f010000, OWNER, GROUP, true, 0 },
	{ 0x3f010000, OWNER, GROUP, false, -EACCES },
	{ 0x3f010000, OTHER, OTHER, false, -EACCES },
	{ 0x3f010000, OTHER, GROUP, false, -EACCES },
	{ 0x3f010000, 0, 0, false, -EACCES },
	/* The permission to search is needed, and no other. */
	{ KEY_POS_SEARCH, OWNER, GROUP, true, 0 },
	{ KEY_POS_ALL & ~KEY_POS_SEARCH, OWNER, GROUP, true, -EACCES },
	{ 0, OWNER, GROUP, true, -EACCES },
	{ KEY_USR_SEARCH, OWNER, GROUP, false, 0 },
	{ KEY_USR_SEARCH, OWNER, GROUP, true, 0 },
	{ KEY_USR_ALL & ~KEY_USR_SEARCH, OWNER, GROUP, false, -EACCES },
	{ KEY_GRP_SEARCH, OTHER, GROUP, false, 0 },
	{ KEY_GRP_ALL & ~KEY_GRP_SEARCH, OTHER, GROUP, false, -EACCES },
	{ KEY_OTH_SEARCH, OTHER, OTHER, false, 0 },
	{ KEY_OTH_ALL & ~KEY_OTH_SEARCH, OTHER, OTHER, false, -EACCES },
	{ KEY_OTH_SEARCH, 0, 0, false, 0 },
	/* One who is the owner is no other, and one of the group neither */
	{ KEY_OTH_SEARCH | KEY_GRP_SEARCH, OWNER, GROUP, false, -EACCES },
	{ KEY_OTH_SEARCH | (KEY_GRP_ALL & ~KEY_GRP_SEARCH), OTHER, GROUP, false,
	  -EACCES },
	{ KEY_USR_SEARCH, OTHER, GROUP, false, -EACCES },
	{ KEY_USR_SEARCH, OTHER, OTHER, false, -EACCES },
	{ KEY_GRP_SEARCH, OTHER, OTHER, false, -EACCES },
	/* For a key of another user, root has the permissions of others. */
	{ KEY_POS_ALL | KEY_USR_ALL | KEY_GRP_ALL, 0, 0, false, -EACCES },
};

FIXTURE(permission)
{
	int fd;
	long serial;
};

FIXTURE_VARIANT(permission)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(permission, user) { .type = "user" };
FIXTURE_VARIANT_ADD(permission, logon) { .type = "logon" };

/* A key of OWNER's, in the user's keyring, where it stays without a process */
static int add_as_owner(const char *type, __u32 mask)
{
	long serial;

	if (become_with(OWNER, GROUP))
		return -EPERM;
	serial = _test_add_key(type, NAME, HALF_KEY, HALF_KEY_LEN,
			       KEY_SPEC_USER_KEYRING);
	if (serial < 0)
		return serial;
	/* The right to set it is the possessor's */
	if (_test_keyctl(KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
			 KEY_SPEC_SESSION_KEYRING, 0) < 0)
		return -EPERM;
	return _test_keyctl(KEYCTL_SETPERM, serial, mask, 0) ?: serial;
}

static int remove_as_owner(void)
{
	return become_with(OWNER, GROUP) ?:
		_test_keyctl(KEYCTL_CLEAR, KEY_SPEC_USER_KEYRING, 0, 0);
}

static int ask(int fd, long serial, const struct permission *p)
{
	int err = become_with(p->uid, p->gid);

	if (!err && p->possessed)
		err = _test_keyctl(KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
				   KEY_SPEC_SESSION_KEYRING, 0);
	return err ?: _test_new_keyring(fd, serial);
}

/* What @call, which changes who it is, returns in a process of its own */
#define in_child(call)							\
	({								\
		int *_said = mmap(NULL, sizeof(int), PROT_READ |	\
				  PROT_WRITE, MAP_SHARED |		\
				  MAP_ANONYMOUS, -1, 0), _ret;		\
		pid_t _pid;						\
									\
		ASSERT_NE(MAP_FAILED, _said);				\
		*_said = -ECHILD;					\
		_pid = fork();						\
		ASSERT_LE(0, _pid);					\
		if (!_pid) {						\
			*_said = (call);				\
			_exit(0);					\
		}							\
		ASSERT_EQ(_pid, waitpid(_pid, NULL, 0));		\
		_ret = *_said;						\
		munmap(_said, sizeof(int));				\
		_ret;							\
	})

FIXTURE_SETUP(permission)
{
	if (geteuid())
		SKIP(return, "only root becomes somebody else");
	self->fd = -1;
}

FIXTURE_TEARDOWN(permission)
{
	EXPECT_EQ(0, in_child(remove_as_owner()));
	close(self->fd);
}

TEST_F(permission, every_one)
{
	const struct permission *p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(permissions); i++) {
		p = &permissions[i];
		ASSERT_EQ(0, in_child(remove_as_owner()));
		self->serial = in_child(add_as_owner(variant->type, p->mask));
		ASSERT_LT(0, self->serial);
		self->fd = test_open();
		EXPECT_EQ(p->want, in_child(ask(self->fd, self->serial, p)))
			TH_LOG("entry %zu: mask %#x, uid %d, gid %d", i,
			       p->mask, p->uid, p->gid);
		/* The context has a key now, whichever process set it. */
		if (!p->want)
			check_key(_metadata, self->fd, HALF_KEY, HALF_KEY_LEN);
		else
			test_state(UNKEYED, self->fd);
		close(self->fd);
		self->fd = -1;
	}
}

/* A holder of the context cannot make a second context with its key. */
TEST_F(permission, context_without_the_key)
{
	static const struct permission other = {
		.uid = OTHER, .gid = OTHER,
	};
	static const struct permission owner = {
		.uid = OWNER, .gid = GROUP, .possessed = true,
	};
	int late = test_open();

	self->serial = in_child(add_as_owner(variant->type, KEY_POS_ALL));
	ASSERT_LT(0, self->serial);
	self->fd = test_open();
	ASSERT_EQ(0, in_child(ask(self->fd, self->serial, &owner)));
	EXPECT_EQ(-EACCES, in_child(ask(late, self->serial, &other)));
	EXPECT_EQ(0, in_child(become_with(OTHER, OTHER) ?:
			      _test_mac_verify(self->fd, HALF_MSG, HALF_LEN,
					       half_tag, HALF_TAG_LEN)));
}

TEST_HARNESS_MAIN
