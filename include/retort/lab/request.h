/* A request to the trainer, and in the same struct its answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_REQUEST_H
#define RETORT_LAB_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/data/augment/augment.h"
#include "retort/data/translate/translate.h"
#include "retort/data/dataset.h"
#include "retort/data/vocab/vocab.h"
#include "retort/nn/ckpt.h"
#include "retort/kd/logit_file.h"
#include "retort/lab/lab.h"

struct knob_change;
struct request;
struct shift_report;
struct sweep;
struct sweep_figures;
struct trainer_state;

/* What each kind does and carries: requests.def and the payloads below. */
enum request_kind {
#define REQUEST(id, payload, name, flags, answered, handle, release) REQUEST_##id,
#include "retort/lab/requests.def"
	REQUEST_KINDS,
};

/* Flags of a kind. */
#define REQUEST_IS_IDLE 1u   /* refused while anything trains */
#define REQUEST_IS_RECORD 2u /* written to the recording when it took effect */
#define REQUEST_IS_STAMP 4u  /* may be stamped with a step */
#define REQUEST_IS_UNDO 8u   /* `undo` takes its effect back */
#define REQUEST_IS_KNOBS 16u /* its payload begins with a struct request_knobs */
#define REQUEST_IS_MERGE 32u /* replaces a waiting one of the same knob, see request_replaces */
#define REQUEST_IS_RUN 128u  /* acts on one run */
#define REQUEST_IS_ALL 256u  /* may act on every run, after `all:` */
#define REQUEST_IS_LOOK 64u  /* reads only: the lab is the same when it is answered */

enum request_answered {
	REQUEST_AT_ONCE,   /* when its handler returns */
	REQUEST_AT_END,    /* when the report that it starts is complete */
	REQUEST_BY_WORKER, /* its handler hands it to a thread, which posts it again with `worked`
			      set; at once where the handler fails */
};

struct request_row {
	const char *name; /* the command it comes from */
	size_t size;      /* bytes of the payload */
	unsigned flags;   /* REQUEST_IS_... */
	enum request_answered answered;
	/*
	 * Apply the request on the trainer's thread, at a step boundary. 0 with the answer filled
	 * in, or -1 with an error in e and the state unchanged. NULL: see requests.def.
	 */
	int (*handle)(struct trainer_state *w, struct request *r, struct err *e);
	void (*release)(struct request *r); /* frees what the payload owns; may be NULL */
};
extern const struct request_row request_table[REQUEST_KINDS];

/* One knob and its value as typed. */
struct request_set {
	const struct knob *knob;
	char value[64];
};

/* Knobs that are set together or not at all. */
/* `augment off` sets one of each augmentation. */
enum { REQUEST_SETS = (int)AUGMENTS > 12 ? (int)AUGMENTS : 12 };
struct request_knobs {
	int n;
	struct request_set set[REQUEST_SETS];
};

/* A share of the gradient, and its term by the name that metrics use: "kd", "map1". */
#define REQUEST_SHARES 64 /* all terms: losses on outputs and pairs of layers */
struct request_share {
	char term[24];
	double share;
};

struct request_shares {
	int n; /* BALANCE: 0: equal shares for all terms */
	struct request_share share[REQUEST_SHARES];
};

/* Which pairs an edit of the layer map names. The teacher has N blocks, the student M; k is 1 to M.
 */
enum request_pairs {
	REQUEST_TYPED,   /* t_layer with s_layer */
	REQUEST_UNIFORM, /* block k from k N / M, rounded down */
	REQUEST_LAST,    /* block k from N - M + k */
	REQUEST_SKIP,    /* block k from k times (N / M, rounded down) */
	REQUEST_FIRST,   /* block k from k */
	REQUEST_AUTO,    /* ascending pairs with the largest sum of CKA between blocks */
	REQUEST_PAIRS,
};
extern const char *const request_pairs_name[]; /* "", "uniform" ... by enum */

/* One edit of the layer map: one pair, or several where t_layer or s_layer is a range or `pairs` a
 * preset. */
struct request_map {
	char teacher[NET_NAME], t_layer[40],
		s_layer[40]; /* layers as typed: "2", "1..3", "block2.attention" */
	enum request_pairs pairs;
	enum layer_pair_through through;
	enum model_tap on;        /* default: MODEL_HIDDEN */
	const struct loss *match; /* NULL: loss_hidden */
	bool off;                 /* remove the pairs */
	double weight;
};

/* MAP: the edits are applied together or not at all; none: clear the map. */
struct request_maps {
	int n;
	struct request_map map[TRAIN_MAPS];
};

/*
 * RUN as a stage: steps 0 leaves its length to the stage, `knobs` are set for the stage, `keep`
 * has the weights from which losses on teacher outputs fade, `freeze` the layers to freeze.
 */
