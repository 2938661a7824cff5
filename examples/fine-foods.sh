#!/bin/sh
# Reviews of food with 100 labels: fetched, an unlabelled transfer set beside them, masked, translated there and back, distilled, fine-tuned;
# run and replayed, and the gauge asked. `sh fine-foods.sh` does it without a terminal, `sh fine-foods.sh live` in the workbench.
# Needs apertium-eng-spa for the translation and, to fetch the reviews the first time, r-base-core.
# SPDX-License-Identifier: GPL-3.0-or-later
set -e
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$here/../retort" ] && : "${RETORT:=$here/../retort}" # built there
: "${RETORT:=retort}" "${DIR:=fine-foods}" "${SEED:=1}"
mkdir -p "$DIR"
cd "$DIR"

"$RETORT" data get fine-foods debian-topics
reviews=${XDG_CACHE_HOME:-$HOME/.cache}/retort/data/fine-foods/training.csv

# Half of the reviews have labels, of which students see 100; of the other half the labels are cut off.
head -n 2001 "$reviews" >reviews.csv
{ echo review; tail -n +2002 "$reviews" | sed 's/^[^,]*,//'; } >more.csv
"$RETORT" tokenizer train wordpiece reviews.csv more.csv text review size 4000 into words.json
sed "s/^seed .*/seed $SEED/" "$here/fine-foods.ret" >session.ret

recording=$(date +%Y%m%d-%H%M%S).ret
if [ "$1" = live ]; then
	"$RETORT" session.ret --record "$recording"
else
	"$RETORT" run session.ret --record "$recording"
fi
"$RETORT" replay "$recording" --check --threads 1 >/dev/null
echo "$DIR/$recording replays to the bit"
