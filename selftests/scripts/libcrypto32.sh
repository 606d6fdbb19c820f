#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libcrypto32.sh: unpack Debian's libcrypto for 32-bit programs into the cache,
# once; print the directory, which has include/ and libcrypto.a.
#
# To install it, this machine would need another architecture in dpkg, and the
# same version of each library for both. So this script has its own lists of
# packages.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

cache=$(cache_dir)
dir=$cache/libcrypto32
mkdir -p "$cache"
exec 9>"$dir.lock"
flock 9
if [ -d "$dir" ]; then
	echo "$dir"
	exit
fi

say "unpacking libssl-dev for i386"
tmp=$(mktemp -d "$cache/.new-libcrypto32.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir -p state/lists/partial cache/archives/partial dir
apt=(apt-get -qq -o APT::Architecture=i386 -o APT::Architectures=i386
	-o Dir::State="$tmp/state" -o Dir::State::status=/dev/null
	-o Dir::Cache="$tmp/cache" -o APT::Sandbox::User="$(id -un)"
	-o Acquire::Languages=none)

# The update may fail for some archives if another one has the package.
said=$("${apt[@]}" update 2>&1) || :
if ! "${apt[@]}" download libssl-dev >&2; then
	echo "$said" >&2
	die "cannot download libssl-dev for i386: is the network within reach?"
fi
dpkg-deb -x libssl-dev_*.deb .
mv usr/include usr/lib/i386-linux-gnu/libcrypto.a dir
cp -r dir/include/i386-linux-gnu/openssl dir/include
mv dir "$dir"
echo "$dir"
