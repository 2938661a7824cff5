#!/bin/sh
# `make soak`: summarize and train on a table of 4 GB (or $SOAK million bytes). Prints MB/s and memory; fails if memory grows with
# the size of cells: anonymous memory may be 64 bytes a row and 64 MB. Needs about twice the size of the table on the disk of $SOAK_DIR.
size=${SOAK:-4000}
dir=$(mktemp -d "${SOAK_DIR:-$PWD}/soak-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
export XDG_CACHE_HOME="$dir/cache"
echo "making a table of $size MB in $dir"
awk 'BEGIN {
	srand(7)
	split("red green blue grey", hue, " ")
	for (bytes = 0; bytes < 20e6; bytes += length(line) + 1) {
		line = ""
		for (c = 0; c < 20; c++) { x = 2 * rand() - 1; if (c == 0) first = x; line = line sprintf("%.4f,", x) }
		line = line hue[1 + int(4 * rand())] "," (first < -0.3 ? "a" : first < 0.3 ? "b" : "c")
		print line
	}
}' >"$dir/block"
awk 'BEGIN { for (c = 0; c < 20; c++) printf "f%d,", c; print "hue,kind" }' >"$dir/big.csv"
i=0
while [ $i -lt $((size / 20)) ]; do
	cat "$dir/block" || exit 1
	i=$((i + 1))
done >>"$dir/big.csv"
rows=$(($(wc -l <"$dir/block") * i)) bytes=$(wc -c <"$dir/big.csv")
status=0
watch() { # watch NAME COMMAND...: run COMMAND and print its time and peak anonymous memory
	name=$1 most=0 start=$(date +%s)
	shift
	"$@" >"$dir/out" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		now=$(awk '/^RssAnon/ { print $2 }' /proc/$pid/status 2>/dev/null)
		[ "${now:-0}" -gt $most ] && most=$now
		sleep 0.2
	done
	wait $pid || { cat "$dir/out"; status=1; }
	took=$(($(date +%s) - start))
	echo "$name: $rows rows, $took s, $((bytes / 1000000 / (took > 0 ? took : 1))) MB/s, $((most / 1024)) MiB of anonymous memory at most"
	[ $((most * 1024)) -le $((64 * rows + 67108864)) ] || { echo "$name: that is more than 64 bytes a row"; status=1; }
}
printf 'data big.csv\n' >"$dir/read.ret"
printf 'seed 42\ndata big.csv labels 1000\nteacher big mlp 64\nteachers big mute\nstudent mlp 32\nset eval-every 300\nrun 300\nreport\n' >"$dir/run.ret"
watch "read" "$RETORT" run "$dir/read.ret"
watch "data show" "$RETORT" data show "$dir/big.csv"
tail -n 3 "$dir/out"
watch "run 300" "$RETORT" run "$dir/run.ret"
grep '^[a-z ]* last ' "$dir/out"
exit $status
