#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for the hmacdev command. HMACDEV is the path of the command, and the
# module is loaded. The tags are compared with OpenSSL's.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command_run.sh"

files()
{
	printf 'some secret' >key
	head -c 300000 /dev/urandom >a
	: >empty
	echo 1 >'new
line'
	echo 2 >'back\slash'
	echo 3 >'par(en) = x'
	tag_a=$(hmac sha256 a)
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
	gives 'standard input' "$tag_a  -" sum -k key <same
	gives 'key from standard input' "$tag_a  a" sum -k - a <key
	gives 'key in hex' "$tag_a  a" \
		sum --insecure-key-hex 736f6d6520736563726574 a
	gives 'as BSD does' "HMAC-SHA256 (a) = $tag_a" \
		sum --tag -k key a
	gives 'truncated' "${tag_a:0:32}  a" \
		sum -t 128 -k key a
	gives 'escaped' "\\$(hmac sha256 'new
line')  new\\nline" sum -k key 'new
line'
	ends 'goes on after a missing file' 2 "$tag_a  a" \
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
	ends 'and a reason is given' 1 '1 of the tags do not have 256 bits' \
		sum -k key -c list
	ends 'but where it is asked for' 0 'a: OK' sum -t 80 -k key -c list
	"$command" sum -k key a >list
	ends 'and then the whole is wrong' 1 'FAILED' sum -t 80 -k key -c list
	sed 's/a$/gone/' list >partial
	ends 'a missing file' 2 'gone: FAILED open or read' sum -k key -c partial
	cat list >>partial
	gives 'a missing file, ignored' 'a: OK' \
		sum -k key -c --ignore-missing partial
	sed 's/a$/gone/' list >partial
	ends 'all files missing' 2 'no file was verified' \
		sum -k key -c --ignore-missing partial
	echo "$(hmac sha256 empty)  -" >list
	ends 'a list names the input that had the key' 2 \
		'-: FAILED open or read' sum -k - -c list <key
	ends 'and says so' 2 'has already been read' sum -k - -c list <key
	ends 'a list names the input that it is in' 2 \
		'-: FAILED open or read' sum -k key -c - <list
	gives 'a list names another input' '-: OK' sum -k key -c list <empty
	run sum -k key -c --ignore-missing --status partial
	[ $status = 2 ] && [ ! -s out ] && [ ! -s err ]
	result 'all files missing, status only' $? "status $status: $(cat out err)"
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
	ends 'a key too long' 2 'longer than 65536 bytes' sum -k long a
	ends 'an empty key in hex' 2 'the key is empty' \
		sum --insecure-key-hex '' a
	ends 'half a byte of key' 2 'an odd number of hexadecimal digits' \
		sum --insecure-key-hex 123 a
	ends 'a key that is not hex' 2 'the key is not hexadecimal' \
		sum --insecure-key-hex 12x a
	ends 'standard input twice' 2 'cannot be both' sum -k - <key
	ends 'an unknown algorithm' 2 'none: no such algorithm' \
		sum -a none -k key a
	ends 'a template' 2 'no such algorithm' \
		sum -a 'hmac(hmac(sha256))' -k key a
	ends 'an unknown option' 2 'usage:' sum --none -k key a
	ends 'an unknown letter' 2 '-x: no such option' sum -cx -k key a
	ends 'no argument' 2 '-k: an argument is missing' sum a -k
	ends 'an argument too many' 2 '--check takes no argument' \
		sum --check=a
	ends 'a long option with a value' 2 '--insecure-key-hexx: no such' \
		sum --insecure-key-hexx=5ec12e7 a
	! grep -q 5ec12e7 err
	result 'its value is not printed' $? "$(cat err)"
	ends '--version behind another option' 2 'must be the first argument' \
		sum -c --version
	ends 'an empty name' 2 "'': No such file" sum -k key ''
	ends 'an empty name of an algorithm' 2 "'': no such algorithm" \
		sum -k key -a '' a
	ends 'an unknown command' 2 'no such command' none
	ends 'an option for a command' 2 '--none: no such option' --none
	ends 'an option that version does not have' 2 \
		'--none: no such option' version --none
	ends 'an operand of version' 2 'x: extra operand' version x
}

