#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The hmacdev command, as a person uses it: HMACDEV names it, and the module is
# loaded. OpenSSL says what a tag should be.
set -u
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

# Files that are not what they seem: descriptors, not names, tell how long.
test_files()
{
	local file

	truncate -s 1M sparse
	gives 'a sparse file' "$(hmac sha256 sparse)  sparse" sum -k key sparse
	for file in /proc/version /proc/cpuinfo /sys/kernel/vmcoreinfo; do
		gives "$file" "$(hmac sha256 $file)  $file" sum -k key $file
	done
	cp a same
	head -c 1G same | "$command" sum -k key >out
	[ "$(cat out)" = "$(hmac sha256 a)  -" ]
	result 'a pipe' $? "$(cat out)"
	mkfifo fifo
	cat same >fifo &
	gives 'a FIFO' "$(hmac sha256 a)  fifo" sum -k key fifo
	rm fifo
	tail -c +100001 same >rest
	{ head -c 100000 >/dev/null; "$command" sum -k key; } <same >out
	[ "$(cat out)" = "$(hmac sha256 rest)  -" ]
	result 'from where it is' $? "$(cat out)"
	truncate -s 4097M large
	printf end >>large
	{ dd bs=1M skip=4097 count=0 status=none; "$command" sum -k key; } \
		<large >out
	printf end >end
	[ "$(cat out)" = "$(hmac sha256 end)  -" ]
	result 'beyond 4 GiB' $? "$(cat out)"
	rm large
}

# What "exec" starts here is the command itself, or a shell that starts it.
# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_exec()
{
	local tag

	tag=$(hmac sha256 a)
	gives 'exec by name' "$tag  a" exec -k key --rights sign -- \
		"$command" sum --fd hmac a
	gives 'exec by number' "$tag  a" exec -k key --rights sign \
		"$command" sum --fd 3 a
	gives 'exec with another name' "$tag  a" \
		exec -k key --rights sign --name other \
		"$command" sum --fd other a
	ends 'a name that was not passed' 2 'no such descriptor' \
		exec -k key --rights sign -- "$command" sum --fd other a
	gives 'exec of a script' "$tag  a
$tag  a" exec -k key --rights sign,copy -- bash -c \
		'"$0" sum --fd hmac a; "$0" sum --fd hmac <a | sed s/-/a/' \
		"$command"
	gives 'the environment' '1 hmac the same' \
		exec -k key --rights sign -- bash -c \
		'[ $LISTEN_PID = $$ ] && same="the same"
		echo $LISTEN_FDS $LISTEN_FDNAMES $same'
	gives 'another algorithm and size' \
		"$(hmac sha512 a | cut -c -32)  a" \
		exec -a sha512 -t 128 -k key --rights sign -- \
		"$command" sum --fd hmac a
	gives 'exec --fd' "$tag  a" exec -k key --rights sign --fd 9 -- \
		env -u LISTEN_FDS "$command" sum --fd 9 a
	gives 'exec --fd and the environment' '' \
		exec -k key --rights sign --fd 9 -- sh -c 'env | grep LISTEN; :'
	ends 'exec --random' 0 'the tag is: ' exec --random --rights sign -- \
		bash -c 'echo "the tag is: $("$0" sum --fd hmac a)"' "$command"
}

test_exec_rights()
{
	local id right

	"$command" sum -k key a >list
	gives 'verify with the right to' 'a: OK' \
		exec -k key --rights verify -- "$command" sum --fd hmac -c list
	ends 'sign without the right to' 2 'does not have the right' \
		exec -k key --rights verify,copy,derive -- \
		"$command" sum --fd hmac a
	ends 'verify without the right to' 2 'does not have the right' \
		exec -k key --rights sign,copy,derive -- \
		"$command" sum --fd hmac -c list
	for right in sign verify copy derive; do
		ends "no more than $right" 0 "rights      $right" \
			exec -k key --rights $right -- "$command" info --fd hmac
		[ "$(grep -c , out)" = 0 ]
		result "no right but $right" $? "$(cat out)"
	done
	# They are the context's, not the process's: the kernel says so, too.
	ends 'rights in fdinfo' 0 '0x2' \
		exec -k key --rights verify -- cat /proc/self/fdinfo/3

	id=$(keyctl padd logon hmacdev:exec @s <key)
	gives 'exec --keyring' 'a: OK' \
		exec --keyring %logon:hmacdev:exec --rights verify -- \
		"$command" sum --fd hmac -c list
	gives 'exec --keyring by number' 'a: OK' \
		exec --keyring "$id" --rights verify -- \
		"$command" sum --fd hmac -c list
	keyctl revoke "$id"
	ends 'exec with a revoked key' 125 'has been revoked' \
		exec --keyring "$id" --rights verify -- true
}

# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_exec_nested()
{
	printf another >key2
	"$command" sum -k key a >list
	gives 'exec in exec' "$("$command" sum -k key2 a)
a: OK" exec -k key --rights verify --name check -- \
		"$command" exec -k key2 --rights sign --name make -- bash -c \
		'"$0" sum --fd make a; "$0" sum --fd check -c list' "$command"
	gives 'the names of both' '2 check:make' \
		exec -k key --rights verify --name check -- \
		"$command" exec -k key2 --rights sign --name make -- \
		sh -c 'echo $LISTEN_FDS $LISTEN_FDNAMES'
	gives 'one that was passed without a name' '2 unknown:hmac' \
		exec -k key --rights verify -- env -u LISTEN_FDNAMES \
		"$command" exec -k key --rights verify -- \
		sh -c 'echo $LISTEN_FDS $LISTEN_FDNAMES'
	# Not for us: the numbers are of a process that started this shell.
	LISTEN_PID=1 LISTEN_FDS=7 LISTEN_FDNAMES=x LISTEN_PIDFDID=1 \
		"$command" exec -k key --rights verify -- \
		sh -c 'echo $LISTEN_FDS $LISTEN_FDNAMES $LISTEN_PIDFDID' >out
	[ "$(cat out)" = '1 hmac' ]
	result 'what was passed to another' $? "$(cat out)"
	"$command" exec -k key --rights sign -- true 3<a 2>err
	[ $? = 125 ] && grep -qF 'descriptor 3 is open already' err
	result 'the number is taken' $? "$(cat err)"
}

test_exec_status()
{
	ends 'the status of the command' 7 'gone' \
		exec -k key --rights sign -- sh -c 'echo gone; exit 7'
	ends 'no such command' 127 'none/such: No such file' \
		exec -k key --rights sign -- none/such
	ends 'a command that cannot be run' 126 'a: Permission denied' \
		exec -k key --rights sign -- ./a
	ends 'exec without a key' 125 'no key' exec --rights sign -- true
	ends 'exec without rights' 125 'no rights' exec -k key -- true
	ends 'exec without a command' 125 'usage:' exec -k key --rights sign
	ends 'exec with two keys' 125 'one key' \
		exec -k key --random --rights sign -- true
	ends 'an empty right' 125 '--rights takes' \
		exec -k key --rights '' -- true
	ends 'an empty right at the end' 125 '--rights takes' \
		exec -k key --rights sign, -- true
	ends 'an unknown right' 125 '--rights takes' \
		exec -k key --rights signs -- true
	ends 'a name with a colon' 125 '--name takes' \
		exec -k key --rights sign --name a:b -- true
	ends 'an empty name' 125 '--name takes' \
		exec -k key --rights sign --name '' -- true
	ends 'a name that is a number' 125 '--name takes' \
		exec -k key --rights sign --name 3 -- true
	ends 'no number of a descriptor' 125 'no number' \
		exec -k key --rights sign --fd -1 -- true
	ends 'an unknown algorithm for exec' 125 'no such algorithm' \
		exec -a none -k key --rights sign -- true
	gives 'an option of the command' '-k none' \
		exec -k key --rights sign echo -k none
	ends 'sum --fd of something else' 2 'not an hmacdev context' \
		sum --fd 0 a
	ends 'sum --fd of nothing' 2 'descriptor 77: ' sum --fd 77 a
	ends 'sum --fd and -a' 2 'the context has them' sum --fd 3 -a sha1 a
	ends 'sum --fd and a key' 2 'one key' sum --fd 3 -k key a
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

files
test_sum
test_check
test_refused
test_keyring
test_files
test_exec
test_exec_rights
test_exec_nested
test_exec_status
test_hmaccalc
test_device
finish
