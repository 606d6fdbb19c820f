#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure the Python package in a guest of one kernel (KERNEL=6.12), in
# instructions, and print the section on it of RESULTS.md. Fails if a target is
# missed. python.sh --publish also writes python.md, which page.sh adds to the
# page.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

series=${KERNEL:-$(series_for bench)}
selftests/scripts/setup.sh build guest python "$series"
build_module "$series"
build python
section=$(selftests/qemu/guest.sh --kernel "$kernel" --module "$module" \
	--icount --timeout 1800 -- /usr/bin/python3 \
	"$PWD/selftests/bench/python.py" "$PWD/build/python/site") ||
	die "$section"
echo "$section"
[ "${1-}" != --publish ] || echo "$section" >selftests/bench/python.md
