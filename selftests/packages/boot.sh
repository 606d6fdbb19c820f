# SPDX-License-Identifier: GPL-2.0
# For the scripts that run in a guest with the installed packages, with a
# directory that stays as argument. Source this file in bash.
# shellcheck shell=bash

# shellcheck source=selftests/command/tap.sh
. "$(dirname "$0")/../command/tap.sh"

dir=$1
# shellcheck disable=SC2034 # for those who source this
message=/usr/share/common-licenses/GPL-2
out=$(mktemp)

try()	# name, command...
{
	local name=$1

	shift
	"$@" >"$out" 2>&1
	result "$name" $? "$(cat "$out"; journalctl -b -q -n 20 --no-pager \
		_TRANSPORT=journal _TRANSPORT=stdout _TRANSPORT=syslog)"
}

fails()	# name, part of what is said, command...
{
	local name=$1 part=$2

	shift 2
	! "$@" >"$out" 2>&1 && grep -qF -e "$part" "$out"
	result "$name" $? "$(cat "$out")"
}

says()	# what is said, command...
{
	local want=$1 got

	shift
	got=$("$@" 2>&1)
	echo "$got"
	[ "$got" = "$want" ]
}

tag_is()	# file of the tag, key
{
	says "$(<"$dir/$1.tag")" hmacdev tag --keyring "$2" "$message"
}

as_member()	# command...
{
	setpriv --reuid=12345 --regid=12345 --groups hmac "$@"
}
