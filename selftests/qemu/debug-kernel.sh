#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh TARBALL: build the kernel of debug.config from Debian's source
# of it, in the current directory, and leave there what kernel.sh promises but
# for busybox.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

unset MAKEFLAGS MFLAGS MAKELEVEL
make=(nice make -s -C build ARCH=x86_64)

mkdir build
tar -xJf "$1" -C build --strip-components=1
"${make[@]}" KCONFIG_ALLCONFIG="$here/debug.config" allnoconfig
while read -r option; do
	grep -qxF "$option" build/.config || {
		echo "debug.config: $option has no effect"
		exit 1
	} >&2
done < <(grep '^CONFIG_' "$here/debug.config")

"${make[@]}" -j "$(nproc)" bzImage modules
release=$("${make[@]}" kernelrelease)
echo "$release" >release
cp build/arch/x86/boot/bzImage vmlinuz
"${make[@]}" INSTALL_MOD_PATH="$PWD" modules_install
rm "lib/modules/$release"/{build,source}
ln -s "lib/modules/$release" modules

# What modules are built with.
mv build source
mkdir -p build/arch/x86 build/tools/objtool
mv source/{.config,Makefile,Module.symvers,include,scripts} build
mv source/arch/x86/{Makefile*,include} build/arch/x86
mv source/tools/objtool/objtool build/tools/objtool
rm -rf source
