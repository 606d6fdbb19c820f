#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for "hmacdev key". keyctl(1) checks what is in the keyrings. The module
# is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command_run.sh"

# Sets id to what "key add" printed.
adds()	# name, argument...
{
	run key add "${@:2}"
	id=$(cat out)
	[ $status = 0 ] && [ "$id" -gt 0 ] && [ ! -s err ]
	result "$1" $? "status $status: $(cat out err)"
}

# keyctl(1) on a key that is in the user's keyring alone: it must be possessed.
possessed()
{
	local rc

	keyctl link @u @s
	keyctl "$@"
	rc=$?
	keyctl unlink @u @s
	return $rc
}

described()	# name, as keyctl has it
{
	local said

	said=$(keyctl rdescribe "$id")
	[[ $said =~ ^$2$ ]]
	result "$1" $? "$said"
}

test_add()
{
	adds 'a key from a file' cookies -k key
	described 'a logon key' 'logon;0;.*;hmac:cookies'
	keyctl list @u | grep -q ': hmac:cookies$'
	result "in the user's keyring" $? "$(keyctl list @u)"
	gives 'is used by name' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:cookies a
	gives 'is used by number' "$(hmac sha256 a)" tag --keyring "$id" a
	ends 'a name that is taken' 2 'already has this name' \
		key add cookies -k key
	ends 'a name that is taken, with its prefix' 2 'already has this name' \
		key add hmac:cookies -k key
	printf another >key2
	old=$id
	adds 'another key in its place' cookies -k key2 --replace
	[ "$id" = "$old" ]
	result 'has the same number' $? "$old $id"
	gives 'is another' "$(openssl dgst -sha256 -hmac another <a |
		sed 's/.*= //')" tag --keyring %logon:hmac:cookies a

	adds 'a user key from standard input' --type user readable -k - <key
	described 'a user key' 'user;0;.*;hmac:readable'
	[ "$(possessed pipe "$id")" = "$(cat key)" ]
	result 'all of it' $? "$(possessed pipe "$id")"
	gives 'a user key is used' "$(hmac sha256 a)" \
		tag --keyring %user:hmac:readable a
	adds 'a key of the same name and another type' cookies --type user \
		-k key
	[ "$(keyctl list @u | grep -c ': hmac:cookies$')" = 2 ]
	result 'both are there' $? "$(keyctl list @u)"
}

# What request-key(8) leaves when it cannot make a key
test_negative()
{
	keyctl request2 logon hmac:negative none @u >out 2>&1
	keyctl list @u | grep -q ': hmac:negative$'
	result 'the kernel remembers that there is no key' $? "$(cat out)"
	run key list
	[ "$status" = 0 ] && ! grep -q negative out
	result 'it is in no list' $? "$(cat out)"
	ends 'it is no key' 2 'no such key' key show negative
	adds 'its name is free' negative -k key
	gives 'the new key is used' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:negative a
	gives 'unlink it' '' key unlink negative
}

