// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hmacdev.h"

#define TEXT_OF(x)	#x
#define TEXT(x)		TEXT_OF(x)

const char *hmacdev_version(void)
{
	return TEXT(HMACDEV_VERSION_MAJOR) "." TEXT(HMACDEV_VERSION_MINOR) "."
	       TEXT(HMACDEV_VERSION_PATCH);
}
