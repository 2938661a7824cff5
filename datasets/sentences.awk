# sentences.awk: writes sentences.csv, sentences in four invented languages. The same bytes with any awk.
#
# All four have the same words. The subject ends in -o, the object in -a, the verb in -i, an adjective
# in -u; a language is the order of these. So only the order of the words shows the language; and one
# ending in twelve is dropped, so that some sentences are ambiguous.

# Park and Miller (1988): exact in a double.
function random(n) {
	seed = (seed * 16807) % 2147483647
	return int(seed / 2147483647 * n)
}

function stem() {
	return stems[random(n_stems) + 1]
}

function ending(e) {
	return random(12) ? e : ""
}

# A noun, in one of three cases followed by an adjective.
function noun(e) {
	return stem() ending(e) (random(3) ? "" : " " stem() ending("u"))
}

BEGIN {
	seed = 1887
	n_stems = split("bar ker mil tos lun dav pel gir nas vor ket sim dul fan rog tev mon lis par zek", stems, " ")
	split("arin belu coma doru", name, " ")
	split("oia oai ioa aio", order, " ") # subject, verb, object; and so on
	print "label,text"
	for (i = 0; i < 2400; i++) {
		k = random(4) + 1
		text = ""
		for (j = 1; j <= 3; j++) {
			e = substr(order[k], j, 1)
			text = text (j > 1 ? " " : "") (e == "i" ? stem() ending(e) : noun(e))
		}
		print name[k] "," text
	}
}
