#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make test-machines: three guests with a network of their own. One signs
# requests, one has an HTTP service that can only verify them, and one has another
# key. KERNEL=6.1 chooses. The results are in build/machines.
#
# A master key and an encrypted key below it are made once, and each machine gets
# them in its directory: "master", which systemd-creds(1) would seal for the
# machine, and "blob", which is useless without it.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/qemu/lib.sh
. selftests/qemu/lib.sh
# shellcheck source=selftests/scripts/build.sh
. selftests/scripts/build.sh

series=${KERNEL:-$(series_for demo)}
dir=$PWD/build/machines
seconds=600

machine()	# name, option of guest.sh...
{
	selftests/qemu/guest.sh --kernel "$kernel" --root "$root" \
		--module "$module" --cpus 1 --memory 512 --rw "$dir/$1" \
		--log "$dir/$1.log" --timeout $seconds "${@:2}" -- \
		"$PWD/selftests/machines/machine.sh" "$1" "$dir/$1" \
		>"$dir/$1.out" 2>&1 ||
		echo "not ok $1: the guest ended with status $?" >>"$dir/$1.out"
}

selftests/scripts/setup.sh build guest python root "$series"
root=$(selftests/qemu/root.sh trixie-containers)
build_module "$series"
build python
rm -rf "$dir"
mkdir -p "$dir"/{key,service,signer,stranger}
cables=$(mktemp -d)
trap 'touch "$dir/service/end"; wait; rm -rf "$cables"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

machine key
for name in service signer stranger; do
	cp "$dir"/key/{master,blob} "$dir/$name"
done
cp "$dir"/key/other/{master,blob} "$dir/stranger"

machine service --net "$cables/a:$cables/b" --net "$cables/c:$cables/d" &
# Before others send requests, the service's machine has forgotten the key.
until [ -e "$dir/service/ready" ] || ! kill -0 $! 2>/dev/null; do
	sleep 0.5
done
machine signer --net "$cables/b:$cables/a"
machine stranger --net "$cables/d:$cables/c"
touch "$dir/service/end"
wait

cat "$dir"/{key,service,signer,stranger}.out |
	awk '/^(not )?ok / { sub("ok", "ok " ++n) } { print }
		END { print "1.." n }' >"$dir/machines.tap"
awk -v name=machines -v trouble= -v seconds=$SECONDS \
	-v counts="$dir/machines.count" -f selftests/qemu/tap.awk \
	"$dir/machines.tap"
# If a machine ends early, some of its cases are missing.
awk '{ exit $1 != 19 || $2 }' "$dir/machines.count"
