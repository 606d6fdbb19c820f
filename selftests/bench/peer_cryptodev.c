// SPDX-License-Identifier: GPL-2.0
/*
 * cryptodev-linux, if there is a /dev/crypto. It is not part of the kernel and
 * no package has its header, so the declarations for its calls are here.
 */
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

struct new_session {
	uint32_t cipher;
	uint32_t mac;
	uint32_t key_len;
	const void *key;
	uint32_t mac_key_len;
	const void *mac_key;
	uint32_t id;
};

struct crypt {
	uint32_t id;
	uint16_t op;
	uint16_t flags;
	uint32_t len;
	const void *src;
	void *dst;
	void *mac;
	void *iv;
};

#define NEW_SESSION	_IOWR('c', 102, struct new_session)
#define END_SESSION	_IOW('c', 103, uint32_t)
#define CRYPT		_IOWR('c', 104, struct crypt)

static const struct {
	const char *alg;
	uint32_t number;
} macs[] = {
	{ "sha1", 7 },
	{ "sha256", 18 },
	{ "sha512", 20 },
};

struct state {
	struct job job;
	unsigned char key[KEY_LEN];
	uint32_t mac;
	uint32_t id;
	int fd;
};

static void begin(struct state *s)
{
	struct new_session session = {
		.mac = s->mac, .mac_key_len = KEY_LEN, .mac_key = s->key,
	};

	must(!ioctl(s->fd, NEW_SESSION, &session), "CIOCGSESSION");
	s->id = session.id;
}

static void end(struct state *s)
{
	must(!ioctl(s->fd, END_SESSION, &s->id), "CIOCFSESSION");
}

static void *setup(const struct peer *peer, const struct job *job)
{
	struct state *s;
	size_t i;
	int fd = open("/dev/crypto", O_RDWR | O_CLOEXEC);

	(void)peer;
	for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		if (!strcmp(macs[i].alg, job->alg))
			break;
	if (fd < 0 || i == sizeof(macs) / sizeof(macs[0])) {
		close(fd);
		return NULL;
	}
	s = must_alloc(sizeof(*s));
	s->job = *job;
	memcpy(s->key, job->key, KEY_LEN);
	s->mac = macs[i].number;
	s->fd = fd;
	begin(s);
	return s;
}

static void teardown(void *state)
{
	struct state *s = state;

	end(s);
	close(s->fd);
	free(s);
}

static void mac(struct state *s, unsigned char *tag)
{
	struct crypt crypt = {
		.id = s->id, .len = s->job.size, .src = s->job.msg, .mac = tag,
	};

	must(!ioctl(s->fd, CRYPT, &crypt), "CIOCCRYPT");
}

RUN_LOOP(run, mac)

static void mac_new(struct state *s, unsigned char *tag)
{
	end(s);
	begin(s);
	mac(s, tag);
	s->key[0]++;
}

RUN_LOOP(run_new, mac_new)

const struct peer cryptodev_peers[] = {
	{
		.name = "cryptodev-linux",
		.setup = setup, .run = run, .teardown = teardown,
	}, {
		.name = "cryptodev-linux: new key",
		.max_size = NEW_KEY_MAX_SIZE,
		.setup = setup, .run = run_new, .teardown = teardown,
	},
	{ 0 }
};
