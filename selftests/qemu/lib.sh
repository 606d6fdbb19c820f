# SPDX-License-Identifier: GPL-2.0
# What the scripts beside this file share; sourced by them, bash and sh alike.
# shellcheck shell=sh

say()
{
	echo "${0##*/}: $*" >&2
}

die()
{
	say "$@"
	exit 1
}

cache_dir()
{
	realpath -m "${HMACDEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hmacdev}"
}

# What a healthy kernel never logs. Reads a kernel log, prints the lines. That a
# control group ran out of memory is told with a trace, and is nobody's fault.
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
