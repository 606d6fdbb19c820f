# SPDX-License-Identifier: GPL-2.0
# What the scripts need to know of an IBM Z CPU, which is big-endian;
# load_series() sources it.
# shellcheck shell=bash disable=SC2034 # for those who source this

cpu_packages=(qemu-system-misc)

# Debian's names of the architecture and of that of its 32-bit programs, and the
# compilers for them
cpu_debian=s390x
cpu_debian32=
cpu_cc=s390x-linux-gnu-gcc
cpu_cc32=

# The kernel: the option that only this CPU's have, the arguments of make, its
# folder of the source, and the image that make builds.
cpu_option=CONFIG_S390
cpu_make=(ARCH=s390 CROSS_COMPILE=s390x-linux-gnu-)
cpu_source=arch/s390
cpu_image=arch/s390/boot/bzImage

# The machine, and what QEMU's virtio devices have at the end of their names
cpu_qemu=qemu-system-s390x
cpu_machine=s390-ccw-virtio
cpu_model=max
cpu_console=ttyS0
cpu_virtio=ccw

# The modules on the way to virtio devices
cpu_boot_modules=

# The modules that udev loads on a real machine, for what the CPU can do
cpu_modules='sha1_s390 sha256_s390 sha512_s390'

cpu_has_kvm()
{
	false
}
