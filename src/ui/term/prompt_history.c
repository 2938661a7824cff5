/* prompt_history.c: lines entered at the prompt. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_history.h"

#include <stdio.h>
#include <string.h>

#include <readline/history.h>

#include "retort/base/io.h"
#include "retort/base/text.h"
#include "retort/ui/term/prompt_undo.h"

#define HISTORY 1000 /* lines */

void
prompt_history_open(const char *path)
{
	using_history();
	stifle_history(HISTORY);
	if (path)
		read_history(path);
}

void
prompt_history_save(const char *path)
{
	HIST_ENTRY **list = history_list();
	struct text t = { 0 };
	const void *part;

	for (int i = 0; list && list[i]; i++)
		text_addf(&t, "%s\n", list[i]->line);
	part = text_get(&t);
	if (path && t.len)
		io_write_private(path, &part, &t.len, 1, NULL);
	text_release(&t);
}

void
prompt_history_add(const char *line)
{
	HIST_ENTRY **list = history_list();

	for (int i = 0; list && list[i]; i++)
		if (strcmp(list[i]->line, line) == 0) {
			prompt_undo_forget(i);
			free_history_entry(remove_history(i--));
			list = history_list();
		}
	if (history_length == HISTORY) /* readline frees the first one */
		prompt_undo_forget(0);
	add_history(line);
}

void
prompt_history_clear(void)
{
	for (int i = 0; i < history_length; i++)
		prompt_undo_forget(i);
	clear_history();
}
