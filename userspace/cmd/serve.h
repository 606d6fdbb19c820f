/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of "hmacdev serve" */
#ifndef HMACDEV_SERVE_H
#define HMACDEV_SERVE_H

#include "cmd.h"

/* peer.c */
#define PEER_GROUPS	1024	/* of one process, at most */
#define PEER_CGROUP	4096	/* size of /proc/PID/cgroup, at most */

struct peer {
	int sock;
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

int peer_read(struct peer *p, int sock);
int peer_in_group(const struct peer *p, gid_t gid);
int peer_in_cgroup(const struct peer *p, const char *group);
void peer_probe(void);
bool peer_has_pidfd(void);

/* policy.c: which peer gets which key, as the configuration file has it */
struct rule {
	bool has_uid;
	bool has_gid;
	uid_t uid;
	gid_t gid;
	char *cgroup;
	uint32_t rights;
};

struct offer {
	char name[HMACDEV_SOCKET_NAME_MAX + 1];
	/* Where the key comes from: an option of struct recipe, its value */
	int source;
	char *key;
	char *alg;
	char *bits;
	/* Label of DERIVE, with %u for the peer's user ID; NULL for a copy */
	char *label;
	struct rule *rules;
	size_t n;
	/* What the key was opened with */
	struct hmacdev *h;
	uint32_t rights;
};

struct policy {
	struct offer *offers;
	size_t n;
	/* May own the file, as root may */
	uid_t owner;
};

int policy_read(struct policy *p, const char *path, uid_t owner);
int policy_open(struct policy *p);
int policy_take(struct policy *p, struct policy *old);
void policy_free(struct policy *p);
struct offer *policy_find(const struct policy *p, const char *name);
const struct rule *offer_allows(const struct offer *o, const struct peer *p);
int offer_make(const struct offer *o, const struct rule *r,
	       const struct peer *p, struct hmacdev **h);

/* limit.c: contexts that a user gets at once, and then in each second */
#define LIMIT_BURST	1024
#define LIMIT_RATE	8

bool limit_take(uid_t uid, time_t now);

/* account.c: names of users and groups */
bool uid_read(const char *text, uid_t *uid, gid_t *gid);
bool gid_read(const char *text, gid_t *gid);

/* sandbox.c */
int sandbox_drop(uid_t uid, gid_t gid);
int sandbox_enter(const char *config);

#endif /* HMACDEV_SERVE_H */
