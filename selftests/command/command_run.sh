# SPDX-License-Identifier: GPL-2.0
# Functions for tests of the hmacdev command, which run it in a new directory.
# HMACDEV is the path of the command. Source this file in bash.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tap.sh"

command=$(realpath "${HMACDEV:-$(dirname "$0")/../userspace/hmacdev}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit

# Each runs the rest of its arguments as "hmacdev ...".
run()
{
	"$command" "$@" >out 2>err
	status=$?
}

gives()	# name, what standard output is, argument...
{
	local name=$1 want=$2

	shift 2
	run "$@"
	[ $status = 0 ] && [ "$(cat out)" = "$want" ] && [ ! -s err ]
	result "$name" $? "status $status: $(cat out err)"
}

ends()	# name, exit status, part of what is said, argument...
{
	local name=$1 want=$2 part=$3

	shift 3
	run "$@"
	[ $status = "$want" ] && grep -qF -e "$part" out err
	result "$name" $? "status $status: $(cat out err)"
}

hmac()	# algorithm, file
{
	openssl dgst "-$1" -hmac "$(cat key)" <"$2" |
		sed 's/.*= //'
}
