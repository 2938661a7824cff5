/* lab.c: names of teachers and layers in a snapshot of the lab. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/lab.h"

#include <stdio.h>
#include <string.h>

int
lab_info_teacher(const struct lab_info *info, const char *name, struct err *e)
{
	char names[LAB_TEACHERS * (LAB_NAME + 2)] = "";
	size_t len = 0;

	for (int i = 0; i < info->n_teachers; i++) {
		if (strcmp(info->teacher[i].name, name) == 0)
			return i;
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					info->teacher[i].name);
	}
	if (info->n_teachers == 0)
		return err_set(e, "%s: no such teacher; there is none yet, `teacher %s mlp 256,256` makes one",
			       name, name);
	return err_set(e, "%s: no such teacher; there is %s", name, names);
}

/* "attention" behind the dot, if there is one. Returns the length of what stands before it, or 0. */
static size_t
split_tap(const char *layer, enum model_tap *on)
{
	const char *dot = strchr(layer, '.');

	for (int i = 0; dot && i < MODEL_TAPS; i++)
		if (strcmp(dot + 1, model_tap_name[i]) == 0) {
			*on = (enum model_tap)i;
			return (size_t)(dot - layer);
		}
	return dot ? 0 : strlen(layer);
}

int
lab_info_layer(const struct lab_net *net, const char *layer, enum model_tap *on, struct err *e)
{
	enum model_tap tap = *on;
	size_t len = split_tap(layer, &tap);
	char name[24];

	for (int i = 0; i < net->n_layers && len > 0; i++) {
		snprintf(name, sizeof name, i == 0 ? "input" : "block%s", net->layer[i].name);
		if ((strlen(net->layer[i].name) == len && strncmp(net->layer[i].name, layer, len) == 0) ||
		    (strlen(name) == len && strncmp(name, layer, len) == 0) ||
		    (i == 0 && len == 9 && strncmp(layer, "embedding", len) == 0)) {
			*on = tap;
			return i;
		}
	}
	return err_set(e, "%s:%s: no such layer; %s has 0..%d and logits", net->name, layer, net->name,
		       net->n_layers - 2);
}
