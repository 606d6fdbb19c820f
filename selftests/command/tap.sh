# SPDX-License-Identifier: GPL-2.0
# Functions for scripts that report test cases in TAP. Source this file in bash.
# shellcheck shell=bash

n=0 failed=0
echo 'TAP version 13'

result()	# name, whether it passed, what to say if not
{
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n $1"
	else
		printf '%s\n' "$3" | sed 's/^/# /'
		echo "not ok $n $1"
		failed=1
	fi
}

# Waits for a condition, at most so many seconds.
wait_seconds=60
until_true()	# command...
{
	local end=$((SECONDS + wait_seconds))

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return
		sleep 0.1
	done
}

# After the last
finish()
{
	echo "1..$n"
	exit $failed
}
