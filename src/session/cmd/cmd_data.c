/* cmd_data.c: `data`: read, add, weight and summarize data sets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/summary.h"
#include "retort/data/dataset.h"
#include "retort/data/read/fetched.h"
#include "retort/session/lex.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"
#include "retort/session/cmd/data_options.h"

/* Set the error for a word that is neither the name of a set nor an existing file. */
static char *
set_missing_error(const char *word, struct err *e)
{
	struct text names = { 0 };
	const char *name;

	text_items(&names, bundled_name);
	name = choice_nearest(word, fetched_name);
	err_set(e, "data: %s: neither a bundled set (%s) nor a file%s%s%s", word, text_get(&names),
		name ? "; did you mean " : "", name ? name : "", name ? "?" : "");
	text_release(&names);
	return NULL;
}

char *
cmd_data_find(const struct cmd_call *c, struct data_options *r, struct err *e)
{
	const char *word = args_word(&c->args, "NAME|FILE");
	const struct fetched *f = fetched_find(word);
	char *path;

	for (size_t i = 0; bundled_name(i); i++) {
		if (strcmp(bundled_name(i), word) != 0)
			continue;
		r->o = bundled_options(i);
		r->name = bundled_name(i);
		return bundled_path(r->name, e);
	}
	if (f) {
		r->o = f->o;
		r->name = f->name;
		path = fetched_path(f, e);
		if (!path)
			err_wrap(e, "data");
		return path;
	}
	r->files |= args_bit(&c->args, "NAME|FILE");
	path = io_join(c->dir, word);
	if (strchr(word, '/') || strchr(word, '.') || io_exists(path))
		return path;
	mem_free(path);
	return set_missing_error(word, e);
}

/* Compare the hash with the recorded one; that of a data set with `like` has two files. */
static int
check_hash(const char *path, const struct data_options *r, const struct hash *got, struct err *e)
{
	struct text files = { 0 };
	int status;

	text_add(&files, path);
	if (r->encoding)
		text_addf(&files, ", or the encoding of %s", r->path[DATA_OPTIONS_LIKE]);
	status = cmd_check_hash(text_get(&files), got, r->hash, e);
	text_release(&files);
	return status;
}

int
cmd_data_read(struct cmd_call *c, const char *path, const struct data_options *r,
	      struct dataset **out, struct err *e)
{
	char hex[65];

	if (read_dataset(path, &r->o, out, e) < 0)
		return -1;
	if (check_hash(path, r, &(*out)->hash, e) < 0) {
		dataset_free(*out);
		*out = NULL;
		return err_wrap(e, "data");
	}
	if (r->name)
		snprintf((*out)->name, sizeof(*out)->name, "%s", r->name);
	c->rules |= (*out)->rules;
	cmd_record_files(c, "data", r->files);
	if (!r->hash)
		text_addf(&c->record, " hash %s", hash_hex(&(*out)->hash, hex));
	return 0;
}

/* Logits of an evaluation above which it takes seconds, at about 5e8 exponentials a second. */
#define SLOW_LOGITS 2e9

/* Report rows without a label. */
static void
note_unlabelled(struct cmd_call *c, const struct data_options *r, const struct dataset *ds)
{
	size_t first = 0;

	if (!ds->unlabelled || r->o.unlabelled || ds->next_token)
		return;
	while (ds->y[first] >= 0)
		first++;
	text_addf(&c->message, "data: %zu of %zu rows have no label, the first is row %zu\n",
		  ds->unlabelled, ds->n, first + 1);
}

/* Show messages about how the file was read, about classes that only held-out rows have, and about
 * slow evaluations. */
static void
warn_dataset(struct cmd_call *c, const struct data_options *r, const struct dataset *ds)
{
	double logits =
		ds->next_token ? (double)ds->n / 5 * (double)ds->length * (double)ds->vocab : 0;

	if (logits > SLOW_LOGITS && c->info->run->settings.knobs.eval_rows == 0)
		text_addf(&c->message,
			  "data: %.2g logits an evaluation, of %zu held-out tokens: `set eval-rows "
			  "200` evaluates fewer rows\n",
			  logits, ds->n / 5 * ds->length);
	for (const char *p = ds->notes; p && *p;) {
		size_t len = strcspn(p, "\n");

		text_add(&c->message, "data: ");
		text_bytes(&c->message, p, len + (p[len] == '\n'));
		p += len + (p[len] == '\n');
	}
	note_unlabelled(c, r, ds);
	summary_unseen(ds, c->info->seed, "data: ", &c->message);
	if (c->message.len)
		c->message.s[--c->message.len] = '\0'; /* without the last line feed */
}

