/* vocabfile.c: what kind of vocabulary a file holds, and files of vocabularies of our own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabfile.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/spmodel.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabjson.h"

#define LIMIT ((size_t)64 << 20)   /* bytes of a file; the largest published ones have 17 million */
#define LONGEST ((size_t)64 << 10) /* bytes of a line */

/* ---------------------------------------------------------------- lines */

/* The next line at *p, without its line end; NULL past the last. Advances *p. */
static const char *
next_line(const char **p, const char *end, size_t *len)
{
	const char *line = *p, *feed;

	if (line >= end)
		return NULL;
	feed = memchr(line, '\n', (size_t)(end - line));
	*len = (size_t)((feed ? feed : end) - line);
	*p = feed ? feed + 1 : end;
	return line;
}

/* What was found in the lines of a file. */
struct lines {
	bool unknown; /* one is [UNK] */
	bool several; /* one has several characters and is not a special token */
};

static struct lines
scan_lines(const char *bytes, size_t size)
{
	const char *p = bytes + tokenizer_char_mark(bytes, size), *line, *known;
	struct lines found = { false, false };
	size_t len;
	uint32_t cp;

	while ((line = next_line(&p, bytes + size, &len)) && !(found.unknown && found.several)) {
		len -= len && line[len - 1] == '\r';
		found.unknown |= len == 5 && memcmp(line, "[UNK]", 5) == 0;
		found.several |= text_utf8(line, len, &cp) < len &&
				 tokenizer_special_of(line, len, &known) < 0;
	}
	return found;
}

/* Whether it is a JSON array or object, by its first two tokens. */
static bool
is_json(const char *bytes, size_t size, size_t *start)
{
	size_t at = tokenizer_char_mark(bytes, size), next;

	at += strspn(bytes + at, " \t\r\n");
	*start = at;
	if (at >= size || (bytes[at] != '{' && bytes[at] != '['))
		return false;
	next = at + 1 + strspn(bytes + at + 1, " \t\r\n");
	return next < size && bytes[next] && strchr("\"[]{}", bytes[next]);
}

static int
read_lines(const char *bytes, size_t size, struct tokenizer *t, struct err *e)
{
	const char *p = bytes + tokenizer_char_mark(bytes, size), *line;
	size_t len, at;
	uint32_t cp;

	t->kind = TOKENIZER_WORDPIECE;
	for (size_t n = 1; (line = next_line(&p, bytes + size, &len)); n++) {
		len -= len && line[len - 1] == '\r';
		for (at = 0; at < len && len <= LONGEST;) {
			size_t wide = tokenizer_char_decode_at(line, len, at, &cp, e);

			if (wide == 0)
				return err_wrap(e, "line %zu", n);
			if (cp == 0)
				return err_set(e, "line %zu: a NUL byte", n);
			at += wide;
		}
		if (len == 0 || len > LONGEST)
			return len ? err_set(e,
					     "line %zu: a token of %zu bytes (expected at most "
					     "%zu)",
					     n, len, LONGEST)
				   : err_set(e, "line %zu: an empty token", n);
		if (n > TOKENIZER_VOCAB)
			return err_set(e, "line %zu: more than %d tokens", n, TOKENIZER_VOCAB);
		if ((size_t)token_trie_add(&t->pieces, line, len) != n - 1)
			return err_set(e, "line %zu: duplicate of line %d", n,
				       token_trie_find(&t->pieces, line, len) + 1);
	}
	vocabjson_guess_case(t);
	return 0;
}

int
vocabfile_parse(const char *bytes, size_t size, const char *beside, size_t size_beside,
		struct tokenizer *t, struct err *e)
{
	struct lines lines = scan_lines(bytes, size);
	size_t start;
	int status;

	tokenizer_init(t, TOKENIZER_BYTE);
	if (spmodel_is(bytes, size))
		status = spmodel_parse(bytes, size, t, e);
	else if (lines.several && lines.unknown)
		status = read_lines(bytes, size, t, e);
	else if (lines.several && is_json(bytes, size, &start))
		status = vocabjson_parse(bytes + start, size - start, beside, size_beside, t, e);
	else
		return tokenizer_from_vocab(t, bytes, size, e);
	if (status == 0)
		status = tokenizer_finish(t, e);
	if (status < 0)
		tokenizer_release(t);
	return status;
}

/* ---------------------------------------------------------------- files */

