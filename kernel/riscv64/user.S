/* SPDX-License-Identifier: MIT */
/*
 * Programs for user mode: one page, mapped as it is. They know no address. The system call ends
 * them; its argument is in a0.
 */
#define PATTERN 0x123456789abcd000

	.section .text.user, "ax"
	.balign	4096
	.globl	user_page, user_fill, user_read, user_float
user_page:

/*
 * a0 points at the word that says when to stop, t0 is at work; all others hold the pattern and
 * their number.
 */
user_fill:
	.irp	n, 1,2,3,4,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	x\n, PATTERN + \n
	.endr
look:
	.irp	n, 1,2,3,4,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	t0, PATTERN + \n
	beq	t0, x\n, 1f
	li	a0, \n
	ecall
1:
	.endr
	lw	t0, (a0)
	bnez	t0, 2f
	j	look
2:	li	a0, 0
	ecall

user_read:
	lw	a0, (a0)
	ecall

user_float:
	.word	0xf0000553	/* fmv.w.x fa0, zero */
	li	a0, 1
	ecall
	.balign	4096
