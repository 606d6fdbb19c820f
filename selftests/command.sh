#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The hmacdev command, as a person uses it: HMACDEV names it, and the module is
# loaded. OpenSSL says what a tag should be.
set -u
command=$(realpath "${HMACDEV:-$(dirname "$0")/../userspace/hmacdev}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit
n=0 failed=0

result()	# name, whether it passed, what to say if not
{
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n $1"
	else
		printf '%s\n' "$3" | sed 's/^/# /'
		echo "not ok $n $1"
		failed=1
	fi
}

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

files()
{
	printf 'some secret' >key
	head -c 300000 /dev/urandom >a
	: >empty
	echo 1 >'new
line'
	echo 2 >'back\slash'
	echo 3 >'par(en) = x'
	sums=(a empty 'new
line' 'back\slash' 'par(en) = x')
}

test_sum()
{
	local alg

	for alg in md5 sha1 sha224 sha256 sha384 sha512 sha3-256; do
		gives "sum $alg" "$(hmac $alg a)  a" sum -a $alg -k key a
	done
	gives 'an empty file' "$(hmac sha256 empty)  empty" sum -k key empty
	gives 'many files' "$(for f in a empty; do
		echo "$(hmac sha256 $f)  $f"; done)" sum -k key a empty
	cp a same
	gives 'standard input' "$(hmac sha256 a)  -" sum -k key <same
	gives 'key from standard input' "$(hmac sha256 a)  a" sum -k - a <key
	gives 'key in hex' "$(hmac sha256 a)  a" \
		sum --insecure-key-hex 736f6d6520736563726574 a
	gives 'as BSD does' "HMAC-SHA256 (a) = $(hmac sha256 a)" \
		sum --tag -k key a
	gives 'truncated' "$(hmac sha256 a | cut -c -32)  a" \
		sum -t 128 -k key a
	gives 'escaped' "\\$(hmac sha256 'new
line')  new\\nline" sum -k key 'new
line'
	ends 'goes on after a missing file' 2 "$(hmac sha256 a)  a" \
		sum -k key missing a
	ends 'a directory' 2 '/: Is a directory' sum -k key /
	"$command" sum -k key a >/dev/full 2>err
	result 'a full disk' $(($? != 2)) "$(cat err)"
}

test_check()
{
	local list

	"$command" sum -k key "${sums[@]}" >plain
	"$command" sum --tag -k key "${sums[@]}" >tagged
	for list in plain tagged; do
		gives "check a $list list" '' sum -k key -c --quiet $list
		ends "check a $list list aloud" 0 'a: OK' sum -k key -c $list
	done
	openssl dgst -sha256 -hmac "$(cat key)" a >list
	gives 'check what OpenSSL prints' 'a: OK' sum -k key -c list

	"$command" sum -k key a empty >list
	cp a good
	printf '\377\0\377' | dd of=a bs=1 seek=77777 conv=notrunc 2>/dev/null
	ends 'a changed file' 1 'a: FAILED' sum -k key -c list
	ends 'a changed file, counted' 1 '1 computed tag did NOT match' \
		sum -k key -c list
	run sum -k key -c --status list
	[ $status = 1 ] && [ ! -s out ] && [ ! -s err ]
	result 'status only' $? "status $status: $(cat out err)"
	mv good a
	gives 'the file as it was' '' sum -k key -c --quiet list

	printf 'another' >key2
	ends 'another key' 1 'FAILED' sum -k key2 -c list
	echo garbage >>list
	ends 'garbage is counted' 0 '1 line is improperly' sum -k key -c list
	ends 'garbage is trouble' 2 'a: OK' sum -k key -c --strict list
	echo garbage >list
	ends 'nothing but garbage' 2 'no line with' sum -k key -c list
	sha256sum --tag a >list
	ends 'a digest without a key' 2 'no line with' sum -k key -c list
	"$command" sum -a sha1 --tag -k key a >list
	ends 'another algorithm' 2 'no line with' sum -k key -c list
	"$command" sum -t 80 -k key a >list
	ends 'a truncated tag is wrong' 1 'a: FAILED' sum -k key -c list
	ends 'but where it is asked for' 0 'a: OK' sum -t 80 -k key -c list
	"$command" sum -k key a >list
	ends 'and then the whole is wrong' 1 'FAILED' sum -t 80 -k key -c list
	sed 's/a$/gone/' list >partial
	ends 'a missing file' 2 'gone: FAILED open or read' sum -k key -c partial
	cat list >>partial
	gives 'a missing file, ignored' 'a: OK' \
		sum -k key -c --ignore-missing partial
}

test_refused()
{
	local bits

	for bits in '' 0 72 81 264 520 -80 8x; do
		ends "-t '$bits'" 2 '-t' sum -t "$bits" -k key a
	done
	ends 'no key' 2 'no key' sum a
	ends 'two keys' 2 'one key' sum -k key -k key a
	ends 'an empty key file' 2 'empty: the key is empty' sum -k empty a
	head -c 65537 /dev/zero >long
	ends 'a key too long' 2 '65536 bytes at most' sum -k long a
	ends 'half a byte of key' 2 'not in hex' sum --insecure-key-hex 123 a
	ends 'standard input twice' 2 'cannot be both' sum -k - <key
	ends 'an unknown algorithm' 2 'none: no such algorithm' \
		sum -a none -k key a
	ends 'a template' 2 'no such algorithm' \
		sum -a 'hmac(hmac(sha256))' -k key a
	ends 'an unknown option' 2 'usage:' sum --none -k key a
	ends 'an unknown command' 2 'no such command' none
}

test_keyring()
{
	local id

	# This shell's own, in which its children look.
	keyctl new_session >/dev/null
	id=$(keyctl padd user hmacdev-user @s <key)
	keyctl padd logon hmacdev:logon @s <key >/dev/null
	gives 'a key by its number' "$(hmac sha256 a)  a" sum --keyring "$id" a
	gives 'a key by its name' "$(hmac sha256 a)  a" \
		sum --keyring %user:hmacdev-user a
	gives 'a logon key' "$(hmac sha256 a)  a" \
		sum --keyring %logon:hmacdev:logon a
	ends 'a key that is not there' 2 'no key' sum --keyring %user:none a
	ends 'a keyring' 2 'a key of this type cannot be used' \
		sum --keyring -3 a
	keyctl revoke "$id"
	ends 'a revoked key' 2 'has been revoked' sum --keyring "$id" a
}

test_hmaccalc()
{
	ln -s "$command" sha512hmac
	ln -s "$command" sha256hmac
	"$command" sum -a sha512 -k key a >list
	[ "$(./sha512hmac -k key a)" = "$(cat list)" ]
	result 'sha512hmac' $? "$(cat list)"
	./sha512hmac -k key -c list >out
	result 'sha512hmac -c' $? "$(cat out)"
	./sha512hmac -q -c list >out
	result 'sha512hmac -c with another key' $(($? != 1)) "$(cat out)"
	[ "$(./sha256hmac a)" = "$(openssl dgst -sha256 \
		-hmac FIPS-FTW-RHT2009 a | sed 's/.*= //')  a" ]
	result 'the key that everyone knows' $? "$(./sha256hmac a)"
}

test_device()
{
	local unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	ends 'algs' 0 'sha256 ' algs
	ends 'info' 0 'algorithms' info
	ends 'version' 0 "$("$command" --version)" version
	chmod 755 .
	"${unprivileged[@]}" "$command" sum -k key a >out 2>err
	[ $? = 2 ] && grep -qF 'no permission to open it' err
	result 'no permission' $? "$(cat out err)"
	mv /dev/hmac /dev/hmac-away
	ends 'no device' 2 'modprobe hmacdev' sum -k key a
	ends 'no device for algs' 2 'modprobe hmacdev' algs
	mv /dev/hmac-away /dev/hmac
}

echo 'TAP version 13'
files
test_sum
test_check
test_refused
test_keyring
test_hmaccalc
test_device
echo "1..$n"
exit $failed
