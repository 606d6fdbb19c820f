#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for contexts in containers of podman and Docker, in a guest with the
# system trixie-containers (root.sh). The module is loaded.
set -u
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../command/tap.sh"

top=$(realpath "$(dirname "$0")/../..")
examples=$top/userspace/examples/containers
hmacdev=$top/build/userspace/hmacdev
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit
chmod 755 .		# the server reads its configuration as another user
key=%logon:hmac:cookies
forbidden='a policy of a container or a security module forbids'
group=990		# of the device
server='' dockerd=''
wait_seconds=180	# engines are slow here

gives()	# name, what standard output is, part of standard error, command...
{
	local status

	"${@:4}" >out 2>err
	status=$?
	[[ $(<out) = "$2" && $(<err) == *"$3"* ]]
	result "$1" $? "status $status: $(cat out err)"
}

# A system with a shell, the command, and what it is linked with. "rights" prints
# what a context is good for: the exit statuses of checking the tag and a wrong
# one, and of signing, whether there is a device, and the new tag.
image()
{
	mkdir -p image/bin
	cp /bin/busybox "$hmacdev" image/bin
	for name in sh ls mknod sleep; do
		ln -s busybox "image/bin/$name"
	done
	cat >image/bin/rights <<-'END'
		#!/bin/sh
		tag=$1
		shift
		hmacdev verify "$@" "$tag" /message
		right=$?
		hmacdev verify "$@" "00${tag#??}" /message
		wrong=$?
		said=$(hmacdev tag "$@" /message)
		signs=$?
		[ -e /dev/hmac ] && device=yes || device=no
		echo "$right $wrong $signs $device $said"
	END
	chmod 755 image/bin/rights
	# shellcheck disable=SC2046 # paths without spaces
	cp -L --parents $(ldd "$hmacdev" | grep -o '/[^ ]*') image
	cp message key image
	chmod 644 image/message image/key
	tar -C image -c . -f image.tar
}

engines()
{
	mount -t securityfs securityfs /sys/kernel/security
	for name in containers docker; do
		mkdir -p /var/lib/$name
		mount -t tmpfs tmpfs /var/lib/$name
	done
	mkdir -p /etc/containers /etc/docker /etc/cdi
	printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n' \
		>/etc/containers/containers.conf
	echo '{ "features": { "cdi": true } }' >/etc/docker/daemon.json
	cp "$examples/cdi.yaml" /etc/cdi/hmacdev.yaml
	dockerd --iptables=false --bridge=none \
		--exec-opt native.cgroupdriver=cgroupfs >dockerd.log 2>&1 &
	dockerd=$!
	podman import image.tar hmacdev >out 2>&1
	result 'podman imports an image' $? "$(cat out)"
	until_true docker version && docker import image.tar hmacdev >out 2>&1
	result 'Docker imports an image' $? "$(tail dockerd.log out)"
	docker info 2>&1 | grep -q apparmor
	result 'Docker confines with AppArmor' $? "$(docker info 2>&1)"
}

# shellcheck disable=SC2317 # gives() calls it
passed()	# rights, option of podman or command...
{
	"$hmacdev" exec --keyring "$key" --rights "$1" -- \
		podman run --rm --network none "${@:2}"
}

test_descriptor()
{
	local rights=(hmacdev rights "$tag" --fd hmac)

	gives 'podman passes a context that verifies' '0 1 2 no ' \
		'does not have the right' passed verify "${rights[@]}"
	gives 'and one that signs' "2 2 0 no $tag" \
		'does not have the right' passed sign "${rights[@]}"
	gives 'to a strict container' '0 1 2 no ' '' passed verify --user 2001 \
		--cap-drop all --read-only --security-opt no-new-privileges \
		"${rights[@]}"
	gives 'to a user namespace' '0 1 2 no ' '' \
		passed verify --uidmap 0:100000:1000 "${rights[@]}"
	gives 'as a descriptor without a name' '0 1 2 no ' '' \
		"$hmacdev" exec --keyring "$key" --rights verify --fd 3 -- \
		podman run --rm --network none --preserve-fds 1 \
		hmacdev rights "$tag" --fd 3
	gives 'Docker passes none' '2 2 2 no ' 'descriptor 3' \
		"$hmacdev" exec --keyring "$key" --rights verify -- \
		docker run --rm --network none hmacdev rights "$tag" --fd 3
}

config()
{
	cat >serve.conf <<-END
		[cookies]
		keyring = $key
		allow = uid=2001 rights=verify
		allow = uid=2002 rights=sign,verify
		allow = uid=100000 rights=verify
		allow = uid=0 cgroup=/web rights=verify
	END
}

# Sets server to the process ID of a new server.
serve()
{
	mkdir -p /run/hmacdev
	: >log
	"$hmacdev" serve --config serve.conf --user 2000 2>>log &
	server=$!
	until_true grep ready log
}

stop()
{
	kill "$server"
	wait "$server"
}

