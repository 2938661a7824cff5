#!/bin/sh
# Fetch data sets: sh get.sh CACHE [--again] [--from DIRECTORY] NAME...
# `retort data get` runs it. Each NAME has a script NAME.sh beside this one; what it makes appears
# in CACHE/NAME, whole or not at all.
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
		from=$(cd "$2" && pwd) || fail "--from: $2 is no directory"
		shift
		;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || fail "which set?"

work=
child=
trap 'clean' EXIT
trap 'quit 129' HUP
trap 'quit 130' INT
trap 'quit 143' TERM

for name; do
	[ -f "$here/$name.sh" ] || fail "there is no such set"
	if [ -d "$cache/$name" ] && [ -z "$again" ]; then
		say "here already, in $cache/$name (--again fetches it anew)"
		continue
	fi
	begin
	. "$here/$name.sh"
	keep
done
