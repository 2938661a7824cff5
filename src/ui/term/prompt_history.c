/* prompt_history.c: lines entered at the prompt. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_history.h"

#include <stdio.h>
#include <string.h>

#include <readline/history.h>

#include "retort/base/io.h"
#include "retort/base/text.h"

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

/* The undo lists of removed lines are lost: readline (8.2) can have freed the list of a line that
 * was edited and left, and does not tell. */
void
prompt_history_add(const char *line)
{
	HIST_ENTRY **list = history_list();

	for (int i = 0; list && list[i]; i++)
		if (strcmp(list[i]->line, line) == 0) {
			free_history_entry(remove_history(i--));
			list = history_list();
		}
	add_history(line);
}

void
prompt_history_clear(void)
{
	clear_history();
}
