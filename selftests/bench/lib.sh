# SPDX-License-Identifier: GPL-2.0
# Functions for the scripts in this directory. Source this file in bash, at the
# top of the tree.
# shellcheck shell=bash
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

# Sets kernel, module, floor and bench.
build_bench()	# series or directory, target of the Makefile...
{
	local out=$PWD/build/bench release

	build_module "$1"
	read -r release <"$kernel/release"
	floor=$out/floor/$release/hmac_floor.ko
	bench=("$out/bench")
	build userspace
	build -C selftests/bench OUT="$out" LIB="$PWD/build/userspace" \
		KDIR="$kernel/build" KBUILD="${kbuild[*]}" \
		FLOOR="${floor%/*}" all floor "${@:2}"
}

# bench in a guest, its figures alone on our output. cryptodev-linux, if given, must
# be for the guest's kernel.
in_guest()	# option of guest.sh... -- argument of bench...
{
	local options=() said

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	said=$(selftests/qemu/guest.sh --kernel "$kernel" --module "$module" \
		--timeout 1800 "${options[@]}" -- \
		"$PWD/selftests/bench/inside.sh" "$floor" "${CRYPTODEV-}" \
		"${bench[@]}" "${@:2}") || die "bench $2: $said"
	echo "$said"
}
