#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make test: run every kselftest program in a guest of each kernel, and end in
# one line, "N passed, N failed, N skipped", that counts test cases. KERNEL=6.12
# (or another series of the table, or a directory as kernel.sh makes it) and
# TEST=name choose. KERNEL=debug-short leaves out the scripts and the 32-bit
# programs, which are slow there and test the kernel least. The output of the
# programs and the kernels' logs are in build/results.
#
# The programs in C run twice, the second time as NAME.32: built for 32 bits. So
# do those in Python, the second time as NAME.trixie: with Debian 13's Python,
# and only on this machine's CPU, for which the package is built. Four groups have
# guests of their own. The guest of timing counts instructions. The guest of
# strict boots in FIPS mode and has no random numbers at first. The guest of the
# scripts, of Python and of openssl has one CPU: they run one command at a time,
# and a second emulated CPU makes each command slower. In the guest of
# known_answer.plain and openssl.plain, the kernel computes all hashes without
# the CPU's own instructions for them.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

words=${KERNEL:-$(series_for test)}
read -ra kernels <<<"$words"

strict_kernel="fips=1 random.trust_cpu=off random.trust_bootloader=off"

passed=0 failed=0 skipped=0
built=

add()	# passed, failed, skipped
{
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# After build_module: sets programs, single, counted, plain and strict to the
# paths of those to run.
build_programs()
{
	local found name names

	[ "$built" != "$cpu_debian" ] || return 0
	built=$cpu_debian
	build_tests
	build_tests32
	foreign || build python
	programs=() single=() counted=() plain=() strict=()
	names=$(make -s "${tests[@]}" COLLECTION= emit_tests)
	for name in $names; do
		name=${name#:}
		case $name in
		*.py)		foreign || add_test single "$name" ;;
		*.sh|openssl)	add_test single "$name" ;;
		*)		add_test programs "$name" ;;
		esac
	done
	add_test counted timing
	add_test strict strict
	for name in known_answer openssl; do
		ln -sf "$name" "$out/selftests/$name.plain"
		add_program plain "$out/selftests/$name.plain"
	done
	found=("${programs[@]}" "${single[@]}" "${counted[@]}" "${plain[@]}"
		"${strict[@]}")
	[ ${#found[@]} -gt 0 ] || die "no test ${TEST-}"
}

add_test()	# list, name
{
	add_program "$1" "$out/selftests/$2"
	case $2 in
	*.sh)	;;
	*.py)	ln -sf trixie.sh "$out/selftests/${2%.py}.trixie"
		add_program "$1" "$out/selftests/${2%.py}.trixie" ;;
	*)	[ -n "$cpu_debian32" ] || return 0
		ln -sf "$2" "$out/selftests32/$2.32"
		add_program "$1" "$out/selftests32/$2.32" ;;
	esac
}

# TEST is the name with or without the part after the dot.
add_program()	# list, path
{
	local -n list=$1
	local name=${2##*/}

	case ${TEST:-$name} in
	"$name"|"${name%.*}") list+=("$2") ;;
	esac
}

# Takes the scripts and the 32-bit programs out of a list.
leave_short()	# list
{
	local -n all=$1
	local program left=()

	for program in "${all[@]}"; do
		[[ ${program##*/} == *.* ]] || left+=("$program")
	done
	all=("${left[@]}")
}

# One guest runs all programs. If one of them crashes the guest or leaves it in
# a bad state, another guest runs the rest.
run()	# program...
{
	local count name ran status

	while [ $# -gt 0 ]; do
		status=0 ran=
		name=$(basename "$1")
		selftests/qemu/guest.sh --kernel "$kernel" --rw "$results" \
			--log "$results/$name.log" "${options[@]}" \
			--timeout "$series_guest_seconds" \
			--memory "$series_memory" -- \
			"$PWD/selftests/qemu/run-tests.sh" "$module" \
			"$results" "$series_seconds" "$@" 2>&1 || status=$?

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

# "debug" of debug-short, unless there is a directory with this name
series_of()	# KERNEL's word
{
	[ -d "$1" ] && echo "$1" || echo "${1%-short}"
}

# Whether the kernel of load_series() is one for that
uses()	# use
{
	[[ ,$series_uses, == *",$1,"* ]]
}

# Run in the background. At a time there is one guest more than processors,
# since guests wait a lot. The output of each guest goes to a file.
start()	# KERNEL's word
{
	local name program results series chosen alone

	name=$(results_name "$1")
	results=$PWD/build/results/$name
	series=$(series_of "$1")
	build_module "$series"
	build_programs
	chosen=("${programs[@]}") alone=("${single[@]}")
	if [ "$1" != "$series" ]; then
		leave_short chosen
		leave_short alone
		series_uses=-
	fi
	rm -rf "$results"
	mkdir -p "$results"
	: >"$results/said"
	while [ "$(jobs -rp | wc -l)" -gt "$(nproc)" ]; do
		wait -n || :
	done

	set -m		# in a process group, which can be ended
	{
		kernel_name=${kernel##*/}
		echo "== ${kernel_name#linux-}"
		options=()
		run "${chosen[@]}"
		options=(--cpus 1)
		run "${alone[@]}"
		options=(--icount)
		! uses counted || run "${counted[@]}"
		options=(--plain)
		! uses plain || run "${plain[@]}"
		options=(--append "$strict_kernel")
		for program in "${strict[@]}"; do
			! uses strict || run "$program"
		done
		echo "$passed $failed $skipped" >"$results/counts"
	} >>"$results/said" 2>&1 </dev/null &
	set +m
	pids[$name]=$!
}

finish()	# KERNEL's word
{
	local name count=(0 1 0) results

	name=$(results_name "$1")
	results=$PWD/build/results/$name
	# bash runs traps while it is in wait, and not during other commands.
	tail -n +1 -f --pid="${pids[$name]}" "$results/said" &
	wait $!
	if [ -e "$results/counts" ]; then
		read -ra count <"$results/counts"
	else
		echo "FAILED to run the tests on $1"
	fi
	add "${count[@]}"
}

stop()
{
	local pid

	trap '' INT TERM HUP	# make and a terminal may both send one
	for pid in $(jobs -rp); do
		kill -- "-$pid" 2>/dev/null || :
	done
}

declare -A pids=()	# by results_name()
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

packages=(build build32 guest python root)
for series in "${kernels[@]}"; do
	name=$(results_name "$series")
	[ -z "${pids[$name]-}" ] || die "KERNEL names $name twice"
	pids[$name]=none
	packages+=("$(series_of "$series")")
done
selftests/scripts/setup.sh "${packages[@]}"
selftests/qemu/root.sh trixie >/dev/null
# guest.sh finds this QEMU first.
[ "$(uname -m)" != x86_64 ] || PATH=$PWD/selftests/qemu/newer:$PATH
for series in "${kernels[@]}"; do
	start "$series"
done
for series in "${kernels[@]}"; do
	finish "$series"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
