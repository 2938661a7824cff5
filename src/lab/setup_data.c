/* setup_data.c: data set, added, freed, with everything derived from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/data/columns.h"
#include "retort/data/encoding.h"
#include "retort/data/row_hash.h"
#include "retort/data/sets.h"
#include "retort/lab/runs.h"
#include "retort/lab/leakage.h"
#include "retort/lab/tunable.h"
#include "retort/train/feed.h"
#include "retort/train/remedy_result.h"

void
setup_data_drop(struct trainer_state *w)
{
	runs_clear(w);
	feed_release(&w->train);
	for (int i = 0; i < w->info.n_teachers; i++) {
		teacher_close(&w->train.teacher[i].outputs);
		branch_free(w->train.teacher[i].branch);
		logit_file_free(w->train.teacher[i].file);
		sampler_release(&w->train.teacher[i].order);
		memset(&w->train.teacher[i], 0, sizeof w->train.teacher[i]);
	}
	tunable_drop_ramps(&w->info.run->settings, TUNABLE_SET(0), TUNABLE_TEACHER(TRAIN_TEACHERS));
	w->info.n_teachers = w->info.run->settings.n_teachers = 0;
	w->n_slots = 0;
	remedy_result_release(&w->train.remedies);
	memset(w->info.run->settings.remedy, 0, sizeof w->info.run->settings.remedy);
	memset(w->info.remedy_text, 0, sizeof w->info.remedy_text);
	w->info.stage = 0;
	w->again.kind = NULL;
	split_release(&w->train.split);
	label_index_release(&w->train.label_index);
	scale_release(&w->train.scale);
	round_trip_free(w->train.round_trip);
	w->train.augmenter.round_trip = w->train.round_trip = NULL;
	dataset_free(w->train.ds);
	w->train.ds = NULL;
	mem_free(w->train.labelled);
	w->train.labelled = NULL;
	w->info.data[0] = '\0';
	w->info.rules = 0;
	w->info.n_sets = w->info.run->settings.n_sets = 0;
}

int
setup_data_seed(struct trainer_state *w, struct request *r, struct err *e)
{
	if (r->u.seed.seed < 0)
		return err_set(e, "invalid seed %lld (expected at least 0)",
			       (long long)r->u.seed.seed);
	setup_data_drop(w);
	w->info.seed = w->train.seed = (uint64_t)r->u.seed.seed;
	return 0;
}

/* Hash of the inputs of networks: the file and its scaling. */
static struct hash
input_hash(const struct trainer_state *w)
{
	struct hash mean = hash_of(w->train.scale.mean, w->train.scale.d * sizeof(double));
	struct hash spread = hash_of(w->train.scale.spread, w->train.scale.d * sizeof(double));
	struct hash both = hash_join(&mean, &spread);

	return hash_join(&w->train.ds->hash, &both);
}

/* The labelled training rows, ascending, [*n]. NULL: no memory. */
static uint32_t *
find_labelled(const struct dataset *ds, const struct split *s, size_t *n)
{
	uint32_t *rows = mem_try(s->n_train, sizeof *rows);

	*n = 0;
	for (size_t i = 0; rows && i < s->n_train; i++)
		if (ds->y[s->train[i]] >= 0)
			rows[(*n)++] = s->train[i];
	return rows;
}

/* Append the description of a set. Weights of the others may have been changed since. */
static void
describe_set(struct trainer_state *w, const char *name, const struct dataset_set *s)
{
	int index = w->info.n_sets++;
	struct lab_set *to = &w->info.set[index];

	*to = (struct lab_set){ .role = s->role, .rows = s->n };
	w->info.run->settings.set_weight[index] = s->weight;
	w->info.run->settings.n_sets = w->info.n_sets;
	snprintf(to->name, sizeof to->name, "%s", name);
	for (size_t r = s->from; r < s->from + s->n; r++)
		to->labelled += w->train.ds->y[r] >= 0;
}

static void
describe_sets(struct trainer_state *w)
{
	struct lab_set *own = &w->info.set[0];

	if (w->info.n_sets == 0)
		describe_set(w, "train",
			     &(struct dataset_set){ .role = DATASET_MAIN, .weight = 1 });
	for (int i = w->info.n_sets; i < w->train.ds->n_sets; i++)
		describe_set(w, w->train.ds->set[i].name, &w->train.ds->set[i]);
	own->rows = own->labelled = 0;
	for (size_t i = 0;
	     i < w->train.split.n_train && w->train.split.train[i] < sets_main_rows(w->train.ds);
	     i++) {
		own->rows++;
		own->labelled += w->train.split.visible[w->train.split.train[i]];
	}
}

