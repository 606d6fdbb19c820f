#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# page.sh CSV KERNEL DIR: make RESULTS.md and the plots in DIR from a
# results.csv that was measured under the kernel in the directory KERNEL
# (kernel.sh).
set -eu
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
. "$here/../qemu/lib.sh"

csv=$1 kernel=$2 dir=$3
load_series "$kernel"

for plot in overhead batch; do
	awk -F , -v what=$plot -f "$here/plot.awk" "$csv" >"$dir/$plot.dat"
done
gnuplot -c "$here/plot.gp" "$dir"

table()	# unit, algorithm, option of awk...
{
	echo
	awk -F , -v unit="$1" -v alg="$2" "${@:3}" -f "$here/table.awk" "$csv"
}

bytes()
{
	echo
	echo "| | bytes each |"
	echo "|---|---:|"
	awk -F , '$1 == "bytes" { print "| " $2 " | " $5 " |" }' "$csv"
}

{
cat <<EOF
<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- Written by selftests/bench/page.sh. -->
# What it costs

Measured on $(date -u +%F) at commit $(git describe --always --dirty), under
Linux $(cat "$kernel/release") (Debian) in $("$cpu_qemu" --version |
	sed -n 's/^QEMU emulator version \([0-9.]*\).*/QEMU \1/p'), with \`-cpu $cpu_model\`,
against $(openssl version | cut -d ' ' -f 1-2).

**Instructions**, not time, wherever it is not said otherwise: the emulator counts
them (\`-icount shift=0\`: one CPU, and CLOCK_MONOTONIC advances by a nanosecond with
each), which repeats to 1 % on any machine, however busy. \`rep movsb\` counts by the
byte, and the emulated CPU has AVX2 but no SHA instructions. Where the CPU has them
the hash costs a fraction, and what is beside it weighs more: run \`bench\` there.

The **floor** is \`crypto_shash_digest()\` on a keyed transform, called in a loop in the
kernel: no interface to the kernel's hashes gets below it. hmacdev is called through
libhmacdev. Each way's tag is compared with OpenSSL's before it is timed. Keys have
32 bytes. Ways take turns, each for 4 to 8 million instructions a round; the median
of five rounds counts.

## Targets

EOF
awk -F , -f "$here/targets.awk" "$csv" || :
cat <<EOF

## Against the others

![Overhead over the floor by message size](overhead.svg)

![Cost of a message by batch size](batch.svg)

HMAC-SHA256, instructions a message:
EOF
table instructions sha256
printf '\nBATCH, by the number of messages in a call:\n'
table instructions sha256 -v batch=1
for alg in sha1 sha512 sha3-256; do
	printf '\nHMAC-%s:\n' "${alg^^}"
	table instructions "$alg"
done
cat <<EOF

## By the clock

The same under emulation without counting, on a shared machine: good for ratios
only, and roughly. HMAC-SHA256, in percent of the floor's time. On a machine of your
own, load both modules, and \`bench speed nanoseconds 10000000 25 sha256\` (built by
\`make -C selftests/bench\`) says it in true nanoseconds.
EOF
table nanoseconds sha256 -v relative=1
cat <<EOF

## Threads

The rate of two threads, each on a CPU, with MAC of 64 bytes:

EOF
echo "| | ratio |"
echo "|---|---:|"
awk -F , '$1 == "ratio" { print "| " $2 " | " $5 " |" }' "$csv"
cat <<EOF

With a copy each, threads share the key and not the open file, whose references the
kernel counts in each call.

## Memory

Of 10,000 each: *transform* is the crypto API's own keyed object, *context* all that
an open and keyed /dev/hmac takes, *copy* all that a copy of one does. By slab cache,
where an object takes the size of its cache's.
EOF
bytes
} >"$dir/RESULTS.md"
