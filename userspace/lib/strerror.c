// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "hmacdev.h"

static const struct {
	int err;
	const char *text;
} meanings[] = {
	{ E2BIG, "a field is set that this version does not know" },
	{ EACCES, "no permission for the device, the key or a new context" },
	{ EBADFD, "the context is finalized" },
	{ EBADMSG, "tag does not match" },
	{ EBUSY, "the context has a key already" },
	{ EDQUOT, "the user has as many contexts as are allowed" },
	{ EFAULT, "an address is not in this process's memory" },
	{ EINTR, "interrupted by a signal, with nothing done" },
	{ EINVAL, "an argument is not valid" },
	{ EIO, "the kernel's hash function failed" },
	{ EKEYEXPIRED, "the key has expired" },
	{ EKEYREJECTED,
	  "the key was rejected, or its description is not \"hmac:...\"" },
	{ EKEYREVOKED, "the key has been revoked" },
	{ EMSGSIZE, "the buffer is too small for the tag" },
	{ ENFILE, "no more contexts or open files are allowed" },
	{ ENODATA, "no such descriptor was passed to this process" },
	{ ENODEV, "no such device; is the hmacdev module loaded?" },
	{ ENOENT, "no such algorithm" },
	{ ENOKEY, "no key" },
	{ ENOTTY, "not an hmacdev context, or not an operation of this one" },
	{ EOPNOTSUPP, "a key of this type cannot be used" },
	{ EPERM, "the context does not have the right to do this" },
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
