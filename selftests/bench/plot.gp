# SPDX-License-Identifier: GPL-2.0
# gnuplot -c plot.gp DIRECTORY: its overhead.dat and batch.dat (plot.awk) as SVG
# and PNG.
dir = ARG1

array colours[6] = ["#0b62a4", "#3fa7e0", "#2e8b57", "#c0392b", "#e67e22", "#8e44ad"]
set style line 100 lc rgb "#d8d8d8" lw 0.7
set grid ls 100
set border 3 lc rgb "#606060"
set tics nomirror tc rgb "#303030"
set key outside right center Left reverse samplen 2 spacing 1.3

# Peers that were not there have no block. The ranges below would hide points.
stats dir."/overhead.dat" using 1 nooutput name "overhead"
stats dir."/batch.dat" using 1 nooutput name "batch"

do for [format in "svg png"] {
	if (format eq "svg") {
		set terminal svg size 900,480 noenhanced \
			font "DejaVu Sans,13" background rgb "white"
	} else {
		set terminal pngcairo size 900,480 noenhanced \
			font "DejaVu Sans,11"
	}

	set output dir."/overhead.".format
	set title "HMAC-SHA256: what each way costs beyond the hash itself"
	set xlabel "message size in bytes"
	set ylabel "instructions over the in-kernel floor"
	set format y "%+.0f %%"
	set logscale x 2
	set xrange [12:1400000]
	set yrange [-15:*]
	set xtics ("16" 16, "64" 64, "256" 256, "1 Ki" 1024, "4 Ki" 4096, \
		"16 Ki" 16384, "64 Ki" 65536, "256 Ki" 262144, "1 Mi" 1048576)
	set xzeroaxis lt 1 lc rgb "#303030" lw 1.2
	plot for [i=0:overhead_blocks-1] dir."/overhead.dat" index i using 1:2 \
		with linespoints lc rgb colours[i+1] lw 2 pt 7 ps 0.6 \
		title columnheader(1)

	set output dir."/batch.".format
	set title "HMAC-SHA256 of 64 bytes: what a message costs, by batch size"
	set xlabel "messages in a call"
	set ylabel "instructions a message"
	set format y "%.0f"
	set xrange [0.9:285]
	set yrange [1000:*]
	set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256)
	unset xzeroaxis
	plot dir."/batch.dat" index 0 using 1:2 with linespoints \
			lc rgb colours[1] lw 2.5 pt 7 ps 0.7 \
			title columnheader(1), \
		"" index 1 using 1:2 with lines lc rgb "#303030" lw 1.8 \
			title columnheader(1), \
		for [i=2:batch_blocks-1] "" index i using 1:2 with lines \
			lc rgb colours[i+1] lw 1.8 dt 2 title columnheader(1)
	set output
}