test_keyring()
{
	local id

	# This shell's own, in which its children look.
	keyctl new_session >/dev/null
	id=$(keyctl padd user hmacdev-user @s <key)
	keyctl padd logon hmac:logon @s <key >/dev/null
	gives 'a key by its number' "$tag_a  a" sum --keyring "$id" a
	gives 'a key by its name' "$tag_a  a" \
		sum --keyring %user:hmacdev-user a
	gives 'a logon key' "$tag_a  a" \
		sum --keyring %logon:hmac:logon a
	ends 'a key that is not there' 2 'there is no such key' \
		sum --keyring %user:none a
	ends 'a logon key without the prefix' 2 \
		"no such key; its description must begin with 'hmac:'" \
		sum --keyring %logon:none a
	ends 'a type that cannot be used' 2 \
		'usable types are user, logon, encrypted and trusted' \
		sum --keyring %foo:hmac:x a
	ends 'a number without a key' 2 'there is no such key' \
		sum --keyring 2147483647 a
	ends 'neither number nor name' 2 'takes a serial number or %TYPE:' \
		sum --keyring logon:hmac:logon a
	ends 'a number that is not decimal' 2 'takes a serial number or' \
		sum --keyring 0x20 a
	ends "another user's key" 2 'it belongs to another user' \
		sum --keyring "$(setpriv --reuid=54321 --clear-groups \
		keyctl padd user hmac:other @u <key)" a
	ends 'a keyring' 2 'a key of this type cannot be used' \
		sum --keyring "$(keyctl newring hmac:ring @s)" a
	ends 'a special serial number' 2 '-3: not a key serial number' \
		sum --keyring -3 a
	ends 'a logon key for something else' 2 "must begin with 'hmac:'" \
		sum --keyring "$(keyctl padd logon other:logon @s <key)" a
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
	[ "$(cat out)" = "$tag_a  -" ]
	result 'a pipe' $? "$(cat out)"
	mkfifo fifo
	cat same >fifo &
	gives 'a FIFO' "$tag_a  fifo" sum -k key fifo
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
	# The same number has another meaning for a context.
	ends 'an error of a file' 2 'mem: Input/output error' \
		sum -k key /proc/self/mem
	# The kernels that are built for the tests do not have it. The CPU decides
	# whether the first page that cannot be read is forbidden or missing.
	[ ! -e /dev/mem ] || {
		said=$(cat /dev/mem 2>&1 >/dev/null)
		ends 'a file that is forbidden' 2 "mem: ${said##*: }" \
			sum -k key /dev/mem
	}
}

# What "exec" starts here is the command itself, or a shell that starts it.
# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_exec()
{
	gives 'exec by name' "$tag_a  a" exec -k key --rights sign -- \
		"$command" sum --fd hmac a
	gives 'exec by number' "$tag_a  a" exec -k key --rights sign \
		"$command" sum --fd 3 a
	gives 'exec with another name' "$tag_a  a" \
		exec -k key --rights sign --name other \
		"$command" sum --fd other a
	ends 'a name that was not passed' 2 'no such context' \
		exec -k key --rights sign -- "$command" sum --fd other a
	gives 'exec of a script' "$tag_a  a
$tag_a  a" exec -k key --rights sign,copy -- bash -c \
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
	gives 'exec --fd' "$tag_a  a" exec -k key --rights sign --fd 9 -- \
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
		exec -k key --rights sign,copy -- \
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

	id=$(keyctl padd logon hmac:exec @s <key)
	gives 'exec --keyring' 'a: OK' \
		exec --keyring %logon:hmac:exec --rights verify -- \
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
	ends 'a name that is taken' 125 "named 'check' was passed to" \
		exec -k key --rights verify --name check -- \
		"$command" exec -k key2 --rights sign --name check -- true
	ends 'the name of those without' 125 "named 'unknown' was passed" \
		exec -k key --rights verify -- env -u LISTEN_FDNAMES \
		"$command" exec -k key --rights verify --name unknown -- true
	ends 'more descriptors than there can be' 125 'descriptor 2147483646' \
		exec -k key --rights verify -- bash -c \
		'LISTEN_FDS=2147483647 LISTEN_PID=$$ exec "$0" \
		exec -k key --rights verify --name other -- true' "$command"
	"$command" exec -k key --rights sign -- true 3<a 2>err
	[ $? = 125 ] && grep -qF 'descriptor 3 is already open' err
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
	"$command" exec -k key --rights sign -- none/such 2>/dev/full
	result 'no such command, untold' $(($? != 127)) 'another status'
	"$command" exec -k key --rights sign -- ./a 2>&-
	result 'a command that cannot be run, untold' $(($? != 126)) 'another status'
	ends 'rights that exclude each other' 125 'exclude each other' \
		exec -k key --rights sign,verify,derive -- true
	ends 'a standard descriptor' 125 '--fd 1: not a descriptor number' \
		exec -k key --rights sign --fd 1 -- true
	ends 'exec without a key' 125 'no key' exec --rights sign -- true
	ends 'exec without rights' 125 'no rights' exec -k key -- true
	ends 'exec without a command' 125 'COMMAND is missing' exec -k key --rights sign
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
	ends 'no number of a descriptor' 125 'not a descriptor number' \
		exec -k key --rights sign --fd -1 -- true
	ends 'a name for a number' 125 '--name cannot be used with --fd' \
		exec -k key --rights sign --fd 9 --name foo -- true
	"$command" exec --help >/dev/full 2>err
	result 'help of exec that cannot be printed' $(($? != 125)) "$(cat err)"
	ends 'an unknown algorithm for exec' 125 'no such algorithm' \
		exec -a none -k key --rights sign -- true
	gives 'an option of the command' '-k none' \
		exec -k key --rights sign echo -k none
	ends 'sum --fd of something else' 2 'not an hmacdev context' \
		sum --fd 0 a
	# shellcheck disable=SC2016 # for the shell that is started
	ends 'sum --fd of its own output' 2 'must be descriptor 3 or above' \
		exec -k key --rights sign -- bash -c \
		'exec "$0" sum --fd 1 a >&3' "$command"
	ends 'sum --fd of nothing' 2 'descriptor 77: ' sum --fd 77 a
	ends 'sum --fd and -a' 2 'the context has its own' sum --fd 3 -a sha1 a
	ends 'sum --fd and a key' 2 'one key' sum --fd 3 -k key a
}

