/* data_options.c: parse options of `data`; add sets, read with the options of the data by default.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/data_options.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/corpus.h"
#include "retort/data/sets.h"
#include "retort/session/lex.h"

enum option {
	LABEL,
	HEADER,
	LABELS,
	LABELS_FROM,
	TEXT,
	TOKENS,
	LENGTH,
	VOCAB,
	IMAGE,
	FRAME,
	HASH,
	WITHOUT
};

static const char *const options[] = {
	[LABEL] = "label", [HEADER] = "header", [LABELS] = "labels", [LABELS_FROM] = "labels-from",
	[TEXT] = "text",   [TOKENS] = "tokens", [LENGTH] = "length", [VOCAB] = "vocab",
	[IMAGE] = "image", [FRAME] = "frame",   [HASH] = "hash",     [WITHOUT] = "without",
};

/* Return the path of the file at word `at`, relative to the script; owned by `r`. */
static const char *
join_file(struct cmd_call *c, struct data_options *r, int slot, int at)
{
	mem_free(r->path[slot]);
	r->files |= 1u << at;
	return r->path[slot] = io_join(c->dir, c->argv[at]);
}

static int
parse_count(const char *key, const char *word, int64_t most, int64_t *out, struct err *e)
{
	char what[24] = "data: ";

	strncat(what, key, sizeof what - strlen(what) - 1);
	if (cmd_number(what, word, out, e) < 0)
		return -1;
	if (*out < 1)
		return err_set(e, "%s: %s is not at least 1", what, word);
	return *out <= most ? 0
			    : err_set(e, "%s: %s is outside 1..%lld", what, word, (long long)most);
}

static int
parse_yes_no(const char *key, const char *value, bool *yes, struct err *e)
{
	*yes = strcmp(value, "yes") == 0;
	return *yes || strcmp(value, "no") == 0
		       ? 0
		       : err_set(e, "data: %s: '%.40s' is neither yes nor no", key, value);
}

/* Parse an image shape, "8x8" or "32x32x3". */
static int
parse_image(const char *value, struct dataset_options *o, struct err *e)
{
	unsigned h = 0, w = 0, c = 1;
	int end = 0;

	if (sscanf(value, "%5ux%5u%n", &h, &w, &end) != 2 ||
	    (value[end] && (sscanf(value, "%5ux%5ux%5u%n", &h, &w, &c, &end) != 3 || value[end])) ||
	    h < 1 || w < 1 || c < 1 || h > 65536 || w > 65536 || c > 65536)
		return err_set(e,
			       "data: image: '%.40s' is no HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS, "
			       "like 8x8",
			       value);
	o->height = h;
	o->width = w;
	o->channels = c;
	return 0;
}

/* Parse an option of texts: text, length, frame or vocab. */
static int
parse_text_option(struct data_options *r, enum option key, const char *value, struct err *e)
{
	int64_t n = 0;
	int status = 0;

	if (key == TEXT) {
		r->o.text = value;
	} else if (key == LENGTH) {
		status = parse_count("length", value, DATASET_LENGTH, &n, e);
		r->o.length = (size_t)n;
	} else if (key == FRAME) {
		status = parse_yes_no("frame", value, &r->o.frame, e);
	} else if (key == VOCAB) {
		status = parse_count("vocab", value, DATASET_VOCAB, &n, e);
		r->o.vocab = (size_t)n;
	}
	return status;
}

/* Parse option `key` with the value at word `at`. */
static int
parse_option(struct cmd_call *c, struct data_options *r, enum option key, int at, struct err *e)
{
	const char *value = c->argv[at];
	int status = 0;
	bool yes;

	switch (key) {
	case LABEL:
		r->o.label = value;
		break;
	case HEADER:
		status = parse_yes_no("header", value, &yes, e);
		r->o.header = yes ? DATASET_HEADER_YES : DATASET_HEADER_NO;
		break;
	case LABELS:
		return parse_count("labels", value, INT64_MAX, &r->labels, e);
	case LABELS_FROM:
		r->o.labels_from = join_file(c, r, 0, at);
		break;
	case TOKENS:
		r->o.tokens = corpus_tokens_named(value) ? value : join_file(c, r, 1, at);
		break;
	case IMAGE:
		return parse_image(value, &r->o, e);
	case WITHOUT:
		r->o.without = value;
		break;
	case HASH:
		r->hash = value;
		break;
	default:
		return parse_text_option(r, key, value, e);
	}
	return status;
}

