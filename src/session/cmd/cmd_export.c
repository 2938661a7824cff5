/* cmd_export.c: `export`: write the curves as a table or a picture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/figure/figure_file.h"

/* Fill in runs and metrics that the words name. */
static int
parse_request(const struct cmd_call *c, struct figure_request *r, struct err *e)
{
	const struct args *a = &c->args;

	for (const struct args_value *v = args_get(a, "run"); v; v = args_next(a, "run", v)) {
		if (r->n_runs == FIGURE_NAMES)
			return err_set(e, "export: more than %d runs", FIGURE_NAMES);
		r->run[r->n_runs++] = a->argv[v->at];
	}
	for (const struct args_value *v = args_get(a, "metric"); v; v = args_next(a, "metric", v)) {
		unsigned m = metric_find(a->argv[v->at]);

		if (m == METRIC_NONE) {
			choice_unknown(e, "metric", a->argv[v->at], metric_name,
				       "see retort-losses(7)");
			return err_wrap(e, "export");
		}
		if (r->n_metrics == FIGURE_PANELS)
			return err_set(e, "export: more than %d metrics", FIGURE_PANELS);
		r->metric[r->n_metrics++] = m;
	}
	return 0;
}

/* Make the bytes of a file and write them. A failed write is c->failed. */
static int
write_file(struct cmd_call *c, const struct figure_request *r, int kind, const char *path,
	   struct err *e)
{
	struct text bytes = { 0 };
	int status = figure_file_make(r, kind, &bytes, e);

	if (status < 0) {
		err_wrap(e, "export");
	} else if (io_write(path, (const void *const[]){ bytes.s }, &bytes.len, 1, e) < 0) {
		c->failed = true;
		text_addf(&c->message, "export: %s", e->msg);
	} else if (c->live) {
		text_addf(&c->message, "saved %s", path);
	}
	text_release(&bytes);
	return status;
}

static int
exec_export(struct cmd_call *c, struct err *e)
{
	struct figure_source source = { c->curves, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	int kind = figure_file_kind(args_word(&c->args, "FILE"), e), status = -1;
	char *path;

	if (cmd_refuse_stamp(c, "export", e) < 0)
		return -1;
	if (c->awaits)
		return err_set(e, "export: does not wait for a step (expected before `wait STEP`, "
				  "or after `wait`)");
	if (kind < 0)
		return err_wrap(e, "export");
	if (!c->curves)
		return err_set(e, "export: there is no session");
	if (parse_request(c, &r, e) < 0)
		return -1;
	r.title = c->info->data;
	path = io_join(c->dir, args_word(&c->args, "FILE"));
	if (io_exists(path) && !args_get(&c->args, "replace"))
		err_ask(e, "replace", "export: %s exists: replace it?", path);
	else
		status = write_file(c, &r, kind, path, e);
	mem_free(path);
	return status;
}

static const struct grammar_form export_forms[] = {
	GRAMMAR_FORM(exec_export,
		     { .name = "FILE",
		       .kind = GRAMMAR_OUTPUT,
		       .choices = FIGURE_FILE_SUFFIXES,
		       .help = "its suffix is the format: " FIGURE_FILE_SUFFIXES },
		     GRAMMAR_FLAG("replace", "replace a file that exists"),
		     { .word = "run",
		       .name = "NAME",
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,
		       .help = "write this run; default: all" },
		     { .word = "metric",
		       .name = "METRIC",
		       .kind = GRAMMAR_METRIC,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,
		       .help = "write this metric; default: val-nll and val-accuracy in a picture, "
			       "all in a table" }),
	{ 0 }
};

const struct cmd cmd_export = {
	.name = "export",
	.form = export_forms,
	.doc = "Write the curves to a file: a table (csv, tsv, json), a picture (svg, png, pdf), "
	       "or a gnuplot script (gp), by its suffix.",
	.example = "export curves.svg",
};
