// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "hmacdev.h"

static const struct {
	int err;
	const char *text;
} meanings[] = {
	{ E2BIG, "a field that this version does not know is not zero" },
	{ EACCES, "no permission for the device, server, key or new context" },
	{ EBADFD, "the context is finalized" },
	{ EBADMSG, "the tag does not match" },
	{ EBUSY, "the context already has a key" },
	{ ECONNREFUSED, "no server listens at this path" },
	{ EDQUOT, "a limit of contexts or connections is reached" },
	{ EFAULT, "an address is not in this process's memory" },
	{ EINTR, "interrupted by a signal" },
	{ EINVAL, "an argument is invalid" },
	{ EIO, "the kernel's hash function failed" },
	{ EKEYEXPIRED, "the key has expired" },
	{ EKEYREJECTED,
	  "the key was rejected, or its description is not \"hmac:...\"" },
	{ EKEYREVOKED, "the key has been revoked" },
	{ EMSGSIZE, "the buffer is too small for the tag" },
	{ ENFILE, "the limit of all contexts or open files is reached" },
	{ ENODATA, "no such context was passed to this process" },
	{ ENODEV, "no such device; is the hmacdev module loaded?" },
	{ ENOENT, "no such algorithm" },
	{ ENOKEY, "no such key, or the context has no key yet" },
	{ ENOTTY, "not an hmacdev context, or an unknown operation" },
	{ EOPNOTSUPP, "a key of this type cannot be used" },
	{ EPERM, "the context does not have the right to do this" },
	{ EPROTO, "not a reply of \"hmacdev serve\"" },
	{ ETIMEDOUT, "the server does not answer" },
};

const char *hmacdev_strerror(int err)
{
	int saved = errno;
	const char *text;

	if (err >= 0)
		return "success";
	if (err != INT_MIN)
		err = -err;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].err == err)
			return meanings[i].text;
	text = strerror(err);
	errno = saved;
	return text;
}
