#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for the examples. Each example checks its own results and reports them
# with its exit status. This script also checks the output. EXAMPLES is the
# directory of the examples, and the module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tap.sh"

examples=${EXAMPLES:-$(dirname "$0")/../userspace/examples}

# Sets said.
run()	# example, argument...
{
	said=$("$examples/$1" "${@:2}" 2>&1)
	result "$1" $? "$said"
}

says()	# name, how many lines, what is in them
{
	[ "$(grep -cF -e "$3" <<<"$said")" = "$2" ]
	result "$1" $? "$said"
}

run sign message
says 'sign: the tag' 1 "$(printf message | openssl dgst -sha256 -hmac key |
	sed 's/.*= //')"

run broker
says 'broker: the worker checks' 1 'user=alice                           the tag is right'
says 'broker: and finds the forgery' 1 'user=root                            the tag does not match'
says 'broker: attempts that fail' 7 'does not have the right'
says 'broker: a key of its own' 1 'the context already has a key'
says 'broker: nothing works' 0 'NOT'
says 'broker: the sandbox' 1 'killed by the sandbox'

mv /dev/hmac /dev/hmac-away
said=$("$examples/broker" 2>&1)
[ $? = 1 ] && [ "$said" = "broker: ${said#broker: }" ] &&
	[ "$(wc -l <<<"$said")" = 1 ]
result 'broker: without the device' $? "$said"
mv /dev/hmac-away /dev/hmac

run sigv4
says 'sigv4: as published' 2 5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7

run totp
says "totp: the RFC's vectors" 18 'as in the RFC'
says 'totp: SHA-1' 1 'sha1     1234567890 s  89005924'
says 'totp: SHA-512' 1 'sha512  20000000000 s  47863826'

finish
