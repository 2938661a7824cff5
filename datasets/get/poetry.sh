# Classical Chinese poems. Texts with a line for each poem: those of the Tang, and the Three Hundred among them. Tables with two
# classes: song lyrics and plays (ci and qu, both in simplified characters), and Tang and Song (both in traditional ones; every
# fourth file of the Song, so that there are about as many).
npm_package chinese-poetry 2.0.1 25b549e46919c3a0569db6b68ddc96956b04a484ea4518ad2bbd4f137e307e86 \
	package/dist/quantangshi package/dist/songci package/dist/yuanqu package/dist/mengxue
check 4f88f429938082523cdc72a1612bd7a7c3e3f7a33f8192c61ae51340efc3c92d package/dist/quantangshi/poet.tang.0.json
check 7761bc5ef50305753ea3dcea9e1ef3164e153e3ee366169e9c5a9a7d85b21b22 package/dist/songci/ci.song.0.json
check c2be37d2349cec99ec7f2d7c4107eb08bbb3ac869221db24531c8ffed2a88b12 package/dist/yuanqu/yuanqu.json
check 8423b65d938d0327e369972e790549b42609fa7ac4a2a72df59f4cb5a49c08f8 package/dist/mengxue/tangshisanbaishou.json

# The list of strings behind each "paragraphs" of a JSON file, joined: a line for each poem.
poems() {
	cat "$@" | tr '\n\r\t' '   ' | awk -v RS='[' '
		function hex(s, i, n) {
			for (n = i = 0; i < 4; i++)
				n = n * 16 + index("0123456789abcdef", tolower(substr(s, i + 1, 1))) - 1
			return n
		}
		function utf8(c) {
			if (c < 128)
				return c < 32 ? " " : sprintf("%c", c)
			if (c < 2048)
				return sprintf("%c%c", 192 + int(c / 64), 128 + c % 64)
			return sprintf("%c%c%c", 224 + int(c / 4096), 128 + int(c / 64) % 64, 128 + c % 64)
		}
		# The string at the start of rest, without its quotes, onto the poem; 0: it does not end here.
		function string(c) {
			rest = substr(rest, 2)
			while (match(rest, /["\\]/)) {
				c = substr(rest, RSTART, 1)
				poem = poem substr(rest, 1, RSTART - 1)
				rest = substr(rest, RSTART + 1)
				if (c == "\"")
					return 1
				c = substr(rest, 1, 1)
				if (c == "u")
					poem = poem utf8(hex(substr(rest, 2, 4)))
				else
					poem = poem (c ~ /[nrtbf]/ ? " " : c)
				rest = substr(rest, c == "u" ? 6 : 2)
			}
			poem = poem rest "["
			return 0
		}
		function list() {
			for (;;) {
				sub(/^[ ,]*/, "", rest)
				if (substr(rest, 1, 1) != "\"")
					break
				if (!string())
					return
			}
			if (poem ~ /[^ ]/)
				print poem
			open = 0
		}
		{
			rest = open ? "\"" $0 : $0
			if (!open && begins) {
				open = 1
				poem = ""
			}
			if (open)
				list()
			begins = /"paragraphs" *: *$/
		}'
}
by_number() { # PREFIX EVERY: files PREFIX.N.json in order, each EVERYth
	for file in "$1".[0-9]*.json; do echo "$file"; done | sort -t . -k 3n | awk -v every="$2" 'NR % every == 1 || every == 1'
}
lines() { # CLASS <poems
	awk -v class="$1" "$csv_quote"'{ print class "," quote($0) }'
}

dist=package/dist
run poems $(by_number $dist/quantangshi/poet.tang 1) >"$new/tang.txt" &&
	run poems $dist/mengxue/tangshisanbaishou.json >"$new/tang300.txt" &&
	run poems $(by_number $dist/quantangshi/poet.song 4) >song &&
	run poems $(by_number $dist/songci/ci.song 1) >ci &&
	run poems $dist/yuanqu/yuanqu.json >qu || full
{ echo dynasty,text && lines tang <"$new/tang.txt" && lines song <song; } >"$new/dynasty.csv" &&
	{ echo genre,text && lines ci <ci && lines qu <qu; } >"$new/genre.csv" || full
check 4209f077755d2c6bda27ff7d69128533ccfcb2921ff2d805eaa5171db14d101d "$new/tang.txt"
check 24e28df2ff37aefdfe3d69aa67e5350afbadb156f18515f65cab26e88ca8b392 "$new/tang300.txt"
check 5ebd41d6c2a061e6da297d2ded5334ff3ec4be0579679588ce45b27f9f5eb7ce "$new/dynasty.csv"
check 5231d93da04b32a166fc73a1083e1f8e457eec7add1ffc35956afbdc19928102 "$new/genre.csv"
