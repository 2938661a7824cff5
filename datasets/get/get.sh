#!/bin/sh
# Fetch data sets: sh get.sh CACHE [--again] [--from DIRECTORY] NAME...
# Run by `retort data get`. The script NAME.sh beside this one makes the set, which appears in CACHE/NAME
# complete or not at all.
# SPDX-License-Identifier: GPL-3.0-or-later
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 1
. "$here/lib.sh"

cache=$1
shift
again=
from=
name=get
while [ $# -gt 0 ]; do
	case $1 in
	--again) again=yes ;;
	--from)
		[ $# -gt 1 ] || fail "--from needs a directory"
		from=$(cd "$2" && pwd) || fail "--from: $2 is not a directory"
		shift
		;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || fail "a data set is missing"

work=
child=
trap 'clean' EXIT
trap 'quit 129' HUP
trap 'quit 130' INT
trap 'quit 143' TERM

for name; do
	[ -f "$here/$name.sh" ] || fail "unknown data set"
	if [ -d "$cache/$name" ] && [ -z "$again" ]; then
		say "already in $cache/$name (--again fetches it again)"
		continue
	fi
	begin
	. "$here/$name.sh"
	keep
done
