// SPDX-License-Identifier: GPL-2.0
/* The device /dev/hmac, and the module */
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "hmacdev.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

static ssize_t hmacdev_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	/* A write may wait: for the message, user memory or a pipe. */
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	return hmacdev_context_update(iocb->ki_filp->private_data, from, false);
}

static int hmacdev_open(struct inode *inode, struct file *file)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;
	struct hmacdev_context *ctx;

	/* Keys go in and tags come out, so both permissions are needed. */
	if ((file->f_mode & both) != both)
		return -EACCES;
	ctx = hmacdev_context_alloc();
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	file->private_data = ctx;
	/* Otherwise io_uring fails O_NONBLOCK writes and uses no worker. */
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int hmacdev_release(struct inode *inode, struct file *file)
{
	hmacdev_context_free(file->private_data);
	return 0;
}

static const struct file_operations hmacdev_fops = {
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