/* Compute what follows from the rows and their split. */
static void
describe_data(struct trainer_state *w)
{
	w->data_made = ++w->n_made;
	w->train.inputs = input_hash(w);
	label_index_init(&w->train.label_index, w->train.ds, w->train.split.visible);
	snprintf(w->info.data, sizeof w->info.data, "%s", w->train.ds->name);
	hash_hex(&w->train.ds->hash, w->info.data_hash);
	w->info.io = model_io_of(w->train.ds);
	w->info.rows = w->train.ds->n;
	w->info.features = w->train.ds->d;
	w->info.classes = w->train.ds->classes;
	w->info.missing = w->train.ds->missing;
	w->info.rules = w->train.ds->rules;
	w->info.label[0] = '\0';
	if (w->train.ds->label && strlen(w->train.ds->label) < sizeof w->info.label)
		snprintf(w->info.label, sizeof w->info.label, "%s", w->train.ds->label);
	w->info.n_train = w->train.split.n_train;
	w->info.n_held = w->train.split.n_held;
	w->info.n_shown = w->train.split.n_shown;
	w->info.n_target = w->train.split.n_target;
	describe_sets(w);
}

/* What is made of a data set before the lab takes it. */
struct made {
	struct split split;
	uint32_t *labelled;
	size_t n_labelled;
	struct leakage_equal equal;
};

static int
make_rows(const struct trainer_state *w, const struct dataset *ds, int64_t labels, struct made *m,
	  struct err *e)
{
	if (split_make(ds, encoding_seed(ds, w->info.seed), labels, &m->split, e) < 0)
		return -1;
	if (leakage_compare(ds, &m->split, &m->equal, e) < 0) {
		split_release(&m->split);
		return -1;
	}
	m->labelled = find_labelled(ds, &m->split, &m->n_labelled);
	if (m->labelled)
		return 0;
	split_release(&m->split);
	return err_set(e, "no memory for %zu training rows", ds->n);
}

/* Move it into the lab, in the place of what there is. */
static void
take_rows(struct trainer_state *w, const struct made *m)
{
	split_release(&w->train.split);
	label_index_release(&w->train.label_index);
	mem_free(w->train.labelled);
	w->train.split = m->split;
	w->train.labelled = m->labelled;
	w->train.n_labelled = m->n_labelled;
	w->info.equal_held = m->equal.held;
	w->info.equal_target = m->equal.target;
}

int
setup_data_load(struct trainer_state *w, struct request *r, struct err *e)
{
	struct dataset *ds = r->u.data.dataset;
	struct made made;

	if (row_hash_make(ds, e) < 0 || make_rows(w, ds, r->u.data.labels, &made, e) < 0)
		return err_wrap(e, "%s", ds->name);
	setup_data_drop(w);
	w->train.ds = ds;
	r->u.data.dataset = NULL;
	w->train.labels = r->u.data.labels;
	take_rows(w, &made);
	encoding_scale(w->train.ds, made.split.train, made.split.n_train, &w->train.scale);
	scale_apply(&w->train.scale, w->train.ds);
	hash_hex(&w->train.ds->hash, w->info.own_hash);
	describe_data(w);
	leakage_note_data(w, r, DATASET_MAIN);
	return 0;
}

/* Whether the rows of a request can be added to the data now. */
static int
check_more(const struct trainer_state *w, const struct request *r, struct err *e)
{
	struct dataset *more = r->u.data.dataset; /* its columns may be reordered */
	double weight = r->u.data.weight;

	if (!w->train.ds)
		return err_set(e, "data add: no data yet; `data digits` first");
	if (w->info.n_teachers || w->run->student)
		return err_set(e, "data add: not possible after `teacher` or `student`");
	if (w->train.remedies.n)
		return err_set(e, "data add: not possible after `remedy`, which was computed on "
				  "the rows before");
	if (!isfinite(weight) || weight < 0 || weight > 1e6)
		return err_set(e, "data add: invalid weight %g (expected 0 to 1000000)", weight);
	if (r->u.data.role == DATASET_HELD && more->unlabelled == more->n)
		return err_set(e, "data held-out: %s has no labelled row", more->name);
	if (row_hash_make(more, e) < 0 || columns_match(w->train.ds, more, e) < 0 ||
	    sets_check(w->train.ds, more, e) < 0)
		return err_wrap(e, "data: %s", more->name);
	return 0;
}

int
setup_data_add(struct trainer_state *w, struct request *r, struct err *e)
{
	struct dataset *ds = w->train.ds, *more = r->u.data.dataset, before;
	struct made made;

	if (check_more(w, r, e) < 0)
		return -1;
	before = *ds;
	scale_apply(&w->train.scale, more);
	if (sets_append(ds, more, r->u.data.role, r->u.data.weight, e) < 0)
		return err_wrap(e, "data: %s", more->name);
	if (make_rows(w, ds, w->train.labels, &made, e) < 0) {
		sets_truncate(ds, &before);
		return err_wrap(e, "data");
	}
	take_rows(w, &made);
	round_trip_free(w->train.round_trip); /* of fewer rows */
	w->train.augmenter.round_trip = w->train.round_trip = NULL;
	describe_data(w);
	leakage_note_data(w, r, r->u.data.role);
	return 0;
}
