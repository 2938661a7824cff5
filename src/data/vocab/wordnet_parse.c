/* wordnet_parse.c: parses the files of a WordNet, wndb(5). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/vocab/wordnet.h"

#define SHORTEST \
	3 /* bytes; shorter words are abbreviations, symbols of elements, rests of markup */
#define SYNSET_MAX 255 /* words of a synset: two hexadecimal digits */
#define OTHERS \
	((size_t)1 << 24) /* maximum number of synonyms of all lemmas; WordNet 3.0 has 60,000 */

/*
 * Function words, and parts of contractions as tokenizers split them; sorted. Their entries in a
 * WordNet are abbreviations or rare homonyms, and auxiliary verbs have no synonyms in grammar.
 */
static const char *const grammar[] = {
	"about",   "above",   "after",   "again",   "against", "ain",    "all",    "and",
	"another", "any",     "are",     "aren",    "because", "been",   "before", "behind",
	"being",   "below",   "between", "both",    "but",     "can",    "could",  "couldn",
	"did",     "didn",    "does",    "doesn",   "doing",   "don",    "done",   "down",
	"during",  "each",    "either",  "every",   "few",     "for",    "from",   "had",
	"hadn",    "has",     "hasn",    "have",    "haven",   "having", "her",    "here",
	"hers",    "herself", "him",     "himself", "his",     "how",    "into",   "isn",
	"its",     "itself",  "just",    "least",   "less",    "let",    "many",   "may",
	"might",   "mine",    "more",    "most",    "much",    "must",   "myself", "need",
	"neither", "nor",     "not",     "now",     "off",     "once",   "one",    "only",
	"other",   "ought",   "our",     "ours",    "out",     "over",   "own",    "per",
	"same",    "shall",   "shan",    "she",     "should",  "some",   "such",   "than",
	"that",    "the",     "their",   "theirs",  "them",    "then",   "there",  "these",
	"they",    "this",    "those",   "though",  "through", "too",    "two",    "under",
	"until",   "upon",    "very",    "was",     "wasn",    "were",   "what",   "when",
	"where",   "which",   "while",   "who",     "whom",    "whose",  "why",    "will",
	"with",    "within",  "without", "won",     "would",   "you",    "your",   "yours",
};

/* The first sense of a lemma as one part of speech. */
struct sense {
	int32_t lemma;
	uint8_t part;
	bool tagged;   /* occurs in the tagged texts (tagsense_cnt) */
	size_t synset; /* offset in the data file, bytes */
};

struct reader {
	struct wordnet *wn;
	struct sense *sense;
	size_t n, cap;
	size_t n_others, cap_others;
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 ||
	       c == '\'';
}

/* Whether it is a single word and not a name. */
static bool
is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_letter(s[i]) || (s[i] >= 'A' && s[i] <= 'Z'))
			return false;
	return len >= SHORTEST && len <= WORDNET_LONGEST;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool
is_grammar(const char *s, size_t len)
{
	char word[WORDNET_LONGEST + 1];

	memcpy(word, s, len);
	word[len] = '\0';
	return bsearch(word, grammar, sizeof grammar / sizeof *grammar, sizeof *grammar, by_name) !=
	       NULL;
}

/* The field at *at, up to a blank or the end; moves *at past it. Returns false if it is empty. */
static bool
next_field(const char *line, size_t size, size_t *at, const char **field, size_t *len)
{
	while (*at < size && line[*at] == ' ')
		++*at;
	*field = line + *at;
	while (*at < size && line[*at] != ' ')
		++*at;
	*len = (size_t)(line + *at - *field);
	return *len > 0;
}

/* Parse the next field as a number in a base, at most ten digits. */
static bool
next_number(const char *line, size_t size, size_t *at, unsigned base, size_t *out)
{
	const char *s;
	size_t len;

	if (!next_field(line, size, at, &s, &len) || len > 10)
		return false;
	*out = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = s[i] >= '0' && s[i] <= '9'   ? (unsigned)(s[i] - '0')
				 : s[i] >= 'a' && s[i] <= 'f' ? (unsigned)(s[i] - 'a') + 10
							      : 16;

		if (digit >= base)
			return false;
		*out = *out * base + digit;
	}
	return true;
}

static size_t
line_end(const char *s, size_t size, size_t at)
{
	const char *end = at < size ? memchr(s + at, '\n', size - at) : NULL;

	return end ? (size_t)(end - s) : size;
}

/* "lemma pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt synset_offset
 * [synset_offset...]" */
static bool
read_lemma(struct reader *r, int part, const char *line, size_t size)
{
	const char *lemma, *field;
	size_t at = 0, len, field_len, synsets, pointers, senses, tagged, synset;

	if (!next_field(line, size, &at, &lemma, &len) ||
	    !next_field(line, size, &at, &field, &field_len) ||
	    !next_number(line, size, &at, 10, &synsets) ||
	    !next_number(line, size, &at, 10, &pointers) || synsets < 1)
		return false;
	for (size_t i = 0; i < pointers; i++)
		if (!next_field(line, size, &at, &field, &field_len))
			return false;
	if (!next_number(line, size, &at, 10, &senses) ||
	    !next_number(line, size, &at, 10, &tagged) ||
	    !next_number(line, size, &at, 10, &synset))
		return false;
	if (!is_plain(lemma, len) || is_grammar(lemma, len))
		return true;
	mem_grow(&r->sense, &r->cap, r->n + 1, sizeof *r->sense);
	r->sense[r->n++] = (struct sense){ token_trie_add(&r->wn->word, lemma, len), (uint8_t)part,
					   tagged > 0, synset };
	return true;
}

