/* runs.c: the runs of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/runs.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/live_change.h"
#include "retort/lab/request.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/settings_describe.h"
#include "retort/lab/tunable.h"

/* ---- in hand ---- */

void
runs_take(struct trainer_state *w, int index)
{
	if (w->run == w->runs[index])
		return;
	w->run = w->runs[index];
	w->info.run = &w->run->info;
	w->train.orders = &w->run->orders;
}

void
runs_take_worker(struct trainer_state *w)
{
	for (int i = 0; w->worker && i < w->n_runs; i++)
		if (w->runs[i] == w->worker)
			runs_take(w, i);
}

int
runs_at(const struct trainer_state *w)
{
	int i = 0;

	while (w->runs[i] != w->run)
		i++;
	return i;
}

/* ---- names ---- */

static bool
names(const struct lab_listed *about, const char *word)
{
	char number[16];

	snprintf(number, sizeof number, "%d", about->number);
	return strcmp(about->name, word) == 0 || strcmp(number, word) == 0;
}

int
runs_find(const struct trainer_state *w, const char *word, struct err *e)
{
	struct text list = { 0 };

	if (strcmp(word, "s") == 0)
		return runs_at(w);
	for (int i = 0; i < w->n_runs; i++)
		if (names(&w->runs[i]->about, word))
			return i;
	for (int i = 0; i < w->n_runs; i++)
		text_item(&list, "%d %s", w->runs[i]->about.number, w->runs[i]->about.name);
	err_set(e, "no run '%.40s' (expected one of %.300s)", word, text_get(&list));
	text_release(&list);
	return -1;
}

bool
runs_has_name(const struct trainer_state *w, const char *name)
{
	for (int i = 0; i < w->n_runs; i++)
		if (strcmp(w->runs[i]->about.name, name) == 0)
			return true;
	return lab_info_teacher(&w->info, name, NULL) >= 0;
}

int
runs_check_name(const struct trainer_state *w, const char *what, const char *name, struct err *e)
{
	size_t good =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (!name[0] || name[good] || (name[0] >= '0' && name[0] <= '9') || name[0] == '-')
		return err_set(e,
			       "invalid %s name '%s' (expected letters, digits, '-' and '_'; "
			       "first a letter or '_')",
			       what, name);
	if (strcmp(name, "s") == 0 || strcmp(name, "main") == 0 || strcmp(name, "plain") == 0 ||
	    strcmp(name, "all") == 0)
		return err_set(e, "invalid %s name '%s' (reserved for the student)", what, name);
	return runs_has_name(w, name) ? err_set(e, "%s %s: name in use", what, name) : 0;
}

/* ---- added, dropped ---- */

static void
free_run(struct run *r)
{
	run_release(r);
	mem_free(r);
}

void
runs_drop(struct trainer_state *w, int index)
{
	free_run(w->runs[index]);
	memmove(&w->runs[index], &w->runs[index + 1],
		(size_t)(w->n_runs - index - 1) * sizeof *w->runs);
	w->n_runs--;
	w->focus -= w->focus > index;
}

/* Drop the oldest run that nothing needs, so that there is room for one, and say so in the answer.
 */
static void
make_room(struct trainer_state *w, struct request *r)
{
	size_t len;

	for (int i = 0; w->n_runs == LAB_RUNS && i < w->n_runs; i++) {
		const struct lab_listed *about = &w->runs[i]->about;
		int number = about->number;

		if (w->runs[i] == w->run || w->runs[i] == w->worker || about->trains ||
		    number == w->info.reference)
			continue;
		runs_drop(w, i);
		if (!r)
			return;
		len = strlen(r->note);
		snprintf(r->note + len, sizeof r->note - len,
			 "%srun %d is dropped, because a session has %d at most", len ? "; " : "",
			 number, LAB_RUNS);
		r->notable = true;
	}
}

/* Name a run: "s" where it is the only one, else "s" and its number, or a larger one where a
 * teacher or a run has that name. */
static void
name_run(struct trainer_state *w, struct lab_listed *about, const char *name)
{
	snprintf(about->name, sizeof about->name, "%s", name ? name : "s");
	for (int k = about->number; !name && w->n_runs > 0; k += 1000) {
		snprintf(about->name, sizeof about->name, "s%d", k);
		if (!runs_has_name(w, about->name))
			break;
	}
}

struct run *
runs_add(struct trainer_state *w, const char *name)
{
	struct run *r = mem_new(sizeof *r);

	run_init(r, &w->train);
	r->about.number = r->about.lockstep = ++w->n_numbers;
	name_run(w, &r->about, name);
	if (w->run)
		r->info.settings = settings_change_base(w);
	w->runs[w->n_runs++] = r;
	w->focus = w->n_runs - 1;
	runs_take(w, w->focus);
	return r;
}

