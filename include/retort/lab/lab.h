/* The lab: a snapshot of data, teachers, the run, its settings and figures, as plain data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LAB_H
#define RETORT_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/nn/model.h"
#include "retort/train/settings.h"

/* Linear CKA of every layer of a teacher with every layer of the student, on held-out rows. */
struct lab_cka {
	int teacher;                              /* index of the teacher */
	int n_teacher, n_student;                 /* layers of both; 0: not computed */
	uint64_t step;                            /* of the student */
	double value[MODEL_LAYERS][MODEL_LAYERS]; /* by teacher's and student's layer */
};

/* Kind of a stretch of the student's training: a plain run, or one with settings of its own. */
enum lab_stage_kind { LAB_RUN, LAB_DISTIL, LAB_FINETUNE, LAB_HINT, LAB_STAGE_KINDS };
extern const char *const lab_remedy_name[]; /* "weigh" ... by enum remedy_kind, then NULL */
extern const char *const lab_stage_name[];  /* "run", "distil" ... by enum, then NULL */

#define LAB_STAGES 24 /* stages kept; consecutive plain runs are one */

struct lab_stage {
	enum lab_stage_kind kind;
	uint64_t from, until; /* first and last step */
	unsigned sets;        /* 1 << index of the set: those with a weight above 0 at its start */
	bool labelled;        /* batches were drawn from labelled rows only */
	struct scores scores; /* evaluation at its end; NaN before */
};

/*
 * The plain data of a run: the student, its settings, its stages. Copied by assignment; the arrays
 * that training mutates are in struct run (lab/run.h).
 */
struct lab_run {
	struct settings settings;
	bool has_student;
	struct net_info student;
	bool has_baseline;          /* after a report */
	uint64_t baseline_diverged; /* step that was not applied to the baseline; 0: none */
	struct net_info baseline;   /* the same student trained on labels alone, at the same step */
	struct teaching teaching[TRAIN_TEACHERS];
	int n_stages;
	struct lab_stage stages[LAB_STAGES]; /* in order; the last one may still run */
	uint64_t step;        /* of the network in training; of the student when idle */
	uint64_t from, until; /* first and last step of the work at hand, or of the last one */
	bool interrupted;     /* loaded in the middle of its work, which `run` continues */
};

#define LAB_RUNS 64             /* runs in a session at most */
#define LAB_LOCKSTEP TRAIN_RUNS /* of them in training at once */

/* A run in the list of runs. */
struct lab_listed {
	int number; /* from 1, never used again */
	char name[NET_NAME];
	int parent;        /* number of the run that it was forked from; 0: none */
	uint64_t fork;     /* its step then */
	int lockstep;      /* runs with the same number are trained together */
	bool has_student;  /* false: none yet */
	bool trains;       /* in the work at hand */
	bool hidden;       /* its curves are not shown */
	bool unpaired;     /* it has drawn other batches than the run it was forked from */
	uint64_t diverged; /* its step that was not applied; 0: none */
	uint64_t step;
	struct scores last;
	char differs[96]; /* from the reference: "temperature 4 -> 8" */
};

/*
 * How certain the difference of a run to the reference is: half of the 95 % interval of the
 * difference of each figure, paired over the held-out rows. NaN: it has none.
 */
struct lab_interval {
	int run, reference; /* numbers */
	double accuracy, nll, kl;
	double by_accuracy, by_nll, by_kl; /* the differences, measured with them */
};

enum lab_phase { LAB_IDLE, LAB_TRAINING, LAB_DISTILLING, LAB_REPORTING, LAB_SWEEPING };

struct lab_set {
	char name[64]; /* "train": the training rows of the data itself, always the first */
	enum dataset_role role;
	size_t rows, labelled; /* labelled: of the data itself, rows whose label students see */
};

/* A snapshot of the lab, made at a step boundary; comes with every answer. */
struct lab_info {
	uint64_t seed;
	char data[64];      /* "" before `data` */
	char data_hash[65]; /* of all sets together */
	char own_hash[65];  /* of the data itself, as its file is read */
	char wordnet[65];   /* hash of the WordNet in use; "": none */
	int n_sets;         /* 0 before `data` */
	struct lab_set set[DATASET_SETS];
	size_t n_target;    /* labelled rows of the target set */
	struct model_io io; /* input and output of networks for this data */
	size_t rows, features, n_train, n_held, n_shown; /* n_shown: labels students see */
	int classes;
	size_t missing;                  /* cells without a value */
	size_t equal_held, equal_target; /* held-out and target rows that equal a training row */
	char label[128]; /* name of the label column of the data; "": none, or a longer one */
	rules_set rules; /* of reading that made a difference (data/rules.h) */
	int n_teachers;
	struct net_info teacher[TRAIN_TEACHERS];
	int stage; /* students that have become teachers */
	int n_runs;
	struct lab_listed runs[LAB_RUNS]; /* in the order of their numbers */
	int focus;                        /* index of the focused one */
	int reference;                    /* number of the run that others are compared with */
	char remedy_text[REMEDY_KINDS][REMEDY_TEXT]; /* of the remedies in force; "": none */
	enum lab_phase phase;
	int busy; /* LAB_TRAINING: index of the teacher in training; else -1 */
	bool paused;
	int n_undo, n_redo;
	size_t kept_memory, kept_files; /* bytes of kept states, of all runs */
	char blas[64]; /* kernel and version of the matrix library: bits depend on it */
	/* borrowed: the focused one; of the trainer's thread the one in hand. The last member: what
	 * stands before it is plain data */
	struct lab_run *run;
};

/* Copy a snapshot to `to`, whose run becomes the copy in `run`. */
void lab_info_copy(struct lab_info *to, struct lab_run *run, const struct lab_info *from);

/* Index of a teacher by name, or -1 with an error that lists the names. */
int lab_info_teacher(const struct lab_info *info, const char *name, struct err *e);

/* Rows that would be drawn from with such weights of sets, by index: of all that learn, or of
 * labelled ones alone. */
size_t lab_rows(const struct lab_info *info, const double *weight, bool labelled);

/* Index of a set that students can learn from, by name; the data itself by its own too. -1 and an
 * error that lists them. */
int lab_set(const struct lab_info *info, const char *name, struct err *e);

/* Several, "train,transfer", as bits 1 << index; -1 and an error. */
int lab_sets(const struct lab_info *info, const char *list, unsigned *out, struct err *e);

/* "train+transfer": sets whose bits are set. Returns buf. */
const char *lab_sets_text(const struct lab_info *info, unsigned sets, char *buf, size_t size);

/* The run of that number in the list of runs; NULL: it is no more. */
const struct lab_listed *lab_run_listed(const struct lab_info *info, int number);

/* Print "states: 12.3 of 64 MiB, 40.0 of 1024 MiB in files" and a line feed: kept states of all
 * runs, and what the knobs of the focused one allow. */
void lab_print_kept(const struct lab_info *info, struct text *out);

/* The stage that the student's step `step` was the outcome of, or NULL: it has had no step then. */
const struct lab_stage *lab_stage_at(const struct lab_info *info, uint64_t step);

/* Whether any stage was more than a run. */
bool lab_has_stages(const struct lab_info *info);

/* Whether the data has the labels that a loss on layers asks for, and shows the student some: 0, or
 * -1 and what it lacks. */
int lab_map_labels(const struct lab_info *info, const struct loss *l, struct err *e);

#endif
