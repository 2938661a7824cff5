/* labrig.c: a trainer under test. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "labrig.h"

#include <poll.h>

#include "retort/base/mem.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/read.h"

#define PATIENCE 60000 /* milliseconds without an event */

void
labrig_open(struct labrig *r, int threads, size_t ring, const struct trainer_addon *const *addons)
{
	memset(r, 0, sizeof *r);
	r->info.run = &r->run;
	r->t = trainer_new(threads, ring, addons);
}

void
labrig_close(struct labrig *r)
{
	request_free(r->answer);
	trainer_free(r->t);
}

static void
take_sample(struct labrig *r, const struct event *ev)
{
	struct hash h = hash_of(ev, offsetof(struct event, value) + sizeof ev->value);

	r->last[ev->branch][ev->metric] = ev->value;
	r->samples = hash_join(&r->samples, &h);
}

/* Returns whether the answer is of `kind`. */
static bool
take_answer(struct labrig *r, struct request *answer, enum request_kind kind)
{
	lab_info_copy(&r->info, &r->run, answer->info);
	r->diverged += answer->kind == REQUEST_DIVERGED;
	if (r->on_answer)
		r->on_answer(r, answer);
	if (answer->kind != kind) {
		request_free(answer);
		return false;
	}
	r->answer = answer;
	return true;
}

void
labrig_wait(struct labrig *r, enum request_kind kind)
{
	struct event ev;
	bool found = false;

	request_free(r->answer);
	r->answer = NULL;
	while (!found) {
		struct pollfd p = { trainer_fd(r->t), POLLIN, 0 };

		trainer_drain(r->t);
		while (!found && trainer_take(r->t, &ev, 1) > 0)
			if (ev.metric != METRIC_NONE)
				take_sample(r, &ev);
			else
				found = take_answer(r, ev.answer, kind);
		if (!found)
			CHECK(poll(&p, 1, PATIENCE) > 0);
	}
}

int
labrig_ask(struct labrig *r, struct request *q)
{
	enum request_kind kind = q->kind;

	trainer_post(r->t, q);
	labrig_wait(r, kind);
	return r->answer->status;
}

struct request *
labrig_request(enum request_kind kind, const char *name, const char *spec, int64_t number)
{
	struct request *r = request_new(kind);

	switch (kind) {
	case REQUEST_SEED:
		r->u.seed.seed = number;
		break;
	case REQUEST_DATA:
		r->u.data.labels = number;
		break;
	case REQUEST_TEACHER:
	case REQUEST_STUDENT:
		snprintf(r->u.net.name, sizeof r->u.net.name, "%s", name);
		snprintf(r->u.net.spec, sizeof r->u.net.spec, "%s", spec);
		break;
	case REQUEST_TRAIN:
		snprintf(r->u.train.teacher, sizeof r->u.train.teacher, "%s", name);
		r->u.train.epochs = number;
		break;
	case REQUEST_RUN:
		r->u.run.steps = number;
		break;
	case REQUEST_STEP:
		r->u.steps.n = number;
		break;
	case REQUEST_SNAPSHOT:
		snprintf(r->u.snapshot.name, sizeof r->u.snapshot.name, "%s", name);
		break;
	case REQUEST_PROBE:
		r->u.probe.teacher = (int)number;
		break;
	case REQUEST_INIT:
		snprintf(r->u.init.teacher, sizeof r->u.init.teacher, "%s", name);
		snprintf(r->u.init.layers, sizeof r->u.init.layers, "%s", spec);
		break;
	default:
		break;
	}
	return r;
}

struct request *
labrig_set(const char *knob, const char *value)
{
	struct request *r = request_new(REQUEST_SET);

	r->u.knobs.n = 1;
	r->u.knobs.set[0].knob = knob_find(knob, NULL);
	snprintf(r->u.knobs.set[0].value, sizeof r->u.knobs.set[0].value, "%s", value);
	return r;
}

struct request *
labrig_at(struct request *r, uint64_t step)
{
	r->stamped = true;
	r->at = step;
	return r;
}

void
labrig_prepare(struct labrig *r, const char *data, const char *teacher, int epochs)
{
	struct dataset_options o = { 0 };
	struct request *q = labrig_request(REQUEST_DATA, "", "", 100);
	char *path = bundled_path(data, NULL);

	CHECK(path && read_dataset(path, &o, &q->u.data.dataset, NULL) == 0);
	mem_free(path);
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_SEED, "", "", 42)), 0);
	CHECK_INT(labrig_ask(r, q), 0);
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_TEACHER, "big", teacher, 0)), 0);
	if (epochs == 0)
		return;
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_TRAIN, "big", "", epochs)), 0);
	labrig_wait(r, REQUEST_DONE);
}
