/* remedy.c: the table of remedies, and the request that applies one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/lab/live_change.h"
#include "retort/lab/settings_change.h"

#define REMEDY(id) extern const struct remedy remedy_##id;
#include "retort/train/remedies.def"

const struct remedy *const remedy_table[REMEDY_KINDS] = {
#define REMEDY(id) &remedy_##id,
#include "retort/train/remedies.def"
};

const char *
remedy_name(size_t i)
{
	return i < REMEDY_KINDS ? remedy_table[i]->name : NULL;
}

int
remedy_find(const char *name, struct err *e)
{
	return choice_find_next(name, remedy_name, "remedy", e);
}

/* Make the remedy and put it in force, as one change. Nothing of it is left where that fails. */
static int
make_remedy(struct trainer_state *w, struct request *r, struct settings *s, struct text *note,
	    struct err *e)
{
	int kind = r->u.remedy.kind;
	struct remedy_result_made *m =
		remedy_result_add(&w->train.remedies, (enum remedy_kind)kind);
	struct text what = { 0 };
	int status = remedy_table[kind]->make(w, &r->u.remedy, m, &what, note, e);

	text_fit(m->text, sizeof m->text, text_get(&what));
	text_release(&what);
	s->remedy[kind] = (int)w->train.remedies.n;
	if (status == 0)
		status = live_change_make(w, s, r, e);
	if (status < 0)
		remedy_result_drop(&w->train.remedies);
	return status;
}

static int
remove_remedy(struct trainer_state *w, struct request *r, struct settings *s, struct err *e)
{
	int kind = r->u.remedy.kind;

	s->remedy[kind] = 0;
	if (live_change_make(w, s, r, e) < 0)
		return -1;
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "unknown remedy '%s'", remedy_table[kind]->name);
	return 0;
}

static int
handle_remedy(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = remedy_table[r->u.remedy.kind]->name;
	struct settings s;
	struct text note = { 0 };
	int status;

	(void)state;
	if (w->info.phase == LAB_TRAINING || w->info.phase == LAB_REPORTING)
		return err_set(e, "remedy %s: another network is training; `stop` first", name);
	s = settings_change_base(w);
	status = r->u.remedy.off ? remove_remedy(w, r, &s, e) : make_remedy(w, r, &s, &note, e);
	if (status == 0 && note.len)
		snprintf(r->note + strlen(r->note), sizeof r->note - strlen(r->note), "; %s",
			 text_get(&note));
	r->notable = true;
	text_release(&note);
	return status < 0 ? err_wrap(e, "remedy %s", name) : 0;
}

const struct trainer_addon remedy_addon = {
	.row = { { REQUEST_REMEDY, handle_remedy } },
};
