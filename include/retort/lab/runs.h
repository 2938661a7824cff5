/* The runs of a session: added, taken in hand, found by name, dropped. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RUNS_H
#define RETORT_LAB_RUNS_H

#include "retort/lab/trainer_state.h"

struct request;

/*
 * The run in hand is w->run, described by w->info.run: all functions of the lab act on it. Between
 * two steps it is the focused one; a request that names another takes that in hand for its own
 * duration, and each step every run that trains. Trainer's thread.
 */

/* Make the first run, which has no student yet. */
void runs_init(struct trainer_state *w);
void runs_release(struct trainer_state *w);

/* Take run `index` in hand. */
void runs_take(struct trainer_state *w, int index);

/* Take in hand the run of the work: while a teacher trains or a report is completed. */
void runs_take_worker(struct trainer_state *w);

/* Index of the run in hand. */
int runs_at(const struct trainer_state *w);

/* Index of a run by its number or name; -1 and an error that lists them. */
int runs_find(const struct trainer_state *w, const char *word, struct err *e);

/* Whether a teacher or a run has this name. */
bool runs_has_name(const struct trainer_state *w, const char *name);

/* Refuse a name that is not one, is reserved or in use. `what`: "run", "teacher". */
int runs_check_name(const struct trainer_state *w, const char *what, const char *name,
		    struct err *e);

/* Append a run without a student, with the settings of the one in hand and the next number; it is
 * focused and taken in hand. There is room for it. name NULL: "s" and its number. */
struct run *runs_add(struct trainer_state *w, const char *name);

/* Remove the run in hand, which runs_add has made; take run `index` in hand and focus `focus`. */
void runs_remove(struct trainer_state *w, int index, int focus);

/*
 * The run in hand, or a new one where that has a student already. Where the list is full, the
 * oldest run that is neither in hand nor the reference nor at work is dropped, which the note of
 * `r` says; r NULL: none.
 */
void runs_begin(struct trainer_state *w, struct request *r);

/* Drop all runs but the one in hand, whose student is dropped too: for new data. */
void runs_clear(struct trainer_state *w);

/* Whether the run in hand is trained by the work at hand. */
bool runs_trains(const struct trainer_state *w);

/* How many runs are trained by the work at hand. */
int runs_training(const struct trainer_state *w);

/* Whether a run in training is behind another, which waits until it has caught up. */
bool runs_behind(const struct trainer_state *w);

/* End the work of all runs that train after the steps that are done. */
void runs_stop(struct trainer_state *w);

/* List the settings of the runs in training in w->train, for the outputs that these need. */
void runs_share(struct trainer_state *w);

/* Count a teacher or a set of rows that was added: all runs have the weights of the one in hand. */
void runs_extend(struct trainer_state *w);

/* Write the list of runs to the description of the lab. */
void runs_describe(struct trainer_state *w);

/* Remove a run that is not in hand, and free it. */
void runs_drop(struct trainer_state *w, int index);

#endif
