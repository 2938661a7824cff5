/* A run: a student in training and everything that its training mutates, as one copyable value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RUN_H
#define RETORT_LAB_RUN_H

#include "retort/lab/lab.h"
#include "retort/lab/past.h"
#include "retort/train/branch.h"
#include "retort/train/train.h"

/*
 * A stretch of the student's training: from step `step` on these settings were in force, in work
 * that goes over from <= step < until. The baseline is trained along them.
 */
struct history_entry {
	uint64_t step, from, until;
	struct settings settings; /* as they were at `step`; ramps give later values */
};

/* A change that can be undone. */
struct run_change {
	uint64_t step; /* it was made at */
	struct settings before, after;
};

/* A change was made, undone or redone. */
struct run_undo_event {
	uint64_t step;
	size_t what; /* index of the change that was made; lab/undo.c has values for the others */
};

/* What a stop rule has counted, see stop_rule.h. */
struct run_watch {
	bool known; /* an evaluation was counted */
	unsigned metric;
	int since; /* evaluations after the best */
	double best;
	uint64_t step; /* of the best */
};

/* Figures of a network. */
struct run_figures {
	uint64_t evaluated; /* step of the last evaluation; UINT64_MAX: none */
	struct run_watch watch;
	bool overflows; /* the last evaluation had a figure that is not finite */
	/* by which stop rule the work ended, and which settings the end of a stage restored; ""
	 * neither */
	char ended[280];
	double last[METRIC_COUNT]; /* last value of each metric; NaN: none */
};

/* Nothing measured yet. */
void run_figures_init(struct run_figures *f);

/* Knobs of a run as the last answer had them, see knob_changes.h. */
struct run_answered {
	bool known;
	struct knobs knobs;
	int n_ramps;
	struct ramp ramp[RAMP_KNOBS];
};

/*
 * Parameters, moments, step and states of losses are in the branches; positions of samplers are
 * functions of the step. Teachers, data and buffers (struct train) are shared by all runs.
 * Trainer's thread.
 */
struct run {
	struct lab_listed about;    /* its name and place in the list of runs; not copied */
	const struct train *train;  /* borrowed: what it is trained with */
	struct lab_run info;        /* settings, stages, figures, steps */
	struct train_orders orders; /* of rows: functions of the step, made anew by a copy */
	struct branch *student;     /* owned; NULL: none yet */
	struct branch *baseline;    /* owned; NULL: none yet */
	struct past past;           /* states at earlier steps; not copied */
	size_t n_history, cap_history;
	struct history_entry *history;
	/* owned, see lab/undo.h: all changes; indices of those that can be undone and redone, the
	 * next at the end; and in which order they came to be so */
	size_t n_changes, cap_changes, n_undo, cap_undo, n_redo, cap_redo, n_log, cap_log;
	struct run_change *change;
	size_t *undo, *redo;
	struct run_undo_event *log;
	struct settings before, after; /* the settings that the stage under way has changed */
	struct run_figures figures[2]; /* of the student and the baseline */
	struct run_answered answered;  /* not copied */
	bool begun;                    /* evaluated at the start of its work */
	bool measured;                 /* a point of a sweep: none of its states is kept */
	bool eval_missed; /* of the last step, which a ramp without memory has paused after */
	/* [classes] the student's bias before and after `remedy prior` was applied */
	size_t n_bias;
	real *bias_before, *bias_after;
};

/* An empty run. */
void run_init(struct run *r, const struct train *train);

/* Free what it owns. run_init has to be called before it is used again. */
void run_release(struct run *r);

/*
 * Make `to`, which run_init or run_copy has filled, equal to `from`: trained on with the same
 * settings, both give the same bits. Blocks of the same size are copied in place; else they are
 * allocated anew. -1 and an error without memory: `to` is unchanged.
 */
int run_copy(struct run *to, const struct run *from, struct err *e);

/* The same of everything but the branches, of which `to` keeps its own, and never fails. */
void run_copy_plain(struct run *to, const struct run *from);

/* Room for the bias of `n` classes. */
void run_resize_bias(struct run *r, size_t n);

#endif
