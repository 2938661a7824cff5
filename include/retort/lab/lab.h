/* The lab: data, teachers, student, maps and knobs, as plain data that others may look at. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LAB_H
#define RETORT_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/conf/knob.h"
#include "retort/conf/ramp.h"
#include "retort/nn/model.h"
#include "retort/kd/loss.h"
#include "retort/kd/teacher.h"
#include "retort/train/metric.h"

#define LAB_NAME 24  /* bytes of a name with its NUL: letters, digits, '-' and '_' */
#define LAB_SPEC 256 /* bytes of a model spec with its NUL */
#define LAB_TEACHERS METRIC_TEACHERS
#define LAB_LAYERS MODEL_LAYERS
#define LAB_MAPS METRIC_MAPS

/* Branch ids in samples: the student's main line, the student without a teacher, teacher k. */
#define LAB_STUDENT 0
#define LAB_BASELINE 1
#define LAB_TEACHER(k) (2 + (k))
#define LAB_BRANCHES (2 + LAB_TEACHERS)

/* What the last or best evaluation of a network said. NaN where it was not measured. */
struct lab_scores {
	double accuracy, nll, ece, agreement, kl;
	uint64_t step;
};

/* What became of one teacher's teaching. NaN where it was not measured. */
struct lab_heard {
	double share; /* its part in what was taught at the last step, mean over the rows of the
			 batch */
	double agreement, kl; /* of the student with it, at the last evaluation */
};

struct lab_layer {
	char name[12]; /* "0" the input, "1".. what block k puts out, "logits" */
	size_t width;  /* numbers in a row */
	size_t last; /* of them in one position: of a token, or channels of a place in a feature map
		      */
	bool is_tokens;  /* positions are tokens: padding does not count */
	size_t heads;    /* of its attention; 0: it has none */
	size_t kv_heads; /* of its keys and values */
	bool learns;     /* something in it or before it can learn */
};

struct lab_net {
	char name[LAB_NAME]; /* "s" for the student */
	char spec[LAB_SPEC]; /* "mlp 256,256" */
	char origin[160];    /* file it was loaded from, "" when trained here */
	bool is_file; /* a teacher of which there are only outputs: no layers, no parameters */
	uint64_t parameters;
	uint64_t steps; /* optimizer steps it has had */
	int n_layers;
	struct lab_layer layer[LAB_LAYERS];
	double weight;                  /* teachers: as typed */
	bool muted;                     /* teachers: weight counts as 0 and it is not asked */
	bool ready;                     /* trained or loaded */
	struct teacher_options options; /* teachers: how they are asked */
	struct teacher_effect
		effect; /* teachers with options.bf16, once they were asked: what that changes */
	size_t kept;    /* teachers: bytes of answers that are kept; 0 where they are asked at every
			   step */
	struct lab_scores last, best; /* best: lowest nll */
	struct lab_scores target; /* on the rows that the student will meet, with `last`; NaN: there
				     are none */
	struct lab_heard heard;   /* teachers */
	double microseconds; /* a prediction of one row in a batch; 0 until measured by a report */
};

/* What the student's layer goes through on its way to the teacher's width. */
enum lab_through {
	LAB_AS_NEEDED, /* nothing was said: a linear map where widths differ */
	LAB_NONE,
	LAB_LINEAR,  /* where widths are equal too */
	LAB_CONV1X1, /* the same on feature maps: one linear map for every place */
	LAB_SHARED,  /* one linear map for all pairs of a teacher with these two widths that say so
		      */
	LAB_THROUGHS,
};
extern const char *const lab_through_name[]; /* "", "none", "linear" ... by enum */

struct lab_map {
	int teacher;          /* index in teachers */
	int t_layer, s_layer; /* indices in their layer[] */
	enum model_tap on;    /* what of them is compared */
	const struct loss *match;
	unsigned slot; /* metric slot: fixed for a pair as long as the session lives */
	double weight;
	enum lab_through through; /* as said */
	bool projected;           /* there is a learned linear map from student to teacher width */
	size_t t_width;           /* numbers of the teacher's tap in a position */
};

/* Linear CKA of every layer of a teacher with every layer of the student, on rows that are held
 * out, at a step. */
struct lab_cka {
	int teacher;                          /* index in teachers */
	int n_teacher, n_student;             /* layers of both; 0: nothing is known */
	uint64_t step;                        /* of the student */
	double value[LAB_LAYERS][LAB_LAYERS]; /* by teacher's and student's layer */
};

/* What a stretch of the student's training was started as: a plain run, or one with settings of its
 * own. */
enum lab_stage_kind { LAB_RUN, LAB_DISTIL, LAB_FINETUNE, LAB_HINT, LAB_STAGE_KINDS };
extern const char *const lab_stage_name[]; /* "run", "distil" ... by enum, then NULL */

#define LAB_STAGES 24 /* that are remembered; runs on end are one */

struct lab_stage {
	enum lab_stage_kind kind;
	uint64_t from, until; /* it began when `from` steps were done; where it ends or ended */
	unsigned sets;        /* 1 << index in the lab's sets: those that counted when it began */
	bool labelled;        /* labelled rows alone were drawn then */
	struct lab_scores scores; /* where it ended; NaN before */
};

/* Remedies for a mismatch of distributions: what kinds there are, and which of each is in force. */
enum lab_remedy_kind {
#define REMEDY(id) LAB_REMEDY_##id,
#include "retort/train/remedies.def"
	LAB_REMEDIES,
};
extern const char *const lab_remedy_name[]; /* "weigh" ... by enum, then NULL */

#define LAB_REMEDY_TEXT 120

