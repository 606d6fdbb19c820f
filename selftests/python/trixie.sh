#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# NAME.trixie, a link to this script: run NAME.py with Debian 13's Python.
exec "$(dirname "$0")/../../selftests/qemu/root.sh" trixie \
	python3 "${0%.trixie}.py"
