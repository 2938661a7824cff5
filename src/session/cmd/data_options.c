/* data_options.c: parse options of `data`; add sets, read with the options of the data by default.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/data_options.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/recode.h"
#include "retort/base/text.h"
#include "retort/data/read/corpus.h"
#include "retort/data/encoding.h"
#include "retort/data/sets.h"
#include "retort/nn/ckpt_encoding.h"
#include "retort/nn/hf/hf.h"
#include "retort/session/cmd/cmd_table.h"

/* Return the path of the file that `key` names, relative to the script; owned by `r`. */
static const char *
join_file(const struct cmd_call *c, struct data_options *r, int slot, const char *key)
{
	mem_free(r->path[slot]);
	r->files |= args_bit(&c->args, key);
	return r->path[slot] = io_join(c->dir, args_word(&c->args, key));
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

/* One character, or "tab", "space" and "bar" by name. */
static int
parse_char(const struct args *a, const char *key, char *out, struct err *e)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "tab", '\t' }, { "space", ' ' }, { "bar", '|' } };
	const char *word = args_word(a, key);

	if (!word)
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(word, names[i].name) == 0 || (word[0] == names[i].c && !word[1])) {
			*out = names[i].c;
			return 0;
		}
	*out = word[0];
	if (word[0] > ' ' && word[0] < 0x7F && word[0] != '"' && !word[1])
		return 0;
	return err_set(e, "data: invalid %s '%.20s' (expected one ASCII character, tab or space)",
		       key, word);
}

int
data_options_dialect(const struct args *a, struct dialect *d, struct err *e)
{
	const char *encoding = args_word(a, "encoding"), *missing = args_word(a, "missing");
	struct recode *r;

	if (parse_char(a, "delimiter", &d->delimiter, e) < 0 ||
	    parse_char(a, "comment", &d->comment, e) < 0 ||
	    parse_char(a, "thousands", &d->thousands, e) < 0)
		return -1;
	if (args_get(a, "decimal"))
		d->decimal = args_choice(a, "decimal", 0) == 0 ? ',' : '.';
	if (args_get(a, "quotes"))
		d->quotes =
			args_choice(a, "quotes", 0) == 0 ? DIALECT_QUOTES_ON : DIALECT_QUOTES_OFF;
	d->skip = (size_t)args_number(a, "skip", (int64_t)d->skip);
	d->missing = missing ? missing : d->missing;
	d->encoding = encoding ? encoding : d->encoding;
	if (d->thousands && d->thousands == (d->decimal ? d->decimal : '.'))
		return err_set(e, "data: thousands: '%c' stands before decimals", d->thousands);
	if (!encoding)
		return 0;
	r = recode_open(encoding, e);
	recode_close(r);
	return r ? 0 : err_wrap(e, "data");
}

/* Store the options of a table and of images. */
static int
store_table(const struct cmd_call *c, struct data_options *r, struct err *e)
{
	const struct args *a = &c->args;
	const char *label = args_word(a, "label"), *without = args_word(a, "without"),
		   *image = args_word(a, "image");

	r->o.label = label ? label : r->o.label;
	r->o.without = without ? without : r->o.without;
	if (args_get(a, "header"))
		r->o.header =
			args_choice(a, "header", 0) == 0 ? DATASET_HEADER_YES : DATASET_HEADER_NO;
	if (args_get(a, "labels-from"))
		r->o.labels_from = join_file(c, r, DATA_OPTIONS_LABELS, "labels-from");
	if (args_get(a, "task"))
		r->o.task = args_choice(a, "task", 0) == 0 ? DATASET_TASK_CLASSES
							   : DATASET_TASK_REGRESSION;
	if (data_options_dialect(a, &r->o.dialect, e) < 0)
		return -1;
	return image ? parse_image(image, &r->o, e) : 0;
}

/* Store the options of texts. */
static void
store_text(const struct cmd_call *c, struct data_options *r)
{
	const struct args *a = &c->args;
	const char *text = args_word(a, "text"), *tokens = args_word(a, "tokens");

	r->o.text = text ? text : r->o.text;
	if (tokens)
		r->o.tokens = corpus_tokens_named(tokens)
				      ? tokens
				      : join_file(c, r, DATA_OPTIONS_TOKENS, "tokens");
	r->o.length = (size_t)args_number(a, "length", (int64_t)r->o.length);
	r->o.vocab = (size_t)args_number(a, "vocab", (int64_t)r->o.vocab);
	if (args_get(a, "frame"))
		r->o.frame = args_choice(a, "frame", 0) == 0;
	if (args_get(a, "special"))
		r->o.special = args_choice(a, "special", 0) == 0;
}

int
data_options_parse(const struct cmd_call *c, struct data_options *r, struct err *e)
{
	const struct args *a = &c->args;
	const char *hash = args_word(a, "hash");

	r->hash = hash ? hash : r->hash;
	r->labels = args_number(a, "labels", r->labels);
	r->o.unlabelled |= args_get(a, "unlabelled") != NULL;
	store_text(c, r);
	return store_table(c, r, e);
}

