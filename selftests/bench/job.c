// SPDX-License-Identifier: GPL-2.0
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

/* The floor module has the same key and message. */
struct job new_job(const char *alg, size_t size)
{
	static unsigned char bytes[MESSAGE_MAX];
	const EVP_MD *md = EVP_get_digestbyname(alg);
	size_t i;

	must(md, alg);

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	return (struct job){
		.alg = alg, .tag_len = EVP_MD_get_size(md),
		.key = bytes, .msg = bytes, .size = size,
	};
}

/* The message, as a file that takes no disk. */
int message_file(const struct job *job)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	must(write(fd, job->msg, job->size) == (ssize_t)job->size,
	     "write to a memfd");
	return fd;
}
