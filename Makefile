# SPDX-License-Identifier: GPL-2.0
# The verbs a person types; what the kernel's build reads is Kbuild.

# All that is built goes here; what is downloaded goes into a cache.
BUILD ?= build
override BUILD := $(abspath $(BUILD))
QEMU := selftests/qemu

# The running kernel's headers, else the newest installed, else the cached.
ifndef KDIR
KDIR := $(shell $(QEMU)/kdir.sh)
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

# Type information for BPF needs more than the headers, and says so in each
# build without it; nothing here uses it.
KBUILD = $(quiet) -C $(KDIR) M=$(KMOD) W=1 \
	CONFIG_DEBUG_INFO_BTF_MODULES=
USERSPACE = $(quiet) -C userspace O=$(BUILD)/userspace

# A relative one is relative to here, and not to userspace/.
ifneq ($(DESTDIR),)
ifeq ($(filter /%,$(firstword $(DESTDIR))),)
USERSPACE += DESTDIR='$(CURDIR)/$(DESTDIR)'
endif
endif

all: modules userspace ## module, library and command (the default)

# The kernel's build writes beside the sources: links keep the kernels apart.
modules: ## the module; KDIR= names the kernel's headers
	test -n "$(RELEASE)" || { echo "No kernel headers$(KDIR:%= in %):" \
		"install linux-headers-amd64, or name them with KDIR="; \
		exit 1; } >&2
	mkdir -p $(KMOD)
	cp -rsf $(addprefix $(CURDIR)/,Kbuild kmod uapi) $(KMOD)
	$(MAKE) $(KBUILD) modules

modules_install: modules ## the module, where modprobe finds it
	$(MAKE) $(KBUILD) modules_install
	test -n "$(INSTALL_MOD_PATH)" || depmod $(RELEASE)

userspace: ## library and command
	$(MAKE) $(USERSPACE)

install: ## library, headers, command, man pages; DESTDIR= PREFIX= LIBDIR= ...
	$(MAKE) $(USERSPACE) install

uninstall: ## remove what install installed; the same DESTDIR= PREFIX= ...
	$(MAKE) $(USERSPACE) uninstall

demo: ## a file's HMAC made by the kernel, in a guest; FILE= names the file
	$(QEMU)/demo.sh

test: ## every test on every kernel, in a guest; KERNEL=6.12 TEST=name
	$(QEMU)/test.sh

test-debug: ## the same on a kernel that looks for leaks, locks and bad accesses
	KERNEL=debug $(QEMU)/test.sh

test-kcsan: ## the same on a kernel that looks for data races
	KERNEL=kcsan $(QEMU)/test.sh

test-kmsan: ## the same on a kernel that looks for memory never written
	KERNEL=kmsan $(QEMU)/test.sh

coverage: ## what the last test-debug reached of kmod/, and what it did not
	$(QEMU)/coverage.sh

fuzz: ## random calls against a model; SECONDS= SEED= SEQUENCE= BITS=32 KERNEL=
	selftests/fuzz/run.sh $(SECONDS)

bench: ## instructions and time beside the peers', in a guest; CRYPTODEV=dir
	selftests/bench/run.sh

bench-check: ## the same, against the targets; fails where one is missed
	selftests/bench/check.sh

shell: ## a root shell in a guest with the module loaded; KERNEL=6.1
	$(QEMU)/shell.sh

lint: ## checkpatch, sparse, cppcheck, shellcheck, and the module's size
	$(QEMU)/lint.sh

clean: ## remove what was built here; the cache stays
	rm -rf $(BUILD)

help: ## this list
	sed -n 's/^\([a-z_-]*\):.* ## \(.*\)/\1\t\2/p' Makefile | expand -t 17

.PHONY: all modules modules_install userspace install uninstall demo test test-debug \
	test-kcsan test-kmsan coverage fuzz bench bench-check shell lint clean help
