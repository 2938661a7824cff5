/* batch.c: rows gathered into contiguous memory, in named typed arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/batch.h"

#include <assert.h>
#include <string.h>

#include "retort/base/mem.h"

static const struct batch_array kinds[BATCH_ARRAYS] = {
	[BATCH_INPUT] = { .name = "input", .type = BATCH_F32 },
	[BATCH_LABEL] = { .name = "label", .type = BATCH_I32, .width = 1 },
	[BATCH_LABEL_WEIGHT] = { .name = "label-weight", .type = BATCH_F32, .width = 1 },
	[BATCH_ROW_WEIGHT] = { .name = "row-weight", .type = BATCH_F32, .width = 1 },
	[BATCH_ROW] = { .name = "row", .type = BATCH_I32, .width = 1 },
	[BATCH_DRAW] = { .name = "draw", .type = BATCH_I32, .width = 1 },
};

static size_t
bytes_of(const struct batch_array *a, size_t rows)
{
	return mem_arena_round(rows * a->width * (a->type == BATCH_U8 ? 1 : 4));
}

int
batch_init(struct batch *b, size_t capacity, size_t features, struct err *e)
{
	size_t size = 0;
	char *p;

	memset(b, 0, sizeof *b);
	memcpy(b->array, kinds, sizeof kinds);
	b->array[BATCH_INPUT].width = features;
	for (int i = 0; i < BATCH_ARRAYS; i++)
		size += bytes_of(&b->array[i], capacity);
	b->storage = p = mem_try(size, 1);
	if (!p)
		return err_set(e, "no memory for a batch of %zu rows of %zu features", capacity, features);
	for (int i = 0; i < BATCH_ARRAYS; i++) {
		b->array[i].data = p;
		p += bytes_of(&b->array[i], capacity);
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

void
batch_fill(struct batch *b, const struct dataset *ds, const uint32_t *rows, size_t n_rows, const uint8_t *visible)
{
	float *x = batch_f32(b, BATCH_INPUT), *label_weight = batch_f32(b, BATCH_LABEL_WEIGHT);
	float *row_weight = batch_f32(b, BATCH_ROW_WEIGHT);
	int32_t *label = batch_i32(b, BATCH_LABEL), *row = batch_i32(b, BATCH_ROW), *draw = batch_i32(b, BATCH_DRAW);

	assert(n_rows <= b->capacity);
	for (size_t i = 0; i < n_rows; i++) {
		uint32_t r = rows[i];

		memcpy(x + i * ds->d, ds->x + r * ds->d, ds->d * sizeof *x);
		label[i] = ds->y[r];
		label_weight[i] = ds->y[r] >= 0 && (!visible || visible[r]) ? 1 : 0;
		row_weight[i] = 1;
		row[i] = (int32_t)r;
		draw[i] = (int32_t)i;
	}
	b->rows = n_rows;
}
