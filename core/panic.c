/* SPDX-License-Identifier: MIT */
#include <crosscall/port.h>

#include "core/smp.h"
#include "core/text.h"

_Noreturn void smp_panic(const char *who, const char *what)
{
	struct text t;

	text_init(&t);
	text_str(&t, who);
	text_str(&t, ": CPU ");
	text_dec(&t, port_smp_processor_id());
	text_str(&t, " ");
	text_str(&t, what);
	port_panic(t.line);
}

void smp_assert_irqs_masked(const char *who)
{
	if (port_local_irq_save() != 0) {
		smp_panic(who, "has interrupts enabled");
	}
}
