/* SPDX-License-Identifier: MIT */
#include "kernel/user.h"

#include <stddef.h>

#include <asm/ptrace.h>

#include "kernel/arch.h"
#include "kernel/sched/sched.h"

void user_run(unsigned long pc, unsigned long argument, struct user_end *end)
{
	struct pt_regs regs = {0};

	arch_user_regs(&regs, pc, argument);
	current_task()->user_exception = NULL;
	end->value = arch_user_enter(&regs);
	end->exception = current_task()->user_exception;
}

void user_call(unsigned long value)
{
	arch_user_leave(value);
}

void user_exception(const char *what, const struct pt_regs *regs)
{
	current_task()->user_exception = what;
	arch_user_leave(arch_regs_pc(regs));
}
