/* tokenizer_wordpiece.c: greedy longest match first (Devlin et al. 2019). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

#define ROOT BYTE_TRIE_ROOT
#define WORD_MAX 100 /* default maximum length of a word, characters; BERT's */

int
tokenizer_wordpiece_finish(struct tokenizer *t, struct err *e)
{
	struct byte_trie_item *item = mem_array(t->pieces.n, sizeof *item);
	size_t n = 0, len;
	int status;

	for (size_t i = 0; i < t->pieces.n; i++) {
		const char *s = token_trie_get(&t->pieces, i, &len);

		if (tokenizer_takes(t, (int32_t)i))
			item[n++] = (struct byte_trie_item){ s, (uint32_t)len, (int32_t)i };
	}
	status = byte_trie_init(&t->tree, item, n, e);
	mem_free(item);
	if (status < 0)
		return -1;
	if (t->special[TOKENIZER_UNKNOWN] < 0)
		return err_set(e, "no token [UNK] for unknown words");
	if (!t->longest)
		t->longest = WORD_MAX;
	if (!t->prefix)
		t->prefix = mem_text("##");
	if (t->splitter)
		return 0;
	pretoken_free(t->words);
	t->words = pretoken_new(PRETOKEN_BERT, NULL, false, e);
	return 0;
}

/* The trie node after the mark of tokens inside a word, or at its start. */
static uint32_t
start_node(const struct tokenizer *t, bool inside)
{
	const char *mark = inside == t->marks_starts ? ""
			   : t->marks_starts         ? TOKENIZER_BLANK
						     : t->prefix;
	uint32_t node = ROOT;

	for (; *mark && node; mark++)
		node = byte_trie_step(&t->tree, node, (unsigned char)*mark);
	return node;
}

static size_t
count_chars(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

static void
encode_word(const struct tokenizer *t, const uint32_t start[2], const char *s, size_t len,
	    struct tokenizer_ids *out)
{
	size_t before = out->n;

	for (size_t at = 0, end; at < len; at = end) {
		uint32_t node = start[at > 0];
		int32_t id = -1;

		end = at;
		for (size_t i = at; i < len && node; i++) {
			node = byte_trie_step(&t->tree, node, (unsigned char)s[i]);
			if (node && t->tree.node[node].id >= 0) {
				id = t->tree.node[node].id;
				end = i + 1;
			}
		}
		if (id < 0) { /* the whole word is unknown */
			out->n = before;
			tokenizer_add_id(out, t->special[TOKENIZER_UNKNOWN]);
			return;
		}
		tokenizer_add_id(out, id);
	}
}

static void
add_word(const struct tokenizer *t, const uint32_t start[2], const char *word, size_t len,
	 struct tokenizer_ids *out)
{
	if (len > t->longest && count_chars(word, len) > t->longest)
		tokenizer_add_id(out, t->special[TOKENIZER_UNKNOWN]);
	else
		encode_word(t, start, word, len, out);
}

int
tokenizer_wordpiece_word(const struct tokenizer *t, const char *word, size_t size,
			 struct tokenizer_ids *out, struct err *e)
{
	const uint32_t start[2] = { start_node(t, false), start_node(t, true) };

	(void)e;
	add_word(t, start, word, size, out);
	return 0;
}

int
tokenizer_wordpiece_encode(const struct tokenizer *t, const char *text, size_t size,
			   struct tokenizer_ids *out, struct err *e)
{
	const uint32_t start[2] = { start_node(t, false), start_node(t, true) };
	struct pretoken_run run;
	size_t word, len;
	int status;

	pretoken_begin(&run, t->words, text, size);
	while ((status = pretoken_next(&run, &word, &len, e)) > 0)
		add_word(t, start, text + word, len, out);
	pretoken_end(&run);
	return status;
}

bool
tokenizer_wordpiece_starts(const struct tokenizer *t, int32_t id)
{
	size_t len;
	const char *s = token_trie_get(&t->pieces, (size_t)id, &len);

	if (t->marks_starts)
		return len >= 3 && memcmp(s, TOKENIZER_BLANK, 3) == 0;
	return len <= strlen(t->prefix) || strncmp(s, t->prefix, strlen(t->prefix)) != 0;
}

/* Words joined by single blanks: ids do not record white space. */
int
tokenizer_wordpiece_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			   struct text *out)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		bool starts = ids[i] < 0 || tokenizer_is_special(t, (size_t)ids[i]) ||
			      tokenizer_wordpiece_starts(t, ids[i]);
		size_t len, mark;
		const char *s;

		if (ids[i] < 0)
			continue;
		s = token_trie_get(&t->pieces, (size_t)ids[i], &len);
		mark = tokenizer_is_special(t, (size_t)ids[i]) || starts != t->marks_starts ? 0 : 3;
		if (!starts && !t->marks_starts)
			mark = strlen(t->prefix);
		if (starts && any)
			text_add(out, " ");
		text_bytes(out, s + mark, len - mark);
		any = true;
	}
	return 0;
}
