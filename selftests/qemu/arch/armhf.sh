# SPDX-License-Identifier: GPL-2.0
# What the scripts need to know of a 32-bit ARM CPU; load_series() sources it.
# shellcheck shell=bash disable=SC2034 # for those who source this

cpu_packages=(qemu-system-arm)

# Debian's names of the architecture and of that of its 32-bit programs, and the
# compilers for them
cpu_debian=armhf
cpu_debian32=
cpu_cc=arm-linux-gnueabihf-gcc
cpu_cc32=

# The kernel: the option that only this CPU's have, the arguments of make, its
# folder of the source, and the image that make builds.
cpu_option=CONFIG_ARM
cpu_make=(ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf-)
cpu_source=arch/arm
cpu_image=arch/arm/boot/zImage

# The machine, and what QEMU's virtio devices have at the end of their names.
cpu_qemu=qemu-system-arm
cpu_machine=virt,highmem=off
cpu_model=max
cpu_console=ttyAMA0
cpu_virtio=pci

# The modules on the way to virtio devices
cpu_boot_modules=virtio_pci

# The modules that udev loads on a real machine, for what the CPU can do
cpu_modules='sha1-arm-ce sha256-arm'

cpu_has_kvm()
{
	false
}
