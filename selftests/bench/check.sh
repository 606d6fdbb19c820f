#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench-check: measure the rows that have targets, and fail if a target is
# missed. check.sh FILE checks an existing results.csv.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

if [ $# = 0 ]; then
	series=${KERNEL:-$(series_for bench)}
	selftests/scripts/setup.sh build guest bench "$series"
	build_bench "$series"
	csv=$(mktemp)
	trap 'rm -f "$csv"' EXIT
	{
		in_guest --icount -- speed instructions 8000000 5
		in_guest -- scaling
		in_guest -- memory
	} >"$csv"
else
	csv=$1
fi
awk -F , -f selftests/bench/targets.awk "$csv"
