/* SPDX-License-Identifier: MIT */
/*
 * Programs for user mode: one page, mapped as it is. They know no address. The system call ends
 * them; its argument is in x0.
 */
#define PATTERN 0x123456789abcd000
#define NUMBER_SP 32 /* after x30, and before TPIDR_EL0 and v0 to v31 */
#define NUMBER_TPIDR 33
#define NUMBER_V(n) (34 + (n))

.macro	pattern reg, n
	movz	\reg, #0x1234, lsl #48
	movk	\reg, #0x5678, lsl #32
	movk	\reg, #0x9abc, lsl #16
	movk	\reg, #0xd000 + (\n << 4)
.endm

/* Ends the program with this number unless the last comparison found what it should. */
.macro	same_or number
	b.eq	3f
	mov	x0, #\number
	svc	#0
3:
.endm

	.section .text.user, "ax"
	.balign	4096
	.globl	user_page, user_fill, user_read, user_float
user_page:

/*
 * x0 points at the word that says when to stop, x1 is at work; all others hold the pattern and
 * their number.
 */
user_fill:
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	pattern	x\n, \n
	.endr
	pattern	x1, NUMBER_SP
	mov	sp, x1
	msr	tpidr_el0, x2
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	add	x1, x2, #\n
	dup	v\n\().2d, x1
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	add	x1, x2, #\n
	dup	v\n\().2d, x1
	.endr
look:
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	pattern	x1, \n
	cmp	x1, x\n
	same_or	\n
	.endr
	pattern	x1, NUMBER_SP
	cmp	sp, x1
	same_or	NUMBER_SP
	mrs	x1, tpidr_el0
	cmp	x1, x2
	same_or	NUMBER_TPIDR
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	umov	x1, v\n\().d[1]
	sub	x1, x1, #\n
	cmp	x1, x2
	same_or	NUMBER_V(\n)
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	umov	x1, v\n\().d[1]
	sub	x1, x1, #\n
	cmp	x1, x2
	same_or	NUMBER_V(\n)
	.endr
	ldr	w1, [x0]
	cbnz	w1, 4f
	b	look
4:	mov	x0, #0
	svc	#0

user_read:
	ldr	w0, [x0]
	svc	#0

/* x2 gathers what is in the registers. */
user_float:
	mrs	x1, fpcr
	mrs	x2, fpsr
	orr	x2, x2, x1
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	umov	x1, v\n\().d[0]
	orr	x2, x2, x1
	umov	x1, v\n\().d[1]
	orr	x2, x2, x1
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	umov	x1, v\n\().d[0]
	orr	x2, x2, x1
	umov	x1, v\n\().d[1]
	orr	x2, x2, x1
	.endr
	mov	x0, x2
	svc	#0
	.balign	4096
