# SPDX-License-Identifier: GPL-2.0
#
# Reads one program's TAP and prints what a person wants to know of it; writes
# "passed failed skipped" to the file named by counts. Each case counts once, and
# so does each planned one that never reported. trouble, if not empty, says why
# the program as a whole has failed.

/^1\.\.[0-9]+/ {
	planned = substr($1, 4) + 0
	has_plan = 1
	if (!planned)
		skip()
	next
}

/^ok / {
	seen++
	if (toupper($0) ~ /# *SKIP/)
		skip()
	else
		passed++
	said = ""
	next
}

/^not ok / {
	seen++
	fail(case_name())
	next
}

/^TAP version|^# Starting |^# +RUN / {
	said = ""
	lines = 0
	next
}

# What is said before a result belongs to it.
lines++ < 12 {
	said = said "    | " substr($0, 1, 200) "\n"
}

END {
	if (!has_plan && !trouble)
		fail("no plan")
	else if (has_plan && seen > planned)
		fail(seen " results, " planned " planned")
	else if (has_plan && seen < planned) {
		failed += planned - seen - 1
		fail(planned - seen " of " planned " cases never reported")
	}
	# A failed case is reason enough for a program's exit status.
	if (trouble && !(failed && trouble == "exit status 1"))
		fail(trouble)

	line = sprintf("%-16s %5d passed", name, passed)
	if (failed)
		line = line sprintf(", %d failed", failed)
	if (skipped)
		line = line sprintf(", %d skipped", skipped)
	printf "%s  (%d s)\n%s", line, seconds, details
	for (why in skips)
		printf "  skipped %d: %s\n", skips[why], why
	print passed + 0, failed + 0, skipped + 0 > counts
}

function fail(what)
{
	failed++
	details = details "  FAILED " what "\n" said
	said = ""
	lines = 0
}

function skip(why)
{
	skipped++
	why = $0
	if (!sub(/.*# *[Ss][Kk][Ii][Pp] */, "", why) || why == "")
		why = "no reason given"
	skips[why]++
}

# "ok 3 name", or "ok 3 - name".
function case_name(line)
{
	line = $0
	sub(/^(not )?ok +[0-9]* *(- *)?/, "", line)
	sub(/ *# .*/, "", line)
	return line == "" ? "case " seen : line
}
