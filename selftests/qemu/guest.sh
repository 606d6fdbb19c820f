#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh [option...] [--] COMMAND [ARG...]
#
# Run COMMAND as root under another kernel: a QEMU guest over this machine's own
# file system, which is read-only below a tmpfs. So the guest has every program
# and file, and its writes are lost when it ends. COMMAND starts in the current
# directory. guest.sh has its output and its exit status, except for
#
#	124	COMMAND did not end within the time limit
#	125	the guest crashed, or its kernel log shows a splat, or the module
#		could not be loaded or unloaded
#
#	--kernel SERIES|DIR	the kernel, or a directory as kernel.sh makes it
#	--root DIR		/usr and /etc are those of the system in DIR. On
#				another CPU than ours, foreign.sh makes it
#	--module FILE		load FILE before COMMAND, unload it after
#	--log FILE		keep the kernel's log there
#	--rw DIR		a directory where the guest's writes stay
#	--net FROM:TO		a network card: its frames come from the socket FROM
#				and go to the socket TO of another guest. Can be
#				repeated. No guest reaches any other network
#	--tpm DIR		a TPM 2.0, whose state stays in DIR; only x86-64
#	--memory MIB		default 1024
#	--cpus N		default 2
#	--plain			without the hashes that use a CPU's instructions
#	--icount		one CPU on which an instruction takes a nanosecond
#	--append PARAMETERS	more of the kernel's command line
#	--timeout SECONDS	default 300
#	--systemd		boot with systemd; COMMAND starts when the boot is
#				over. With --root, /var is that system's, too
#	--interactive		COMMAND has the terminal; no time limit
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/lib.sh"

kernel=$(series_for demo)
root='' module='' log='' rw='' memory=1024 cpus=2 icount='' timeout=300
interactive='' append='' plain='' systemd='' tpm='' nets=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel)	kernel=$2; shift ;;
	--root)		root=$(realpath -e "$2"); shift ;;
	--module)	module=$(realpath -e "$2"); shift ;;
	--log)		log=$2; shift ;;
	--rw)		rw=$(realpath -e "$2"); shift ;;
	--net)		nets+=("$2"); shift ;;
	--tpm)		tpm=$(realpath -e "$2"); shift ;;
	--memory)	memory=$2; shift ;;
	--cpus)		cpus=$2; shift ;;
	--timeout)	timeout=$2; shift ;;
	--icount)	icount=1 ;;
	--plain)	plain=1 ;;
	--systemd)	systemd=1 ;;
	--append)	append=$2; shift ;;
	--interactive)	interactive=1 ;;
	--)		shift; break ;;
	-*)		die "unknown option $1" ;;
	*)		break ;;
	esac
	shift
