// SPDX-License-Identifier: GPL-2.0
/* What the results depend on */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"

static bool cpu_has(const char *flag)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	bool found = false;
	char word[64];

	must(f, "/proc/cpuinfo");
	while (!found && fscanf(f, "%63s", word) == 1)
		found = !strcmp(word, flag);
	fclose(f);
	return found;
}

void environment(void)
{
	struct utsname name;

	must(!uname(&name), "uname");
	printf("about,Linux,,,%s\n", name.release);
	printf("about,OpenSSL,,,%s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
	printf("about,SHA instructions,,,%s\n",
	       cpu_has("sha_ni") ? "yes" : "no");
}