# Two messages under way at the same time, whatever the scheduler does: they are
# in FIFOs, and a half is more than a pipe holds.
# shellcheck disable=SC2016 # what is quoted is for the shell that is started
interleaved()	# rights, arguments of the first sum, of the second
{
	timeout 100 "$command" exec -k key --rights "$1" -- bash -c '
		"$0" sum --fd 3 $1 >out1 2>err &
		first=$!
		"$0" sum --fd 3 $2 >out2 2>>err &
		exec 8>fifo1 9>fifo2
		head -c 150000 a >&8
		head -c 150000 b >&9
		tail -c +150001 a >&8
		tail -c +150001 b >&9
		exec 8>&- 9>&-
		wait $!
		second=$?
		wait $first
		echo $? $second' "$command" "$2" "$3" >status
	said="$(cat status err out1 out2)"
}

# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_shared()
{
	local rights list

	head -c 300000 /dev/urandom >b
	mkfifo fifo1 fifo2
	for rights in sign sign,copy; do
		interleaved $rights fifo1 fifo2
		[ "$said" = "0 0
$tag_a  fifo1
$(hmac sha256 b)  fifo2" ]
		result "two at once with $rights" $? "$said"
	done
	# The second is that of another file.
	for list in fifo1 fifo2; do
		echo "$tag_a  $list" >list.$list
	done
	for rights in verify verify,copy; do
		interleaved $rights '-c list.fifo1' '-c --quiet list.fifo2'
		grep -q '^0 1' status && grep -q '^fifo1: OK' out1 &&
			grep -q '^fifo2: FAILED' out2
		result "two at once with $rights" $? "$said"
	done
	rm fifo1 fifo2

	yes a | head -c 6000000 >a6
	yes b | head -c 6000000 >b6
	list="$(for f in a6 b6; do echo "$(hmac sha256 $f)  $f"; done)"
	"$command" exec -k key --rights sign -- bash -c \
		'"$0" sum --fd 3 a6 & "$0" sum --fd 3 b6; wait' \
		"$command" >out 2>err
	[ "$(sort -k 2 out)" = "$list" ]
	result 'two large files at once' $? "$(cat out err)"
	rm a6 b6
}

# A context without the right to be copied takes whole messages.
# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_whole()
{
	local file

	gives 'the running message is left alone' "$tag_a  a
message     0 bytes" exec -k key --rights sign -- bash -c \
		'"$0" sum --fd 3 a; "$0" info --fd 3 | grep message' "$command"
	gives 'a pipe as a whole' "$tag_a  -" exec -k key --rights sign -- \
		bash -c 'cat a | "$0" sum --fd 3' "$command"
	gives 'a file from where it is' "$(tail -c +1001 a | cat >b
		hmac sha256 b)  -" exec -k key --rights sign -- bash -c \
		'{ head -c 1000 >/dev/null; "$0" sum --fd 3; } <a' "$command"
	for file in empty /proc/version; do
		gives "$file as a whole" "$(hmac sha256 $file)  $file" \
			exec -k key --rights sign -- "$command" sum --fd 3 $file
	done
	yes | head -c 5000000 >b
	gives 'a larger file as a whole' "$(hmac sha256 b)  b" \
		exec -k key --rights sign -- "$command" sum --fd 3 b
	truncate -s 2G b
	ends 'a file that is too large' 2 'b: larger than 2147479552 bytes' \
		exec -k key --rights sign -- "$command" sum --fd 3 b
	rm b
	ends 'an error of a file, as a whole' 2 'mem: Input/output error' \
		exec -k key --rights sign -- "$command" sum --fd 3 /proc/self/mem
	# Four descriptors, and the context is one of them
	ends 'no descriptor for a copy' 2 'cannot be copied: Too many open' \
		exec -k key --rights sign,copy -- bash -c \
		'exec 0<&-; ulimit -n 4; exec "$0" sum --fd 3' "$command"
}

