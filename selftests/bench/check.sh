#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench-check: on each kernel that has targets, or on those in KERNEL,
# measure the rows that have them, and fail if one is missed. check.sh FILE checks
# an existing results.csv.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

measure()
{
	count_speed 2000000 5
	in_guest -- scaling
	in_guest -- memory
}

if [ $# = 0 ]; then
	read -ra all <<<"${KERNEL:-$(series_for bench)}"
	selftests/scripts/setup.sh build guest bench "${all[@]}"
	csv=$(mktemp)
	trap 'rm -f "$csv"' EXIT
fi

missed=0
for series in "${all[@]-}"; do
	if [ $# = 0 ]; then
		build_bench "$series"
		measure >"$csv"
		echo "Linux $(cat "$kernel/release"):"
	fi
	awk -F , -f selftests/bench/targets.awk "${1-$csv}" || missed=1
done
exit $missed
