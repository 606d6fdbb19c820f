# SPDX-License-Identifier: GPL-2.0
# Functions that take Debian's packages from the mirror that this machine's apt
# uses. Source this file in bash, after lib.sh.
# shellcheck shell=bash

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror of Debian's archive in apt's sources
mirror()
{
	local uri

	uri=$(debian_uri)
	if [ -z "$uri" ] && [ "$(id -u)" = 0 ]; then
		apt-get -qq update >&2 || :
		uri=$(debian_uri)
	fi
	[ -n "$uri" ] || die "apt has no lists of Debian's archive:" \
		"run 'apt-get update' as root"
	echo "$uri"
}

# Only apt's lists have the label, which Debian signs.
debian_uri()
{
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' | sed -n 's/^Debian main //p' | head -n 1
}

# Sets apt to options of apt-get and apt-cache: packages come from that suite of
# the mirror, and for that architecture. "-" stands for this machine's sources
# and for its architecture. The lists that this needs are in the cache. Packages
# of the further architectures are named with them, as in "libc6:armhf".
use_apt()	# suite, architecture...
{
	local all cpu=$2 own

	own=$(dpkg --print-architecture)
	[ "$cpu" != - ] || cpu=$own
	apt_suite=$1 apt_dir=''
	# _apt cannot write where we may; root needs no help from it.
	apt=(-o APT::Sandbox::User="$(id -un)")
	[ "$apt_suite,$cpu" != "-,$own" ] || return 0

	all=$(IFS=,; echo "$cpu${3+,}${*:3}")
	apt_dir=$(cache_dir)/apt-${apt_suite/#-/host}-${all//,/-}
	mkdir -p "$apt_dir"/{lists,archives}/partial
	apt+=(-o APT::Architecture="$cpu" -o APT::Architectures="$all"
		-o Dir::State="$apt_dir" -o Dir::State::status=/dev/null
		-o Dir::Cache="$apt_dir" -o Acquire::Languages=none)
	[ "$apt_suite" = - ] ||
		apt+=(-o Dir::Etc::sourcelist="$apt_dir/sources.list"
			-o Dir::Etc::sourceparts=-
			-o APT::Default-Release="$apt_suite")
	[ -n "$(find "$apt_dir/updated" -mtime -1 2>/dev/null)" ] ||
		update_lists || :
}

# After use_apt. This machine's own lists are root's to update. Some archives may
# fail where another one has the package.
update_lists()
{
	if [ -z "$apt_dir" ]; then
		[ "$(id -u)" = 0 ] && apt-get -qq update >&2
		return
	fi
	[ "$apt_suite" = - ] || write_sources || return
	say "reading the lists of packages of ${apt_dir##*/apt-}"
	flock "$apt_dir/lock" apt-get -qq "${apt[@]}" update \
		>"$apt_dir/log" 2>&1 || :
	touch "$apt_dir/updated"
}

# The packages of backports depend on those of the suite itself.
write_sources()
{
	local base suite new=$apt_dir/.new.$BASHPID

	base=$(mirror) || return
	for suite in "${apt_suite%-backports}" "$apt_suite"; do
		echo "deb [signed-by=$debian_keyring] $base $suite main"
	done | uniq >"$new"
	mv "$new" "$apt_dir/sources.list"
}

# After use_apt: into the current directory. Here set -e may have no effect.
unpack_packages()	# package...
{
	local deb

	if ! apt-get -qq "${apt[@]}" download "$@" >&2; then
		[ -z "$apt_dir" ] || cat "$apt_dir/log" >&2
		return 1
	fi
	for deb in *.deb; do
		dpkg-deb -x "$deb" . && rm "$deb" || return
	done
}
