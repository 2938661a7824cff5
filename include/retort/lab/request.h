/* A request to the trainer, and in the same struct its answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_REQUEST_H
#define RETORT_LAB_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/data/translate/bitext.h"
#include "retort/data/dataset.h"
#include "retort/data/translate/translator.h"
#include "retort/data/vocab/wordnet.h"
#include "retort/nn/ckpt.h"
#include "retort/kd/logit_file.h"
#include "retort/lab/lab.h"
#include "retort/probe/shift/shift_report.h"

enum request_kind {
	/* only while nothing trains */
	REQUEST_SEED, /* number: the seed; drops data, networks and steps */
	REQUEST_DATA, /* dataset (handed over), number: labels shown, -1 all */
	REQUEST_ADD, /* dataset (handed over): more rows beside the data, number: enum dataset_role,
			value: their weight */
	REQUEST_INIT, /* name, spec: the student begins from these layers of a teacher: "0,2,4" */
	REQUEST_TEACHER, /* name, spec: declare; with ckpt or answers (handed over): load, text:
			    from where */
	REQUEST_STUDENT, /* spec, or "again": that of the last one; with ckpt: load */
	REQUEST_OPTIONS, /* name, text: which option (cache, top, precision), spec: its value: how a
			    teacher is asked */
	REQUEST_STAGE,   /* name: the student becomes a teacher of that name, and makes room for
			    another student */
	REQUEST_TRAIN,   /* name, number: epochs; answered when it starts */
	REQUEST_RUN, /* number: steps; answered when it starts; stage: with settings of its own, see
			struct request_stage */
	REQUEST_REPORT, /* evaluate everything, train the plain student up to the same step */
	/* any time, between two steps */
	REQUEST_SET,    /* set[0..n_sets) */
	REQUEST_MAP,    /* map[0..n_maps): applied together or not at all */
	REQUEST_WEIGHT, /* name, value: weight of a teacher; name "": of all of them */
	REQUEST_MUTE,   /* name, number: 1 mute, 0 unmute, 2 mute all others; name "": unmute all */
	REQUEST_DRAW,   /* spec: a set of rows, value: what each of them counts; 0: none of them are
			   drawn */
	REQUEST_RAMP,   /* ramp, and spec where it is not of a knob: see tunable_find; all of it but
			   for its start, which is the step of the main line; no legs: the knob stays
			   where it is */
	REQUEST_BALANCE, /* share[0..n_shares): weights that give terms these shares of the
			    gradient; none: all the same */
	REQUEST_FREEZE,  /* spec: layers of the student, "" all; number: 1 their parameters stand
			    still, 0 they move again */
	REQUEST_RETELL,  /* bitext: what texts of rows become; set[0..n_sets) with it */
	REQUEST_REMEDY,  /* remedy: which; number -1: it is taken off; else what its `parse` filled
			    in, see remedy.h */
	REQUEST_UNDO,    /* take the last change of SET, MAP, WEIGHT, MUTE, DRAW, RAMP, BALANCE,
			    FREEZE, REMEDY or of a stage's start or end back */
	REQUEST_REDO,
	REQUEST_EVAL,      /* evaluate now */
	REQUEST_AUGMENTED, /* number: so many rows of training; said: their texts, and how they are
			      augmented as the knobs stand */
	REQUEST_MISMATCH,  /* text, spec: two sets of rows; said: how far they are apart */
	REQUEST_MARK,      /* nothing: asks for the step */
	REQUEST_EXPECT, /* metric, value: the last evaluated value of that metric is in the answer's
			   `value` */
	REQUEST_SNAPSHOT, /* name ("" the student): text "outputs": of all rows; answer carries
			     ckpt, owned by the receiver */
	REQUEST_STOP,     /* end the work at hand here */
	/* how work goes on, never what it computes: not stamped */
	REQUEST_PAUSE,
	REQUEST_RESUME,
	REQUEST_TOGGLE, /* becomes RESUME where the work is paused or on its way to a pause after
			   STEP, else PAUSE */
	REQUEST_STEP, /* number: resume for so many steps more, then pause; an answer PAUSE with id
			 0 says when */
	REQUEST_PACE, /* number: steps a second at most while training or distilling; 0: no limit */
	/* answered some time later, by threads that training does not wait for */
	REQUEST_TRANSLATE, /* translator (handed over): bitext, path its file in the cache, number
			     sentences in `value` seconds, at: texts that were asked for; number -1:
			     end the one that is under way */
	REQUEST_PROBE,     /* number: a teacher; answered with cka */
	REQUEST_GAUGE,     /* text, spec: two sets of rows; answered with gauge */
	/* made by the trainer itself */
	REQUEST_DONE,     /* the work at hand has ended; err is set when it failed */
	REQUEST_PROGRESS, /* TRANSLATE has done `number` of `at` texts, `value` sentences a second,
			     bitext the last of them; note says so */
	REQUEST_DIVERGED, /* a step was not applied and the work is paused; err says why */
};

