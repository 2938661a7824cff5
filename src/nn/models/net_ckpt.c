/* net_ckpt.c: a network to and from a checkpoint. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/net_ckpt.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/nn/models/model_table.h"

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
	char spec[256];

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

int
net_ckpt_load(const struct net *n, real *value, const struct ckpt *c, struct err *e)
{
	char want[80], got[200];

	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);

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

		for (size_t k = 0; k < p->len; k++)
			value[p->offset + k] = (real)t->data[k];
	}
	return 0;
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
check_fit(const struct model_io *file, struct model_io *io, struct err *e)
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
	if (io->next_token && io->vocab != file->vocab)
		return err_set(e, "the network of the file predicts %zu tokens, the data have %zu",
			       file->vocab, io->vocab);
	if (!io->next_token && file->classes != io->classes)
		return err_set(e, "the network of the file has %zu classes, the data have %zu",
			       file->classes, io->classes);
	return 0;
}

int
net_ckpt_spec(const struct ckpt *c, struct model_spec *spec, struct model_io *io, struct err *e)
{
	const char *model = ckpt_get(c, "model"), *tells = ckpt_get(c, "tells");
	struct model_io file = { .features = 0 };
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
	if (check_fit(&file, io, e) < 0)
		return -1;
	if (io->kind == DATASET_TOKENS && positions >= 0)
		spec->value[positions] = (double)file.length;
	if (io->kind == DATASET_TOKENS)
		io->vocab = file.vocab;
	return 0;
}