test_socket()	# engine
{
	local rights=(hmacdev rights "$tag" --from cookies)
	local none='gives this process no such'
	local run=("$1" run --rm --network none
		-v /run/hmacdev:/run/hmacdev:ro)

	gives "$1: a user who may verify" '0 1 2 no ' 'does not have the right' \
		"${run[@]}" --user 2001 --cap-drop all --read-only \
		--security-opt no-new-privileges "${rights[@]}"
	gives "$1: a user who may sign" "0 1 0 no $tag" '' \
		"${run[@]}" --user 2002 "${rights[@]}"
	gives "$1: a user who may nothing" '2 2 2 no ' "$none" \
		"${run[@]}" --user 2003 "${rights[@]}"
	gives "$1: root, who may nothing either" '2 2 2 no ' "$none" \
		"${run[@]}" "${rights[@]}"
	gives "$1: a control group" '0 1 2 no ' '' \
		"${run[@]}" --cgroup-parent /web "${rights[@]}"
	gives "$1: another control group" '2 2 2 no ' "$none" \
		"${run[@]}" --cgroup-parent /webmail "${rights[@]}"
}

# A container that runs while the server restarts
test_restart()
{
	local rights=(podman exec long rights "$tag" --from cookies)

	podman run -d --name long --network none --uidmap 0:100000:1000 \
		-v /run/hmacdev:/run/hmacdev:ro hmacdev sleep infinity \
		>out 2>&1
	result 'a container in a user namespace' $? "$(cat out)"
	gives 'whose root is a user like others' '0 1 2 no ' '' "${rights[@]}"
	stop
	gives 'gets nothing without a server' '2 2 2 no ' 'no server listens' \
		"${rights[@]}"
	serve
	gives 'and finds the socket of the next' '0 1 2 no ' '' "${rights[@]}"
	podman rm -f -t 0 long >/dev/null 2>&1
}

test_device()	# engine, what root does with a key's number, tag, error
{
	local run=("$1" run --rm --network none) number serial
	local rights=(hmacdev rights "$tag" -k /key)

	number="$((0x$(stat -c %t /dev/hmac))) $((0x$(stat -c %T /dev/hmac)))"
	serial=$("$hmacdev" key list | awk '/cookies/ { print $1 }')
	gives "$1: root with the device has any right" "0 1 0 yes $tag" '' \
		"${run[@]}" --device /dev/hmac "${rights[@]}"
	gives "$1: root does not find the machine's key by name" '' \
		"$key: $forbidden" "${run[@]}" --device /dev/hmac hmacdev \
		hmacdev tag --keyring $key /message
	gives "$1: $2" "$3" "$4" "${run[@]}" --device /dev/hmac \
		hmacdev hmacdev tag --keyring "$serial" /message
	gives "$1: a user outside the group" '2 2 2 yes ' 'no permission' \
		"${run[@]}" --device /dev/hmac --user 2001 "${rights[@]}"
	gives "$1: a user of the group" "0 1 0 yes $tag" '' \
		"${run[@]}" --device /dev/hmac --user 2001 --group-add $group \
		"${rights[@]}"
	gives "$1: CDI gives the device to the user" "0 1 0 yes $tag" '' \
		"${run[@]}" --device hmacdev/device=hmac --user 2001 \
		"${rights[@]}"
	gives "$1: a node made in the container" '2 2 2 yes ' \
		'a policy of a container' \
		"${run[@]}" --cap-add mknod hmacdev sh -c \
		"mknod /dev/hmac c $number; rights $tag -k /key"
}

# The manifest for Kubernetes, which podman knows, too
test_manifest()
{
	local web

	cat >secret.yaml <<-END
		apiVersion: v1
		kind: Secret
		metadata:
		  name: hmacdev-keys
		data:
		  cookies: $(base64 <key)
		---
	END
	cat secret.yaml "$examples/kubernetes-socket.yaml" >pods.yaml
	podman kube play --network none pods.yaml >out 2>&1
	result 'podman plays the manifest' $? "$(cat out)"
	until_true test -S /run/hmacdev/socket
	web=$(podman ps --format '{{.Names}}' | grep '^web.*-web$')
	gives 'its service verifies' '0 1 2 no ' 'does not have the right' \
		podman exec "$web" rights "$tag" --from cookies
	podman kube down pods.yaml >out 2>&1
	result 'podman removes it' $? "$(cat out)"
}

printf 'some secret' >key
printf 'a message' >message
chgrp $group /dev/hmac
chmod 660 /dev/hmac
"$hmacdev" key add cookies -k key >/dev/null
tag=$("$hmacdev" tag -k key message)
image
engines
test_descriptor
config
serve
result 'the server starts' $? "$(cat log)"
test_socket podman
test_socket docker
test_restart
stop
rm -f /run/hmacdev/socket
test_device podman 'root signs with it by number' "$tag" ''
test_device docker 'root does not find it by number' '' 'no permission'
gives 'docker: a command for keys' '' "$forbidden" \
	docker run --rm --network none hmacdev hmacdev key list
test_manifest
kill "$dockerd"
wait "$dockerd"
finish
