/* request.c: the table of requests; requests are allocated and freed by it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/request.h"

#include <stddef.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/balance.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/idle_report.h"
#include "retort/lab/lab_snapshot.h"
#include "retort/lab/live_change.h"
#include "retort/lab/ramp_change.h"
#include "retort/lab/fork.h"
#include "retort/lab/rewind.h"
#include "retort/lab/run_compare.h"
#include "retort/lab/runs_request.h"
#include "retort/lab/save.h"
#include "retort/lab/setup_data.h"
#include "retort/lab/setup_student.h"
#include "retort/lab/setup_teacher.h"
#include "retort/lab/stage.h"
#include "retort/lab/state_session.h"
#include "retort/lab/stop_rule.h"
#include "retort/lab/sweep.h"
#include "retort/lab/sweep_background.h"
#include "retort/lab/work.h"

const char *const request_pairs_name[] = { "", "uniform", "last", "skip", "first", "auto" };

static void
release_data(struct request *r)
{
	dataset_free(r->u.data.dataset);
}

static void
release_net(struct request *r)
{
	ckpt_free(r->u.net.ckpt);
	logit_file_free(r->u.net.file);
	mem_free(r->u.net.files);
}

static void
release_set(struct request *r)
{
	wordnet_free(r->u.set.wordnet);
}

static void
release_bitext(struct request *r)
{
	bitext_free(r->u.bitext.bitext);
}

static void
release_sets(struct request *r)
{
	mem_free(r->u.sets.report);
}

static void
release_snapshot(struct request *r)
{
	ckpt_free(r->u.snapshot.ckpt);
	mem_free(r->u.snapshot.files);
}

static void
release_translate(struct request *r)
{
	translator_free(r->u.translate.translator);
	bitext_free(r->u.translate.bitext);
	mem_free(r->u.translate.path);
}

static void
release_sweep(struct request *r)
{
	sweep_free(r->u.sweep.sweep);
	ckpt_free(r->u.sweep.ckpt);
}

static void
release_swept(struct request *r)
{
	if (r->u.swept.figures)
		mem_free(r->u.swept.figures->row);
	mem_free(r->u.swept.figures);
}

static void
release_progress(struct request *r)
{
	bitext_free(r->u.progress.bitext);
}

/* Flags without their prefix, for the rows. */
enum {
	IDLE = REQUEST_IS_IDLE,
	RECORD = REQUEST_IS_RECORD,
	STAMP = REQUEST_IS_STAMP,
	UNDO = REQUEST_IS_UNDO,
	KNOBS = REQUEST_IS_KNOBS,
	MERGE = REQUEST_IS_MERGE,
	LOOK = REQUEST_IS_LOOK,
	RUNS = REQUEST_IS_RUN,
	ALL = REQUEST_IS_ALL,
};

const struct request_row request_table[REQUEST_KINDS] = {
#define REQUEST(id, payload, name, flags, answered, handle, release)         \
	[REQUEST_##id] = { name,   sizeof(((struct request *)0)->u.payload), \
			   flags,  REQUEST_##answered,                       \
			   handle, release },
#include "retort/lab/requests.def"
};

size_t
request_size(enum request_kind kind)
{
	return offsetof(struct request, u) + request_table[kind].size;
}

struct request *
request_new(enum request_kind kind)
{
	struct request *r = mem_new(request_size(kind));

	r->kind = kind;
	return r;
}

void
request_free(struct request *r)
{
	if (!r)
		return;
	if (request_table[r->kind].release)
		request_table[r->kind].release(r);
	lab_snapshot_drop(r->info);
	mem_free(r->change);
	mem_free(r->page);
	mem_free(r);
}

bool
request_is(const struct request *r, unsigned flags)
{
	return (request_table[r->kind].flags & flags) == flags;
}

const struct request_knobs *
request_knobs(const struct request *r)
{
	return request_is(r, REQUEST_IS_KNOBS) ? &r->u.knobs : NULL;
}

bool
request_replaces(const struct request *r, const struct request *waiting)
{
	const struct request_knobs *new = request_knobs(r), *old = request_knobs(waiting);

	return r->kind == waiting->kind && strcmp(r->target, waiting->target) == 0 &&
	       r->all == waiting->all && request_is(r, REQUEST_IS_MERGE) && !r->stamped &&
	       !waiting->stamped && new->n == 1 && old->n == 1 &&
	       new->set[0].knob == old->set[0].knob;
}
