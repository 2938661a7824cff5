/* model_table.c: the table of networks, and lookup by the first word of a description. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/model_table.h"

#include <string.h>

#include "retort/base/choice.h"

const struct model *const model_table[] = {
#define MODEL(id) &model_##id,
#include "retort/nn/models/models.def"
};
const size_t model_table_count = sizeof model_table / sizeof model_table[0];

static const char *
kind_name(size_t i)
{
	return i < model_table_count ? model_table[i]->name : NULL;
}

int
model_table_parse(const char *text, struct model_spec *out, struct err *e)
{
	char copy[MODEL_TEXT], synopsis[MODEL_TEXT], *word, *rest;
	int kind;

	if (strlen(text) >= sizeof copy)
		return err_set(e, "model: longer than %zu bytes", sizeof copy - 1);
	memcpy(copy, text, strlen(text) + 1);
	word = copy + strspn(copy, " \t");
	rest = word + strcspn(word, " \t");
	if (rest == word)
		return err_set(e, "model: none given; try `%s`",
			       model_synopsis(model_table[0], synopsis, sizeof synopsis));
	if (*rest)
		*rest++ = '\0';
	kind = choice_find_next(word, kind_name, "model", e);
	return kind < 0 ? -1 : model_parse(model_table[kind], rest, out, e);
}
