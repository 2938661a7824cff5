/* cmd_sweep.c: `sweep`: train runs that differ in some settings, and compare them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include "retort/base/io.h"
#include "retort/figure/figure_sweep.h"
#include "retort/lab/sweep.h"

/* The metrics that points can be ranked by: name, metric. */
#define METRICS(FIRST, NEXT)                      \
	FIRST("val-nll", METRIC_VAL_NLL)          \
	NEXT("val-accuracy", METRIC_VAL_ACCURACY) \
	NEXT("val-kl", METRIC_VAL_KL)             \
	NEXT("val-agreement", METRIC_VAL_AGREEMENT)
#define METRIC(name, metric) metric,
#define NAME(name, metric) name
#define NEXT_NAME(name, metric) ", " name

/* The words of the axes: all before `for`. */
static int
parse_plan(const struct cmd_call *c, struct sweep *s, struct err *e)
{
	int n = 0;

	for (int i = 0; i < c->args.n && !c->args.value[i].item->word; i++)
		n++;
	return sweep_plan_parse(&s->plan, n, c->argv, c->info->seed, e);
}

/* The metric that points are ranked by. */
static unsigned
metric_of(const struct cmd_call *c)
{
	static const unsigned metric[] = { METRICS(METRIC, METRIC) };
	int choice = args_choice(&c->args, "by", -1);
	int64_t best = c->info->run->settings.knobs.best_by;

	if (choice < 0) /* recordings of old sessions depend on it */
		choice = METRIC_VAL_NLL + (unsigned)best == METRIC_VAL_ACCURACY;
	return metric[choice];
}

/* Whether word `at` belongs to an option about files. */
static bool
is_of_file(const struct cmd_call *c, int at)
{
	static const char *const word[] = { "journal", "into", "replace" };

	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		const struct args_value *v = args_get(&c->args, word[i]);

		if (v && (v->at == at || (v->item->name && v->at == at + 1)))
			return true;
	}
	return false;
}

/* The line to record: without files, which a replay would not write; `in background` at its end. */
static void
record_line(struct cmd_call *c)
{
	const struct args_value *in = args_get(&c->args, "in");

	text_add(&c->record, "sweep");
	for (int i = 0; i < c->argc; i++)
		if (!is_of_file(c, i) && !(in && (i == in->at - 1 || i == in->at)))
			cmd_quote(&c->record, c->argv[i]);
	if (in)
		text_add(&c->record, " in background");
}

/* The file that the result is written to, c->save. */
static int
take_file(struct cmd_call *c, struct err *e)
{
	const char *name = args_word(&c->args, "into");

	if (!name)
		return 0;
	if (figure_sweep_kind(name, e) < 0)
		return err_wrap(e, "sweep: into");
	c->save = io_join(c->dir, name);
	if (io_exists(c->save) && !args_get(&c->args, "replace"))
		return err_ask(e, "replace", "sweep: %s exists: replace it?", c->save);
	return 0;
}

static int
exec_sweep(struct cmd_call *c, struct err *e)
{
	bool background = args_get(&c->args, "in");
	struct request *r =
		cmd_request(c, background && !c->scripted ? REQUEST_SWEEP_BEGIN : REQUEST_SWEEP);
	struct sweep *s = r->u.sweep.sweep = sweep_new();

	if (parse_plan(c, s, e) < 0)
		return err_wrap(e, "sweep");
	s->steps = (uint64_t)args_number(&c->args, "for", 0);
	s->seeds = (int)args_number(&c->args, "seeds", 0);
	s->metric = metric_of(c);
	s->halving = args_get(&c->args, "halving") != NULL;
	s->most = (int)args_number(&c->args, "points", 0);
	if (s->halving && s->most)
		return err_set(e, "sweep: halving takes all points; leave out points %d", s->most);
	s->background = background;
	record_line(c);
	return take_file(c, e);
}

static int
exec_stop(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->sweep = CMD_SWEEP_STOP;
	return 0;
}

static int
exec_show(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->sweep = CMD_SWEEP_SHOW;
	return 0;
}

static const struct grammar_form sweep_forms[] = {
	GRAMMAR_FORM(exec_stop, { .word = "stop",
				  .help = "end the sweep in the background with the points that "
					  "are finished" }),
	GRAMMAR_FORM(exec_show, { .word = "show", .help = "show the table of the last sweep" }),
	GRAMMAR_FORM(
		exec_sweep,
		{ .name = "VALUES",
		  .kind = GRAMMAR_AXIS,
		  .flags = GRAMMAR_REPEAT,
		  .help = "KNOB 1,2,4 or KNOB [log] A..B x N, with a comma before the next "
			  "knob; KNOB [log] A..B random N; student 'MODEL' 'MODEL'; "
			  "labels 50,100" },
		{ .word = "for",
		  .name = "STEPS",
		  .kind = GRAMMAR_NUMBER,
		  .min = 1,
		  .max = 1000000000,
		  .help = "each point is trained for" },
		GRAMMAR_COUNT("seeds", "N", 1, SWEEP_SEEDS,
			      "fresh runs from step 0 under so many seeds"),
		GRAMMAR_ONE_OF("by", METRICS(NAME, NEXT_NAME),
			       "rank by it; default: val-accuracy if best-by is, else val-nll"),
		GRAMMAR_FLAG("halving", "drop the worst half of the points as it goes"),
		GRAMMAR_COUNT("points", "N", 1, SWEEP_PLAN_POINTS,
			      "train the first points only, as a stopped sweep did"),
		GRAMMAR_OPTION("journal", "FILE", GRAMMAR_OUTPUT,
			       "keep the figures of finished points in it; default: a file "
			       "in the cache directory until the sweep has ended"),
		{ .word = "into",
		  .name = "FILE",
		  .kind = GRAMMAR_OUTPUT,
		  .flags = GRAMMAR_ANY,
		  .choices = FIGURE_SWEEP_SUFFIXES,
		  .help = "write the result; its suffix is the format: " FIGURE_SWEEP_SUFFIXES },
		GRAMMAR_FLAG("replace", "replace a file that exists"),
		GRAMMAR_ONE_OF("in", "background",
			       "train the points in another process, at low priority, while the "
			       "session goes on")),
	{ 0 }
};

const struct cmd cmd_sweep = {
	.name = "sweep",
	.form = sweep_forms,
	.flags = CMD_RECORD,
	.doc = "Train copies of the focused run with other settings, and compare them with it: "
	       "BETTER, WORSE or INCONCLUSIVE.",
	.example = "sweep temperature 1,2,4 for 20",
};
