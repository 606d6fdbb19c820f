#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# profile.sh ROW [BYTES [COUNT]]: count the instructions of a call in each
# function of the kernel (KERNEL=newest). ROW is a row of the results, such as
# "hmacdev MAC"; a whole batch is one call. The columns are instructions, the same
# with "rep movs" and "rep stos" counted by the iteration, and the bytes that
# these move.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

row=$1 bytes=${2:-64} count=${3:-200}
build_bench "${KERNEL:-newest}"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count_in "$tmp"

# The addresses differ from boot to boot.
echo '"$@" && cat /proc/kallsyms' >"$tmp/with-symbols"
bench=(sh "$tmp/with-symbols" "${bench[@]}")
in_guest --icount -- profile "$row" "$bytes" "$count" >"$tmp/symbols"

# Compare as text: awk's numbers have too few digits.
{
	awk '$2 ~ /[tTwW]/ { print $1, 0, $3, $4 }' "$tmp/symbols"
	awk '{ print $1, 1, $2, $3, $4 }' "$tmp/1"
} | LC_ALL=C sort | awk -v count="$count" '
	function show(instructions, iterations, bytes, what)
	{
		printf "%10.1f %10.1f %10.1f %s\n", instructions / count,
			iterations / count, bytes / count, what
	}
	!$2		{ symbol = $3 " " $4; next }
	$1 < "8"	{ symbol = "(the process)" }
	{
		iterations[symbol] += $3; all_iterations += $3
		instructions[symbol] += $4; all_instructions += $4
		moved[symbol] += $5; all_moved += $5
	}
	END {
		show(all_instructions, all_iterations, all_moved, "a call")
		for (symbol in instructions)
			show(instructions[symbol], iterations[symbol],
			     moved[symbol], symbol)
	}' | sort -rn
