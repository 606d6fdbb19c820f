/* SPDX-License-Identifier: GPL-2.0 */
/* Marks around what profile/count.c counts: 1 begins, 2 ends. */
#ifndef MARK_H
#define MARK_H

/* A nop that nobody else uses: nopl 0x6d686300+which(%rax). */
#if defined(__x86_64__)
#define MARK(which)	\
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, " which ", 0x63, 0x68, 0x6d" \
			 ::: "memory")
#else
#define MARK(which)	((void)(which))
#endif

#endif /* MARK_H */
