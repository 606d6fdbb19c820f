#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make demo: selftests/command/demo.sh in a guest; the file is the guest's own kernel
# image unless FILE names another. KERNEL=6.1 chooses.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

[ -z "${FILE-}" ] || { [ -f "$FILE" ] && [ -s "$FILE" ]; } ||
	die "FILE=$FILE: not a file, or empty"
series=${KERNEL:-$(series_for demo)}
selftests/scripts/setup.sh build guest "$series"
build_module "$series"
build_userspace

file=$(realpath -e -- "${FILE:-$kernel/vmlinuz}")
# The guest copies FILE to a tmpfs, which has half of the memory.
memory=$((1024 + $(stat -c %s -- "$file") / 524288))
[ ! -t 1 ] || export COLOR=1

echo "Booting ${kernel##*/} in QEMU; this machine's own kernel stays as it is."
exec selftests/qemu/guest.sh --kernel "$kernel" --module "$module" \
	--memory "$memory" -- env \
	PATH="$out/userspace:$out/userspace/examples:$PATH" \
	COLOR="${COLOR-}" selftests/command/demo.sh "$file"
