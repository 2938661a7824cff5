/* wordnet.c: files of a WordNet become words and their alternatives. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/wordnet.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define DEBIAN "/usr/share/wordnet"
#define SHORTEST                                                                                   \
	3 /* bytes of a word: shorter ones are abbreviations, symbols of elements and what is left \
	     of markup */
#define LONGEST 64
#define MOST 255                 /* words of a synset: two hexadecimal digits */
#define OTHERS ((size_t)1 << 24) /* alternatives of all lemmas, at most: WordNet 3.0 has 60,000 */

static const char *const parts[WORDNET_PARTS] = { "noun", "verb", "adj", "adv" };

/*
 * Words of grammar and what tokenizers leave of contractions. A WordNet holds nouns, verbs,
 * adjectives and adverbs: where one of these is in it, it is an abbreviation or a rare homonym, and
 * verbs that help others would lose their grammar.
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

const char *
wordnet_part_name(size_t i)
{
	return i < WORDNET_PARTS ? parts[i] : NULL;
}

/* A sense of a lemma: where its first synset is. */
struct sense {
	int32_t lemma;
	uint8_t part;
	bool met;      /* in the texts that senses were counted in */
	size_t synset; /* byte of the data file */
};

struct data_options {
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

/* A word of one part, and no name. */
static bool
is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_letter(s[i]) || (s[i] >= 'A' && s[i] <= 'Z'))
			return false;
	return len >= SHORTEST && len <= LONGEST;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool
is_grammar(const char *s, size_t len)
{
	char word[LONGEST + 1];

	memcpy(word, s, len);
	word[len] = '\0';
	return bsearch(word, grammar, sizeof grammar / sizeof *grammar, sizeof *grammar, by_name) !=
	       NULL;
}

/* What stands at *at up to a blank or the end, and *at moves behind it; false where there is
 * nothing. */
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

/* A whole field as a number in that base, at most ten digits. */
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
read_lemma(struct data_options *r, int part, const char *line, size_t size)
{
	const char *lemma, *field;
	size_t at = 0, len, field_len, synsets, pointers, senses, met, synset;

	if (!next_field(line, size, &at, &lemma, &len) ||
	    !next_field(line, size, &at, &field, &field_len) ||
	    !next_number(line, size, &at, 10, &synsets) ||
	    !next_number(line, size, &at, 10, &pointers) || synsets < 1)
		return false;
	for (size_t i = 0; i < pointers; i++)
		if (!next_field(line, size, &at, &field, &field_len))
			return false;
	if (!next_number(line, size, &at, 10, &senses) || !next_number(line, size, &at, 10, &met) ||
	    !next_number(line, size, &at, 10, &synset))
		return false;
	if (!is_plain(lemma, len) || is_grammar(lemma, len))
		return true;
	mem_grow(&r->sense, &r->cap, r->n + 1, sizeof *r->sense);
	r->sense[r->n++] = (struct sense){ token_trie_add(&r->wn->word, lemma, len), (uint8_t)part,
					   met > 0, synset };
	return true;
}

/* Lines that begin with a blank are the licence. */
static int
read_index(struct data_options *r, int part, const struct wordnet_part *p, struct err *e)
{
	size_t line = 1;

	for (size_t at = 0, end; at < p->index_size; at = end + 1, line++) {
		end = line_end(p->index, p->index_size, at);
		if (end > at && p->index[at] != ' ' &&
		    !read_lemma(r, part, p->index + at, end - at))
			return err_set(e,
				       "index.%s:%zu: no line of a WordNet index: a word, its part "
				       "of speech, numbers and synsets",
				       parts[part], line);
	}
	return 0;
}

/* A word of a synset is an alternative of `lemma`, unless it is that itself, was there before, or
 * is none of ours. */
