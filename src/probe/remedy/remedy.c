/* remedy.c: the list of remedies, and one request for all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <stdio.h>
#include <string.h>

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
	struct text names = { 0 };

	for (int i = 0; i < REMEDY_KINDS; i++) {
		if (strcmp(remedy_table[i]->name, name) == 0) {
			text_release(&names);
			return i;
		}
		text_item(&names, "%s", remedy_table[i]->name);
	}
	err_set(e, "'%.40s' is none of %s", name, text_get(&names));
	text_release(&names);
	return -1;
}

/* Make the remedy and put it in force, as one change. */
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
	return status < 0 ? -1 : live_change_make(w, s, r, e);
}

static int
handle_remedy(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = remedy_table[r->u.remedy.kind]->name;
	struct text note = { 0 };
	struct settings s;
	int status;

	(void)state;
	if (w->info.phase == LAB_TRAINING || w->info.phase == LAB_REPORTING)
		return err_set(e, "remedy %s: not while another network trains", name);
	s = settings_change_base(w);
	if (r->u.remedy.off) {
		s.remedy[r->u.remedy.kind] = 0;
		status = live_change_make(w, &s, r, e);
		if (status == 0 && !r->note[0])
			snprintf(r->note, sizeof r->note, "there is no remedy %s", name);
	} else {
		status = make_remedy(w, r, &s, &note, e);
	}
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
