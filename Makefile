# SPDX-License-Identifier: GPL-3.0-or-later
# nearnative: `make help` lists the targets. V=1 prints whole commands.

.DEFAULT_GOAL := all
.PHONY: all deps demo check install uninstall clean dist help

VERSION := 0.1.0
BUILD   ?= build
prefix  ?= /usr/local
bindir  ?= $(prefix)/bin
datadir ?= $(prefix)/share
mandir  ?= $(datadir)/man

CC     ?= cc
CFLAGS ?= -O2 -g
Q      := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$(2))')

# Each outside library has one home in the tree (CONTRIBUTING.md); these lists only link them.
AGENT_PACKAGES := libcurl gnutls jansson
HOST_PACKAGES  := $(AGENT_PACKAGES) sqlite3 libmicrohttpd yaml-0.1 libvirt libxml-2.0 gsl libpci hwloc
pkg_config     ?= pkg-config
pkg            = $(shell $(pkg_config) $(1) $(2) 2>/dev/null)

ALL_CPPFLAGS = -I. -I$(BUILD)/generated -D_GNU_SOURCE -include harness/base/banned.h \
	-DNN_VERSION='"$(VERSION)"' $(call pkg,--cflags,$(HOST_PACKAGES)) $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu11 -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wundef -Werror=implicit-function-declaration \
	-fno-common $(CFLAGS)
AGENT_LIBS   = $(call pkg,--libs,$(AGENT_PACKAGES)) -ldl -lm -lpthread
HOST_LIBS    = $(call pkg,--libs,$(HOST_PACKAGES)) -lcyaml -ldl -lm -lpthread

# What pkg-config calls a library and the Debian package that has it.
DEBIAN_PACKAGES := libcurl:libcurl4-gnutls-dev gnutls:libgnutls28-dev jansson:libjansson-dev \
	sqlite3:libsqlite3-dev libmicrohttpd:libmicrohttpd-dev yaml-0.1:libyaml-dev \
	libvirt:libvirt-dev libxml-2.0:libxml2-dev gsl:libgsl-dev libpci:libpci-dev hwloc:libhwloc-dev

AGENT_ROOMS := harness/base harness/protocol harness/device workloads collectors
HOST_ROOMS  := $(AGENT_ROOMS) harness/stats harness/store harness/plan harness/server harness/target \
	harness/runner harness/doctor harness/import harness/cmd reports
agent_mains := harness/agent/main.c
host_mains  := harness/cmd/main.c
find_c       = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))

AGENT_SRC := $(filter-out $(agent_mains),$(call find_c,$(AGENT_ROOMS) harness/agent))
HOST_SRC  := $(filter-out $(host_mains),$(call find_c,$(HOST_ROOMS)))
ALL_SRC   := $(sort $(AGENT_SRC) $(HOST_SRC))
objects    = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))

