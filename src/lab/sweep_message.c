/* sweep_message.c: messages about units of a sweep, to bytes and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

#define HASH sizeof(struct hash)

/* ---- to bytes ---- */

static void
add_number(uint64_t x, int bytes, struct text *out)
{
	char b[8];

	for (int i = 0; i < bytes; i++)
		b[i] = (char)(x >> 8 * i & 0xff);
	text_bytes(out, b, (size_t)bytes);
}

static void
add_hash(const struct hash *h, struct text *out)
{
	text_bytes(out, (const char *)h->byte, HASH);
}

static void
add_float(float x, struct text *out)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	add_number(bits, 4, out);
}

void
sweep_message_add_rows(const struct eval_row *row, size_t n, size_t size, struct text *out)
{
	for (size_t i = 0; i < n; i++) {
		add_float(row[i].nll, out);
		add_float(row[i].right, out);
		if (size == SWEEP_MESSAGE_ROW_1)
			continue;
		add_float(row[i].kl, out);
		add_float(row[i].agree, out);
	}
}

static void
add_figures(const struct sweep_message *m, size_t n_rows, struct text *out)
{
	const struct sweep_figures *f = &m->figures;

	add_number(m->unit, 4, out);
	add_hash(&f->key, out);
	add_number(f->steps, 8, out);
	add_number(f->diverged, 1, out);
	if (!f->diverged)
		sweep_message_add_rows(f->row, n_rows, SWEEP_MESSAGE_ROW, out);
}

void
sweep_message_add(const struct sweep_message *m, size_t n_rows, struct text *out)
{
	size_t from = out->len;
	struct hash h;

	add_number(m->kind, 1, out);
	add_number(m->sweep, 4, out);
	switch (m->kind) {
	case SWEEP_MESSAGE_WANT:
		add_hash(&m->plan, out);
		text_bytes(out, m->kernel, sizeof m->kernel);
		break;
	case SWEEP_MESSAGE_GIVE:
		add_number(m->target, 8, out);
		for (size_t i = 0; i < m->n; i++)
			add_number(m->given[i], 4, out);
		break;
	case SWEEP_MESSAGE_FIGURES:
		add_figures(m, n_rows, out);
		break;
	}
	h = hash_of(out->s + from, out->len - from);
	add_hash(&h, out);
}

/* ---- and back ---- */

/* Bytes that are taken one after another; `left` is never exceeded. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

/* The next n bytes; NULL: there are fewer. */
static const uint8_t *
take(struct bytes *b, size_t n)
{
	const uint8_t *at = b->at;

	if (b->left < n)
		return NULL;
	b->at += n;
	b->left -= n;
	return at;
}

/* A number of so many bytes; 0 with *bad where they are missing. */
static uint64_t
take_number(struct bytes *b, size_t bytes, bool *bad)
{
	const uint8_t *at = take(b, bytes);
	uint64_t x = 0;

	*bad |= !at;
	for (size_t i = 0; at && i < bytes; i++)
		x |= (uint64_t)at[i] << 8 * i;
	return x;
}

static void
take_bytes(struct bytes *b, void *to, size_t n, bool *bad)
{
	const uint8_t *at = take(b, n);

	*bad |= !at;
	if (at)
		memcpy(to, at, n);
}

static float
float_at(const uint8_t *at)
{
	struct bytes b = { at, 4 };
	bool bad = false;
	uint32_t bits = (uint32_t)take_number(&b, 4, &bad);
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

void
sweep_message_rows(const uint8_t *bytes, size_t n, size_t size, struct eval_row *out)
{
	for (size_t i = 0; i < n; i++, bytes += size) {
		out[i] = (struct eval_row){ float_at(bytes), float_at(bytes + 4), NAN, NAN };
		if (size == SWEEP_MESSAGE_ROW_1)
			continue;
		out[i].kl = float_at(bytes + 8);
		out[i].agree = float_at(bytes + 12);
	}
}

static void
take_given(struct bytes *b, size_t n_units, struct sweep_message *m, bool *bad)
{
	m->target = take_number(b, 8, bad);
	while (!*bad && b->left >= 4 && m->n < LAB_LOCKSTEP) {
		m->given[m->n] = (size_t)take_number(b, 4, bad);
		*bad |= m->given[m->n++] >= n_units;
	}
}

static int
take_figures(struct bytes *b, size_t n_units, size_t n_rows, struct sweep_message *m, bool *bad,
	     struct err *e)
{
	struct sweep_figures *f = &m->figures;
	uint64_t diverged;

	m->unit = (size_t)take_number(b, 4, bad);
	take_bytes(b, f->key.byte, HASH, bad);
	f->steps = take_number(b, 8, bad);
	diverged = take_number(b, 1, bad);
	f->diverged = diverged == 1;
	*bad |= diverged > 1 || m->unit >= n_units ||
		b->left / SWEEP_MESSAGE_ROW != (f->diverged ? 0 : n_rows) ||
		b->left % SWEEP_MESSAGE_ROW;
	if (*bad || f->diverged)
		return 0;
	f->row = mem_try(n_rows, sizeof *f->row);
	if (!f->row)
		return err_set(e, "no memory for the figures of %zu rows", n_rows);
	sweep_message_rows(take(b, n_rows * SWEEP_MESSAGE_ROW), n_rows, SWEEP_MESSAGE_ROW, f->row);
	return 0;
}

/* Parse what is between the kind and the hash. */
static int
parse_body(struct bytes *b, size_t n_units, size_t n_rows, struct sweep_message *m, bool *bad,
	   struct err *e)
{
	switch (m->kind) {
	case SWEEP_MESSAGE_WANT:
		take_bytes(b, m->plan.byte, HASH, bad);
		take_bytes(b, m->kernel, sizeof m->kernel, bad);
		m->kernel[sizeof m->kernel - 1] = '\0';
		return 0;
	case SWEEP_MESSAGE_GIVE:
		take_given(b, n_units, m, bad);
		return 0;
	case SWEEP_MESSAGE_FIGURES:
		return take_figures(b, n_units, n_rows, m, bad, e);
	}
	*bad = true;
	return 0;
}

int
sweep_message_parse(const void *bytes, size_t size, size_t n_units, size_t n_rows,
		    struct sweep_message *m, struct err *e)
{
	struct bytes b = { bytes, size < HASH ? 0 : size - HASH };
	struct hash h = hash_of(bytes, b.left);
	bool bad = size < HASH || memcmp(h.byte, b.at + b.left, HASH) != 0;

	memset(m, 0, sizeof *m);
	if (bad)
		return err_set(e, "a message of %zu bytes is damaged", size);
	m->kind = (enum sweep_message_kind)take_number(&b, 1, &bad);
	m->sweep = (uint32_t)take_number(&b, 4, &bad);
	if (!bad && parse_body(&b, n_units, n_rows, m, &bad, e) < 0)
		return -1;
	if (!bad && b.left == 0)
		return 0;
	mem_free(m->figures.row);
	m->figures.row = NULL;
	return err_set(e, "a message of %zu bytes does not fit this sweep", size);
}
