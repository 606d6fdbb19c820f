# SPDX-License-Identifier: GPL-2.0
# Prints a table of one unit and algorithm of a results.csv, with a row for each
# peer and a column for each size. relative=1: in percent of the floor. batch=1:
# only BATCH, with 64 bytes. Needs commas.awk.

function wanted(row, size)
{
	if (batch)
		return row ~ /BATCH of/ && size == 64
	return row !~ /BATCH of/ || row ~ / 64$/
}

$1 == unit && $3 == alg && wanted($2, $4) {
	if (!seen[$2]++)
		rows[++row_count] = $2
	if (!seen_size[$4]++)
		sizes[++size_count] = $4
	value[$2, $4] = $5
}

function cell(row, size)
{
	if (!((row, size) in value))
		return ""
	if (!relative)
		return commas(value[row, size])
	if (!value["floor", size])
		return ""
	return sprintf("%.1f %%", 100 * value[row, size] / value["floor", size])
}

END {
	line = "| bytes |"
	rule = "|---|"
	for (i = 1; i <= size_count; i++) {
		line = line " " commas(sizes[i]) " |"
		rule = rule "---:|"
	}
	print line "\n" rule
	for (r = 1; r <= row_count; r++) {
		line = "| " rows[r] " |"
		for (i = 1; i <= size_count; i++)
			line = line " " cell(rows[r], sizes[i]) " |"
		print line
	}
}