struct request_stage {
	enum lab_stage_kind kind;
	enum { REQUEST_ROWS_DEFAULT, REQUEST_ROWS_LABELLED, REQUEST_ROWS_ALL } rows;
	char sets[NET_SPEC]; /* "train,transfer": sets to draw rows from; "": those with weight */
	int64_t fade;        /* steps until losses on teacher outputs are at 0; 0: they stay, -1:
				as long as the stage */
};

struct request_run {
	struct request_knobs knobs;
	int64_t steps;
	bool rest; /* the steps that are left of work that was interrupted, if it was */
	struct request_stage stage;
	struct request_shares keep;
	char freeze[NET_SPEC];
	char memory[64]; /* answer: what caches of teacher outputs will take; "" not worth a line */
};

/* TEACHER: declare `spec`, or load `ckpt` or `file`. STUDENT: make `spec`, or load `ckpt`. */
struct request_net {
	char name[NET_NAME]; /* TEACHER */
	char spec[NET_SPEC]; /* STUDENT: or "again" */
	char from[64];       /* the path that ckpt or file were read from */
	bool head_new;       /* of ckpt without its head: a new one is made for the data */
	struct ckpt *ckpt;   /* owned; NULL: none */
	char *files;         /* owned: tokenizer files beside ckpt, nn/hf/hf_files.h; NULL: none */
	struct logit_file *file; /* owned; NULL: none */
};

struct request_bitext {
	struct request_knobs knobs;
	struct bitext *bitext; /* owned */
};

struct request_translate {
	struct request_knobs knobs;
	struct translator *translator; /* owned */
	/* the answer */
	struct bitext *bitext; /* owned */
	char *path;            /* owned: the file in the cache */
	size_t texts;          /* that were translated now */
	int64_t sentences;
	double seconds;
};

/* REMEDY: what the remedy's `parse` filled in, see remedy.h. */
struct request_remedy {
	int kind;              /* enum remedy_kind */
	bool off;              /* take it off; nothing below counts */
	char set[64];          /* weigh, select: rows of this set; prior: for this set */
	char other[NET_SPEC];  /* weigh: like this set; select: to cover this set, or without
				  these classes, one a line */
	char method[NET_NAME]; /* prior, select; "" the default, or select without classes */
	double limit;          /* weigh: largest weight */
	int64_t rows;          /* select: how many */
};

