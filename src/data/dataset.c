/* dataset.c: release of a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/dataset.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/encoding.h"
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
	if (ds->encoding)
		encoding_release(ds->encoding);
	mem_free(ds->encoding);
	mem_free(ds->column);
	mem_free(ds->word);
	mem_free(ds->class_name);
	mem_free(ds->label);
	mem_free(ds->format);
	mem_free(ds->notes);
	mem_free(ds->tokenizer);
	if (ds->tmpmap) {
		tmpmap_free(ds->tmpmap);
	} else {
		mem_free(ds->x);
		mem_free(ds->wide);
	}
	mem_free(ds->ids);
	mem_free(ds->y);
	mem_free(ds->row_hash);
	mem_free(ds);
}

void
dataset_note(struct dataset *ds, const char *lines)
{
	size_t had = ds->notes ? strlen(ds->notes) : 0, more = strlen(lines);
	char *all = mem_new(had + more + 1);

	if (had)
		memcpy(all, ds->notes, had);
	memcpy(all + had, lines, more);
	mem_free(ds->notes);
	ds->notes = all;
}
