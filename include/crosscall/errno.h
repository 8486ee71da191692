/* SPDX-License-Identifier: MIT */
/*
 * Error numbers, under the names that kernels use; functions return them negated.
 *
 * The values are Linux's. A program whose own <errno.h> numbers them differently and includes it
 * first fails to compile here, instead of comparing with the wrong number at run time; build the
 * library and the program with -DCROSSCALL_ERRNO_HEADER='<errno.h>' then.
 */
#ifndef CROSSCALL_ERRNO_H
#define CROSSCALL_ERRNO_H

#ifdef CROSSCALL_ERRNO_HEADER
#include CROSSCALL_ERRNO_HEADER
#else

#ifndef EIO
#define EIO 5 /* the doorbell could not be rung */
#endif
#ifndef ENXIO
#define ENXIO 6 /* the CPU is offline */
#endif
#ifndef EBUSY
#define EBUSY 16 /* still in use, or no room without waiting */
#endif
#ifndef EINVAL
#define EINVAL 22 /* an argument that can never be right */
#endif
#ifndef ENOSPC
#define ENOSPC 28 /* a table of the library is full */
#endif
#ifndef ERANGE
#define ERANGE 34 /* a number that this build or this buffer cannot hold */
#endif
#ifndef EOPNOTSUPP
#define EOPNOTSUPP 95 /* the adopter has no handler for this kind */
#endif
#ifndef ETIMEDOUT
#define ETIMEDOUT 110 /* a bounded wait ended */
#endif

_Static_assert(EIO == 5 && ENXIO == 6 && EBUSY == 16 && EINVAL == 22 && ENOSPC == 28 &&
		       ERANGE == 34 && EOPNOTSUPP == 95 && ETIMEDOUT == 110,
	       "this errno.h has other numbers: see CROSSCALL_ERRNO_HEADER");
#endif

#endif
