/* augment_preview.c: training texts before and after augmentation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/augment_preview.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/data/sets.h"
#include "retort/data/vocab/vocab.h"
#include "retort/lab/setup_net.h"
#include "retort/train/feed.h"
#include "retort/train/feed_rows.h"
#include "retort/lab/settings_change.h"

/* Append text with blanks for control characters. */
static void
add_printable(const char *s, size_t len, struct text *out)
{
	uint32_t cp;
	char c[4];

	for (size_t at = 0, n; at < len; at += n) {
		n = text_utf8(s + at, len - at, &cp);
		if (unicode_is_terminal_control(cp))
			cp = ' ';
		text_bytes(out, c, unicode_encode(cp, c));
	}
}

static void
add_row(const struct dataset *ds, size_t row, char sign, const int32_t *ids, struct text *out)
{
	size_t n = words_length(ids, ds->length),
	       set = ds->n_sets ? (size_t)sets_of_row(ds, row) : 0;
	struct text text = { 0 };

	if (set)
		text_addf(out, "%s ", ds->set[set].name);
	text_addf(out, "%zu %c ", row + 1 - (set ? ds->set[set].from : 0), sign);
	for (size_t i = 0; !ds->tokenizer && i < n; i++)
		text_addf(out, "%s%d", i ? " " : "", (int)ids[i]);
	if (ds->tokenizer && tokenizer_decode(ds->tokenizer, ids, n, &text, NULL) == 0)
		add_printable(text_get(&text), text.len, out);
	text_release(&text);
	text_add(out, "\n");
}

/* Print the rows of an augmented batch beside those of the data. */
static void
print_rows(const struct dataset *ds, const struct batch *b, struct text *out)
{
	for (size_t i = 0; i < b->rows; i++) {
		const int32_t *after = batch_i32(b, BATCH_IDS) + i * ds->length;
		size_t row = (size_t)batch_i32(b, BATCH_ROW)[i];
		const int32_t *before = ds->ids + row * ds->length;
		bool same = memcmp(before, after, ds->length * sizeof *after) == 0;

		add_row(ds, row, same ? '=' : '-', before, out);
		if (!same)
			add_row(ds, row, '+', after, out);
	}
}

/* The rows of the student's next batch, also before its first step. */
static void
next_rows(struct trainer_state *w, uint32_t *rows)
{
	struct sampler *s = feed_rows_student(&w->train, &w->info.run->settings), first;

	if (s->n) {
		feed_rows_draw(&w->info.run->settings, s, settings_change_step(w), rows);
		return;
	}
	sampler_init(&first, w->train.ds, w->train.split.train, w->train.split.n_train,
		     setup_net_order_seed(w, "main"));
	feed_rows_draw(&w->info.run->settings, &first, 0, rows);
	sampler_release(&first);
}

/* Augment n rows in `b` as the next step will, and print them. */
static int
preview_rows(struct trainer_state *w, size_t n, struct batch *b, struct text *out, struct err *e)
{
	uint32_t *rows = mem_array(train_batch(&w->info.run->settings), sizeof *rows);
	struct augmenter a = { 0 };
	int status = augment_open(&a, w->train.ds, w->train.split.train, w->train.split.n_train,
				  w->train.pool, e);

	a.round_trip = w->train.round_trip;
	if (status == 0)
		status = augment_learn(&a, w->train.wordnet, e);
	if (status == 0) {
		next_rows(w, rows);
		batch_fill(b, w->train.ds, rows, n, w->train.split.visible);
		augment_batch(&a, &w->info.run->settings.knobs, w->info.seed,
			      settings_change_step(w), b);
		print_rows(w->train.ds, b, out);
	}
	augment_close(&a);
	mem_free(rows);
	return status;
}

static int
handle_preview(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	int64_t n = r->u.preview.rows;
	struct text page = { 0 };
	struct batch b;
	int status;

	(void)state;
	if (!w->train.ds)
		return err_set(e, "augment show: no data yet; `data sentences` first");
	if (w->train.ds->kind != DATASET_TOKENS)
		return err_set(e, "augment show: %s has no texts", w->train.ds->name);
	if (n < 1 || (size_t)n > train_batch(&w->info.run->settings))
		return err_set(
			e, "augment show: invalid number of rows %lld (expected 1 to %zu, a batch)",
			(long long)n, train_batch(&w->info.run->settings));
	if (augment_fits(&w->info.run->settings.knobs, w->train.ds, w->train.round_trip,
			 w->train.wordnet, e) < 0 ||
	    batch_init(&b, (size_t)n, w->train.ds, e) < 0)
		return err_wrap(e, "augment show");
	status = preview_rows(w, (size_t)n, &b, &page, e);
	r->page = page.s;
	batch_release(&b);
	return status < 0 ? err_wrap(e, "augment show") : 0;
}

const struct trainer_addon augment_preview_addon = {
	.row = { { REQUEST_AUGMENT_PREVIEW, handle_preview } },
};
