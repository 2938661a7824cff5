/* cmd_fork.c: `fork`, `runs`: copies of a run, and the list of runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/curve/curves.h"
#include "retort/session/cmd/map_words.h"

static int
add_knobs(const struct args *a, struct request_knobs *r, struct err *e)
{
	for (const struct args_value *v = args_get(a, "set"); v; v = args_next(a, "set", v)) {
		const struct knob *k = knob_find(a->argv[v->at], e);

		if (!k || cmd_add_knob(r, k, a->argv[v->at + 1], e) < 0)
			return -1;
	}
	return 0;
}

/* Add the edits of the map: from its word to the end of the line. */
static int
add_map(const struct args *a, struct request *r, struct err *e)
{
	int from = 0;

	while (from < a->n &&
	       !(a->value[from].item->word && strcmp(a->value[from].item->word, "map") == 0))
		from++;
	if (from == a->n)
		return 0;
	r->u.fork.map_off = strcmp(a->argv[a->value[from].at], "clear") == 0;
	if (r->u.fork.map_off)
		return 0;
	if (from + 1 == a->n || a->value[from + 1].item->word)
		return err_set(e, "missing s:LAYER or pairs after map %s",
			       a->argv[a->value[from].at]);
	return map_words_parse(a, from, &r->u.fork.map, e);
}

/* The run that a line acts on, by its word or the target before the line; default: the focused one.
 * NULL: none has that name, which the trainer says. */
static const struct lab_listed *
find_run(const struct cmd_call *c, const char *word)
{
	const struct lab_info *i = c->info;
	char number[16];

	for (int k = 0; word && word[0] && strcmp(word, "s") != 0 && k < i->n_runs; k++) {
		snprintf(number, sizeof number, "%d", i->runs[k].number);
		if (strcmp(i->runs[k].name, word) == 0 || strcmp(number, word) == 0)
			return &i->runs[k];
	}
	return word && word[0] && strcmp(word, "s") != 0 ? NULL
	       : i->n_runs                               ? &i->runs[i->focus]
							 : NULL;
}

/* Whether a marker is of a run, or of one that it was forked from, before that. */
static bool
has_mark(const struct lab_info *i, const struct lab_listed *r, const struct curves_mark *m)
{
	uint64_t until = UINT64_MAX;

	for (; r; r = lab_run_listed(i, r->parent)) {
		if (m->run == (unsigned)r->number)
			return m->step <= until;
		until = r->fork < until ? r->fork : until;
	}
	return false;
}

/* The last marker of that letter or text, of a run; of any: run NULL. NULL: there is none. */
static const struct curves_mark *
find_mark(const struct cmd_call *c, const struct lab_listed *run, const char *word)
{
	for (size_t i = c->curves ? c->curves->n_marks : 0; i-- > 0;) {
		const struct curves_mark *m = &c->curves->mark[i];

		if (m->branch == BRANCH_STUDENT && (!run || has_mark(c->info, run, m)) &&
		    (strcmp(m->text, word) == 0 || (word[0] == m->letter && !word[1])))
			return m;
	}
	return NULL;
}

/* A step, or that of a marker of the run that the line acts on. */
static int
find_step(const struct cmd_call *c, const char *run, const char *word, int64_t *step, struct err *e)
{
	const struct lab_listed *of = find_run(c, run);
	const struct curves_mark *m, *other;

	if (text_to_int(word, step) == 0 && *step >= 0)
		return 0;
	other = find_mark(c, NULL, word);
	m = of ? find_mark(c, of, word) : other;
	if (!other)
		return err_set(e,
			       "no step or marker '%.40s' (expected a number, or the letter or "
			       "text of a marker)",
			       word);
	if (!m)
		return err_set(e,
			       "marker '%.40s' is of run %u at step %u; run %d has none of that "
			       "name",
			       word, other->run, other->step, of->number);
	*step = m->step;
	return 0;
}

/* Record the line with a step in the place of its word `at`: where a replay reads the line, the
 * marker is not there yet. */
static void
record_step(struct cmd_call *c, int at, int64_t step)
{
	text_add(&c->record, "fork");
	for (int i = 0; i < c->argc; i++)
		if (i == at)
			text_addf(&c->record, " %lld", (long long)step);
		else
			cmd_quote(&c->record, c->argv[i]);
}

static int
exec_fork(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_FORK);
	const struct args *a = &c->args;

	r->u.fork.at = -1;
	if (args_get(a, "at") &&
	    find_step(c, args_word(a, "of"), args_word(a, "at"), &r->u.fork.at, e) < 0)
		return err_wrap(e, "fork: at");
	if (args_get(a, "at"))
		record_step(c, args_get(a, "at")->at, r->u.fork.at);
	if (args_get(a, "of") && cmd_copy_arg(r->target, sizeof r->target, c, "of", e) < 0)
		return -1;
	if (add_knobs(a, &r->u.fork.knobs, e) < 0 || add_map(a, r, e) < 0)
		return err_wrap(e, "fork");
	return cmd_copy_arg(r->u.fork.name, NET_NAME, c, "NAME", e);
}