# shellcheck disable=SC2016 # what is quoted is for the shell that is started
test_standard()
{
	ends 'no standard input' 2 '-: Bad file' sum -k key - <&-
	ends 'no key on standard input' 2 'input: Bad file' sum -k - a <&-
	ends 'no list on standard input' 2 'input: Bad file' sum -k key -c <&-
	"$command" sum -k key a >&- 2>err
	[ $? = 2 ] && grep -qF 'standard output: Bad file' err
	result 'no standard output' $? "$(cat err)"
	mkfifo fifo
	timeout 60 bash -c '"$0" sum -k key fifo >&- 2>err &
		exec 8>fifo
		readlink /proc/$!/fd/1
		exec 8>&-
		wait' "$command" >out
	[ "$(cat out)" = /dev/null ]
	result 'the context is not standard output' $? "$(cat out err)"
	rm fifo
	gives 'nothing in the context' '2
message     0 bytes' exec -k key --rights sign,copy -- bash -c \
		'"$0" sum --fd 3 a >&- 2>&-; echo $?
		"$0" info --fd 3 | grep message' "$command"
	gives 'closed for what exec starts, too' '' exec -k key --rights sign \
		-- bash -c '[ ! -e /proc/$$/fd/0 ] || ls -l /proc/$$/fd' <&-
}

# A message is one line without an escape, and has what is looked for in it.
quoted()	# name, what is in the message, argument...
{
	local name=$1 part=$2

	shift 2
	run "$@"
	head -n 1 err >line
	[ $status != 0 ] && ! grep -qP '[\x00-\x08\x0b-\x1f]' err &&
		grep -qF -e "$part" line
	result "$name" $? "status $status: $(cat -v out err)"
}

# On a terminal of so many columns
terminal()	# columns, argument...
{
	local line

	printf -v line '%q ' "$command" "${@:2}"
	SHELL=/bin/bash timeout 100 script -qec "stty cols $1; $line" \
		/dev/null </dev/null >out 2>err
}

test_names()
{
	local evil=$'\e[2J\nhmacdev: a: OK\\'
	local shown=$'\\033[2J\\nhmacdev: a: OK\\\\'

	quoted 'a file' "$shown: No such file" sum -k key "$evil"
	quoted 'a name in a list' "$shown: No such file" sum -k key -c <(
		printf '\\%s  %s' "$tag_a" $'\e[2J\\nhmacdev: a: OK\\\\')
	quoted 'an option' "--$shown: no such option" sum "--$evil"
	quoted 'a command' "no such command: $shown" "$evil"
	quoted 'an algorithm' "$shown: no such algorithm" \
		sum -k key -a "$evil" a
	quoted 'a descriptor' "descriptor $shown: " sum --fd "$evil" a
	quoted 'C1, DEL, not UTF-8' 'x\302\233\177\377\303(: No such' \
		sum -k key $'x\xc2\x9b\x7f\xff\xc3('
	quoted 'overlong, surrogate' '\300\257\355\240\200: No such' \
		sum -k key $'\xc0\xaf\xed\xa0\x80'
	quoted 'other directions' 'a\342\200\256b: No such' \
		sum -k key $'a\xe2\x80\xaeb'
	quoted 'what is fine' $'gr\xc3\xbc\xc3\x9fe \xe6\x97\xa5: No such' \
		sum -k key $'gr\xc3\xbc\xc3\x9fe \xe6\x97\xa5'
	ln -s "$command" $'\e[2J-hmac'
	command=./$'\e[2J-hmac' quoted 'its own name' '\033[2J-hmac: ' --none
}

