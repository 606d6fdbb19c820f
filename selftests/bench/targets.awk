# SPDX-License-Identifier: GPL-2.0
# Compares a results.csv with the targets. Fails if a target is missed or has no
# result.

{ value[$1, $2, $3, $4] = $5 }

function get(unit, row, bytes)
{
	if (!((unit, row, "sha256", bytes) in value)) {
		missing = 1
		return 0
	}
	return value[unit, row, "sha256", bytes]
}

function cost(row, bytes)
{
	return get("instructions", row, bytes)
}

function judge(what, target, limit, measured, at_least,	fine)
{
	fine = at_least ? measured >= limit : measured <= limit
	if (missing)
		fine = 0
	printf "| %s | %s | %.*f | %s | %s |\n", what, target,
		at_least ? 2 : 0, limit,
		missing ? "none" : sprintf("%.*f", at_least ? 3 : 0, measured),
		fine ? "pass" : "**MISSED**"
	missed += !fine
	missing = 0
}

function long_message(row,	floor)
{
	floor = cost("floor", 1048576)
	judge(row ", 1 MiB", "floor + 1 a byte + 0.3 %",
	      floor * 1.003 + 1048576, cost(row, 1048576))
}

END {
	print "| What | Target | Limit | Measured | |"
	print "|---|---|---:|---:|---|"

	judge("hmacdev MAC, 64 bytes", "floor + 900",
	      cost("floor", 64) + 900, cost("hmacdev MAC", 64))
	judge("hmacdev BATCH of 64, 64 bytes", "floor + 220",
	      cost("floor", 64) + 220, cost("hmacdev BATCH of 64", 64))
	judge("hmacdev BATCH of 64, 64 bytes", "OpenSSL EVP_MAC",
	      cost("OpenSSL EVP_MAC", 64), cost("hmacdev BATCH of 64", 64))
	judge("hmacdev ONESHOT, new key, 64 bytes", "floor, new key, + 1200",
	      cost("floor: new key", 64) + 1200,
	      cost("hmacdev ONESHOT: new key", 64))
	long_message("hmacdev MAC")
	long_message("hmacdev UPDATE+FINALIZE+RESET")
	judge("two threads on one descriptor / on two", "at least", 0.95,
	      get("ratio", "two threads on one descriptor / on two", 64), 1)
	judge("a context beyond the crypto API's objects, bytes", "1 KiB", 1024,
	      get("bytes", "context", "") - get("bytes", "transform", ""))
	exit missed > 0
}
