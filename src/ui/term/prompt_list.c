/* prompt_list.c: candidates after Tab. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_list.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

void
prompt_list_set(struct prompt_list *l, char *const *words, int n, const char *line, size_t point)
{
	prompt_list_clear(l);
	l->total = n;
	l->line = mem_text(line);
	l->point = point;
	for (int i = 0; i < n && i < PROMPT_LIST_MOST; i++)
		l->word[l->n++] = mem_text(words[i]);
}

void
prompt_list_clear(struct prompt_list *l)
{
	for (int i = 0; i < l->n; i++)
		mem_free(l->word[i]);
	mem_free(l->line);
	l->line = NULL;
	l->n = l->total = 0;
}

void
prompt_list_text(const struct prompt_list *l, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (int i = 0; i < l->n && len + strlen(l->word[i]) + 3 < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "  " : "", l->word[i]);
}
