# SPDX-License-Identifier: MIT
#
# Out-of-tree build: everything goes to $(O). './crosscall' calls this; 'make help' lists the targets.

# Absolute, however it was given: the dependency files name their objects by it, and an object built under one name
# would not be rebuilt under the other.
O ?= build
override O := $(abspath $(O))
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
Q := $(if $(V),,@)
MAKEFLAGS += --no-builtin-rules

HOST_CC ?= gcc
HOST_AR ?= ar
RISCV64_CC ?= riscv64-unknown-elf-gcc
RISCV64_AR ?= riscv64-unknown-elf-ar
RISCV64_OBJCOPY ?= riscv64-unknown-elf-objcopy
RISCV64_NM ?= riscv64-unknown-elf-nm
AARCH64_CC ?= aarch64-linux-gnu-gcc
AARCH64_AR ?= aarch64-linux-gnu-ar
AARCH64_OBJCOPY ?= aarch64-linux-gnu-objcopy
AARCH64_NM ?= aarch64-linux-gnu-nm
CLANG ?= clang


include crosscall.mk

# ---- flags -----------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wmissing-declarations -Wold-style-definition -Wredundant-decls -Wundef -Wvla \
	-Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough
COMMON := -std=c11 -O2 -g -fno-common $(WARNINGS) -MMD -MP $(CROSSCALL_CFLAGS) $(EXTRA_CFLAGS)

# The aarch64 compiler is a Linux one: picolibc also stands in for its C headers.
PICOLIBC := --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF
RISCV64_ABI := -mabi=lp64 -mcmodel=medany
# Frame pointers: the kernel's backtraces follow them.
RISCV64_FLAGS := -march=rv64imac -misa-spec=2.2 $(RISCV64_ABI) -fno-omit-frame-pointer -Iarch/riscv64
RISCV64_CLANG_FLAGS := --target=riscv64-unknown-elf -march=rv64imac $(RISCV64_ABI) -Iarch/riscv64
AARCH64_FLAGS := $(PICOLIBC) -march=armv8-a -mgeneral-regs-only -mno-outline-atomics -mstrict-align -fno-pic \
	-fno-stack-protector -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -Iarch/aarch64
AARCH64_CLANG_FLAGS := --target=aarch64-none-elf -march=armv8-a -mgeneral-regs-only \
	-mno-outline-atomics -Iarch/aarch64
HOST_FLAGS := -fno-omit-frame-pointer -Iarch/host

LIBRARY := -ffreestanding
KERNEL := -D_GNU_SOURCE= -ffunction-sections -fdata-sections
KERNEL_LINK := -nostartfiles -static -Wl,--gc-sections -Wl,--fatal-warnings \
	-Wl,--build-id=none
HOSTED := -D_GNU_SOURCE= -pthread

SANITIZE_plain :=
SANITIZE_clang :=
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE_tsan := -fsanitize=thread
HOST_CC_plain := $(HOST_CC)
HOST_CC_asan := $(HOST_CC)
HOST_CC_tsan := $(HOST_CC)
HOST_CC_clang := $(CLANG)
FLAVOURS := plain asan tsan clang

# ---- sources ---------------------------------------------------------------------------------

CONFORM := $(sort $(wildcard tests/conform/*.c))
SIM := $(sort $(wildcard sim/*.c))
UNIT_TESTS := $(sort $(wildcard tests/unit/test_*.c))
UNITS := $(patsubst tests/unit/test_%.c,%,$(UNIT_TESTS))
UNIT_SUPPORT := $(filter-out $(UNIT_TESTS),$(sort $(wildcard tests/unit/*.c)))
# Sources outside the host's library that a unit test may pull in.
UNIT_SUBJECTS := $(sort $(wildcard kernel/fdt*.c kernel/*/*_refusal.c irqchip/sbi_window.c) \
	$(if $(wildcard arch/host/asm/sbi.h),irqchip/sbi_ipi.c) \
	$(CROSSCALL_GICV2) $(CROSSCALL_GICV3))

