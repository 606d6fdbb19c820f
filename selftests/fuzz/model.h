/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of contexts, as <linux/hmacdev.h> specifies them. OpenSSL makes the
 * tags.
 */
#ifndef _FUZZ_MODEL_H
#define _FUZZ_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>

#include <linux/hmacdev.h>

#include "hmacdev_algs.h"

struct algorithm {
	const char *name;
	const char *alias;
	__u32 digest_size;
	__u32 block_size;
	bool fips;
	const char *md;		/* OpenSSL's name, NULL if it has none */
	bool available;		/* in this kernel: see first_use_run() */
};

/* Every right of version 1; no context has all of them. */
#define RIGHTS_KNOWN	(HMACDEV_RIGHTS_SIGNER | HMACDEV_RIGHTS_DERIVER)

/* Do NEW and DERIVE take this mask? */
bool rights_valid(__u32 rights);

extern struct algorithm algorithms[NR_ALGS];

/*
 * A key, shared by copies. If only the kernel knows the key, or if OpenSSL does
 * not have the algorithm, the model cannot compute tags. Then it uses another
 * key, whose tags only show which messages are equal.
 */
struct secret {
	unsigned int refs;
	const struct algorithm *alg;
	__u32 tag_len;
	bool known;
	EVP_MAC_CTX *keyed;
};

struct context {
	unsigned int refs;	/* descriptors of ours */
	struct secret *key;	/* NULL until NEW */
	enum hmacdev_state state;
	__u32 rights;
	__u64 bytes;
	EVP_MAC_CTX *running;
};

/* The first @known bytes are known. @id identifies an unknown tag. */
struct tag {
	__u8 bytes[HMACDEV_TAG_MAX];
	size_t known;
	__u8 id[32];
};

int model_init(void);

/* Forget the tags that were seen. */
void model_forget(void);

/* The algorithm that @name means, or -EINVAL or -ENOENT */
int model_find(const char *name, struct algorithm **alg);

/* Returns a key with one reference: of these bytes, */
struct secret *secret_new(const struct algorithm *alg, __u32 tag_len,
			  const void *key, size_t len);
/* or an unknown key, which differs from keys with another @id. */
struct secret *secret_new_unknown(const struct algorithm *alg, __u32 tag_len,
				  const void *id, size_t len);
/* Returns the key that is the tag of a message with the key @from. */
struct secret *secret_derive(const struct secret *from,
			     const struct algorithm *alg, __u32 tag_len,
			     const void *msg, size_t len);
void secret_put(struct secret *key);
void secret_mac(const struct secret *key, const void *msg, size_t len,
		struct tag *tag);

struct context *context_new(void);
void context_put(struct context *ctx);
/* The reference to @key becomes the context's. */
void context_key(struct context *ctx, struct secret *key, __u32 rights);
struct context *context_copy(const struct context *ctx, __u32 rights);
struct context *context_copy_fresh(const struct context *ctx, __u32 rights);
/* The number of contexts */
unsigned int context_count(void);
void context_append(struct context *ctx, const void *msg, size_t len);
void context_reset(struct context *ctx);
void context_tag(const struct context *ctx, struct tag *tag);
void context_info(const struct context *ctx, struct hmacdev_info *info);

/* Whether @bytes begin the tag: 1, 0, or -1 if that is not known */
int tag_is(const struct tag *tag, const void *bytes, size_t len);
/* Record the bytes of the tag. Returns false if they cannot be right. */
bool tag_seen(struct tag *tag, const void *bytes, size_t len);

#endif /* _FUZZ_MODEL_H */
