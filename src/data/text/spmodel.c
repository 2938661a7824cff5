/* spmodel.c: models of SentencePiece (sentencepiece_model.proto of its version 0.1.97). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/spmodel.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/spnormalize.h"
#include "retort/data/text/tokenizer_kinds.h"

enum piece_type { NORMAL = 1, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE };
enum model_type { UNIGRAM = 1, BPE, WORD, CHAR };

/* ---------------------------------------------------------------- protobuf */

struct message {
	const unsigned char *base; /* of the file, for errors */
	const unsigned char *at, *end;
};

/* A field: its number and either a value or bytes. */
struct field {
	unsigned number;
	uint64_t value; /* varint or fixed */
	struct message bytes;
};

static int
read_varint(struct message *m, uint64_t *out, struct err *e)
{
	*out = 0;
	for (int shift = 0; shift < 64 && m->at < m->end; shift += 7) {
		unsigned char byte = *m->at++;

		*out |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80))
			return 0;
	}
	return err_set(e, "byte %zu: a number without an end", (size_t)(m->at - m->base));
}

static int
read_fixed(struct message *m, size_t size, uint64_t *out, struct err *e)
{
	*out = 0;
	if ((size_t)(m->end - m->at) < size)
		return err_set(e, "byte %zu: a number of %zu bytes, %zu are left",
			       (size_t)(m->at - m->base), size, (size_t)(m->end - m->at));
	for (size_t i = 0; i < size; i++)
		*out |= (uint64_t)*m->at++ << 8 * i;
	return 0;
}

/* Read the next field. Returns 1, 0 at the end, -1 with an error. */
static int
next_field(struct message *m, struct field *f, struct err *e)
{
	size_t at = (size_t)(m->at - m->base);
	uint64_t key;
	int status;

	if (m->at == m->end)
		return 0;
	if (read_varint(m, &key, e) < 0)
		return -1;
	*f = (struct field){ .number = (unsigned)(key >> 3) };
	switch (key & 7) {
	case 0:
		status = read_varint(m, &f->value, e);
		break;
	case 1:
	case 5:
		status = read_fixed(m, (key & 7) == 1 ? 8 : 4, &f->value, e);
		break;
	case 2:
		status = read_varint(m, &f->value, e);
		if (status == 0 && f->value > (uint64_t)(m->end - m->at))
			status = err_set(e, "byte %zu: a field of %llu bytes, %zu are left", at,
					 (unsigned long long)f->value, (size_t)(m->end - m->at));
		if (status == 0) {
			f->bytes = (struct message){ m->base, m->at, m->at + f->value };
			m->at += f->value;
		}
		break;
	default:
		status = err_set(e, "byte %zu: a field of unknown type %u", at, (unsigned)key & 7);
	}
	return status < 0 ? -1 : 1;
}

/* ---------------------------------------------------------------- pieces */

struct model {
	struct tokenizer *t;
	struct spnormalize *normalize; /* until the normalizer owns it */
	unsigned char *type;           /* [t->pieces.n] enum piece_type */
	size_t cap_type, cap_score;
	uint64_t kind;     /* enum model_type */
	float least, most; /* scores of normal pieces */
};

static float
float_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float f;

	memcpy(&f, &low, sizeof f);
	return f;
}

static int
add_piece(struct model *m, const struct field *name, float score, uint64_t type, struct err *e)
{
	const char *s = (const char *)name->bytes.at;
	size_t len = name->bytes.at ? (size_t)(name->bytes.end - name->bytes.at) : 0,
	       id = m->t->pieces.n;

	if (!len || memchr(s, '\0', len) || tokenizer_char_check(s, len, e) < 0)
		return err_set(e, "piece %zu: expected a text in UTF-8", id);
	if (type < NORMAL || type > BYTE)
		return err_set(e, "piece %zu: unknown type %llu", id, (unsigned long long)type);
	if (id == TOKENIZER_VOCAB)
		return err_set(e, "more than %d pieces", TOKENIZER_VOCAB);
	if (!isfinite(score))
		return err_set(e, "piece %zu: the score is not finite", id);
	if ((size_t)token_trie_add(&m->t->pieces, s, len) != id)
		return err_set(e, "piece %zu: '%.*s' is piece %d, too", id,
			       (int)(len < 40 ? len : 40), s,
			       token_trie_find(&m->t->pieces, s, len));
	mem_grow(&m->type, &m->cap_type, id + 1, 1);
	mem_grow(&m->t->score, &m->cap_score, id + 1, sizeof *m->t->score);
	m->type[id] = (unsigned char)type;
	m->t->score[id] = (double)score;
	if (type == NORMAL) {
		m->least = fminf(m->least, score);
		m->most = fmaxf(m->most, score);
	}
	if (type == UNKNOWN && m->t->special[TOKENIZER_UNKNOWN] >= 0)
		return err_set(e, "piece %zu: a second unknown piece", id);
	if (type == UNKNOWN)
		m->t->special[TOKENIZER_UNKNOWN] = (int32_t)id;
	return 0;
}

static int
read_piece(struct model *m, struct message piece, struct err *e)
{
	struct field f, name = { 0 };
	uint64_t type = NORMAL;
	float score = 0;
	int status;

	while ((status = next_field(&piece, &f, e)) > 0) {
		if (f.number == 1)
			name = f;
		else if (f.number == 2)
			score = float_of(f.value);
		else if (f.number == 3)
			type = f.value;
	}
	return status < 0 ? -1 : add_piece(m, &name, score, type, e);
}

/* ---------------------------------------------------------------- options */

