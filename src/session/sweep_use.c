/* sweep_use.c: show and record the result of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_use.h"

#include <math.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/figure/figure_sweep.h"
#include "retort/lab/sweep_score.h"
#include "retort/session/sweep_journal.h"
#include "retort/session/sweep_table.h"

/* Path in the cache directory, named by data and line; owned. NULL: there is no such directory. */
static char *
cache_path(const struct session *s, const struct cmd_call *c)
{
	char *base = io_xdg("XDG_CACHE_HOME", ".cache"), *dir, *path = NULL, hex[65];
	struct text key = { 0 }, name = { 0 };
	struct hash h;

	if (!base)
		return NULL;
	dir = io_join(base, "sweeps");
	text_addf(&key, "%s %llu", s->info.data_hash, (unsigned long long)s->info.seed);
	for (int i = 0; i < c->argc; i++)
		cmd_quote(&key, c->argv[i]);
	h = hash_of(key.s, key.len);
	text_addf(&name, "%.16s.sweep", hash_hex(&h, hex));
	if (io_mkdirs(dir, NULL) == 0)
		path = io_join(dir, name.s);
	text_release(&key);
	text_release(&name);
	mem_free(dir);
	mem_free(base);
	return path;
}

int
sweep_use_open(struct session *s, struct cmd_call *c, struct err *e)
{
	const char *given = args_word(&c->args, "journal");
	char *path = given ? io_join(c->dir, given) : NULL;

	if (s->o.replay || !s->info.data_hash[0]) {
		mem_free(path);
		return 0;
	}
	if (!path)
		path = cache_path(s, c);
	if (!path)
		return 0;
	c->journal =
		sweep_journal_open(path, !given, s->info.data_hash, c->request->u.sweep.sweep, e);
	mem_free(path);
	if (c->journal)
		return 0;
	if (given)
		return err_wrap(e, "sweep");
	session_message(s, true, "sweep: no journal: %s", e->msg);
	return 0;
}

/* The line of the sweep at work: the first one that waits. */
static struct pending *
line_at_work(struct session *s)
{
	for (size_t i = 0; i < s->n_pending; i++)
		if (s->pending[i].kind == REQUEST_SWEEP)
			return &s->pending[i];
	return NULL;
}

void
sweep_use_point(struct session *s, const struct request *r)
{
	struct pending *p = line_at_work(s);
	struct err e;

	if (!s->live) /* with a screen, it is in the log */
		session_message(s, false, "%s", r->note);
	if (!p || !p->journal || !r->u.swept.figures ||
	    sweep_journal_add(p->journal, r->u.swept.figures, r->u.swept.n_rows, &e) == 0)
		return;
	session_message(s, true, "sweep: the journal ends here: %s", e.msg);
	sweep_journal_close(p->journal, false);
	p->journal = NULL;
}

/* Write the result to the file that the line names. */
static void
write_file(struct session *s, const struct pending *p, const struct sweep *sweep,
	   const struct sweep_compare *c)
{
	struct text bytes = { 0 };
	struct err e;
	int kind = figure_sweep_kind(p->save, &e), status;

	status = kind < 0 ? -1 : figure_sweep_make(sweep, c, p->text, kind, &bytes, &e);
	if (status == 0)
		status = io_write(p->save, (const void *const[]){ bytes.s }, &bytes.len, 1, &e);
	text_release(&bytes);
	if (status < 0) {
		session_message(s, true, "sweep: %s", e.msg);
		if (!s->live)
			session_fail(s, 1);
	} else if (s->live) {
		session_message(s, false, "saved %s", p->save);
	}
}

void
sweep_use_result(struct session *s, struct pending *p, struct request *r)
{
	const struct sweep *sweep = r->u.sweep.sweep;
	struct sweep_compare c;
	struct text page = { 0 };

	sweep_compare_make(sweep, s->info.seed, &c);
	sweep_table_text(sweep, &c, p->text, &page);
	if (p->save)
		write_file(s, p, sweep, &c);
	sweep_compare_release(&c);
	r->page = page.s;
	sweep_journal_close(p->journal, !sweep->stopped);
	p->journal = NULL;
}

void
sweep_use_record(struct session *s, const struct pending *p, const struct request *r)
{
	const struct sweep *sweep = r->u.sweep.sweep;
	struct text line = { 0 };

	text_add(&line, p->text);
	if (sweep->stopped && sweep->done < sweep->plan.n_points && !sweep->most)
		text_addf(&line, " points %d", sweep->done);
	session_record(s, r->stamp, line.s);
	for (int i = 0; !s->o.replay && i <= sweep->done; i++) {
		double mean = sweep_score_point(sweep, i ? i : sweep->same, false);

		text_clear(&line);
		text_addf(&line, "expect sweep.%d:%s %#.17g", i, metric_info(sweep->metric)->name,
			  mean);
		if (isfinite(mean))
			session_record(s, "", line.s);
	}
	text_release(&line);
}
