// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hmacdev.h"

bool hmacdev_compare_digest(const void *a, size_t a_len,
			    const void *b, size_t b_len)
{
	/* Without volatile, a compiler may stop at the first difference. */
	const volatile unsigned char *x = a;
	const volatile unsigned char *y = b;
	volatile unsigned char differ = 0;

	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		differ |= x[i] ^ y[i];
	return !differ;
}
