/* SPDX-License-Identifier: MIT */
/*
 * The numbers an adopter may choose. Give them on the compiler's command line, the same for the
 * library and for everything that includes its headers.
 */
#ifndef CROSSCALL_CONFIG_H
#define CROSSCALL_CONFIG_H

/* The most CPUs that this build can ever serve: 1 to 4096. Static per-CPU state is sized by it. */
#ifndef CROSSCALL_NR_CPUS
#define CROSSCALL_NR_CPUS 512
#endif

/* Virtual interrupt numbers, 0 (which means "none") included: 2 to 65536. */
#ifndef CROSSCALL_NR_IRQS
#define CROSSCALL_NR_IRQS 64
#endif

/* Bytes: what two CPUs must not share if both write it. A power of two, at least 64. */
#ifndef CROSSCALL_CACHE_LINE
#define CROSSCALL_CACHE_LINE 64
#endif

/*
 * How many broadcasts one CPU may have under way before a call that must not wait is refused with
 * -EBUSY: 1 to 7. Memory grows with it (CROSSCALL_MEMORY_SIZE).
 */
#ifndef CROSSCALL_CALL_DEPTH
#define CROSSCALL_CALL_DEPTH 2
#endif

/* Milliseconds after which a wait for another CPU is reported as a stall; 0: never. */
#ifndef CROSSCALL_STALL_MS
#define CROSSCALL_STALL_MS 10000
#endif

/*
 * On functions whose errors the caller has to look at. Where one may be ignored, crosscall_ignore()
 * says so, with the reason beside it.
 */
#define CROSSCALL_MUST_CHECK __attribute__((warn_unused_result))

static inline void crosscall_ignore(int error)
{
	(void)error;
}

_Static_assert(CROSSCALL_NR_CPUS >= 1 && CROSSCALL_NR_CPUS <= 4096,
	       "CROSSCALL_NR_CPUS must be 1 to 4096");
_Static_assert(CROSSCALL_NR_IRQS >= 2 && CROSSCALL_NR_IRQS <= 65536,
	       "CROSSCALL_NR_IRQS must be 2 to 65536");
_Static_assert(CROSSCALL_CACHE_LINE >= 64 &&
		       (CROSSCALL_CACHE_LINE & (CROSSCALL_CACHE_LINE - 1)) == 0,
	       "CROSSCALL_CACHE_LINE must be a power of two, at least 64");
_Static_assert(CROSSCALL_CALL_DEPTH >= 1 && CROSSCALL_CALL_DEPTH <= 7,
	       "CROSSCALL_CALL_DEPTH must be 1 to 7");

#endif
