// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Signs its first argument.
 * cc sign.c $(pkg-config --cflags --libs libhmacdev)
 */
#include <hmacdev.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	char hex[2 * HMACDEV_TAG_MAX + 1];
	const char *msg = argc > 1 ? argv[1] : "";
	struct hmacdev *h;
	int err = hmacdev_new(&h, "sha256", "key", 3);

	if (!err)
		err = hmacdev_update(h, msg, strlen(msg));
	if (!err)
		err = hmacdev_hexdigest(h, hex, sizeof(hex));
	if (err > 0)
		puts(hex);
	else
		fprintf(stderr, "sign: %s\n", hmacdev_strerror(err));
	hmacdev_free(h);
	return err < 0;
}
