#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# inside.sh FLOOR CRYPTODEV BENCH ARG...: run BENCH with the modules that it
# compares hmacdev with; CRYPTODEV is a directory or empty.
set -eu

floor=$1
cryptodev=$2
shift 2
insmod "$floor"
[ -z "$cryptodev" ] || insmod "$cryptodev/cryptodev.ko"
status=0
"$@" || status=$?
[ -z "$cryptodev" ] || rmmod cryptodev
rmmod hmac_floor
exit $status
