#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of the guest after the host's file system is mounted. It prepares a
# system as programs expect it, runs the job that guest.sh wrote, and reports.
# If the guest ends before it prints the last lines, the run has failed.
set -eu
job=$1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8

mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o nosuid,noexec,gid=5,mode=620 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev shm /dev/shm
mount -t tmpfs -o nosuid,nodev,mode=755 run /run
# Not every kernel has these file systems.
mount -t debugfs debugfs /sys/kernel/debug || :
mount -t tracefs tracefs /sys/kernel/tracing || :
mount -t cgroup2 cgroup2 /sys/fs/cgroup || :
# record-cmd patches the running scheduler, which can crash emulated CPUs.
names=/sys/kernel/tracing/options/record-cmd
[ ! -e $names ] || echo 0 >$names
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
echo hmacdev >/proc/sys/kernel/hostname

kernel='' module='' rw='' interactive='' cpu_modules=''
# shellcheck source=/dev/null
. "$job/settings"

modules=/lib/modules/$(uname -r)
mkdir -p "$modules"
mount --bind "$kernel/modules" "$modules"
if [ -n "$rw" ]; then
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 rw "$rw"
fi

# On a real machine, udev loads the modules for the CPU's features.
# shellcheck disable=SC2086 # names
[ -z "$cpu_modules" ] || modprobe -qa $cpu_modules || :

port()	# name: its device
{
	for p in /sys/class/virtio-ports/*; do
		[ "$(cat "$p/name")" != "$1" ] || echo "/dev/${p##*/}"
	done
}

# After this line, a crash counts as the job's.
echo started >"$(port verdict)"

run()
{
	[ -z "$module" ] || insmod "$module" || return 125
	if [ -n "$interactive" ]; then
		setsid -c bash "$job/command" <>/dev/hvc0 >&0 2>&1
	else
		bash "$job/command" </dev/null
	fi
	status=$?
	[ -z "$module" ] || rmmod "$(basename "$module" .ko)" || return 125
	return $status
}

set +e
# Use a pipe, since the port cannot be opened a second time.
mkfifo /run/output
cat /run/output >"$(port output)" &
run >/run/output 2>&1
status=$?

# Processes that are left would keep the pipe open.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 $! 2>/dev/null || break
	sleep 0.1
done

echo "exit $status" >"$(port verdict)"
echo b >/proc/sysrq-trigger
sleep 60
