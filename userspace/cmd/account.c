// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Users and groups by name, as /etc/passwd and /etc/group have them. Other
 * sources of the C library need sockets and plug-ins, which the sandbox of the
 * server refuses.
 */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

/* Sets gid to the user's group, or to uid for a number without a name. */
bool uid_read(const char *text, uid_t *uid, gid_t *gid)
{
	FILE *file = fopen("/etc/passwd", "re");
	int number = number_read(text);
	bool found = false;
	const struct passwd *p;

	while (file && !found && (p = fgetpwent(file))) {
		found = number < 0 ? !strcmp(p->pw_name, text) :
				     p->pw_uid == (uid_t)number;
		if (found) {
			*uid = p->pw_uid;
			*gid = p->pw_gid;
		}
	}
	if (file)
		fclose(file);
	if (!found && number >= 0) {
		*uid = (uid_t)number;
		*gid = (gid_t)number;
	}
	return found || number >= 0;
}

bool gid_read(const char *text, gid_t *gid)
{
	int number = number_read(text);
	const struct group *g;
	bool found = false;
	FILE *file;

	if (number >= 0) {
		*gid = (gid_t)number;
		return true;
	}
	file = fopen("/etc/group", "re");
	while (file && !found && (g = fgetgrent(file))) {
		found = !strcmp(g->gr_name, text);
		if (found)
			*gid = g->gr_gid;
	}
	if (file)
		fclose(file);
	return found;
}
