/* SPDX-License-Identifier: GPL-2.0 */
/* The oldest kernel that works, and differences between kernels. */
#ifndef _HMACDEV_COMPAT_H
#define _HMACDEV_COMPAT_H

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "hmacdev needs Linux 6.1 or newer"
#endif

/* Killed, but modprobe runs on. Before 6.4, modprobe may not have run. */
#define HMACDEV_MODPROBE_KILLED \
	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0) ? 0 : -ERESTARTSYS)

/*
 * Install a descriptor for a new file that owns @private. The file has an inode
 * of its own, which security modules check. Use neither file nor @private
 * afterwards: another thread may close the descriptor.
 */
static inline int hmacdev_getfd(const struct file_operations *fops,
				void *private)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = anon_inode_create_getfile("[hmac]", fops, private, O_RDWR, NULL);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	stream_open(file_inode(file), file);
	file->f_mode |= FMODE_NOWAIT;
	fd_install(fd, file);
	return fd;
#else
	int fd = anon_inode_getfd_secure("[hmac]", fops, private,
					 O_RDWR | O_CLOEXEC, NULL);
	struct fd f = fdget(fd);

	/* If @fd was reused for another of our files, its mode is set. */
	if (f.file && f.file->f_op == fops)
		f.file->f_mode |= FMODE_NOWAIT;
	fdput(f);
	return fd;
#endif
}

#endif /* _HMACDEV_COMPAT_H */
