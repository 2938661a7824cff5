/* sweep_use.c: show and record the result of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_use.h"

#include <math.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/figure/figure_sweep.h"
#include "retort/lab/sweep_score.h"
#include "retort/session/lex.h"
#include "retort/session/session_share.h"
#include "retort/session/sweep_child.h"
#include "retort/session/sweep_folder.h"
#include "retort/session/sweep_journal.h"
#include "retort/session/sweep_table.h"

#define BACKGROUND " in background" /* at the end of a line to record */

char *
sweep_use_line(const char *recorded)
{
	size_t len = strlen(recorded), tail = strlen(BACKGROUND);
	char *line = mem_text(recorded);

	if (len > tail && strcmp(recorded + len - tail, BACKGROUND) == 0)
		line[len - tail] = '\0';
	return line;
}

/* The folder of journals in the cache directory, made where it is missing; NULL: there is none. */
static char *
journals(void)
{
	char *dir = io_xdg(IO_CACHE, "sweeps");

	if (dir && io_mkdirs(dir, NULL) == 0)
		return dir;
	mem_free(dir);
	return NULL;
}

/* Path in the cache directory, named by data and line; owned. NULL: there is no such directory. */
static char *
cache_path(const struct session *s, const struct cmd_call *c)
{
	char *dir = journals(), *line = sweep_use_line(text_get(&c->record)), *path;
	struct text key = { 0 }, name = { 0 };
	char hex[65];
	struct hash h;

	text_addf(&key, "%s %llu %s", s->info.data_hash, (unsigned long long)s->info.seed, line);
	h = hash_of(key.s, key.len);
	text_addf(&name, "%.16s.sweep", hash_hex(&h, hex));
	path = dir ? io_join(dir, name.s) : NULL;
	text_release(&key);
	text_release(&name);
	mem_free(line);
	mem_free(dir);
	return path;
}

/* Open the journal at a path; NULL: in the cache directory. */
static int
open_journal(struct session *s, struct cmd_call *c, const char *given, struct err *e)
{
	char *path = given ? io_join(c->dir, given) : cache_path(s, c);

	c->journal = path ? sweep_journal_open(path, !given, s->info.data_hash,
					       c->request->u.sweep.sweep, e)
			  : NULL;
	if (!path)
		err_set(e, "there is no cache directory");
	mem_free(path);
	return c->journal ? 0 : -1;
}

/* The last point of a sweep in the background that has a figure in the lines which follow; -1: none
 * has. */
static int
points_ahead(const struct session *s)
{
	const struct script_line *l;
	struct lex *lex = mem_new(sizeof *lex);
	int last = -1, column;
	int64_t point;

	for (size_t i = 0; (l = script_ahead(s->script, i)); i++) {
		if (lex_line(l->text, lex, &column, NULL) < 0 || lex->n == 0)
			continue;
		if (strcmp(lex->word[0], "sweep") == 0)
			break;
		if (strcmp(lex->word[0], "expect") != 0 || lex->n < 2 ||
		    strncmp(lex->word[1], "sweep.", 6) != 0)
			continue;
		lex->word[1][strcspn(lex->word[1], ":")] = '\0';
		if (text_to_int(lex->word[1] + 6, &point) == 0 && point > last)
			last = (int)point;
	}
	mem_free(lex);
	return last;
}

/* A replay trains the points that the recording has figures of. 1: there are none, the line is
 * skipped. */
static int
limit_points(struct session *s, struct sweep *sweep)
{
	int last = points_ahead(s);

	if (last < 0) {
		session_message(s, false,
				"sweep: the recording has no figures of it, because it was ended "
				"before; not trained");
		return 1;
	}
	if (last > 0 && !sweep->halving)
		sweep->most = last;
	return 0;
}

