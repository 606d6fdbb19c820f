#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# machine.sh NAME DIR: in a guest, what the machine NAME of test.sh does. DIR is
# shared with the host. Prints a line of TAP, without its number, for each case.
set -u
here=$(dirname "$0")
top=$(realpath "$here/../..")
hmacdev=$top/build/userspace/hmacdev
example=$top/userspace/examples/python
key=%encrypted:hmac:orders
port=8080
cd "$2" || exit

result()	# name, whether it passed
{
	[ "$2" = 0 ] && echo "ok $1" || echo "not ok $1"
}

# Waits for a condition, at most 300 seconds.
until_true()	# command...
{
	local i

	for ((i = 0; i < 600; i++)); do
		"$@" && return
		sleep 0.5
	done
	return 1
}

# Makes a master key and an encrypted key in the current directory.
make_keys()
{
	head -c 32 /dev/urandom >master
	keyctl padd user fleet @u <master >/dev/null &&
		keyctl add encrypted hmac:orders 'new user:fleet 32' @u \
			>serial &&
		keyctl pipe "$(cat serial)" >blob &&
		keyctl clear @u
}

# Loads the encrypted key, and forgets the master key.
load_keys()
{
	keyctl padd user fleet @u <master >/dev/null &&
		keyctl add encrypted hmac:orders "load $(cat blob)" @u \
			>/dev/null &&
		keyctl unlink %user:fleet @u
	result "$1: loads the key" $?
}

network()	# interface, address
{
	ip address add "$2/24" dev "$1" && ip link set "$1" up
}

# Sets with to what runs a command with a context, as a user without the device.
with_context()	# rights
{
	with=("$hmacdev" exec --keyring "$key" --rights "$1" -- setpriv
		--reuid=2001 --regid=2001 --clear-groups --no-new-privs)
}

# The same with a Python that finds the package and the example
with_python()	# rights
{
	with_context "$1"
	with+=(env "PYTHONPATH=$top/build/python/site:$example"
		PYTHONDONTWRITEBYTECODE=1 python3)
}

listens()
{
	grep -q " 00000000:$(printf %04X $port) " /proc/net/tcp
}

machine_key()
{
	mkdir -p other
	make_keys
	result 'key: makes a key' $?
	(cd other && make_keys)
	result 'key: makes another key' $?
	! cmp -s blob other/blob
	result 'key: the two differ' $?
}

# The service has a descriptor, and then the machine has no key any more.
machine_service()
{
	local service said

	network eth0 192.0.2.1 && network eth1 198.51.100.1
	result 'service: has two networks' $?
	load_keys service
	with_python verify
	"${with[@]}" "$example/orders.py" serve 0.0.0.0 $port &
	service=$!
	until_true listens
	result 'service: listens' $?
	with_context verify
	said=$("${with[@]}" "$hmacdev" tag --fd hmac "$0" 2>&1)
	[[ $said == *'does not have the right'* ]]
	result 'service: its descriptor does not sign' $?
	keyctl unlink $key @u
	! "$hmacdev" tag --keyring $key "$0" 2>/dev/null
	result 'service: its machine does not sign either' $?
	: >ready
	until_true test -e end
	result 'service: is told to end' $?
	kill $service
	wait $service
	return 0
}

machine_signer()
{
	network eth0 192.0.2.2
	load_keys signer
	with_python sign
	"${with[@]}" "$here/client.py" signer 192.0.2.1 $port
}

machine_stranger()
{
	network eth0 198.51.100.2
	load_keys stranger
	with_python sign
	"${with[@]}" "$here/client.py" stranger 198.51.100.1 $port
}

modprobe virtio_net
"machine_$1"
