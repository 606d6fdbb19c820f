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

outcome()	# name, 0 if it passed; if not, it shows what the command printed
{
	local said=

	[ "$2" = 0 ] || said="status $status: $(cat out err)"
	result "$1" "$2" "$said"
}

gives()	# name, what standard output is, argument...
{
	local name=$1 want=$2

	shift 2
	run "$@"
	[ "$status" = 0 ] && [ "$(<out)" = "$want" ] && [ ! -s err ]
	outcome "$name" $?
}

ends()	# name, exit status, part of what is said, argument...
{
	local name=$1 want=$2 part=$3

	shift 3
	run "$@"
	[[ $status = "$want" && $(<out)$'\n'$(<err) == *"$part"* ]]
	outcome "$name" $?
}

hmac()	# algorithm, file
{
	local said

	said=$(openssl dgst "-$1" -hmac "$(<key)" <"$2")
	echo "${said##*= }"
}
