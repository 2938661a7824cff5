/* prompt_undo.c: undo lists of the line editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_undo.h"

#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

/* Exported by readline 8, declared in none of its public headers. */
extern HIST_ENTRY *_rl_saved_line_for_history;

void
prompt_undo_part(void)
{
	HIST_ENTRY *saved = _rl_saved_line_for_history;

	for (UNDO_LIST *u = rl_undo_list; saved && saved->data && u; u = u->next)
		if (saved->data == (histdata_t)u)
			saved->data = NULL;
}

void
prompt_undo_drop(void)
{
	rl_free_line_state();
	if (_rl_saved_line_for_history)
		_rl_saved_line_for_history->data = NULL;
}
