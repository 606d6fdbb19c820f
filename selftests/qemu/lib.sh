# SPDX-License-Identifier: GPL-2.0
# Functions for scripts that use kernels. Source this file in bash.
# shellcheck shell=bash

qemu_dir=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=selftests/scripts/lib.sh
. "$qemu_dir/../scripts/lib.sh"

# The series whose column "uses" in the table has this word
series_for()	# use
{
	local names

	names=$(awk -v use="$1" '
		/^[^#]/ && ("," $9 ",") ~ ("," use ",") { print $1 }' \
		"$qemu_dir/series" | paste -sd ' ')
	[ -n "$names" ] || die "$qemu_dir/series has no kernel for $1"
	echo "$names"
}

# Sets what the table and the CPU's file have on a kernel, as series_* and cpu_*,
# series_version to the version that must be of it, if one was asked for, and
# kbuild to the arguments of make for the kernel and its modules.
# shellcheck disable=SC2034 # for those who source this
load_series()	# series, version of newest, or a directory as kernel.sh makes it
{
	series_version=
	if [ "$1" != DIR ] && read_series "$1"; then
		:
	elif [[ $1 =~ ^[0-9]+\.[0-9]+$ ]]; then
		read_series newest
		series_version=$1
	else
		[ -d "$1" ] || die "$1: no such kernel: name one of $(table)," \
			"or a directory that kernel.sh made"
		read_series DIR
		series_cpu=$(cpu_of "$1") || exit
	fi
	# shellcheck source=selftests/qemu/arch/x86_64.sh
	. "$qemu_dir/arch/$series_cpu.sh"
	kbuild=("${cpu_make[@]}")
	[ "$series_compiler" = - ] || kbuild+=("CC=$series_compiler")
}

# Whether programs of this machine do not run on the CPU of load_series()
foreign()
{
	[ "$cpu_debian" != "$(dpkg --print-architecture)" ]
}

# Prints the system whose programs run on that CPU, if this machine's do not.
foreign_root()	# directory of the kernel
{
	local suite

	foreign || return 0
	read -r suite <"$1/suite"
	# shellcheck disable=SC2086 # there may be no 32-bit programs
	"$qemu_dir/foreign.sh" "${suite%-cross}" "$cpu_debian" $cpu_debian32
}

# The names of all series
table()
{
	awk '/^[^#]/ && $1 != "DIR" { print $1 }' "$qemu_dir/series" |
		paste -sd ' '
}

# The series itself, or the last part of the directory's path
results_name()	# series or directory
{
	basename "$(realpath -m -- "$1")"
}

# shellcheck disable=SC2034 # for those who source this
read_series()	# name in the table
{
	while read -r series_name series_cpu series_package series_suite \
		series_compiler series_seconds series_guest_seconds \
		series_memory series_uses series_make; do
		[ "$series_name" != "$1" ] || return 0
	done < <(grep '^[^#]' "$qemu_dir/series")
	return 1
}

# The CPU of the kernel in a directory, in which nothing is missing
cpu_of()	# directory
{
	local cpu file missing=() config=build/include/config/auto.conf

	for file in release vmlinuz busybox modules build/Makefile $config; do
		[ -e "$1/$file" ] || missing+=("$file")
	done
	[ ${#missing[@]} = 0 ] ||
		die "$1: not a directory that kernel.sh made: there is no" \
			"${missing[*]}"
	for cpu in "$qemu_dir"/arch/*.sh; do
		# shellcheck source=selftests/qemu/arch/x86_64.sh
		. "$cpu"
		if grep -qx "$cpu_option=y" "$1/$config"; then
			basename "$cpu" .sh
			return
		fi
	done
	die "$1: its kernel is for a CPU that arch/ does not have"
}

# Reads a kernel log and prints the lines that report a fault. The trace of a
# control group that ran out of memory is not a fault.
splats()
{
	sed -E '/ invoked oom-killer: /,/Killed process|no killable processes/ {
			/Call Trace:/d
		}' | grep -aE \
		-e 'WARNING:|BUG:|Oops|Kernel panic|Call Trace:|cut here' \
		-e 'general protection fault|double fault|stack segment' \
		-e 'KASAN|KCSAN|KMSAN:|UBSAN|KFENCE|kmemleak: .*new suspected' \
		-e 'suspicious RCU|possible (circular|recursive|irq)' \
		-e 'inconsistent lock|bad unlock balance|held lock freed' \
		-e 'lock held when returning|DEBUG_LOCKS_WARN_ON' \
		-e 'sleeping function called|scheduling while atomic' \
		-e 'INFO: (task|rcu|trying)|self-detected stall|soft lockup' \
		-e 'refcount_t:|corruption|[Uu]naligned|bad usercopy' \
		-e 'overflow detected|Bad page|out of bounds'
}
