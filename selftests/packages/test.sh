#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make test-packages: in a fresh Debian 12 and a fresh Debian 13, build the
# packages, check them, install them, boot the systems, upgrade and purge
# (suite.sh). KERNEL=6.12 chooses. The last line counts test cases; the results
# are in build/packages. Only root can make the systems.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/qemu/lib.sh
. selftests/qemu/lib.sh

dir=$PWD/build/packages
[ "$(id -u)" = 0 ] || die "only root can do this; as root, run:" \
	"make test-packages"
words=${KERNEL:-$(series_for packages)}
read -ra kernels <<<"$words"

# A kernel's headers have programs of its suite, which else is Debian 12.
declare -A suites=()
for series in "${kernels[@]}"; do
	load_series "$series"
	case $series_suite in
	-)	suites[bookworm]+=" $series" ;;
	*)	suites[${series_suite%-backports}]+=" $series" ;;
	esac
done

selftests/scripts/setup.sh guest root tpm "${kernels[@]}"
rm -rf "$dir"
mkdir -p "$dir"
pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for suite in "${!suites[@]}"; do
	root=$(selftests/qemu/root.sh "$suite-packages")
	mkdir "$dir/$suite"
	read -ra kernels <<<"${suites[$suite]}"
	timeout -k 30 7200 unshare --mount \
		selftests/packages/suite.sh "$root" "$dir/$suite" \
		"${kernels[@]}" >"$dir/$suite/tap" 2>"$dir/$suite/errors" &
	pids+=($!)
done
wait "${pids[@]}" || :
pids=()

passed=0 failed=0
for suite in "${!suites[@]}"; do
	tap=$dir/$suite/tap
	passed=$((passed + $(grep -c '^ok ' "$tap" || :)))
	failed=$((failed + $(grep -c '^not ok ' "$tap" || :)))
	# A script that ends early prints no plan.
	if ! grep -q '^1\.\.' "$tap"; then
		failed=$((failed + 1))
		cat "$dir/$suite/errors"
	fi
	sed "/^not ok\|^#/!d; s/^/$suite: /" "$tap"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