KERNEL_DIRS := kernel kernel/bench kernel/sched
kernel_sources = $(sort $(wildcard $(addsuffix /*.c,$(KERNEL_DIRS) kernel/$(1)) kernel/$(1)/*.S)) $(CONFORM)
objects = $(addprefix $(1)/,$(addsuffix .o,$(basename $(2))))

# ---- rules -----------------------------------------------------------------------------------

.PHONY: all help riscv64 aarch64 host lib lint format format-check clean print-flags
all: riscv64 aarch64 host

help:
	@sed -n 's/^#? \{0,1\}//p' Makefile

#? make riscv64       the library and the kernel: $(O)/riscv64/{libcrosscall.a,crosscall.elf,.bin}
#? make aarch64       the same for aarch64
#? make host          the host machine and the unit tests, every flavour: plain, asan, tsan, clang
#? make host-plain    one flavour of it: $(O)/host/plain/{libcrosscall.a,sim-conform,unit-*}
#? make lib           only libcrosscall.a, for every target and compiler
#? make lib-riscv64   one of them: lib-riscv64, lib-riscv64-clang, lib-aarch64, lib-aarch64-clang
#? make fuzz-fdt      the device tree reader under libFuzzer: $(O)/host/fuzz-fdt
#? make lint          the static checks (tests/lint.t)
#? make format        clang-format all sources in place
#? make clean         remove $(O)
#?
#? O=DIR              where everything goes (build)
#? V=1                show the commands
#? HOST_CC RISCV64_CC AARCH64_CC CLANG    compilers
#? EXTRA_CFLAGS       added to every compilation, e.g. -DCROSSCALL_NR_CPUS=64

# $(1) directory, $(2) compiler, $(3) flags, $(4) sources: how each of the sources is compiled.
define compile
$(call objects,$(1),$(filter %.c,$(4))): $(1)/%.o: %.c Makefile crosscall.mk
	@mkdir -p $$(@D)
	$(Q)echo "  CC   $$@"
	$(Q)$(2) $(COMMON) $(3) -c $$< -o $$@
$(call objects,$(1),$(filter %.S,$(4))): $(1)/%.o: %.S Makefile crosscall.mk
	@mkdir -p $$(@D)
	$(Q)echo "  CC   $$@"
	$(Q)$(2) $(COMMON) $(3) -c $$< -o $$@
-include $(patsubst %.o,%.d,$(call objects,$(1),$(4)))
endef

# $(1) archive, $(2) object directory, $(3) sources, $(4) ar.
define archive
$(1): $(call objects,$(2),$(3))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)echo "  AR   $$@"
	$(Q)$(4) rcD $$@ $$^
endef

# $(1) target name, $(2) compiler, $(3) flags, $(4) sources, $(5) ar: a libcrosscall.a.
define library
$(call compile,$(O)/$(1)/lib,$(2),$(3) $(LIBRARY),$(4))
$(call archive,$(O)/$(1)/libcrosscall.a,$(O)/$(1)/lib,$(4),$(5))
endef

# $(1) architecture, $(2) compiler, $(3) flags, $(4) what is linked, $(5) symbols of which link: the table is a part of
# what it describes, so the kernel is linked three times: without, with one of the right size, with the right one.
define kernel_link
$(4): $(O)/$(1)/symbols$(5).o $(call objects,$(O)/$(1)/kern,$(call kernel_sources,$(1))) \
		$(O)/$(1)/libcrosscall.a kernel/$(1)/kernel.lds
	$(Q)echo "  LD   $$@"
	$(Q)$(2) $(3) $(KERNEL_LINK) -T kernel/$(1)/kernel.lds -Wl,-Map=$$(@:.elf=.map) \
		$$(filter %.o,$$^) $(O)/$(1)/libcrosscall.a -o $$@
$(O)/$(1)/symbols$(5).o: $(O)/$(1)/symbols$(5).S
	$(Q)$(2) $(3) -c $$< -o $$@
endef

# $(1) architecture, $(2) compiler, $(3) objcopy, $(4) flags, $(5) nm.
define kernel
$(call compile,$(O)/$(1)/kern,$(2),$(4) $(KERNEL),$(call kernel_sources,$(1)))
$(call kernel_link,$(1),$(2),$(4),$(O)/$(1)/link1.elf,0)
$(call kernel_link,$(1),$(2),$(4),$(O)/$(1)/link2.elf,1)
$(call kernel_link,$(1),$(2),$(4),$(O)/$(1)/crosscall.elf,2)
$(O)/$(1)/symbols0.S: tools/symbols.sh
	@mkdir -p $$(@D)
	$(Q)tools/symbols.sh $(5) >$$@
$(O)/$(1)/symbols1.S: $(O)/$(1)/link1.elf tools/symbols.sh
	$(Q)tools/symbols.sh $(5) $$< >$$@
$(O)/$(1)/symbols2.S: $(O)/$(1)/link2.elf tools/symbols.sh
	$(Q)tools/symbols.sh $(5) $$< >$$@
$(O)/$(1)/crosscall.bin: $(O)/$(1)/crosscall.elf
	$(Q)tools/symbols.sh $(5) $$< | cmp -s $(O)/$(1)/symbols2.S - || \
		{ echo "$$<: its table of symbols is another link's" >&2; exit 1; }
	$(Q)$(3) -O binary $$< $$@
$(1): $(O)/$(1)/crosscall.bin
endef

# $(1) flavour.
define flavour
$(call library,host/$(1),$(HOST_CC_$(1)),$(HOST_FLAGS) $(SANITIZE_$(1)),$(CROSSCALL_CORE),$(HOST_AR))
$(call compile,$(O)/host/$(1)/obj,$(HOST_CC_$(1)),$(HOST_FLAGS) $(HOSTED) $(SANITIZE_$(1)),\
	$(SIM) $(CONFORM) $(UNIT_TESTS) $(UNIT_SUPPORT) $(UNIT_SUBJECTS))
$(call archive,$(O)/host/$(1)/libunit.a,$(O)/host/$(1)/obj,$(UNIT_SUPPORT) $(UNIT_SUBJECTS),$(HOST_AR))
$(O)/host/$(1)/sim-conform: $(call objects,$(O)/host/$(1)/obj,$(SIM) $(CONFORM)) \
		$(O)/host/$(1)/libcrosscall.a
	$(Q)echo "  LD   $$@"
	$(Q)$(HOST_CC_$(1)) $(HOSTED) $(SANITIZE_$(1)) $$^ -o $$@
$(addprefix $(O)/host/$(1)/unit-,$(UNITS)): $(O)/host/$(1)/unit-%: \
		$(O)/host/$(1)/obj/tests/unit/test_%.o $(O)/host/$(1)/libunit.a $(O)/host/$(1)/libcrosscall.a
	$(Q)echo "  LD   $$@"
	$(Q)$(HOST_CC_$(1)) $(HOSTED) $(SANITIZE_$(1)) $$^ $(O)/host/$(1)/libunit.a -lcmocka -lfdt -o $$@
.PHONY: host-$(1)
host-$(1): $(O)/host/$(1)/sim-conform $(addprefix $(O)/host/$(1)/unit-,$(UNITS))
host: host-$(1)
endef

$(eval $(call library,riscv64,$(RISCV64_CC),$(RISCV64_FLAGS),$(CROSSCALL_RISCV64),$(RISCV64_AR)))
$(eval $(call library,riscv64-clang,$(CLANG),$(RISCV64_CLANG_FLAGS),$(CROSSCALL_RISCV64),$(RISCV64_AR)))
$(eval $(call library,aarch64,$(AARCH64_CC),$(AARCH64_FLAGS),$(CROSSCALL_AARCH64),$(AARCH64_AR)))
$(eval $(call library,aarch64-clang,$(CLANG),$(AARCH64_CLANG_FLAGS),$(CROSSCALL_AARCH64),$(AARCH64_AR)))
$(eval $(call kernel,riscv64,$(RISCV64_CC),$(RISCV64_OBJCOPY),$(RISCV64_FLAGS) $(PICOLIBC),$(RISCV64_NM)))
$(eval $(call kernel,aarch64,$(AARCH64_CC),$(AARCH64_OBJCOPY),$(AARCH64_FLAGS),$(AARCH64_NM)))
$(foreach f,$(FLAVOURS),$(eval $(call flavour,$(f))))

CROSS_LIBS := riscv64 riscv64-clang aarch64 aarch64-clang
.PHONY: $(addprefix lib-,$(CROSS_LIBS) $(FLAVOURS:%=host-%))
$(addprefix lib-,$(CROSS_LIBS)): lib-%: $(O)/%/libcrosscall.a
$(FLAVOURS:%=lib-host-%): lib-host-%: $(O)/host/%/libcrosscall.a
lib: $(addprefix lib-,$(CROSS_LIBS)) lib-host-plain lib-host-clang

# The device tree reader under libFuzzer; tests/unit.t runs it.
FUZZ_FDT := tests/fuzz/fdt.c tests/unit/fdt_exercise.c kernel/fdt.c kernel/fdt_prop.c
.PHONY: fuzz-fdt
fuzz-fdt: $(O)/host/fuzz-fdt
$(O)/host/fuzz-fdt: $(FUZZ_FDT) kernel/fdt.h tests/unit/fdt_exercise.h Makefile
	@mkdir -p $(@D)
	$(Q)echo "  LD   $@"
	$(Q)$(CLANG) -std=c11 -O1 -g $(WARNINGS) $(CROSSCALL_CFLAGS) -D_GNU_SOURCE= $(EXTRA_CFLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(FUZZ_FDT) -o $@

# ---- tools -----------------------------------------------------------------------------------

C_FILES = $(shell find include core irqchip arch kernel sim port tests -name '*.[ch]' | sort)

lint:
	BUILD=$(abspath $(O)) prove -v tests/lint.t

format:
	clang-format -i $(C_FILES)

# What a static checker needs to read a file as its compiler does; $(1) is a target.
print-flags:
	@echo 'riscv64 $(CROSSCALL_CFLAGS) $(RISCV64_CLANG_FLAGS)'
	@echo 'aarch64 $(CROSSCALL_CFLAGS) $(AARCH64_CLANG_FLAGS)'
	@echo 'host $(CROSSCALL_CFLAGS) $(HOST_FLAGS) $(HOSTED)'

clean:
	rm -rf $(O)
