/* net_ckpt.c: a network to and from a checkpoint. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/net_ckpt.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/ops/rope.h"

/* Shapes of inputs and outputs as notes of a checkpoint; a size of 0 does not apply and is not
 * written. */
static const struct {
	const char *key;
	size_t offset, most;
} notes[] = {
	{ "features", offsetof(struct model_io, features), 1u << 24 },
	{ "height", offsetof(struct model_io, height), 65536 },
	{ "width", offsetof(struct model_io, width), 65536 },
	{ "channels", offsetof(struct model_io, channels), 65536 },
	{ "length", offsetof(struct model_io, length), 1u << 20 },
	{ "vocabulary", offsetof(struct model_io, vocab), 1u << 20 },
	{ "classes", offsetof(struct model_io, classes), 1u << 20 },
};

static size_t *
io_field(struct model_io *io, size_t i)
{
	return (size_t *)((char *)io + notes[i].offset);
}

static void
note_number(struct ckpt *c, const char *key, size_t n)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%zu", n);
	ckpt_note(c, key, buf);
}

struct ckpt *
net_ckpt_of(const struct net *n, const real *value)
{
	struct ckpt *c = ckpt_new();
	struct model_io io = n->io;
	char spec[MODEL_TEXT];

	ckpt_note(c, "format", "retort 1");
	ckpt_note(c, "model", model_print(&n->spec, spec, sizeof spec));
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (*io_field(&io, i) != 0)
			note_number(c, notes[i].key, *io_field(&io, i));
	ckpt_note(c, "tells", n->io.next_token ? "next-token" : "class");
	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		struct ckpt_tensor *t = ckpt_add(c, p->name, p->rank, p->dim, NULL);

		for (size_t k = 0; k < p->len; k++)
			t->data[k] = (float)value[p->offset + k];
	}
	return c;
}

/* Whether the head of the network is not in the file, but a new one. */
static bool
is_head_new(const struct ckpt *c)
{
	const char *head = ckpt_get(c, "head");

	return head && strcmp(head, "new") == 0;
}

/* Whether a parameter is one of the head: of the logits, or between them and the body. */
static bool
is_of_head(const char *name)
{
	return strncmp(name, "logits.", 7) == 0 || strncmp(name, "pooler.", 7) == 0;
}

int
net_ckpt_load(const struct net *n, real *value, const struct ckpt *c, struct err *e)
{
	char want[80], got[200];

	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);

		if (!t && is_head_new(c) && is_of_head(p->name))
			continue;
		if (!t)
			return err_set(e, "%s: missing in the file", p->name);
		if (t->rank != p->rank ||
		    memcmp(t->dim, p->dim, (size_t)p->rank * sizeof p->dim[0]) != 0)
			return err_set(e, "%s: shape %s in the file (expected %s)", p->name,
				       param_print_shape(t->rank, t->dim, got, sizeof got),
				       param_print_shape(p->rank, p->dim, want, sizeof want));
	}
	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);

		for (size_t k = 0; t && k < p->len; k++)
			value[p->offset + k] = (real)t->data[k];
	}
	return 0;
}

void
net_ckpt_drop_head(struct ckpt *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_tensors; i++) {
		const char *name = c->tensor[i].name;

		name += strncmp(name, "moment", 6) == 0 && strchr(name, '.') ? 8 : 0;
		if (strncmp(name, "logits.", 7) == 0)
			mem_free(c->tensor[i].data);
		else
			c->tensor[n++] = c->tensor[i];
	}
	c->n_tensors = n;
	for (size_t i = 0; i < c->n_notes; i++)
		if (strncmp(c->note[i].key, "label.", 6) == 0)
			c->note[i].key[0] = '-';
	if (!is_head_new(c))
		ckpt_note(c, "head", "new");
}

