/* A trainer under test: post requests, wait for answers, hash samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_LABRIG_H
#define RETORT_TESTS_LABRIG_H

#include "retort/base/hash.h"
#include "retort/lab/trainer.h"

struct labrig {
	struct trainer *t;
	struct request *answer; /* of the last labrig_wait; owned */
	struct lab_info info;   /* of the last answer */
	struct lab_run run;     /* that info has */
	struct hash samples;    /* of every sample so far, in order */
	double last[BRANCH_IDS][METRIC_COUNT];
	int diverged;
	void (*on_answer)(struct labrig *r, struct request *answer); /* may be NULL; may post */
	void *arg;                                                   /* of on_answer */
};

/* Start a trainer; `ring` and `addons` as in trainer_new. */
void labrig_open(struct labrig *r, int threads, size_t ring,
		 const struct trainer_addon *const *addons);
void labrig_close(struct labrig *r);

/* Take events until an answer of `kind`, which is then r->answer. Fails the test after a minute
 * without an event. */
void labrig_wait(struct labrig *r, enum request_kind kind);

/* Post a request and wait for its answer. Returns the answer's status. */
int labrig_ask(struct labrig *r, struct request *q);

/* A request with a name, description or number, whichever its kind has. */
struct request *labrig_request(enum request_kind kind, const char *name, const char *spec,
			       int64_t number);

/* A request to set one knob. */
struct request *labrig_set(const char *knob, const char *value);

/* Schedule a request at `step`. Returns r. */
struct request *labrig_at(struct request *r, uint64_t step);

/* Set seed 42, load a bundled data set with 100 labels, add a teacher `big` and, with `epochs` > 0,
 * train it. */
void labrig_prepare(struct labrig *r, const char *data, const char *teacher, int epochs);

#endif
