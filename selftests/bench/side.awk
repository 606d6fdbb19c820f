# SPDX-License-Identifier: GPL-2.0
# Prints a table of two results.csv side by side: HMAC-SHA256, counted with fast
# strings, with a row for each peer that both have. Needs commas.awk.

FNR == 1 { files++ }
$1 == "about" && $2 == "Linux" { split($5, part, /[-+]/); name[files] = part[1] }
$1 == "fast" && $3 == "sha256" {
	if (files == 1 && !seen[$2]++)
		rows[++row_count] = $2
	value[files, $2, $4] = $5
}

END {
	count = split("64 1024 4096 16384 1048576", sizes, " ")
	line = "| bytes |"
	rule = "|---|"
	for (i = 1; i <= count; i++) {
		line = line " " commas(sizes[i]) ": " name[1] " | " name[2] " |"
		rule = rule "---:|---:|"
	}
	print line "\n" rule
	for (r = 1; r <= row_count; r++) {
		row = rows[r]
		if (!((1, row, 1024) in value) || !((2, row, 1024) in value) ||
		    (row ~ /BATCH of/ && row !~ / 64$/))
			continue
		line = "| " row " |"
		for (i = 1; i <= count; i++)
			for (f = 1; f <= 2; f++)
				line = line " " ((f, row, sizes[i]) in value ? \
					commas(value[f, row, sizes[i]]) : "") " |"
		print line
	}
}
