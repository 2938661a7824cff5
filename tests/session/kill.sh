#!/bin/sh
# `make soak-kill`: end a recorded session by SIGKILL at 100 (or $SOAK) random moments. Its recording and its curves must be
# those of a session that was not killed, up to a place; only the last line may be cut; every tenth recording is replayed.
# Fails also if the curves lack more than one evaluation of what is recorded.
moments=${SOAK:-100}
dir=$(mktemp -d "${SOAK_DIR:-$PWD}/kill-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
cd "$dir" || exit 1
HOME=$dir
export HOME
cat >s.ret <<'END'
seed 7
data digits labels 200
teacher big mlp 24
train big epochs 1
student mlp 12
set eval-every 10
set log-every 5
run 3000
@50 set temperature 2
@90 fork b set lr 0.001
@500 run 1: mark half
END
began=$(date +%s%N)
"$RETORT" run s.ret -r whole.ret >/dev/null 2>&1 || { echo "the session fails"; exit 1; }
took=$((($(date +%s%N) - began) / 1000000))
status=0 killed=0 early=0 cut=0 behind=0
fail() { # fail WHAT: report the moment, keep the status
	echo "moment $i, $ms ms: $1"
	status=1
}
prefix() { head -c "$(wc -c <"$2")" "$1" | cmp -s - "$2"; }
i=0
while [ $killed -lt "$moments" ] && [ $i -lt $((10 * moments)) ]; do # some sessions end before their moment
	i=$((i + 1))
	ms=$(od -An -N4 -tu4 /dev/urandom | awk -v most="$took" '{ print int($1 / 4294967296 * most) }')
	rm -f k.ret k.metrics.tsv
	"$RETORT" run s.ret -r k.ret >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk -v ms="$ms" 'BEGIN { printf "%.3f", ms / 1000 }')"
	kill -KILL $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
	[ -s k.ret ] || { early=$((early + 1)); continue; }
	prefix whole.ret k.ret || fail "the recording is another one"
	[ "$(tail -c 1 k.ret | od -An -c | tr -d ' ')" = '\n' ] || cut=$((cut + 1))
	steps=$(sed -n 's/^@\([0-9]*\) .*expect val-nll.*/\1/p' k.ret | tail -n 1)
	[ -z "$steps" ] || [ -e k.metrics.tsv ] || [ "$steps" -eq 0 ] || fail "no curves up to step $steps"
	if [ -e k.metrics.tsv ]; then
		prefix whole.metrics.tsv k.metrics.tsv || fail "the curves are others"
		last=$(awk -F '\t' '$3 == "val-nll" && $2 ~ /^[sb]$/ { s = $1 } END { print s + 0 }' k.metrics.tsv)
		[ "$last" -ge "${steps:-0}" ] || behind=$((behind + 1))
		[ "$last" -ge $((${steps:-0} - 10)) ] || fail "the curves end at step $last, the recording at $steps"
	fi
	if [ $((i % 10)) -eq 0 ]; then
		sed '$!b; /#=[0-9a-f]\{16\}$/!d' k.ret >r.ret
		"$RETORT" replay r.ret >out 2>&1 || { fail "the recording does not replay"; tail -n 3 out; }
	fi
done
echo "$killed sessions of $took ms killed, $early of them before the first line: $cut recordings end in part of a line, $behind curves lack the last evaluation"
exit $status