static void
take_word(struct data_options *r, int32_t lemma, const char *s, size_t len)
{
	const char *syntax = len && s[len - 1] == ')'
				     ? memchr(s, '(', len)
				     : NULL; /* "galore(ip)": where an adjective may stand */
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
read_synset(struct data_options *r, const struct sense *s, const char *line, size_t size)
{
	const char *field;
	size_t at = 0, len, number, words;

	if (!next_number(line, size, &at, 10, &number) || number != s->synset ||
	    !next_number(line, size, &at, 10, &number) ||
	    !next_field(line, size, &at, &field, &len) ||
	    !next_number(line, size, &at, 16, &words) || words < 1 || words > MOST)
		return false;
	for (size_t i = 0; i < words; i++) {
		if (!next_field(line, size, &at, &field, &len) ||
		    !next_number(line, size, &at, 16, &number))
			return false;
		take_word(r, s->lemma, field, len);
	}
	return true;
}

static int
read_sense(struct data_options *r, const struct wordnet_part *part, const struct sense *s,
	   struct err *e)
{
	const struct wordnet_part *p = &part[s->part];
	size_t at = s->synset;

	if (at < p->data_size && (at == 0 || p->data[at - 1] == '\n') &&
	    read_synset(r, s, p->data + at, line_end(p->data, p->data_size, at) - at) &&
	    r->n_others <= OTHERS)
		return 0;
	if (r->n_others > OTHERS)
		return err_set(e, "more than %zu alternatives are no WordNet", OTHERS);
	return err_set(e, "data.%s: no synset at byte %zu, where index.%s has one", parts[s->part],
		       s->synset, parts[s->part]);
}

static int
by_lemma(const void *a, const void *b)
{
	const struct sense *x = a, *y = b;

	if (x->lemma != y->lemma)
		return x->lemma < y->lemma ? -1 : 1;
	return (int)x->part - (int)y->part;
}

/* Alternatives of every lemma, one behind the other. */
static int
read_senses(struct data_options *r, const struct wordnet_part *part, struct err *e)
{
	struct wordnet *wn = r->wn;
	size_t i = 0;

	wn->n_lemmas = wn->word.n;
	wn->first = mem_array(wn->n_lemmas + 1, sizeof *wn->first);
	if (r->n)
		qsort(r->sense, r->n, sizeof *r->sense, by_lemma);
	for (size_t lemma = 0; lemma < wn->n_lemmas; lemma++) {
		size_t from = i;
		bool met = false;

		wn->first[lemma] = r->n_others;
		for (; i < r->n && r->sense[i].lemma == (int32_t)lemma; i++)
			met |= r->sense[i].met;
		for (size_t k = from; k < i; k++)
			if (r->sense[k].met == met && read_sense(r, part, &r->sense[k], e) < 0)
				return -1;
	}
	wn->first[wn->n_lemmas] = r->n_others;
	return 0;
}

int
wordnet_parse(const struct wordnet_part part[WORDNET_PARTS], struct wordnet *out, struct err *e)
{
	struct data_options r = { .wn = out };
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

static int
read_file(const char *dir, const char *kind, const char *part, char **bytes, size_t *size,
	  struct err *e)
{
	struct text name = { 0 };
	char *path;
	int status;

	text_addf(&name, "%s.%s", kind, part);
	path = io_join(dir, text_get(&name));
	status = io_read(path, WORDNET_FILE, bytes, size, e);
	mem_free(path);
	text_release(&name);
	return status;
}

struct wordnet *
wordnet_read(const char *dir, struct err *e)
{
	struct wordnet_part part[WORDNET_PARTS] = { 0 };
	char *bytes[2 * WORDNET_PARTS] = { 0 };
	struct wordnet *wn = NULL;
	int status = 0;

	for (int i = 0; i < WORDNET_PARTS && status == 0; i++) {
		status = read_file(dir, "index", parts[i], &bytes[2 * i], &part[i].index_size, e);
		if (status == 0)
			status = read_file(dir, "data", parts[i], &bytes[2 * i + 1],
					   &part[i].data_size, e);
		part[i].index = bytes[2 * i];
		part[i].data = bytes[2 * i + 1];
	}
	if (status == 0) {
		wn = mem_new(sizeof *wn);
		status = wordnet_parse(part, wn, e);
		if (status < 0)
			err_wrap(e, "%s", dir);
	}
	for (int i = 0; i < 2 * WORDNET_PARTS; i++)
		mem_free(bytes[i]);
	if (status == 0)
		return wn;
	mem_free(wn);
	return NULL;
}

char *
wordnet_dir(struct err *e)
{
	const char *said = getenv("RETORT_WORDNET"), *dir = said && said[0] ? said : DEBIAN;

	if (io_is_directory(dir))
		return mem_text(dir);
	err_set(e,
		"no WordNet at %s: install Debian's wordnet-base, or name the folder of its index "
		"and data files in RETORT_WORDNET",
		dir);
	return NULL;
}

const int32_t *
wordnet_find(const struct wordnet *wn, const char *word, size_t len, size_t *n)
{
	char lower[LONGEST];
	int32_t id;

	*n = 0;
	if (len > LONGEST)
		return NULL;
	for (size_t i = 0; i < len; i++)
		lower[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
	id = token_trie_find(&wn->word, lower, len);
	if (id < 0 || (size_t)id >= wn->n_lemmas)
		return NULL;
	*n = wn->first[id + 1] - wn->first[id];
	return *n ? wn->other + wn->first[id] : NULL;
}

void
wordnet_release(struct wordnet *wn)
{
	token_trie_release(&wn->word);
	mem_free(wn->first);
	mem_free(wn->other);
	*wn = (struct wordnet){ 0 };
}

void
wordnet_free(struct wordnet *wn)
{
	if (!wn)
		return;
	wordnet_release(wn);
	mem_free(wn);
}
