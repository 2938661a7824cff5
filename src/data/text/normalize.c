/* normalize.c: normal form, case, accents and blanks of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/normalize.h"

#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/text/char_class.h"

#define FORMS (NORMALIZE_NFD | NORMALIZE_NFC | NORMALIZE_NFKD | NORMALIZE_NFKC)

/* BERT's ranges of ideographs, which are written without blanks between words; the library
 * tokenizers begins extension E at U+2B920. */
static bool
is_ideograph(uint32_t cp)
{
	static const uint32_t range[][2] = {
		{ 0x4E00, 0x9FFF },   { 0x3400, 0x4DBF },   { 0x20000, 0x2A6DF },
		{ 0x2A700, 0x2B73F }, { 0x2B740, 0x2B81F }, { 0x2B920, 0x2CEAF },
		{ 0xF900, 0xFAFF },   { 0x2F800, 0x2FA1F },
	};

	for (size_t i = 0; i < sizeof range / sizeof *range; i++)
		if (cp >= range[i][0] && cp <= range[i][1])
			return true;
	return false;
}

static void
put_char(uint32_t cp, struct text *out)
{
	char utf8[4];

	text_bytes(out, utf8, unicode_encode(cp, utf8));
}

/* What SentencePiece's rule nmt makes of a character: 0 drops it. */
static uint32_t
nmt_char(uint32_t cp)
{
	if ((cp >= 0x1 && cp <= 0x8) || cp == 0xB || (cp >= 0xE && cp <= 0x1F) || cp == 0x7F ||
	    cp == 0x8F || cp == 0x9F)
		return 0;
	if (cp == '\t' || cp == '\n' || cp == 0xC || cp == '\r' || cp == 0x1680 ||
	    (cp >= 0x200B && cp <= 0x200F) || cp == 0x2028 || cp == 0x2029 || cp == 0x2581 ||
	    cp == 0xFEFF || cp == 0xFFFD)
		return ' ';
	return cp;
}

/* Apply CLEAN, CHINESE and NMT, which act on single characters, and append the result to `out`. */
static void
clean_chars(unsigned what, const char *text, size_t size, struct text *out)
{
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		n = text_utf8(text + at, size - at, &cp);
		if (what & NORMALIZE_CLEAN && (cp == 0 || char_class_has(CHAR_CLASS_CONTROL, cp)))
			continue;
		if (what & NORMALIZE_NMT && cp && (cp = nmt_char(cp)) == 0)
			continue;
		if (what & NORMALIZE_CLEAN && unicode_kind(cp) == UNICODE_SPACE)
			put_char(' ', out);
		else if (what & NORMALIZE_CHINESE && is_ideograph(cp)) {
			put_char(' ', out);
			put_char(cp, out);
			put_char(' ', out);
		} else
			put_char(cp, out);
	}
}

/* Reused between runs. */
struct buffers {
	struct text cleaned;
	int32_t *point;
	size_t cap;
};

/* Put a character in lower case; U+0130 is the one whose lower case has two characters. */
static void
put_lower(uint32_t cp, struct text *out)
{
	if (cp == 0x130)
		text_add(out, "i\xCC\x87");
	else
		put_char(unicode_lower(cp), out);
}

static bool
is_dropped(unsigned what, uint32_t cp)
{
	return (what & NORMALIZE_ACCENTS && char_class_has(CHAR_CLASS_ACCENT, cp)) ||
	       (what & NORMALIZE_MARKS && char_class_has(CHAR_CLASS_MARK, cp));
}

/* Normalize a run of valid UTF-8. */
static void
normalize_run(unsigned what, const char *text, size_t size, struct buffers *w, struct text *out)
{
	size_t n = 0, kept = 0;

	text_clear(&w->cleaned);
	clean_chars(what, text, size, &w->cleaned);
	if (what & FORMS) {
		bool compatible = what & (NORMALIZE_NFKC | NORMALIZE_NFKD);

		n = unicode_decompose(w->cleaned.s, w->cleaned.len, compatible, w->point, w->cap);
		if (n > w->cap) {
			mem_grow(&w->point, &w->cap, n, sizeof *w->point);
			n = unicode_decompose(w->cleaned.s, w->cleaned.len, compatible, w->point,
					      w->cap);
		}
	} else {
		mem_grow(&w->point, &w->cap, w->cleaned.len, sizeof *w->point);
		for (size_t at = 0; at < w->cleaned.len; n++)
			at += text_utf8(w->cleaned.s + at, w->cleaned.len - at,
					(uint32_t *)&w->point[n]);
	}
	for (size_t i = 0; i < n; i++)
		if (!is_dropped(what, (uint32_t)w->point[i]))
			w->point[kept++] = w->point[i];
	if (what & (NORMALIZE_NFC | NORMALIZE_NFKC))
		kept = unicode_compose(w->point, kept);
	for (size_t i = 0; i < kept; i++)
		if (what & NORMALIZE_LOWER)
			put_lower((uint32_t)w->point[i], out);
		else
			put_char((uint32_t)w->point[i], out);
}

static void
put_ascii(unsigned what, char c, struct text *out)
{
	bool blank = c == ' ' || (c >= '\t' && c <= '\r');

	if (what & NORMALIZE_NMT && c && (c = (char)nmt_char((unsigned char)c)) == 0)
		return;
	if (what & NORMALIZE_CLEAN &&
	    ((c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F))
		return;
	if (what & NORMALIZE_CLEAN && blank)
		c = ' ';
	if (what & NORMALIZE_LOWER && c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	text_bytes(out, &c, 1);
}

/* Length of the character at `at` if it is valid UTF-8 but not ASCII, else 0. */
static size_t
wide_length(const char *text, size_t size, size_t at)
{
	uint32_t cp;
	size_t n = (signed char)text[at] < 0 ? text_utf8(text + at, size - at, &cp) : 0;

	return n > 1 ? n : 0;
}

/*
 * No ASCII character composes with the one before it, so a text can be split in front of each. It
 * may compose with a following mark: an ASCII character before a wider one begins a run.
 */
void
normalize_put(unsigned what, const char *text, size_t size, struct text *out)
{
	struct buffers w = { 0 };

	if (!what) {
		text_bytes(out, text, size);
		return;
	}
	for (size_t at = 0, end, n; at < size; at = end) {
		bool ascii = (signed char)text[at] >= 0;

		end = at + (ascii ? 1 : 0);
		while (end < size && (n = wide_length(text, size, end)))
			end += n;
		if (ascii && end == at + 1)
			put_ascii(what, text[at], out);
		else if (end > at)
			normalize_run(what, text + at, end - at, &w, out);
		else
			text_bytes(out, text + end++, 1);
	}
	text_release(&w.cleaned);
	mem_free(w.point);
}
