/* SPDX-License-Identifier: MIT */
/* A RISC-V CPU's extensions: the devicetree bindings riscv/cpus.yaml and riscv/extensions.yaml. */
#include <string.h>

#include "kernel/fdt.h"

/* True when 'name' stands between underscores, or behind the last. */
static bool isa_string_has(const char *isa, const char *name)
{
	size_t len = strlen(name);

	while ((isa = strchr(isa, '_')) != NULL) {
		isa++;
		if (strncmp(isa, name, len) == 0 && (isa[len] == '_' || isa[len] == '\0')) {
			return true;
		}
	}
	return false;
}

bool dt_isa_has(const struct dt *dt, int node, const char *extension)
{
	const char *isa = dt_string(dt, node, "riscv,isa");

	return dt_string_list_has(dt, node, "riscv,isa-extensions", extension) ||
	       (isa != NULL && isa_string_has(isa, extension));
}