/* Read the encoding of a network, a file or the directory of a published model. */
static int
read_encoding(const char *path, struct encoding *out, struct err *e)
{
	struct ckpt *c;
	int status;

	if (!io_is_directory(path))
		return ckpt_encoding_read(path, out, e);
	if (hf_read(path, false, &c, e) < 0)
		return -1;
	status = ckpt_encoding_need(c, path, out, e);
	ckpt_free(c);
	return status;
}

int
data_options_like(const struct cmd_call *c, struct data_options *r, struct err *e)
{
	struct encoding *enc;

	if (!args_get(&c->args, "like"))
		return 0;
	enc = mem_new(sizeof *enc);
	if (read_encoding(join_file(c, r, DATA_OPTIONS_LIKE, "like"), enc, e) < 0) {
		mem_free(enc);
		return err_wrap(e, "data: like");
	}
	r->o.like.encoding = r->encoding = enc;
	if (!args_get(&c->args, "label"))
		r->o.like.label = enc->label;
	return 0;
}

void
data_options_release(struct data_options *r)
{
	for (size_t i = 0; i < DATA_OPTIONS_FILES; i++)
		mem_free(r->path[i]);
	if (r->encoding)
		encoding_release(r->encoding);
	mem_free(r->encoding);
}

int
data_options_line(const char *line, struct lex *lex, struct cmd_call *c, struct err *e)
{
	int column;

	if (lex_line(line, lex, &column, e) < 0)
		return -1;
	c->argc = lex->n - 1;
	c->argv = lex->word + 1;
	return cmd_parse(&cmd_data, c, e);
}

/* Copy the options that the data was read with, but for its file of labels. */
static int
copy_data_options(const char *line, struct lex *lex, struct data_options *r, struct err *e)
{
	struct cmd_call c = { .dir = "/" };
	char *path;

	if (!line)
		return err_set(e, "data: no data yet; `data digits` first");
	if (data_options_line(line, lex, &c, e) < 0)
		return -1;
	path = cmd_data_find(&c, r, e);
	mem_free(path);
	if (!path || data_options_parse(&c, r, e) < 0)
		return -1;
	r->o.labels_from = NULL;
	r->name = r->hash = NULL;
	r->labels = -1;
	r->files = 0;
	return 0;
}

char *
data_options_tokens(const char *line)
{
	struct data_options r = { .labels = -1 };
	struct lex *lex = mem_new(sizeof *lex);
	char *out = NULL;
	struct err e;

	if (line && copy_data_options(line, lex, &r, &e) == 0 && r.o.tokens)
		out = mem_text(r.o.tokens);
	mem_free(lex);
	data_options_release(&r);
	return out;
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

/* Store the options of an added set: its own, and those of `data`. */
static int
parse_added(const struct cmd_call *c, struct data_options *r, struct err *e)
{
	const char *label = args_word(&c->args, "label"), *name = args_word(&c->args, "as");
	const char *of_data = r->o.label;
	int64_t n;

	r->o.beside = true;
	r->o.like.label = c->info->label[0] ? c->info->label : NULL;
	if (data_options_parse(c, r, e) < 0 || (name && check_name(r->name = name, e) < 0))
		return -1;
	if (label)
		r->o.like.label = NULL;
	if (r->o.unlabelled && !label && of_data && text_to_int(of_data, &n) == 0)
		r->o.label = NULL; /* a number means another column here */
	return 0;
}

/*
 * Return the path of an added set. A bundled or fetched set has its own options, but for the tokens
 * of a text, which are those of the data; a file is read with the options of the data. NULL and an
 * error.
 */
static char *
find_set(const struct cmd_call *c, struct lex *lex, struct data_options *r, struct err *e)
{
	struct dataset_options like;
	char *path;

	if (copy_data_options(c->data_line, lex, r, e) < 0)
		return NULL;
	like = r->o;
	path = cmd_data_find(c, r, e);
	if (r->name && r->o.tokens && like.tokens) {
		r->o.tokens = like.tokens;
		r->o.length = like.length;
		r->o.frame = like.frame;
		r->o.special = like.special;
		r->o.vocab = like.vocab;
	}
	return path;
}

int
data_options_more(struct cmd_call *c, enum dataset_role role, struct err *e)
{
	struct data_options r = { .labels = -1 };
	struct lex *lex = mem_new(sizeof *lex);
	char *path = find_set(c, lex, &r, e);
	struct request *q;
	int status = -1;

	if (path && parse_added(c, &r, e) == 0) {
		q = cmd_request(c, REQUEST_ADD);
		q->u.data.role = role;
		q->u.data.weight = sets_role_trains(role) ? args_real(&c->args, "weight", 1) : 0;
		status = cmd_data_read(c, path, &r, &q->u.data.dataset, e);
	}
	mem_free(path);
	mem_free(lex);
	data_options_release(&r);
	return status;
}
