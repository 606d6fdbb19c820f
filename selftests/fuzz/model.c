// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/sha.h>

#include "model.h"

#define ALGORITHM(_id, ...) \
	[ALG_##_id] = { __VA_ARGS__ },
struct algorithm algorithms[NR_ALGS] = { EACH_ALG(ALGORITHM) };

/* The tags that were seen, of keys that nobody knows */
#define SEEN_MAX	512
static struct tag seen[SEEN_MAX];
static size_t seen_count;

static EVP_MAC *hmac;

/* What OpenSSL cannot do here is no finding. */
#define must(done)	do { if (!(done)) abort(); } while (0)

static unsigned int contexts;

int model_init(void)
{
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	return hmac ? 0 : -1;
}

bool rights_valid(__u32 rights)
{
	const __u32 both = HMACDEV_RIGHT_SIGN | HMACDEV_RIGHT_DERIVE;

	return !(rights & ~RIGHTS_KNOWN) && (rights & both) != both;
}

void model_forget(void)
{
	seen_count = 0;
}

static int lookup(const char *name, struct algorithm **alg)
{
	size_t i;

	for (i = 0; i < NR_ALGS; i++) {
		*alg = &algorithms[i];
		if (!strcmp(name, (*alg)->name) ||
		    ((*alg)->alias && !strcmp(name, (*alg)->alias)))
			return 0;
	}
	return -ENOENT;
}

int model_find(const char *name, struct algorithm **alg)
{
	size_t len = strnlen(name, HMACDEV_NAME_LEN), i;
	char plain[HMACDEV_NAME_LEN];

	if (len == HMACDEV_NAME_LEN)
		return -EINVAL;
	for (i = len; i < HMACDEV_NAME_LEN; i++)
		if (name[i])
			return -EINVAL;
	for (i = 0; i <= len; i++)
		plain[i] = name[i] == '_' ? '-' : tolower((__u8)name[i]);
	if (!strncmp(plain, "hmac-", 5))
		return lookup(plain + 5, alg);
	if (!strncmp(plain, "hmac(", 5) && plain[len - 1] == ')') {
		plain[len - 1] = '\0';
		return lookup(plain + 5, alg);
	}
	return lookup(plain, alg);
}

static EVP_MAC_CTX *key_openssl(const char *md, const void *key, size_t len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)md, 0),
		OSSL_PARAM_END,
	};
	EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac);

	must(mac && EVP_MAC_init(mac, len ? key : "", len, params));
	return mac;
}

static struct secret *secret_alloc(const struct algorithm *alg, __u32 tag_len)
{
	struct secret *key = calloc(1, sizeof(*key));

	must(key);
	key->refs = 1;
	key->alg = alg;
	key->tag_len = tag_len ?: alg->digest_size;
	return key;
}

struct secret *secret_new_unknown(const struct algorithm *alg, __u32 tag_len,
				  const void *id, size_t len)
{
	struct secret *key = secret_alloc(alg, tag_len);
	__u8 stand_in[SHA256_DIGEST_LENGTH];
	struct tag tag;
	EVP_MAC_CTX *mac;

	/* Two algorithms do not have the same tags for the same key. */
	mac = key_openssl("SHA2-256", alg->name, strlen(alg->name));
	must(EVP_MAC_update(mac, id, len));
	must(EVP_MAC_final(mac, tag.id, NULL, sizeof(tag.id)));
	EVP_MAC_CTX_free(mac);
	memcpy(stand_in, tag.id, sizeof(stand_in));
	key->keyed = key_openssl("SHA2-256", stand_in, sizeof(stand_in));
	return key;
}

struct secret *secret_new(const struct algorithm *alg, __u32 tag_len,
			  const void *key, size_t len)
{
	struct secret *new;

	if (!alg->md)
		return secret_new_unknown(alg, tag_len, len ? key : "", len);
	new = secret_alloc(alg, tag_len);
	new->known = true;
	new->keyed = key_openssl(alg->md, key, len);
	return new;
}

void secret_put(struct secret *key)
{
	if (!key || --key->refs)
		return;
	EVP_MAC_CTX_free(key->keyed);
	free(key);
}

/* Ends @mac. */
static void finish(const struct secret *key, EVP_MAC_CTX *mac, struct tag *tag)
{
	__u8 out[EVP_MAX_MD_SIZE];
	size_t len, i;

	must(EVP_MAC_final(mac, out, &len, sizeof(out)));
	EVP_MAC_CTX_free(mac);
	memset(tag, 0, sizeof(*tag));
	if (key->known) {
		tag->known = len;
		memcpy(tag->bytes, out, len);
		return;
	}
	memcpy(tag->id, out, sizeof(tag->id));
	for (i = 0; i < seen_count; i++)
		if (!memcmp(seen[i].id, tag->id, sizeof(tag->id)))
			*tag = seen[i];
}

