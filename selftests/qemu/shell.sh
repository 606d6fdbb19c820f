#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make shell: a root shell in a guest, with the module loaded and the command in
# PATH. KERNEL=6.1 chooses.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

series=${KERNEL:-$(series_for demo)}
selftests/scripts/setup.sh build guest "$series"
build_module "$series"
build_userspace
exec selftests/qemu/guest.sh --kernel "$kernel" --module "$module" \
	--interactive -- \
	env PATH="$out/userspace:$PATH" PS1='hmacdev \w # ' bash --norc
