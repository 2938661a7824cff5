/* sweep_background.c: a sweep that another process trains. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_background.h"

#include <stdio.h>

#include "retort/lab/save.h"

/* The state of the session at this step, as it is left with; here the work goes on. */
static struct ckpt *
take_state(struct trainer_state *w, struct err *e)
{
	struct request *r = request_new(REQUEST_SNAPSHOT);
	bool paused = w->info.paused;
	struct ckpt *c = NULL;

	r->u.snapshot.state = r->u.snapshot.leave = true;
	if (save_request(w, r, e) == 0) {
		c = r->u.snapshot.ckpt;
		r->u.snapshot.ckpt = NULL;
	}
	w->info.paused = paused;
	request_free(r);
	return c;
}

int
sweep_background_begin(struct trainer_state *w, struct request *r, struct err *e)
{
	struct sweep *s = r->u.sweep.sweep;

	if (sweep_prepare(w, s, e) < 0)
		return -1;
	r->u.sweep.ckpt = take_state(w, e);
	if (!r->u.sweep.ckpt)
		return err_wrap(e, "sweep");
	snprintf(r->note, sizeof r->note,
		 "sweep in the background: %d points, %llu steps each; `sweep stop` ends it",
		 s->plan.n_points, (unsigned long long)s->steps);
	r->notable = r->unchanged = true;
	return 0;
}

int
sweep_background_end(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)e;
	sweep_store(w, r->u.sweep.sweep);
	return 0;
}
