#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh FILE: show what /dev/hmac does for a file, and check each claim. The
# module must be loaded, and hmacdev must be in PATH, as under make demo.
set -eu

file=$1
[ -s "$file" ] || { echo "$file: not a file with a byte to flip" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=$(basename -- "$file")
cp -- "$file" "$work/$name"
cd "$work"

if [ -n "${COLOR-}" ]; then
	bold=$'\e[1m' good=$'\e[32m' bad=$'\e[31m' plain=$'\e[0m'
else
	bold='' good='' bad='' plain=''
fi

said()
{
	printf '\n%s\n' "$*"
}

claim()	# words, command...: which must hold
{
	local words=$1

	shift
	if "$@"; then
		printf '    %s=> %s%s\n' "$good" "$words" "$plain"
	else
		printf '    %sNOT SO: %s%s\n' "$bad" "$words" "$plain"
		exit 1
	fi
}

# Shows a command and what it says; sets status and output.
run()
{
	printf '  %s$ %s%s\n' "$bold" "$*" "$plain"
	status=0
	output=$("$@" 2>&1) || status=$?
	printf '%s\n' "$output" | sed 's/^/    /'
}

# The byte in the middle, with its lowest bit the other way round.
flip()	# file
{
	local at byte

	at=$(($(stat -c %s -- "$1") / 2))
	byte=$(od -An -tu1 -j "$at" -N 1 -- "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

said "Linux $(uname -r), with the hmacdev module. A file, and a key of 32 bytes:"
head -c 32 /dev/urandom >key
hexkey=$(od -An -v -tx1 key | tr -d ' \n')
printf '  %s (%s bytes)\n' "$name" "$(stat -c %s -- "$name")"

said "The kernel makes the file's tag ..."
run hmacdev sum -a sha256 -k key "$name"
claim "made" test "$status" = 0
printf '%s\n' "$output" >tags
tag=${output%% *}
claim "a tag of 256 bits" test "${#tag}" = 64

said "... and checks it."
run hmacdev sum -a sha256 -k key -c tags
claim "it matches" test "$status" = 0

said "OpenSSL, which had to be given the key, comes to the same."
run openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hexkey" "$name"
claim "the same tag" test "$status $output" = "0 ${output% *} $tag"

said "One bit in the middle of the file is flipped ..."
flip "$name"
run hmacdev sum -a sha256 -k key -c tags
claim "and the kernel refuses it" test "$status" = 1

said "... and flipped back."
flip "$name"
run hmacdev sum -a sha256 -k key -c tags
claim "it matches again" test "$status" = 0

said "The right file, but another key:"
head -c 32 /dev/urandom >another
run hmacdev sum -a sha256 -k another -c tags
claim "no match" test "$status" = 1

if command -v broker >/dev/null; then
	said "A broker keeps the key; its sandboxed worker may only check:"
	run broker
	claim "it checked, and could not forge" test "$status" = 0
fi