static int
read_number(const struct ckpt *c, const char *key, size_t most, size_t *out, struct err *e)
{
	const char *text = ckpt_get(c, key);
	int64_t n;

	if (!text) {
		*out = 0;
		return 0;
	}
	if (text_to_int(text, &n) < 0 || n < 1 || (uint64_t)n > most)
		return err_set(e,
			       "invalid note %s '%.40s' in the file (expected a whole number from "
			       "1 to %zu)",
			       key, text, most);
	*out = (size_t)n;
	return 0;
}

/* Check that the network of the file fits the data, which may have shorter texts and a smaller
 * vocabulary. */
static int
check_fit(const struct ckpt *c, const struct model_io *file, struct model_io *io, struct err *e)
{
	if ((file->length > 0) != (io->kind == DATASET_TOKENS))
		return err_set(e, "the network of the file reads %s, not %s",
			       file->length ? "tokens" : "numbers",
			       io->kind == DATASET_TOKENS  ? "tokens"
			       : io->kind == DATASET_IMAGE ? "images"
							   : "numbers");
	if (io->kind != DATASET_TOKENS && file->features != io->features)
		return err_set(e, "the network of the file reads %zu features, the data have %zu",
			       file->features, io->features);
	if (io->kind == DATASET_IMAGE && file->height &&
	    (file->height != io->height || file->width != io->width))
		return err_set(e,
			       "the network of the file reads images of %zu x %zu, the data have "
			       "%zu x %zu",
			       file->height, file->width, io->height, io->width);
	if (io->kind == DATASET_TOKENS && io->vocab > file->vocab)
		return err_set(e,
			       "the vocabulary of the data, %zu, is larger than the embedding, %zu",
			       io->vocab, file->vocab);
	if (io->kind == DATASET_TOKENS && io->length > file->length)
		return err_set(e,
			       "rows of %zu tokens are longer than the %zu positions of the file",
			       io->length, file->length);
	if (!io->next_token && !is_head_new(c) && file->classes != io->classes)
		return err_set(e,
			       "the network of the file has %zu classes, the data have %zu; `head "
			       "new` gives it an output for each class of the data",
			       file->classes, io->classes);
	return 0;
}

/* Whether rows may have more positions than those of the training. */
static bool
stretches(const struct model_spec *spec)
{
	int i = model_option(spec->kind, "rope-scaling");

	return i >= 0 && spec->value[i] == ROPE_DYNAMIC;
}

int
net_ckpt_spec(const struct ckpt *c, struct model_spec *spec, struct model_io *io, struct err *e)
{
	const char *model = ckpt_get(c, "model"), *tells = ckpt_get(c, "tells");
	struct model_io file = { .features = 0 };
	size_t table;
	int positions;

	if (!model)
		return err_set(e,
			       "no model in the notes of the file: it was not written by `save`; "
			       "to load a published model, name its directory");
	if (model_table_parse(model, spec, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (read_number(c, notes[i].key, notes[i].most, io_field(&file, i), e) < 0)
			return -1;
	if ((tells && strcmp(tells, "next-token") == 0) != io->next_token)
		return err_set(e, "the network of the file predicts %s, the data require %s",
			       io->next_token ? "a class" : "the next token",
			       io->next_token ? "the next token" : "a class");
	positions = model_option(
		spec->kind, "positions"); /* the table may be longer than the rows of training */
	if (positions >= 0 && spec->value[positions] > (double)file.length)
		file.length = (size_t)spec->value[positions];
	table = file.length;
	if (stretches(spec) && io->length > file.length)
		file.length = io->length;
	if (check_fit(c, &file, io, e) < 0)
		return -1;
	if (io->next_token && model_option(spec->kind, "tied") < 0 && io->vocab != file.vocab)
		return err_set(e, "the network of the file predicts %zu tokens, the data have %zu",
			       file.vocab, io->vocab);
	if (io->kind == DATASET_TOKENS && positions >= 0)
		spec->value[positions] = (double)table;
	if (io->kind == DATASET_TOKENS)
		io->vocab = file.vocab;
	return 0;
}
