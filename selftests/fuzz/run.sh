#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make fuzz: compare the module with a model, in a guest. SECONDS= is the time
# (60), SEED= the seed (random). KERNEL=debug, the default, detects faults and
# reports coverage; 6.1 and 6.12 are faster. BITS=32 uses a 32-bit caller.
# SEQUENCE= and ROUND= repeat what a failure names. The output and the kernel's
# log are in build/results/fuzz-KERNEL.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR/../..
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || die "SECONDS=$seconds: not a number"
[[ ${SEED-0} =~ ^(0x[0-9a-f]+|[0-9]+)$ ]] || die "SEED=$SEED: not a number"
series=${KERNEL:-$(series_for fuzz)}
bits=${BITS:-64}
packages=(build guest "$series")
case $bits in
64)	;;
32)	packages+=(build32) ;;
*)	die "BITS is 64 or 32" ;;
esac

results=$PWD/build/results/fuzz-$(results_name "$series")
options=("FUZZ_SECONDS=$seconds" "FUZZ_LAST=$results/last")
for name in SEED SEQUENCE ROUND PROCESSES; do
	[ -z "${!name-}" ] || options+=("FUZZ_$name=${!name}")
done

selftests/scripts/setup.sh "${packages[@]}"
build_module "$series"
build_tests
program=$out/selftests/fuzz
if [ "$bits" = 32 ]; then
	[ -n "$cpu_debian32" ] || die "there are no 32-bit programs for $series"
	build_tests32
	program=$out/selftests32/fuzz
fi
rm -rf "$results"
mkdir -p "$results"

status=0
selftests/qemu/guest.sh --kernel "$kernel" --rw "$results" \
	--log "$results/fuzz.log" --timeout $((2 * seconds + 900)) --memory 2048 -- \
	env "${options[@]}" "$PWD/selftests/qemu/run-tests.sh" "$module" \
	"$results" $((seconds + 300)) "$program" || status=$?
[ ! -e "$results/fuzz.tap" ] || cat "$results/fuzz.tap"
if [ "$status" != 0 ] && [ -e "$results/last" ]; then
	say "what ran last:"
	cat "$results/last"
fi
failed=1
[ ! -s "$results/fuzz.count" ] || read -r _ failed _ <"$results/fuzz.count"
[ "$status" = 0 ] && [ "$failed" = 0 ]
