#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for what scripts use of the hmacdev command: "tag", "verify" and --json.
# The module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command_run.sh"

bytes()	# algorithm, file
{
	openssl dgst "-$1" -hmac "$(cat key)" -binary <"$2"
}

base64()	# algorithm, file
{
	bytes "$1" "$2" | openssl base64 -A
}

test_tag()
{
	local alg

	for alg in md5 sha256 sha384; do
		gives "tag $alg" "$(hmac $alg a)" tag -a $alg -k key a
		gives "tag $alg in base64" "$(base64 $alg a)" \
			tag -a $alg -k key --base64 a
		run tag -a $alg -k key --raw a
		bytes $alg a | cmp -s - out
		result "tag $alg in bytes" $? "$(od -c out; cat err)"
	done
	cp a same
	gives 'tag of standard input' "$(hmac sha256 a)" tag -k key <same
	gives 'tag of -' "$(hmac sha256 a)" tag -k key - <same
	gives 'tag with the key from standard input' "$(hmac sha256 a)" \
		tag -k - a <key
	gives 'tag truncated' "$(hmac sha256 a | cut -c -32)" \
		tag -t 128 -k key a
	for rights in sign sign,copy; do
		gives "tag --fd with $rights" "$(hmac sha256 a)" \
			exec -k key --rights $rights -- "$command" tag --fd 3 a
	done
	ends 'tag without the right to' 2 'does not have the right' \
		exec -k key --rights verify -- "$command" tag --fd 3 a
	ends 'tag without a key' 2 'no key' tag a
	ends 'tag of two files' 2 'b: extra operand' \
		tag -k key a b
	ends 'tag of no file' 2 'none: No such file' tag -k key none
	ends 'tag in two formats' 2 'more than one format' \
		tag -k key --raw --base64 a
	ends 'tag of the key' 2 'only one of key, tag' tag -k - <key
	ends 'tag --fd and -a' 2 'the context has its own' tag --fd 3 -a sha1 a
	"$command" tag -k key a >/dev/full 2>err
	result 'tag on a full disk' $(($? != 2)) "$(cat err)"
}

right()	# name, argument...
{
	gives "$1" '' verify -k key "${@:2}"
}

wrong()	# name, what is said, argument...
{
	ends "$1" 1 "$2" verify -k key "${@:3}"
}

test_verify()
{
	local alg tag

	tag=$(hmac sha256 a)
	right 'verify' "$tag" a
	right 'verify in capitals' "${tag^^}" a
	right 'verify standard input' "$tag" <a
	right 'verify -' "$tag" - <a
	wrong 'verify another file' 'b: the tag does not match' "$tag" b
	wrong 'verify a changed tag' 'does not match' "${tag::62}$(
		[ "${tag:62}" = 00 ] && echo 01 || echo 00)" a
	wrong 'verify half a tag' 'does not match' "${tag::32}" a
	right 'verify a short tag' -t 128 "${tag::32}" a
	wrong 'verify too long a tag' 'does not match' -t 128 "$tag" a
	wrong 'verify no tag' 'does not match' '' a
	wrong 'verify an odd number of digits' 'not hexadecimal' "${tag::63}" a
	wrong 'verify what is not hex' 'not hexadecimal' "${tag::62}xy" a
	wrong 'verify more than a tag can have' 'not hexadecimal' \
		"$tag$tag$tag" a
	ends 'verify no file' 2 'none: No such file' verify -k key "$tag" none
	ends 'verify nothing' 2 'TAG is missing' verify -k key
	ends 'verify two files' 2 'usage: hmacdev verify' \
		verify -k key "$tag" a b
	ends 'verify without a key' 2 'no key' verify "$tag" a
	for rights in verify verify,copy; do
		gives "verify --fd with $rights" '' \
			exec -k key --rights $rights -- \
			"$command" verify --fd 3 "$tag" a
		ends "verify --fd with $rights, wrong" 1 'does not match' \
			exec -k key --rights $rights -- \
			"$command" verify --fd 3 "$tag" b
	done
	ends 'verify without the right to' 2 'does not have the right' \
		exec -k key --rights sign -- "$command" verify --fd 3 "$tag" a
}

test_verify_base64()
{
	local alg tag

	for alg in md5 sha256 sha384; do
		tag=$(base64 $alg a)
		right "verify base64 of $alg" -a $alg --base64 "$tag" a
		right "verify base64 of $alg without padding" \
			-a $alg --base64 "${tag%%=*}" a
		wrong "verify base64 of $alg, another file" 'does not match' \
			-a $alg --base64 "$tag" b
		wrong "verify base64 of $alg, cut" 'does not match' \
			-a $alg --base64 "${tag::12}" a
	done
	printf 'message 574' >c
	tag=+mVfbHPCnpP9tKIHf6/UrTFNIdaF+4zzA/QfnKlOChY=
	right 'verify base64' --base64 $tag c
	tag=-mVfbHPCnpP9tKIHf6_UrTFNIdaF-4zzA_QfnKlOChY
	right 'verify base64 of the other alphabet' --base64 -- $tag c
	right 'verify base64 of that, with padding' --base64 -- $tag= c
	for bad in "${tag}==" "$tag=A" "${tag%Y}Z" "${tag%Y}" "=$tag" \
		"${tag::20} ${tag:20}" "$tag
" "$tag=$tag="; do
		wrong "verify base64: '$bad'" 'not base64' --base64 -- "$bad" c
	done
}

