# Sourced by every *.test script: TAP results, a temporary directory, runs of the program, a terminal in tmux.
#   $dir       temporary directory, removed at exit; also HOME, so that no file of the user is read
#   $dir/out   standard output of the last run
#   $dir/err   standard error of the last run
# A script ends with `finish`.
dir=$(mktemp -d) || exit 99
HOME=$dir
export HOME
unset RETORTRC XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME
: >"$dir/out"
: >"$dir/err"
n=0
server= # socket of the tmux server, if one was started
at_exit() {
	[ -z "$server" ] || tm kill-server 2>/dev/null
	rm -rf "$dir"
}
trap at_exit EXIT

################ results

details() { # Print details below a failed result: the screen, or the end of standard error
	if [ -n "$server" ]; then tm capture-pane -p 2>/dev/null; else tail -n 40 "$dir/err"; fi
}
ok() { # ok NAME STATUS
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		details | cut -c 1-500 | sed 's/^/# /'
	fi
}
none() { # none NAME FOUND: pass if FOUND is empty
	printf '%s\n' "$2" >"$dir/err"
	[ -z "$2" ]
	ok "$1" $?
}
skip() { # skip NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}
skip_all() { # skip_all REASON: skip the whole script; before the first result
	echo "1..0 # SKIP $1"
	exit 0
}
finish() {
	echo "1..$n"
}

################ runs of the program

status_is() { # status_is WANT COMMAND...: run COMMAND; succeed if its exit status is WANT
	want=$1
	shift
	"$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || { echo "# $*: exit status $got, expected $want"; return 1; }
}
refuses() { # refuses LINES MESSAGE: run LINES as a script; succeed if the exit status is 2 and standard error contains MESSAGE
	printf '%s\n' "$1" >"$dir/bad.ret"
	status_is 2 "$RETORT" run "$dir/bad.ret" && grep -qF -- "$2" "$dir/err"
	ok "refused: $2" $?
}
refuses_exactly() { # refuses_exactly LINES MESSAGE: the same; MESSAGE is the whole of standard error after the file name
	printf '%s\n' "$1" >"$dir/bad.ret"
	status_is 2 "$RETORT" run "$dir/bad.ret" && [ "$(cat "$dir/err")" = "$dir/bad.ret:$2" ]
	ok "refused: $(printf '%s\n' "$1" | tail -n 1)" $?
}
refuses_last() { # refuses_last MESSAGE <LINES: the same for LINES on standard input
	cat >"$dir/bad.ret"
	"$RETORT" run "$dir/bad.ret" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	{ [ $got -eq 2 ] || [ $got -eq 1 ]; } && grep -qF -- "$1" "$dir/err" && grep -q "^$dir/bad.ret:$(wc -l <"$dir/bad.ret"):" "$dir/err"
	ok "refused: $1" $?
}
same_bits() { # same_bits NAME FILE: record FILE with one thread into $dir/last.rec, replay it with four threads, compare the recordings
	rm -f "$dir/last.rec" "$dir/four.rec"
	status_is 0 "$RETORT" run "$2" --record "$dir/last.rec" --threads 1 &&
		status_is 0 "$RETORT" replay "$dir/last.rec" --check --record "$dir/four.rec" --threads 4 &&
		cmp "$dir/last.rec" "$dir/four.rec" 2>"$dir/err"
	ok "$1" $?
}
reports() { # reports LINE: standard error of the last run contains it
	grep -qxF -- "$1" "$dir/err"
	ok "reports: $1" $?
}
plain() { # plain RECORDING: its lines without their running hashes
	sed 's/ #=[0-9a-f]*$//' "$1"
}
last_figure() { # last_figure METRIC [BRANCH]: last value of the metric in standard output of the last run
	sed -n "s/.*	${2:-main}	$1	//p" "$dir/out" | tail -n 1
}

################ a terminal

tm() { tmux -u -S "$server" -f /dev/null "$@"; }
start_terminal() { # start_terminal COLUMNS LINES [COMMAND]: start a shell, or COMMAND; skip the whole script without tmux
	command -v tmux >/dev/null || skip_all "tmux is not installed"
	server=$dir/socket
	tm start-server \; set-option -g history-limit 5000 >/dev/null 2>&1
	for i in 1 2 3 4 5 6 7 8 9 10; do # a server without a session may be about to exit
		tm new-session -d -x "$1" -y "$2" ${3+"$3"} && break
		sleep 0.2
	done
	tm has-session || skip_all "tmux does not start"
}
screen() { tm capture-pane -p; }
screen_has() { # screen_has GREP-OPTION...: wait until grep finds a match on the screen, for at most 120 s
	give_up=$(($(date +%s) + 120))
	until screen 2>/dev/null | grep -q "$@"; do
		[ "$(date +%s)" -lt $give_up ] || return 1
		sleep 0.1
	done
}
sees() { screen_has -e "$1"; } # sees PATTERN
sees_text() { screen_has -F -e "$1"; } # sees_text TEXT
gone() { # gone PATTERN: wait until the screen has no match, for at most 120 s
	give_up=$(($(date +%s) + 120))
	while screen | grep -q -e "$1"; do
		[ "$(date +%s)" -lt $give_up ] || return 1
		sleep 0.1
	done
}
scrolled() { tm capture-pane -p -S -5000 | grep -q -e "$1"; } # scrolled PATTERN: match on the screen or in its history
keys() { tm send-keys "$@"; }
foreground() { pgrep -n -P "$(tm display -p '#{pane_pid}')"; } # process that the shell of the terminal runs; other tests run the same command
type_line() { tm send-keys -l "$1" && tm send-keys Enter; }
