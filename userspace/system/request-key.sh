#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# request-key DESCRIPTION UID: print the bytes of the key hmac:NAME, which a
# process of this user asks for. request-key(8) runs this. See hmacdev-keys(7).
#
# A user gets only keys of its own: those of root are the credentials hmac.NAME,
# those of another user hmac@UID.NAME. No NAME has a @.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

[ $# = 2 ] || exit 1
name=${1#hmac:} uid=$2
case $name in
''|*[!A-Za-z0-9._-]*)
	echo "request-key: a name must have only letters, digits, . _ and -" >&2
	exit 1
	;;
esac
[ "$uid" = 0 ] && credential=hmac.$name || credential=hmac@$uid.$name
exec systemd-creds decrypt --name="$credential" \
	"/etc/credstore.encrypted/$credential" -
