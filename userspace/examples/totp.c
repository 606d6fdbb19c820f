// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Time-based one-time passwords (TOTP, RFC 6238). The secrets are keys in a
 * keyring, which this process cannot read back. The times, the three secrets
 * and the passwords are those in appendix B of the RFC.
 */
#include <hmacdev.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STEP	30		/* seconds */
#define MODULUS	100000000	/* for eight digits */

static const struct {
	const char *alg;
	const char *description;
	const char *secret;
} tokens[] = {
	{ "sha1", "hmac:totp:sha1", "12345678901234567890" },
	{ "sha256", "hmac:totp:sha256", "12345678901234567890123456789012" },
	{ "sha512", "hmac:totp:sha512",
	  "1234567890123456789012345678901234567890123456789012345678901234" },
};

#define TOKENS	(sizeof(tokens) / sizeof(*tokens))

static const struct {
	uint64_t time;
	uint32_t codes[TOKENS];
} moments[] = {
	{ 59, { 94287082, 46119246, 90693936 } },
	{ 1111111109, { 7081804, 68084774, 25091201 } },
	{ 1111111111, { 14050471, 67062674, 99943326 } },
	{ 1234567890, { 89005924, 91819424, 93441116 } },
	{ 2000000000, { 69279037, 90698825, 38618901 } },
	{ 20000000000, { 65353130, 77737706, 47863826 } },
};

/* In a deployment, another program adds the secrets before. */
static int32_t add_secret(size_t token)
{
	return (int32_t)syscall(SYS_add_key, "logon", tokens[token].description,
				tokens[token].secret,
				strlen(tokens[token].secret),
				KEY_SPEC_PROCESS_KEYRING);
}

/* RFC 4226: the last four bits of the tag are the offset of four bytes. */
static uint32_t truncate_tag(const unsigned char *tag, int len)
{
	const unsigned char *p = tag + (tag[len - 1] & 15);

	return (uint32_t)(p[0] & 127) << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int totp(struct hmacdev *h, uint64_t time, uint32_t *code)
{
	unsigned char tag[HMACDEV_TAG_MAX] = { 0 };
	unsigned char counter[8];
	uint64_t n = time / STEP;
	int len;

	for (int i = 7; i >= 0; i--, n >>= 8)
		counter[i] = (unsigned char)n;
	len = hmacdev_mac(h, counter, sizeof(counter), tag, sizeof(tag));
	if (len < 0)
		return len;
	*code = truncate_tag(tag, len) % MODULUS;
	return 0;
}

/* Returns the number of wrong codes, or a negative errno. */
static int check(struct hmacdev *h, size_t token)
{
	int wrong = 0;

	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		uint32_t want = moments[i].codes[token];
		uint32_t code;
		int err = totp(h, moments[i].time, &code);

		if (err < 0)
			return err;
		printf("%-6s  %11llu s  %08u  %s\n", tokens[token].alg,
		       (unsigned long long)moments[i].time, code,
		       code == want ? "as in the RFC" : "WRONG");
		wrong += code != want;
	}
	return wrong;
}

int main(void)
{
	int wrong = 0;

	for (size_t i = 0; i < TOKENS; i++) {
		int32_t serial = add_secret(i);
		struct hmacdev *h;
		int rc;

		if (serial < 0) {
			perror("totp: add_key");
			return 1;
		}
		rc = hmacdev_new_keyring(&h, tokens[i].alg, serial);
		if (rc == 0)
			rc = check(h, i);
		hmacdev_free(h);
		if (rc < 0) {
			fprintf(stderr, "totp: %s\n", hmacdev_strerror(rc));
			return 1;
		}
		wrong += rc;
	}
	return wrong != 0;
}
