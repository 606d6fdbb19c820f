#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# profile.sh ROW [BYTES [COUNT]]: count the instructions of a call in each
# function of the kernel (KERNEL=6.12). ROW is a row of the results, such as
# "hmacdev MAC"; a whole batch is one call.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/bench/lib.sh

row=$1 bytes=${2:-64} count=${3:-200}
build_bench "${KERNEL:-$(series_for bench)}" plugin

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# guest.sh finds this first.
cat >"$tmp/$cpu_qemu" <<EOF
#!/bin/sh
exec $(command -v "$cpu_qemu") "\$@" \\
	-plugin "$PWD/build/bench/count.so,out=$tmp/counts"
EOF
chmod +x "$tmp/$cpu_qemu"

# The addresses differ from boot to boot.
echo '"$@" && cat /proc/kallsyms' >"$tmp/with-symbols"
bench=(sh "$tmp/with-symbols" "${bench[@]}")
PATH=$tmp:$PATH in_guest --icount -- profile "$row" "$bytes" "$count" >"$tmp/symbols"

# Compare as text: awk's numbers have too few digits.
{
	awk '$2 ~ /[tTwW]/ { print $1, 0, $3, $4 }' "$tmp/symbols"
	awk '{ print $1, 1, $2 }' "$tmp/counts"
} | LC_ALL=C sort | awk -v count="$count" '
	!$2		{ symbol = $3 " " $4; next }
	$1 < "8"	{ symbol = "(the process)" }
			{ sum[symbol] += $3; total += $3 }
	END {
		printf "%10.1f a call\n", total / count
		for (symbol in sum)
			printf "%10.1f %s\n", sum[symbol] / count, symbol
	}' | sort -rn
