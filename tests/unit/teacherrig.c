/* teacherrig.c: a decoder on a stream of tokens as a teacher. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "teacherrig.h"

#include <stdio.h>
#include <stdlib.h>

#include "retort/base/rng.h"
#include "retort/nn/models/model_table.h"

static int32_t ids[TEACHERRIG_ROWS * TEACHERRIG_LENGTH + 1], labels[TEACHERRIG_ROWS];
const struct dataset teacherrig_data = { .kind = DATASET_TOKENS,
					 .n = TEACHERRIG_ROWS,
					 .d = TEACHERRIG_LENGTH,
					 .length = TEACHERRIG_LENGTH,
					 .vocab = TEACHERRIG_VOCAB,
					 .classes = TEACHERRIG_VOCAB,
					 .next_token = true,
					 .ids = ids,
					 .y = labels };

void
teacherrig_open(struct teacherrig *r)
{
	struct model_io io = model_io_of(&teacherrig_data);
	static int32_t y[TEACHERRIG_ROWS];
	struct dataset ds = teacherrig_data;
	struct model_spec spec;
	uint32_t rows[TEACHERRIG_ASKED];
	struct err e;

	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < TEACHERRIG_ROWS * TEACHERRIG_LENGTH + 1; i++)
		ids[i] = (int32_t)rng_below(rng_stream(1, "ids", 0, 0), i, TEACHERRIG_VOCAB);
	ds.y = y;
	CHECK_INT(model_table_parse("decoder layers=2 width=8 heads=2", &spec, &e), 0);
	r->net = net_new("big", &spec, &io, TEACHERRIG_ASKED, NULL, NULL, &e);
	CHECK(r->net != NULL);
	r->layers = r->net->n_layers;
	r->value = mem_try(r->net->layout.len, sizeof(real));
	param_start_all(&r->net->layout, NULL, r->value, 5, "big");
	r->inputs = hash_of(ids, sizeof ids);
	CHECK_INT(batch_init(&r->batch, TEACHERRIG_ASKED, &ds, &e), 0);
	for (uint32_t i = 0; i < TEACHERRIG_ASKED; i++)
		rows[i] = i * 13 % TEACHERRIG_ROWS;
	batch_fill(&r->batch, &ds, rows, TEACHERRIG_ASKED, NULL);
	r->wants[1] = 1u << MODEL_HIDDEN | 1u << MODEL_ATTENTION;
	r->wants[2] = 1u << MODEL_VALUE | 1u << TEACHER_SPATIAL;
}

void
teacherrig_close(struct teacherrig *r)
{
	teacher_close(&r->says);
	net_free(r->net);
	mem_free(r->value);
	batch_release(&r->batch);
}

int
teacherrig_open_teacher(struct teacherrig *r, struct err *e)
{
	return teacher_open(&r->says, r->net, r->value, &teacherrig_data, &r->inputs, r->wants,
			    &r->options, TEACHERRIG_ASKED, false, e);
}

/* All requested outputs, concatenated. */
real *
teacherrig_outputs(struct teacherrig *r, size_t *len)
{
	real *all = NULL, *out = mem_array(TEACHERRIG_ASKED * 1000, sizeof *out);
	size_t cap = 0;

	*len = 0;
	teacher_run(&r->says, &r->batch);
	for (int i = 0; i < r->layers; i++)
		for (int what = 0; what < TEACHER_TAPS; what++) {
			const real *x, *look;
			const int32_t *row;
			size_t n, width;

			if (!(r->says.wants[i] & 1u << what) ||
			    (r->options.top && i == r->layers - 1))
				continue;
			n = TEACHERRIG_ASKED * teacher_width(&r->says, i, what);
			x = teacher_outputs(&r->says, i, what, &r->batch, out);
			look = teacher_borrow(&r->says, i, what, &r->batch, &row);
			width = n / TEACHERRIG_ASKED;
			for (size_t k = 0; k < TEACHERRIG_ASKED; k++)
				CHECK(memcmp(look + (row ? (size_t)row[k] : k) * width,
					     x + k * width, width * sizeof *x) == 0);
			mem_grow(&all, &cap, *len + n, sizeof *all);
			memcpy(all + *len, x, n * sizeof *all);
			*len += n;
		}
	mem_free(out);
	return all;
}

void
teacherrig_remove_tree(const char *dir)
{
	char command[80];

	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	CHECK_INT(system(command), 0);
}
