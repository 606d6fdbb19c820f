// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

static void forbidden(char *text, size_t size)
{
	const struct group *group;
	struct stat st;

	if (stat(HMACDEV_DEVICE, &st) < 0 || (st.st_mode & 0060) != 0060 ||
	    !st.st_gid) {
		snprintf(text, size,
			 "no permission to open it; only root may open it, until a udev rule gives it to a group with the mode 0660: see hmac(4)");
		return;
	}
	group = getgrgid(st.st_gid);
	if (group)
		snprintf(text, size,
			 "no permission to open it; join the group '%s' (as root: usermod -aG %s USER) and log in again",
			 group->gr_name, group->gr_name);
	else
		snprintf(text, size,
			 "no permission to open it; join the group with the number %u",
			 (unsigned int)st.st_gid);
}

/*
 * Returns why this process cannot use the device, and what to do, or NULL if it
 * can. This opens the device, since EACCES, EPERM and ENOTTY of another call
 * can also come from a key or a context.
 */
const char *device_trouble(char *text, size_t size)
{
	int fd = open(HMACDEV_DEVICE, O_RDWR | O_CLOEXEC);
	struct hmacdev_alg alg;

	if (fd >= 0) {
		close(fd);
		if (hmacdev_alg(0, &alg, sizeof(alg)) != -ENOTTY)
			return NULL;
		snprintf(text, size, "it is not hmacdev's device");
		return text;
	}
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ENXIO:
	case ENODEV:
		snprintf(text, size,
			 "no such device; load the module (as root: modprobe hmacdev)");
		break;
	case EACCES:
		forbidden(text, size);
		break;
	case EPERM:
		snprintf(text, size,
			 "a policy of a container or a security module forbids opening it; change the policy to allow this device");
		break;
	default:
		snprintf(text, size, "%s", hmacdev_strerror(-errno));
		break;
	}
	return text;
}

void complain_device(int err)
{
	char text[256];
	const char *why = device_trouble(text, sizeof(text));

	complain(HMACDEV_DEVICE ": %s", why ? why : hmacdev_strerror(err));
}
