/* loss_table.c: every loss in the order of losses.def, and search by name or knob. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

#include <string.h>

const struct loss *const loss_table[] = {
#define OUTPUT(id) &loss_##id,
#define LAYER(id) &loss_##id,
#include "retort/kd/losses/losses.def"
};
const size_t loss_table_count = sizeof loss_table / sizeof loss_table[0];

const struct loss *
loss_table_find(const char *name)
{
	for (size_t i = 0; i < loss_table_count; i++)
		if (strcmp(loss_table[i]->name, name) == 0)
			return loss_table[i];
	return NULL;
}

const char *
loss_table_output_name(size_t i)
{
	return i < LOSS_OUTPUTS ? loss_table[i]->name : NULL;
}

const char *
loss_table_layer_name(size_t i)
{
	return i < loss_table_count - LOSS_OUTPUTS ? loss_table[LOSS_OUTPUTS + i]->name : NULL;
}

const struct loss *
loss_table_of_knob(const struct knob *k)
{
	const struct loss *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < loss_table_count; i++) {
		size_t len = strlen(loss_table[i]->name);

		if (len > most && strncmp(k->name, loss_table[i]->name, len) == 0 &&
		    k->name[len] == '-') {
			best = loss_table[i];
			most = len;
		}
	}
	return best;
}
