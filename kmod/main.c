// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/hmac, HMAC on an open file: the device, and how an ioctl is dispatched.
 * What each call does is specified in <linux/hmacdev.h>.
 */
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>

#include "hmacdev.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

struct hmacdev_operation {
	unsigned int cmd;
	u8 size;
	u8 min_size;
	int (*handler)(struct hmacdev_call *call);
};

/* @_last is the struct's last field in version 1. */
#define OPERATION(_name, _handler, _struct, _last)			\
	[_IOC_NR(HMACDEV_IOC_##_name)] = {				\
		.cmd = HMACDEV_IOC_##_name,				\
		.size = sizeof(struct hmacdev_##_struct),		\
		.min_size = offsetofend(struct hmacdev_##_struct, _last), \
		.handler = hmacdev_ioctl_##_handler,			\
	}

static const struct hmacdev_operation operations[] = {
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

/* By type, number and direction. The size is the caller's, and may differ. */
static const struct hmacdev_operation *find_operation(unsigned int cmd)
{
	const unsigned int nr = _IOC_NR(cmd);
	const struct hmacdev_operation *op;

	if (nr >= ARRAY_SIZE(operations))
		return NULL;
	op = &operations[array_index_nospec(nr, ARRAY_SIZE(operations))];
	return (cmd ^ op->cmd) & ~IOCSIZE_MASK ? NULL : op;
}

static long hmacdev_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	const struct hmacdev_operation *op = find_operation(cmd);
	struct hmacdev_call call __uninitialized; /* saves 50 instructions */
	int err;

	if (!op)
		return -ENOTTY;
	call.ctx = file->private_data;
	call.cmd = cmd;
	call.op = op;
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

/* Copy the struct back. It may fail: change the context after it. */
int hmacdev_call_reply(struct hmacdev_call *call)
{
	size_t size = min_t(size_t, _IOC_SIZE(call->cmd), call->op->size);

	return copy_to_user(call->user, &call->args, size) ? -EFAULT : 0;
}

static ssize_t hmacdev_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	/* It may wait for the message, the caller's memory or a pipe. */
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	return hmacdev_context_update(iocb->ki_filp->private_data, from, false);
}

static int hmacdev_open(struct inode *inode, struct file *file)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;
	struct hmacdev_context *ctx;

	/* Keys and tags go both ways, so the node's mode must allow both. */
	if ((file->f_mode & both) != both)
		return -EACCES;
	ctx = hmacdev_context_alloc();
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	file->private_data = ctx;
	/* Else io_uring fails O_NONBLOCK writes instead of using a worker. */
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int hmacdev_release(struct inode *inode, struct file *file)
{
	hmacdev_context_free(file->private_data);
	return 0;
}

const struct file_operations hmacdev_fops = {
	.owner = THIS_MODULE,
	.open = hmacdev_open,
	.release = hmacdev_release,
	.unlocked_ioctl = hmacdev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.write_iter = hmacdev_write_iter,
	.splice_write = iter_file_splice_write,
	.show_fdinfo = hmacdev_context_show,
};

static struct miscdevice hmacdev_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hmac",
	.mode = 0660,
	.fops = &hmacdev_fops,
};

static int __init hmacdev_init(void)
{
	int err = hmacdev_alg_init();

	if (err)
		return err;
	err = misc_register(&hmacdev_device);
	if (err)
		hmacdev_alg_exit();
	return err;
}

static void __exit hmacdev_exit(void)
{
	misc_deregister(&hmacdev_device);
	hmacdev_alg_exit();
}

module_init(hmacdev_init);
module_exit(hmacdev_exit);

MODULE_DESCRIPTION("HMAC on an open file");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: hmac");
MODULE_VERSION("0.1.0");
