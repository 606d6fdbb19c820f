#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh SERIES TARBALL: build the kernel of common.config, the CPU's
# config and SERIES.config from Debian's source of it, in the current directory,
# and put all files of kernel.sh there except busybox.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

name=$1 tarball=$2

load_series "$name"
unset MAKEFLAGS MFLAGS MAKELEVEL
make=(nice make -s -C build "${kbuild[@]}")

mkdir build
tar -xJf "$tarball" -C build --strip-components=1

# Linux 6.1 has many races of its own. So KCSAN checks only the module, crypto/
# and kernel/locking. The module's own build does not set KCSAN_SANITIZE.
if [ "$name" = kcsan ]; then
	export KCSAN_SANITIZE=n
	for dir in crypto $cpu_source/crypto kernel/locking; do
		echo 'KCSAN_SANITIZE := y' >>"build/$dir/Makefile"
	done
fi

# In Linux 6.1, opening an empty trace reads uninitialized memory.
if [ "$name" = kmsan ]; then
	echo 'KMSAN_ENABLE_CHECKS := n' >>build/kernel/trace/Makefile
fi

cat "$here"/{common,"arch/$series_cpu","$name"}.config >build/options
"${make[@]}" KCONFIG_ALLCONFIG=options allnoconfig
while read -r option; do
	grep -qxF "$option" build/.config || {
		echo "$name.config: $option has no effect"
		exit 1
	} >&2
done < <(grep '^CONFIG_' build/options)

"${make[@]}" -j "$(nproc)" "${cpu_image##*/}" modules
release=$("${make[@]}" kernelrelease)
echo "$release" >release
cp "build/$cpu_image" vmlinuz
"${make[@]}" INSTALL_MOD_PATH="$PWD" modules_install
rm "lib/modules/$release"/{build,source}
ln -s "lib/modules/$release" modules

# The files that modules are built with
mv build source
mkdir -p "build/$cpu_source" build/tools/objtool
mv source/{.config,Makefile,Module.symvers,include,scripts} build
mv "source/$cpu_source"/{Makefile*,include} "build/$cpu_source"
[ ! -e source/tools/objtool/objtool ] ||
	mv source/tools/objtool/objtool build/tools/objtool
rm -rf source
