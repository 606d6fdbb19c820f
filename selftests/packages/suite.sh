#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# suite.sh ROOT DIR SERIES...: build, check, install, boot, upgrade and purge
# the packages in a copy of the Debian system in ROOT, which needs no network.
# dkms builds the module for those kernels. The copy is in memory, and ends with
# the mount namespace that this runs in (test.sh). Prints TAP.
# shellcheck disable=SC2317 # functions that try() calls
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/qemu/lib.sh
. selftests/qemu/lib.sh
# shellcheck source=selftests/command/tap.sh
. selftests/command/tap.sh

root=$1 dir=$2
shift 2
series=("$@")
system=/mnt/system
within=(chroot "$system" env -i -C "$PWD" DEBIAN_FRONTEND=noninteractive
	LC_ALL=C.UTF-8 HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin)
declare -A modules=()	# by series: the directory of the kernel's modules

try()	# name, command...
{
	local name=$1 status=0

	shift
	"$@" >"$dir/output" 2>&1 || status=$?
	result "$name" $status "$(cat "$dir/output")"
}

# A copy on which writes do not reach the original
overlay()	# original, where, name
{
	mkdir -p "/mnt/$3"/{upper,work}
	mount -t overlay overlay "$2" -o \
		"lowerdir=$1,upperdir=/mnt/$3/upper,workdir=/mnt/$3/work"
}

# The cache has the kernels' headers, which dkms finds by their path.
make_system()
{
	local kernel name place

	mount -t tmpfs -o mode=755 tmpfs /mnt
	mkdir $system
	overlay "$root" $system installed
	for name in "${series[@]}"; do
		kernel=$(selftests/qemu/kernel.sh "$name")
		modules[$name]=$(realpath "$kernel/modules")
		overlay "${modules[$name]}" "${modules[$name]}" "kernel-$name"
		place=$system/lib/modules/${modules[$name]##*/}
		mkdir -p "$place"
		mount --bind "${modules[$name]}" "$place"
	done
	for place in /proc /sys /dev "$(cache_dir)" "$PWD"; do
		mkdir -p "$system$place"
		mount --rbind "$place" "$system$place"
	done
}

reproducible()
{
	local file status=0

	selftests/packages/build.sh "$dir/again" '' "${within[@]}" >/dev/null
	for file in "$dir"/now/*.deb; do
		cmp "$file" "$dir/again/${file##*/}" || status=1
	done
	return "$status"
}

# Rows of a table in README.md are long lines. The version of the policy is the
# one that Debian 12's lintian knows. Only that lintian asks for an init.d
# script beside a unit: that of Debian 13 fails if it gets the name of this tag.
# An override would be unused in one of the two.
lintian_clean()
{
	local ignored=very-long-line-length-in-source-file
	local script=package-supports-alternative-init-but-no-init.d-script

	ignored+=,out-of-date-standards-version
	[ ! -e "$root/usr/share/lintian/tags/p/$script.tag" ] ||
		ignored+=,$script
	"${within[@]}" lintian --allow-root --pedantic --display-info \
		--display-experimental --suppress-tags "$ignored" \
		"$dir"/now/*.changes >"$dir/lintian" 2>&1 || :
	cat "$dir/lintian"
	[ ! -s "$dir/lintian" ]
}

# All files, and what is in those that name users, groups and modules. dkms has
# a key for signing modules, which stays.
state()
{
	local name files=()

	find $system -xdev -regextype egrep \( -regex \
		"$system/(tmp|var/(cache|log|lib/(apt|dpkg))|etc/.*-)" -o \
		-path "$system/var/lib/dkms/mok.*" \) -prune -o \
		-printf '%y %m %U:%G %p %l\n' | sort
	for name in passwd group shadow gshadow; do
		files+=("$system/etc/$name")
	done
	cat "${files[@]}"
	for name in "${series[@]}"; do
		find "${modules[$name]}" -name 'hmacdev*'
		grep hmacdev "${modules[$name]}"/modules.* || :
	done
	"${within[@]}" dpkg-query -W '*hmacdev*' 2>/dev/null || :
}

install_packages()	# directory
{
	"${within[@]}" apt-get install -y "$1"/*.deb </dev/null
}

# Whether dkms has installed that version, and no other one
built()	# version
{
	local name status version

	for name in "${series[@]}"; do
		status=$("${within[@]}" dkms status -m hmacdev \
			-k "${modules[$name]##*/}")
		version=$(modinfo -F version \
			"${modules[$name]}"/updates/dkms/hmacdev.ko*)
		echo "$status, $version"
		[ "$(wc -l <<<"$status")" = 1 ] && [ "$version" = "$1" ] &&
			[[ $status == "hmacdev/$1, "*": installed"* ]] || return
	done
}

guest()	# script, series
{
	local to=$dir/$2

	selftests/qemu/guest.sh --kernel "$2" --root "/mnt/machine-$2" \
		--systemd --memory 1536 --timeout 600 --rw "$to" \
		--tpm "/mnt/tpm-$2" \
		--log "$to/$1.log" -- "$PWD/selftests/packages/$1" "$to" \
		>"$to/$1.tap" 2>"$to/$1.errors"
}

# Counts the cases of a script that runs in a guest as ours.
cases()	# script, series
{
	local line tap=$dir/$2/$1.tap status=0

	guest "$1" "$2" || status=$?
	while read -r line; do
		case $line in
		'ok '*)		n=$((n + 1))
				echo "ok $n $2: ${line#ok * }" ;;
		'not ok '*)	n=$((n + 1)) failed=1
				echo "not ok $n $2: ${line#not ok * }" ;;
		'# '*)		echo "$line" ;;
		esac
	done <"$tap"
	# It fails with 1 if a case failed.
	if [ $status -gt 1 ] || ! grep -q '^1\.\.' "$tap"; then
		result "$2: $1 has ended" 1 "$(cat "$dir/$2/$1.errors")"
	fi
}

# The installed system as a machine with a TPM, which is booted twice. Of its
# disk, what the first boot leaves in disk.tar is there in the second one.
boot_twice()	# series
{
	local machine=/mnt/machine-$1

	mkdir "$machine" "/mnt/tpm-$1" "$dir/$1"
	overlay "/mnt/installed/upper:$root" "$machine" "disk-$1"
	cases first-boot.sh "$1"
	if [ -e "$dir/$1/disk.tar" ]; then
		tar -x -C "$machine" -f "$dir/$1/disk.tar"
		cases second-boot.sh "$1"
	fi
	umount "$machine"
}

purge()
{
	"${within[@]}" apt-get purge -y '?name(hmacdev)' </dev/null
}

nothing_left()
{
	state | diff "$dir/before" -
}

make_system
selftests/packages/build.sh "$dir/now" '' "${within[@]}" >/dev/null
selftests/packages/build.sh "$dir/next" 0.1.99 "${within[@]}" >/dev/null
version=$(dpkg-deb -f "$dir"/now/hmacdev-dkms_*.deb Version)
try 'built twice, the packages are the same' reproducible
try 'lintian has nothing to report' lintian_clean

state >"$dir/before"
try 'install' install_packages "$dir/now"
try 'dkms has built the module' built "$version"
for name in "${series[@]}"; do
	boot_twice "$name"
done
try 'upgrade' install_packages "$dir/next"
try 'dkms has built the next module, and removed the first' built 0.1.99
try 'the source of the first is gone' \
	test ! -e "$system/usr/src/hmacdev-$version"
try 'purge' purge
try 'nothing is left' nothing_left
finish
