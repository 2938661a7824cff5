/* A teacher under test: a small decoder, its outputs for a batch of a stream of tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_TEACHERRIG_H
#define RETORT_TESTS_TEACHERRIG_H

#include "retort/kd/teacher.h"

#define TEACHERRIG_ROWS 150
#define TEACHERRIG_LENGTH 6
#define TEACHERRIG_VOCAB 13
#define TEACHERRIG_ASKED 10

extern const struct dataset teacherrig_data;

struct teacherrig {
	struct net *net;
	real *value;
	struct hash inputs;
	struct batch batch;
	struct teacher says;
	struct teacher_options options;
	unsigned wants[MODEL_LAYERS];
	int layers;
};

/* A network with drawn parameters, a batch, and the layers it is asked for; the teacher is closed.
 */
void teacherrig_open(struct teacherrig *r);
void teacherrig_close(struct teacherrig *r);

/* Open the teacher as r->wants and r->options say. */
int teacherrig_open_teacher(struct teacherrig *r, struct err *e);

/* All outputs that were wanted, one after the other; the caller frees them. */
real *teacherrig_outputs(struct teacherrig *r, size_t *len);

/* Remove a folder with everything in it. */
void teacherrig_remove_tree(const char *dir);

#endif
