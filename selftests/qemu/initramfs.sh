#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh DIR: the path of the initramfs for the kernel in DIR (kernel.sh),
# made once: busybox, initramfs-init, and the modules on the way to the root
# file system and to our ports.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

kernel=$1
load_series "$kernel"
read -r release <"$kernel/release"
sum=$({ cat "$0" "$here/initramfs-init"; echo "$cpu_boot_modules"; } | cksum)
initramfs=$kernel/initramfs-${sum%% *}
if [ -e "$initramfs" ]; then
	echo "$initramfs"
	exit
fi

tmp=$(mktemp -d "$kernel/.new.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/root/bin" "$tmp/root/dev"
cp "$kernel/busybox" "$tmp/root/bin/"
cp "$here/initramfs-init" "$tmp/root/init"
chmod +x "$tmp/root/init"

# The names sort in the order of loading. busybox cannot unpack xz.
n=100
# shellcheck disable=SC2086 # names
modprobe -d "$kernel" -S "$release" -a --show-depends \
	$cpu_boot_modules virtio_console 9pnet_virtio 9p overlay |
	sed -n 's/^insmod \(.*[^ ]\) *$/\1/p' | awk '!seen[$0]++' |
while read -r ko; do
	to=$tmp/root/$n-$(basename "$ko" .xz)
	case $ko in
	*.xz)	xz -dc "$ko" >"$to" ;;
	*)	cp "$ko" "$to" ;;
	esac
	n=$((n + 1))
done
(cd "$tmp/root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) \
	>"$tmp/cpio"
rm -f "$kernel"/initramfs-*
mv "$tmp/cpio" "$initramfs"
echo "$initramfs"
