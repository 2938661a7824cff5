/* States in files: a run, or the whole lab, to a checkpoint and back to the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_FILE_H
#define RETORT_LAB_STATE_FILE_H

#include "retort/lab/request.h"
#include "retort/lab/state_settings.h"
#include "retort/lab/trainer_state.h"
#include "retort/nn/ckpt_encoding.h"

/*
 * A state is a note, "state", in the checkpoint of a student, with tensors whose names begin with
 * "state.". It has everything that training mutates. Data and teachers belong to the session and
 * are named by their hashes; with `whole` all runs and the teachers' networks are in it too. The
 * format is in retort-save(1).
 */
#define STATE_FILE_NOTE CKPT_ENCODING_STATE

/* Add the state of the run in hand to its checkpoint; `whole`: of the lab. -1 and an error. */
int state_file_add(struct trainer_state *w, struct ckpt *c, bool whole, struct err *e);

/* Whether a checkpoint has a state. */
bool state_file_is(const struct ckpt *c);

/*
 * Make the student of a STUDENT request from the state in its checkpoint, in a run of its own.
 * Refuse a state of other data, another seed or other teachers. -1 and an error: nothing changed.
 */
int state_file_load(struct trainer_state *w, struct request *r, struct err *e);

/* Begin to read the state of a checkpoint, and compare its data with the lab's. -1 and an error;
 * `f` has to be released in any case. */
int state_file_open(struct state_field *f, const struct trainer_state *w, const struct ckpt *c,
		    bool *whole, struct err *e);

/* Read run `index` of the list entered into `r`, which run_init has prepared. */
int state_file_read_run(struct state_field *f, const struct state_settings *c, struct run *r,
			size_t index, const struct ckpt *from);

/* Put a run that was read in the place of the run in hand, which has no student. */
void state_file_replace(struct trainer_state *w, struct run *r);

/* Say in the answer where the student goes on. */
void state_file_note(const struct trainer_state *w, struct request *r);

#endif
