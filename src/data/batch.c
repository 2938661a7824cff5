/* batch.c: gather rows into contiguous, named arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/batch.h"

#include <assert.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/sets.h"

static const struct batch_array arrays[BATCH_ARRAYS] = {
	[BATCH_INPUT] = { .name = "input", .type = BATCH_F32 },
	[BATCH_IDS] = { .name = "ids", .type = BATCH_I32 },
	[BATCH_LABEL] = { .name = "label", .type = BATCH_I32, .width = 1 },
	[BATCH_LABEL_WEIGHT] = { .name = "label-weight", .type = BATCH_F32, .width = 1 },
	[BATCH_ROW_WEIGHT] = { .name = "row-weight", .type = BATCH_F32, .width = 1 },
	[BATCH_ROW] = { .name = "row", .type = BATCH_I32, .width = 1 },
	[BATCH_DRAW] = { .name = "draw", .type = BATCH_I32, .width = 1 },
	[BATCH_OTHER_LABEL] = { .name = "other-label", .type = BATCH_I32, .width = 1 },
	[BATCH_LABEL_SHARE] = { .name = "label-share", .type = BATCH_F32, .width = 1 },
};

static size_t
array_bytes(const struct batch_array *a, size_t rows)
{
	return mem_arena_round(rows * a->width * (a->type == BATCH_U8 ? 1 : 4));
}

int
batch_init(struct batch *b, size_t capacity, const struct dataset *ds, struct err *e)
{
	size_t size = 0;
	char *p;

	memset(b, 0, sizeof *b);
	memcpy(b->array, arrays, sizeof arrays);
	b->array[BATCH_INPUT].width = ds->kind == DATASET_TOKENS ? 0 : ds->d;
	b->array[BATCH_IDS].width = ds->kind == DATASET_TOKENS ? ds->length : 0;
	if (ds->next_token)
		b->array[BATCH_LABEL].width = b->array[BATCH_LABEL_WEIGHT].width = ds->length;
	if (ds->next_token)
		b->array[BATCH_OTHER_LABEL].width = b->array[BATCH_LABEL_SHARE].width = 0;
	for (int i = 0; i < BATCH_ARRAYS; i++)
		size += array_bytes(&b->array[i], capacity);
	b->storage = p = mem_try(size, 1);
	if (!p)
		return err_set(e, "no memory for a batch of %zu rows of %zu %s", capacity, ds->d,
			       ds->kind == DATASET_TOKENS ? "tokens" : "features");
	for (int i = 0; i < BATCH_ARRAYS; i++) {
		b->array[i].data = p;
		p += array_bytes(&b->array[i], capacity);
	}
	b->capacity = capacity;
	return 0;
}

void
batch_release(struct batch *b)
{
	mem_free(b->storage);
	memset(b, 0, sizeof *b);
}

float *
batch_f32(const struct batch *b, enum batch_name name)
{
	assert(b->array[name].type == BATCH_F32);
	return b->array[name].data;
}

int32_t *
batch_i32(const struct batch *b, enum batch_name name)
{
	assert(b->array[name].type == BATCH_I32);
	return b->array[name].data;
}

size_t
batch_width(const struct batch *b, enum batch_name name)
{
	return b->array[name].width;
}

/* Labels of row r: its class, or the next token of every position. `shown` is 0 if they are hidden.
 */
static void
fill_labels(const struct dataset *ds, uint32_t r, float shown, int32_t *label, float *weight)
{
	const int32_t *ids = ds->ids;

	if (!ds->next_token) {
		*label = ds->y[r];
		*weight = ds->y[r] >= 0 ? shown : 0;
		return;
	}
	ids += r * ds->length;
	for (size_t t = 0; t < ds->length; t++) {
		int32_t next = t + 1 < ds->length ? ids[t + 1] : sets_next_id(ds, r);

		label[t] = ids[t] < 0 ? -1 : next;
		weight[t] = label[t] >= 0 && ds->y[r] >= 0 ? shown : 0;
	}
}

void
batch_fill(struct batch *b, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
	   const uint8_t *visible)
{
	float *x = batch_f32(b, BATCH_INPUT), *label_weight = batch_f32(b, BATCH_LABEL_WEIGHT);
	float *row_weight = batch_f32(b, BATCH_ROW_WEIGHT);
	int32_t *ids = batch_i32(b, BATCH_IDS), *label = batch_i32(b, BATCH_LABEL);
	int32_t *row = batch_i32(b, BATCH_ROW), *draw = batch_i32(b, BATCH_DRAW);
	size_t labels = batch_width(b, BATCH_LABEL);

	assert(n_rows <= b->capacity);
	for (size_t i = 0; i < n_rows; i++) {
		uint32_t r = rows[i];

		if (ds->kind == DATASET_TOKENS)
			memcpy(ids + i * ds->length, ds->ids + r * ds->length,
			       ds->length * sizeof *ids);
		else
			memcpy(x + i * ds->d, ds->x + r * ds->d, ds->d * sizeof *x);
		fill_labels(ds, r, !visible || visible[r], label + i * labels,
			    label_weight + i * labels);
		row_weight[i] = 1;
		row[i] = (int32_t)r;
		draw[i] = (int32_t)i;
		if (batch_width(b, BATCH_OTHER_LABEL)) {
			batch_i32(b, BATCH_OTHER_LABEL)[i] = -1;
			batch_f32(b, BATCH_LABEL_SHARE)[i] = 1;
		}
	}
	b->rows = n_rows;
	b->augmented = false;
}

void
batch_weigh(struct batch *b, const struct dataset *ds, const double *weight)
{
	float *label = batch_f32(b, BATCH_LABEL_WEIGHT), *row = batch_f32(b, BATCH_ROW_WEIGHT);
	size_t labels = batch_width(b, BATCH_LABEL);

	for (size_t i = 0; i < b->rows; i++) {
		float w = (float)weight[sets_of_row(ds, (size_t)batch_i32(b, BATCH_ROW)[i])];

		row[i] *= w;
		for (size_t k = i * labels; k < (i + 1) * labels; k++)
			label[k] *= w;
	}
}
