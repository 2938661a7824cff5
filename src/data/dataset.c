/* dataset.c: release of a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/dataset.h"

#include "retort/base/mem.h"
#include "retort/data/texts.h"

void
dataset_free(struct dataset *ds)
{
	if (!ds)
		return;
	for (size_t i = 0; ds->column && i < ds->d; i++)
		mem_free(ds->column[i]);
	for (int i = 0; ds->class_name && i < ds->classes; i++)
		mem_free(ds->class_name[i]);
	if (ds->tokenizer)
		tokenizer_release(ds->tokenizer);
	texts_release(&ds->texts);
	mem_free(ds->column);
	mem_free(ds->word);
	mem_free(ds->class_name);
	mem_free(ds->tokenizer);
	if (ds->tmpmap) {
		tmpmap_free(ds->tmpmap);
	} else {
		mem_free(ds->x);
		mem_free(ds->wide);
	}
	mem_free(ds->ids);
	mem_free(ds->y);
	mem_free(ds);
}
