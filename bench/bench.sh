#!/bin/sh
# `make bench`: print quality, speed and size as measured on this machine; there are no pass criteria.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
: "${RETORT:=./retort}"
echo "digits: 100 labels, mlp 16 distilled from mlp 256,256, 4000 steps"
for seed in 1 2 3 4 5; do
	cat >"$dir/s.ret" <<END
retort-session 1
seed $seed
data digits labels 100
teacher big mlp 256,256
train big epochs 30
student mlp 16
run 4000
report
END
	"$RETORT" run "$dir/s.ret" --json | tail -n 1 |
		sed 's/.*"teacher":{[^{}]*"accuracy":\([0-9.]*\).*"student":{[^{}]*"accuracy":\([0-9.]*\).*"plain":{[^{}]*"accuracy":\([0-9.]*\).*/\1 \2 \3/'
done | awk '
	{ n++; t += $1; s += $2; p += $3; d = $2 - $3; g += d
	  if (n == 1 || $1 < least) least = $1
	  if (n == 1 || d < lo) lo = d
	  if (n == 1 || d > hi) hi = d
	  printf "  seed %d  teacher %.4f  distilled %.4f  no teacher %.4f\n", n, $1, $2, $3 }
	END { printf "  mean    teacher %.4f  distilled %.4f  no teacher %.4f  gain %.1f points (%.1f..%.1f), worst teacher %.4f\n",
	      t / n, s / n, p / n, 100 * g / n, 100 * lo, 100 * hi, least }'
echo
if [ -x /usr/bin/time ]; then
	printf 'retort-session 1\ndata digits\nstudent mlp 16\nrun 1\n' >"$dir/one.ret"
	/usr/bin/time -f 'start, first step, report, end: %e s, %M KiB resident' "$RETORT" run "$dir/one.ret" 2>&1 >/dev/null | tail -n 1
fi
echo
# Back-translation of sentences from licence texts, which every Debian system has: through Retort, and twice through the apertium script, in one call.
if command -v apertium >/dev/null && [ -f /usr/share/apertium/modes/eng-spa.mode ]; then
	cat /usr/share/common-licenses/* | tr '\n\t"' '   ' | sed 's/\([.;:]\)  */\1\n/g' |
		awk 'NF > 5 && NF < 40 { gsub(/ +/, " "); if (!seen[$0]++) print }' | head -n 800 >"$dir/lines"
	awk 'BEGIN { print "text,label" } { print "\"" $0 "\"," NR % 2 }' "$dir/lines" >"$dir/texts.csv"
	printf '%s\n' 'retort-session 1' 'data texts.csv text text tokens byte length 64' 'augment backtranslate via spa' >"$dir/t.ret"
	echo "back-translation by way of Spanish, sentences of licences, $(awk '{ n += NF } END { printf "%.1f words each", n / NR }' "$dir/lines")"
	XDG_CACHE_HOME=$dir/cache "$RETORT" run "$dir/t.ret" 2>&1 | sed -n 's/^translated .* texts in /  retort    /p'
	awk 'BEGIN { getline now <"/proc/uptime"; split(now, t, " ") } END { print t[1] }' /dev/null >"$dir/from"
	apertium -u eng-spa <"$dir/lines" | apertium -u spa-eng >"$dir/back"
	awk -v from="$(cat "$dir/from")" -v n="$(wc -l <"$dir/lines")" 'BEGIN { getline now <"/proc/uptime"; split(now, t, " ");
		printf "  apertium  %.1f s, %.0f lines a second, the whole file in one go\n", t[1] - from, n / (t[1] - from) }'
	echo
fi
# shellcheck disable=SC2086
"$RETORT" bench $BENCH
echo
