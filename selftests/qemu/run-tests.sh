#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run-tests.sh MODULE RESULTS SECONDS PROGRAM...: in the guest, run each kselftest
# program with the module freshly loaded, and print what came out. RESULTS gets
# NAME.tap, its output, and then NAME.count, the numbers of cases that passed,
# failed and were skipped. Ends early, with status 3, if the guest is in a state
# in which the next program cannot be tested.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

module=$1 results=$2 seconds=$3
shift 3
kmemleak=/sys/kernel/debug/kmemleak
gcov=/sys/kernel/debug/gcov
export HMACDEV_MODULE=$module
PATH=$(dirname "$1")/../userspace:$PATH

# It takes two scans to be sure, and they pass over what is younger than 5 s.
leaks()
{
	sleep 5
	for _ in 1 2; do
		echo scan >"$kmemleak" || return
	done
	! grep . "$kmemleak"
}

# The number of times that each line was run since the guest started
counts()
{
	local file

	mkdir -p "$results/gcov"
	find "$gcov" -name '*.gcda' | while read -r file; do
		cat "$file" >"$results/gcov/${file##*/}"
	done
}

for program; do
	name=$(basename "$program")
	tap=$results/$name.tap
	trouble='' spoilt=''
	start=$SECONDS
	dmesg --clear
	echo "hmacdev: test $name" >/dev/kmsg

	if said=$(insmod "$module" 2>&1); then
		cd "$(dirname "$program")" || exit
		# The outer redirection catches bash's message about a signal.
		{ timeout -k 5 "$seconds" "$program" >"$tap" 2>&1; } \
			</dev/null 2>/dev/null
		status=$?
		case $status in
		0|4)	;;
		124|137) trouble="no end within $seconds s" ;;
		*)	trouble="exit status $status" ;;
		esac
		said=$(rmmod "$(basename "$module" .ko)" 2>&1) || {
			trouble="the module does not unload: $said"
			spoilt=1
		}
	else
		: >"$tap"
		trouble="the module does not load: $said"
	fi

	if dmesg | splats >/dev/null; then
		trouble="a splat in the kernel's log"
		spoilt=1
		dmesg >>"$tap"
	fi
	awk -v name="$name" -v trouble="$trouble" \
		-v seconds=$((SECONDS - start)) \
		-v counts="$results/$name.count" -f "$here/tap.awk" "$tap"
	[ -z "$spoilt" ] || exit 3
done

[ ! -d "$gcov" ] || counts
[ ! -e "$kmemleak" ] || leaks