/* Lines that start with a blank are the licence. */
static int
read_index(struct reader *r, int part, const struct wordnet_part *p, struct err *e)
{
	size_t line = 1;

	for (size_t at = 0, end; at < p->index_size; at = end + 1, line++) {
		end = line_end(p->index, p->index_size, at);
		if (end > at && p->index[at] != ' ' &&
		    !read_lemma(r, part, p->index + at, end - at))
			return err_set(
				e,
				"index.%s:%zu: invalid line of a WordNet index (expected a word, "
				"its part of speech, numbers and synsets)",
				wordnet_part_name((size_t)part), line);
	}
	return 0;
}

/* Add a word of a synset as a synonym of `lemma`, unless it is the lemma, a duplicate, or unusable.
 */
static void
add_synonym(struct reader *r, int32_t lemma, const char *s, size_t len)
{
	const char *syntax = len && s[len - 1] == ')'
				     ? memchr(s, '(', len)
				     : NULL; /* "galore(ip)": syntactic marker of an adjective */
	int32_t id;

	if (syntax)
		len = (size_t)(syntax - s);
	if (!is_plain(s, len))
		return;
	id = token_trie_add(&r->wn->word, s, len);
	if (id == lemma)
		return;
	for (size_t i = r->wn->first[lemma]; i < r->n_others; i++)
		if (r->wn->other[i] == id)
			return;
	mem_grow(&r->wn->other, &r->cap_others, r->n_others + 1, sizeof *r->wn->other);
	r->wn->other[r->n_others++] = id;
}

/* "synset_offset lex_filenum ss_type w_cnt word lex_id [word lex_id...] ..." */
static bool
read_synset(struct reader *r, const struct sense *s, const char *line, size_t size)
{
	const char *field;
	size_t at = 0, len, number, words;

	if (!next_number(line, size, &at, 10, &number) || number != s->synset ||
	    !next_number(line, size, &at, 10, &number) ||
	    !next_field(line, size, &at, &field, &len) ||
	    !next_number(line, size, &at, 16, &words) || words < 1 || words > SYNSET_MAX)
		return false;
	for (size_t i = 0; i < words; i++) {
		if (!next_field(line, size, &at, &field, &len) ||
		    !next_number(line, size, &at, 16, &number))
			return false;
		add_synonym(r, s->lemma, field, len);
	}
	return true;
}

static int
read_sense(struct reader *r, const struct wordnet_part *part, const struct sense *s, struct err *e)
{
	const struct wordnet_part *p = &part[s->part];
	size_t at = s->synset;

	if (at < p->data_size && (at == 0 || p->data[at - 1] == '\n') &&
	    read_synset(r, s, p->data + at, line_end(p->data, p->data_size, at) - at) &&
	    r->n_others <= OTHERS)
		return 0;
	if (r->n_others > OTHERS)
		return err_set(e, "more than %zu synonyms", OTHERS);
	return err_set(e, "data.%s: no synset at byte %zu, the offset in index.%s",
		       wordnet_part_name(s->part), s->synset, wordnet_part_name(s->part));
}

static int
by_lemma(const void *a, const void *b)
{
	const struct sense *x = a, *y = b;

	if (x->lemma != y->lemma)
		return x->lemma < y->lemma ? -1 : 1;
	return (int)x->part - (int)y->part;
}

/* Collect the synonyms of all lemmas. */
static int
read_senses(struct reader *r, const struct wordnet_part *part, struct err *e)
{
	struct wordnet *wn = r->wn;
	size_t i = 0;

	wn->n_lemmas = wn->word.n;
	wn->first = mem_array(wn->n_lemmas + 1, sizeof *wn->first);
	if (r->n)
		qsort(r->sense, r->n, sizeof *r->sense, by_lemma);
	for (size_t lemma = 0; lemma < wn->n_lemmas; lemma++) {
		size_t from = i;
		bool tagged = false;

		wn->first[lemma] = r->n_others;
		for (; i < r->n && r->sense[i].lemma == (int32_t)lemma; i++)
			tagged |= r->sense[i].tagged;
		for (size_t k = from; k < i; k++)
			if (r->sense[k].tagged == tagged &&
			    read_sense(r, part, &r->sense[k], e) < 0)
				return -1;
	}
	wn->first[wn->n_lemmas] = r->n_others;
	return 0;
}

int
wordnet_parse(const struct wordnet_part part[WORDNET_PARTS], struct wordnet *out, struct err *e)
{
	struct reader r = { .wn = out };
	int status = 0;

	*out = (struct wordnet){ 0 };
	for (int i = 0; i < WORDNET_PARTS && status == 0; i++) {
		struct hash index = hash_of(part[i].index, part[i].index_size),
			    data = hash_of(part[i].data, part[i].data_size);

		index = hash_join(&index, &data);
		out->hash = hash_join(&out->hash, &index);
		status = read_index(&r, i, &part[i], e);
	}
	if (status == 0)
		status = read_senses(&r, part, e);
	mem_free(r.sense);
	if (status < 0)
		wordnet_release(out);
	return status;
}
