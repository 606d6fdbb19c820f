#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make coverage: how much of kmod/ the last make test-debug has run, in lines and
# in branches. Fails for each line that it has not run unless unreached.txt says
# why, and for each that is there and was run. The lines with a branch that was
# never taken are left in build/results/debug/untaken.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/scripts/lib.sh

counts=$PWD/build/results/debug/gcov
again="run 'make test-debug' first, all of it"
compgen -G "$counts/*.gcda" >/dev/null || die "$again"
[ -z "$(find kmod -newer "$counts")" ] || die "kmod/ has changed: $again"
read -r release <"$(selftests/qemu/kernel.sh debug)/release"
objects=$PWD/build/kmod/$release/kmod

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cp "$counts"/*.gcda "$objects"/*.gcno "$tmp"
(cd "$tmp" && gcov-12 -b -c ./*.gcda) >"$tmp/said" 2>&1 || die "$(cat "$tmp/said")"
! grep -Ei 'mismatch|assuming not executed' "$tmp/said" || die "$again"
awk -v untaken="${counts%/*}/untaken" -f selftests/scripts/coverage.awk \
	selftests/scripts/unreached.txt "$tmp"/*.gcov
