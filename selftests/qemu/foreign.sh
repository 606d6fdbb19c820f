#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# foreign.sh SUITE ARCHITECTURE...: make /usr and /etc of a Debian system of that
# suite for another CPU in the cache, once, and print their directory. It is for
# guests of that CPU (guest.sh --root) and has the programs that the tests run.
# It also has what programs for each of the architectures are linked with. All of
# it is unpacked, and nothing is installed: no program of it runs here.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/scripts/apt.sh
. "$(dirname "$0")/../scripts/apt.sh"

[ $# -gt 1 ] || die "usage: foreign.sh SUITE ARCHITECTURE..."

packages=(base-files base-passwd bash bsdutils coreutils dash diffutils findutils grep
	keyutils kmod libc-bin mawk mount openssl python3 sed util-linux)
for arch in "${@:2}"; do
	packages+=("libc6-dev:$arch" "libssl-dev:$arch")
done

cache=$(cache_dir)
name=root-$1-$2
dir=$cache/$name-$(cksum <<<"${packages[*]}" | sed 's/ .*//')

# The packages and all that they depend on
resolve()
{
	local said

	said=$(apt-get -qq "${apt[@]}" --no-install-recommends -s \
		install "${packages[@]}") || return
	sed -n 's/^Inst \([^ ]*\) .*/\1/p' <<<"$said"
}

# What the packages' scripts would do, as far as the tests need it
set_up()
{
	cp usr/share/base-passwd/passwd.master etc/passwd &&
		cp usr/share/base-passwd/group.master etc/group &&
		ln -s mawk usr/bin/awk
}

unpack()
{
	local found

	found=$(resolve) && [ -n "$found" ] || return
	# shellcheck disable=SC2086 # names
	unpack_packages $found && set_up &&
		rm -rf usr/share/{doc,locale,man}
}

mkdir -p "$cache"
exec 9>"$cache/lock-$name"
flock 9
if [ ! -d "$dir" ]; then
	say "unpacking a Debian $1 for $2"
	tmp=$(mktemp -d "$cache/.new-$name.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	chmod 755 "$tmp"
	use_apt "$@"
	cd "$tmp"
	unpack || { update_lists && rm -rf -- * && unpack; } ||
		die "cannot download a Debian $1 for $2:" \
			"is the network within reach?"
	mv "$tmp" "$dir"
fi
echo "$dir"
