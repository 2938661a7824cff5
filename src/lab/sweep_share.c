/* sweep_share.c: rank 0 gives out the units of a sweep; every rank gets the figures of all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_share.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/sweep_group.h"
#include "retort/lab/sweep_message.h"
#include "retort/lab/sweep_score.h"
#include "retort/nn/gemm/blas.h"

struct sweep_share_state {
	bool asked;  /* this rank has asked for units */
	bool *waits; /* [n] owned: of rank 0, the ranks that have asked and got none yet */
};

void
sweep_share_free(struct sweep *s)
{
	if (s->shared)
		mem_free(s->shared->waits);
	mem_free(s->shared);
	s->shared = NULL;
}

static struct sweep_share_state *
state_of(const struct trainer_state *w, struct sweep *s)
{
	if (!s->shared) {
		s->shared = mem_new(sizeof *s->shared);
		s->shared->waits = mem_array((size_t)w->share->n, sizeof *s->shared->waits);
	}
	return s->shared;
}

/* ---- messages ---- */

static struct sweep_message
new_message(const struct trainer_state *w, enum sweep_message_kind kind)
{
	struct sweep_message m = { .kind = kind, .sweep = w->n_sweeps };

	return m;
}

static void
send_message(const struct trainer_state *w, const struct sweep *s, int to,
	     const struct sweep_message *m)
{
	struct text bytes = { 0 };

	sweep_message_add(m, s->n_rows, &bytes);
	w->share->send(w->share->arg, to, bytes.s, bytes.len);
	text_release(&bytes);
}

/* Take a message that has arrived. 1: *m, to be freed with its row; 0: there is none; -1 and an
 * error. */
static int
take_message(const struct trainer_state *w, const struct sweep *s, int *from,
	     struct sweep_message *m, struct err *e)
{
	size_t size;
	void *bytes = w->share->take(w->share->arg, from, &size);
	int status;

	if (!bytes)
		return 0;
	status = sweep_message_parse(bytes, size, s->n_units, s->n_rows, m, e);
	mem_free(bytes);
	if (status < 0)
		return err_wrap(e, "rank %d", *from);
	if (m->sweep == w->n_sweeps)
		return 1;
	mem_free(m->figures.row);
	return err_set(e, "rank %d is at sweep %u of its script, rank %d at sweep %u", *from,
		       m->sweep, w->share->rank, w->n_sweeps);
}

/* Hash the keys of all units: the same at all ranks. */
static struct hash
plan_of(const struct sweep *s)
{
	struct hash_sum sum;

	hash_begin(&sum);
	for (size_t i = 0; i < s->n_units; i++)
		hash_add(&sum, &s->unit[i].key, sizeof s->unit[i].key);
	return hash_end(&sum);
}

/* ---- rank 0 ---- */

/* Share of a rank in the units that no rank trains yet. */
static size_t
fair_share(const struct trainer_state *w, struct sweep *s)
{
	size_t n = (size_t)w->share->n;

	return (sweep_group_left(s) + n - 1) / n;
}

static void
mark_given(struct sweep *s, const size_t *unit, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s->unit[unit[i]].given = true;
}

/* A rank asks for units: it has to have the same ones. */
static int
take_want(const struct trainer_state *w, struct sweep *s, int from, const struct sweep_message *m,
	  struct err *e)
{
	struct hash plan = plan_of(s);

	if (strcmp(m->kernel, blas_name()) != 0)
		return err_set(e,
			       "rank %d computes with %s, rank 0 with %s: bits would differ; "
			       "OPENBLAS_CORETYPE chooses a kernel for all",
			       from, m->kernel, blas_name());
	if (memcmp(&plan, &m->plan, sizeof plan) != 0)
		return err_set(e, "rank %d has other data, networks or settings than rank 0", from);
	state_of(w, s)->waits[from] = true;
	return 0;
}

/* A rank has trained a unit. The row of the figures is the sweep's, or freed. */
static int
take_figures(struct sweep *s, int from, const struct sweep_message *m, struct err *e)
{
	struct sweep_unit *u = &s->unit[m->unit];

	if (!u->given || m->figures.steps != s->target ||
	    memcmp(&m->figures.key, &u->key, sizeof u->key) != 0) {
		mem_free(m->figures.row);
		return err_set(e, "rank %d has sent figures of a unit that it was not given", from);
	}
	sweep_group_store(s, m->unit, m->figures.diverged, m->figures.row);
	u->holder = u->state == SWEEP_WAITS ? from : 0;
	s->finished[s->n_finished++] = m->unit;
	return 0;
}

/* Take the messages that have arrived, as long as there is room for their figures. */
static int
take_all(const struct trainer_state *w, struct sweep *s, struct err *e)
{
	struct sweep_message m;
	int from, status = 0, got = 1;

	while (status == 0 && s->n_finished < LAB_LOCKSTEP &&
	       (got = take_message(w, s, &from, &m, e)) > 0) {
		if (m.kind == SWEEP_MESSAGE_WANT)
			status = take_want(w, s, from, &m, e);
		else if (m.kind == SWEEP_MESSAGE_FIGURES)
			status = take_figures(s, from, &m, e);
		else
			status = err_set(e, "rank %d gives out units, as rank 0 does", from);
	}
	return got < 0 ? -1 : status;
}

