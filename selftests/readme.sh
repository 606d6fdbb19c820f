#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The README's example, which the Makefile compiled from the README itself: it
# runs, and says something.
echo "TAP version 13"
echo "1..1"
if said=$("$(dirname "$0")/readme") && [ -n "$said" ]; then
	echo "ok 1 readme"
else
	echo "# status $?: $said"
	echo "not ok 1 readme"
	exit 1
fi
