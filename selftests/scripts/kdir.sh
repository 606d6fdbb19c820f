#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kdir.sh: print the default KDIR, the headers to build the module for: those of
# the running kernel, else the newest installed, else the newest cached whose
# tools run here.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

newest()
{
	printf '%s\n' "$@" | sort -rV
}

cd /
for dir in "/lib/modules/$(uname -r)/build" \
	$(newest /lib/modules/*/build) $(newest "$(cache_dir)"/linux-*/build); do
	[ ! -e "$dir/Makefile" ] || [ -e "${dir%/build}/suite" ] ||
		exec echo "$dir"
done
