/* curves_result.c: what the result of a request changes in the curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/curves_result.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The marker of each kind of request that has one, as enum curves_mark_kind + 1. */
static const int mark_of[REQUEST_KINDS] = {
	[REQUEST_RUN] = CURVES_RUN + 1,       [REQUEST_MAP] = CURVES_MAP + 1,
	[REQUEST_WEIGHT] = CURVES_TWEAK + 1,  [REQUEST_MUTE] = CURVES_TWEAK + 1,
	[REQUEST_DRAW] = CURVES_TWEAK + 1,    [REQUEST_RAMP] = CURVES_TWEAK + 1,
	[REQUEST_BALANCE] = CURVES_TWEAK + 1, [REQUEST_FREEZE] = CURVES_TWEAK + 1,
	[REQUEST_REMEDY] = CURVES_TWEAK + 1,  [REQUEST_UNDO] = CURVES_TWEAK + 1,
	[REQUEST_REDO] = CURVES_TWEAK + 1,    [REQUEST_MARK] = CURVES_NOTE + 1,
	[REQUEST_FORK] = CURVES_TWEAK + 1,    [REQUEST_SET] = CURVES_TWEAK + 1,
	[REQUEST_STOP] = CURVES_STOP + 1,     [REQUEST_DIVERGED] = CURVES_DIVERGED + 1,
	[REQUEST_LEFT] = CURVES_DIVERGED + 1,
};

/* The number of the run that a result belongs to. */
static unsigned
run_of(const struct request *r)
{
	return (unsigned)r->run;
}

/* Take the names of the runs, and where they were forked. */
static void
follow_runs(struct curves *c, const struct lab_info *info)
{
	for (int i = 0; i < info->n_runs; i++) {
		const struct lab_listed *r = &info->runs[i];

		curves_run_add(c, (unsigned)r->number, r->name, (unsigned)r->parent,
			       (uint32_t)r->fork);
	}
}

/* Remove the curves of networks that are new. Returns their bits. */
static unsigned
forget_networks(struct curves *c, const struct request *r)
{
	const char *name = r->kind == REQUEST_TEACHER ? r->u.net.name
			   : r->kind == REQUEST_TEACH ? r->u.teacher.name
			   : r->kind == REQUEST_TRAIN ? r->u.train.teacher
						      : "";
	int k = lab_info_teacher(r->info, name, NULL);
	unsigned bits = 0;

	if (r->kind == REQUEST_SEED || r->kind == REQUEST_DATA) {
		curves_clear(c);
		return CURVES_RESULT_ALL;
	}
	if (r->kind == REQUEST_STUDENT || r->kind == REQUEST_TEACH ||
	    (r->kind == REQUEST_TEACHER && k < 0))
		bits |= 1u << BRANCH_STUDENT | 1u << BRANCH_BASELINE;
	if (k >= 0 && (r->kind != REQUEST_TRAIN || r->info->run->from == 0))
		bits |= 1u << BRANCH_TEACHER(k);
	for (unsigned b = 0; b < BRANCH_IDS; b++)
		if (bits & 1u << b)
			curves_forget(c, run_of(r), b);
	return bits;
}

size_t
curves_result_back(const struct request *r, unsigned runs[LAB_RUNS])
{
	const struct lab_listed *first = lab_run_listed(r->info, r->run);
	size_t n = 0;

	for (int i = 0; i < r->info->n_runs; i++)
		if (r->info->runs[i].number == r->run ||
		    (r->u.rewind.lockstep && first && r->info->runs[i].lockstep == first->lockstep))
			runs[n++] = (unsigned)r->info->runs[i].number;
	return n;
}

/* The stretch after the step to which runs went back stays, as the curve of a run of its own. */
static void
cut_runs(struct curves *c, const struct request *r)
{
	unsigned runs[LAB_RUNS];
	size_t n = curves_result_back(r, runs);

	for (size_t i = 0; i < n; i++)
		curves_cut(c, runs[i], (uint32_t)r->u.rewind.at);
}

/* Whether a change is one of the training. */
static bool
is_marked(const struct knob_change *c)
{
	return knob_table[c->knob].offset != offsetof(struct knobs, log_every);
}

static size_t
count_marked(const struct request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_changes; i++)
		n += is_marked(&r->change[i]);
	return n;
}

const char *
curves_result_change(const struct knob_change *c, char *buf, size_t size)
{
	const char *name = knob_table[c->knob].name;
	char from[64], to[64];

	if (c->ramps && c->ramp.n)
		snprintf(buf, size, "%s ramps to %s until %llu", name,
			 curves_knob_value(c->knob, ramp_last(&c->ramp), to, sizeof to),
			 (unsigned long long)ramp_end(&c->ramp));
	else if (c->ramps)
		snprintf(buf, size, "ramp of %s ended", name);
	else
		snprintf(buf, size, "%s %s -> %s", name,
			 curves_knob_value(c->knob, c->from, from, sizeof from),
			 curves_knob_value(c->knob, c->to, to, sizeof to));
	return buf;
}

