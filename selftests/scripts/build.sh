# SPDX-License-Identifier: GPL-2.0
# Functions that build. Source this file in bash, with qemu/lib.sh, at the
# top of the tree.
# shellcheck shell=bash

# These builds do not belong to a make that started the script.
unset MAKEFLAGS MFLAGS MAKELEVEL

# Any output of a build is a warning, and fails.
build()	# argument of make...
{
	quietly make -s -j "$(nproc)" "$@"
}

# After build_module: the same with the compiler and the libraries of the
# kernel's suite
build_within()	# argument of make...
{
	quietly "${within[@]}" make -s -j "$(nproc)" "$@"
}

quietly()	# command...
{
	local said

	if ! said=$("$@" 2>&1 >/dev/null) || [ -n "$said" ]; then
		echo "$said" >&2
		die "$*: failed, or warned"
	fi
}

# Sets kernel to the directory of a kernel, within to the command that runs
# another one with the compiler and the libraries of the kernel's suite, and what
# load_series() sets.
# shellcheck disable=SC2034 # for those who source this
find_kernel()	# series, or a directory as kernel.sh makes it
{
	local suite

	load_series "$1"
	kernel=$(selftests/qemu/kernel.sh "$1")
	within=()
	[ -e "$kernel/suite" ] || return 0
	read -r suite <"$kernel/suite"
	within=(selftests/qemu/root.sh "$suite")
	"${within[@]}" >/dev/null
}

# The same, and sets module to the module for the kernel.
# shellcheck disable=SC2034 # for those who source this
build_module()	# series, or a directory as kernel.sh makes it
{
	local release args

	find_kernel "$1"
	read -r release <"$kernel/release"
	# shellcheck disable=SC2154 # of load_series()
	read -ra args <<<"$series_make"
	# shellcheck disable=SC2154 # of load_series()
	build_within modules KDIR="$kernel/build" "${kbuild[@]}" "${args[@]}"
	module=$PWD/build/kmod/$release/hmacdev.ko
}

# Builds the kselftest programs, and sets tests to the arguments of make for
# them.
build_tests()
{
	local source

	source=$(selftests/qemu/kernel.sh --source "$(series_for source)")
	mkdir -p build/selftests
	tests=(-C selftests OUTPUT="$PWD/build/selftests"
		KSELFTEST_DIR="$source/tools/testing/selftests")
	build userspace
	build "${tests[@]}"
}

# After build_tests: the same for 32 bits.
build_tests32()
{
	local crypto out=$PWD/build

	crypto=$(selftests/scripts/libcrypto32.sh)
	mkdir -p build/selftests32
	build -C userspace O="$out/userspace32" CC="gcc -m32" \
		"$out/userspace32/libhmacdev.a"
	build "${tests[@]}" OUTPUT="$out/selftests32" \
		LIBHMACDEV="$out/userspace32/libhmacdev.a" \
		CC="gcc -m32 -I$crypto/include -L$crypto"
}
