#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# second-boot.sh DIR: in a guest that has booted again after first-boot.sh: keys
# that units add at boot, one of them with the TPM, keys that request-key(8)
# makes, encrypted keys, keys that are replaced and revoked, the server, and the
# packages upgraded and purged.
# shellcheck disable=SC2317 # functions that try() calls
set -u
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/packages/boot.sh
. "$(dirname "$0")/boot.sh"

serial_of()	# name
{
	keyctl search @u logon "hmac:$1"
}

# What the unit has made: bytes that cannot be read back, and no file
nowhere()
{
	local serial

	serial=$(serial_of cookies) || return
	! keyctl read "$serial" 2>/dev/null &&
		! find /run /dev/shm -name 'hmac.cookies*' |
		grep .
}

names_missing()
{
	journalctl -b -u hmacdev-key@missing |
		grep 'hmac.missing: No such file'
}

without_tpm()
{
	local device

	device=$(realpath /sys/class/tpm/tpm0/device)
	echo "${device##*/}" >"$device/driver/unbind"
}

test_units()
{
	try 'a service verifies since the boot' systemctl is-active checkd
	try 'its key was added before' systemctl is-active hmacdev-key@cookies
	try 'the key cannot be read, and is not in a file' nowhere
	try 'a service could not sign' systemctl is-failed forged
	try 'since it does not have the right' \
		sh -c 'journalctl -b -u forged | grep "not have the right"'
	try 'a unit added the key that the TPM sealed' \
		systemctl is-active hmacdev-key@tpm
	try 'its tag is the right one' tag_is tpm %logon:hmac:tpm
	without_tpm
	fails 'only the TPM opens it' failed systemctl restart hmacdev-key@tpm
	fails 'without a credential, the unit fails' failed \
		systemctl start hmacdev-key@missing
	try 'and names the file' until_true names_missing
}

# After the key is revoked, a process that has a context of it from before still
# makes tags. It is found by the name of its file.
old_context()
{
	rm /etc/credstore.encrypted/hmac.cookies
	hmacdev exec --keyring %logon:hmac:cookies --rights sign --fd 9 -- \
		bash -c "
			hmacdev key revoke cookies &&
			[ \"\$(hmacdev tag --fd 9 '$message')\" = \
				'$(<"$dir/cookies.tag")' ] &&
			find /proc/[0-9]*/fd -lname /dev/hmac -o \
				-lname '*[[]hmac]' 2>/dev/null |
			grep -x \"/proc/\$\$/fd/9\""
}

test_replaced()
{
	try 'tags of two keys are checked' systemctl is-active checkd checkd-2
	try 'the second key signs' tag_is cookies-2 %logon:hmac:cookies-2
	try 'a context lives on when its key is revoked' old_context
	fails 'no other can be made' 'no such key' \
		hmacdev tag --keyring %logon:hmac:cookies "$message"
}

test_request()
{
	local serial

	try 'request-key makes a key' tag_is api %logon:hmac:api
	serial=$(serial_of api)
	try 'the key is used again' tag_is api %logon:hmac:api
	try 'it is the same key' says "$serial" serial_of api
	fails 'no credential, no key' 'no such key' \
		hmacdev tag --keyring %logon:hmac:nothing "$message"
	try 'the key can be added then' sh -c \
		'echo secret | hmacdev key add nothing -k -'
	fails 'a name without the prefix' "must begin with 'hmac:'" \
		hmacdev tag --keyring %logon:nothing "$message"
	fails 'a name with a slash' 'no such key' \
		hmacdev tag --keyring %logon:hmac:../../etc/passwd "$message"
	fails 'a user does not get a key of root' 'no such key' \
		as_member hmacdev tag --keyring %logon:hmac:api "$message"
	try 'a user gets a key of its own' \
		as_member hmacdev tag --keyring %logon:hmac:own "$message"
	says "$(<"$dir/own.tag")" cat "$out" >/dev/null
	result 'it is the right one' $? "$(cat "$out")"
	fails 'root does not get that of the user' 'no such key' \
		hmacdev tag --keyring %logon:hmac:12345.own "$message"
	mv /etc/request-key.d/hmacdev.conf /root
	keyctl unlink "$(serial_of api)" @u
	fails 'without the rule, no key is made' 'no such key' \
		hmacdev tag --keyring %logon:hmac:api "$message"
	try 'and none is missed' sh -c \
		'echo secret | hmacdev key add later -k - && hmacdev key show later'
	mv /root/hmacdev.conf /etc/request-key.d
}

test_serve()
{
	try 'the server gives a context' as_member hmacdev verify \
		--from cookies "$(<"$dir/cookies-2.tag")" "$message"
	fails 'which has no other right' 'not have the right' as_member \
		hmacdev tag --from cookies "$message"
}

server()
{
	readlink "/proc/$(systemctl show -P MainPID hmacdev-serve)/exe"
}

# dpkg starts no triggers, which are slow here.
test_upgrade()
{
	local serial

	serial=$(serial_of cookies-2)
	try 'upgrade the command' dpkg --install --no-triggers \
		"$dir"/../next/hmacdev{,-dbgsym}_*.deb
	try 'the server runs the new one' says /usr/bin/hmacdev server
	try 'the key of a unit stays' says "$serial" serial_of cookies-2
}

test_purge()
{
	try 'purge the command' dpkg --purge --no-triggers \
		hmacdev hmacdev-dbgsym
	fails 'the key of the unit is gone' 'Required key not available' \
		serial_of cookies-2
	fails 'the server is stopped' inactive \
		systemctl is-active hmacdev-serve.socket hmacdev-serve.service
	fails 'the units are gone' 'No such file' \
		ls -d /etc/systemd/system/*.wants/hmacdev-*
	try 'sealed keys stay' test -e /etc/credstore.encrypted/hmac.cookies-2
	# dkms would be slow here. suite.sh purges with it.
	mount --bind /bin/true /usr/sbin/dkms
	try 'purge the module' dpkg --purge --no-triggers hmacdev-dkms
	try 'it is unloaded' test ! -e /sys/module/hmacdev
	fails 'the device is gone' 'No such file' stat /dev/hmac
	try 'the group is gone' says '' getent group hmac
}

test_units
try 'a unit loaded an encrypted key' systemctl is-active ledger-key
try 'its tag is the right one' tag_is ledger %encrypted:hmac:ledger
test_replaced
test_request
test_serve
test_upgrade
test_serve
test_purge
finish
