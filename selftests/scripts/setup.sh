#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# setup.sh build|build32|deb|rpm|guest|tpm|python|root|bench|lint|SERIES|DIR...:
# the Debian packages that these verbs and these kernels need; root is for
# root.sh. Installs what is missing; where it may not, names the line that does.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../qemu/lib.sh"

declare -A packages=(
	[bench]='gnuplot-nox libkcapi-dev'
	[build]='gcc gcc-12 libc6-dev libelf1 make pkg-config'
	[build32]='gcc-multilib'
	[deb]='build-essential debhelper dh-dkms dh-python'
	[guest]='cpio keyutils kmod libssl-dev openssl python3 xz-utils'
	[root]='debian-archive-keyring debootstrap'
	[rpm]='rpm rpmlint'
	[tpm]='swtpm'
	[lint]='clang-16 cppcheck g++ groff lld-16 llvm-16 mandoc musl-tools perl'
)
packages[deb]+=' pybuild-plugin-pyproject python3-all-dev python3-setuptools'
packages[deb]+=' python3-wheel'
packages[lint]+=' abigail-tools mypy pyflakes3 python3-dev shellcheck sparse'
# To build the Python package, and to test it
packages[python]='python3-dev python3-pip python3-setuptools python3-wheel'
packages[python]+=' libpython3.11-testsuite python3-botocore python3-cryptography'
packages[python]+=' python3-cryptography-vectors python3-django python3-flask'
packages[python]+=' python3-itsdangerous python3-jwt'

command -v dpkg-query >/dev/null || die "this needs a Debian 12 machine"

kernel_packages='bc bison flex libelf-dev'	# to build one

missing=()
for verb; do
	if [ -z "${packages[$verb]-}" ]; then
		load_series "$verb"
		packages[$verb]=${cpu_packages[*]}
		[ "$series_suite" = - ] ||
			packages[$verb]+=" ${packages[root]}"
		[ "$series_compiler" = - ] ||
			packages[$verb]+=" $series_compiler"
		[[ $series_package != linux-source-* ]] ||
			packages[$verb]+=" $kernel_packages"
	fi
	for p in ${packages[$verb]}; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) ||
			status=
		[ "$status" = installed ] || missing+=("$p")
	done
done
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" != 0 ]; then
	say "packages are missing; as root, run:"
	echo "apt-get update && $install" >&2
	exit 1
fi

say "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && $install; } >"$log" 2>&1 </dev/null; then
	cat "$log" >&2
	die "could not install them; this line must succeed:" \
		"apt-get update && $install"
fi