static EVP_MAC_CTX *dup_openssl(EVP_MAC_CTX *mac)
{
	EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(mac);

	must(copy);
	return copy;
}

void secret_mac(const struct secret *key, const void *msg, size_t len,
		struct tag *tag)
{
	EVP_MAC_CTX *mac = dup_openssl(key->keyed);

	must(EVP_MAC_update(mac, len ? msg : "", len));
	finish(key, mac, tag);
}

struct secret *secret_derive(const struct secret *from,
			     const struct algorithm *alg, __u32 tag_len,
			     const void *msg, size_t len)
{
	struct tag tag;

	secret_mac(from, msg, len, &tag);
	if (from->known)
		return secret_new(alg, tag_len, tag.bytes, tag.known);
	return secret_new_unknown(alg, tag_len, tag.id, sizeof(tag.id));
}

struct context *context_new(void)
{
	struct context *ctx = calloc(1, sizeof(*ctx));

	must(ctx);
	contexts++;
	ctx->refs = 1;
	ctx->state = HMACDEV_STATE_UNKEYED;
	return ctx;
}

void context_put(struct context *ctx)
{
	if (--ctx->refs)
		return;
	contexts--;
	secret_put(ctx->key);
	EVP_MAC_CTX_free(ctx->running);
	free(ctx);
}

void context_reset(struct context *ctx)
{
	EVP_MAC_CTX_free(ctx->running);
	ctx->running = dup_openssl(ctx->key->keyed);
	ctx->bytes = 0;
	ctx->state = HMACDEV_STATE_ACTIVE;
}

void context_key(struct context *ctx, struct secret *key, __u32 rights)
{
	ctx->key = key;
	ctx->rights = rights;
	context_reset(ctx);
}

unsigned int context_count(void)
{
	return contexts;
}

struct context *context_copy_fresh(const struct context *ctx, __u32 rights)
{
	struct context *copy = context_new();

	ctx->key->refs++;
	context_key(copy, ctx->key, ctx->rights & rights);
	return copy;
}

struct context *context_copy(const struct context *ctx, __u32 rights)
{
	struct context *copy = context_copy_fresh(ctx, rights);

	EVP_MAC_CTX_free(copy->running);
	copy->running = dup_openssl(ctx->running);
	copy->bytes = ctx->bytes;
	copy->state = ctx->state;
	return copy;
}

void context_append(struct context *ctx, const void *msg, size_t len)
{
	must(EVP_MAC_update(ctx->running, len ? msg : "", len));
	ctx->bytes += len;
}

void context_tag(const struct context *ctx, struct tag *tag)
{
	finish(ctx->key, dup_openssl(ctx->running), tag);
}

void context_info(const struct context *ctx, struct hmacdev_info *info)
{
	memset(info, 0, sizeof(*info));
	info->state = ctx->state;
	info->known_rights = RIGHTS_KNOWN;
	if (!ctx->key)
		return;
	info->rights = ctx->rights;
	info->tag_len = ctx->key->tag_len;
	info->digest_size = ctx->key->alg->digest_size;
	info->block_size = ctx->key->alg->block_size;
	info->bytes = ctx->bytes;
	strcpy(info->alg, ctx->key->alg->name);
}

int tag_is(const struct tag *tag, const void *bytes, size_t len)
{
	size_t known = len < tag->known ? len : tag->known;

	if (memcmp(tag->bytes, bytes, known))
		return 0;
	return known == len ? 1 : -1;
}

static struct tag *find_seen(const struct tag *tag)
{
	size_t i;

	for (i = 0; i < seen_count; i++)
		if (!memcmp(seen[i].id, tag->id, sizeof(tag->id)))
			return &seen[i];
	if (seen_count == SEEN_MAX)
		return NULL;
	seen[seen_count] = *tag;
	return &seen[seen_count++];
}

bool tag_seen(struct tag *tag, const void *bytes, size_t len)
{
	static const __u8 none[sizeof(tag->id)];
	struct tag *mine;

	if (!memcmp(tag->id, none, sizeof(none)))
		return tag_is(tag, bytes, len) == 1;
	mine = find_seen(tag);
	if (!mine)
		return true;
	if (!tag_is(mine, bytes, len))
		return false;
	if (mine->known < len) {
		memcpy(mine->bytes, bytes, len);
		mine->known = len;
	}
	return true;
}
