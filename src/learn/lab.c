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

int
lab_info_layer(const struct lab_net *net, const char *layer, struct err *e)
{
	for (int i = 0; i < net->n_layers; i++)
		if (strcmp(net->layer[i].name, layer) == 0)
			return i;
	return err_set(e, "%s:%s: no such layer; %s has 0..%d and logits", net->name, layer, net->name,
		       net->n_layers - 2);
}
