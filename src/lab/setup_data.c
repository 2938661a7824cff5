/* setup_data.c: data set, added, freed, with everything derived from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/data/columns.h"
#include "retort/data/sets.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/tunable.h"
#include "retort/train/feed.h"
#include "retort/train/remedy_result.h"

void
setup_data_drop(struct trainer_state *w)
{
	idle_change_drop_student(w);
	feed_release(&w->train);
	for (int i = 0; i < w->info.n_teachers; i++) {
		teacher_close(&w->train.teacher[i].outputs);
		branch_free(w->train.teacher[i].branch);
		logit_file_free(w->train.teacher[i].file);
		sampler_release(&w->train.teacher[i].order);
		memset(&w->train.teacher[i], 0, sizeof w->train.teacher[i]);
	}
	tunable_drop_ramps(&w->info.run.settings, TUNABLE_SET(0), TUNABLE_TEACHER(TRAIN_TEACHERS));
	w->info.n_teachers = w->info.run.settings.n_teachers = 0;
	w->n_slots = 0;
	remedy_result_release(&w->train.remedies);
	memset(w->info.run.settings.remedy, 0, sizeof w->info.run.settings.remedy);
	memset(w->info.remedy_text, 0, sizeof w->info.remedy_text);
	w->info.stage = 0;
	w->again[0] = '\0';
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
	w->info.n_sets = w->info.run.settings.n_sets = 0;
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

static void
find_labelled(struct trainer_state *w)
{
	w->train.labelled = mem_array(w->train.split.n_train, sizeof *w->train.labelled);
	w->train.n_labelled = 0;
	for (size_t i = 0; i < w->train.split.n_train; i++)
		if (w->train.ds->y[w->train.split.train[i]] >= 0)
			w->train.labelled[w->train.n_labelled++] = w->train.split.train[i];
}

/* Append the description of a set. Weights of the others may have been changed since. */
static void
describe_set(struct trainer_state *w, const char *name, const struct dataset_set *s)
{
	int index = w->info.n_sets++;
	struct lab_set *to = &w->info.set[index];

	*to = (struct lab_set){ .role = s->role, .rows = s->n };
	w->info.run.settings.set_weight[index] = s->weight;
	w->info.run.settings.n_sets = w->info.n_sets;
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
	find_labelled(w);
	label_index_init(&w->train.label_index, w->train.ds, w->train.split.visible);
	snprintf(w->info.data, sizeof w->info.data, "%s", w->train.ds->name);
	hash_hex(&w->train.ds->hash, w->info.data_hash);
	w->info.io = model_io_of(w->train.ds);
	w->info.rows = w->train.ds->n;
	w->info.features = w->train.ds->d;
	w->info.classes = w->train.ds->classes;
	w->info.missing = w->train.ds->missing;
	w->info.n_train = w->train.split.n_train;
	w->info.n_held = w->train.split.n_held;
	w->info.n_shown = w->train.split.n_shown;
	w->info.n_target = w->train.split.n_target;
	describe_sets(w);
}

int
setup_data_load(struct trainer_state *w, struct request *r, struct err *e)
{
	struct dataset *ds = r->u.data.dataset;
	struct split split;

	if (split_make(ds, w->info.seed, r->u.data.labels, &split, e) < 0)
		return err_wrap(e, "%s", ds->name);
	setup_data_drop(w);
	w->train.ds = ds;
	r->u.data.dataset = NULL;
	w->train.labels = r->u.data.labels;
	w->train.split = split;
	scale_fit(w->train.ds, split.train, split.n_train, &w->train.scale);
	scale_apply(&w->train.scale, w->train.ds);
	hash_hex(&w->train.ds->hash, w->info.own_hash);
	describe_data(w);
	return 0;
}

int
setup_data_add(struct trainer_state *w, struct request *r, struct err *e)
{
	enum dataset_role role = r->u.data.role;
	struct dataset *more = r->u.data.dataset;
	double weight = r->u.data.weight;
	struct split split;

	if (!w->train.ds)
		return err_set(e, "data add: no data yet; `data digits` first");
	if (w->info.n_teachers || w->run.student)
		return err_set(e, "data add: not possible after `teacher` or `student`");
	if (w->train.remedies.n)
		return err_set(e, "data add: not possible after `remedy`, which was computed on "
				  "the rows before");
	if (!isfinite(weight) || weight < 0 || weight > 1e6)
		return err_set(e, "data add: invalid weight %g (expected 0 to 1000000)", weight);
	if (role == DATASET_HELD && more->unlabelled == more->n)
		return err_set(e, "data held-out: %s has no labelled row", more->name);
	if (columns_match(w->train.ds, more, e) < 0 || sets_check(w->train.ds, more, e) < 0)
		return err_wrap(e, "data: %s", more->name);
	scale_apply(&w->train.scale, more);
	if (sets_append(w->train.ds, more, role, weight, e) < 0)
		return err_wrap(e, "data: %s", more->name);
	if (split_make(w->train.ds, w->info.seed, w->train.labels, &split, e) < 0)
		return err_wrap(e, "data");
	split_release(&w->train.split);
	label_index_release(&w->train.label_index);
	mem_free(w->train.labelled);
	round_trip_free(w->train.round_trip); /* of fewer rows */
	w->train.augmenter.round_trip = w->train.round_trip = NULL;
	w->train.split = split;
	describe_data(w);
	return 0;
}
