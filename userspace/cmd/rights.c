// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "cmd.h"

const char *const right_names[RIGHTS] = { "sign", "verify", "copy", "derive" };

static uint32_t right_read(const char *text, size_t len)
{
	for (unsigned int i = 0; i < RIGHTS; i++)
		if (strlen(right_names[i]) == len &&
		    !strncmp(right_names[i], text, len))
			return 1U << i;
	return 0;
}

/* Returns the rights in a comma-separated list, or 0 if it is invalid. */
uint32_t rights_read(const char *text)
{
	uint32_t rights = 0;

	for (;;) {
		size_t len = strcspn(text, ",");
		uint32_t right = right_read(text, len);

		if (!right)
			return 0;
		rights |= right;
		if (!text[len])
			return rights;
		text += len + 1;
	}
}

/* Whether no context may have these rights together */
bool rights_exclude(uint32_t rights)
{
	return rights & HMACDEV_RIGHT_SIGN && rights & HMACDEV_RIGHT_DERIVE;
}

/* Writes the list that rights_read() reads. The text has RIGHTS_SIZE bytes. */
void rights_write(char *text, uint32_t rights)
{
	*text = '\0';
	for (unsigned int i = 0; i < RIGHTS; i++) {
		if (!(rights & 1U << i))
			continue;
		if (*text)
			strcat(text, ",");
		strcat(text, right_names[i]);
	}
}