/* The new run, where it begins, its knobs and its pairs of layers, in any order. */
static const struct grammar_form fork_forms[] = {
	GRAMMAR_FORM(exec_fork,
		     { .name = "NAME", .kind = GRAMMAR_WORD, .help = "name of the new run" },
		     GRAMMAR_OPTION("of", "RUN", GRAMMAR_RUN,
				    "that is copied (default: the focused one)"),
		     GRAMMAR_OPTION("at", "STEP|MARK", GRAMMAR_WORD,
				    "an earlier step, or a marker by letter or text"),
		     { .word = "set",
		       .name = "KNOB",
		       .kind = GRAMMAR_KNOB,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,
		       .help = "its value in the new run" },
		     { .name = "VALUE", .kind = GRAMMAR_VALUE, .flags = GRAMMAR_MORE },
		     { .word = "map",
		       .name = "clear|TEACHER[:LAYER]",
		       .kind = GRAMMAR_TEACHER_LAYER,
		       .flags = GRAMMAR_ANY,
		       .help = "pairs of layers, in the words of map" },
		     { .name = "s:LAYER|LIST|RULE",
		       .kind = GRAMMAR_STUDENT_LAYER,
		       .flags = GRAMMAR_MORE | GRAMMAR_OPTIONAL },
		     MAP_WORDS_OPTIONS,
		     { .word = "and",
		       .name = "TEACHER[:LAYER]",
		       .kind = GRAMMAR_TEACHER_LAYER,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		       .help = "a further edit" },
		     { .name = "s:LAYER|LIST|RULE",
		       .kind = GRAMMAR_STUDENT_LAYER,
		       .flags = GRAMMAR_MORE }),
	{ 0 }
};

const struct cmd cmd_fork = {
	.name = "fork",
	.form = fork_forms,
	.flags = CMD_RECORD,
	.doc = "Copy a run at this step to a new one with changes of its own; both are trained in "
	       "lockstep, on the same batches.",
	.example = "fork warm set temperature 8",
};

/* A request to go back, of one run or of all in lockstep with it. */
static struct request *
request_rewind(struct cmd_call *c, bool lockstep)
{
	struct request *r = cmd_request(c, REQUEST_REWIND);

	r->u.rewind.at = -1;
	r->u.rewind.lockstep = lockstep;
	r->u.rewind.best = args_get(&c->args, "best") != NULL;
	r->u.rewind.change = args_get(&c->args, "change") != NULL;
	return r;
}

static int
rewind_to(struct cmd_call *c, bool lockstep, struct err *e)
{
	struct request *r = request_rewind(c, lockstep);
	const char *word = args_word(&c->args, "STEP|MARK");

	if (args_get(&c->args, "RUN") && cmd_copy_arg(r->target, sizeof r->target, c, "RUN", e) < 0)
		return -1;
	return word && find_step(c, args_word(&c->args, "RUN"), word, &r->u.rewind.at, e) < 0
		       ? err_wrap(e, "rewind")
		       : 0;
}

static int
exec_rewind(struct cmd_call *c, struct err *e)
{
	return rewind_to(c, false, e);
}

static int
exec_rewind_all(struct cmd_call *c, struct err *e)
{
	return rewind_to(c, true, e);
}

#define REWIND_BEST                                                                \
	{                                                                          \
		.word = "best", .help = "to the best evaluation, see knob best-by" \
	}
#define REWIND_CHANGE                                                 \
	{                                                             \
		.word = "change", .help = "to before the last change" \
	}
#define REWIND_ALL                                                                 \
	{                                                                          \
		.word = "all", .help = "all runs in lockstep with the focused one" \
	}
#define REWIND_STEP                                                                           \
	{                                                                                     \
		.name = "STEP|MARK", .kind = GRAMMAR_WORD, .flags = GRAMMAR_OPTIONAL,         \
		.help = "a step, or a marker by letter or text; default: the last kept state" \
	}

static const struct grammar_form rewind_forms[] = {
	GRAMMAR_FORM(exec_rewind_all, REWIND_ALL, REWIND_BEST),
	GRAMMAR_FORM(exec_rewind_all, REWIND_ALL, REWIND_CHANGE),
	GRAMMAR_FORM(exec_rewind_all, REWIND_ALL, REWIND_STEP),
	GRAMMAR_FORM(exec_rewind, REWIND_BEST),
	GRAMMAR_FORM(exec_rewind, REWIND_CHANGE),
	GRAMMAR_FORM(exec_rewind, REWIND_STEP),
	GRAMMAR_FORM(exec_rewind, { .name = "RUN", .kind = GRAMMAR_RUN },
		     { .name = "STEP|MARK", .kind = GRAMMAR_WORD }),
	{ 0 }
};

const struct cmd cmd_fork_rewind = {
	.name = "rewind",
	.form = rewind_forms,
	.flags = CMD_RECORD,
	.doc = "Go back to an earlier step of a run and go on from there; the curve after it "
	       "stays.",
	.example = "rewind 0",
};

static int
exec_runs(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_LIST);
	return 0;
}

static const struct grammar_form runs_forms[] = { GRAMMAR_ALONE(exec_runs), { 0 } };

const struct cmd cmd_fork_runs = {
	.name = "runs",
	.form = runs_forms,
	.doc = "List the runs with the intervals of their differences to the reference: the "
	       "focused "
	       "one has '>', those in training '*'.",
	.example = "runs",
};
