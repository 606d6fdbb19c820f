// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "bench.h"

const struct peer *const peer_lists[] = {
	floor_peers, hmacdev_peers, openssl_peers, afalg_peers, kcapi_peers,
	cryptodev_peers, NULL
};
