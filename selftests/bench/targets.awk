# SPDX-License-Identifier: GPL-2.0
# Compares a results.csv with the targets for the CPU that it was measured on.
# Fails if a target is missed or has no result.

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
	return get(unit, row, bytes)
}

function judge(what, target, limit, measured, digits, at_least,	fine)
{
	fine = at_least ? measured >= limit : measured <= limit
	if (missing)
		fine = 0
	printf "| %s | %s | %.*f | %s | %s |\n", what, target, digits, limit,
		missing ? "none" : sprintf("%.*f", digits, measured),
		fine ? "pass" : "**MISSED**"
	missed += !fine
	missing = 0
}

function over_floor(what, row, floor, bytes, most)
{
	judge("hmacdev " what, floor " + " most, cost(floor, bytes) + most,
	      cost("hmacdev " row, bytes))
}

function below(row, bytes, other)
{
	judge("hmacdev " row ", " bytes " bytes", other, cost(other, bytes),
	      cost("hmacdev " row, bytes))
}

function long_message(row,	floor)
{
	floor = cost("floor", 1048576)
	judge(row ", 1 MiB", "floor + 1 a byte + 0.3 %",
	      floor * 1.003 + 1048576, cost(row, 1048576))
}

# Beyond those of a message of 64 bytes
function moved(row, bytes)
{
	judge(row ", bytes moved for each byte of " bytes, "at most", 2,
	      (get("moved", row, bytes) - get("moved", row, 64)) / (bytes - 64),
	      2)
}

# A CPU of today, counted as if it had fast string instructions
function modern()
{
	unit = "fast"
	over_floor("MAC, 64 bytes", "MAC", "floor", 64, 850)
	over_floor("BATCH of 64, 64 bytes", "BATCH of 64", "floor", 64, 150)
	below("MAC", 1024, "AF_ALG send+read")
	below("MAC", 4096, "AF_ALG send+read")
	moved("hmacdev MAC", 1024)
	moved("hmacdev MAC", 4096)
	moved("hmacdev MAC", 16384)
	moved("hmacdev UPDATE+FINALIZE+RESET", 1024)
}

function no_sha_instructions()
{
	unit = "instructions"
	over_floor("MAC, 64 bytes", "MAC", "floor", 64, 900)
	over_floor("BATCH of 64, 64 bytes", "BATCH of 64", "floor", 64, 220)
	below("BATCH of 64", 64, "OpenSSL EVP_MAC")
	over_floor("ONESHOT, new key, 64 bytes", "ONESHOT: new key",
		   "floor: new key", 64, 1200)
	long_message("hmacdev MAC")
	long_message("hmacdev UPDATE+FINALIZE+RESET")
}

END {
	print "| What | Target | Limit | Measured | |"
	print "|---|---|---:|---:|---|"

	if (value["about", "SHA instructions", "", ""] == "yes")
		modern()
	else
		no_sha_instructions()
	judge("two threads on one descriptor / on two", "at least", 0.95,
	      get("ratio", "two threads on one descriptor / on two", 64), 3, 1)
	judge("a context beyond the crypto API's objects, bytes", "1 KiB", 1024,
	      get("bytes", "context", "") - get("bytes", "transform", ""))
	exit missed > 0
}
