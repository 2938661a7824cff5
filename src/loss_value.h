/* Value and gradient of a loss on outputs between two files of logits, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LOSS_VALUE_H
#define RETORT_LOSS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/conf/knob.h"
#include "retort/kd/loss.h"
#include "retort/kd/lossfile.h"

/* A computation: the first members are set by the caller, the others start at zero. */
struct loss_value {
	const char *student_path;
	const char *teacher_path, *labels_path, *gradient_path; /* NULL: none */
	bool json;                                              /* print one JSON object */
	const struct loss *loss;
	struct knobs knobs;

	struct lossfile student, teacher;
	int32_t *label;  /* rows; -1: none */
	double *weight;  /* rows */
	double *dx;      /* rows x classes; NULL: no gradient */
	double *scratch; /* of the loss */
	double *own[LOSS_OWN];
};

/* Read the files, print the value, write the gradient. Return the exit status. */
int loss_value_print(struct loss_value *c);

void loss_value_release(struct loss_value *c);

#endif
