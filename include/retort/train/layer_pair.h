/* One pair of the layer map: a teacher's layer, a student's layer, and how they are compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_LAYER_PAIR_H
#define RETORT_TRAIN_LAYER_PAIR_H

#include "retort/conf/knob.h"
#include "retort/kd/loss.h"
#include "retort/train/net_info.h"

/* Projection between the student's layer and the loss. */
enum layer_pair_through {
	THROUGH_DEFAULT, /* not given: linear where widths differ, else none */
	THROUGH_NONE,
	THROUGH_LINEAR,  /* where widths are equal too */
	THROUGH_CONV1X1, /* of feature maps: one linear projection for every position */
	THROUGH_SHARED,  /* one linear projection for all pairs of a teacher with these widths that
			    ask for it */
	THROUGH_COUNT,
};
extern const char *const layer_pair_through_name[]; /* "", "none", "linear" ... by enum */

struct layer_pair {
	int teacher;          /* index of the teacher */
	int t_layer, s_layer; /* indices of the layers */
	enum model_tap on;    /* the tap that is compared */
	const struct loss *match;
	unsigned slot; /* metric slot: fixed for a pair as long as the session lives */
	double weight;
	enum layer_pair_through through; /* as given */
	bool projected; /* a learned linear projection from student to teacher width exists */
	size_t t_width; /* numbers of the teacher's tap in one position */
};

/*
 * Check whether the pair's t_layer, s_layer, on, match and through can be compared and fill in
 * `projected` and `t_width`. Nothing else of m is read. 0, or -1 and the reason.
 */
int layer_pair_fit(const struct net_info *teacher, const struct net_info *student,
		   struct layer_pair *m, struct err *e);

/* Check the knobs against a pair that fits: 0, or -1 and the reason they exclude each other. */
int layer_pair_agrees(const struct net_info *teacher, const struct net_info *student,
		      const struct layer_pair *m, const struct knobs *k, struct err *e);

#endif