static int
read_trainer(struct model *m, struct message trainer, struct err *e)
{
	struct field f;
	int status;

	while ((status = next_field(&trainer, &f, e)) > 0) {
		if (f.number == 3)
			m->kind = f.value;
		else if (f.number == 24)
			m->normalize->at_end = f.value;
		else if (f.number == 35)
			m->t->byte_fallback = f.value;
	}
	return status;
}

static int
read_normalizer(struct model *m, struct message normalizer, struct err *e)
{
	struct spnormalize *n = m->normalize;
	struct field f;
	int status;

	while ((status = next_field(&normalizer, &f, e)) > 0) {
		if (f.number == 2 && f.bytes.end > f.bytes.at && !n->map) {
			n->map = charmap_new(f.bytes.at, (size_t)(f.bytes.end - f.bytes.at), e);
			if (!n->map)
				return err_wrap(e, "precompiled_charsmap");
		} else if (f.number == 3)
			n->blank = f.value;
		else if (f.number == 4)
			n->trims = f.value;
		else if (f.number == 5)
			n->marks = f.value;
	}
	return status;
}

static int
read_model(struct model *m, struct message whole, struct err *e)
{
	struct field f;
	int status;

	while ((status = next_field(&whole, &f, e)) > 0) {
		status = f.number == 1   ? read_piece(m, f.bytes, e)
			 : f.number == 2 ? read_trainer(m, f.bytes, e)
			 : f.number == 3 ? read_normalizer(m, f.bytes, e)
					 : 0;
		if (status < 0)
			return -1;
	}
	if (status < 0)
		return -1;
	if (m->kind < UNIGRAM || m->kind > CHAR)
		return err_set(
			e,
			"unsupported model type %llu (expected 1 to 4: unigram, bpe, word, char)",
			(unsigned long long)m->kind);
	return 0;
}

/* ---------------------------------------------------------------- completion */

/* Set the roles of the pieces, and make the tries of user-defined symbols. */
static int
set_roles(struct model *m, struct err *e)
{
	struct tokenizer *t = m->t;
	struct byte_trie_item *item = mem_array(t->pieces.n + 1, sizeof *item);
	size_t n = 0, len;
	int status;

	t->role = mem_array(t->pieces.n + 1, 1);
	for (size_t i = 0; i < t->pieces.n; i++) {
		const char *s = token_trie_get(&t->pieces, i, &len);

		if (m->type[i] == NORMAL || m->type[i] == USER_DEFINED)
			t->role[i] = TOKENIZER_MODEL;
		else if (m->type[i] == CONTROL)
			t->role[i] = TOKENIZER_RESERVED;
		if (m->type[i] != USER_DEFINED)
			continue;
		item[n++] = (struct byte_trie_item){ s, (uint32_t)len, (int32_t)i };
		t->score[i] = (double)((float)len * m->most) - 0.1;
	}
	status = byte_trie_init(&m->normalize->symbols, item, n, e);
	if (status == 0)
		status = byte_trie_init(&t->symbols, item, n, e);
	mem_free(item);
	return status;
}

static int
check_unused(const struct model *m, struct err *e)
{
	for (size_t i = 0; m->kind == BPE && i < m->t->pieces.n; i++)
		if (m->type[i] == UNUSED)
			return err_set(e, "piece %zu: unused pieces of bpe are not supported", i);
	return 0;
}

static int
complete(struct model *m, struct err *e)
{
	static const enum tokenizer_kind kinds[] = { [UNIGRAM] = TOKENIZER_UNIGRAM,
						     [BPE] = TOKENIZER_BPE,
						     [WORD] = TOKENIZER_SPWORD,
						     [CHAR] = TOKENIZER_SPCHAR };
	struct tokenizer *t = m->t;
	const struct spnormalize *n = m->normalize;

	t->kind = kinds[m->kind];
	t->has_model = t->sentencepiece = true;
	t->marks_blanks = n->marks;
	t->blank = n->blank && !n->at_end ? TOKENIZER_BLANK_ALWAYS : TOKENIZER_AS_IT_IS;
	t->unknown_score = (double)(m->least - 10.0F);
	if (t->pieces.n == 0)
		return err_set(e, "no pieces");
	if (t->special[TOKENIZER_UNKNOWN] < 0)
		return err_set(e, "no unknown piece");
	if (check_unused(m, e) < 0 || set_roles(m, e) < 0)
		return -1;
	t->splitter = splitter_new();
	t->normalizer = normalizer_new();
	if (normalizer_add_spnormalize(t->normalizer, m->normalize, e) < 0)
		return -1;
	m->normalize = NULL;
	return 0;
}

bool
spmodel_is(const char *bytes, size_t size)
{
	const unsigned char *p = (const unsigned char *)bytes;
	struct message whole = { p, p, p + size };
	struct field piece, f;
	bool scored = false;
	struct err e;

	if (size < 4 || p[0] != 0x0A || next_field(&whole, &piece, &e) <= 0)
		return false;
	for (bool first = true; next_field(&piece.bytes, &f, &e) > 0; first = false) {
		if (first && (f.number != 1 || !f.bytes.at))
			return false;
		scored |= f.number == 2;
	}
	return scored && piece.bytes.at == piece.bytes.end;
}

int
spmodel_parse(const char *bytes, size_t size, struct tokenizer *t, struct err *e)
{
	const unsigned char *p = (const unsigned char *)bytes;
	struct model m = { .t = t, .kind = UNIGRAM, .least = INFINITY, .most = -INFINITY };
	int status;

	m.normalize = mem_new(sizeof *m.normalize);
	m.normalize->blank = m.normalize->trims = m.normalize->marks = true;
	status = read_model(&m, (struct message){ p, p, p + size }, e);
	if (status == 0)
		status = complete(&m, e);
	spnormalize_free(m.normalize);
	mem_free(m.type);
	return status < 0 ? err_wrap(e, "SentencePiece model") : 0;
}
