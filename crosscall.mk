# SPDX-License-Identifier: MIT
#
# The library's source list, for any build:
#
#	include path/to/crosscall/crosscall.mk
#	objects += $(CROSSCALL_CORE) $(CROSSCALL_SBI_IPI)
#
# Compile with $(CROSSCALL_CFLAGS) and, for the doorbell drivers, also with
# -I$(CROSSCALL_DIR)/arch/<riscv64|aarch64>. Define the six hooks of include/crosscall/port.h.

CROSSCALL_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ifeq ($(CROSSCALL_DIR),.)
CROSSCALL_PREFIX :=
else
CROSSCALL_PREFIX := $(CROSSCALL_DIR)/
endif

CROSSCALL_CFLAGS := -I$(CROSSCALL_PREFIX)include -I$(CROSSCALL_DIR)

# The portable heart: every adopter needs it.
CROSSCALL_CORE := $(sort $(wildcard $(CROSSCALL_PREFIX)core/*.c))

# Doorbell drivers: take those of your machine.
CROSSCALL_SBI_IPI := $(sort $(wildcard $(CROSSCALL_PREFIX)irqchip/sbi_*.c))
CROSSCALL_GICV2 := $(sort $(wildcard $(CROSSCALL_PREFIX)irqchip/gic_*.c $(CROSSCALL_PREFIX)irqchip/gicv2*.c))
CROSSCALL_GICV3 := $(sort $(wildcard $(CROSSCALL_PREFIX)irqchip/gic_*.c $(CROSSCALL_PREFIX)irqchip/gicv3*.c))

CROSSCALL_RISCV64 := $(CROSSCALL_CORE) $(CROSSCALL_SBI_IPI)
CROSSCALL_AARCH64 := $(CROSSCALL_CORE) $(sort $(CROSSCALL_GICV2) $(CROSSCALL_GICV3))
