// SPDX-License-Identifier: GPL-2.0
/* The dispatch of ioctls. <linux/hmacdev.h> specifies each call. */
#include <linux/nospec.h>

#include "hmacdev.h"

struct operation {
	unsigned int cmd;
	u8 size;
	u8 min_size;
	int (*handler)(struct hmacdev_call *call);
};

/* @_last is the last field that the struct had in version 1. */
#define OPERATION(_name, _handler, _struct, _last)			\
	[_IOC_NR(HMACDEV_IOC_##_name)] = {				\
		.cmd = HMACDEV_IOC_##_name,				\
		.size = sizeof(struct hmacdev_##_struct),		\
		.min_size = offsetofend(struct hmacdev_##_struct, _last), \
		.handler = hmacdev_ioctl_##_handler,			\
	}

static const struct operation operations[] = {
	OPERATION(ALG, alg, alg, reserved),
	OPERATION(NEW, new, new, reserved),
	OPERATION(UPDATE, update, update, len),
	OPERATION(DIGEST, tag, tag, flags),
	OPERATION(FINALIZE, tag, tag, flags),
	OPERATION(VERIFY, tag, tag, flags),
	OPERATION(RESET, reset, reset, reserved),
	OPERATION(COPY, copy, copy, rights),
	OPERATION(RESTRICT, restrict, restrict, rights),
	OPERATION(INFO, info, info, alg),
	OPERATION(MAC, mac, op, reserved),
	OPERATION(BATCH, batch, batch, reserved),
	OPERATION(DERIVE, derive, derive, rights),
	OPERATION(ONESHOT, oneshot, oneshot, flags),
};

/* Compare type, number and direction; the caller's size may differ. */
static const struct operation *find_operation(unsigned int cmd)
{
	const unsigned int nr = _IOC_NR(cmd);
	const struct operation *op;

	if (nr >= ARRAY_SIZE(operations))
		return NULL;
	op = &operations[array_index_nospec(nr, ARRAY_SIZE(operations))];
	return (cmd ^ op->cmd) & ~IOCSIZE_MASK ? NULL : op;
}

long hmacdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct operation *op = find_operation(cmd);
	struct hmacdev_call call __uninitialized; /* saves 50 instructions */
	int err;

	if (!op)
		return -ENOTTY;
	call.file = file;
	call.ctx = file->private_data;
	call.cmd = cmd;
	call.user = (void __user *)arg;

	if (cmd == op->cmd)
		err = hmacdev_get(&call.args, call.user, op->size);
	else if (_IOC_SIZE(cmd) < op->min_size)
		err = -EINVAL;
	else
		err = copy_struct_from_user(&call.args, op->size, call.user,
					    _IOC_SIZE(cmd));
	return err ?: op->handler(&call);
}
