/* synonyms.c: words of training rows, and the tokens of their synonyms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/synonyms.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/vocab/words.h"

/* State of synonyms_init. */
struct builder {
	struct synonyms *s;
	const struct wordnet *wn;
	const struct tokenizer *t;
	const uint8_t *kind;
	struct token_trie seen; /* all words so far, as ids */
	struct text text, other;
	struct tokenizer_ids ids;
};

/* Whether a token includes the blank before a word, as a blank or as U+2581. */
static bool
has_blank(const struct tokenizer *t, int32_t id)
{
	const char *s;
	size_t len;

	if (t->pieces.n == 0)
		return false;
	s = token_trie_get(&t->pieces, (size_t)id, &len);
	return (len > 0 && s[0] == ' ') || (len > 2 && memcmp(s, "\xE2\x96\x81", 3) == 0);
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Copy a synonym with the word's capitalization: first letter, or all letters. ASCII only. */
static void
copy_case(const char *word, size_t len, const char *as, size_t as_len, struct text *out)
{
	size_t capitals = 0;

	for (size_t i = 0; i < len; i++)
		capitals += is_upper(word[i]);
	text_clear(out);
	text_bytes(out, as, as_len);
	for (size_t i = 0; i < as_len && is_upper(word[0]); i++)
		if (out->s[i] >= 'a' && out->s[i] <= 'z' &&
		    (i == 0 || (capitals == len && len > 1)))
			out->s[i] = (char)(out->s[i] - 'a' + 'A');
}

/* Whether m->ids is one word without unknown tokens, and its first token includes a blank exactly
 * if the word's does; that token may be the blank alone. */
static bool
matches_word(const struct builder *m, int32_t first)
{
	const int32_t *id = m->ids.id;
	size_t n = m->ids.n, from, end;

	if (n == 0 || has_blank(m->t, id[0]) != has_blank(m->t, first))
		return false;
	for (size_t i = 0; i < n; i++)
		if (id[i] == m->t->special[TOKENIZER_UNKNOWN])
			return false;
	from = words_next(m->kind, id, n, 0, &end);
	return end == n && (from == 0 || (from == 1 && has_blank(m->t, id[0])));
}

/* Tokenize the synonym in m->other, without a leading blank or else with one. Returns false if
 * neither matches the word. */
static bool
tokenize_synonym(struct builder *m, int32_t first)
{
	struct err e;

	m->ids.n = 0;
	if (tokenizer_encode(m->t, m->other.s, m->other.len, &m->ids, &e) < 0)
		return false;
	if (matches_word(m, first))
		return true;
	text_bytes(&m->other, "", 1);
	memmove(m->other.s + 1, m->other.s, m->other.len - 1);
	m->other.s[0] = ' ';
	m->ids.n = 0;
	return tokenizer_encode(m->t, m->other.s, m->other.len, &m->ids, &e) == 0 &&
	       matches_word(m, first);
}

static void
add_synonym(struct synonyms *s, size_t index, const struct tokenizer_ids *ids)
{
	mem_grow(&s->end, &s->cap_end, index + 1, sizeof *s->end);
	mem_grow(&s->ids, &s->cap_ids, s->n_ids + ids->n, sizeof *s->ids);
	memcpy(s->ids + s->n_ids, ids->id, ids->n * sizeof *s->ids);
	s->n_ids += ids->n;
	s->end[index] = s->n_ids;
}

static void
add_word(struct builder *m, const int32_t *ids, size_t n)
{
	struct synonyms *s = m->s;
	size_t found, len, from = s->word.n ? s->first[s->word.n] : 0, to = from;
	const char *word;
	const int32_t *other;

	text_clear(&m->text);
	if (tokenizer_decode(m->t, ids, n, &m->text, NULL) < 0)
		return;
	word = text_get(&m->text);
	len = m->text.len;
	for (; len && *word == ' '; len--)
		word++;
	other = len ? wordnet_find(m->wn, word, len, &found) : NULL;
	for (size_t k = 0; other && k < found; k++) {
		size_t as_len;
		const char *as = token_trie_get(&m->wn->word, (size_t)other[k], &as_len);

		copy_case(word, len, as, as_len, &m->other);
		if (tokenize_synonym(m, ids[0]))
			add_synonym(s, to++, &m->ids);
	}
	if (to == from)
		return;
	token_trie_add(&s->word, (const char *)ids, n * sizeof *ids);
	mem_grow(&s->first, &s->cap_first, s->word.n + 1, sizeof *s->first);
	s->first[s->word.n] = to;
}

void
synonyms_init(struct synonyms *s, const struct wordnet *wn, const struct dataset *ds,
	      const uint8_t *kind, const uint32_t *rows, size_t n_rows)
{
	struct builder m = { .s = s, .wn = wn, .t = ds->tokenizer, .kind = kind };

	*s = (struct synonyms){ 0 };
	for (size_t i = 0; i < n_rows; i++) {
		const int32_t *ids = ds->ids + (size_t)rows[i] * ds->length;
		size_t n = words_length(ids, ds->length), end = 0;

		for (size_t p = words_next(kind, ids, n, 0, &end); p < n;
		     p = words_next(kind, ids, n, end, &end)) {
			const char *key = (const char *)(ids + p);
			size_t size = (end - p) * sizeof *ids;

			if (token_trie_find(&m.seen, key, size) >= 0)
				continue;
			token_trie_add_duplicate(&m.seen, key, size);
			add_word(&m, ids + p, end - p);
		}
	}
	token_trie_release(&m.seen);
	text_release(&m.text);
	text_release(&m.other);
	mem_free(m.ids.id);
}

size_t
synonyms_count(const struct synonyms *s, const int32_t *ids, size_t n, int32_t *word)
{
	*word = token_trie_find(&s->word, (const char *)ids, n * sizeof *ids);
	return *word < 0 ? 0 : s->first[*word + 1] - s->first[*word];
}

const int32_t *
synonyms_get(const struct synonyms *s, int32_t word, size_t k, size_t *n)
{
	size_t at = s->first[word] + k, from = at ? s->end[at - 1] : 0;

	*n = s->end[at] - from;
	return s->ids + from;
}

void
synonyms_release(struct synonyms *s)
{
	token_trie_release(&s->word);
	mem_free(s->first);
	mem_free(s->end);
	mem_free(s->ids);
	*s = (struct synonyms){ 0 };
}