/* Print a summary of the data set that the words of `c` name. `hash`: expected SHA-256 of the file;
 * NULL: not checked. */
static int
show_file(struct cmd_call *c, const char *hash, struct err *e)
{
	struct data_options r = { .labels = -1 };
	char *path = cmd_data_find(c, &r, e);
	int status = -1;

	if (path && data_options_parse(c, &r, e) == 0 && data_options_like(c, &r, e) == 0) {
		r.o.beside = r.o.unlabelled; /* neither classes nor ten rows are required */
		status = summary_file(path, r.name, &r.o, c->info->seed, hash, &c->output, e);
	}
	mem_free(path);
	data_options_release(&r);
	return status;
}

static int
exec_show(struct cmd_call *c, struct err *e)
{
	return show_file(c, NULL, e);
}

/* Read the current data set again. */
static int
exec_show_current(struct cmd_call *c, struct err *e)
{
	struct cmd_call again = *c;
	struct lex lex;
	int status;

	if (!c->data_line)
		return err_set(e, "data show: no data yet; name a set, as in `data show digits`");
	if (data_options_line(c->data_line, &lex, &again, e) < 0)
		return -1;
	status = show_file(&again, c->info->own_hash, e);
	c->output = again.output;
	return status;
}

/* Set the weight of the rows of a set, from the next step on. */
static int
exec_weight(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_DRAW);

	r->u.draw.weight = args_real(&c->args, "W", 1);
	return cmd_copy_arg(r->u.draw.set, NET_SPEC, c, "SET", e);
}

static int
exec_data(struct cmd_call *c, struct err *e)
{
	struct data_options reading = { .labels = -1 };
	char *path = cmd_data_find(c, &reading, e);
	struct request *r;
	int status = -1;

	if (path && data_options_parse(c, &reading, e) == 0 &&
	    data_options_like(c, &reading, e) == 0) {
		r = cmd_request(c, REQUEST_DATA);
		r->u.data.labels = reading.labels;
		status = cmd_data_read(c, path, &reading, &r->u.data.dataset, e);
	}
	if (status == 0)
		warn_dataset(c, &reading, r->u.data.dataset);
	mem_free(path);
	data_options_release(&reading);
	return status;
}

static int
exec_add(struct cmd_call *c, struct err *e)
{
	return data_options_more(c, DATASET_TRANSFER, e);
}

static int
exec_target(struct cmd_call *c, struct err *e)
{
	return data_options_more(c, DATASET_TARGET, e);
}

static int
exec_held_out(struct cmd_call *c, struct err *e)
{
	return data_options_more(c, DATASET_HELD, e);
}

/* clang-format off */
#define DATA_NAME { .name = "NAME|FILE", .kind = GRAMMAR_DATA }
#define DATA_AS GRAMMAR_OPTION("as", "SET", GRAMMAR_WORD, "name of the set")
#define DATA_UNLABELLED GRAMMAR_FLAG("unlabelled", "the rows have no labels")
#define DATA_LABELS GRAMMAR_COUNT("labels", "N", 1, 0, "training rows with a visible label")

