#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# abi.sh LIBRARY: compare the binary interface of the library with the recorded
# one, userspace/lib/libhmacdev.abi. Programs that were linked with the recorded
# library must work with this one. Fails and prints the differences, unless they
# are new functions in a new symbol version.
#
# make abi, abi.sh --record LIBRARY: record the interface of the library.
set -eu
cd "$(dirname "$0")/../.."
record=userspace/lib/libhmacdev.abi

# The functions as NAME@VERSION, from the record and from the library
recorded()
{
	sed -nE "s/.*<elf-symbol name='([^']*)' version='([^']*)'.*/\1@\2/p" \
		$record | sort
}

exported()
{
	nm -D --defined-only "$1" | sed -nE 's/.* T ([^@]*)@+(.*)/\1@\2/p' | sort
}

if [ "$1" = --record ]; then
	abidw --no-comp-dir-path --no-corpus-path --no-show-locs \
		--headers-dir userspace/lib --headers-dir uapi \
		--drop-private-types --out-file $record "$2"
	sed -i '1a <!-- SPDX-License-Identifier: LGPL-2.1-or-later -->' $record
	exit
fi

said=$(abidiff --no-added-syms --suppr userspace/lib/libhmacdev.abignore \
	$record "$1") || {
	echo "$said"
	failed=1
}
versions=$(recorded | sed 's/.*@//' | sort -u)
for symbol in $(exported "$1" | comm -23 - <(recorded)); do
	! grep -qx "${symbol#*@}" <<<"$versions" || {
		echo "$symbol: a new function needs a new version in" \
			"libhmacdev.map; before the first release, run make abi"
		failed=1
	}
done
[ -z "${failed-}" ]
