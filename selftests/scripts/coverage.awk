# SPDX-License-Identifier: GPL-2.0
#
# Reads unreached.txt and what gcov -b wrote of each source. Prints how many lines
# of each were run and how many branches were taken, and fails where the lines do
# not agree with unreached.txt. Writes each line with a branch that was never
# taken to the file named by untaken.
#
# Each way of a condition is one branch. Those of an inline function count in each
# place where the compiler has put it. A line without a condition in the source
# does not count: its branches are the compiler's checks and those of the kernel's
# macros, such as lockdep_assert_held() and tracepoints.

BEGIN {
	FS = "\t"
	printf "" > untaken
	condition = "&&|\\|\\||\\?|(^|[^a-z_])(if|while|for|switch) \\(|for_each"
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

# "count: number:text". A function that several files include comes as a whole, and
# then once more for each of them; the whole does not count its branches right.
file && match($0, /^ *[^:]+: *[1-9][0-9]*:/) {
	split($0, part, ":")
	goes_on = text ~ /(&&|\|\||\?|\?:)$/
	text = substr($0, RLENGTH + 1)
	has_condition = goes_on || text ~ condition
	at = file ":" (part[2] + 0)
	branch = 0
	if (++seen[at] == 2)
		forget_branches(at)
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

# Those of asm goto, which is not in our sources, are said to be thrown.
file && has_condition && /^branch/ && !/\(throw\)/ {
	if (++branch > branches[at])
		branches[at] = branch
	if ($0 !~ /never executed|taken 0( |$)/)
		taken[at, branch] = 1
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
		count_branches(at, file)
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
		printf "%-20s %4d of %4d lines, %4d of %4d branches\n",
			file, reached[file], lines[file], ways_taken[file],
			ways[file] | "sort"
		all += lines[file]
		all_reached += reached[file]
		all_ways += ways[file]
		all_taken += ways_taken[file]
	}
	close("sort")
	if (!all) {
		print "no counts"
		failed = 1
	} else {
		printf "%-20s %4d of %4d lines, %4d of %4d branches: " \
			"%.1f %%, %.1f %%\n", "kmod", all_reached, all,
			all_taken, all_ways, 100 * all_reached / all,
			100 * all_taken / all_ways
	}
	exit failed
}

function forget_branches(at)
{
	for (branch = branches[at]; branch; branch--)
		delete taken[at, branch]
	branches[at] = 0
}

function count_branches(at, file,	missing)
{
	for (branch = 1; branch <= branches[at]; branch++) {
		ways[file]++
		if ((at, branch) in taken)
			ways_taken[file]++
		else
			missing++
	}
	if (missing)
		print at ": " missing " of " branches[at] \
			" branches not taken: " key[at] > untaken
}