struct lab_remedy {
	int made;                   /* 0: none; else its number */
	char text[LAB_REMEDY_TEXT]; /* "train like held-out" */
};

enum lab_phase { LAB_IDLE, LAB_TRAINING, LAB_DISTILLING, LAB_REPORTING };

/*
 * A snapshot of the lab as plain data: what the main thread knows of it. Comes with every answer.
 */
struct lab_info {
	uint64_t seed;
	struct knobs knobs; /* of now: those under a ramp too */
	int n_ramps;
	struct ramp ramp[RAMP_KNOBS]; /* of steps of the main line; one that has ended stays until
					 the next change */
	char data[64];                /* "" before `data` */
	char data_hash[65];           /* of all sets together */
	char own_hash[65];            /* of the data itself, as its file is read */
	char wordnet[65];             /* hash of the WordNet that was read; "" none */
	int n_sets;                   /* 0 before `data` */
	struct lab_set {
		char name[64]; /* "train": the training rows of the data itself, which are the first
				*/
		enum dataset_role role;
		size_t rows,
			labelled; /* labelled: of the data itself, rows whose label students see */
		double weight;    /* 0: none of its rows are drawn */
	} set[DATASET_SETS];
	size_t n_target;    /* labelled rows that the student will meet */
	struct model_io io; /* what the data asks of a network */
	size_t rows, features, n_train, n_held, n_shown; /* n_shown: labels students see */
	int classes;
	size_t missing;
	int n_teachers;
	struct lab_net teacher[LAB_TEACHERS];
	int stage; /* students that have become teachers */
	bool has_student;
	struct lab_net student;
	bool has_plain;       /* after a report */
	struct lab_net plain; /* the same student without a teacher, at the same step */
	int n_maps;
	struct lab_map map[LAB_MAPS];
	uint64_t frozen; /* 1 << layer of the student: its parameters stand still */
	bool labelled;   /* the student sees labelled rows alone */
	struct lab_remedy remedy[LAB_REMEDIES];
	int n_stages;                        /* of this student */
	struct lab_stage stages[LAB_STAGES]; /* in their order; the last one may be going on */
	enum lab_phase phase;
	int busy; /* LAB_TRAINING: which teacher trains; else -1 */
	bool paused;
	uint64_t step;        /* of whoever works; of the main line when idle */
	uint64_t from, until; /* first and last step of the work at hand, or of the last one */
	int n_undo, n_redo;
	char blas[64]; /* kernel and version: bits depend on it */
};

/* Index of a teacher by name, or -1 with an error that lists the names. */
int lab_info_teacher(const struct lab_info *info, const char *name, struct err *e);

/*
 * Index of a layer in a net by number or name ("0", "2", "block2", "input", "embedding", "logits"),
 * or -1 with an error. "block2.attention" says too what of it is meant: *on is changed then.
 */
int lab_info_layer(const struct lab_net *net, const char *layer, enum model_tap *on, struct err *e);

/* Rows that would be drawn from with such weights of sets, by index: of all that learn, or of
 * labelled ones alone. */
size_t lab_rows(const struct lab_info *info, const double *weight, bool labelled);

/* What sets weigh now, by index: weight [DATASET_SETS]. */
void lab_weights(const struct lab_info *info, double *weight);

/* Index of a set that students can learn from, by name; the data itself by its own too. -1 and an
 * error that lists them. */
int lab_set(const struct lab_info *info, const char *name, struct err *e);

/* Several, "train,transfer", as bits 1 << index; -1 and an error. */
int lab_sets(const struct lab_info *info, const char *list, unsigned *out, struct err *e);

/* "train+transfer": sets whose bits are set. Returns buf. */
const char *lab_sets_text(const struct lab_info *info, unsigned sets, char *buf, size_t size);

/* The stage that the student's step `step` was the outcome of, or NULL: it has had no step then. */
const struct lab_stage *lab_stage_at(const struct lab_info *info, uint64_t step);

/* Whether any stage was more than a run. */
bool lab_has_stages(const struct lab_info *info);

/*
 * Layers of the student, "1,block2 logits", as bits 1 << layer; -1 and an error that names the one
 * that is none, or that has nothing to learn.
 */
int lab_layers(const struct lab_net *student, const char *list, uint64_t *out, struct err *e);

/* "1, 2, logits": the names of layers whose bits are set, "none" without any. Returns buf. */
const char *lab_layers_text(const struct lab_net *student, uint64_t layers, char *buf, size_t size);

/* Numbers in one position of what of a layer is looked at: of keys and values, those of the key
 * heads; of attention and scores, the heads. */
size_t lab_layer_width(const struct lab_layer *l, enum model_tap on);

/* Numbers in a row of that, and how many heads stand side by side in a position of it. */
size_t lab_layer_numbers(const struct lab_layer *l, enum model_tap on);
size_t lab_layer_heads(const struct lab_layer *l, enum model_tap on);

/*
 * Whether the pair of m's t_layer, s_layer, on, match and through can be mapped: fills its
 * projected and t_width. -1: it cannot, and why. Nothing else of m is looked at.
 */
int lab_map_fit(const struct lab_net *teacher, const struct lab_net *student, struct lab_map *m,
		struct err *e);

/* Whether the data has the labels that a loss on layers asks for, and shows the student some: 0, or
 * -1 and what it lacks. */
int lab_map_labels(const struct lab_info *info, const struct loss *l, struct err *e);

/* Whether knobs may stand like that while m, which fits, is on the map. */
int lab_map_agrees(const struct lab_net *teacher, const struct lab_net *student,
		   const struct lab_map *m, const struct knobs *k, struct err *e);

#endif
