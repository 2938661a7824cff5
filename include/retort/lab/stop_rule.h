/* Early stopping: work ends after some evaluations in which a metric is not better. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STOP_RULE_H
#define RETORT_LAB_STOP_RULE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* Handler of STOP_WHEN: the rule of the student, a setting; 0 evaluations: none. */
int stop_rule_request(struct trainer_state *w, struct request *r, struct err *e);

/*
 * Check that a network of this id has the metric of a rule: agreement and divergence need a
 * teacher, figures of the target a target set, and only the student has the former. A rule of no
 * evaluations is always right. 0, or -1 and what is missing.
 */
int stop_rule_check(const struct trainer_state *w, const struct stop_rule *rule, int id,
		    struct err *e);

/* At the start of work: nothing has been counted. */
void stop_rule_begin(struct trainer_state *w, int id);

/*
 * After an evaluation that is due of the network in training: count it. Of equal values the
 * earlier is the better. If there were as many without a better one as the rule says, the work
 * ends at this step, and w->ended says why.
 */
void stop_rule_count(struct trainer_state *w, const struct stop_rule *rule, int id);

/* "val-nll not better for 3", as it is typed. Returns buf. */
const char *stop_rule_text(const struct stop_rule *rule, char *buf, size_t size);

#endif
