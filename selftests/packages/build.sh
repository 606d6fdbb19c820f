#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make deb: build Debian's packages of this tree into build/deb.
#
# build.sh DIR [VERSION [COMMAND...]]: the same, into DIR, with another version
# unless it is empty, and in the Debian that COMMAND enters. The packages are
# built from a copy of the files that git tracks, or of all files if this is no
# git tree.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/scripts/lib.sh
. selftests/scripts/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL

dir=${1:-build/deb}
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
new=${2:-$version}
in=("${@:3}")
tree=$dir/hmacdev-$new

# The version as the module, the library and the packages have it
set_version()
{
	local major minor patch

	IFS=. read -r major minor patch <<<"$new"
	sed -i "s/^MODULE_VERSION(.*/MODULE_VERSION(\"$new\");/" kmod/main.c
	sed -i "s/^VERSION := .*/VERSION := $new/" userspace/Makefile
	sed -i -e "s/\(_VERSION_MAJOR\t\).*/\1$major/" \
		-e "s/\(_VERSION_MINOR\t\).*/\1$minor/" \
		-e "s/\(_VERSION_PATCH\t\).*/\1$patch/" userspace/lib/hmacdev.h
	sed -i "1s/(.*)/($new)/" debian/changelog
}

[ ${#in[@]} -gt 0 ] || selftests/scripts/setup.sh build deb
rm -rf "$dir"
mkdir -p "$tree"
if [ -e .git ]; then
	git ls-files -z
else
	find . -path ./build -prune -o -type f -print0
fi | tar -c --null -T - | tar -x -C "$tree"
[ "$new" = "$version" ] || (cd "$tree" && set_version)
# PATH may have other programs first; the packages are built with Debian's.
if ! "${in[@]}" env -C "$tree" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	dpkg-buildpackage -us -uc >"$dir/log" 2>&1 </dev/null; then
	cat "$dir/log" >&2
	die "dpkg-buildpackage failed"
fi
rm -rf "$tree"
ls "$dir"/*.deb
