# SPDX-License-Identifier: GPL-2.0
# What the scripts need to know of a 64-bit x86 CPU; load_series() sources it.
# shellcheck shell=bash disable=SC2034 # for those who source this

cpu_packages=(qemu-system-x86)

# Debian's names of the architecture and of that of its 32-bit programs, and the
# compilers for them
cpu_debian=amd64
cpu_debian32=i386
cpu_cc=gcc
cpu_cc32='gcc -m32'

# The kernel: the option that only this CPU's have, the arguments of make, its
# folder of the source, and the image that make builds.
cpu_option=CONFIG_X86_64
cpu_make=(ARCH=x86_64)
cpu_source=arch/x86
cpu_image=arch/x86/boot/bzImage

# The machine, and what QEMU's virtio devices have at the end of their names
cpu_qemu="qemu-system-x86_64"
cpu_machine=pc
cpu_model=max
cpu_console=ttyS0
cpu_virtio=pci

# The modules on the way to virtio devices
cpu_boot_modules=virtio_pci

# The modules that udev loads on a real machine, for what the CPU can do
cpu_modules='sha1-ssse3 sha256-ssse3 sha512-ssse3'

# /dev/kvm may be there, and open, where no stock kernel boots under it.
cpu_has_kvm()
{
	grep -Eqw 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]
}
