# SPDX-License-Identifier: GPL-2.0
# Functions for the scripts in this directory. Source this file in bash, at the
# top of the tree.
# shellcheck shell=bash
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

# Sets kernel, within, module, floor, cryptodev, out and bench.
build_bench()	# series or directory
{
	local release

	build_module "$1"
	read -r release <"$kernel/release"
	out=$PWD/build/bench/$(results_name "$1")
	floor=$out/floor/hmac_floor.ko
	cryptodev=$(cryptodev_for "$release")
	bench=("$out/bench")
	build userspace
	build_within -C selftests/bench OUT="$out" \
		LIB="$PWD/build/userspace" KDIR="$kernel/build" \
		KBUILD="${kbuild[*]}" FLOOR="${floor%/*}" all floor plugins
}

# The directory in CRYPTODEV where cryptodev-linux was built for a kernel
cryptodev_for()	# release
{
	local dir version

	for dir in ${CRYPTODEV-}; do
		version=$(modinfo -F vermagic "$dir/cryptodev.ko") || exit
		[ "${version%% *}" != "$1" ] || realpath -e "$dir"
	done
}

# After build_bench: guests count with the plugin, in files of the directory.
count_in()	# directory, option of the plugin...
{
	local qemu options api=1

	# shellcheck disable=SC2016 # for the inner shell
	qemu=$("${within[@]}" bash -c 'command -v "$0"' "$cpu_qemu")
	options=$(IFS=,; echo "out=$*")
	qemu_version | grep -q '^[1-9]\.' || api=4
	# guest.sh finds this first.
	cat >"$1/$cpu_qemu" <<EOF
#!/bin/sh
exec $qemu "\$@" -plugin "$out/count-$api.so,$options"
EOF
	chmod +x "$1/$cpu_qemu"
	counter=$1:
}

qemu_version()
{
	"${within[@]}" "$cpu_qemu" --version |
		sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p'
}

# bench in a guest, its figures alone on our output. If the kernel is of another
# suite, so are QEMU, and the programs and libraries in the guest.
in_guest()	# option of guest.sh... -- argument of bench...
{
	local options=() said

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	said=$("${within[@]}" env PATH="${counter-}$PATH" \
		selftests/qemu/guest.sh --kernel "$kernel" --module "$module" \
		--timeout 1800 "${options[@]}" -- \
		"$PWD/selftests/bench/inside.sh" "$floor" "$cryptodev" \
		"${bench[@]}" "${@:2}") || die "bench $2: $said"
	echo "$said"
}

# The counts of instructions, as lines of a results.csv
count_speed()	# argument of bench count...
{
	local tmp

	tmp=$(mktemp -d)
	echo "about,QEMU,,,$(qemu_version)"
	(
		trap 'rm -rf "$tmp"' EXIT
		count_in "$tmp" only=rep
		in_guest --icount -- count "$tmp" "$@"
	)
}
