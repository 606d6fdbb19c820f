#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for the command with the names of hmaccalc and fipscheck, such as
# sha512hmac, which work as those of libkcapi 1.5. The module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command_run.sh"

for name in sha1hmac sha224hmac sha384hmac sha512hmac sm3hmac fipshmac \
	fipscheck; do
	ln -s "$command" $name
done

# Now each runs the rest of its arguments with this for "hmacdev".
as()	# name
{
	command=./$1
}

# What OpenSSL says, with the keys that everyone knows
hmaccalc()	# algorithm, file
{
	openssl dgst "-$1" -hmac FIPS-FTW-RHT2009 <"$2" | sed 's/.*= //'
}

fips()	# file
{
	openssl dgst -sha256 -hmac orboDeJITITejsirpADONivirpUkvarP <"$1" |
		sed 's/.*= //'
}

test_hmaccalc()
{
	as sha512hmac
	gives 'the key of hmaccalc' "$(hmaccalc sha512 a)  a" a
	gives 'another hash' "$(hmaccalc sha256 a)  a" -h sha256 a
	gives 'BSD style' "HMAC(SHA512) (a) = $(hmaccalc sha512 a)" --tag a
	run -z a b
	[ "$(tr '\0' '|' <out)" = \
		"$(hmaccalc sha512 a)  a|$(hmaccalc sha512 b)  b|" ]
	result 'NUL at the ends' $? "$(cat -v out err)"
	gives 'what hmaccalc ignores' "$(hmaccalc sha512 a)  a" -b -P -d dir a
	as sm3hmac
	ends 'a digest with SM3' 2 'use cksum(1)' -u a
	run a
	[ "$(cat out)" = "$(hmaccalc sm3 a)  a" ] ||
		grep -q '^sm3hmac: sm3: not available here' err
	result 'sm3hmac, where there is SM3' $? "$(cat out err)"
	as sha1hmac
	ends 'a digest with SHA-1' 2 'use sha1sum(1)' -u a
	gives 'sha1hmac' "$(hmaccalc sha1 a)  a" a
	as sha224hmac
	gives 'sha224hmac' "$(hmaccalc sha224 a)  a" a
	as sha384hmac
	gives 'sha384hmac' "$(hmaccalc sha384 a)  a" a
	as sha1hmac
	gives 'its own tag' "$(hmaccalc sha1 "$(realpath sha1hmac)")" -S
	as sha512hmac
	ends 'its own tag, with files' 2 '-S takes no FILE' -S a
	ends 'a digest without a key' 2 'HMACs only; use sha512sum(1)' -u a
	ends 'a digest with another hash' 2 'use sha256sum(1)' -h sha256 -u a
	ends 'the library' 2 '-L: there is no library' -L
	for option in -v --version; do
		ends "$option" 0 'sha512hmac 0' $option
	done
	ends 'hmaccalc --help' 0 '  -T FILE' --help
}

test_lists()
{
	as sha512hmac
	./sha512hmac a >list
	./sha512hmac --tag b >list2
	gives 'a list' 'a: OK' -c list
	gives 'an option after -c' '' -c -q list
	gives 'an option after -c, in full' '' --check --quiet list
	gives 'two lists' 'a: OK
b: OK' -c list list2
	run -c <list
	[ "$(cat out)" = 'a: OK' ]
	result 'a list from standard input' $? "$(cat out err)"
	sed "s/  /$(printf ' *')/" list >starred
	gives 'a star for binary' 'a: OK' -c starred
	echo "HMAC-SHA512 (a) = $(hmaccalc sha512 a)" >list3
	gives "another --tag" 'a: OK' -c list3

	gives 'another target' 'b: OK' -c -T b list2
	ends 'another target, wrong' 1 'b: Not OK' -c -T b list
	hmaccalc sha512 a >bare
	gives 'a bare tag' 'a: OK' -c -T a bare
	gives 'a bare tag, quietly' '' -c --quiet -T a bare
	ends 'a bare tag of another file' 1 'b: Not OK' -c -T b bare
	ends 'a bare tag for no file' 2 'no line with an HMAC' -c bare
	ends 'a target without a list' 2 '-T can only be used with -c' -T a b

	ends 'the first list is wrong' 1 'b: OK' -c bad list2
	ends 'the second list is wrong' 1 'a: Not OK' -c list bad
	ends 'a file that is not there' 2 'missing: Not OK' -c missing-list
	: >nothing
	ends 'an empty list' 2 'no line with an HMAC' -c nothing
	ends 'no list' 2 'none: No such file' -c none
	run -c -q bad
	[ $status = 1 ] && [ ! -s out ] && [ ! -s err ]
	result 'wrong, quietly' $? "status $status: $(cat out err)"
}

