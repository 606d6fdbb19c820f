#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs the job that guest.sh wrote, in the guest, and reports. If the guest ends
# before this prints the last lines, the run has failed.
set -eu
job=$1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8

module='' interactive=''
# shellcheck source=/dev/null
. "$job/settings"

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