#define REQUEST_NOTE 288 /* with its stamp a line of the log */
struct request {
	enum request_kind kind;
	uint64_t id; /* the caller's */
	/* when; without a stamp at once */
	bool stamped;
	char owner[NET_NAME];  /* whose steps `at` counts: "" the student, or a teacher in training
				*/
	uint64_t at;           /* steps done */
	char target[NET_NAME]; /* run that it acts on, and whose steps `at` counts where there is no
				  owner; "": the focused one */
	bool all;              /* it acts on every run */
	bool scripted; /* from a script: refused where no work is left that could reach `at` */
	/* the answer */
	int status; /* 0, or -1 and err */
	struct err err;
	bool worked;    /* a worker made this answer */
	bool unchanged; /* the note says what stays as it was: no change for the report */
	bool notable;   /* print the note even without a screen: it is news to its author */
	char note[REQUEST_NOTE]; /* what changed: "temperature 4 -> 2"; "" nothing to say */
	/* "@620", "@big:12", or "" when nothing was training; with several runs followed by the one
	 * that it acted on: "@620 run 2:" */
	char stamp[NET_NAME + 40];
	int run;        /* number of the run that it acted on */
	uint64_t again; /* steps that were computed again; not part of the note, which is the same
			   in every replay */
	uint64_t step;
	int branch;                  /* BRANCH_STUDENT or BRANCH_TEACHER(k): whose step it is */
	const struct lab_info *info; /* the lab after it was applied; one reference, see
					lab_snapshot.h */
	/* knobs that have changed since the answer before, in every run; owned */
	size_t n_changes;
	struct knob_change *change;
	char *page; /* AUGMENT_PREVIEW, MISMATCH, LIST: a text of several lines; owned */
	/* what; allocated for the member of the kind alone */
	union request_payload {
		char none;
		struct {
			int64_t seed;
		} seed;
		struct {
			struct dataset *dataset; /* owned */
			int64_t labels;          /* DATA: labels to show, -1 all */
			enum dataset_role role;  /* ADD */
			double weight;           /* ADD: of its rows */
		} data;
		struct {
			char teacher[NET_NAME], layers[NET_SPEC]; /* "0,2,4" */
		} init;
		struct request_net net;
		struct {
			char teacher[NET_NAME], key[64], value[NET_SPEC]; /* key: cache, top,
									     precision */
		} option;
		struct {
			char name[NET_NAME]; /* STAGE: the new teacher; EVAL: "" what trains, or
						the student; else "": all of them */
			double weight;       /* WEIGHT */
			enum { REQUEST_UNMUTE, REQUEST_MUTES, REQUEST_SOLO } mute; /* MUTE */
		} teacher;
		struct {
			char teacher[NET_NAME];
			int64_t epochs;
			struct stop_rule until;
		} train;
		struct stop_rule stop_when;
		struct request_knobs knobs; /* of every kind with REQUEST_IS_KNOBS */
		struct request_run run;
		struct {
			struct request_knobs knobs;
			struct wordnet *wordnet; /* owned; NULL: unchanged */
		} set;
		struct request_maps map;
		struct {
			char set[NET_SPEC];
			double weight; /* of each row; 0: none are drawn */
		} draw;
		struct {
			struct ramp ramp;    /* without its start; no legs: end the ramp */
			char what[NET_SPEC]; /* what follows it; "": the knob that ramp names */
		} ramp;
		struct request_shares shares;
		struct {
			char layers[NET_SPEC]; /* of the student, "" all */
			bool thaw;
		} freeze;
		struct request_bitext bitext;
		struct request_remedy remedy;
		struct {
			int64_t rows;
		} preview;
		struct {
			char first[64], second[NET_SPEC];
			struct shift_report *report; /* answer to GAUGE; owned */
		} sets;
		struct {
			enum {
				REQUEST_FOCUS,
				REQUEST_SHOW,
				REQUEST_HIDE,
				REQUEST_REFERENCE,
				REQUEST_RENAME,
				REQUEST_DROP
			} act;
			char run[NET_NAME], name[NET_NAME]; /* name: RENAME */
		} runs;
		struct {
			struct lab_interval interval; /* answer */
		} compare;
		struct {
			int64_t at;    /* step; -1: see below; the answer has the step */
			bool best;     /* of the best evaluation */
			bool change;   /* before the last change; else the last kept state */
			bool lockstep; /* all runs in lockstep */
			bool undone;   /* answer: `change` was undone at that step */
		} rewind;
		struct {
			char name[NET_NAME]; /* of the new run */
			int64_t at;          /* step of the one it is forked from; -1: now */
			struct request_knobs knobs;
			struct request_maps map;
			bool map_off; /* `map off`: without pairs */
		} fork;
		struct {
			struct sweep *sweep; /* owned; of the answer: with its result */
			struct ckpt *ckpt; /* answer to SWEEP_BEGIN: the state of the session; owned
					    */
		} sweep;
		struct {
			int point, points;
			size_t n_rows;                 /* of figures->row */
			struct sweep_figures *figures; /* owned; NULL: the sweep begins */
		} swept;
		struct {
			char text[64];
		} mark;
		struct {
			char name[NET_NAME], metric[64]; /* name: "" or "s" the student, "plain" */
			double value;                    /* answer: the last evaluated value */
		} expect;
		struct {
			char name[NET_NAME]; /* "" or "s" the student */
			bool outputs;        /* logits of all rows instead of parameters */
			bool best;           /* the weights of the best evaluation */
			bool state;          /* all that is needed to continue the run */
			bool leave;          /* the state of all runs, which are paused */
			bool ends;           /* the session ends when the file is written */
			struct ckpt *ckpt;   /* answer; owned */
			char *files; /* answer: tokenizer files that the network was published
					with, see nn/hf/hf_files.h; owned; NULL: none */
		} snapshot;
		struct {
			int64_t n; /* STEP: resume for so many steps, then pause: an answer PAUSE
				      with id 0 follows; PACE: steps a second at most, 0 no limit */
		} steps;
		struct request_translate translate;
		struct {
			int teacher;
			struct lab_cka cka; /* answer */
		} probe;
		struct {
			size_t done, texts;
			double rate;           /* sentences a second */
			struct bitext *bitext; /* owned: the last of them */
		} progress;
	} u;
};

/* Allocates the request with the payload of its kind, zeroed. */
struct request *request_new(enum request_kind kind);

/* Frees it with all that it owns. request_free(NULL) is fine. */
void request_free(struct request *r);

/* Bytes that a request of that kind takes, without what it points to. */
size_t request_size(enum request_kind kind);

/* Whether its kind has all of these flags. */
bool request_is(const struct request *r, unsigned flags);

/* The knobs that it sets; NULL for kinds that set none. */
const struct request_knobs *request_knobs(const struct request *r);

/* Whether `r` can take the place of `waiting`, which was posted just before: both unstamped, and
 * each sets the same single knob. */
bool request_replaces(const struct request *r, const struct request *waiting);

#endif
