# Descriptions of Debian's packages in 15 topics. They change with the archive, so their hash is recorded, not checked. The
# packages of a source package are all in one of the two files, because their descriptions are nearly the same.
lists=$from/lists
if [ -z "$from" ] || [ ! -d "$lists" ]; then
	need apt-get apt
	lists=$work/in/lists
	mkdir -p lists/partial cache/archives/partial || full
	say "fetching the descriptions of the archive with apt-get"
	run apt-get -q -o Dir::State::Lists="$lists" -o Dir::Cache="$work/in/cache" -o Acquire::Languages=en \
		-o APT::Update::Post-Invoke::= -o APT::Update::Post-Invoke-Success::= update >log 2>&1 ||
		refused apt-get "the lists of the archive" "a directory 'lists' of a machine that has them"
fi
texts() { # SUFFIX: these files as text, whatever compression apt uses
	for file in "$lists"/*"$1"*; do
		case $file in
		*.lz4) lz4 -dc "$file" ;;
		*.xz) xz -dc "$file" ;;
		*.gz) gzip -dc "$file" ;;
		*) [ ! -f "$file" ] || cat "$file" ;;
		esac || return 1
	done
}
texts _main_i18n_Translation-en >descriptions && texts _Packages >packages || fail "the lists cannot be read"
[ -s descriptions ] && [ -s packages ] || refused apt-get "the descriptions (sources without 'main'?)" "them"
awk "$csv_quote"'
	function end() {
		if (md5 != "" && text != "" && !(md5 in of))
			of[md5] = text
		md5 = text = ""
		inside = 0
	}
	function row(i, h) {
		if (source == "")
			source = name
		sub(/ .*/, "", source)
		sub(/.*\//, "", section)
		if (name != "" && section in topics && sum in of && !done[sum]++) {
			for (h = i = 0; i < length(source); )
				h = (h * 31 + index(letters, substr(source, ++i, 1))) % 1000003
			print name "\t" (h % 5 == 0 ? "test" : "train") "\t" section "," source "," name "," quote(of[sum])
		}
		name = source = section = sum = ""
	}
	BEGIN {
		letters = "abcdefghijklmnopqrstuvwxyz0123456789+-."
		n = split("net science admin games x11 text sound graphics fonts web math mail editors database video", t, " ")
		while (n)
			topics[t[n--]]
	}
	FILENAME == "descriptions" && /^$/ { end(); next }
	FILENAME == "descriptions" && /^Description-md5: / { md5 = $2; next }
	FILENAME == "descriptions" && /^Description-en: / { text = substr($0, 17); inside = 1; next }
	FILENAME == "descriptions" && /^ / && inside { sub(/^ \.?/, ""); text = text " " $0; next }
	FILENAME == "descriptions" { inside = 0; next }
	!second++ { end() }
	/^$/ { row(); next }
	/^Package: / { name = $2 }
	/^Source: / { source = $2 }
	/^Section: / { section = $2 }
	/^Description-md5: / { sum = $2 }
	END { row() }' descriptions packages | sort >rows || full
for part in train test; do
	{ echo topic,source,package,text && awk -F '\t' -v part="$part" '$2 == part { sub(/^[^\t]*\t[^\t]*\t/, ""); print }' rows; } \
		>"$new/$part.csv" || full
	[ "$(wc -l <"$new/$part.csv")" -gt 1 ] || fail "no package of these topics is in the lists" "are there sources of Debian's main?"
	say "$part.csv sha256 $(sha256sum <"$new/$part.csv" | cut -c 1-64)"
done
