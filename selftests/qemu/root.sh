#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# root.sh SUITE: make a Debian system of that suite in the cache, once, and
# print its directory. It has compilers, what the kernel's build needs, QEMU,
# and what the tests need. SUITE-cross has the compilers for other CPUs instead,
# which cannot be installed beside those for 32 bits. SUITE-packages has what
# Debian's packages are built from and installed with, and SUITE-containers has
# engines for containers. Only root can make it.
#
# root.sh SUITE COMMAND [ARG...]: run COMMAND with /usr and /etc of that system,
# which are read-only, and with its PATH. Everything else is as it is here: the
# current directory and all other files, the processes, the network. The mounts
# are COMMAND's own and end with it. This works in a guest, too.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/scripts/apt.sh
. "$(dirname "$0")/../scripts/apt.sh"

native=gcc,gcc-multilib,libc6-dev,make,pkg-config,bc,bison,flex,libelf-dev
native+=,cpio,kmod,pahole,xz-utils,qemu-system-x86,python3,keyutils,openssl
native+=,libssl-dev,libkcapi-dev
# For the tests of the Python package. debootstrap does not know that
# python3-cffi-backend provides what python3-cryptography needs.
native+=,libpython3.13-testsuite,python3-botocore
native+=,python3-cffi-backend,python3-cryptography
native+=,python3-cryptography-vectors,python3-django
native+=,python3-flask,python3-itsdangerous,python3-jwt
cross=gcc,libc6-dev,make,perl,pkg-config,gcc-aarch64-linux-gnu
cross+=,gcc-arm-linux-gnueabihf,gcc-s390x-linux-gnu
debs=autopkgtest,build-essential,debhelper,dh-dkms,dh-python,dkms,dpkg-dev
debs+=,keyutils,kmod,lintian,man-db,openssl,pahole,perl-openssl-defaults
debs+=,pkg-config,pybuild-plugin-pyproject,python3-all-dev,python3-setuptools
debs+=,python3-wheel,systemd,systemd-sysv,tpm2-tools,udev
# Engines for containers, what checks manifests, and what serves HTTP.
# debootstrap does not know what provides "pinentry" and
# "container-network-stack".
containers=podman,docker.io,docker-cli,runc,crun,catatonit,netavark,uidmap
containers+=,pinentry-curses,apparmor,busybox-static,iproute2,keyutils,kmod
containers+=,openssl,python3,python3-cffi-backend,python3-kubernetes,python3-yaml

suite=${1-}
case $suite in
''|-*|*/*)	die "usage: root.sh SUITE[-cross|-packages|-containers]" \
			"[COMMAND [ARG...]]" ;;
*-cross)	packages=$cross ;;
*-packages)	packages=$debs ;;
*-containers)	packages=$containers ;;
*)		packages=$native ;;
esac
shift

cache=$(cache_dir)
root=$cache/root-$suite-$(cksum <<<"$packages" | sed 's/ .*//')

# debootstrap mounts file systems below the directory. They must be gone before
# it can be removed.
make_root()
{
	local base log=$cache/.new-root-$suite.log

	[ "$(id -u)" = 0 ] || die "only root can make a Debian $suite:" \
		"run as root, once: HMACDEV_CACHE=$cache $0 $suite"
	base=$(mirror) || exit
	eval "$(apt-config shell http_proxy Acquire::http::Proxy \
		https_proxy Acquire::https::Proxy)"
	export http_proxy https_proxy
	say "making a Debian $suite, which takes some minutes"
	tmp=$(mktemp -d "$cache/.new-root-$suite.XXXXXX")
	chmod 755 "$tmp"
	if ! unshare -m debootstrap --variant=minbase --keyring="$debian_keyring" \
		--include="$packages" "${suite%%-*}" "$tmp" "$base" \
		>"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" "$tmp"/debootstrap/debootstrap.log >&2 || :
		die "debootstrap failed"
	fi
	rm -rf "$tmp"/var/cache/apt/archives/*.deb "$tmp"/var/lib/apt/lists/*
	mv "$tmp" "$root"
}

if [ ! -d "$root" ]; then
	mkdir -p "$cache"
	exec 9>"$cache/lock-root-$suite"
	flock 9
	trap 'rm -rf "$cache/.new-root-$suite".*' EXIT
	[ -d "$root" ] || make_root
	rm -rf "$cache/.new-root-$suite".*
	trap - EXIT
	exec 9>&-
fi
if [ $# = 0 ]; then
	echo "$root"
	exit
fi

user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
# The tree may be in one of the directories for sources.
# shellcheck disable=SC2016 # for the inner shell
exec unshare --mount "${user[@]}" bash -eu -c '
	root=$1
	shift
	for dir in /usr/src /usr/local/src; do
		[ ! -d $dir ] || mount --bind $dir "$root$dir"
	done
	mount --bind -o ro "$root/etc" /etc
	mount --rbind -o ro "$root/usr" /usr
	PATH=/usr/sbin:/usr/bin:/sbin:/bin exec "$@"' root.sh "$root" "$@"
