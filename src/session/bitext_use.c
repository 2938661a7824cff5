/* bitext_use.c: report a translation and use its bitext. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/bitext_use.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/session/cmd.h"

void
bitext_use_progress(struct session *s, struct request *r)
{
	int64_t all = (int64_t)r->u.progress.texts, done = (int64_t)r->u.progress.done,
		tenth = all > 10 ? all / 10 : 1;

	if (s->live)
		observer_progress(s->live, r);
	else if (done / tenth > s->n_translated / tenth || done < s->n_translated)
		session_message(s, false, "%s", r->note);
	s->n_translated = done;
}

/* Return the first unused path PATH.bitext, PATH.2.bitext, ... of a recording; owned. */
static char *
free_path(const char *recording)
{
	struct text path = { 0 };

	for (int i = 1;; i++) {
		text_clear(&path);
		text_addf(&path, i == 1 ? "%s.bitext" : "%s.%d.bitext", recording, i);
		if (!io_exists(path.s))
			return path.s;
	}
}

static void
report_translation(struct session *s, const struct request *r)
{
	const struct request_translate *t = &r->u.translate;

	if (t->texts == 0)
		session_message(s, false, "all %zu texts were translated before", t->bitext->n);
	else
		session_message(s, false, "translated %zu texts in %.1f s, %.0f sentences a second",
				t->texts, t->seconds,
				t->seconds > 0 ? (double)t->sentences / t->seconds : 0);
}

/* Execute `augment backtranslate from PATH` with the requested knobs. An error fails the script
 * that started the translation. */
static void
apply_bitext(struct session *s, const struct pending *p, const struct request *r, const char *path)
{
	size_t before = s->n_pending, skip = strlen(augment_backtranslate.name) + 1;
	const struct request_knobs *k = request_knobs(r);
	struct text line = { 0 };
	struct err e;

	text_addf(&line, "augment %s from", augment_backtranslate.name);
	cmd_quote(&line, path);
	for (int i = 0; i < k->n; i++)
		text_addf(&line, " %s %s", k->set[i].knob->name + skip, k->set[i].value);
	if (session_line(s, line.s, NULL, &e) < 0) {
		session_message(s, true, "%s%s%s", p->where ? p->where : "", p->where ? ":1: " : "",
				e.msg);
		if (p->where)
			session_fail(s, 2);
	} else if (p->where && s->n_pending > before) {
		s->pending[s->n_pending - 1].where = mem_text(p->where);
	}
	text_release(&line);
}

void
bitext_use_use(struct session *s, const struct pending *p, const struct request *r)
{
	char *path =
		s->recorder ? free_path(recorder_path(s->recorder)) : mem_text(r->u.translate.path);
	struct err e;

	report_translation(s, r);
	if (s->recorder && bitext_write(r->u.translate.bitext, path, &e) < 0) {
		session_message(
			s, true,
			"augment backtranslate: %s; without it nothing could be replayed, and "
			"nothing is used",
			e.msg);
		s->status = s->status ? s->status : 1;
	} else {
		apply_bitext(s, p, r, path);
	}
	mem_free(path);
}
