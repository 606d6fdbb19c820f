#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of the guest after the host's file system is mounted. It prepares a
# system as programs expect it, and starts guest-run.sh, by systemd or itself.
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

kernel='' rw='' systemd='' cpu_modules=''
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

# guest-run.sh runs the job: here, or as a service of systemd.
[ -n "$systemd" ] || exec /bin/sh "$job/run" "$job"

# systemd must not clean or hide /tmp, where the tree may be. Nor does it need to
# update what depends on /usr. Nobody logs in.
mkdir -p /run/systemd/system /run/tmpfiles.d
for unit in tmp.mount getty.target; do
	ln -s /dev/null /run/systemd/system/$unit
done
: >/run/tmpfiles.d/tmp.conf
touch /etc/.updated /var/.updated
[ -s /etc/machine-id ] ||
	tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
cat >/run/systemd/system/hmacdev-job.service <<-END
	[Unit]
	Wants=multi-user.target
	After=multi-user.target
	[Service]
	Type=oneshot
	ExecStart=/bin/sh $job/run $job
END
exec /lib/systemd/systemd --unit=hmacdev-job.service
