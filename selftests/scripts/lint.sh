#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make lint: static checks of the code. Every check runs, also after another one
# has failed.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
. selftests/qemu/lib.sh
. selftests/scripts/build.sh

kmod_lines=1729		# AF_ALG has 1,753 for its hash path alone

# All words that the column "uses" of qemu/series may have
use_words="test ci ci-short lint clang no-compat demo bench fuzz source counted"
use_words+=" strict plain packages"

words=$(series_for lint)
read -ra kernels <<<"$words"
selftests/scripts/setup.sh build guest lint python "${kernels[@]}"
source=$(selftests/qemu/kernel.sh --source "$(series_for source)")
top=$PWD
tmp=$(mktemp -d)
mkdir "$tmp/include"
trap 'rm -rf "$tmp"' EXIT

# Use a variable, since the exit status of <(...) is lost.
words=$(find userspace selftests -name '*.[ch]')
mapfile -t programs <<<"$words"
words=$(grep -rlE '^#!.*sh$' --exclude-dir=build --exclude-dir=.git .)
mapfile -t scripts <<<"$words"

check()	# name, command...: it must succeed and say nothing
{
	local said name=$1

	shift
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		printf '%-24s clean\n' "$name"
	else
		printf '%-24s FAILED\n%s\n' "$name" "$said"
		failed=1
	fi
}

failed=
# Use a new directory, since the program leaves a file.
checkpatch()	# types to ignore, file...
{
	local ignore=$1

	shift
	(cd "$tmp" && "$source/scripts/checkpatch.pl" --no-tree --strict \
		--terse --no-summary --quiet --show-types \
		--root="$tmp" --max-line-length=80 --ignore "$ignore" -f "${@/#/$top/}") |
		sed "s|^$top/||"
}

# Messages are not broken into lines, so that people can search for them.
kernel_style=LONG_LINE_STRING

# compat.h is for the kernels that a module in the tree would not meet, and
# trace.h has the shape of every TRACE_EVENT().
compat_style=$kernel_style,LINUX_VERSION_CODE,CONSTANT_COMPARISON
trace_style=$kernel_style,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT

# A program has C's own types and no kernel helpers; char *argv[] is not const;
# _Static_assert is no name of ours; volatile and ENOSYS mean what they say.
program_style=$kernel_style,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO
program_style+=,ARRAY_SIZE,BIT_MACRO,STRCPY,STATIC_CONST_CHAR_ARRAY,CAMELCASE
program_style+=,VOLATILE,ENOSYS,EMBEDDED_FUNCTION_NAME

# And a test has vectors in hex that go over lines, macros that stand for whole
# tests, and FIXTURE_DATA(x) *self, which is taken for a product.
test_style=$program_style,SPLIT_STRING,MISSING_SPACE,MACRO_ARG_REUSE
test_style+=,COMPLEX_MACRO,MACRO_WITH_FLOW_CONTROL,SPACING

# A row of a list becomes a definition, which a semicolon ends.
test_style+=,TRAILING_SEMICOLON,MULTISTATEMENT_MACRO_USE_DO_WHILE

# An interface without a header is declared where it is used.
test_style+=,AVOID_EXTERNS

# A row of a table has more columns than one program needs.
test_style+=,MACRO_ARG_UNUSED

style()
{
	local f

	for f in uapi/linux/*.h kmod/*.[ch] "${programs[@]}"; do
		case $f in
		kmod/compat.h)	checkpatch "$compat_style" "$f" ;;
		kmod/trace.h)	checkpatch "$trace_style" "$f" ;;
		userspace/*)	checkpatch "$program_style" "$f" ;;
		selftests/*)	checkpatch "$test_style" "$f" ;;
		*)		checkpatch "$kernel_style" "$f" ;;
		esac
	done
}

# Build from scratch, since the compiler only warns of files that it compiles.
module()	# name of the build, argument of make...
{
	"${within[@]}" make -s modules KDIR="$kernel/build" \
		BUILD="$tmp/$1" "${kbuild[@]}" "${@:2}"
}

# Options that are off in C. kbuild may still have them: it reads another file.
undefine()	# file, option of the kernel...
{
	printf '#undef %s\n' "${@:2}" >"$1"
}

# Debian's headers have the options that GCC needs. Set those of Clang instead.
clang()	# name of the build
{
	undefine "$tmp/clang.h" CONFIG_CC_HAS_NAMED_AS CONFIG_USE_X86_SEG_SUPPORT
	module "$1" LLVM=-16 CC=clang-16 KCFLAGS="-include $tmp/clang.h" \
		CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0 \
		CONFIG_CC_IS_CLANG=y CONFIG_CLANG_VERSION=160000 \
		CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough \
		CONFIG_FTRACE_MCOUNT_USE_CC= CONFIG_FTRACE_MCOUNT_USE_OBJTOOL=y
}

# All of Debian's 64-bit kernels for this CPU run 32-bit programs.
no_compat()	# name of the build
{
	undefine "$tmp/no-compat.h" CONFIG_COMPAT CONFIG_COMPAT_32 \
		CONFIG_IA32_EMULATION
	module "$1" KCFLAGS="-include $tmp/no-compat.h" || return
	! nm "$tmp/$1"/kmod/*/hmacdev.ko | grep compat_ptr_ioctl
}