#define REQUEST_SETS 12

/* One knob and its value as typed. */
struct request_set {
	const struct knob *knob;
	char value[64];
};

/* A share of the gradient, and the term that is to have it as its metrics name it: "kd", "map1". */
#define REQUEST_SHARES 48
struct request_share {
	char term[24];
	double share;
};

/* Which pairs an edit of the layer map is about. N blocks of the teacher, M of the student, k from
 * 1 to M. */
enum request_pairs {
	REQUEST_TYPED,   /* t_layer and s_layer */
	REQUEST_UNIFORM, /* block k from k N / M, rounded down */
	REQUEST_LAST,    /* block k from N - M + k */
	REQUEST_SKIP,    /* block k from k times (N / M, rounded down) */
	REQUEST_FIRST,   /* block k from k */
	REQUEST_AUTO,    /* ascending, of the largest sum of CKA between blocks */
	REQUEST_PAIRS,
};
extern const char *const request_pairs_name[]; /* "", "uniform" ... by enum */

/* One edit of the layer map: of one pair, or of several where a range or a preset was said. */
struct request_map {
	char teacher[LAB_NAME], t_layer[40],
		s_layer[40]; /* layers as typed: "2", "1..3", "block2.attention" */
	enum request_pairs pairs;
	enum lab_through through;
	enum model_tap on;        /* MODEL_HIDDEN where nothing was said */
	const struct loss *match; /* NULL: hidden */
	bool off;
	double weight;
};

#define REQUEST_NOTE 240 /* with its stamp a line of the log */
/*
 * RUN as a stage: number 0 leaves its length to the stage, set[] are knobs that it turns, share[]
 * the weights from which losses that learn from teachers fade, spec the layers that stand still.
 */
struct request_stage {
	enum lab_stage_kind kind;
	enum { REQUEST_ROWS_UNSAID, REQUEST_ROWS_LABELLED, REQUEST_ROWS_ALL } rows;
	char sets[LAB_SPEC]; /* "train,transfer": of which rows are drawn; "": of those that count
			      */
	int64_t fade; /* steps until losses that learn from teachers are at 0; 0: they stay, -1:
			 unsaid */
};

struct request {
	enum request_kind kind;
	uint64_t id; /* the caller's */
	/* when: unstamped requests are due at once */
	bool stamped;
	char owner[LAB_NAME]; /* "" the main line, or the teacher in training */
	uint64_t at;          /* steps done */
	/* what */
	char name[LAB_NAME];
	char spec[LAB_SPEC];
	double value;
	int64_t number;
	int n_sets;
	struct request_set set[REQUEST_SETS]; /* SET: changed together or not at all */
	char text[64]; /* EXPECT: the metric; in the answer to RUN: what its start takes */
	struct request_stage stage;
	int remedy; /* REMEDY: index in remedy_table */
	struct ramp ramp;
	int n_shares;
	struct request_share share[REQUEST_SHARES];
	int n_maps;
	struct request_map map[LAB_MAPS];
	struct dataset *dataset;
	struct ckpt *ckpt;
	struct logit_file *answers;
	struct translator *translator;
	struct bitext *bitext;
	struct wordnet *wordnet; /* SET (handed over): what words may become from now on */
	/* the answer */
	int status; /* 0, or -1 and err */
	struct err err;
	bool probed;               /* PROBE, GAUGE: it is answered */
	struct lab_cka cka;        /* PROBE */
	bool translated;           /* TRANSLATE: it is answered */
	char *path;                /* TRANSLATE; owned */
	struct shift_report gauge; /* GAUGE */
	char *said;                /* AUGMENTED, MISMATCH: a text of several lines; owned */
	bool unchanged;            /* the note says what stays as it was: no change of a report */
	bool says;                 /* note is told even where nobody looks: it is known only now */
	char note[REQUEST_NOTE]; /* SET, WEIGHT, RAMP, BALANCE, FREEZE, REMEDY, OPTIONS, UNDO, REDO,
				    stages: what changed: "temperature 4 -> 2" */
	char stamp[LAB_NAME + 24]; /* "@620", "@big:12", or "" when nothing was at work */
	uint64_t step;
	int branch; /* LAB_STUDENT or LAB_TEACHER(k): whose step it is */
	struct lab_info info;
};

struct request *request_new(enum request_kind kind);

/* Frees what was handed over with it and not taken. request_free(NULL) is fine. */
void request_free(struct request *r);

/* It looks, later and elsewhere: nothing has happened in the lab when it is answered. */
bool request_looks(enum request_kind kind);

#endif