struct file {
	char *bytes;
	size_t size;
};

/* Read the first of two files in the directory of `path`; NULL bytes if neither exists. */
static int
read_beside(const char *path, const char *first, const char *second, struct file *out,
	    struct err *e)
{
	char *dir = io_dirname(path);
	int status = 0;

	for (int i = 0; i < 2 && !out->bytes && status == 0; i++) {
		char *name = io_join(dir, i ? second : first);

		if (io_exists(name))
			status = gzip_read(name, LIMIT, &out->bytes, &out->size, e);
		mem_free(name);
	}
	mem_free(dir);
	return status;
}

/* vocab.bpe and merges.txt begin with "#version"; those of some tools do not. */
static bool
is_merges(const struct file *f)
{
	return f->size > 9 && memcmp(f->bytes, "#version", 8) == 0;
}

/* Read the named file and its companion, as tokens and merges. */
static int
read_files(const char *path, struct file *vocab, struct file *merges, struct err *e)
{
	struct file named = { 0 };

	if (gzip_read(path, LIMIT, &named.bytes, &named.size, e) < 0)
		return -1;
	if (is_merges(&named)) {
		*merges = named;
		if (read_beside(path, "encoder.json", "vocab.json", vocab, e) < 0)
			return -1;
		return vocab->bytes ? 0
				    : err_set(e,
					      "%s: merges without tokens: expected encoder.json or "
					      "vocab.json in the same directory",
					      path);
	}
	*vocab = named;
	if (named.size && named.bytes[0] == '{' && vocabjson_needs_merges(named.bytes, named.size))
		return read_beside(path, "vocab.bpe", "merges.txt", merges, e);
	return 0;
}

int
vocabfile_read(const char *path, struct tokenizer *t, struct hash *hash, struct err *e)
{
	struct file vocab = { 0 }, merges = { 0 };
	int status = read_files(path, &vocab, &merges, e);

	if (status == 0) {
		*hash = hash_of(vocab.bytes, vocab.size);
		if (merges.bytes) {
			struct hash second = hash_of(merges.bytes, merges.size);

			*hash = hash_join(hash, &second);
		}
		status = vocabfile_parse(vocab.bytes, vocab.size, merges.bytes, merges.size, t, e);
		if (status < 0)
			err_wrap(e, "%s", path);
	}
	mem_free(vocab.bytes);
	mem_free(merges.bytes);
	return status;
}

/* ---------------------------------------------------------------- writing */

static void
put_string(const char *s, size_t len, struct text *out)
{
	text_add(out, "\"");
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			text_addf(out, "\\%c", s[i]);
		else if ((unsigned char)s[i] < 0x20)
			text_addf(out, "\\u%04x", (unsigned)(unsigned char)s[i]);
		else
			text_bytes(out, s + i, 1);
	}
	text_add(out, "\"");
}

/* A token as a JSON string; of BPE in the characters that represent its bytes. */
static void
put_piece(const struct tokenizer *t, size_t id, struct text *out)
{
	size_t len;
	const char *s = token_trie_get(&t->pieces, id, &len);
	struct text letters = { 0 };
	char utf8[4];

	for (size_t i = 0; t->kind == TOKENIZER_BPE && !tokenizer_is_special(t, id) && i < len; i++)
		text_bytes(&letters, utf8,
			   unicode_encode(byte_letter_of((unsigned char)s[i]), utf8));
	put_string(letters.len ? letters.s : s, letters.len ? letters.len : len, out);
	text_release(&letters);
}

static void
put_added(const struct tokenizer *t, struct text *out)
{
	const char *comma = "";

	text_add(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n "
		      " \"added_tokens\": [");
	for (size_t i = 0; i < t->pieces.n; i++) {
		if (!tokenizer_is_special(t, i))
			continue;
		text_addf(out, "%s\n    {\"id\": %zu, \"content\": ", comma, i);
		put_piece(t, i, out);
		text_add(out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
			      "\"normalized\": false, \"special\": true}");
		comma = ",";
	}
	text_add(out, "\n  ],\n");
}

static const char *
bool_name(bool yes)
{
	return yes ? "true" : "false";
}

