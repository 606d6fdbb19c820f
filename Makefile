# SPDX-License-Identifier: GPL-2.0
# The targets that a person types. The kernel's build reads Kbuild.

# The directory for everything that is built. Downloads go into a cache.
BUILD ?= build
ifneq ($(words $(BUILD) $(CURDIR)),2)
$(error BUILD and this directory need names without spaces)
endif
override BUILD := $(abspath $(BUILD))
QEMU := selftests/qemu
SCRIPTS := selftests/scripts

# The headers of the running kernel, or the newest installed or cached ones
ifndef KDIR
KDIR := $(shell $(SCRIPTS)/kdir.sh)
# The release, if it is not that of the running kernel
foreign = $(filter-out $(shell uname -r),$(RELEASE))
endif
RELEASE = $(shell sed 's/.*"\(.*\)"/\1/' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
KMOD = $(BUILD)/kmod/$(RELEASE)

ifeq ($(V),1)
quiet := --no-print-directory
else
quiet := -s --no-print-directory
.SILENT:
endif

# BTF needs files that the headers do not have, so each build would warn. The
# module does not use it.
KBUILD = $(quiet) -C $(KDIR) M=$(KMOD) W=1 \
	CONFIG_DEBUG_INFO_BTF_MODULES=
USERSPACE = $(quiet) -C userspace O=$(BUILD)/userspace

# A relative DESTDIR is relative to this directory, not to userspace/.
ifneq ($(DESTDIR),)
destdir := $(DESTDIR)
ifeq ($(filter /%,$(firstword $(DESTDIR))),)
destdir := $(CURDIR)/$(DESTDIR)
USERSPACE += DESTDIR='$(destdir)'
endif
INSTALL_MOD_PATH ?= $(destdir)
export INSTALL_MOD_PATH
endif

all: modules userspace ## build module, library and command (the default)

# The kernel's build writes next to the sources, so link them once per kernel.
modules: ## build the module; KDIR= names the kernel's headers
	test -n "$(RELEASE)" || { echo "No kernel headers$(KDIR:%= in %):" \
		"install linux-headers-amd64, or name them with KDIR="; \
		exit 1; } >&2
	test -z "$(foreign)" || \
		echo "Building the module for Linux $(foreign), not $$(uname -r)."
	mkdir -p $(KMOD)
	cp -rsf $(addprefix $(CURDIR)/,Kbuild kmod uapi) $(KMOD)
	$(MAKE) $(KBUILD) modules

modules_install: modules ## install the module; DESTDIR= or INSTALL_MOD_PATH=
	test -z "$(foreign)" || { echo "There are" \
		"no headers of this kernel: install linux-headers-$$(uname -r)," \
		"or name others with KDIR="; exit 1; } >&2
	$(MAKE) $(KBUILD) modules_install
	test -n "$(INSTALL_MOD_PATH)" || depmod $(RELEASE)

DKMS_VERSION = $(shell sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c)
DKMS_SOURCE = $(destdir)/usr/src/hmacdev-$(DKMS_VERSION)

dkms: dkms_source ## build the module with dkms, also for later kernels
	test -z "$(DESTDIR)" || { echo "dkms has no DESTDIR=:" \
		"see dkms_source"; exit 1; } >&2
	dkms install hmacdev/$(DKMS_VERSION)

dkms_remove: ## undo dkms
	dkms remove hmacdev/$(DKMS_VERSION) --all
	rm -rf $(DKMS_SOURCE)

dkms_source: ## install only what dkms builds the module from; DESTDIR=
	install -d $(DKMS_SOURCE)/kmod $(DKMS_SOURCE)/uapi/linux
	install -m 644 Kbuild $(DKMS_SOURCE)
	install -m 644 kmod/*.[ch] $(DKMS_SOURCE)/kmod
	install -m 644 uapi/linux/*.h $(DKMS_SOURCE)/uapi/linux
	sed 's/#MODULE_VERSION#/$(DKMS_VERSION)/' dkms.conf \
		>$(DKMS_SOURCE)/dkms.conf

userspace: ## build library and command
	$(MAKE) $(USERSPACE)

python: userspace ## build the Python package: wheel and sdist in build/python
	$(MAKE) $(quiet) -C userspace/python O=$(BUILD)/python \
		LIB=$(BUILD)/userspace

install: ## install library, command and man pages; DESTDIR= PREFIX= ...
	$(MAKE) $(USERSPACE) install

uninstall: ## remove what install installed; same DESTDIR= PREFIX= ...
	$(MAKE) $(USERSPACE) uninstall

deb: ## build Debian's packages into build/deb
	selftests/packages/build.sh $(BUILD)/deb

rpm: ## build packages for Fedora and RHEL into build/rpm, and check them
	selftests/packages/rpm.sh

demo: ## sign and check a file in a guest; FILE= names the file
	$(QEMU)/demo.sh

test: ## run all tests on all kernels, in guests; KERNEL=6.12|DIR TEST=name
	$(QEMU)/test.sh

test-debug: ## same on a kernel that detects leaks, deadlocks, bad accesses
	KERNEL=debug $(QEMU)/test.sh
	test -n "$(TEST)" || $(SCRIPTS)/coverage.sh

test-long: ## same with what takes minutes: messages of more than 4 GiB
	HMACDEV_LONG=1 $(QEMU)/test.sh

test-containers: ## use contexts in containers of podman and Docker, in a guest
	selftests/containers/test.sh

test-machines: ## sign and verify on three machines, in guests with a network
	selftests/machines/test.sh

test-kcsan: ## same on a kernel that detects data races
	KERNEL=kcsan $(QEMU)/test.sh

test-kmsan: ## same on a kernel that detects use of uninitialized memory
	KERNEL=kmsan $(QEMU)/test.sh

test-packages: ## build Debian's packages; install, boot, use, purge them
	selftests/packages/test.sh

coverage: ## report lines and branches of kmod/ that test-debug reached
	$(SCRIPTS)/coverage.sh

fuzz: ## compare random calls with a model; SECONDS= SEED= BITS=32 ...
	selftests/fuzz/run.sh $(SECONDS)

bench: ## measure hmacdev and its alternatives, in guests; CRYPTODEV=dir
	selftests/bench/run.sh

bench-check: ## measure, and fail if a target is missed
	selftests/bench/check.sh

shell: ## start a root shell in a guest with the module; KERNEL=6.1
	$(QEMU)/shell.sh

lint: ## run style checks and static analysis; check the module's size
	$(SCRIPTS)/lint.sh

abi: userspace ## record the library's binary interface, which lint compares
	selftests/scripts/setup.sh lint
	selftests/scripts/abi.sh --record $(BUILD)/userspace/libhmacdev.so

clean: ## remove what was built here; keep the cache
	rm -rf $(addprefix $(BUILD)/,bench containers deb kmod machines \
		packages python results rpm selftests selftests32 userspace \
		userspace32 arm64 armhf s390x)
	-test ! -d $(BUILD) || rmdir --ignore-fail-on-non-empty $(BUILD)

help: ## print this list
	sed -n 's/^\([a-z_-]*\):.* ## \(.*\)/\1\t\2/p' Makefile | expand -t 17

.PHONY: all modules modules_install dkms dkms_remove dkms_source userspace \
	python install uninstall deb rpm demo test test-debug test-long \
	test-containers test-machines test-packages test-kcsan test-kmsan \
	coverage fuzz bench bench-check shell lint abi clean help
