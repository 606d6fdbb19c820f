// SPDX-License-Identifier: GPL-2.0
/* Runs one peer between two marks, which profile/count.c detects. */
#include <string.h>

#include "bench.h"
#include "mark.h"

static const struct peer *find(const char *name)
{
	const struct peer *const *list;
	const struct peer *peer;

	for (list = peer_lists; *list; list++)
		for (peer = *list; peer->name; peer++)
			if (!strcmp(peer->name, name))
				return peer;
	die(name);
}

void profile(const char *name, size_t size, unsigned long count)
{
	const struct peer *peer = find(name);
	const struct job job = new_job("sha256", size);
	unsigned char tag[TAG_MAX];
	void *state = peer->setup(peer, &job);

	must(state, name);
	peer->run(state, count, tag);
	MARK("1");
	peer->run(state, count, tag);
	MARK("2");
	peer->teardown(state);
}