test_fipshmac()
{
	as fipshmac
	gives 'fipshmac' '' a
	[ "$(cat .a.hmac)" = "$(fips a)" ]
	result 'the file beside it' $? "$(cat .a.hmac)"
	mkdir dir sub
	cp a sub
	gives 'fipshmac of many' '' sub/a b
	[ "$(cat sub/.a.hmac .b.hmac)" = "$(fips a; fips b)" ]
	result 'files beside each' $? "$(cat sub/.a.hmac .b.hmac)"
	gives 'fipshmac -d' '' -d dir sub/a
	[ "$(cat dir/a.hmac)" = "$(fips a)" ]
	result 'the file in another directory' $? "$(ls -a dir)"
	gives 'fipshmac -s' '' -s .tag a
	[ "$(cat .a.tag)" = "$(fips a)" ]
	result 'another suffix' $? "$(ls -a)"
	cp .a.hmac before
	ends 'fipshmac of no file' 4 'none: No such file' none
	[ ! -e .none.hmac ]
	result 'no tag of no file' $? "$(ls -a)"
	ends 'fipshmac without a file' 2 'no FILE is given'
	ends 'the usage of fipshmac' 2 'fipshmac [OPTION...] FILE...' --none
	ends 'fipshmac into no directory' 3 'none/a.hmac: No such' -d none a
	mkdir full
	mount -t tmpfs -o size=64k tmpfs full
	cp b full
	gives 'fipshmac again' '' full/b
	cp full/.b.hmac before
	cat /dev/zero >full/zero 2>err
	ends 'fipshmac on a full disk' 6 'No space left' full/b
	cmp -s full/.b.hmac before
	result 'the tag that was there stays' $? "$(cat full/.b.hmac)"
	[ "$(ls -A full)" = '.b.hmac
b
zero' ]
	result 'half a tag is removed' $? "$(ls -al full)"
	umount full
	[ "$(stat -c %a .a.hmac)" = 644 ]
	result "the tag's file has the mode of the umask" $? "$(ls -al)"
	ends 'fipshmac -c' 2 'cannot be used with fipshmac' -c a
	ends 'fipshmac --help' 0 '.FILE.hmac' --help
}

test_fipscheck()
{
	as fipscheck
	gives 'fipscheck' '' a
	gives 'fipscheck of many' '' a sub/a b
	gives 'fipscheck -d' '' -d dir sub/a
	gives 'fipscheck -s' '' -s .tag a
	echo "$(fips a)  a" >.a.line
	gives 'a line of a list for a tag' '' -s .line a
	printf '%s\r\n' "$(fips a)" >.a.dos
	gives 'a tag and CR LF' '' -s .dos a
	ends 'fipscheck without a tag file' 3 '.c.hmac: No such' c
	ends 'fipscheck without a file' 2 'no FILE is given'
	ends 'the usage of fipscheck' 2 'fipscheck [OPTION...] FILE...' --none
	cp .a.hmac .gone.hmac
	ends 'fipscheck of no file' 4 'gone: No such file' gone
	echo more >>sub/a
	ends 'fipscheck of a changed file' 1 'sub/a: the tag does not' sub/a
	ends 'the first that is wrong ends it' 1 'sub/a: ' sub/a c
	run -q sub/a
	[ $status = 1 ] && [ ! -s out ] && [ ! -s err ]
	result 'fipscheck -q' $? "status $status: $(cat out err)"
	for text in '' xyz "$(fips a | cut -c -62)x"; do
		printf %s "$text" >.c.hmac
		ends "the tag file has '$text'" 1 'its tag file has no tag' c
	done
	fips a | cut -c -40 >.c.hmac
	ends 'half a tag' 1 'the tag does not match' c

	mkdir -p /usr/lib/fipscheck
	fips c >/usr/lib/fipscheck/c.hmac
	gives "the system's directory comes first" '' c
	fips a >/usr/lib/fipscheck/c.hmac
	fips c >.c.hmac
	ends "the system's directory, wrong" 1 'does not match' c
	rm -r /usr/lib/fipscheck
	gives 'and then the file beside it' '' c

	printf 'some secret' >key
	hmac sha512 a >.a.hmac
	gives 'fipscheck with another hash and key' '' -h sha512 -k key a
}

head -c 100000 /dev/urandom >a
echo b >b
echo c >c
{ head -c 128 /dev/zero | tr '\0' 0; echo '  a'; } >bad
echo "$(hmaccalc sha512 b)  missing" >missing-list
test_hmaccalc
test_lists
test_fipshmac
test_fipscheck
finish
