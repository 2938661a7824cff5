/* Settings as fields of a state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_SETTINGS_H
#define RETORT_LAB_STATE_SETTINGS_H

#include "retort/lab/state_field.h"
#include "retort/lab/trainer_state.h"

/* What numbers in a file mean in this lab. */
struct state_settings {
	struct trainer_state *w;
	const struct net_info *student; /* whose settings they are; for pairs of layers */
	int n_teachers;                 /* of the state: the first ones of the lab */
	int n_slots;                    /* metric slots of the state, */
	int slot[TRAIN_MAPS];           /* by the lab's */
	int remedies;                   /* results of the lab before those of the state */
};

/* A whole value. One that is read is valid for the student, as far as each setting goes by itself;
 * settings_check sees what excludes each other. */
void state_settings_visit(struct state_field *f, const struct state_settings *c, const char *key,
			  struct settings *s);

/* One pair of layers; a pair that is read has its slot in the lab. */
void state_settings_pair(struct state_field *f, const struct state_settings *c,
			 struct layer_pair *m);

/* A metric by its name; of a pair of layers by the lab's slot. `score`: one of evaluations. */
void state_settings_metric(struct state_field *f, const struct state_settings *c, const char *key,
			   unsigned *metric, bool score);

#endif