int
sweep_use_open(struct session *s, struct cmd_call *c, struct err *e)
{
	const char *given = args_word(&c->args, "journal");

	if (s->background)
		return err_set(e, "sweep: one is in the background; `sweep stop` ends it");
	sweep_folder_clean();
	if (s->o.replay && c->request->u.sweep.sweep->background)
		return limit_points(s, c->request->u.sweep.sweep);
	if (s->o.replay || session_share_follows(s) || !s->info.data_hash[0] ||
	    open_journal(s, c, given, e) == 0)
		return 0;
	if (given || c->request->kind == REQUEST_SWEEP_BEGIN)
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

	/* before the message: what was shown is on disk */
	if (p && p->journal && r->u.swept.figures &&
	    sweep_journal_add(p->journal, r->u.swept.figures, r->u.swept.n_rows, &e) < 0) {
		session_message(s, true, "sweep: the journal ends here: %s", e.msg);
		sweep_journal_close(p->journal, false);
		p->journal = NULL;
	}
	if (!s->live) /* with a screen, it is in the log */
		session_message(s, false, "%s", r->note);
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

char *
sweep_use_page(struct session *s, const struct pending *p, const struct sweep *sweep,
	       struct text *winner)
{
	struct sweep_compare c;
	struct text page = { 0 };
	char *title = sweep_use_line(p->text);

	sweep_compare_make(sweep, s->info.seed, &c);
	sweep_table_text(sweep, &c, title, &page);
	sweep_table_winner(sweep, &c, winner);
	if (p->save && !session_share_follows(s))
		write_file(s, p, sweep, &c);
	sweep_compare_release(&c);
	mem_free(title);
	mem_free(s->table);
	s->table = mem_text(page.s);
	return page.s;
}

void
sweep_use_end(struct session *s, const struct sweep *sweep, const char *winner)
{
	const char *how = sweep->stopped ? "stopped" : "done";
	struct text end = { 0 };

	text_addf(&end, "sweep %s: %s", how, winner);
	if (s->live)
		observer_log(s->live, text_get(&end));
	session_message(s, false, "%s; `sweep show` shows the table", text_get(&end));
	text_release(&end);
}

void
sweep_use_answer(struct session *s, struct pending *p, struct request *r)
{
	struct text winner = { 0 };

	if (r->kind == REQUEST_SWEEP_BEGIN)
		sweep_child_begin(s, p, r);
	if (r->kind == REQUEST_SWEEP_END)
		sweep_child_result(s, r);
	if (r->kind != REQUEST_SWEEP)
		return;
	r->page = sweep_use_page(s, p, r->u.sweep.sweep, &winner);
	if (s->live) /* else the table is the last word */
		sweep_use_end(s, r->u.sweep.sweep, text_get(&winner));
	text_release(&winner);
	sweep_journal_close(p->journal, !r->u.sweep.sweep->stopped);
	p->journal = NULL;
}

void
sweep_use_figures(struct session *s, const char *stamp, const struct sweep *sweep)
{
	struct text line = { 0 };

	if (sweep->stopped && sweep->halving)
		return;
	for (int i = 0; !s->o.replay && i <= sweep->done; i++) {
		double mean = sweep_score_point(sweep, i ? i : sweep->same, false);

		text_clear(&line);
		text_addf(&line, "expect sweep.%d:%s %#.17g", i, metric_info(sweep->metric)->name,
			  mean);
		if (isfinite(mean))
			session_record(s, stamp, line.s);
	}
	text_release(&line);
}

void
sweep_use_record(struct session *s, const struct pending *p, const struct request *r)
{
	const struct sweep *sweep = r->u.sweep.sweep;
	char *plain;
	struct text line = { 0 };

	if (sweep->stopped && sweep->halving)
		return; /* it changes nothing, and a replay would not stop there */
	plain = sweep_use_line(p->text);
	text_add(&line, plain);
	if (sweep->stopped && sweep->done < sweep->plan.n_points && !sweep->most)
		text_addf(&line, " points %d", sweep->done);
	if (sweep->background)
		text_add(&line, BACKGROUND);
	session_record(s, r->stamp, line.s);
	sweep_use_figures(s, r->stamp, sweep);
	text_release(&line);
	mem_free(plain);
}

/* ---- commands ---- */

int
sweep_use_act(struct session *s, const struct cmd_call *c, struct err *e)
{
	if (c->sweep == CMD_SWEEP_STOP)
		return sweep_child_stop(s, e);
	if (!s->table)
		return err_set(e, "sweep show: no sweep has a table yet");
	if (s->live)
		observer_text(s->live, "sweep", s->table);
	else
		output_text(&s->output, "sweep", s->table);
	return 0;
}
