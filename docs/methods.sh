#!/bin/sh
# The table of methods.md, made again: a student taught in several published ways, for each of some seeds.
# usage: methods.sh [-l LABELS | -l all] [-n STEPS] [-e EPOCHS] [-w WEIGHT] [-p] [SEED...]
#   -l  labels that the student sees; 100 unless said       -n  steps of every student
#   -e  epochs of the teacher                               -w  weight of attention transfer; 1000 unless said
#   -p  print the sessions, run nothing
# The program is $RETORT, or retort.  The figures of a seed are the same on every run, on any number of threads.
set -e
labels=100 steps=2000 epochs=10 weight=1000 print=no
while getopts l:n:e:w:p option; do
	case $option in
	l) labels=$OPTARG ;;
	n) steps=$OPTARG ;;
	e) epochs=$OPTARG ;;
	w) weight=$OPTARG ;;
	p) print=yes ;;
	*) sed -n '3,6s/^# //p' "$0" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 11 12 13 14 15
case $labels in all) shown='' ;; *) shown=" labels $labels" ;; esac

session() { # session SEED: one teacher, and one start of the student for all; the report adds the plain student
	cat <<END
retort-session 1
seed $1
data digits image 8x8$shown
set schedule cosine
set eval-every 1000000             # at the start and the end of a run only
teacher big resnet 16,32,64
train big epochs $epochs
student resnet 4,8,16              # FitNets
set ce-weight 1
set kd-weight 0
map big:2 s:2 match hint weight 200
run $steps
student again                      # attention transfer
map big:1..3 s:1..3 match at weight $weight
run $steps
student again                      # Hinton
set ce-weight 0.1
set kd-weight 0.9
run $steps
student again                      # DKD
set ce-weight 1
set kd-weight 0
loss dkd weight 1 temperature 4 alpha 1 beta 8
run $steps
report
END
}

all_sessions() {
	for seed; do
		if [ $print = yes ]; then session "$seed"; else session "$seed" | "${RETORT:-retort}" run --json -; fi
	done
}
if [ $print = yes ]; then
	all_sessions "$@"
	exit
fi

all_sessions "$@" | awk -v steps="$steps" -v seeds="$#" '
function field(name) { # its number in this line; "" where there is none
	if (!match($0, "\"" name "\":[-+.e0-9]+")) return ""
	return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
}
function keep(who) {
	accuracy[who, seed] = field("val-accuracy")
	nll[who, seed] = field("val-nll")
	agreement[who, seed] = field("val-agreement")
}
function spread(figures, who,    i, d) { # leaves its mean in "mean"
	mean = d = 0
	for (i = 1; i <= seeds; i++) mean += figures[who, i] / seeds
	for (i = 1; i <= seeds; i++) d += (figures[who, i] - mean) ^ 2
	return seeds > 1 ? sqrt(d / (seeds - 1)) : 0
}
function column(figures, who,    sd) {
	sd = spread(figures, who)
	return sprintf("%.4f +- %.4f", mean, sd)
}
function ahead(a, b,    i, more, same) { # in how many seeds a is more accurate than b
	for (i = 1; i <= seeds; i++) {
		more += accuracy[a, i] > accuracy[b, i]
		same += accuracy[a, i] == accuracy[b, i]
	}
	printf "%-17s %d of %d%s\n", a " > " b, more, seeds, same ? ", " same " even" : ""
}
function line(who, a, b, c,    text) {
	text = sprintf("%-9s %-18s %-18s %s", who, a, b, c)
	sub(/ +$/, "", text)
	print text
}
BEGIN { split("fitnets at kd dkd", taught); n = split("dkd kd at fitnets plain", row) }
!/"event":"eval"/ || field("val-accuracy") == "" { next }
/"branch":"big"/ {
	if (field("step") == 0) { seed++; student = 0 }
	keep("teacher") # the last one stays
}
/"branch":"main"/ && field("step") == 0 { student++ }
/"branch":"main"/ && field("step") == steps { keep(taught[student]) }
/"branch":"plain"/ && field("step") == steps { keep("plain") }
END {
	for (i = 1; i <= n; i++)
		for (s = 1; s <= seeds; s++)
			if (accuracy[row[i], s] == "") { print "methods.sh: no figures for " row[i] | "cat >&2"; exit 1 }
	line("student", "accuracy", "nll", "agreement")
	line("(teacher)", column(accuracy, "teacher"), column(nll, "teacher"), "")
	for (i = 1; i <= n; i++)
		line(row[i], column(accuracy, row[i]), column(nll, row[i]), column(agreement, row[i]))
	printf "\nSeeds in which one is more accurate than the other:\n"
	ahead("kd", "at")
	ahead("kd", "fitnets")
	ahead("at", "fitnets")
	ahead("at", "plain")
	ahead("fitnets", "plain")
	ahead("dkd", "kd")
}'
