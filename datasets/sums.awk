# sums.awk: writes sums.txt, sentences of arithmetic that are true. The same bytes with any awk.

# Park and Miller (1988): exact in a double.
function random(n) {
	seed = (seed * 16807) % 2147483647
	return int(seed / 2147483647 * n)
}

function word(n) {
	if (n < 20)
		return small[n + 1]
	if (n < 100)
		return tens[int(n / 10) - 1] (n % 10 ? "-" small[n % 10 + 1] : "")
	return small[int(n / 100) + 1] " hundred" (n % 100 ? " and " word(n % 100) : "")
}

function capital(s) {
	return toupper(substr(s, 1, 1)) substr(s, 2)
}

BEGIN {
	seed = 20260
	split("nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen " \
		"fifteen sixteen seventeen eighteen nineteen", small, " ")
	split("twenty thirty forty fifty sixty seventy eighty ninety", tens, " ")
	for (i = 0; i < 2800; i++) {
		a = random(50)
		b = random(50)
		kind = random(8)
		if (kind < 2)
			print a " + " b " = " a + b "."
		else if (kind == 2)
			print a + b " - " b " = " a "."
		else if (kind == 3)
			print capital(word(a)) " and " word(b) " make " word(a + b) "."
		else if (kind == 4)
			print capital(word(a + b)) " less " word(b) " is " word(a) "."
		else if (kind == 5)
			print "Which is more, " a " or " b "? " (a == b ? "Neither" : a > b ? a : b) "."
		else if (kind == 6)
			print capital(word(a)) " is " (a % 2 ? "odd" : "even") "."
		else
			print a % 10 " x " b % 10 " = " (a % 10) * (b % 10) "."
	}
}
