// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Signs a request with AWS Signature Version 4. Neither the secret nor the four
 * keys that are derived from it are in this process's memory when it signs: the
 * secret is a "logon" key, which no program can read, and DERIVE makes each key
 * of the chain.
 *
 * The request and the signature are those in the documentation of AWS.
 */
#include <hmacdev.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char string_to_sign[] =
	"AWS4-HMAC-SHA256\n"
	"20150830T123600Z\n"
	"20150830/us-east-1/iam/aws4_request\n"
	"f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";

static const char published[] =
	"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

/*
 * Adds "AWS4" and the secret access key. A deployment does this once, before
 * the program starts: keyctl padd logon hmac:aws @u
 */
static int32_t add_secret(void)
{
	static const char secret[] =
		"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

	return (int32_t)syscall(SYS_add_key, "logon", "hmac:aws", secret,
				strlen(secret), KEY_SPEC_PROCESS_KEYRING);
}

/* Replace *h by the next context of the chain. */
static int step(struct hmacdev **h, const char *label, uint32_t rights)
{
	struct hmacdev *next;
	int err = hmacdev_derive(*h, "sha256", label, strlen(label), rights,
				 &next);

	hmacdev_free(*h);
	*h = next;
	return err;
}

static int signing_key(struct hmacdev **h, int32_t secret)
{
	struct hmacdev_options o = {
		.size = sizeof(o),
		.source = HMACDEV_KEY_KEYRING,
		.serial = secret,
		.rights = HMACDEV_RIGHT_DERIVE,
	};
	int err = hmacdev_new_opts(h, "sha256", &o);

	if (!err)
		err = step(h, "20150830", HMACDEV_RIGHT_DERIVE);
	if (!err)
		err = step(h, "us-east-1", HMACDEV_RIGHT_DERIVE);
	if (!err)
		err = step(h, "iam", HMACDEV_RIGHT_DERIVE);
	if (!err)
		err = step(h, "aws4_request", HMACDEV_RIGHT_SIGN);
	return err;
}

int main(void)
{
	unsigned char tag[32];
	char hex[2 * sizeof(tag) + 1];
	struct hmacdev *h = NULL;
	int32_t secret = add_secret();
	int err;

	if (secret < 0) {
		perror("sigv4: add_key");
		return 1;
	}
	err = signing_key(&h, secret);
	if (!err)
		err = hmacdev_mac(h, string_to_sign, strlen(string_to_sign),
				  tag, sizeof(tag));
	hmacdev_free(h);
	if (err < 0) {
		fprintf(stderr, "sigv4: %s\n", hmacdev_strerror(err));
		return 1;
	}
	for (size_t i = 0; i < sizeof(tag); i++)
		snprintf(hex + 2 * i, 3, "%02x", tag[i]);
	printf("signature  %s\npublished  %s\n", hex, published);
	return strcmp(hex, published) != 0;
}
