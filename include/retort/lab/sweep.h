/* A sweep: runs that differ in some settings, trained from the focused run and compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_H
#define RETORT_LAB_SWEEP_H

#include "retort/base/hash.h"
#include "retort/lab/phase.h"
#include "retort/lab/request.h"
#include "retort/lab/sweep_plan.h"
#include "retort/train/eval_rows.h"

#define SWEEP_SEEDS 100 /* at most */

/* State of a unit: a point under one seed. */
enum sweep_state {
	SWEEP_WAITS,    /* not trained to the end yet */
	SWEEP_DONE,     /* trained for all steps */
	SWEEP_DROPPED,  /* by halving */
	SWEEP_DIVERGED, /* a step was not applied, or its outputs overflow */
};

/* Figures of a unit after so many steps, as a journal has them. */
struct sweep_figures {
	struct hash key; /* of data, teachers, start, settings and seed */
	uint64_t steps;  /* that it was trained for */
	bool diverged;
	struct eval_row *row; /* [n_rows] owned; NULL: diverged */
};

struct sweep_unit {
	struct hash key;
	uint64_t seed;
	enum sweep_state state;
	struct run *run;      /* owned, while it is trained and between two halvings; or NULL */
	int holder;           /* of several processes, known to rank 0: the other rank that has its
				 run; 0: none */
	uint64_t searched;    /* target that the journal was searched for */
	bool given;           /* in training by another rank */
	uint64_t steps;       /* of `row` */
	struct eval_row *row; /* [n_rows] owned; NULL: none yet */
};

/* Work of the lab that waits while a sweep trains its points. */
struct sweep_held {
	enum lab_phase phase;
	bool paused, trains[LAB_RUNS];
};

/*
 * The request, figures of a journal, and the result. Point 0 is the reference: the settings in
 * force; point i from 1 on is point i - 1 of the plan. Made on the main thread, handed to the
 * trainer, handed back with the answer.
 */
struct sweep {
	/* asked for */
	struct sweep_plan plan;
	uint64_t steps;
	int seeds;       /* 0: forks of the focused run, or one fresh run for each point */
	unsigned metric; /* points are ranked by it: METRIC_VAL_NLL, VAL_ACCURACY, or compared with
			    the teachers VAL_AGREEMENT, VAL_KL */
	bool halving;    /* drop the worst half at half of the steps, and so on */
	int most;        /* points to train; 0: all */
	bool background; /* it may begin while the student trains */
	size_t n_known, cap_known;   /* figures of a journal */
	struct sweep_figures *known; /* [n_known] owned; of rows with hash `rows` */
	size_t known_rows;           /* rows of each of them */
	/* the result */
	struct hash data; /* of data and rows: figures of another are not comparable */
	int same;         /* point that is equal to the reference, which is then not trained
			     twice; 0: none */
	size_t n_rows;    /* rows that units are evaluated on: n_rank, then n_confirm */
	size_t n_rank;    /* by which points are ranked */
	size_t n_confirm; /* for the winner alone */
	bool on_target;   /* the latter are the target rows; else half of the held-out rows */
	uint32_t *row;    /* [n_rows] owned: rows of the data */
	uint32_t *count;  /* [n_rows] owned: labels of each */
	int n_seeds;      /* units of a point */
	size_t n_units;   /* (1 + plan.n_points) * n_seeds; point by point */
	struct sweep_unit *unit; /* owned */
	uint64_t from;           /* step that points start at */
	bool stopped;            /* by `stop` */
	uint64_t compared;       /* steps after which points are compared: all, or of a halving
				    that was stopped those that the reference has */
	int done;                /* points that follow one another from 0 on and are finished */
	/* at work */
	struct sweep_held held;     /* work that waits for it */
	uint64_t target;            /* steps to which units are trained before the next halving */
	size_t group[LAB_LOCKSTEP]; /* [n_group] units in training */
	size_t n_group;
	bool announced;    /* the main thread knows that it has begun */
	size_t n_finished; /* units whose figures the main thread has not been sent yet */
	size_t finished[2 * LAB_LOCKSTEP]; /* of the group, and as many of other processes */
	struct sweep_share_state *shared;  /* owned; NULL: one process */
	struct sweep_labels *labels;       /* owned; see sweep_labels.h */
};

struct sweep *sweep_new(void);
void sweep_free(struct sweep *s);

/* SWEEP: check it, and begin; one in the background may begin while the student trains, which
 * then waits for it. -1 and an error: nothing changed. */
int sweep_request(struct trainer_state *w, struct request *r, struct err *e);

/* Whether a sweep is at work for which other work waits, with the requests that are stamped with
 * its steps. */
bool sweep_holds(const struct trainer_state *w);

/* Check a sweep; list its rows, its units and their keys. -1 and an error. */
int sweep_prepare(struct trainer_state *w, struct sweep *s, struct err *e);

/* Take the figures of the journal for all units, with halvings, as far as they reach; false: some
 * are missing. */
bool sweep_recall_part(struct sweep *s);

/* The same at the end of a sweep; s->stopped: some are missing. Count the points that are finished.
 * 0, or -1 and an error: no result. */
int sweep_recall(struct sweep *s, struct err *e);

/* Store the figures of the points for `expect`. */
void sweep_store(struct trainer_state *w, const struct sweep *s);

/*
 * Train the units at work for a step, or begin with the next ones. PHASE_REPORTED: the sweep has
 * ended, the lab is as it was before; with an error in e where it has no result.
 */
enum phase_outcome sweep_step(struct trainer_state *w, struct err *e);

/* Free the run of a unit, if it has one. */
void sweep_free_run(struct sweep_unit *u);

#endif
