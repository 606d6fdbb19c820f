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

# After find_kernel: sets out to the directory for the programs that run on the
# kernel's CPU, tools to the arguments of make that choose their compiler, and
# compile to the command that calls make. Some CPUs have no unaligned access, so
# programs for other CPUs than ours trap where they make one.
find_tools()
{
	local root

	out=$PWD/build tools=() compile=(build)
	if foreign; then
		root=$(foreign_root "$kernel")
		out+=/$cpu_debian compile=(build_within)
		flags="--sysroot=$root -fsanitize=alignment -fsanitize-trap=alignment"
		tools=("CC=$cpu_cc $flags" "AR=${cpu_cc%gcc}ar")
	fi
}

# After find_tools: sets tools32 to the arguments of make for 32-bit programs.
find_tools32()
{
	local crypto

	if foreign; then
		tools32=("CC=$cpu_cc32 $flags" "AR=${cpu_cc32%gcc}ar")
	else
		crypto=$(selftests/scripts/libcrypto32.sh)
		tools32=("CC=$cpu_cc32 -I$crypto/include -L$crypto")
	fi
}

# After find_kernel: builds the library and the command below out.
build_userspace()
{
	find_tools
	"${compile[@]}" userspace BUILD="$out" "${tools[@]}"
}

# After find_kernel: builds the kselftest programs below out, and sets tests to
# the arguments of make for them.
build_tests()
{
	local source

	source=$(selftests/qemu/kernel.sh --source "$(series_for source)")
	build_userspace
	mkdir -p "$out/selftests"
	tests=(-C selftests OUTPUT="$out/selftests"
		KSELFTEST_DIR="$source/tools/testing/selftests" "${tools[@]}")
	"${compile[@]}" "${tests[@]}"
}

# After build_tests: the same for 32 bits, if the CPU runs such programs.
build_tests32()
{
	[ -n "$cpu_debian32" ] || return 0
	find_tools32
	mkdir -p "$out/selftests32"
	"${compile[@]}" -C userspace O="$out/userspace32" "${tools32[@]}" \
		"$out/userspace32/libhmacdev.a"
	"${compile[@]}" "${tests[@]}" OUTPUT="$out/selftests32" \
		LIBHMACDEV="$out/userspace32/libhmacdev.a" "${tools32[@]}"
}
