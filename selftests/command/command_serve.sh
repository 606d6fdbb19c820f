#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shellcheck disable=SC2016,SC2317 # programs for other shells, conditions
#
# Tests for "hmacdev serve" and for --from, which asks it. The module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command_run.sh"

client=$OLDPWD/serve_client.py
chmod 755 .
socket=$dir/socket
server=

client()	# function, argument...
{
	python3 "$client" "$@"
}

logged()	# text
{
	grep -qF -- "$1" log
}

config()	# line...
{
	printf '%s\n' "$@" >config
}

ready_or_ended()
{
	logged ready || ! kill -0 "$server" 2>/dev/null
}

# Starts the server and waits until it is ready. Sets server to its process ID.
start()
{
	: >log
	"$command" serve --config config --socket "$socket" 2>>log &
	server=$!
	until_true ready_or_ended
	logged ready
}

stop()
{
	kill "$server"
	wait "$server" 2>/dev/null
}

as_user()	# uid, command...
{
	setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}"
}

# As gives and ends of command_run.sh, by another user
user_gives()	# name, uid, what standard output is, argument...
{
	local name=$1 uid=$2 want=$3

	as_user "$uid" "$command" "${@:4}" >out 2>err
	status=$?
	[ $status = 0 ] && [ "$(<out)" = "$want" ] && [ ! -s err ]
	outcome "$name" $?
}

user_refused()	# name, uid, part of what is said, argument...
{
	local name=$1 uid=$2 part=$3

	as_user "$uid" "$command" "${@:4}" >out 2>err
	status=$?
	[ $status = 2 ] && [[ $(<err) == *"$part"* ]]
	outcome "$name" $?
}

keys()
{
	printf 'some secret' >key
	chmod 600 key
	printf 'a message' >a
	chmod 644 a
	tag=$(hmac sha256 a)
	short=${tag:0:32}
}

