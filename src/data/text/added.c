/* added.c: finds added tokens in a text, the leftmost first and of those the longest. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/added.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

void
added_add(struct added *a, const struct added_token *token)
{
	mem_grow(&a->token, &a->cap, a->n + 1, sizeof *a->token);
	a->token[a->n] = *token;
	a->token[a->n++].content = mem_text(token->content);
}

/* Build the trie of the tokens whose `normalized` is as given; text[i] is sought for token i. */
static int
build(struct added *a, bool normalized, const struct text *text, struct byte_trie *trie,
      struct err *e)
{
	struct byte_trie_item *item = mem_array(a->n + 1, sizeof *item);
	size_t n = 0;
	int status;

	for (size_t i = 0; i < a->n; i++)
		if (a->token[i].normalized == normalized)
			item[n++] = (struct byte_trie_item){ text[i].s, (uint32_t)text[i].len,
							     (int32_t)i };
	status = byte_trie_init(trie, item, n, e);
	for (size_t i = 1; i < n && status == 0; i++)
		if (item[i].len == item[i - 1].len &&
		    memcmp(item[i].s, item[i - 1].s, item[i].len) == 0)
			status = err_set(e, "'%.40s' and '%.40s' are the same%s",
					 a->token[item[i - 1].id].content,
					 a->token[item[i].id].content,
					 normalized ? " when normalized" : "");
	mem_free(item);
	return status;
}

int
added_finish(struct added *a, const struct normalizer *n, struct err *e)
{
	struct text *text = mem_array(a->n + 1, sizeof *text);
	int status = 0;

	for (size_t i = 0; i < a->n && status == 0; i++) {
		const struct added_token *t = &a->token[i];

		if (t->normalized && n)
			status = normalizer_put(n, t->content, strlen(t->content), &text[i], NULL,
						e);
		else
			text_add(&text[i], t->content);
		if (status == 0 && (text[i].len == 0 || text[i].len > ADDED_LENGTH))
			status = err_set(e, "'%.40s': %zu bytes when normalized (expected 1 to %d)",
					 t->content, text[i].len, ADDED_LENGTH);
	}
	if (status == 0)
		status = build(a, false, text, &a->raw, e);
	if (status == 0)
		status = build(a, true, text, &a->normal, e);
	for (size_t i = 0; i < a->n; i++)
		text_release(&text[i]);
	mem_free(text);
	return status < 0 ? err_wrap(e, "added_tokens") : 0;
}

void
added_release(struct added *a)
{
	for (size_t i = 0; i < a->n; i++)
		mem_free(a->token[i].content);
	mem_free(a->token);
	byte_trie_release(&a->raw);
	byte_trie_release(&a->normal);
	*a = (struct added){ 0 };
}

bool
added_is_free(const struct added *a, bool special)
{
	for (size_t i = 0; i < a->n; i++)
		if (special || !a->token[i].special)
			return false;
	return true;
}

/* The longest token at a place; its length in *len. NULL: none. */
static const struct added_token *
find_at(const struct added *a, const struct byte_trie *trie, const char *text, size_t size,
	size_t at, size_t *len)
{
	const struct added_token *found = NULL;
	uint32_t node = BYTE_TRIE_ROOT;

	for (size_t i = at; i < size; i++) {
		node = byte_trie_step(trie, node, (unsigned char)text[i]);
		if (!node)
			break;
		if (trie->node[node].id >= 0) {
			found = &a->token[trie->node[node].id];
			*len = i + 1 - at;
		}
	}
	return found;
}

/* The start of the character that ends at `at`, and the character. */
static size_t
character_before(const char *text, size_t at, uint32_t *cp)
{
	size_t from = at - 1;

	while (from > 0 && at - from < 4 && ((unsigned char)text[from] & 0xC0) == 0x80)
		from--;
	if (from + text_utf8(text + from, at - from, cp) != at) { /* not UTF-8 */
		*cp = 0xFFFD;
		return at - 1;
	}
	return from;
}

/* Whether no \w stands on either side. */
static bool
is_single(const char *text, size_t size, size_t from, size_t to)
{
	uint32_t cp;

	if (from > 0) {
		character_before(text, from, &cp);
		if (unicode_is_word(cp))
			return false;
	}
	if (to < size) {
		text_utf8(text + to, size - to, &cp);
		if (unicode_is_word(cp))
			return false;
	}
	return true;
}

/* Extend a match over white space, to the left not before `least`. */
static void
strip(const struct added_token *t, const char *text, size_t size, size_t least, size_t *from,
      size_t *to)
{
	uint32_t cp;

	while (t->lstrip && *from > least) {
		size_t before = character_before(text, *from, &cp);

		if (unicode_kind(cp) != UNICODE_SPACE || before < least)
			break;
		*from = before;
	}
	while (t->rstrip && *to < size) {
		size_t n = text_utf8(text + *to, size - *to, &cp);

		if (unicode_kind(cp) != UNICODE_SPACE)
			break;
		*to += n;
	}
}

/*
 * A match that is not taken, since it is special or stands inside a word, hides others that overlap
 * it.
 */
bool
added_next(const struct added *a, bool normalized, bool special, const char *text, size_t size,
	   size_t *at, struct added_part *part)
{
	const struct byte_trie *trie = normalized ? &a->normal : &a->raw;
	size_t begin = *at, len = 0;

	if (begin >= size)
		return false;
	for (size_t i = begin; trie->nodes > 1 && i < size; i += len ? len : 1) {
		const struct added_token *t = find_at(a, trie, text, size, i, &len);
		size_t from = i, to = i + len;

		if (!t)
			len = 0;
		if (!t || (t->special && !special) ||
		    (t->single_word && !is_single(text, size, from, to)))
			continue;
		strip(t, text, size, begin, &from, &to);
		if (from > begin) { /* the token is found again, and strips what is left to it */
			*part = (struct added_part){ begin, from, -1 };
			*at = from;
			return true;
		}
		*part = (struct added_part){ from, to, t->id };
		*at = to;
		return true;
	}
	*part = (struct added_part){ begin, size, -1 };
	*at = size;
	return true;
}