/* The text of a knob's marker: the note, or the knob's own part if there are several changes. */
static const char *
marker_text(const struct request *r, const struct knob_change *c, size_t changes, char *buf,
	    size_t size)
{
	if (changes == 1 && c->run == r->run && r->note[0] && !strstr(r->note, ", ") &&
	    r->kind != REQUEST_REWIND)
		return r->note;
	return curves_result_change(c, buf, size);
}

/* The step of the run of a result at which it took effect: of a fork the one that it begins at,
 * which may be long before the stamp, and of a step back the one that it leads to. */
static uint32_t
step_of(const struct request *r)
{
	const struct lab_listed *run =
		r->kind == REQUEST_FORK ? lab_run_listed(r->info, r->run) : NULL;

	if (r->kind == REQUEST_REWIND)
		return (uint32_t)r->u.rewind.at;
	return (uint32_t)(run && run->parent ? run->fork : r->step);
}

/* Add a marker at the step of a result. */
static struct curves_mark *
add_mark(struct curves *c, const struct request *r, enum curves_mark_kind kind, const char *text)
{
	return curves_mark(c, kind, run_of(r), (unsigned)r->branch, step_of(r), text, -1, 0, 0);
}

/* Add a marker for each knob with a new value or ramp: of the run that the result belongs to at its
 * step, of other runs at theirs. Returns whether there is any of that run. */
static bool
mark_knobs(struct curves *c, const struct request *r)
{
	size_t changes = count_marked(r);
	bool any = false;
	char text[160];

	for (size_t i = 0; i < r->n_changes; i++) {
		const struct knob_change *k = &r->change[i];
		bool own = k->run == r->run;

		if (!is_marked(k))
			continue;
		curves_mark(c, CURVES_TWEAK, (unsigned)k->run,
			    own ? (unsigned)r->branch : BRANCH_STUDENT,
			    own ? step_of(r) : (uint32_t)k->step,
			    marker_text(r, k, changes, text, sizeof text), k->knob, k->from, k->to)
			->ramp = k->ramp;
		any = any || own;
	}
	return any;
}

/* Whether training has ended because it diverged: of all runs, or of one alone. */
static bool
is_diverged(const struct request *r)
{
	return r->kind == REQUEST_DIVERGED || (r->kind == REQUEST_LEFT && r->status < 0);
}

/* Add the markers of a result. */
static void
mark_changes(struct curves *c, const struct request *r)
{
	int kind = mark_of[r->kind] - 1;
	char run[40];
	const char *text = r->note[0]                ? r->note
			   : r->status < 0           ? r->err.msg
			   : r->kind == REQUEST_MARK ? r->u.mark.text
			   : r->kind == REQUEST_RUN  ? run
						     : "";

	/* the markers after its step are of the stretch that is left; those of the past are read */
	if (r->kind == REQUEST_REWIND && r->u.rewind.undone)
		mark_knobs(c, r);
	if (r->kind == REQUEST_REWIND || r->kind == REQUEST_CONTINUE)
		return;
	snprintf(run, sizeof run, "run until %llu", (unsigned long long)r->info->run->until);
	if (r->kind == REQUEST_RUN && r->u.run.stage.kind != LAB_RUN) {
		add_mark(c, r, CURVES_STAGE, r->note);
		mark_knobs(c, r);
		return;
	}
	if (r->kind == REQUEST_FORK && count_marked(r) != 1) {
		add_mark(c, r, CURVES_TWEAK, r->note); /* each change follows */
		mark_knobs(c, r);
		return;
	}
	if (mark_knobs(c, r) || kind < 0 || r->kind == REQUEST_SET ||
	    (r->kind == REQUEST_RUN && r->step == 0))
		return;
	add_mark(c, r, (enum curves_mark_kind)kind, text);
}

unsigned
curves_result(struct curves *c, const struct request *r)
{
	unsigned bits = r->status == 0 ? forget_networks(c, r) : 0;

	if (r->kind == REQUEST_REWIND && r->status == 0)
		cut_runs(c, r); /* the stretches begin where the runs were forked until now */
	follow_runs(c, r->info);
	for (int k = 0; k < r->info->n_teachers; k++)
		curves_teacher(c, k, r->info->teacher[k].name);
	if (is_diverged(r) || (r->status == 0 && r->kind != REQUEST_LEFT))
		mark_changes(c, r);
	return bits;
}
