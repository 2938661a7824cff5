/* The trainer: the thread that owns the lab. Requests go in, samples and answers come out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_TRAINER_H
#define RETORT_LEARN_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/data/dataset.h"
#include "retort/engine/ckpt.h"
#include "retort/learn/lab.h"

/*
 * Nothing is shared between the main thread and the trainer; things are handed over.
 *
 *   mailbox  main -> trainer   requests, in order
 *   ring     trainer -> main   samples and answers, in one order: an answer that says "at step
 *                              620" comes after every sample of step 620 and before those of 621
 *
 * A request is applied between two steps, as soon as the requests before it are, and when its
 * stamp is due. It is then given back through the ring as its own answer, with the step at
 * which it took effect and a fresh snapshot of the lab. The trainer does no input or output.
 */
struct trainer;

enum request_kind {
	/* only while nothing trains */
	REQUEST_SEED,     /* number: the seed; drops data, networks and steps */
	REQUEST_DATA,     /* dataset (handed over), number: labels shown, -1 all */
	REQUEST_TEACHER,  /* name, spec: declare; with ckpt (handed over): load */
	REQUEST_STUDENT,  /* spec; with ckpt: load */
	REQUEST_TRAIN,    /* name, number: epochs; answered when it starts */
	REQUEST_RUN,      /* number: steps; answered when it starts */
	REQUEST_REPORT,   /* evaluate everything, train the plain student up to the same step */
	/* any time, between two steps */
	REQUEST_SET,      /* knob, value */
	REQUEST_MAP,      /* map[0..n_maps): applied together or not at all */
	REQUEST_WEIGHT,   /* name, value: weight of a teacher; value < 0 keeps it */
	REQUEST_MUTE,     /* name, number: 1 mute, 0 unmute */
	REQUEST_UNDO,     /* take the last change of SET, MAP, WEIGHT or MUTE back */
	REQUEST_REDO,
	REQUEST_EVAL,     /* evaluate now */
	REQUEST_MARK,     /* nothing: asks for the step */
	REQUEST_EXPECT,   /* metric, value: the last evaluated value of that metric is in the answer's `value` */
	REQUEST_SNAPSHOT, /* name ("" the student): answer carries ckpt, owned by the receiver */
	REQUEST_STOP,     /* end the work at hand here */
	/* how work goes on, never what it computes: not stamped */
	REQUEST_PAUSE, REQUEST_RESUME,
	REQUEST_STEP,     /* number: resume for so many steps, then pause */
	/* made by the trainer itself */
	REQUEST_DONE,     /* the work at hand has ended; err is set when it failed */
	REQUEST_DIVERGED, /* a step was not applied and the work is paused; err says why */
};

/* One edit of the layer map. */
struct request_map {
	char teacher[LAB_NAME], t_layer[12], s_layer[12];
	bool off;
	double weight;
};

struct request {
	enum request_kind kind;
	uint64_t id;           /* the caller's */
	/* when: unstamped requests are due at once */
	bool stamped;
	char owner[LAB_NAME];  /* "" the main line, or the teacher in training */
	uint64_t at;           /* steps done */
	/* what */
	char name[LAB_NAME];
	char spec[LAB_SPEC];
	double value;
	int64_t number;
	const struct knob *knob;
	char text[64];         /* SET: the value as typed; EXPECT: the metric */
	int n_maps;
	struct request_map map[LAB_MAPS];
	struct dataset *dataset;
	struct ckpt *ckpt;
	/* the answer */
	int status;            /* 0, or -1 and err */
	struct err err;
	char note[96];         /* SET, WEIGHT, UNDO, REDO: what changed: "temperature 4 -> 2" */
	char stamp[LAB_NAME + 24]; /* "@620", "@big:12", or "" when nothing was at work */
	uint64_t step;
	int branch;            /* LAB_MAIN or LAB_TEACHER(k): whose step it is */
	struct lab_info info;
};

/* What goes through the ring. metric == METRIC_NONE: `answer`, which the receiver frees with request_free. */
struct event {
	uint32_t step;
	uint16_t branch;
	uint16_t metric;
	union {
		double value;
		struct request *answer;
	};
};

struct request *request_new(enum request_kind kind);

/* Frees what was handed over with it and not taken. request_free(NULL) is fine. */
void request_free(struct request *r);

/* Starts the thread. `threads` >= 1 workers with it; `ring` events are kept for a slow reader (0: 65536). */
struct trainer *trainer_new(int threads, size_t ring);

/* Stops at the next boundary, drains, joins, frees. Requests not yet applied are dropped. */
void trainer_free(struct trainer *t);

/* Hands `r` over. A SET of the same knob that still waits at the end of the mailbox is
   replaced (last value wins) and freed: only the later one is answered. Both unstamped. */
void trainer_post(struct trainer *t, struct request *r);

/*
 * While held, the trainer applies requests but takes no step. A script holds it, posts `run` and
 * the stamped lines behind it, and lets go: else the run could pass a stamp before it is posted.
 * Stamped requests are applied in the order posted, each at its step; one whose step has passed
 * is answered with an error. Unstamped requests do not wait for stamped ones.
 */
void trainer_hold(struct trainer *t, bool held);

/* Main thread. At most `max` events, oldest first. */
size_t trainer_take(struct trainer *t, struct event *out, size_t max);

/* Main thread. A descriptor that polls readable when there is something to take. Call trainer_quiet, then take. */
int trainer_fd(const struct trainer *t);
void trainer_quiet(struct trainer *t);

#endif