AGENT_OBJ := $(call objects,obj,$(AGENT_SRC) $(agent_mains))
HOST_OBJ  := $(call objects,obj,$(HOST_SRC) $(host_mains))
SAN_OBJ   := $(call objects,san,$(ALL_SRC))
UNIT_SRC  := $(foreach f,$(call find_c,ci/tests),$(if $(findstring /test_,$(f)),$(f)))
UNIT_BIN  := $(patsubst ci/tests/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
# Each file of ci/fuzz is a target; all share one archive that clang has made with coverage.
FUZZ_SRC  := $(wildcard ci/fuzz/*.c)
FUZZ_OBJ  := $(call objects,fuzz/obj,$(ALL_SRC) $(FUZZ_SRC))
FUZZ_BIN  := $(patsubst ci/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
# Programs that test and measure the whole, as it is built for use.
BENCH_OBJ    := $(filter-out $(call objects,obj,$(host_mains)),$(HOST_OBJ))
VALIDATE_OBJ := $(call objects,obj,$(call find_c,ci/validate))
MEASURE_OBJ  := $(call objects,obj,$(wildcard ci/bench/*.c) ci/validate/model.c ci/validate/recording.c)
STATS_UNITS  := $(filter $(BUILD)/unit/harness/stats/%,$(UNIT_BIN))
EMBEDDED  := $(shell grep -rhoE '^\#include "[^"]+\.inc"' --include=*.c $(HOST_ROOMS) harness/agent 2>/dev/null | sed 's/.*"\(.*\)"/\1/' | sort -u)
GENERATED := $(addprefix $(BUILD)/generated/,$(EMBEDDED))

PROGRAMS := $(BUILD)/nearnative $(BUILD)/nearnative-agent
SANITIZE := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -O1
SAN      := $(SANITIZE) -g
# libFuzzer is clang's; FUZZ_SECONDS is how long each target is tried.
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 5
FUZZ_COVERAGE = -fsanitize=fuzzer-no-link
FUZZ     := $(SANITIZE) -gline-tables-only

all: $(PROGRAMS) $(BUILD)/nearnative.1 ## build both programs and the manual page

deps: ## install the Debian packages that are missing (apt-get, as root or through sudo)
	$(Q)sh ci/deps --tests

demo: ## set everything up and run the main job in the software lab
	$(Q)sh ci/deps
	$(Q)$(MAKE) -j$$(nproc) all
	$(Q)ci/demo $(BUILD)

check: ## set everything up, then unit tests (ASan, UBSan), fuzz targets and end-to-end tests
	$(Q)sh ci/deps --tests
	$(Q)$(MAKE) -j$$(nproc) all unit-tests fuzz-targets $(BUILD)/torture-proxy
	$(Q)$(MAKE) lint
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) ci/check $(BUILD)

# ---- installation (GNU: DESTDIR, prefix) ----

sharedir = $(datadir)/nearnative
LAB := $(addprefix ci/lab/,run prepare init session libvirtd campaign)

install: all ## install programs, manual page, plans and lab below $(DESTDIR)$(prefix)
	install -d $(addprefix $(DESTDIR),$(bindir) $(mandir)/man1 $(sharedir)/plans $(sharedir)/lab/topologies)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(bindir)
	install -m 644 $(BUILD)/nearnative.1 $(DESTDIR)$(mandir)/man1
	install -m 644 $(wildcard ci/plans/*.yaml) $(DESTDIR)$(sharedir)/plans
	install -m 755 $(LAB) $(DESTDIR)$(sharedir)/lab
	install -m 644 $(wildcard ci/lab/topologies/*.topology) $(DESTDIR)$(sharedir)/lab/topologies

uninstall: ## remove what install wrote
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(notdir $(PROGRAMS))) $(DESTDIR)$(mandir)/man1/nearnative.1
	rm -rf $(DESTDIR)$(sharedir)

clean: ## remove what was built (the lab's kernel included)
	rm -rf $(BUILD)

dist: ## a source archive of the present commit
	$(Q)[ -e .git ] || { echo 'make dist archives a commit: this is no git checkout' >&2; exit 1; }
	$(Q)mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=nearnative-$(VERSION)/ -o $(BUILD)/nearnative-$(VERSION).tar.gz HEAD

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: libraries
libraries:
	$(Q)missing=; for pair in $(DEBIAN_PACKAGES); do \
		$(pkg_config) --exists "$${pair%%:*}" || missing="$$missing $${pair#*:}"; \
	done; \
	[ -z "$$missing" ] || { echo "missing libraries, install$$missing (make deps does)" >&2; exit 1; }

.PHONY: unit-tests lint format format-check lab virtual-time lab-gate lab-gate-baseline lab-gate-proof
.PHONY: validate validate-readme bench torture vm-settings mdev fuzz fuzz-targets
unit-tests: $(UNIT_BIN)

fuzz-targets: $(FUZZ_BIN)

fuzz: ## try to break every parser with odd input, FUZZ_SECONDS=5 for each
	$(Q)$(MAKE) -j$$(nproc) fuzz-targets
	$(Q)ci/fuzz/run $(BUILD) $(FUZZ_SECONDS)

virtual-time: all ## three campaigns in the deterministic lab; print how well their ratios agree
	$(Q)ci/virtual-time $(BUILD)

vm-settings: all ## VMs in the lab that differ by settings, each proved in effect (a quarter of an hour)
	$(Q)ci/vm-settings $(BUILD)

mdev: all ## a mediated device in the lab, by the kernel's sample driver (minutes; 150 MB once)
	$(Q)ci/mdev $(BUILD)

validate: all $(BUILD)/validate $(STATS_UNITS) ## simulate coverage, size and power of the verdicts (minutes)
	$(Q)ci/validate/run $(BUILD)

validate-readme: all $(BUILD)/validate $(STATS_UNITS) ## the same, and put the findings into harness/stats/README.md
	$(Q)ci/validate/run $(BUILD) --readme

bench: all $(BUILD)/measure ## speed and memory, against R and Python (ci/bench says what it needs)
	$(Q)ci/bench/stats $(BUILD)
	$(Q)ci/bench/store $(BUILD)

lab-gate: all ## is the passthrough path longer than the baseline's? KERNEL=… QEMU=… under test
	$(Q)ci/lab-gate $(BUILD)

lab-gate-baseline: all ## let KERNEL=… and QEMU=… be the baseline of lab-gate
	$(Q)ci/lab-gate $(BUILD) --set-baseline

lab-gate-proof: all ## lab-gate catches longer paths and is silent on unchanged ones (an hour)
	$(Q)ci/lab-gate-proof $(BUILD)

torture: all $(BUILD)/torture-proxy ## kill and damage campaigns in the lab at random instants (hours)
	$(Q)ci/torture/run $(BUILD) $(if $(TORTURE_FAULTS),--faults $(TORTURE_FAULTS)) $(if $(TORTURE_SEED),--seed $(TORTURE_SEED))

lab: ## prepare the software lab's kernel and initramfs
	$(Q)ci/lab/prepare

lint: export LINT_CPPFLAGS = $(ALL_CPPFLAGS)
lint: export LINT_CFLAGS = $(filter-out -O% -g,$(ALL_CFLAGS))
lint: $(GENERATED) ## both compilers with -Werror, headers alone, library homes, shell syntax
	$(Q)BUILD=$(BUILD) ci/lint

# What git knows or, in an unpacked archive, what is there.
list_c    = if [ -e .git ]; then git ls-files -co --exclude-standard '*.c' '*.h'; \
	else find . -path ./build -prune -o -name '*.[ch]' -print; fi
FORMATTED = $(or $(wildcard $(shell $(list_c))),$(error no C source found here))
format: ## lay the sources out
	$(Q)clang-format -i $(FORMATTED)
format-check: ## fail when clang-format would change a source
	$(Q)clang-format --dry-run -Werror $(FORMATTED)

# ---- programs ----

$(BUILD)/nearnative: $(HOST_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(HOST_LIBS)

# From an archive, so that the agent links only what its code refers to.
$(BUILD)/agent.a: $(filter-out $(BUILD)/obj/$(agent_mains:.c=.o),$(AGENT_OBJ))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/nearnative-agent: $(BUILD)/obj/$(agent_mains:.c=.o) $(BUILD)/agent.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(AGENT_LIBS)

$(BUILD)/validate: $(VALIDATE_OBJ) $(BENCH_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(HOST_LIBS) -lcmocka
$(BUILD)/measure: $(MEASURE_OBJ) $(BENCH_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(HOST_LIBS)

# The misbehaving network of the fault campaign.
$(BUILD)/torture-proxy: $(call objects,obj,ci/torture/proxy.c harness/base/array.c harness/base/err.c \
	harness/base/strbuf.c harness/base/units.c)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm -lpthread

$(BUILD)/obj/%.o: %.c | libraries $(GENERATED)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Text that a program carries (schema, style sheet, guest init), as C string literals.
$(BUILD)/generated/%.inc: %
	$(Q)mkdir -p $(@D) && sed -e 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< > $@

$(BUILD)/nearnative.1: $(BUILD)/nearnative
	$(call say,MAN,$@)
	$(Q)$(BUILD)/nearnative help --man > $@.tmp && mv $@.tmp $@

# ---- tests ----

$(BUILD)/san/%.o: %.c | libraries $(GENERATED)
	$(call say,CC-SAN,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(SAN) -MMD -MP -c -o $@ $<
$(BUILD)/san/nearnative.a: $(SAN_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/unit/%: $(BUILD)/san/ci/tests/%.o $(BUILD)/san/nearnative.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) $(SAN) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(HOST_LIBS) -lcmocka

# ---- fuzz targets ----

# Coverage guides through decisions on text; in numerics it would only cost time.
$(BUILD)/fuzz/obj/harness/stats/%.o: private FUZZ_COVERAGE :=
$(BUILD)/fuzz/obj/%.o: %.c | libraries $(GENERATED)
	$(call say,CC-FUZZ,$@)
	$(Q)mkdir -p $(@D) && $(FUZZ_CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(FUZZ) $(FUZZ_COVERAGE) \
		-MMD -MP -c -o $@ $<
$(BUILD)/fuzz/nearnative.a: $(call objects,fuzz/obj,$(ALL_SRC))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/ci/fuzz/%.o $(BUILD)/fuzz/nearnative.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(CFLAGS) $(FUZZ) -fsanitize=fuzzer $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(HOST_LIBS)

.SECONDARY:
-include $(patsubst %.o,%.d,$(VALIDATE_OBJ) $(MEASURE_OBJ) $(AGENT_OBJ) $(HOST_OBJ) $(SAN_OBJ) $(FUZZ_OBJ) $(patsubst ci/tests/%.c,$(BUILD)/san/ci/tests/%.o,$(UNIT_SRC)))
