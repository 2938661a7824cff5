/* ckpt_encoding.c: the encoding of its data in the file of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ckpt_encoding.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

#define NOTE "encoding"
#define MEAN "input.mean"
#define SPREAD "input.spread"

int
ckpt_encoding_add(struct ckpt *c, const struct encoding *enc, struct err *e)
{
	struct text json = { 0 };
	int status = encoding_print(enc, &json, e);

	if (status == 0)
		ckpt_note(c, NOTE, text_get(&json));
	text_release(&json);
	return status;
}

/* The class names of the notes of an older file. */
static void
read_classes(const struct ckpt *c, struct encoding *out)
{
	const char *name[DATASET_CLASSES];
	char key[32];

	for (int n = 0; n < DATASET_CLASSES; n++) {
		snprintf(key, sizeof key, "label.%d", n);
		name[n] = ckpt_get(c, key);
		if (!name[n])
			break;
		out->classes = n + 1;
	}
	if (!out->classes)
		return;
	out->class_name = mem_array((size_t)out->classes, sizeof *out->class_name);
	for (int i = 0; i < out->classes; i++)
		out->class_name[i] = mem_text(name[i]);
}

/* The encoding of an older file, as far as it has one. */
static void
read_partial(const struct ckpt *c, struct encoding *out)
{
	const struct ckpt_tensor *mean = ckpt_find(c, MEAN), *spread = ckpt_find(c, SPREAD);

	*out = (struct encoding){ 0 };
	if (!mean || !spread || mean->len != spread->len || mean->len < 1 ||
	    mean->len > ENCODING_FEATURES)
		return;
	for (size_t i = 0; i < spread->len; i++)
		if (!(spread->data[i] > 0))
			return;
	out->kind = DATASET_NUMBERS;
	out->rounded = true;
	out->d = out->n_scale = mean->len;
	out->mean = mem_array(out->d, sizeof *out->mean);
	out->spread = mem_array(out->d, sizeof *out->spread);
	for (size_t i = 0; i < out->d; i++) {
		out->mean[i] = (double)mean->data[i];
		out->spread[i] = (double)spread->data[i];
	}
	read_classes(c, out);
}

int
ckpt_encoding_of(const struct ckpt *c, struct encoding *out, struct err *e)
{
	const char *note = ckpt_get(c, NOTE);

	if (!note) {
		read_partial(c, out);
		return 0;
	}
	if (encoding_parse(note, strlen(note), out, e) < 0)
		return -1;
	if (!out->classes && !out->next_token)
		read_classes(c, out);
	return 0;
}

static int
is_wanted(const char *name, const char *type, struct err *e)
{
	(void)type;
	(void)e;
	return strcmp(name, MEAN) == 0 || strcmp(name, SPREAD) == 0;
}

int
ckpt_encoding_need(const struct ckpt *c, const char *path, struct encoding *out, struct err *e)
{
	if (ckpt_encoding_of(c, out, e) < 0)
		return err_wrap(e, "%s", path);
	if (out->d)
		return 0;
	encoding_release(out);
	return err_set(e,
		       "%s: it has no encoding of its data: an older version or another program "
		       "wrote it; `load` it on data that it fits, and `save` it again",
		       path);
}

int
ckpt_encoding_read(const char *path, struct encoding *out, struct err *e)
{
	struct ckpt *c;
	int status;

	if (ckpt_read_some(path, is_wanted, &c, e) < 0)
		return -1;
	status = ckpt_encoding_need(c, path, out, e);
	ckpt_free(c);
	return status;
}

/* Join the hash of a note, if there is one. */
static void
join_note(const struct ckpt *c, const char *key, struct hash *h)
{
	const char *note = ckpt_get(c, key);
	struct hash of_note;

	if (!note)
		return;
	of_note = hash_of(note, strlen(note));
	*h = hash_join(h, &of_note);
}

int
ckpt_encoding_hash(const struct ckpt *c, struct hash *out, struct err *e)
{
	if (ckpt_hash(c, out, e) < 0)
		return -1;
	join_note(c, NOTE, out);
	join_note(c, CKPT_ENCODING_STATE, out);
	return 0;
}
