# SPDX-License-Identifier: GPL-2.0
# What the scripts need to know of a 64-bit ARM CPU; load_series() sources it.
# shellcheck shell=bash disable=SC2034 # for those who source this

cpu_packages=(qemu-system-arm)

# Debian's names of the architecture and of that of its 32-bit programs, and the
# compilers for them
cpu_debian=arm64
cpu_debian32=armhf
cpu_cc=aarch64-linux-gnu-gcc
cpu_cc32=arm-linux-gnueabihf-gcc

# The kernel: the option that only this CPU's have, the arguments of make, its
# folder of the source, and the image that make builds.
cpu_option=CONFIG_ARM64
cpu_make=(ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-)
cpu_source=arch/arm64
cpu_image=arch/arm64/boot/Image.gz

# The machine, and what QEMU's virtio devices have at the end of their names.
# To emulate the algorithm for pointer authentication would cost much.
cpu_qemu=qemu-system-aarch64
cpu_machine=virt
cpu_model=max,pauth-impdef=on
cpu_console=ttyAMA0
cpu_virtio=pci

# The modules on the way to virtio devices
cpu_boot_modules=virtio_pci

# The modules that udev loads on a real machine, for what the CPU can do
cpu_modules='sha1-ce sha2-ce sha512-ce sha3-ce'

cpu_has_kvm()
{
	false
}