void
runs_remove(struct trainer_state *w, int index, int focus)
{
	int last = runs_at(w);

	runs_take(w, index);
	runs_drop(w, last);
	w->focus = focus;
	w->n_numbers--; /* the number was not given */
}

/* Take what belongs to one student out of the settings of a new run. */
static void
reset_settings(struct run *r, uint64_t step)
{
	struct settings *s = &r->info.settings;

	if (step > 0) /* their steps were those of the other student */
		s->n_ramps = 0;
	s->frozen = 0;
	s->remedy[REMEDY_KIND_prior] = 0; /* it corrected that student's bias */
	s->labelled = false;
	tunable_drop_ramps(s, TUNABLE_MAP(0), TUNABLE_MAP(TRAIN_MAPS));
	s->n_maps = 0;
}

void
runs_begin(struct trainer_state *w, struct request *r)
{
	uint64_t step = settings_change_step(w);

	if (w->run->student) {
		make_room(w, r);
		runs_add(w, NULL);
	}
	reset_settings(w->run, step);
	live_change_forget(w);
}

void
runs_clear(struct trainer_state *w)
{
	struct run *r = w->run;

	if (r->student) {
		make_room(w, NULL);
		r = runs_add(w, NULL);
	}
	for (int i = w->n_runs; i-- > 0;)
		if (w->runs[i] != r)
			runs_drop(w, i);
	snprintf(r->about.name, sizeof r->about.name, "s");
	w->info.reference = r->about.number;
	runs_begin(w, NULL);
}

void
runs_init(struct trainer_state *w)
{
	runs_add(w, NULL);
	w->info.reference = w->run->about.number;
}

void
runs_release(struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++)
		free_run(w->runs[i]);
	w->n_runs = 0;
	w->run = NULL;
}

/* ---- in training ---- */

bool
runs_trains(const struct trainer_state *w)
{
	return w->info.phase == LAB_DISTILLING && w->run->about.trains;
}

int
runs_training(const struct trainer_state *w)
{
	int n = 0;

	for (int i = 0; i < w->n_runs; i++)
		n += w->runs[i]->about.trains;
	return n;
}

bool
runs_behind(const struct trainer_state *w)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; w->info.phase == LAB_DISTILLING && i < w->n_runs; i++) {
		if (!w->runs[i]->about.trains)
			continue;
		if (first == UINT64_MAX)
			first = w->runs[i]->student->state->step;
		else if (w->runs[i]->student->state->step != first)
			return true;
	}
	return false;
}

void
runs_stop(struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains)
			w->runs[i]->info.until = w->runs[i]->student->state->step;
}

void
runs_share(struct trainer_state *w)
{
	w->train.n_beside = 0;
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains)
			w->train.beside[w->train.n_beside++] = &w->runs[i]->info.settings;
}

void
runs_extend(struct trainer_state *w)
{
	const struct settings *from = &w->run->info.settings;

	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i] != w->run)
			settings_change_extend(&w->runs[i]->info.settings, from);
}

/* ---- list ---- */

static const struct run *
reference_of(const struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.number == w->info.reference)
			return w->runs[i];
	return w->runs[0];
}

/* What differs from the reference: the network, then settings. */
static void
describe_difference(const struct trainer_state *w, const struct run *r, struct lab_listed *out)
{
	const struct run *than = reference_of(w);
	char text[REQUEST_NOTE] = "";
	struct text t = { 0 };

	out->differs[0] = '\0';
	if (r == than || !r->student)
		return;
	settings_describe(w, &than->info.settings, &r->info.settings, text, sizeof text);
	text[strcspn(text, ";")] = '\0'; /* what follows from it */
	if (strcmp(r->info.student.spec, than->info.student.spec) != 0)
		text_item(&t, "%s", r->info.student.spec);
	if (text[0])
		text_item(&t, "%s", text);
	text_fit(out->differs, sizeof out->differs, text_get(&t));
	text_release(&t);
}

void
runs_describe(struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++) {
		const struct run *r = w->runs[i];
		struct lab_listed *out = &w->info.runs[i];

		*out = r->about;
		out->has_student = r->student != NULL;
		out->step = r->student ? r->student->state->step : 0;
		out->last = r->student ? r->info.student.last : NET_INFO_NO_SCORES;
		describe_difference(w, r, out);
	}
	w->info.n_runs = w->n_runs;
	w->info.focus = w->focus;
	settings_change_describe(w);
}
