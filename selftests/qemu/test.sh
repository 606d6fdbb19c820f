#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make test: run every kselftest program in a guest of each kernel, and end in
# one line, "N passed, N failed, N skipped", that counts test cases. KERNEL=6.12
# (or debug, which make test-debug means) and TEST=name choose. What the programs
# said, and the kernels' logs, are left in build/results.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/qemu/lib.sh
. selftests/qemu/build.sh

read -ra kernels <<<"${KERNEL:-6.1 6.12}"
packages=(build guest)
[[ ${kernels[*]} != *debug* ]] || packages+=(debug)

limits()	# series: time for one program, for all of them, and memory
{
	seconds=300 guest_seconds=1200 memory=1024
	[ "$1" != debug ] || seconds=900 guest_seconds=3600 memory=2048
}

passed=0 failed=0 skipped=0

add()	# passed, failed, skipped
{
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# Sets programs to the paths of those to run.
build_programs()
{
	local name

	build_tests
	programs=()
	for name in $(make -s "${tests[@]}" COLLECTION= emit_tests); do
		name=${name#:}
		[ "${name%.sh}" = "${TEST:-${name%.sh}}" ] || continue
		programs+=("$PWD/build/selftests/$name")
	done
	[ ${#programs[@]} -gt 0 ] || die "no test ${TEST-}"
}

# One guest runs them all, unless one takes the guest with it, or spoils it: then
# another runs the rest.
run()	# program...
{
	local count name ran status

	while [ $# -gt 0 ]; do
		status=0 ran=
		name=$(basename "$1")
		selftests/qemu/guest.sh --kernel "$kernel" --rw "$results" \
			--log "$results/$name.log" \
			--timeout "$guest_seconds" --memory "$memory" -- \
			"$PWD/selftests/qemu/run-tests.sh" "$module" \
			"$results" "$seconds" "$@" 2>&1 || status=$?

		while [ $# -gt 0 ]; do
			name=$(basename "$1")
			[ -s "$results/$name.count" ] || break
			read -ra count <"$results/$name.count"
			add "${count[@]}"
			ran=1
			shift
		done

		if [ $# -gt 0 ] && [ -e "$results/$name.tap" ]; then
			echo "FAILED $name: the guest ended in it"
			add 0 1 0
			shift
		elif [ -z "$ran" ]; then
			echo "FAILED no guest for the $# programs left"
			add 0 $# 0
			return
		elif [ $status != 0 ] && [ $status != 3 ]; then
			echo "FAILED the guest, with status $status"
			add 0 1 0
		fi
	done
}

selftests/qemu/setup.sh "${packages[@]}"
build_programs
for series in "${kernels[@]}"; do
	build_module "$series"
	limits "$series"
	results=$PWD/build/results/$series
	rm -rf "$results"
	mkdir -p "$results"
	name=${kernel##*/}
	echo "== ${name#linux-}"
	run "${programs[@]}"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