done
[ $# -gt 0 ] || die "no command"

load_series "$kernel"
kernel=$("$here/kernel.sh" "$kernel")
initramfs=$("$here/initramfs.sh" "$kernel")
[ -n "$root" ] || root=$(foreign_root "$kernel")

[ -z "$plain" ] || cpu_modules=
job=$(mktemp -d)
qemu='' limit='' swtpm=''
trap 'kill -KILL $limit $qemu $swtpm 2>/dev/null || :; rm -rf "$job"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -n "$log" ] || log=$job/log
for f in "$log" "$job/verdict" "$job/qemu"; do
	: >"$f"
done
cp "$here/guest-init.sh" "$job/init"
cp "$here/guest-run.sh" "$job/run"
declare -p kernel root module rw interactive systemd cpu_modules |
	sed 's/^declare -- //' >"$job/settings"
{
	if [ -n "$interactive" ] && size=$(stty size 2>/dev/null); then
		echo "stty rows ${size% *} cols ${size#* }"
	fi
	printf 'cd %q && ' "$PWD"
	[ -z "${TERM-}" ] || printf 'TERM=%q ' "$TERM"
	[ -z "${HMACDEV_LONG-}" ] || printf 'HMACDEV_LONG=%q ' "$HMACDEV_LONG"
	printf 'exec'
	printf ' %q' "$@"
	echo
} >"$job/command"

share="security_model=none,multidevs=remap"
args=(
	-machine "$cpu_machine"
	-nodefaults -no-user-config -no-reboot -display none
	-m "$memory" -kernel "$kernel/vmlinuz" -initrd "$initramfs"
	-serial "file:${log//,/,,}"
	-fsdev "local,id=host,path=/,readonly=on,$share"
	-device "virtio-9p-$cpu_virtio,fsdev=host,mount_tag=host"
	-device "virtio-serial-$cpu_virtio"
	-chardev "file,id=output,path=$job/output"
	-device "virtserialport,chardev=output,name=output"
	-chardev "file,id=verdict,path=$job/verdict"
	-device "virtserialport,chardev=verdict,name=verdict"
)
append+=" console=$cpu_console panic=-1 oops=panic panic_on_warn=1"
append+=" hmacdev.job=$job"

# The devices of /etc/fstab are not in the guest.
[ -z "$systemd" ] || append+=" fstab=no systemd.firstboot=off"

# KCSAN delays an access and watches for a conflicting one. Emulated CPUs run in
# turns, so the delay must be longer than the default of 80 us.
append+=" kcsan.udelay_task=500 kcsan.skip_watch=200"

if [ -n "$icount" ]; then
	args+=(-accel tcg -icount "shift=0,sleep=off" -cpu "$cpu_model" -smp 1)
elif cpu_has_kvm; then
	args+=(-accel kvm -cpu host -smp "$cpus")
else
	# Sockets, since without ACPI the BIOS reports no other CPUs.
	args+=(-accel "tcg,thread=multi" -cpu "$cpu_model"
		-smp "$cpus,sockets=$cpus")
fi
if [ -n "$rw" ]; then
	args+=(
		-fsdev "local,id=rw,path=${rw//,/,,},$share"
		-device "virtio-9p-$cpu_virtio,fsdev=rw,mount_tag=rw"
	)
fi
# While the other guest does not run, frames are lost. On a network, each card has
# an address of its own.
for net in "${nets[@]}"; do
	mac=$(md5sum <<<"$net" | sed 's/\(..\)\(..\)\(..\).*/52:54:00:\1:\2:\3/')
	from="local.type=unix,local.path=${net%:*}"
	to="remote.type=unix,remote.path=${net#*:}"
	args+=(
		-netdev "dgram,id=net-${mac//:/-},$from,$to"
		-device "virtio-net-$cpu_virtio,netdev=net-${mac//:/-},mac=$mac"
	)
done
if [ -n "$tpm" ]; then
	args+=(
		-chardev "socket,id=tpm,path=$job/tpm"
		-tpmdev "emulator,id=tpm,chardev=tpm"
		-device "tpm-crb,tpmdev=tpm"
	)
fi
if [ -n "$interactive" ]; then
	args+=(
		-chardev "stdio,id=tty,signal=off"
		-device "virtconsole,chardev=tty"
	)
fi

# If our end is open, the reader does not wait for a guest that never starts.
mkfifo "$job/output"
exec 8<>"$job/output"
cat "$job/output" 8>&- &
reader=$!

# Ends QEMU after the time limit, or if it does not end by itself after COMMAND:
# the emulation of s390x sometimes hangs in the reset, and ignores SIGTERM then.
limit()	# process
{
	local end=$((SECONDS + timeout))

	until grep -q ^exit "$job/verdict" || [ $SECONDS -ge $end ]; do
		sleep 1
	done
	[ $SECONDS -ge $end ] || sleep 10
	kill -KILL "$1"
}

start_tpm()
{
	local end=$((SECONDS + 30))

	rm -f "$job/tpm"
	swtpm socket --tpm2 --terminate --tpmstate "dir=$tpm" \
		--ctrl "type=unixio,path=$job/tpm" >>"$job/qemu" 2>&1 8>&- &
	swtpm=$!
	until [ -S "$job/tpm" ]; do
		kill -0 "$swtpm" || die "swtpm failed: $(cat "$job/qemu")"
		[ $SECONDS -lt $end ] || die "swtpm does not listen"
		sleep 0.1
	done
}

# It may have ended with QEMU.
end_tpm()
{
	kill "$swtpm" 2>/dev/null || :
	wait "$swtpm" || :
	swtpm=
}

boot()
{
	ended=0
	[ -z "$tpm" ] || start_tpm
	if [ -n "$interactive" ]; then
		"$cpu_qemu" "${args[@]}" -append "$append" 8>&- || :
		return
	fi
	"$cpu_qemu" "${args[@]}" -append "$append" 8>&- </dev/null \
		>"$job/qemu" 2>&1 &
	qemu=$!
	limit "$qemu" >/dev/null 2>&1 8>&- &
	limit=$!
	wait "$qemu" 2>/dev/null || ended=$?
	qemu=
	kill "$limit" 2>/dev/null || :
	limit=
	[ -z "$tpm" ] || end_tpm
}

# Sometimes QEMU's emulation of several CPUs executes an instruction while Linux
# patches it during boot, and the guest crashes. COMMAND has not been started
# then, so try again.
for _ in 1 2 3; do
	boot
	[ "$ended" = 0 ] || break
	[ ! -s "$job/verdict" ] || break
done
exec 8>&-
wait "$reader"

fail()	# status, reason
{
	local first
	say "$2; its log:"
	cat "$job/qemu" >&2
	first=$(splats <"$log" | head -n 1)
	if [ -n "$first" ]; then
		grep -aF -B 5 -A 50 -m 1 -e "$first" "$log"
	else
		tail -n 30 "$log"
	fi | sed 's/^/    /' >&2
	exit "$1"
}

verdict=$(cat "$job/verdict")
if [[ ! $verdict =~ ^started.exit\ [0-9]+$ ]]; then
	[ "$ended" != 137 ] || fail 124 "no end within $timeout s"
	fail 125 "the guest crashed"
fi
! splats <"$log" >/dev/null || fail 125 "a splat in the kernel's log"
exit "${verdict##* }"