/* Normalizer, pre-tokenizer and decoder of the kind. */
static void
put_frame(const struct tokenizer *t, struct text *out)
{
	static const char bytes[] = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, "
				    "\"trim_offsets\": true, \"use_regex\": true}";
	static const char blank[] = "{\"type\": \"Metaspace\", \"replacement\": \"" TOKENIZER_BLANK
				    "\", \"prepend_scheme\": \"always\", "
				    "\"split\": true}";

	if (t->kind == TOKENIZER_WORDPIECE)
		text_addf(out,
			  "  \"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, "
			  "\"handle_chinese_chars\": true, "
			  "\"strip_accents\": %s, \"lowercase\": %s},\n",
			  bool_name(t->normal & NORMALIZE_ACCENTS),
			  bool_name(t->normal & NORMALIZE_LOWER));
	else if (t->normal & NORMALIZE_LOWER)
		text_add(out, "  \"normalizer\": {\"type\": \"Sequence\", \"normalizers\": "
			      "[{\"type\": \"NFC\"}, {\"type\": \"Lowercase\"}]},\n");
	else
		text_addf(out, "  \"normalizer\": %s,\n",
			  t->normal ? "{\"type\": \"NFC\"}" : "null");
	text_addf(out,
		  "  \"pre_tokenizer\": %s,\n  \"post_processor\": null,\n  \"decoder\": %s,\n",
		  t->kind == TOKENIZER_WORDPIECE ? "{\"type\": \"BertPreTokenizer\"}"
		  : t->kind == TOKENIZER_BPE     ? bytes
						 : blank,
		  t->kind == TOKENIZER_WORDPIECE
			  ? "{\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": false}"
		  : t->kind == TOKENIZER_BPE ? bytes
					     : blank);
}

static void
put_tokens(const struct tokenizer *t, struct text *out)
{
	text_add(out, "    \"vocab\": {");
	for (size_t i = 0; i < t->pieces.n; i++) {
		text_add(out, i ? ",\n      " : "\n      ");
		put_piece(t, i, out);
		text_addf(out, ": %zu", i);
	}
	text_add(out, "\n    }");
}

static void
put_scores(const struct tokenizer *t, struct text *out)
{
	char number[40];

	text_addf(out, "    \"unk_id\": %d,\n    \"vocab\": [", t->special[TOKENIZER_UNKNOWN]);
	for (size_t i = 0; i < t->pieces.n; i++) {
		text_add(out, i ? ",\n      [" : "\n      [");
		put_piece(t, i, out);
		text_addf(out, ", %s]", text_number(number, sizeof number, t->score[i]));
	}
	text_add(out, "\n    ],\n    \"byte_fallback\": false");
}

static void
put_merges(const struct tokenizer *t, struct text *out)
{
	int32_t left, right;

	text_add(out, ",\n    \"merges\": [");
	for (size_t i = 0; tokenizer_bpe_get(t, i, &left, &right); i++) {
		text_add(out, i ? ",\n      [" : "\n      [");
		put_piece(t, (size_t)left, out);
		text_add(out, ", ");
		put_piece(t, (size_t)right, out);
		text_add(out, "]");
	}
	text_add(out, "\n    ]");
}

/* One character, or name of a special token, on each line. */
static void
put_lines(const struct tokenizer *t, struct text *out)
{
	int32_t id = 0;

	text_add(out, "");
	for (; (size_t)id < t->vocab; id++) {
		if (t->point[id] != '\n')
			tokenizer_char_decode(t, &id, 1, out);
		text_add(out, "\n");
	}
}

void
vocabfile_write(const struct tokenizer *t, struct text *out)
{
	if (t->kind == TOKENIZER_CHAR) {
		put_lines(t, out);
		return;
	}
	put_added(t, out);
	put_frame(t, out);
	text_add(out, "  \"model\": {\n");
	if (t->kind == TOKENIZER_UNIGRAM) {
		text_add(out, "    \"type\": \"Unigram\",\n");
		put_scores(t, out);
	} else if (t->kind == TOKENIZER_WORDPIECE) {
		text_addf(out,
			  "    \"type\": \"WordPiece\",\n    \"unk_token\": \"[UNK]\",\n    "
			  "\"continuing_subword_prefix\": \"##\",\n"
			  "    \"max_input_chars_per_word\": %zu,\n",
			  t->longest);
		put_tokens(t, out);
	} else {
		text_add(
			out,
			"    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n"
			"    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": "
			"null,\n    \"fuse_unk\": false,\n");
		put_tokens(t, out);
		put_merges(t, out);
	}
	text_add(out, "\n  }\n}\n");
}
