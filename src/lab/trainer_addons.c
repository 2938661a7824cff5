/* trainer_addons.c: addons opened, found by the kind of a request, closed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/trainer_addons.h"

#include "retort/base/mem.h"

void
trainer_addons_open(struct trainer_addons *a, const struct trainer_addon *const *list,
		    struct trainer_state *w, void (*post)(void *arg, struct request *r), void *arg)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	a->item = mem_array(n, sizeof *a->item);
	a->n = n;
	for (size_t i = 0; i < n; i++) {
		a->item[i].addon = list[i];
		if (list[i]->open)
			a->item[i].state = list[i]->open(post, arg);
		if (list[i]->choose_pairs)
			w->choose_pairs = list[i]->choose_pairs;
	}
}

void
trainer_addons_close(struct trainer_addons *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->item[i].addon->close)
			a->item[i].addon->close(a->item[i].state);
	mem_free(a->item);
}

int
trainer_addons_handle(const struct trainer_addons *a, struct trainer_state *w, struct request *r)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct trainer_addon *addon = a->item[i].addon;

		for (size_t k = 0; k < TRAINER_ADDON_ROWS && addon->row[k].handle; k++)
			if (addon->row[k].kind == r->kind)
				return addon->row[k].handle(a->item[i].state, w, r, &r->err);
	}
	return err_set(&r->err, "%s: not supported by this program", request_table[r->kind].name);
}
