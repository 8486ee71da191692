/* SPDX-License-Identifier: MIT */
/*
 * The C library's copy byte by byte, since it is built for size, and copies of CPU sets are part of
 * every send. These take 16 bytes a turn, with general registers only. With the MMU on, alignment
 * does not matter.
 */
	.section .text.memcpy, "ax"
	.globl	memcpy
memcpy:
	mov	x3, x0
	b	2f
1:	ldp	x4, x5, [x1], #16
	stp	x4, x5, [x3], #16
	sub	x2, x2, #16
2:	cmp	x2, #16
	b.hs	1b
	cbz	x2, 4f
3:	ldrb	w4, [x1], #1
	strb	w4, [x3], #1
	subs	x2, x2, #1
	b.ne	3b
4:	ret

	.section .text.memset, "ax"
	.globl	memset
memset:
	mov	x3, x0
	and	x1, x1, #0xff
	mov	x4, #0x0101010101010101
	mul	x1, x1, x4
	b	2f
1:	stp	x1, x1, [x3], #16
	sub	x2, x2, #16
2:	cmp	x2, #16
	b.hs	1b
	cbz	x2, 4f
3:	strb	w1, [x3], #1
	subs	x2, x2, #1
	b.ne	3b
4:	ret