test_names_shown()
{
	local evil=$'\e[2J\ra'

	echo 1 >"$evil"
	terminal 80 sum -k key "$evil"
	! grep -q $'\e' out && grep -qF '  \033[2J\ra' out &&
		[ "$(head -c 1 out)" = $'\\' ]
	result 'a name on a terminal' $? "$(cat -v out)"
	terminal 80 sum -z -k key "$evil"
	! grep -q $'\e' out
	result 'and with --zero' $? "$(cat -v out)"
	"$command" sum -k key "$evil" >list
	terminal 80 sum -k key -c list
	! grep -q $'\e' out && grep -qF '\033[2J\ra: OK' out
	result 'and its report' $? "$(cat -v out)"
	[ "$("$command" sum -z -k key "$evil" | tr -d '\0')" = \
		"$(hmac sha256 "$evil")  $evil" ]
	result 'and in a file' $? "$(cat -v list)"
	rm "$evil"
}

# The bar is drawn once, a second after the first bytes were taken: more than
# the time for which nothing is shown.
drawn()	# name, columns of the terminal
{
	local fifo=$'\e[31m789012345678\xc3\xa4 and more'

	mkfifo "$fifo"
	{ head -c 4M /dev/zero; sleep 1; echo; } >"$fifo" &
	terminal "$2" sum -k key "$fifo"
	sed 's/\x1b\[K//g' out | tr '\r' '\n' | head -n -2 >bar
	grep -qF '\033[31m' bar && grep -qF ' MiB' bar &&
		! grep -q $'\e' bar && iconv -f UTF-8 -t UTF-8 bar >/dev/null &&
		[ "$(wc -L <bar)" -lt 30 ]
	result "$1" $? "$(cat -v out)"
	rm "$fifo"
}

test_progress()
{
	drawn 'progress, as wide as the terminal' 30
	COLUMNS=30 drawn 'progress, as wide as COLUMNS' 0
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
	./sha256hmac --none 2>err
	grep -q '^usage: sha256hmac ' err
	result 'the name in the usage' $? "$(cat err)"
	./sha256hmac -K '' a 2>err
	[ $? = 2 ] && grep -qF 'the key is empty' err
	result 'sha256hmac with an empty key' $? "$(cat err)"
	./sha256hmac -k key -K x a 2>err
	[ $? = 2 ] && grep -qF 'more than one key' err
	result 'sha256hmac with two keys' $? "$(cat err)"
	[ "$(./sha256hmac a)" = "$(openssl dgst -sha256 \
		-hmac FIPS-FTW-RHT2009 a | sed 's/.*= //')  a" ]
	result 'the key that everyone knows' $? "$(./sha256hmac a)"
}

run_as_nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups "$command" "$@"
}

test_help()
{
	local argument

	for argument in help --help -h; do
		ends "help $argument" 0 'usage: hmacdev COMMAND' help $argument
	done
	ends 'help of a command' 0 'usage: hmacdev sum' help sum
	ends 'help of a command, and an operand' 2 'extra: extra operand' \
		help sum extra
	ends 'help of no command' 2 'no such command: none' help none
	ends 'help of an option' 2 '--none: no such option' help --none
}

test_device()
{
	ends 'algs' 0 'sha256 ' algs
	ends 'info' 0 'algorithms' info
	ends 'version' 0 "$("$command" --version)" version
	chmod 755 .
	run_as_nobody sum -k key a >out 2>err
	[ $? = 2 ] && grep -qF 'no permission to open it' err &&
		grep -qF 'hmac(4)' err
	result 'no permission' $? "$(cat out err)"
	run_as_nobody info >out 2>err
	[ $? = 2 ] && grep -q '^library ' out
	result 'the versions without permission' $? "$(cat out err)"
	chgrp 65534 /dev/hmac
	chmod 0 /dev/hmac
	run_as_nobody sum -k key a >out 2>err
	[ $? = 2 ] && grep -qF 'with the mode 0660' err
	result 'the group without permission' $? "$(cat out err)"
	chgrp 0 /dev/hmac
	chmod 660 /dev/hmac
	mv /dev/hmac /dev/hmac-away
	mknod /dev/hmac c 1 3
	ends 'another device' 2 "not hmacdev's device" sum -k key a
	ends 'another device for algs' 2 "not hmacdev's device" algs
	rm /dev/hmac
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
test_shared
test_whole
test_standard
test_names
test_names_shown
test_progress
test_hmaccalc
test_help
test_device
finish