test_random()
{
	local first

	adds 'a random key' random --random 32 --type user
	first=$(possessed pipe "$id" | od -An -tx1 | tr -d ' \n')
	[ ${#first} = 64 ]
	result 'of that size' $? "$first"
	adds 'another' random --random 32 --type user --replace
	[ "$(possessed pipe "$id" | od -An -tx1 | tr -d ' \n')" != "$first" ]
	result 'is another key' $? "$first"
	adds 'a size in decimal digits' decimal --random 040 --type user
	[ "$(possessed pipe "$id" | wc -c)" = 40 ]
	result 'is not octal' $? "$(possessed pipe "$id" | wc -c)"
	gives 'unlink that' '' key unlink decimal
	adds 'the longest' longest --random 32767 --type user
	[ "$(possessed pipe "$id" | wc -c)" = 32767 ]
	result 'of the longest size' $? "$(possessed pipe "$id" | wc -c)"
	for size in 15 32768 -1 '' x 0 0x20; do
		ends "a random key of '$size' bytes" 2 'takes a number of' \
			key add other --random "$size"
	done
}

test_refused()
{
	: >empty
	head -c 32768 /dev/zero >large
	ends 'an empty key' 2 'the key is empty' key add other -k empty
	ends 'a key that is too large' 2 'at most 32767 bytes' \
		key add other -k large
	ends 'a key of no file' 2 'none: No such file' key add other -k none
	ends 'no key' 2 'either -k FILE or' key add other
	ends 'two keys' 2 'either -k FILE or' \
		key add other -k key --random 32
	ends 'two key files' 2 'either -k FILE or' key add other -k key -k key
	ends 'no name' 2 'usage: hmacdev key' key add -k key
	ends 'no name, in words' 2 'add: a NAME is missing' key add -k key
	ends 'two names' 2 'usage: hmacdev key' key add a b -k key
	ends 'two names, in words' 2 'add takes one NAME' key add a b -k key
	ends 'a name for a list' 2 'list takes no NAME' key list x
	ends 'an unknown verb, in words' 2 'nope: not add, list' key nope
	ends 'an empty name' 2 'NAME must have' key add '' -k key
	ends 'nothing but the prefix' 2 'NAME must have' key add hmac: -k key
	ends 'too long a name' 2 'NAME must have' key add \
		"$(head -c 5000 /dev/zero | tr '\0' x)" -k key
	ends 'an unknown type' 2 '--type takes' key add other -k key \
		--type keyring
	ends 'an unknown keyring' 2 'not a keyring' key add other -k key \
		--keyring @x
	ends 'the keyring of the process' 2 'not a keyring' \
		key add other -k key --keyring @p
	ends 'no keyring' 2 'keyring 2147483647: ' key add other -k key \
		--keyring 2147483647
	ends 'a key for a keyring' 2 'not a keyring' key add other -k key \
		--keyring "$(keyctl search @u user hmac:readable)"
	ends 'an unknown verb' 2 'usage: hmacdev key' key none
	ends 'no verb' 2 'usage: hmacdev key' key
	ends 'an option of another verb' 2 'used with add' key show x -k key
	! grep -q 'other: ' /proc/keys
	result 'nothing was made' $? "$(cat /proc/keys)"
}

# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_session()
{
	adds "a key in the session's keyring" session -k key --keyring @s
	keyctl list @s | grep -q 'hmac:session$'
	result 'is there' $? "$(keyctl list @s)"
	gives 'is used from there' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:session a
	# What a service has that shares nothing
	keyctl session - "$command" tag --keyring %logon:hmac:session a \
		>out 2>/dev/null
	result "another session's is not found" $(($? == 0)) "$(cat out)"
	[ "$(keyctl session - "$command" tag --keyring %user:hmac:readable a \
		2>/dev/null)" = "$(hmac sha256 a)" ]
	result "the user's is found in every session" $? ''
	[ "$(keyctl session - "$command" tag --keyring "$(
		keyctl search @u user hmac:readable)" a 2>/dev/null)" = \
		"$(hmac sha256 a)" ]
	result 'and by its number' $? ''
	keyctl session - "$command" exec --keyring %user:hmac:readable \
		--rights verify -- sh -c 'keyctl request user hmac:readable' \
		>out 2>&1
	result 'what exec starts does not find it' $(($? == 0)) "$(cat out)"
	"$command" exec -k - --rights verify -- cat /dev/stdin <key >out 2>&1
	[ ! -s out ]
	result 'what exec starts cannot read the key again' $? "$(cat out)"
	adds "a key in a session that has the user's keyring" kept -k key
	keyctl session - bash -c 'keyctl link @u @s &&
		"$0" exec --keyring %logon:hmac:kept --rights verify -- \
		setpriv --reuid=54321 --clear-groups sh -c \
		"printf forged | keyctl pupdate $1"' "$command" "$id" >out 2>&1
	result 'what exec starts cannot replace the key' $(($? == 0)) \
		"$(cat out)"
	gives 'the key is as it was' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:kept a
	gives 'is taken out' '' key unlink kept
	setpriv --reuid=54321 --clear-groups bash -c \
		'"$0" key add x --random 32 >/dev/null && "$0" key list' \
		"$command" >out 2>err
	grep -q 'hmac:x$' out && ! grep -q cookies out
	result "another user's keyring" $? "$(cat out err)"
}

# Another key of the name that commands find before the one that is added
test_first()
{
	local first ring

	adds 'an older key' first -k key --keyring @s
	first=$id
	ends 'a key behind it' 2 "key $first in keyring" \
		key add first -k key2
	ends 'a key behind it, replaced' 2 "key $first in keyring" \
		key add first -k key2 --replace
	! keyctl list @u | grep -q hmac:first
	result 'is taken out again' $? "$(keyctl list @u)"
	gives 'the older key is used' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:first a
	possessed padd logon hmac:first @u <key >/dev/null
	ends 'a key behind it, in its place' 2 "key $first in keyring" \
		key add first -k key2 --replace
	gives 'unlink the older' '' key unlink first --keyring @s
	gives 'the other is as it was' "$(hmac sha256 a)" \
		tag --keyring %logon:hmac:first a
	gives 'unlink the other' '' key unlink first

	ring=$(keyctl newring nested @s)
	adds 'a key in a nested keyring' first -k key --keyring "$ring"
	ends 'a key behind that' 2 "keyring $ring has this name" \
		key add first -k key2
	keyctl unlink "$ring" @s

	run key add first -k key
	"$command" key add first -k key --replace >/dev/full 2>err
	[ $? = 2 ] && grep -q "key was added.* $(cat out)\$" err
	result 'a number that cannot be printed' $? "$(cat err)"
	gives 'unlink that' '' key unlink first
}

test_list()
{
	run key list
	[ $status = 0 ] && [ ! -s err ] &&
		[ "$(awk 'NR > 1 { print $3, $4 }' out | sort)" = \
		"$(printf '%s\n' 'logon hmac:cookies' 'logon hmac:session' \
		'user hmac:cookies' 'user hmac:longest' 'user hmac:random' \
		'user hmac:readable')" ]
	result 'a list' $? "$(cat out err)"
	keyctl add user plain x @u >/dev/null
	run key list --keyring @s --type logon
	[ "$(awk 'NR > 1 { print $1, $2, $3, $4 }' out)" = \
		"$(keyctl search @s logon hmac:session) $(
		keyctl id @s 2>/dev/null || keyctl show @s |
		awk 'NR == 2 { print $1 }') logon hmac:session" ]
	result 'a list of one keyring and type' $? "$(cat out err)"
}

test_show()
{
	ends 'a key' 0 "serial       $(keyctl search @u user hmac:readable)" \
		key show readable
	ends 'it can be used' 0 'usable       yes' key show readable
	ends 'its permissions' 0 'permissions  alswrv-----v' key show readable
	ends 'a key that is not there' 2 'no such key' key show none
	ends 'a key by its number' 0 'name         hmac:readable' \
		key show "$(keyctl search @u user hmac:readable)"
	ends 'a key without the prefix' 2 'no such key' \
		key unlink "$(keyctl search @u user plain)"
	ends 'a name that two have' 2 'more than one key' key show cookies
	ends 'a name that two have, by its type' 0 'type         logon' \
		key show cookies --type logon
	ends 'a key in another keyring' 2 'no such key' \
		key show session --keyring @u
	adds 'a key whose name is a number' 123 -k key
	ends 'its name is taken as a serial number' 2 \
		'for a key with this name, write hmac:123' key show 123
	ends 'its name with the prefix' 0 "serial       $id" key show hmac:123
	gives 'unlink that' '' key unlink hmac:123
	ends 'show nothing' 2 'usage: hmacdev key' key show
}

test_revoke()
{
	local serial

	serial=$(keyctl search @u user hmac:readable)
	gives 'revoke' '' key revoke readable
	possessed pipe "$serial" >out 2>&1
	grep -q 'revoked' out
	result 'it is revoked' $? "$(cat out)"
	ends 'a revoked key' 2 'no such key' key show readable
	ends 'is counted' 2 '1 key in these keyrings cannot be' \
		key show readable
	ends 'is counted in a list' 0 '1 key in these keyrings cannot be' \
		key list
	ends 'is not shown' 2 'is revoked, expired or' key show "$serial"
	gives 'is unlinked by its number' '' key unlink "$serial"
	ends 'is gone' 2 "$serial: no such key" key unlink "$serial"
	adds 'its name is free' readable -k key
	gives 'unlink' '' key unlink random
	keyctl search @u user hmac:random >out 2>&1
	result 'it is not there' $(($? == 0)) "$(cat out)"
	gives 'unlink from a keyring' '' key unlink session --keyring @s
	ends 'it is in no list' 2 'no such key' key unlink session
	ends 'revoke nothing' 2 'no such key' key revoke none

	# In two keyrings
	serial=$(keyctl search @u logon hmac:readable)
	possessed link "$serial" @s
	gives 'unlink from one of two' '' key unlink readable --keyring @s
	gives 'it is in the other' '' key unlink readable --keyring @u
}

printf 'some secret' >key
head -c 3000 /dev/urandom >a
# The kernel would make one for the command alone.
ends "where there is no session's keyring" 2 'no session keyring' \
	key add session -k key --keyring @s
# This shell's own, in which its children look
keyctl new_session >/dev/null
test_add
test_negative
test_random
test_refused
test_session
test_first
test_list
test_show
test_revoke
finish