int
data_options_parse_one(struct cmd_call *c, int at, struct data_options *r, struct err *e)
{
	const size_t n = sizeof options / sizeof *options;
	size_t key = 0;

	if (strcmp(c->argv[at], "unlabelled") == 0)
		return err_set(e, "data: unlabelled goes with `data add`: figures are measured on "
				  "labels of the data itself, so read those first");
	while (key < n && strcmp(options[key], c->argv[at]) != 0)
		key++;
	if (at + 1 == c->argc)
		return err_set(e, "data: '%.40s' has no value", c->argv[at]);
	if (key == n)
		return err_set(e,
			       "data: '%.40s' is none of label, header, labels, labels-from, "
			       "image, text, tokens, "
			       "length, vocab, frame, without, hash",
			       c->argv[at]);
	return parse_option(c, r, (enum option)key, at + 1, e);
}

int
data_options_parse(struct cmd_call *c, int from, struct data_options *r, struct err *e)
{
	for (int i = from; i < c->argc; i += 2)
		if (data_options_parse_one(c, i, r, e) < 0)
			return -1;
	return 0;
}

void
data_options_release(struct data_options *r)
{
	mem_free(r->path[0]);
	mem_free(r->path[1]);
}

/* Copy the options that the data was read with, but for its file of labels. */
static int
copy_data_options(const char *line, struct lex *lex, struct data_options *r, struct err *e)
{
	struct cmd_call c = { .dir = "/" };
	int column;
	char *path;

	if (!line)
		return err_set(e, "data: no data yet; `data digits` first");
	if (lex_line(line, lex, &column, e) < 0)
		return -1;
	c.argc = lex->n - 1;
	c.argv = lex->word + 1;
	path = cmd_data_find(&c, 0, r, e);
	mem_free(path);
	if (!path || data_options_parse(&c, 1, r, e) < 0)
		return -1;
	r->o.labels_from = NULL;
	r->name = r->hash = NULL;
	r->labels = -1;
	r->files = 0;
	return 0;
}

/* Check a name of `as`: `stage ... sets A,B` separates names by commas. */
static int
check_name(const char *name, struct err *e)
{
	const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (name[0] && !name[strspn(name, letters)] &&
	    strlen(name) < sizeof((struct dataset *)0)->name)
		return 0;
	return err_set(e, "data: as: '%.40s': a name is up to 63 letters, digits, '-' and '_'",
		       name);
}

/* Parse the words of an added set: its own options, and those of `data`. */
static int
parse_words(struct cmd_call *c, struct data_options *r, double *weight, struct err *e)
{
	const char *label = r->o.label;
	int status = 0;
	int64_t n;

	r->o.beside = true;
	for (int i = 2; i < c->argc && status == 0; i++) {
		bool value = i + 1 < c->argc;

		if (strcmp(c->argv[i], "unlabelled") == 0)
			r->o.unlabelled = true;
		else if (strcmp(c->argv[i], "as") == 0 && value)
			status = check_name(r->name = c->argv[++i], e);
		else if (strcmp(c->argv[i], "weight") == 0 && value)
			status = cmd_real("data: weight", c->argv[++i], weight, e);
		else
			status = data_options_parse_one(c, i++, r, e);
	}
	if (status < 0)
		return -1;
	if (r->o.unlabelled && r->o.label == label && label && text_to_int(label, &n) == 0)
		r->o.label = NULL; /* a number means another column here */
	return r->labels < 0 ? 0
			     : err_set(e, "data: labels: applies to the data only; use "
					  "`unlabelled` for an added set");
}

/*
 * Return the path of an added set. A bundled or fetched set has its own options, but for the tokens
 * of a text, which are those of the data; a file is read with the options of the data. NULL and an
 * error.
 */
static char *
find_set(struct cmd_call *c, struct lex *lex, struct data_options *r, struct err *e)
{
	struct dataset_options like;
	char *path;

	if (copy_data_options(c->data_line, lex, r, e) < 0)
		return NULL;
	like = r->o;
	path = cmd_data_find(c, 1, r, e);
	if (r->name && r->o.tokens && like.tokens) {
		r->o.tokens = like.tokens;
		r->o.length = like.length;
		r->o.frame = like.frame;
	}
	return path;
}

int
data_options_more(struct cmd_call *c, struct err *e)
{
	enum dataset_role role = c->argv[0][0] == 't'   ? DATASET_TARGET
				 : c->argv[0][0] == 'h' ? DATASET_HELD
							: DATASET_TRANSFER;
	struct data_options r = { .labels = -1 };
	struct lex *lex = mem_new(sizeof *lex);
	struct request *q;
	double weight = 1;
	char *path = NULL;
	int status = -1;

	if (c->argc < 2) {
		err_set(e, "data %s: a file is needed", c->argv[0]);
	} else if ((path = find_set(c, lex, &r, e)) && parse_words(c, &r, &weight, e) == 0) {
		q = cmd_request(c, REQUEST_ADD);
		q->u.data.role = role;
		q->u.data.weight = sets_role_trains(role) ? weight : 0;
		status = cmd_data_read(c, path, &r, &q->u.data.dataset, e);
	}
	mem_free(path);
	mem_free(lex);
	data_options_release(&r);
	return status;
}
