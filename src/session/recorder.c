/* recorder.c: write lines and samples of a session to its recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/recorder.h"

#include <math.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/recording.h"
#include "retort/session/output.h"

struct recorder {
	struct recording *recording;
	char *path;
	bool replay;
};

/* A recorder of a recording, which it owns; NULL of NULL. */
static struct recorder *
create(struct recording *h, const char *path, bool replay)
{
	struct recorder *r;

	if (!h)
		return NULL;
	r = mem_new(sizeof *r);
	r->recording = h;
	r->path = mem_text(path);
	r->replay = replay;
	return r;
}

struct recorder *
recorder_new(const char *path, bool replay, struct err *e)
{
	return create(recording_new(path, e), path, replay);
}

struct recorder *
recorder_continue(const char *path, const char *hash, struct err *e)
{
	return create(recording_continue(path, hash, e), path, false);
}

const char *
recorder_hash(const struct recorder *r)
{
	return recording_hash(r->recording);
}

void
recorder_free(struct recorder *r)
{
	if (!r)
		return;
	recording_free(r->recording);
	mem_free(r->path);
	mem_free(r);
}

const char *
recorder_path(const struct recorder *r)
{
	return r->path;
}

int
recorder_line(struct recorder *r, const char *stamp, const char *line, struct err *e)
{
	struct text t = { 0 };
	int status;

	text_addf(&t, "%s%s%s", stamp, stamp[0] ? " " : "", line);
	status = recording_line(r->recording, t.s, true, e);
	text_release(&t);
	return status;
}

int
recorder_sample(struct recorder *r, const struct lab_info *info, const struct event *ev,
		struct err *e)
{
	bool recorded = ev->metric == METRIC_VAL_NLL || ev->metric == METRIC_TARGET_NLL ||
			ev->metric == METRIC_WEIGHTS;
	const char *teacher = ev->branch >= BRANCH_TEACHER(0) ? output_network(info, ev) : "";
	const char *colon = teacher[0] ? ":" : "";
	struct text t = { 0 };
	int status;

	if (r->replay || !recorded || !isfinite(ev->value) || ev->branch == BRANCH_BASELINE)
		return 0;
	text_addf(&t, "@%s%s%u ", teacher, colon, ev->step);
	if (!teacher[0] && info->n_runs > 1)
		text_addf(&t, "run %u: ", ev->run);
	text_addf(&t, "expect %s%s%s %#.17g", teacher, colon, metric_info(ev->metric)->name,
		  ev->value);
	status = recording_line(r->recording, t.s, false, e);
	text_release(&t);
	return status;
}
