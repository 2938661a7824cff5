/* steprig.c: lines and steps of a lab without a thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "steprig.h"

#include "retort/base/mem.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/past.h"
#include "retort/lab/phase.h"
#include "retort/lab/request.h"
#include "retort/lab/runs.h"
#include "retort/lab/runs_request.h"
#include "retort/nn/gemm/blas.h"
#include "retort/probe/remedy/remedy.h"
#include "retort/session/cmd.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/lex.h"

/* Set OpenBLAS to one thread, as the program does; its own threads spin while they wait. */
static void
single_blas(void)
{
	static bool done;
	struct err e;

	if (!done)
		assert_int_equal(blas_init(STEPRIG_THREADS, &e), 0);
	done = true;
}

struct trainer_state *
steprig_new(int threads)
{
	struct trainer_state *w = mem_new(sizeof *w);

	assert_in_range(threads, 1, STEPRIG_THREADS);
	single_blas();
	idle_change_init(w, threads);
	return w;
}

void
steprig_free(struct trainer_state *w)
{
	idle_change_release(w);
	mem_free(w);
}

/* Apply a request: of its table, or of the only addon here. */
static int
handle(struct trainer_state *w, struct request *r, struct err *e)
{
	const struct request_row *row = &request_table[r->kind];

	if (idle_change_allows(w, row, e) < 0 || runs_request_target(w, r, e) < 0)
		return -1;
	if (r->all)
		return runs_request_all(w, r, e);
	return row->handle ? row->handle(w, r, e) : remedy_addon.row[0].handle(NULL, w, r, e);
}

int
steprig_try(struct trainer_state *w, const char *line, struct err *e)
{
	static char data_line[200]; /* of the data set that was read last, in any lab */
	struct cmd_call c = { .info = &w->info,
			      .dir = ".",
			      .scripted = true,
			      .live = true,
			      .table = cmd_table,
			      .data_line = data_line };
	const struct cmd *d;
	struct lex lex;
	int column, status;

	assert_int_equal(lex_line(line, &lex, &column, e), 0);
	d = cmd_find(cmd_table, lex.word[0], e);
	assert_non_null(d);
	c.argc = lex.n - 1;
	c.argv = lex.word + 1;
	status = cmd_parse(d, &c, e) < 0 ? -1 : cmd_exec(d, &c, e);
	if (status == 0 && c.request) {
		if (!c.request->target[0])
			memcpy(c.request->target, lex.target, sizeof lex.target);
		c.request->all = lex.all;
		status = handle(w, c.request, e);
		runs_take(w, w->focus);
	}
	if (status == 0 && c.request && c.request->kind == REQUEST_DATA)
		snprintf(data_line, sizeof data_line, "%s", line);
	cmd_release(&c);
	return status;
}

void
steprig_apply(struct trainer_state *w, const char *line)
{
	struct err e = { .msg = "" };

	if (steprig_try(w, line, &e) < 0)
		fail_msg("%s: %s", line, e.msg);
}

void
steprig_drain(struct trainer_state *w, struct hash *h)
{
	for (size_t i = 0; i < w->n_samples; i++) {
		const struct trainer_state_sample *s = &w->sample[i];
		double value[4] = { s->branch, s->metric, s->step, s->value };
		struct hash one = hash_of(value, sizeof value);

		*h = hash_join(h, &one);
	}
	w->n_samples = 0;
}

void
steprig_step(struct trainer_state *w, struct hash *samples)
{
	struct err e = { .msg = "" };

	assert_true(phase_step(w, &e) == PHASE_STEPPED);
	past_follow(w);
	steprig_drain(w, samples);
}

void
steprig_work(struct trainer_state *w)
{
	struct err e = { .msg = "" };
	struct hash h = { 0 };

	while (phase_works(w)) {
		phase_step(w, &e);
		steprig_drain(w, &h);
	}
}
