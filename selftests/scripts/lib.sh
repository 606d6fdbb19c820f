# SPDX-License-Identifier: GPL-2.0
# Functions for all scripts. Source this file in bash.
# shellcheck shell=bash

say()
{
	echo "${0##*/}: $*" >&2
}

die()
{
	say "$@"
	exit 1
}

cache_dir()
{
	realpath -m "${HMACDEV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hmacdev}"
}
