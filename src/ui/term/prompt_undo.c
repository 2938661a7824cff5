/* prompt_undo.c: undo lists of the line editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt_undo.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "retort/base/mem.h"

/* Exported by readline 8, declared in none of its public headers. */
extern HIST_ENTRY *_rl_saved_line_for_history;

/* The undo list of the line that readline has saved. */
static struct {
	const HIST_ENTRY *line; /* readline's, only compared */
	char *text;             /* of the line, owned */
	UNDO_LIST *list;        /* owned, shared with no other list */
} kept;

static const UNDO_LIST *edited; /* of the edited line at the last call, only compared */

/* Whether a list, or a part of it, is what an entry has. */
static bool
is_part(const HIST_ENTRY *entry, const UNDO_LIST *list)
{
	for (; entry->data && list; list = list->next)
		if (entry->data == (histdata_t)list)
			return true;
	return false;
}

static const UNDO_LIST *
last_of(const UNDO_LIST *list)
{
	while (list && list->next)
		list = list->next;
	return list;
}

/* Whether the edited line, or a line of the history, has a part of a list. What a line of the
 * history has is only compared: it may have been freed. */
static bool
is_shared(const UNDO_LIST *list)
{
	HIST_ENTRY **line = history_list();

	if (last_of(rl_undo_list) == last_of(list))
		return true;
	for (int i = 0; line && line[i]; i++)
		if (is_part(line[i], list))
			return true;
	return false;
}

static void
free_list(UNDO_LIST *list)
{
	UNDO_LIST *now = rl_undo_list;

	rl_undo_list = list;
	rl_free_undo_list();
	rl_undo_list = now;
}

/* Take the list of the saved line. */
static void
keep(HIST_ENTRY *saved)
{
	UNDO_LIST *list = (UNDO_LIST *)saved->data;

	saved->data = NULL;
	if (is_shared(list))
		return;
	kept.line = saved;
	kept.text = mem_text(saved->line);
	kept.list = list;
}

static void
forget_kept(void)
{
	mem_free(kept.text);
	memset(&kept, 0, sizeof kept);
}

/* End the keeping of a list: it is that of the edited line again, if readline has put back the
 * saved one, and freed otherwise. */
static void
unkeep(void)
{
	if (!rl_undo_list && strcmp(rl_line_buffer, kept.text) == 0)
		rl_undo_list = kept.list;
	else
		free_list(kept.list);
	forget_kept();
}

/* Take the list from a line of the history, if it is a part of that of the edited line. */
static void
part_history(void)
{
	HIST_ENTRY **line = history_list();

	for (int i = 0; rl_undo_list && line && line[i]; i++)
		if (is_part(line[i], rl_undo_list->next))
			line[i]->data = NULL;
}

/* Take the list from the first line of the history, if readline has freed it. It does where that
 * line was found by a search in vi mode, which leaves no saved line, and previous-history fails: it
 * gives the list to the line, and to a saved one that it frees. */
static void
take_freed(void)
{
	HIST_ENTRY **line = history_list();

	if (edited && !rl_undo_list && !_rl_saved_line_for_history && where_history() == 0 &&
	    line && line[0] && line[0]->data == (histdata_t)edited)
		line[0]->data = NULL;
}

void
prompt_undo_part(void)
{
	HIST_ENTRY *saved = _rl_saved_line_for_history;

	take_freed();
	if (kept.list && (saved != kept.line || saved->data))
		unkeep();
	if (saved && saved->data)
		keep(saved);
	part_history();
	edited = rl_undo_list;
}

void
prompt_undo_drop(void)
{
	if (kept.list)
		free_list(kept.list);
	forget_kept();
	if (_rl_saved_line_for_history)
		_rl_saved_line_for_history->data = NULL;
	part_history();
	rl_free_line_state();
}
