#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh SERIES: unpack Debian's kernel of that series (the table in "series"
# names them), with all that it takes to build modules for it, into the cache;
# print the directory. It has
#
#	release  vmlinuz  modules/  build/ (KDIR)  busybox
#
# and "suite", if the tools in build/ run only in that suite (root.sh).
#
# Where the table names a source, the kernel is built here, which takes a while,
# once. A directory instead of a series is only checked, and printed.
#
# kernel.sh --source SERIES: the same for the parts of Debian's source of that
# series that the tests and the checks use.
#
# Nothing is installed: this machine's boot loader and modules stay as they are.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/scripts/apt.sh
. "$(dirname "$0")/../scripts/apt.sh"

here=$(cd "$(dirname "$0")" && pwd)

# A checksum of everything that the built kernel depends on, without comments
# and the order of the options
recipe()
{
	{
		grep -hE '^(# )?CONFIG_' \
			"$here"/{common,"arch/$series_cpu","$series"}.config |
			LC_ALL=C sort
		grep -vE '^ *(#|\. )' "$here/debug-kernel.sh"
		echo "${kbuild[*]} $cpu_source $cpu_image"
	} | cksum | sed 's/ .*//; s/^/-/'
}

kind='' recipe=''
case $#,${1-} in
2,--source)	kind=source; shift ;;
1,-*|1,)	;;
1,*)		kind=kernel ;;
esac
[ -n "$kind" ] || die "usage: kernel.sh SERIES|DIR, kernel.sh --source SERIES"

load_series "$1"
if [ $kind,"$series_package" = kernel,- ]; then
	realpath "$1"
	exit
fi

series=$series_name
name=linux-$series meta=$series_package
case $kind,$meta in
source,*)
	name=linux-source-$series meta=linux-source-$series ;;
*,linux-source-*)
	kind=debug name=$series-${meta#linux-source-} recipe=$(recipe) ;;
esac

cache=$(cache_dir)
mkdir -p "$cache"

depends()	# package, pattern: the names it depends on
{
	apt-cache "${apt[@]}" depends "$1" 2>/dev/null |
		sed -nE "s/^ *Depends: ($2)\$/\\1/p"
}

candidate()	# package: the version that apt would install
{
	apt-cache "${apt[@]}" policy "$1" 2>/dev/null |
		sed -nE 's/^ *Candidate: ([0-9].*)/\1/p'
}

# Sets image and version. Fails if apt's lists do not have them.
resolve()
{
	image=$meta
	[ $kind != kernel ] || image=$(depends "$meta" 'linux-image-[0-9].*')
	version=$(candidate "${image:-none}")
	[ -n "$version" ]
}

# Whether the version, if it is known, is the one that was asked for, as in 7.3
wanted()
{
	[ -z "$version" ] || [ -z "$series_version" ] ||
		[[ $version == "$series_version"[.~-]* ]]
}

# The functions below are called where set -e has no effect: hence the chains.

take()	# pattern of the path of one file, name
{
	mv "$(find . -path "$1" -type f)" "$2"
}

unpack_kernel()
{
	local release headers common parts packages kbuild cross=
	! foreign || cross=-cross
	release=${image#linux-image-}
	headers=linux-headers-$release
	common=$(depends "$headers" 'linux-headers-.*-common.*')
	# Since Linux 7.0, the image is an empty package that needs its parts.
	parts=$(depends "$image" 'linux-(base|binary|modules)-.*')
	kbuild=$(depends "$headers" 'linux-kbuild-.*')
	read -rd '' -a packages <<<"$image $headers $common $parts" || :

	unpack_packages "${packages[@]}" busybox-static &&
		use_apt "$series_suite" - && unpack_packages "$kbuild" &&
		take '*/vmlinuz*' vmlinuz &&
		take '*/bin/busybox' busybox || return
	if [ ! -d lib/modules ]; then
		mkdir -p lib && mv usr/lib/modules lib || return
	fi
	[ "$series_suite" = - ] || echo "${series_suite%-backports}$cross" >suite
	echo "$release" >release &&
		ln -s "lib/modules/$release" modules &&
		ln -s "usr/src/$headers" build || return

	# These drivers are most of the tree, and no guest has the hardware.
	(cd modules/kernel && rm -rf sound \
		drivers/{gpu,infiniband,media,net/ethernet,net/wireless}) &&
		depmod -b . "$release" || return

	# The packages' own say where they would be installed.
	sed -i "s|/usr/src/|$dir&|" build/Makefile &&
		rm -rf boot bin usr/bin usr/share modules/build modules/source &&
		ln -s "$dir/build" modules/build
}

unpack_source()
{
	local selftests=$image/tools/testing/selftests

	unpack_packages "$image" &&
		tar -xJf usr/src/"$image".tar.xz --strip-components=1 \
			"$image"/scripts/{checkpatch.pl,kernel-doc} \
			"$image"/scripts/{const_structs.checkpatch,spelling.txt} \
			"$image"/tools/{include,scripts} \
			"$selftests"/kselftest{,.h,_harness.h} \
			"$selftests"/lib.mk &&
		rm -rf usr
}

unpack_debug()
{
	unpack_packages "$image" busybox-static || return
	say "building it, which takes a while"
	"$here/debug-kernel.sh" "$series" usr/src/"$image".tar.xz >&2 ||
		{ touch broken; return 1; }
	take '*/bin/busybox' busybox &&
		rm -rf bin usr
}

fetch()
{
	dir=$cache/$name-$version$recipe
	[ ! -d "$dir" ] || return 0
	local tmp
	say "unpacking $image $version"
	tmp=$(mktemp -d "$cache/.new-$name.XXXXXX") || return
	if ! (cd "$tmp" && "unpack_$kind"); then
		[ ! -e "$tmp/broken" ] || die "the build failed"
		return 1
	fi
	chmod 755 "$tmp" && mv "$tmp" "$dir"
}

newest_cached()
{
	version="${series_version:-[0-9]*}[.~-]*"
	# shellcheck disable=SC2012,SC2086 # a pattern, of plain names
	ls -d "$cache"/$name-$version$recipe 2>/dev/null | sort -V | tail -n 1
}

# Lock: the builds of the module and of the tests may want the same kernel.
exec 9>"$cache/lock-$name"
flock 9
trap 'rm -rf "$cache/.new-$name".*' EXIT

use_apt "$series_suite" "$cpu_debian"
if { resolve && wanted && fetch; } ||
	{ update_lists && resolve && wanted && fetch; }; then
	echo "$dir"
	exit
fi
dir=$(newest_cached)
if ! wanted; then
	trouble="there is no Linux $series_version: $series_suite has $version"
	[ -n "$dir" ] || die "$trouble, and the other kernels are $(table)"
else
	trouble="cannot download $meta"
	[ -n "$dir" ] || die "$trouble. apt's lists may be out of date or the" \
		"network out of reach: run 'apt-get update' as root, see that" \
		"'apt-get download $meta' works, and try again"
fi
say "$trouble: using ${dir##*/}"
echo "$dir"
