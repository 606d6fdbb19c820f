#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for the completion of the hmacdev command in bash. HMACDEV is the path of
# the command, and the module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/command/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=userspace/system/completion.sh
. "$(dirname "$0")/completion.sh"

command=$(realpath "${HMACDEV:-$(dirname "$0")/../userspace/hmacdev}")

# The keys of this test are in a session keyring of its own.
if [ -z "${HMACDEV_SESSION-}" ]; then
	HMACDEV_SESSION=1 exec keyctl session - bash "$0"
fi 2>/dev/null

completes()	# line up to the cursor, what bash offers, in order
{
	local got

	COMP_LINE=$1 COMP_POINT=${#1}
	_hmacdev "$command"
	got=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort -u | paste -sd ' ')
	[ "$got" = "$2" ]
	result "'$1'" $? "offers: $got"
}

offers()	# line up to the cursor, one of the words that bash offers
{
	COMP_LINE=$1 COMP_POINT=${#1}
	_hmacdev "$command"
	printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$2"
	result "'$1' offers '$2'" $? "offers: ${COMPREPLY[*]}"
}

each_command()
{
	local name option

	for name in $("$command" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
		offers 'hmacdev ' "$name"
		for option in $("$command" help "$name" |
			grep -oE '^ +(-[a-z], )?--[a-z0-9-]+' |
			grep -oE -e '--.*'); do
			offers "hmacdev $name --" "$option"
		done
	done
}

keyctl add user 'hmac:api-1' secret @s >/dev/null
keyctl add logon 'hmac:api-2' secret @s >/dev/null
# shellcheck disable=SC2016 # the name of a key
keyctl add user 'hmac:api-$(touch${IFS}expanded)' secret @s >/dev/null

each_command
completes 'hmacdev ver' 'verify version'
completes 'hmacdev help al' 'algs'
completes 'hmacdev sum -a sha25' 'sha256'
completes 'hmacdev sum --algorithm sha3-' 'sha3-224 sha3-256 sha3-384 sha3-512'
completes 'hmacdev sum -k ' ''
completes 'hmacdev sum file' ''
completes 'hmacdev sum --ig' '--ignore-missing'
completes 'hmacdev exec --rights ' 'copy derive sign verify'
completes 'hmacdev exec --rights verify,c' 'verify,copy'
completes 'hmacdev exec --keyring %user:hmac:api' 'api-1'
completes 'hmacdev exec --keyring %l' '%logon:hmac:api-2'
completes 'hmacdev exec --rights verify -- basena' 'basename'
completes 'hmacdev exec --rights verify -- basename --rights v' ''
completes 'hmacdev serve --user daem' 'daemon'
completes 'hmacdev key ' 'add list revoke show unlink'
completes 'hmacdev key add --type l' 'logon'
completes 'hmacdev key list --keyring @u' '@u @us'
completes 'hmacdev key show ' 'api-1 api-2'
[ ! -e expanded ]
result 'the name of a key is not expanded' $? 'it is'
[ "$(complete -p hmacdev)" = \
	'complete -o bashdefault -o default -F _hmacdev hmacdev' ]
result 'bash uses it' $? "$(complete -p hmacdev 2>&1)"
finish
