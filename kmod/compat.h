/* SPDX-License-Identifier: GPL-2.0 */
/* What the module needs of a kernel, and what differs between kernels. */
#ifndef _HMACDEV_COMPAT_H
#define _HMACDEV_COMPAT_H

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "hmacdev needs Linux 6.1 or newer"
#endif

/*
 * Install a descriptor for a new file that owns @private, on an inode of its
 * own that security modules see. The last step: once the descriptor is there,
 * another thread may close it.
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

	/* If it is another file of ours by now, that has the mode anyway. */
	if (f.file && f.file->f_op == fops)
		f.file->f_mode |= FMODE_NOWAIT;
	fdput(f);
	return fd;
#endif
}

#endif /* _HMACDEV_COMPAT_H */