int
sweep_share_serve(struct trainer_state *w, struct sweep *s, struct err *e)
{
	struct sweep_share_state *state = state_of(w, s);
	struct sweep_message m = new_message(w, SWEEP_MESSAGE_GIVE);

	if (w->share->rank)
		return 0;
	if (take_all(w, s, e) < 0)
		return -1;
	m.target = s->target;
	for (int to = 1; to < w->share->n; to++) {
		if (!state->waits[to])
			continue;
		m.n = sweep_group_pick(w, s, to, fair_share(w, s), m.given);
		if (!m.n)
			continue;
		mark_given(s, m.given, m.n);
		state->waits[to] = false;
		send_message(w, s, to, &m);
	}
	return 0;
}

/* Whether all units have reached the target, and all ranks wait. */
static bool
is_over(const struct trainer_state *w, struct sweep *s)
{
	for (size_t i = 0; i < s->n_units; i++)
		if (s->unit[i].given)
			return false;
	for (int i = 1; i < w->share->n; i++)
		if (!s->shared->waits[i])
			return false;
	return sweep_group_left(s) == 0;
}

/* Give every rank the figures of all units that have reached the target. */
static void
spread_figures(const struct trainer_state *w, struct sweep *s)
{
	const struct sweep_share *share = w->share;
	struct sweep_message m = new_message(w, SWEEP_MESSAGE_GIVE);
	struct text bytes = { 0 };
	size_t none = 0;

	m.target = s->target;
	for (int to = 1; to < share->n; to++) {
		s->shared->waits[to] = false;
		send_message(w, s, to, &m);
	}
	m.kind = SWEEP_MESSAGE_FIGURES;
	for (m.unit = 0; m.unit < s->n_units; m.unit++) {
		const struct sweep_unit *u = &s->unit[m.unit];

		if (u->steps != s->target || u->state == SWEEP_DROPPED)
			continue;
		m.figures = (struct sweep_figures){ u->key, u->steps, u->state == SWEEP_DIVERGED,
						    u->row };
		text_clear(&bytes);
		sweep_message_add(&m, s->n_rows, &bytes);
		share->spread(share->arg, bytes.s, &bytes.len);
	}
	share->spread(share->arg, "", &none);
	text_release(&bytes);
}

static int
choose_first(struct trainer_state *w, struct sweep *s, bool *over, struct err *e)
{
	if (sweep_share_serve(w, s, e) < 0)
		return -1;
	s->n_group = sweep_group_pick(w, s, 0, fair_share(w, s), s->group);
	mark_given(s, s->group, s->n_group);
	if (s->n_group)
		return 0;
	*over = is_over(w, s);
	if (*over)
		spread_figures(w, s);
	else
		w->share->rest(w->share->arg);
	return 0;
}

/* ---- the other ranks ---- */

static void
ask(const struct trainer_state *w, struct sweep *s)
{
	struct sweep_message m = new_message(w, SWEEP_MESSAGE_WANT);

	m.plan = plan_of(s);
	snprintf(m.kernel, sizeof m.kernel, "%s", blas_name());
	send_message(w, s, 0, &m);
}

/* Take the figures that rank 0 spreads: of other ranks, and of the journal. */
static int
receive_figures(const struct trainer_state *w, struct sweep *s, struct err *e)
{
	const struct sweep_share *share = w->share;
	struct sweep_message m;
	void *bytes;
	size_t size = 0;

	while ((bytes = share->spread(share->arg, NULL, &size))) {
		int status = sweep_message_parse(bytes, size, s->n_units, s->n_rows, &m, e);
		struct sweep_unit *u;

		mem_free(bytes);
		if (status < 0)
			return err_wrap(e, "rank 0");
		u = &s->unit[m.unit];
		if (m.kind != SWEEP_MESSAGE_FIGURES || m.figures.steps != s->target ||
		    memcmp(&m.figures.key, &u->key, sizeof u->key) != 0) {
			mem_free(m.figures.row);
			return err_set(e, "rank 0 has sent figures of another sweep");
		}
		if (u->steps == s->target) { /* trained here */
			mem_free(m.figures.row);
			continue;
		}
		sweep_free_run(u);
		sweep_group_store(s, m.unit, m.figures.diverged, m.figures.row);
	}
	return 0;
}

static int
choose_other(struct trainer_state *w, struct sweep *s, bool *over, struct err *e)
{
	struct sweep_share_state *state = state_of(w, s);
	struct sweep_message m;
	int from, got;

	if (!state->asked)
		ask(w, s);
	state->asked = true;
	got = take_message(w, s, &from, &m, e);
	if (got <= 0) {
		if (got == 0)
			w->share->rest(w->share->arg);
		return got;
	}
	state->asked = false;
	if (from || m.kind != SWEEP_MESSAGE_GIVE || m.target != s->target) {
		mem_free(m.figures.row);
		return err_set(e, "rank %d has sent a message of another sweep", from);
	}
	memcpy(s->group, m.given, sizeof m.given);
	s->n_group = m.n;
	*over = m.n == 0;
	return *over ? receive_figures(w, s, e) : 0;
}

int
sweep_share_choose(struct trainer_state *w, struct sweep *s, bool *over, struct err *e)
{
	*over = false;
	s->n_group = 0;
	return w->share->rank ? choose_other(w, s, over, e) : choose_first(w, s, over, e);
}

void
sweep_share_report(struct trainer_state *w, struct sweep *s)
{
	struct sweep_message m = new_message(w, SWEEP_MESSAGE_FIGURES);

	for (size_t i = 0; w->share->rank && i < s->n_finished; i++) {
		m.unit = s->finished[i];
		m.figures = sweep_score_figures(s, m.unit);
		send_message(w, s, 0, &m);
		mem_free(m.figures.row);
	}
}
