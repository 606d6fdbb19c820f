// SPDX-License-Identifier: GPL-2.0
/* OpenSSL's libcrypto, with key and hash in the process */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct state {
	struct job job;
	unsigned char key[KEY_LEN];
	const EVP_MD *md;
	EVP_MAC *mac;
	EVP_MAC_CTX *ctx;
};

static void *setup(const struct peer *peer, const struct job *job)
{
	struct state *s;
	const EVP_MD *md = EVP_get_digestbyname(job->alg);

	(void)peer;
	if (!md)
		return NULL;
	s = must_alloc(sizeof(*s));
	s->job = *job;
	s->md = md;
	memcpy(s->key, job->key, KEY_LEN);
	return s;
}

static void teardown(void *state)
{
	struct state *s = state;

	EVP_MAC_CTX_free(s->ctx);
	EVP_MAC_free(s->mac);
	free(s);
}

static void *setup_mac(const struct peer *peer, const struct job *job)
{
	struct state *s = setup(peer, job);
	OSSL_PARAM params[2];

	if (!s)
		return NULL;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						     (char *)job->alg, 0);
	params[1] = OSSL_PARAM_construct_end();
	s->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	s->ctx = EVP_MAC_CTX_new(s->mac);
	must(EVP_MAC_init(s->ctx, s->key, KEY_LEN, params), "EVP_MAC_init");
	return s;
}

static void mac(struct state *s, unsigned char *tag)
{
	size_t len;

	must(EVP_MAC_init(s->ctx, NULL, 0, NULL) &&
	     EVP_MAC_update(s->ctx, s->job.msg, s->job.size) &&
	     EVP_MAC_final(s->ctx, tag, &len, TAG_MAX), "EVP_MAC");
}

RUN_LOOP(run_mac, mac)

static void hmac(struct state *s, unsigned char *tag)
{
	unsigned int len;

	must(HMAC(s->md, s->key, KEY_LEN, s->job.msg, s->job.size, tag, &len),
	     "HMAC");
	s->key[0]++;
}

RUN_LOOP(run_hmac, hmac)

static void q_mac(struct state *s, unsigned char *tag)
{
	size_t len;

	must(EVP_Q_mac(NULL, "HMAC", NULL, s->job.alg, NULL, s->key, KEY_LEN,
		       s->job.msg, s->job.size, tag, TAG_MAX, &len),
	     "EVP_Q_mac");
	s->key[0]++;
}

RUN_LOOP(run_q_mac, q_mac)

const struct peer openssl_peers[] = {
	{
		.name = "OpenSSL EVP_MAC",
		.setup = setup_mac, .run = run_mac, .teardown = teardown,
	}, {
		.name = "OpenSSL HMAC(): new key", .max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_hmac, .teardown = teardown,
	}, {
		.name = "OpenSSL EVP_Q_mac(): new key",
		.max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_q_mac, .teardown = teardown,
	},
	{ 0 }
};
