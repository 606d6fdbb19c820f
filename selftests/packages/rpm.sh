#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make rpm: build the packages for Fedora and RHEL into build/rpm, on Debian, and
# check them with rpmlint. Debian has no kmodtool, so of the module's package only
# the source package is made. But its sections for building and installing run,
# with the headers of KERNEL.
#
# This cannot show whether the packages install and work on Fedora or RHEL, and
# what akmods does with the source package there. By hand, kmodtool 0.12.1 of
# Fedora made akmod-hmacdev of the spec on Debian.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR
# shellcheck source=selftests/qemu/lib.sh
. selftests/qemu/lib.sh
# shellcheck source=selftests/scripts/build.sh
. selftests/scripts/build.sh

series=${KERNEL:-$(series_for demo)}
dir=$PWD/build/rpm
specs=userspace/rpm

selftests/scripts/setup.sh build guest python rpm "$series"
find_kernel "$series"
[ ${#within[@]} = 0 ] || die "KERNEL=$series needs another compiler"
read -r release <"$kernel/release"
rm -rf "$dir"
mkdir -p "$dir/SOURCES"

version=$(sed -n 's/^Version: *//p' $specs/hmacdev.spec)
for version_of in "$(sed -n 's/^VERSION := //p' userspace/Makefile)" \
	"$(sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c)" \
	"$(sed -n 's/^Version: *//p' $specs/hmacdev-kmod.spec)"; do
	[ "$version_of" = "$version" ] ||
		die "the specs have version $version, and there is $version_of"
done
if [ -e .git ]; then
	git ls-files -z
else
	find . -path ./build -prune -o -type f -print0
fi | tar -c --null -T - --transform "s|^|hmacdev-$version/|" \
	-zf "$dir/SOURCES/hmacdev-$version.tar.gz"

# Debian's rpm knows no installed packages, does not split off what a debugger
# needs, and lacks systemd's macros: here they are commands with the units. PATH
# may have other programs first.
rpm_build()	# argument of rpmbuild...
{
	if ! PATH=/usr/sbin:/usr/bin:/sbin:/bin rpmbuild --nodeps \
		--define "_topdir $dir" \
		--define "debug_package %{nil}" \
		--define "systemd_post() systemctl preset %*" \
		--define "systemd_preun() systemctl disable --now %*" \
		--define "systemd_postun_with_restart() \
			systemctl try-restart %*" "$@" \
		>"$dir/log" 2>&1 </dev/null; then
		tail -n 30 "$dir/log" >&2
		die "rpmbuild failed; $dir/log has all that it said"
	fi
}

rpm_build -ba $specs/hmacdev.spec
rpm_build -bs $specs/hmacdev-kmod.spec
# Without kmodtool, no package has the module.
rpm_build -bi $specs/hmacdev-kmod.spec \
	--define "_unpackaged_files_terminate_build 0" \
	--define "kernel_versions ${release}___$kernel/build" \
	--define "kmodinstdir_prefix /lib/modules/" \
	--define "kmodinstdir_postfix /extra/hmacdev/"
module=$(find "$dir/BUILDROOT" -path "*/lib/modules/$release/extra/hmacdev/*.ko")
[ -n "$module" ] || die "the module's package would have no module"
[ "$(modinfo -F version "$module")" = "$version" ] ||
	die "$module is not version $version"
rm -rf "$dir"/BUILD*

package=$(find "$dir/RPMS" -name "hmacdev-$version-*.rpm")
stopped=$(rpm -qp --qf '%{PREUN}' "$package")
units=$(rpm -qpl "$package" | sed -n 's|.*/systemd/system/||p')
[ -n "$units" ] || die "the package has no units"
for unit in $units; do
	[[ "$stopped " = *"systemctl disable "*" $unit "* ]] ||
		die "removing the package does not stop $unit"
done

rpmlint -c $specs/rpmlint.toml $specs/*.spec "$dir"/RPMS "$dir"/SRPMS
