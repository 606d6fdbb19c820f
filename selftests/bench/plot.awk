# SPDX-License-Identifier: GPL-2.0
# Prints the instructions of SHA-256 in a results.csv for plot.gp, with fast
# strings, as blocks of points with a name. what=overhead: percent over the floor, by message size.
# what=batch: cost of 64 bytes by batch size, and horizontal lines for others.

$1 == "fast" && $3 == "sha256" {
	if (!seen[$4]++)
		sizes[++size_count] = $4
	value[$2, $4] = $5
}

function overhead(row,	i, size)
{
	if (!((row, 64) in value))
		return
	printf "\n\n\"%s\"\n", row
	for (i = 1; i <= size_count; i++) {
		size = sizes[i]
		if ((row, size) in value && value["floor", size])
			print size, 100 * (value[row, size] / value["floor", size] - 1)
	}
}

function batch(	n)
{
	printf "\n\n\"hmacdev BATCH\"\n"
	for (n = 1; n <= 256; n *= 2)
		print n, value["hmacdev BATCH of " n, 64]
}

function level(row, title)
{
	if ((row, 64) in value)
		printf "\n\n\"%s\"\n1 %s\n256 %s\n", title ? title : row,
			value[row, 64], value[row, 64]
}

END {
	if (what == "overhead") {
		overhead("hmacdev MAC")
		overhead("hmacdev BATCH of 64")
		overhead("OpenSSL EVP_MAC")
		overhead("AF_ALG send+read")
		overhead("libkcapi")
		overhead("cryptodev-linux")
	} else {
		batch()
		level("floor", "floor: the crypto API alone")
		level("OpenSSL EVP_MAC")
		level("AF_ALG send+read")
		level("libkcapi")
		level("cryptodev-linux")
	}
}
