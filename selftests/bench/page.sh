#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# page.sh DIR OLD NEW: make RESULTS.md and the plots in DIR from two results.csv
# there: of a CPU without SHA instructions, and of one with them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

dir=$1 old=$1/$2 new=$1/$3

for plot in overhead batch; do
	awk -F , -v what=$plot -f "$here/plot.awk" "$new" >"$dir/$plot.dat"
done
gnuplot -c "$here/plot.gp" "$dir"

about()	# results, what
{
	awk -F , -v what="$2" '$1 == "about" && $2 == what { print $5 }' "$1"
}

table()	# results, unit, algorithm, option of awk...
{
	echo
	awk -F , -v unit="$2" -v alg="$3" "${@:4}" -f "$here/commas.awk" \
		-f "$here/table.awk" "$1"
}

values()	# results, unit, title of the values
{
	echo
	echo "| Linux $(about "$1" Linux) | $3 |"
	echo "|---|---:|"
	awk -F , -v unit="$2" '$1 == unit { print "| " $2 " | " $5 " |" }' "$1"
}

targets()	# results
{
	printf '\nLinux %s:\n\n' "$(about "$1" Linux)"
	awk -F , -f "$here/targets.awk" "$1" || :
}

environment()	# results
{
	echo "| $(about "$1" Linux) | $(about "$1" 'SHA instructions')" \
		"| $(about "$1" QEMU) | $(about "$1" OpenSSL) |"
}

all_tables()	# results
{
	local alg

	printf '\nHMAC-SHA256, instructions with fast strings:\n'
	table "$1" fast sha256
	printf '\nThe same with string instructions by the iteration:\n'
	table "$1" instructions sha256
	printf '\nBytes that string instructions move for a message:\n'
	table "$1" moved sha256
	printf '\nBATCH, by the number of messages in a call, with fast strings:\n'
	table "$1" fast sha256 -v batch=1
	for alg in sha1 sha512 sha3-256; do
		printf '\nHMAC-%s, with fast strings:\n' "${alg^^}"
		table "$1" fast "$alg"
	done
}

{
cat <<EOF
<!-- SPDX-License-Identifier: GPL-2.0 -->
<!-- Written by selftests/bench/page.sh. -->
# What it costs

Measured on $(date -u +%F) at commit $(git describe --always --dirty), under two Debian
kernels, each in a guest with the QEMU and the OpenSSL of its Debian:

| Linux | CPU has SHA instructions | QEMU, \`-cpu max\` | OpenSSL |
|---|---|---|---|
$(environment "$new")
$(environment "$old")

The first is close to a CPU of today, where the hash costs a fraction and what is
beside it weighs more.

**Instructions**, not time, wherever it is not said otherwise: the emulator counts
them (\`-icount shift=0\`: one CPU, and CLOCK_MONOTONIC advances by a nanosecond with
each), which repeats to 1 % on any machine, however busy. The emulator counts
\`rep movs\` and \`rep stos\` by the iteration, so a copy of 1 MiB by \`rep movsb\` is a
million instructions. A CPU with fast string instructions does not work like that.
**With fast strings** means a model of it: such an instruction counts 1, and 1 more
for each 32 bytes that it stores. A plugin of the emulator counts these instructions
and their bytes (profile/count.c).

The **floor** is \`crypto_shash_digest()\` on a keyed transform, called in a loop in the
kernel: no interface to the kernel's hashes gets below it. hmacdev is called through
libhmacdev. Each way's tag is compared with OpenSSL's before it is timed. Keys have
32 bytes. Ways take turns, each for 1 to 2 million instructions a round; the median
of five rounds counts.

**Bytes moved** are those that string instructions store in a whole call. The hash and
the security modules clear some hundred bytes of their own in each. What other
instructions copy or clear is not in it. AF_ALG moves no byte of a message: it pins
the pages and hashes them in place.

## Targets

With SHA instructions, instructions are counted with fast strings; without, by the
iteration.
EOF
targets "$new"
targets "$old"
cat <<EOF

With SHA instructions, MAC of 64 bytes adds about 1,000 to the floor (profile.sh). About
230 are the kernel's way in and out of a system call, 310 are ioctl(2) and the security
modules, and 135 save and restore the process's vector registers, which the hash
uses. The process spends 90. The module has 230 more than the floor's own loop for
its checks, for copying the struct, the message and the tag, and for wiping.

## Against the others

With SHA instructions, counted with fast strings:

![Overhead over the floor by message size](overhead.svg)

![Cost of a message by batch size](batch.svg)

Both CPUs side by side, HMAC-SHA256, instructions a message with fast strings:

EOF
awk -F , -f "$here/commas.awk" -f "$here/side.awk" "$new" "$old"
printf '\n## With SHA instructions\n'
all_tables "$new"
printf '\n## Without SHA instructions\n'
all_tables "$old"
cat <<EOF

## By the clock

Linux $(about "$old" Linux) under emulation without counting, on a shared machine:
good for ratios only, and roughly. HMAC-SHA256, in percent of the floor's time. On a
machine of your own, load both modules, and \`bench speed nanoseconds 10000000 25
sha256\` (built by \`make -C selftests/bench\`) says it in true nanoseconds.
EOF
table "$old" nanoseconds sha256 -v relative=1
cat <<EOF

## Threads

The rate of two threads, each on a CPU, with MAC of 64 bytes:
EOF
values "$new" ratio ratio
values "$old" ratio ratio
cat <<EOF

With a copy each, threads share the key and not the open file, whose references the
kernel counts in each call.

## Memory

Of 10,000 each: *transform* is the crypto API's own keyed object, *context* all that
an open and keyed /dev/hmac takes, *copy* all that a copy of one does. By slab cache,
where an object takes the size of its cache's.
EOF
values "$new" bytes 'bytes each'
values "$old" bytes 'bytes each'
cat selftests/bench/python.md
} >"$dir/RESULTS.md"