/* Options of every set, in any order. */
#define DATA_OPTIONS                                                                                \
	GRAMMAR_OPTION("label", "COLUMN", GRAMMAR_WORD, "column of the labels, by name or number"), \
	GRAMMAR_OPTION("without", "COLUMN[,COLUMN]...", GRAMMAR_WORD, "columns to leave out"),      \
	GRAMMAR_ONE_OF("header", "yes, no", "whether the first row holds names"),                   \
	GRAMMAR_OPTION("labels-from", "FILE", GRAMMAR_FILE, "file of labels: IDX, .npy or a column"),                  \
	GRAMMAR_OPTION("image", "HxW[xC]", GRAMMAR_WORD, "shape of an image in a row"),             \
	GRAMMAR_OPTION("text", "COLUMN", GRAMMAR_WORD, "column of the texts"),                      \
	GRAMMAR_OPTION("tokens", "byte|char|byte+mask|char+mask|FILE", GRAMMAR_FILE,                \
		       "tokens, or a vocabulary"),                                                  \
	GRAMMAR_COUNT("length", "N", 1, DATASET_LENGTH, "tokens of a row"),                         \
	GRAMMAR_ONE_OF("frame", "yes, no", "special tokens around a text"),                         \
	GRAMMAR_ONE_OF("special", "yes, no", "special tokens in a text"),                           \
	GRAMMAR_COUNT("vocab", "N", 1, DATASET_VOCAB, "number of token ids"),                           \
	GRAMMAR_ONE_OF("task", "classes, regression", "what many different numbers as labels are"), \
	DATA_OPTIONS_DIALECT,                                                                       \
	CMD_HASH

/* Options that go with another form. */
#define DATA_NOT_LABELS                                                                             \
	GRAMMAR_NOT("labels", "applies to the data only; use `unlabelled` for an added set")
#define DATA_NOT_UNLABELLED                                                                         \
	GRAMMAR_NOT("unlabelled", "goes with `data add`: figures are measured on labels of the "    \
				  "data itself, so read those first")
#define DATA_LIKE GRAMMAR_OPTION("like", "NETWORK", GRAMMAR_FILE, "encode rows as for a saved network")
#define DATA_NOT_LIKE                                                                               \
	GRAMMAR_NOT("like", "goes with `data`: an added set is encoded as the data are")
#define DATA_NOT_WEIGHT                                                                             \
	GRAMMAR_NOT("weight", "goes with `data add`: the rows of this set are not trained on")
/* clang-format on */

static const struct grammar_form data_forms[] = {
	GRAMMAR_FORM(exec_add, { .word = "add", .help = "add rows that are trained on" }, DATA_NAME,
		     DATA_AS, DATA_UNLABELLED,
		     GRAMMAR_OPTION("weight", "W", GRAMMAR_REAL,
				    "how often its rows are drawn (default: 1)"),
		     DATA_OPTIONS, DATA_NOT_LABELS, DATA_NOT_LIKE),
	GRAMMAR_FORM(exec_target, { .word = "target", .help = "add rows to evaluate on" },
		     DATA_NAME, DATA_AS, DATA_UNLABELLED, DATA_OPTIONS, DATA_NOT_LABELS,
		     DATA_NOT_LIKE, DATA_NOT_WEIGHT),
	GRAMMAR_FORM(exec_held_out, { .word = "held-out", .help = "the held-out rows" }, DATA_NAME,
		     DATA_AS, DATA_UNLABELLED, DATA_OPTIONS, DATA_NOT_LABELS, DATA_NOT_LIKE,
		     DATA_NOT_WEIGHT),
	GRAMMAR_FORM(exec_weight, { .word = "weight", .help = "how often the rows are drawn" },
		     { .name = "SET", .kind = GRAMMAR_TRAIN_SET },
		     { .name = "W", .kind = GRAMMAR_REAL }),
	GRAMMAR_FORM(exec_show_current, { .word = "show", .help = "print a summary" }),
	GRAMMAR_FORM(exec_show, { .word = "show" }, DATA_NAME, DATA_UNLABELLED, DATA_LABELS,
		     DATA_OPTIONS, DATA_LIKE),
	GRAMMAR_FORM(exec_data, DATA_NAME, DATA_LABELS, DATA_OPTIONS, DATA_LIKE,
		     DATA_NOT_UNLABELLED),
	{ 0 }
};

const struct cmd cmd_data = {
	.name = "data",
	.form = data_forms,
	.flags = CMD_RECORD,
	.doc = "Read a data set: bundled, fetched, a table, images, or text; with labels N "
	       "only N rows have labels that students are trained on. "
	       "With weight, set the weight of the rows of a set; with show, print a summary.",
	.example = "data digits labels 100",
};
