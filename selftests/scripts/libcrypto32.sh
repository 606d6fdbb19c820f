#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libcrypto32.sh: unpack Debian's libcrypto for 32-bit programs into the cache,
# once; print the directory, which has include/ and libcrypto.a.
#
# To install it, this machine would need another architecture in dpkg, and the
# same version of each library for both.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/scripts/apt.sh
. "$(dirname "$0")/apt.sh"

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
use_apt - i386
unpack_packages libssl-dev ||
	die "cannot download libssl-dev for i386: is the network within reach?"
mkdir dir
mv usr/include usr/lib/i386-linux-gnu/libcrypto.a dir
cp -r dir/include/i386-linux-gnu/openssl dir/include
mv dir "$dir"
echo "$dir"
