/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first use of each algorithm after the module was loaded. NEW and ONESHOT
 * may load a hash, and try once. ALG and DERIVE load no module.
 */
#ifndef _FUZZ_FIRST_USE_H
#define _FUZZ_FIRST_USE_H

#include <stdbool.h>

#include <linux/types.h>

/*
 * Before anything else is done. False if something was wrong, which has been
 * printed. From then on, algorithms[] has what is available, which stays so.
 */
bool first_use_run(__u64 seed);

#endif /* _FUZZ_FIRST_USE_H */
