# SPDX-License-Identifier: GPL-2.0
#
# Reads unreached.txt and what gcov wrote of each source; prints how many lines of
# each were run, and fails where the two do not agree.

BEGIN {
	FS = "\t"
}

FILENAME ~ /unreached\.txt$/ {
	if (/^[^#\t]/)
		wanted[line = $0]++
	else if (/^\t/)
		reason[line] = reason[line] " " $2
	next
}

/^ +-: +0:Source:/ {
	file = ""
	if (match($0, /\/kmod\/[a-z]+\.[ch]$/))
		file = substr($0, RSTART + 1)
}

# "count: number:text"; inline functions come once more for each caller.
file && match($0, /^ *[^:]+: *[1-9][0-9]*:/) {
	split($0, part, ":")
	text = substr($0, RLENGTH + 1)
	at = file ":" (part[2] + 0)
	if (text ~ /^[a-z_].*\(/ && match(text, /[a-z_0-9]+\(/))
		name = substr(text, RSTART, RLENGTH - 1)
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	gsub(/ /, "", part[1])
	if (part[1] == "-")
		next
	if (!(at in key)) {
		key[at] = file " " name ": " text
		lines[file]++
		order[++n] = at
	}
	if (part[1] !~ /^[#=]/)
		run[at] = 1
}

END {
	for (i = 1; i <= n; i++) {
		at = order[i]
		file = at
		sub(/:.*/, "", file)
		if (run[at]) {
			reached[file]++
		} else if (key[at] in wanted && wanted[key[at]]) {
			wanted[key[at]]--
		} else {
			print at ": not reached: " key[at]
			failed = 1
		}
	}
	for (line in wanted) {
		if (!reason[line]) {
			print "unreached.txt gives no reason: " line
			failed = 1
		}
		if (wanted[line]) {
			print "reached, or not there: " line
			failed = 1
		}
	}
	for (file in lines) {
		printf "%-20s %4d of %4d lines\n", file, reached[file],
			lines[file] | "sort"
		all += lines[file]
		all_reached += reached[file]
	}
	close("sort")
	if (!all) {
		print "no counts"
		failed = 1
	} else {
		printf "%-20s %4d of %4d lines: %.1f %%\n", "kmod",
			all_reached, all, 100 * all_reached / all
	}
	exit failed
}
