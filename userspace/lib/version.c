// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hmacdev.h"

const char *hmacdev_version(void)
{
	return HMACDEV_VERSION;
}
