# SPDX-License-Identifier: GPL-2.0
# A number with a comma before each group of three digits

function commas(n,	s)
{
	s = sprintf("%.0f", n)
	while (match(s, /[0-9][0-9][0-9][0-9]($|,)/))
		s = substr(s, 1, RSTART) "," substr(s, RSTART + 1)
	return s
}
