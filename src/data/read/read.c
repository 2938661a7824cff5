/* read.c: the kinds of files that data sets are read from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/read.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/encoding.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/idsfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/images.h"
#include "retort/data/read/labels.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/sniff.h"
#include "retort/data/read/table.h"

/* Options that are given, each a bit, in the order of option_name. */
enum {
	LABEL = 1,
	HEADER = 2,
	FROM = 4,
	TEXT = 8,
	TOKENS = 16,
	LENGTH = 32,
	VOCAB = 64,
	IMAGE = 128,
	FRAME = 256,
	WITHOUT = 512,
	SPECIAL = 1024,
	DIALECT = 2048,
	TASK = 4096
};

static const char *const option_name[] = { "label",
					   "header",
					   "labels-from",
					   "text",
					   "tokens",
					   "length",
					   "vocab",
					   "image",
					   "frame",
					   "without",
					   "special",
					   ("delimiter, decimal, quotes, encoding, skip, comment, "
					    "missing or thousands"),
					   "task" };

static unsigned
options_given(const struct dataset_options *o)
{
	return (o->label ? LABEL : 0u) | (o->header != DATASET_HEADER_AUTO ? HEADER : 0u) |
	       (o->labels_from ? FROM : 0u) | (o->text ? TEXT : 0u) | (o->tokens ? TOKENS : 0u) |
	       (o->length ? LENGTH : 0u) | (o->vocab ? VOCAB : 0u) | (o->height ? IMAGE : 0u) |
	       (o->frame ? FRAME : 0u) | (o->without ? WITHOUT : 0u) | (o->special ? SPECIAL : 0u) |
	       (sniff_is_given(&o->dialect) ? DIALECT : 0u) |
	       (o->task != DATASET_TASK_ASK ? TASK : 0u);
}

static int
make_text(struct source *s, struct dataset **out, struct err *e)
{
	return corpus_stream(s->bytes, s->size, s->options, out, e);
}

static int
make_ids(struct source *s, struct dataset **out, struct err *e)
{
	return idsfile_make(s->bytes, s->size, s->options, out, e);
}

static int
make_images(struct source *s, struct dataset **out, struct err *e)
{
	return images_read(s->path, s->bytes, s->size, s->options, out, e);
}

/* Rows of an array: a table of two dimensions, or images. */
static int
make_rows(struct source *s, struct dataset **out, struct err *e)
{
	struct array a;

	if (npyfile_parse(s->bytes, s->size, &a, e) < 0)
		return -1;
	if (a.rank < 3)
		return table_features(s, out, e);
	if (images_channels_last(&a, e) < 0 || images_make(&a, s->options->beside, out, e) < 0)
		return -1;
	(*out)->hash = hash_of(s->bytes, s->size);
	return 0;
}

/* A .npy file has no labels of its own. */
static int
make_array(struct source *s, struct dataset **out, struct err *e)
{
	const struct dataset_options *o = s->options;
	struct dataset *ds;
	int status;

	if (!o->labels_from && !o->unlabelled)
		return err_set(e, "a .npy file has features and no labels; add labels-from FILE");
	if (make_rows(s, &ds, e) < 0)
		return -1;
	status = o->unlabelled ? classes_none(ds, e) : labels_read(o->labels_from, o, ds, e);
	if (status < 0)
		dataset_free(ds);
	else
		*out = ds;
	return status;
}

/* Kinds of files, in the order in which they are tried; the last takes every file. */
static const struct kind {
	const char *name;
	unsigned chosen; /* options any of which choose it; 0: its first bytes do */
	bool (*is)(const char *bytes, size_t size);
	unsigned options; /* that it has */
	int (*make)(struct source *s, struct dataset **out, struct err *e);
} kinds[] = {
	{ "a table of texts", TEXT, NULL,
	  LABEL | HEADER | TEXT | TOKENS | LENGTH | VOCAB | FRAME | SPECIAL | DIALECT | TASK,
	  table_texts },
	{ "a text", TOKENS, NULL, TOKENS | LENGTH | VOCAB | SPECIAL, make_text },
	{ "a file of token ids", LENGTH | VOCAB, NULL, LENGTH | VOCAB, make_ids },
	{ "an IDX file", 0, idxfile_is, FROM | DIALECT | TASK, make_images },
	{ "a .npy file", 0, npyfile_is, FROM | DIALECT | TASK, make_array },
	{ "a table of numbers", 0, NULL, LABEL | HEADER | IMAGE | WITHOUT | DIALECT | TASK,
	  table_numbers },
};

static const struct kind *
find_kind(const struct source *s)
{
	unsigned given = options_given(s->options);
	const struct kind *k = kinds;

	while ((k->chosen || k->is) && !(given & k->chosen) &&
	       !(k->is && s->bytes && k->is(s->bytes, s->size)))
		k++;
	return k;
}

static int
check_options(const struct kind *k, const struct dataset_options *o, struct err *e)
{
	unsigned given = options_given(o);

	for (size_t i = 0; i < sizeof option_name / sizeof *option_name; i++)
		if (given & ~k->options & 1u << i)
			return err_set(e, "option %s does not apply to %s", option_name[i],
				       k->name);
	if (k->options & TOKENS && !o->tokens)
		return err_set(e, "%s needs `tokens` (expected byte, char or a vocabulary file)",
			       k->name);
	if (k->options & LENGTH && (o->length < 1 || o->length > DATASET_LENGTH))
		return err_set(e, "%s needs `length` (expected 1 to %d tokens)", k->name,
			       DATASET_LENGTH);
	if (o->vocab > DATASET_VOCAB)
		return err_set(e, "invalid vocab %zu (expected 1 to %d)", o->vocab, DATASET_VOCAB);
	return 0;
}

/* Set the name to the last part of the path without .gz and without its ending. */
static void
set_name(struct dataset *ds, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = text_stem(base, ".gz"), most = sizeof ds->name - 4;

	for (size_t i = len; i > 1; i--)
		if (base[i - 1] == '.') {
			len = i - 1;
			break;
		}
	snprintf(ds->name, sizeof ds->name, "%.*s", (int)(len < most ? len : most), base);
}

/* The next tokens exist all the same, but are not learned from. */
static void
hide_labels(struct dataset *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		ds->y[i] = -1;
	ds->unlabelled = ds->n;
}

static int
make_set(struct source *s, struct dataset **out, struct err *e)
{
	const struct kind *k = find_kind(s);

	if (check_options(k, s->options, e) < 0 || k->make(s, out, e) < 0)
		return -1;
	if (s->options->unlabelled && (*out)->next_token)
		hide_labels(*out);
	set_name(*out, s->path);
	if (!s->options->like.encoding || encoding_apply(s->options->like.encoding, *out, e) == 0)
		return 0;
	dataset_free(*out);
	*out = NULL;
	return -1;
}

int
read_wrap(int status, const char *path, struct err *e)
{
	if (status < 0 && e && strncmp(e->msg, path, strlen(path)) != 0)
		err_wrap(e, "%s", path);
	return status;
}

int
read_dataset(const char *path, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	struct source s;
	int status;

	if (source_open(&s, path, o, e) < 0)
		return -1;
	status = read_wrap(make_set(&s, out, e), path, e);
	source_release(&s);
	return status;
}

int
read_bytes(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	   struct dataset **out, struct err *e)
{
	struct source s = { .path = path, .options = o, .bytes = bytes, .size = size };
	int status = make_set(&s, out, e);

	source_release(&s);
	return status;
}
