/* data_options.c: more sets beside the data: read like it, unless other options are said. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/data_options.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/session/lex.h"

/* The options the data itself was read with. Labels from another file are its own. */
static int
like_data(const char *line, struct lex *lex, struct data_options *r, struct err *e)
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
	if (!path || cmd_data_options(&c, 1, r, e) < 0)
		return -1;
	r->o.labels_from = NULL;
	r->name = r->hash = NULL;
	r->labels = -1;
	r->files = 0;
	return 0;
}

/* What a set may be called by `as`: `stage ... sets A,B` tells such names apart. */
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

/* Words that only such a set has; the others are options as of the data itself. */
static int
take_words(struct cmd_call *c, struct data_options *r, double *weight, struct err *e)
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
			status = cmd_data_option_at(c, i++, r, e);
	}
	if (status < 0)
		return -1;
	if (r->o.unlabelled && r->o.label == label && label && text_to_int(label, &n) == 0)
		r->o.label = NULL; /* the data's column of that number is another one here */
	return r->labels < 0 ? 0
			     : err_set(e, "data: labels: hides those of the data itself; say "
					  "`unlabelled` of a set beside it");
}

/*
 * A set that is bundled or was fetched is found by its name and read in its own way, but cut as the
 * texts of the data are; any other file is read as the data was. NULL and an error.
 */
static char *
find_more(struct cmd_call *c, struct lex *lex, struct data_options *r, struct err *e)
{
	struct dataset_options like;
	char *path;

	if (like_data(c->data_line, lex, r, e) < 0)
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
	} else if ((path = find_more(c, lex, &r, e)) && take_words(c, &r, &weight, e) == 0) {
		q = cmd_request(c, REQUEST_ADD);
		q->u.data.role = role;
		q->u.data.weight = sets_role_trains(role) ? weight : 0;
		status = cmd_data_read(c, path, &r, &q->u.data.dataset, e);
	}
	mem_free(path);
	mem_free(lex);
	cmd_data_release(&r);
	return status;
}
