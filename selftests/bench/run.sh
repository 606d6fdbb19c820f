#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench: measure everything, in guests of one kernel (KERNEL=6.12), and
# write results.csv, RESULTS.md and plots to build/bench. CRYPTODEV= is the
# directory where cryptodev-linux was built for that kernel. run.sh --publish
# also copies the page and its plots to the directory of this file.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

series=${KERNEL:-$(series_for bench)}
selftests/scripts/setup.sh build guest bench "$series"
[ -z "${CRYPTODEV-}" ] || CRYPTODEV=$(realpath -e "$CRYPTODEV")
build_bench "$series"

out=build/bench
csv=$out/results.csv
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

{
	echo unit,row,algorithm,bytes,value
	say "counting instructions: some minutes"
	in_guest --icount -- speed instructions 8000000 5 \
		sha256 sha1 sha512 sha3-256
	say "taking the time: some minutes"
	in_guest -- speed nanoseconds 4000000 25 sha256
	in_guest -- scaling
	in_guest -- memory
} >"$tmp"
cat "$tmp" >"$csv"

selftests/bench/page.sh "$csv" "$kernel" "$out"
say "see $out/RESULTS.md"
if [ "${1-}" = --publish ]; then
	cp "$out"/{RESULTS.md,overhead.svg,batch.svg} selftests/bench/
fi