test_refused_config()
{
	local file line rule='allow = uid=1000 rights=verify'

	while IFS='|' read -r line part; do
		printf '%b\n' "$line" >config
		ends "a configuration with $line" 2 "$part" \
			serve --config config --socket "$socket"
	done <<-'EOF'
		key-file = key|line 1: key-file: there is no section
		[a|line 1: [a: a section is [NAME]
		[]|line 1: a name has 1 to 64
		[a b]|line 1: a b: a name has
		[a:b]|line 1: a:b: a name has
		[a]\n[a]|line 2: a: there is a section
		[a]\nkey-file = key|[a] has no allow
		[a]\nallow = uid=1 rights=sign|[a] has no keyring
		[a]\nkey-file = k\nrandom = yes|line 3: random: the section has another key
		[a]\nrandom = no|line 2: no: random takes yes
		[a]\nkeys = k|line 2: keys: unknown field
		[a]\nkey-file = key\0s|line 2: key-file = key: the line has a NUL
		[a]\nkey-file|neither [NAME] nor FIELD
		[a]\ntruncate = 128\ntruncate = 80|line 3: truncate: given twice
		[a]\nallow = rights=sign|a rule needs uid=, gid= or cgroup=
		[a]\nallow = uid=1|a rule needs rights=
		[a]\nallow = uid=1 rights=forge|forge: not a list of
		[a]\nallow = uid=1 rights=sign,derive|sign and derive exclude
		[a]\nallow = uid=nosuch rights=sign|nosuch: no such user
		[a]\nallow = gid=nosuch rights=sign|nosuch: no such group
		[a]\nallow = cgroup=x rights=sign|x: a control group begins
		[a]\nallow = uid=1 uid=2 rights=sign|uid: unknown or repeated
		[a]\nallow = pid=1 rights=sign|pid: unknown or repeated
		[a]\nderive = %d|%d: a label has
	EOF
	config '[a]' 'key-file = key' "$rule" 'allow = uid=1 rights=derive' \
		'allow = uid=2 rights=sign'
	ends 'rules that exclude each other' 2 'also in two rules' \
		serve --config config --socket "$socket"
	config '[a]' 'key-file = key' 'derive = x' \
		'allow = uid=1 rights=derive' 'allow = uid=2 rights=sign'
	ends 'rules for one derived key' 2 'also in two rules' \
		serve --config config --socket "$socket"
	config '[a]' 'key-file = key' 'allow = uid=1 rights=sign' \
		'[b]' 'key-file = key' 'derive = x' 'allow = uid=2 rights=sign'
	ends 'sections that exclude each other' 2 'also in two sections' \
		serve --config config --socket "$socket"
	config '[a]' 'key-file = key' "$rule"
	chmod 620 config
	ends 'a configuration that a group can change' 2 'other users can' \
		serve --config config --socket "$socket"
	chmod 602 config
	ends 'a configuration that all can change' 2 'other users can' \
		serve --config config --socket "$socket"
	chmod 644 config
	chown 1000 config
	ends "another user's configuration" 2 'belongs to another user' \
		serve --config config --socket "$socket"
	chown 0 config
	mkfifo fifo
	for file in . fifo /dev/null; do
		ends "a configuration that is $file" 2 \
			"$file: not a regular file" \
			serve --config $file --socket "$socket"
	done
	mkdir -m 700 private
	cp config private
	ends 'a configuration that the user cannot read again' 2 \
		'private/config: Permission denied; user 65534 must' \
		serve --config private/config --socket "$socket"
	config '[a]' 'key-file = missing' "$rule"
	ends 'a missing key' 2 'missing: No such file' \
		serve --config config --socket "$socket"
	config '[a]' 'key-file = key' 'algorithm = md6' "$rule"
	ends 'an unknown algorithm' 2 'md6: no such algorithm' \
		serve --config config --socket "$socket"
	: >config
	ends 'an empty configuration' 2 'there is no section' \
		serve --config config --socket "$socket"
	ends 'no configuration' 2 'nosuch: No such file' serve --config nosuch
	config '[a]' 'key-file = key' "$rule"
	ends 'a socket in no directory' 2 'No such file' \
		serve --config config --socket "$dir/nosuch/socket"
	ends 'a file in place of the socket' 2 'already in use' \
		serve --config config --socket "$dir/a"
	[ -s a ]
	result 'the file is left' $? 'it is gone'
	ends 'root as the user' 2 'must not stay root' \
		serve --config config --socket "$socket" --user 0
	ends 'an operand' 2 'extra operand' serve now
	rm -f "$socket"
}

config_all()
{
	cp -p key tenant-key
	config '# who gets what' '' \
		'[cookies]' 'key-file = key' 'algorithm = SHA-256' \
		'allow = uid=1000 rights=sign,verify' \
		'allow = uid=daemon rights=verify' \
		'allow = gid=3000 rights=verify' \
		'[short]' 'key-file=key' 'truncate=128' \
		'allow = uid=1000 rights=sign' \
		'[tenant]' 'key-file = tenant-key' 'derive = tenant:%u' \
		'allow = gid=4000 rights=sign' 'allow = uid=1000 rights=sign' \
		'allow = uid=1001 rights=sign' \
		'[boot]' 'random = yes' 'allow = uid=1000 rights=sign,verify,copy'
}

derived()	# uid
{
	local key

	key=$(printf 'tenant:%s' "$1" | openssl dgst -sha256 -hmac "$(<key)" |
		sed 's/.*= //')
	openssl dgst -sha256 -mac hmac -macopt "hexkey:$key" <a | sed 's/.*= //'
}

test_given()
{
	local from=$socket

	config_all
	start
	result 'starts' $? "$(cat log)"
	user_gives 'signs' 1000 "$tag" tag --from "$from:cookies" a
	user_gives 'verifies' 1 '' verify --from "$from:cookies" "$tag" a
	user_refused 'a verifier does not sign' 1 'does not have the right' \
		tag --from "$from:cookies" a
	user_gives 'truncates' 1000 "$short" tag --from "$from:short" a
	user_gives 'derives' 1000 "$(derived 1000)" tag --from "$from:tenant" a
	user_gives 'derives for each user' 1001 "$(derived 1001)" \
		tag --from "$from:tenant" a
	user_refused 'a stranger gets nothing' 1234 'gives this process no such' \
		tag --from "$from:cookies" a
	user_refused 'an unknown name is not told apart' 1000 \
		'gives this process no such' tag --from "$from:nosuch" a
	user_refused 'not root either' 0 'gives this process no such' \
		tag --from "$from:cookies" a
	setpriv --reuid 1234 --regid 1234 --groups 3000 \
		"$command" verify --from "$from:cookies" "$tag" a
	result 'a further group' $? "$(cat log)"
	setpriv --reuid 1234 --regid 3000 --clear-groups \
		"$command" verify --from "$from:cookies" "$tag" a
	result 'the first group' $? "$(cat log)"
	user_gives 'exec passes it on' 1000 "$tag  a" \
		exec --from "$from:boot" --rights sign,verify -- bash -c \
		"$command tag --fd hmac a >\$0 && $command verify --fd hmac \
		\$(cat \$0) a && echo '$tag  a'" "/tmp/given.$$"
	rm -f "/tmp/given.$$"
	user_refused 'no algorithm beside it' 1000 'cannot be used with --from' \
		tag -a sha1 --from "$from:cookies" a
	ends 'no server' 2 "no server listens at $dir/nosuch" \
		tag --from "$dir/nosuch:a" a
	logged "gave 'cookies' (sign,verify) to uid 1000, pid "
	result 'a line for what was given' $? "$(cat log)"
	grep -q "refused uid 1000, pid [0-9]*: no rule allows it: 'nosuch'$" log
	result 'a line for what was refused' $? "$(cat log)"
	! grep -qF -e secret -e "$tag" log
	result 'no secret in the lines' $? "$(cat log)"
}

is_asleep()
{
	grep -q '^State:.S' "/proc/$server/status"
}

# Makes the server call that. Sets said to what happens.
inject()	# system call, argument...
{
	until_true is_asleep
	said=$(client inject "$server" "$@")
}

test_confined()
{
	local about=/proc/$server/status fd fds name nr

	grep -q '^Uid:.65534.65534.65534.65534$' $about
	result 'the user is nobody' $? "$(cat $about)"
	grep -q '^Gid:.65534.65534.65534.65534$' $about &&
		grep -q '^Groups:. *$' $about
	result 'so are the groups' $? "$(cat $about)"
	[ "$(grep -c '^Cap\(Inh\|Prm\|Eff\|Amb\):.0*$' $about)" = 4 ]
	result 'no capabilities' $? "$(cat $about)"
	grep -q '^NoNewPrivs:.1$' $about && grep -q '^Seccomp:.2$' $about
	result 'a filter of system calls' $? "$(cat $about)"
	fds=$(find "/proc/$server/fd" \( -lname /dev/hmac -o \
		-lname '*[[]hmac]' \) -printf '%f ')
	[ "$(wc -w <<<"$fds")" = 4 ]
	result 'a context for each key' $? "$fds"
	[ "$(client can_inject)" = yes ] || return
	fd=${fds%% *}
	for nr in 7 9 12; do
		inject ioctl "$fd" "$(request $nr)" 0
		[[ $said = -14 || $said = -22 ]]
		result "request $nr is allowed" $? "$said"
	done
	can_open /etc/passwd
	result 'it can read /etc' $? "$said"
	can_open "$command"
	[ "$(client landlock)" -lt 1 ] || [ "$said" = -13 ]
	result 'it cannot read other files' $? "$said"
	for nr in 1 2 3 4 5 6 8 10 11 13; do
		is_killed ioctl "$fd" "$(request $nr)" 0
		result "request $nr is not allowed" $? "$said"
	done
	for name in socket execve ptrace keyctl; do
		is_killed $name
		result "$name() is not allowed" $? "$said"
	done
	if [ "$(uname -m)" = x86_64 ]; then
		is_killed 0x40000003
		result 'close(), as x32 programs call it, is not allowed' \
			$? "$said"
	fi
}

can_open()	# path
{
	inject openat -100 "$1" 0 0
	[ "$said" -ge 0 ]
}

is_killed()	# system call, argument...
{
	inject "$@"
	kill -KILL "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	start
	[ "$said" = 'killed SIGSYS' ]
}

# The number of an ioctl of hmacdev, with a struct of 64 bytes
request()	# number in the interface
{
	printf '%#x' $((0xc040c800 | $1))
}

has_files()	# number
{
	[ "$(find "/proc/$server/fd" | wc -l)" = "$1" ]
}

one_more_is_counted()
{
	client send "$socket" 6e >/dev/null
	logged 'more requests refused'
}

brings_descriptors()
{
	local want=0

	[ "$(client passrights)" = no ] || want=refused
	said=$(as_user 1000 python3 "$client" send_fd "$socket" cookies)
	[ "$said" = $want ]
	result 'descriptors with a request' $? "$said"
}

test_bad_requests()
{
	local before lines

	before=$(find "/proc/$server/fd" | wc -l)
	while read -r hexed want name; do
		said=$(client send "$socket" "$hexed")
		[ "$said" = "$want" ]
		result "$name" $? "$said"
	done <<-EOF
		00 -22 a NUL
		$(printf '61%.0s' {1..65}) -22 65 bytes
		$(printf '61%.0s' {1..64}) -13 64 bytes
		ff -13 not UTF-8
		636f6f6b69657300 -22 a name with a NUL
	EOF
	brings_descriptors
	said=$(as_user 1000 python3 "$client" unread "$socket" cookies)
	[ "$said" = 0 ]
	result 'a client that does not read its reply' $? "$said"
	as_user 1000 python3 "$client" gone "$socket" cookies 100
	said=$(as_user 1000 python3 "$client" many "$socket" cookies 500)
	[ "$said" = 500 ]
	result 'many requests' $? "$said"
	until_true has_files "$before"
	result 'the server keeps nothing of them' $? "$before before: $(
		ls -l "/proc/$server/fd")"
	lines=$(grep -c refused log)
	for _ in 1 2 3; do
		client many "$socket" nosuch 100 >/dev/null
	done
	until_true one_more_is_counted
	result 'refusals are counted' $? "$(tail log)"
	[ $(($(grep -c refused log) - lines)) -lt 250 ]
	result 'and not each is reported' $? "$(grep -c refused log), $lines"
}

test_limit()
{
	local count status_of seconds

	said=$(setpriv --reuid 6000 --regid 6000 --groups 3000 \
		python3 "$client" until_refused "$socket" cookies)
	read -r count status_of seconds <<<"$said"
	[ "$status_of" = -122 ] && [ "$count" -ge 1024 ] &&
		[ "$count" -le $((1024 + 8 * (seconds + 2))) ]
	result 'contexts of one user are limited' $? "$said"
	user_gives 'another user gets more' 1000 "$tag" \
		tag --from "$socket:cookies" a
}

test_no_files()
{
	local asker files

	files=$(find "/proc/$server/fd" -type l | wc -l)
	prlimit --pid "$server" --nofile="$files:"
	: >asked
	as_user 1000 python3 "$client" ask "$socket" cookies >>asked &
	asker=$!
	until_true grep -q sent asked && until_true is_asleep
	result 'without descriptors, the server sleeps' $? \
		"$(cat asked "/proc/$server/status")"
	! grep -q 0 asked
	result 'and accepts no client' $? "$(cat asked)"
	prlimit --pid "$server" --nofile=4096:
	wait $asker
	grep -qx 0 asked
	result 'and does so later' $? "$(cat asked log)"
}

# Reads what silent clients print from descriptor 7.
start_silent()	# number, uid...
{
	python3 "$client" silent "$socket" "$@" >hold &
	holder=$!
	exec 7<hold
	read -r said <&7
	[ "$said" = ready ]
	result 'silent clients' $? "$said"
}

end_silent()
{
	read -r said <&7
	exec 7<&-
	wait "$holder"
}

test_silent()
{
	local holder

	mkfifo hold
	ulimit -n 4096
	start_silent 120 {2000..2011}
	user_gives 'others are served' 1000 "$tag" \
		tag --from "$socket:cookies" a
	end_silent
	[[ $said = '1440 '[1-9]* ]]
	result 'the server closes the silent ones' $? "$said"
	client silent "$socket" 200 2000 >out
	[ "$(tail -n 1 out)" = '200 72' ]
	result 'one user has fewer' $? "$(cat out)"
	start_silent 200 1000
	user_gives 'the same user is served' 1000 "$tag" \
		tag --from "$socket:cookies" a
	end_silent
	[[ $said = '200 '[1-9]* ]]
	result 'the server closes the silent ones of this user' $? "$said"
	user_gives 'and others are served then, too' 1000 "$tag" \
		tag --from "$socket:cookies" a
}

test_reload()
{
	sed -i '/^\[short\]/i allow = uid=1234 rights=verify' config
	user_refused 'before the configuration is read again' 1234 \
		'gives this process no such' \
		verify --from "$socket:cookies" "$tag" a
	kill -HUP "$server"
	until_true logged 'has been read again'
	result 'the configuration is read again' $? "$(tail -n 3 log)"
	user_gives 'a new rule' 1234 '' verify --from "$socket:cookies" "$tag" a
	echo nonsense >>config
	kill -HUP "$server"
	until_true logged 'is not changed'
	result 'a wrong configuration' $? "$(tail -n 3 log)"
	user_gives 'changes nothing' 1234 '' \
		verify --from "$socket:cookies" "$tag" a
	config_all
	printf '%s\n' '[new]' 'key-file = key' 'allow = uid=1 rights=sign' \
		>>config
	kill -HUP "$server"
	until_true logged 'restart the server'
	result 'a new key needs a restart' $? "$(tail -n 3 log)"
	config_all
	sed -i '/^truncate/s/$/\nallow = uid=1 rights=verify/' config
	: >log
	kill -HUP "$server"
	until_true logged 'restart the server'
	result 'a right that the key was not opened with' $? "$(tail -n 3 log)"
	config_all
	sed -i 's/uid=daemon rights=verify/uid=1 rights=verify,copy/' config
	: >log
	kill -HUP "$server"
	until_true logged 'has been read again'
	result 'a right that the key was opened with' $? "$(tail -n 3 log)"
	config '[cookies]' 'key-file = key' 'algorithm = SHA-256' \
		'allow = uid=1000 rights=sign'
	: >log
	kill -HUP "$server"
	until_true logged 'has been read again'
	user_refused 'a section that is gone' 1000 'gives this process no such' \
		tag --from "$socket:boot" a
	config_all
	: >log
	kill -HUP "$server"
	until_true logged 'is not changed'
	result 'does not come back' $? "$(tail -n 3 log)"
}

test_ends()
{
	run serve --config config --socket "$socket"
	[ $status = 2 ] && grep -q 'Address already in use' err
	outcome 'a second server' $?
	: >log
	as_user 1000 "$command" exec --from "$socket:cookies" --rights sign -- \
		bash -c 'read -r; exec "$0" tag --fd hmac a' "$command" \
		< <(until_true test -e ended; echo) >given &
	holder=$!
	until_true logged "gave 'cookies'"
	kill -KILL "$server"
	wait "$server" 2>/dev/null
	: >ended
	wait "$holder"
	[ "$(cat given)" = "$tag" ]
	result 'a context outlives the server' $? "$(cat given log)"
	config_all
	start
	result 'a socket that was left' $? "$(cat log)"
	user_gives 'is used again' 1000 "$tag" tag --from "$socket:cookies" a
	stop
	ends 'a server that ended' 2 'no server listens' \
		tag --from "$socket:cookies" a
	rm -f "$socket"
}

test_no_messages()
{
	config_all
	rm -f "$socket"
	"$command" serve --config config --socket "$socket" 2>/dev/null &
	server=$!
	until_true test -S "$socket"
	user_gives 'messages can go to /dev/null' 1000 "$tag" \
		tag --from "$socket:cookies" a
	stop
	rm -f "$socket"
}

# The process ID of the last server that the manager started
started()
{
	sed -n 's/^started //p' said | tail -n 1
}

test_passed()
{
	local manager asker

	mkfifo go
	config_all
	: >log
	python3 "$client" listen "$socket" "$command" serve --config config \
		2>>log <go >said &
	manager=$!
	exec 8>go
	until_true logged ready
	result 'a socket that is passed' $? "$(cat log)"
	until_true logged "'a'"
	user_gives 'is served, and sockets that linger do not delay it' \
		1000 "$tag" tag --from "$socket:cookies" a
	brings_descriptors
	kill "$(started)"
	until_true grep -q ended said
	: >asked
	as_user 1000 python3 "$client" ask "$socket" cookies >>asked &
	asker=$!
	until_true grep -q sent asked
	echo >&8
	wait $asker
	grep -qx 0 asked
	result 'a restart loses no client' $? "$(cat asked log)"
	kill "$(started)"
	exec 8>&-
	wait $manager
	rm -f "$socket"
	LISTEN_FDS=1 bash -c 'LISTEN_PID=$$ exec "$0" serve --config config 3<key' \
		"$command" 2>err
	[ $? = 2 ] && grep -q 'not one listening socket' err
	result 'another descriptor is refused' $? "$(cat err)"
}

test_cgroup()
{
	local group=/sys/fs/cgroup/hmacdev-test

	mkdir $group $group/below $group-2
	result 'the guest has control groups' $? "$(cat /proc/mounts)"
	config '[cookies]' 'key-file = key' \
		'allow = uid=1000 cgroup=/hmacdev-test rights=sign'
	start
	in_group $group
	result 'a process in the group' $? "$(cat err log)"
	in_group $group/below
	result 'a process below the group' $? "$(cat err log)"
	! in_group $group-2
	result 'a group of a similar name' $? "$(cat err log)"
	user_refused 'a process in no group' 1000 'gives this process no such' \
		tag --from "$socket:cookies" a
	config '[cookies]' 'key-file = key' \
		'allow = cgroup=/hmacdev-test rights=sign'
	kill -HUP "$server"
	until_true logged "hmacdev serve: the configuration"
	result 'a group in a configuration that is read again' $? "$(cat log)"
	stop
	config '[cookies]' 'key-file = key' \
		'allow = cgroup=/hmacdev-test rights=sign' \
		'allow = uid=root rights=verify'
	if start; then
		in_group $group
		result 'a group of any user' $? "$(cat err log)"
		said=$(client recycled "$socket" cookies $group)
		[ "$said" = -13 ]
		result 'a number that another process has by now' $? "$said"
		stop
	else
		logged 'before Linux 6.5'
		result 'a group of any user' $? "$(cat log)"
	fi
	rmdir $group/below $group $group-2
}

in_group()	# directory
{
	(
		echo $BASHPID >"$1/cgroup.procs"
		exec setpriv --reuid 1000 --regid 1000 --clear-groups \
			"$command" tag --from "$socket:cookies" a >/dev/null 2>err
	)
}

test_impostors()
{
	while read -r mode part; do
		: >said
		python3 "$client" impostor "$dir/impostor" "$mode" >>said &
		until_true grep -q ready said
		ends "a server that answers $mode" 2 "$part" \
			tag --from "$dir/impostor:a" a
		wait $!
		rm -f "$dir/impostor"
	done <<-'EOF'
		no-descriptor not a reply
		short not a reply
		positive not a reply
		not-a-context not an hmacdev context
		closed not a reply
	EOF
}

keys
test_refused_config
test_given
test_confined
test_bad_requests
test_limit
test_no_files
test_silent
test_reload
test_ends
test_no_messages
test_passed
test_cgroup
test_impostors
finish
