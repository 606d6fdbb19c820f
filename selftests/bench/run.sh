#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench: measure everything, in guests of two kernels, and write
# SERIES/results.csv of each, RESULTS.md and plots to build/bench. CRYPTODEV= has
# the directories where cryptodev-linux was built for these kernels. run.sh
# --publish also copies the page and its plots to the directory of this file.
# KERNEL=6.1 measures only under that kernel, and takes the other's results from
# the run before.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

read -ra all <<<"$(series_for bench)"
read -ra chosen <<<"${KERNEL:-${all[*]}}"
selftests/scripts/setup.sh build guest bench "${chosen[@]}"

measure()
{
	echo unit,row,algorithm,bytes,value
	say "$1: counting instructions: some minutes"
	count_speed 2000000 5 sha256 sha1 sha512 sha3-256
	if [ "$1" = "${all[0]}" ]; then
		say "$1: taking the time: some minutes"
		in_guest -- speed nanoseconds 4000000 9 sha256
	fi
	in_guest -- scaling
	in_guest -- memory
}

for series in "${chosen[@]}"; do
	build_bench "$series"
	measure "$series" >"$out/results.new"
	mv "$out/results.new" "$out/results.csv"
done

out=build/bench
selftests/bench/page.sh "$out" "${all[@]/%//results.csv}"
say "see $out/RESULTS.md"
if [ "${1-}" = --publish ]; then
	cp "$out"/{RESULTS.md,overhead.svg,batch.svg} selftests/bench/
fi