# After find_tools
foreign_userspace()	# name of the build
{
	"${within[@]}" make -s userspace BUILD="$tmp/$1" "${tools[@]}"
}

builds()	# series
{
	local sparse=(C=1 CF=-D__CHECK_ENDIAN__)

	find_kernel "$1"
	if foreign; then
		find_tools
		check "userspace, $1" foreign_userspace "$1"
	fi
	# The headers of Linux 7.3 lack the script that starts sparse.
	if [ ${#within[@]} = 0 ]; then
		check "W=1 and sparse, $1" module "$1" "${sparse[@]}"
	else
		check "W=1, $1" module "$1"
	fi
	[[ ,$series_uses, != *,clang,* ]] ||
		check "Clang, $1" clang "$1-clang"
	[[ ,$series_uses, != *,no-compat,* ]] ||
		check "without COMPAT, $1" no_compat "$1-no-compat"
}

# A misspelt word would leave out a check.
series_table()
{
	awk -v words="$use_words" '
		BEGIN {
			split(words, list, " ")
			for (i in list)
				known[list[i]] = 1
		}
		/^[^#]/ {
			if (NF < 9)
				print $1 ": too few columns"
			if (seen[$1]++)
				print $1 ": twice"
			count = split($9, uses, ",")
			for (i = 1; i <= count; i++)
				if ($9 != "-" && !(uses[i] in known))
					print $1 ": nothing uses \"" uses[i] "\""
		}' selftests/qemu/series
}

kernel_doc()
{
	"$source/scripts/kernel-doc" -none -Werror "$@"
}

# Another C library, which has no kernel headers of its own. Link statically, as
# programs of an initramfs are.
musl()
{
	local headers=$tmp/kernel-headers args

	mkdir "$headers"
	ln -s /usr/include/{linux,asm-generic} \
		"/usr/include/$(gcc -print-multiarch)/asm" "$headers"
	args=(-s -C userspace O="$tmp/musl" CC=musl-gcc
		CPPFLAGS="-idirafter $headers")
	make "${args[@]}"
	rm -f "$tmp/musl/hmacdev"
	make "${args[@]}" LDFLAGS="-static -no-pie" "$tmp/musl/hmacdev"
	"$tmp/musl/hmacdev" version >/dev/null
}

# The build must fail with one line if the kernel lacks what the module needs.
needs()
{
	local said

	said=$(module needs CONFIG_KEYS= 2>&1 || :)
	grep -q 'needs a kernel with CONFIG_KEYS' <<<"$said" || echo "$said"
}

# The comments of the interface must name each algorithm of the tests.
algorithms()
{
	local names

	names=$(sed -nE 's/^\tX\([^"]*"([^"]+)".*/\1/p' \
		selftests/include/hmacdev_algs.h)
	[ -n "$names" ] || echo "no algorithms in selftests/include/hmacdev_algs.h"
	sed 's/^ \* *//' uapi/linux/hmacdev.h | tr '\n' ' ' |
		sed 's/.*The canonical names are \([^.]*\)\..*/\1/' |
		sed 's/ and /, /; s/, */\n/g' | sort >"$tmp/canonical"
	sort <<<"$names" | diff - "$tmp/canonical" ||
		echo "uapi/linux/hmacdev.h does not list the tests' algorithms"
}

# What is written by hand about each ioctl: its layout and descriptions
ioctls()
{
	local name names

	names=$(sed -nE '/IOC_TYPE\t/!s/^#define HMACDEV_IOC_([A-Z]+).*/\1/p' \
		uapi/linux/hmacdev.h)
	[ -n "$names" ] || echo "no ioctls in uapi/linux/hmacdev.h"
	for name in $names; do
		grep -q "^NUMBER($name," selftests/library/layout.h ||
			echo "selftests/library/layout.h does not have $name"
		grep -Eq "^\|( |.*, )${name}[ ,]" README.md ||
			echo "README.md does not describe $name"
		grep -q "HMACDEV_IOC_$name\>" userspace/man/hmac.4 ||
			echo "userspace/man/hmac.4 does not describe $name"
	done
}

lines()
{
	[ "$lines" -le "$kmod_lines" ] ||
		echo "$lines lines in kmod/; the limit is $kmod_lines"
}

check checkpatch style
for series in "${kernels[@]}"; do
	builds "$series"
done
check kernel-doc kernel_doc uapi/linux/hmacdev.h kmod/*.[ch]
check userspace make -s userspace BUILD="$tmp"
check "binary interface" selftests/scripts/abi.sh "$tmp/userspace/libhmacdev.so"
check "userspace with musl" musl
check "without CONFIG_KEYS" needs
# In Python's calls, cppcheck does not see what sets a buffer.
check cppcheck cppcheck --quiet --error-exitcode=1 --std=c11 --library=python \
	--suppress=ctuuninitvar:userspace/python/src/message.c \
	--enable=warning,performance,portability -Iuapi -Iuserspace/lib userspace
check "manual, symbols" make -s -C userspace check O="$tmp/userspace"
check "Python package" make -s -C userspace/python check
check pyflakes pyflakes3 userspace/examples selftests
check shellcheck shellcheck -a -x "${scripts[@]}"
check series series_table
check algorithms algorithms
check ioctls ioctls
lines=$(cat kmod/*.[ch] | wc -l)
check "lines of kmod: $lines" lines
[ -z "$failed" ]
