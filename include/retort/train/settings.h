/* Settings: everything a person can change while the student trains, as one plain value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_SETTINGS_H
#define RETORT_TRAIN_SETTINGS_H

#include "retort/conf/knob.h"
#include "retort/conf/ramp.h"
#include "retort/data/dataset.h"
#include "retort/train/layer_pair.h"
#include "retort/train/metric.h"
#include "retort/train/remedy_result.h"

/* Training ends after so many evaluations in which a metric is not better; 0: it does not. */
struct stop_rule {
	unsigned metric;
	int evaluations;
};

/*
 * No pointers into memory that can be freed: copying is an assignment. A new setting is a field
 * here, a check in lab/settings_check.c and a line in lab/settings_describe.c. Arrays have
 * entries for everything that exists when the value is taken; those after n_* are 0.
 */
struct settings {
	struct knobs knobs; /* values at the current step, those under a ramp too */
	int n_ramps;
	struct ramp ramp[RAMP_KNOBS]; /* over steps of the student; a finished one stays until the
					 next change */
	int n_maps;
	struct layer_pair map[TRAIN_MAPS];
	int n_teachers;
	double teacher_weight[TRAIN_TEACHERS]; /* as given, not normalised */
	bool teacher_muted[TRAIN_TEACHERS];    /* weight counts as 0, no forward pass */
	uint64_t frozen; /* 1 << layer of the student: its parameters are not updated */
	uint64_t teacher_frozen[TRAIN_TEACHERS]; /* the same, by teacher, for its own training */
	struct stop_rule stop;
	bool labelled; /* batches are drawn from labelled rows only */
	int n_sets;
	double set_weight[DATASET_SETS]; /* 0: rows of the set are not drawn */
	int remedy[REMEDY_KINDS];        /* number of the result in force by kind; 0: none */
};

#endif
