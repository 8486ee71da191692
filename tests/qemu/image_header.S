/* SPDX-License-Identifier: MIT */
/* For a stand-in of the firmware: the header that QEMU takes for a kernel's, and what all need. */
#define PSCI_CPU_ON 0xc4000003
#define KERNEL 0x40200000 /* where tests/lib/standin.sh puts the kernel */

.macro	image_header start
	b	\start
	nop
	.quad	0x80000		/* text_offset */
	.quad	0x20000		/* image_size */
	.quad	0xa
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0
.endm
