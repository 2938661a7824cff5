/* vocabjson_frame.c: the post-processor of tokenizer.json: tokens that stand around a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/vocabjson_rules.h"

#define FRAME_MAX 64 /* tokens on one side */

/* Tokens before and after a text. */
struct frame {
	int32_t id[2][FRAME_MAX];
	size_t n[2];
};

static int
add_id(const struct tokenizer *t, struct frame *f, int side, const json_t *id, struct err *e)
{
	json_int_t i = json_is_integer(id) ? json_integer_value(id) : -1;

	if (i < 0 || (size_t)i >= t->pieces.n)
		return err_set(e, "invalid id %lld (expected 0 to %zu)", (long long)i,
			       t->pieces.n - 1);
	if (f->n[side] == FRAME_MAX)
		return err_set(e, "more than %d tokens", FRAME_MAX);
	f->id[side][f->n[side]++] = (int32_t)i;
	return 0;
}

/* "cls": [name, id] before a text and "sep" after it. */
static int
read_pair(const struct tokenizer *t, const json_t *j, struct frame *f, struct err *e)
{
	return add_id(t, f, 0, json_array_get(json_object_get(j, "cls"), 1), e) < 0
		       ? -1
		       : add_id(t, f, 1, json_array_get(json_object_get(j, "sep"), 1), e);
}

/* One piece of "single"; *side becomes 1 at the text. */
static int
read_piece(const struct tokenizer *t, const json_t *j, const json_t *piece, int *side,
	   struct frame *f, struct err *e)
{
	const json_t *sequence = json_object_get(piece, "Sequence"), *special;
	const char *which = json_string_value(json_object_get(sequence, "id")),
		   *name = json_string_value(
			   json_object_get(json_object_get(piece, "SpecialToken"), "id"));
	json_t *id;
	size_t i;

	if (sequence) {
		if (*side || !which || strcmp(which, "A") != 0)
			return err_set(e,
				       "TemplateProcessing: \"single\" has %s (expected sequence "
				       "A, once)",
				       *side ? "two sequences" : "a sequence other than A");
		*side = 1;
		return 0;
	}
	special = name ? json_object_get(json_object_get(j, "special_tokens"), name) : NULL;
	if (!special)
		return err_set(e,
			       "TemplateProcessing: \"single\": '%.40s' is not one of "
			       "special_tokens",
			       name ? name : "");
	json_array_foreach(json_object_get(special, "ids"), i, id)
	{
		if (add_id(t, f, *side, id, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_template(const struct tokenizer *t, const json_t *j, struct frame *f, struct err *e)
{
	int side = 0;
	json_t *piece;
	size_t i;

	json_array_foreach(json_object_get(j, "single"), i, piece)
	{
		if (read_piece(t, j, piece, &side, f, e) < 0)
			return -1;
	}
	return side ? 0 : err_set(e, "TemplateProcessing: \"single\" without sequence A");
}

/* Put a frame around that of the components before. */
static void
wrap(struct tokenizer *t, const struct frame *f)
{
	size_t cap_before = 0, cap_after = 0;
	int32_t *before = NULL, *after = NULL;

	mem_grow(&before, &cap_before, f->n[0] + t->n_before + 1, sizeof *before);
	mem_grow(&after, &cap_after, f->n[1] + t->n_after + 1, sizeof *after);
	memcpy(before, f->id[0], f->n[0] * sizeof *before);
	if (t->n_before)
		memcpy(before + f->n[0], t->before, t->n_before * sizeof *before);
	if (t->n_after)
		memcpy(after, t->after, t->n_after * sizeof *after);
	memcpy(after + t->n_after, f->id[1], f->n[1] * sizeof *after);
	mem_free(t->before);
	mem_free(t->after);
	t->before = before;
	t->after = after;
	t->n_before += f->n[0];
	t->n_after += f->n[1];
	t->has_frame = true;
}

static int
read_component(struct tokenizer *t, const json_t *j, struct err *e)
{
	const char *type = vocabjson_rules_type(j);
	struct frame f = { 0 };
	int status;

	if (strcmp(type, "ByteLevel") == 0) /* changes offsets alone */
		return 0;
	if (strcmp(type, "BertProcessing") == 0 || strcmp(type, "RobertaProcessing") == 0)
		status = read_pair(t, j, &f, e);
	else if (strcmp(type, "TemplateProcessing") == 0)
		status = read_template(t, j, &f, e);
	else
		return err_set(e,
			       "unsupported type '%.40s' (expected one of TemplateProcessing, "
			       "BertProcessing, RobertaProcessing, ByteLevel)",
			       type);
	if (status == 0)
		wrap(t, &f);
	return status;
}

int
vocabjson_frame(struct tokenizer *t, const json_t *j, struct err *e)
{
	struct vocabjson_rules r;

	if (vocabjson_rules_flatten(j, "post_processor", "processors", &r, e) < 0)
		return -1;
	for (size_t i = 0; i < r.n; i++)
		if (read_component(t, r.item[i], e) < 0)
			return err_wrap(e, "post_processor");
	return 0;
}
