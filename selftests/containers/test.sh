#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make test-containers: check the manifests for Kubernetes, and use contexts in
# containers of podman and Docker, in a guest with Debian 13's.
# KERNEL=newest chooses. The results are in build/containers.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/qemu/lib.sh
. selftests/qemu/lib.sh
# shellcheck source=selftests/scripts/build.sh
. selftests/scripts/build.sh

series=${KERNEL:-$(series_for demo)}
dir=$PWD/build/containers
seconds=900

selftests/scripts/setup.sh build guest root "$series"
root=$(selftests/qemu/root.sh trixie-containers)
build_module "$series"
build userspace
rm -rf "$dir"
mkdir -p "$dir"

status=0
selftests/qemu/root.sh trixie-containers python3 \
	selftests/containers/manifests.py userspace/examples/containers/kube* \
	>"$dir/manifests.tap" 2>&1 || status=$?
trouble=
case $status in
0|1)	;;
*)	trouble="exit status $status" ;;
esac
awk -v name=manifests -v trouble="$trouble" -v seconds="$SECONDS" \
	-v counts="$dir/manifests.count" -f selftests/qemu/tap.awk \
	"$dir/manifests.tap"
selftests/qemu/guest.sh --kernel "$kernel" --root "$root" --cpus 2 \
	--memory 3072 --rw "$dir" --log "$dir/log" --timeout $((seconds + 60)) \
	-- "$PWD/selftests/qemu/run-tests.sh" "$module" "$dir" $seconds \
	"$PWD/selftests/containers/containers.sh" || status=1
[ $status = 0 ] &&
	awk '{ failed += $2 } END { exit failed || NR != 2 }' "$dir"/*.count
