/* prompt_undo.c: undo lists of the line editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_undo.h"

#include <stdbool.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

/* Exported by readline 8, declared in none of its public headers. */
extern HIST_ENTRY *_rl_saved_line_for_history;

/* Whether a list, or a part of it, is what an entry has. */
static bool
is_part(const HIST_ENTRY *entry, const UNDO_LIST *list)
{
	for (; entry->data && list; list = list->next)
		if (entry->data == (histdata_t)list)
			return true;
	return false;
}

void
prompt_undo_part(void)
{
	HIST_ENTRY *saved = _rl_saved_line_for_history, **list = history_list();

	if (saved && is_part(saved, rl_undo_list))
		saved->data = NULL;
	for (int i = 0; rl_undo_list && list && list[i]; i++)
		if (is_part(list[i], rl_undo_list->next))
			list[i]->data = NULL;
}

void
prompt_undo_drop(void)
{
	prompt_undo_part();
	rl_free_line_state();
	if (_rl_saved_line_for_history)
		_rl_saved_line_for_history->data = NULL;
}
