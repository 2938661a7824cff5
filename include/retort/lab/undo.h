/* Undo and redo of a run: the changes that are in force, and those that were, at any of its steps.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_UNDO_H
#define RETORT_LAB_UNDO_H

#include "retort/lab/run.h"

/*
 * Every change, and each time one was undone or redone, is an event of a log with its step. A run
 * that goes back to a step gets the list of undo that it had there. Trainer's thread.
 */

/* Add a change that was made; redo is empty then. */
void undo_push(struct run *r, const struct run_change *c);

/* The change that `undo` and the one that `redo` would apply to; NULL: there is none. Borrowed
 * until the next call. */
const struct run_change *undo_last(const struct run *r);
const struct run_change *undo_next(const struct run *r);

/* The last change was undone, or the next one redone, at a step. */
void undo_take_back(struct run *r, uint64_t step);
void undo_make_again(struct run *r, uint64_t step);

/* Give the lists the first n events of the log and those after them before `step`; redo becomes
 * empty. */
void undo_cut(struct run *r, size_t n, uint64_t step);

/* Empty both lists: what they applied to is gone. */
void undo_forget(struct run *r);

/* Copy the lists of a run over those of another, which may be empty. */
void undo_copy(struct run *to, const struct run *from);

/* Free the lists of a run, which are empty then. */
void undo_release(struct run *r);

#endif