test_verify_raw()
{
	bytes sha256 a >tag
	right 'verify bytes' --raw tag a
	right 'verify bytes of standard input' --raw - a <tag
	right 'verify bytes, standard input' --raw tag <a
	wrong 'verify bytes, another file' 'does not match' --raw tag b
	head -c 31 tag >short
	wrong 'verify bytes, cut' 'does not match' --raw short a
	cat tag tag tag >long
	wrong 'verify bytes, too many' 'does not match' --raw long a
	: >empty
	wrong 'verify bytes, none' 'does not match' --raw empty a
	ends 'verify bytes of no file' 2 'none: No such file' \
		verify -k key --raw none a
	ends 'verify bytes of a directory' 2 'Is a directory' \
		verify -k key --raw / a
	ends 'verify bytes of standard input, twice' 2 'only one of key, tag' \
		verify -k key --raw - <tag
}

# Prints the expression of the object that is in the file out.
json()	# expression
{
	python3 -c "import json, sys; o = json.load(sys.stdin); print(($1))" <out
}

says()	# name, expression, what it is
{
	local said

	said=$(json "$2" 2>&1) && [ "$status" = 0 ] && [ "$said" = "$3" ]
	result "$1" $? "$said: $(cat out err)"
}

test_algs()
{
	local alg line modules states

	modules=$(lsmod)
	run algs --json
	says 'algs --json' \
		'[a for a in o if a["name"] == "sha512"][0]["block_size"]' 128
	says 'FIPS in JSON' \
		'[a["fips"] for a in o if a["name"] in ("sha1", "md5")]' \
		'[True, False]'
	# The table says the same.
	states=$(json '"\n".join("%s %s" % (a["name"], a["state"]) for a in o)')
	run algs
	[ "$states" = "$(awk 'NR > 1 { print $1, $4 }' out)" ]
	result 'the table' $? "$states: $(cat out)"
	run info --json
	says 'info --json' 'o["device"], o["access"], o["algorithms"]["known"]' \
		"('/dev/hmac', True, $(wc -l <<<"$states"))"
	for line in available untried; do
		says "how many are $line" "o[\"algorithms\"][\"$line\"]" \
			"$(grep -c " $line$" <<<"$states")"
	done
	[ "$(lsmod)" = "$modules" ]
	result 'no module is loaded for a list' $? "$(lsmod)"

	alg=$(awk '$2 == "untried" { print $1; exit }' <<<"$states")
	if [ -z "$alg" ]; then
		n=$((n + 1))
		echo "ok $n an untried algorithm # SKIP there is none"
		return
	fi
	run tag -k key -a "$alg" a
	"$command" algs >out
	line=$(awk -v alg="$alg" '$1 == alg { print $4 }' out)
	case $status in
	0)	[ "$line" = available ] ;;
	*)	[ "$line" = absent ] ;;
	esac
	result "$alg is tried" $? "$status: $(cat out err)"
}

test_info()
{
	run exec -a sha1 -t 80 -k key --rights sign,verify -- \
		"$command" info --json --fd 3
	says 'a descriptor in JSON' \
		'o["state"], o["algorithm"], o["tag_size"], o["rights"]' \
		"('active', 'sha1', 10, ['sign', 'verify'])"
	run info --json --fd 3 3<>/dev/hmac
	says 'one without a key' 'o["state"], len(o)' "('unkeyed', 2)"

	printf 'q"b\\t\tn\303\244m\302\2334\360\237\224\221x\377:x:54321:\n' \
		>>/etc/group
	chgrp 54321 /dev/hmac
	run info --json
	says 'a group with an unusual name' 'ascii(o["group"])' \
		"'q\"b\\\\t\\tn\\xe4m\\x9b4\\U0001f511x\\ufffd'"
	grep -q '[^ -~]' out
	result 'in ASCII' $(($? == 0)) "$(cat -v out)"
	chgrp 0 /dev/hmac
	mv /dev/hmac /dev/hmac-away
	run info --json
	[ $status = 2 ] && [ "$(json 'o["access"]')" = False ]
	result 'no device in JSON' $? "$status: $(cat out err)"
	mv /dev/hmac-away /dev/hmac
	ends 'algs with an argument' 2 'sha1: extra operand' algs sha1
	ends 'info with an argument' 2 'sha1: extra operand' info sha1
}

test_version()
{
	local name version

	version=$("$command" --version | sed -n 's/^hmacdev version //p')
	for name in sum tag verify exec key algs info version; do
		run $name --version
		[ $status = 0 ] &&
			[ "$(head -n 1 out)" = "hmacdev $name $version" ]
		result "$name --version" $? "$status: $(cat out err)"
		ends "$name --help" 0 "usage: hmacdev $name" $name --help
	done
}

printf 'some secret' >key
head -c 300000 /dev/urandom >a
echo b >b
test_tag
test_verify
test_verify_base64
test_verify_raw
test_algs
test_info
test_version
finish
