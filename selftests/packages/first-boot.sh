#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# first-boot.sh DIR: in a guest that has booted the system with the installed
# packages: use the device, and make and seal keys as an administrator does it
# once. DIR gets the part of the disk that this changes, and the right tags.
# shellcheck disable=SC2317 # functions that try() calls
set -u
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/packages/boot.sh
. "$(dirname "$0")/boot.sh"

debian=$(realpath "$(dirname "$0")/../../debian")
secrets=$(mktemp -d)

seal()	# credential, option of systemd-creds...
{
	head -c 32 /dev/urandom >"$secrets/$1"
	systemd-creds encrypt --name="$1" "${@:2}" "$secrets/$1" \
		"/etc/credstore.encrypted/$1"
}

tag_with()	# file of the key
{
	openssl dgst -sha256 -mac hmac \
		-macopt "hexkey:$(od -An -v -tx1 "$1" | tr -d ' \n')" \
		<"$message" | sed 's/.*= //'
}

seal_keys()
{
	local name

	mkdir -p /etc/credstore.encrypted
	for name in cookies cookies-2 api; do
		seal "hmac.$name" || return
		tag_with "$secrets/hmac.$name" >"$dir/$name.tag"
	done
	seal hmac@12345.own && tag_with "$secrets/hmac@12345.own" >"$dir/own.tag"
}

# By the TPM alone: the secret of the disk does not open it.
seal_by_tpm()
{
	seal hmac.tpm --with-key=tpm2 || return
	tag_with "$secrets/hmac.tpm" >"$dir/tpm.tag"
	systemctl enable hmacdev-key@tpm
}

# Whether the package of the manual has the documentation that the manual names
documents()
{
	local name names

	mapfile -t names < <(zcat /usr/share/man/man*/*hmac* |
		grep -o '/usr/share/doc/[^ ]*')
	[ ${#names[@]} -gt 0 ] || return
	for name in "${names[@]}"; do
		dpkg -L hmacdev | grep -qxF -e "$name" || return
	done
}

# debian/tests, as Debian runs them. They depend on the kernel's headers, which
# are here, but in no package.
package_tests()
{
	local headers=$secrets/headers tree=$secrets/tree

	mkdir -p "$headers/DEBIAN" "$tree"
	cp -r "$debian" "$tree"
	cat >"$headers/DEBIAN/control" <<-END
		Package: linux-headers-generic
		Version: $(uname -r)
		Architecture: all
		Maintainer: nobody <nobody@hmacdev.example>
		Description: headers of the running kernel
	END
	dpkg-deb --build "$headers" && dpkg --install "$headers.deb" &&
		autopkgtest --no-built-binaries \
			--ignore-restrictions=isolation-machine "$tree" -- null
}

python()
{
	modprobe hmacdev && udevadm settle && as_member python3 -c '
from hmacdev import Key, TagMismatch
key = Key.random("sha256")
key.verify(b"message", key.sign(b"message"))
try:
    key.verify(b"message", bytes(32))
except TagMismatch:
    raise SystemExit
raise SystemExit("a wrong tag matched")'
}

# As in hmacdev-keys(7)
encrypted_key()
{
	seal hmac-master && keyctl link @u @s &&
		keyctl padd user hmac-master @u <"$secrets/hmac-master" &&
		keyctl add encrypted hmac:ledger 'new user:hmac-master 32' @u &&
		keyctl pipe %encrypted:hmac:ledger >/etc/hmac-ledger.blob &&
		hmacdev tag --keyring %encrypted:hmac:ledger "$message" \
			>"$dir/ledger.tag"
}

# A service whose worker can only verify, and one whose worker tries to sign
service()	# name, key, command of hmacdev...
{
	cat >"/etc/systemd/system/$1.service" <<-END
		[Unit]
		Requires=hmacdev-key@$2.service
		After=hmacdev-key@$2.service
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/usr/bin/hmacdev exec --keyring %%logon:hmac:$2 \\
			--rights verify -- /usr/bin/setpriv --reuid=nobody \\
			--regid=nogroup --clear-groups /usr/bin/hmacdev ${*:3}
		[Install]
		WantedBy=multi-user.target
	END
}

services()
{
	service checkd cookies verify --fd hmac "$(<"$dir/cookies.tag")" \
		"$message"
	service checkd-2 cookies-2 verify --fd hmac \
		"$(<"$dir/cookies-2.tag")" "$message"
	service forged cookies tag --fd hmac "$message"
	cat >/etc/systemd/system/ledger-key.service <<-'END'
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		KeyringMode=shared
		ExecStart=/bin/sh -c 'systemd-creds decrypt --name=hmac-master \
		    /etc/credstore.encrypted/hmac-master - | \
		    keyctl padd user hmac-master @u && \
		    keyctl add encrypted hmac:ledger \
		    "load $(cat /etc/hmac-ledger.blob)" @u'
		[Install]
		WantedBy=multi-user.target
	END
	systemctl enable checkd checkd-2 forged ledger-key
}

# A server that lets a user check tags
serve()
{
	mkdir /etc/hmacdev
	cat >/etc/hmacdev/serve.conf <<-'END'
		[cookies]
		keyring = %logon:hmac:cookies-2
		allow = uid=12345 rights=verify
	END
	systemctl enable hmacdev-serve.socket hmacdev-serve.service
}

try 'the module is loaded at boot' test -d /sys/module/hmacdev
try 'it is the one that dkms has built' \
	test "$(modinfo -F srcversion hmacdev)" = \
	"$(cat /sys/module/hmacdev/srcversion)"
try 'the device belongs to the group' \
	says 'root:hmac 660' stat -c '%U:%G %a' /dev/hmac
try 'the group is a system group' \
	test "$(getent group hmac | cut -d: -f3)" -lt 1000
try 'no unit failed' says '' systemctl --failed --plain --no-legend list-units \
	'hmacdev*' systemd-modules-load.service systemd-sysusers.service
try 'manual pages' man -w hmacdev libhmacdev hmacdev_new hmac hmacdev-keys \
	hmacdev-containers
try 'they name documents that exist' documents
try 'the tests of the packages' package_tests
try 'a member of the group uses the Python module' python
try 'keys are made and sealed' seal_keys
try 'the TPM seals one' seal_by_tpm
try 'a unit adds one of them' systemctl enable --now hmacdev-key@cookies
try 'it makes the right tag' tag_is cookies %logon:hmac:cookies
try 'an encrypted key is made' encrypted_key
try 'services that use them are enabled' services
try 'the server is enabled' serve
tar -C / -cf "$dir/disk.tar" etc/credstore.encrypted etc/hmac-ledger.blob \
	etc/hmacdev \
	etc/systemd/system var/lib/systemd/credential.secret
finish
