/* prompt.c: a line edited by readline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/ui/term/keys.h"
#include "retort/ui/term/prompt_history.h"
#include "retort/ui/term/prompt_undo.h"

/*
 * Readline has global state and callbacks without an argument, so there is one prompt, in `only`.
 * Readline reads from a queue, not from the terminal, and draws nothing: prompt_view does. The
 * bytes of an incomplete UTF-8 character are held back, because an incremental search needs all
 * bytes of a character at once.
 */
#define QUEUE 65536 /* bytes */

struct prompt {
	char *history;
	prompt_complete *complete;
	void *arg;
	bool open, entered;
	char *line; /* owned: the entered line, or NULL */
	char prefill[256];
	char queue[QUEUE];
	size_t head, tail; /* queue[head..tail) */
	char torn[4];      /* bytes of an incomplete UTF-8 character */
	size_t n_torn;
	struct prompt_list list; /* candidates on the screen */
	int first;               /* column at the left edge */
	char **offered;          /* candidates, during a completion */
};

static struct prompt *only;

static int
take_byte(FILE *f)
{
	(void)f;
	return only->head < only->tail ? (unsigned char)only->queue[only->head++] : EOF;
}

static int
have_byte(void)
{
	return only->head < only->tail;
}

/* Draw nothing; readline draws after each function, also of a macro, which is read at once. */
static void
draw_nothing(void)
{
	prompt_undo_part();
}

static void
on_line(char *line)
{
	only->entered = true;
	only->line = line ? mem_text(line) : NULL;
	free(line); /* readline's own */
	rl_callback_handler_remove();
	only->open = false;
}

static char *
next_candidate(const char *text, int state)
{
	static size_t i;

	(void)text;
	if (state == 0)
		i = 0;
	return only->offered && only->offered[i] ? strdup(only->offered[i++])
						 : NULL; /* readline frees it */
}

static void
free_offered(struct prompt *p)
{
	for (size_t i = 0; p->offered && p->offered[i]; i++)
		mem_free(p->offered[i]);
	mem_free(p->offered);
	p->offered = NULL;
}

static char **
complete_word(const char *text, int start, int end)
{
	char **matches = NULL;
	size_t from;

	(void)start;
	rl_attempted_completion_over = 1;
	only->offered = only->complete
				? only->complete(only->arg, rl_line_buffer, (size_t)end, &from)
				: NULL;
	if (only->offered) {
		size_t len = strlen(only->offered[0]);

		matches = rl_completion_matches(text, next_candidate);
		rl_completion_append_character = only->offered[0][len - 1] == '/' ? '\0' : ' ';
	}
	free_offered(only);
	return matches;
}

/* Store the candidates. matches[0] is their common prefix. */
static void
list_candidates(char **matches, int n, int longest)
{
	(void)longest;
	prompt_list_set(&only->list, matches + 1, n, rl_line_buffer, (size_t)rl_point);
}

static int
insert_prefill(void)
{
	rl_insert_text(only->prefill);
	rl_startup_hook = NULL;
	return 0;
}

/* Make C-j end a search besides the keys that the user has set, for end_search. */
static void
add_search_end(void)
{
	const char *keys = rl_variable_value("isearch-terminators");
	struct text all = { 0 };

	text_addf(&all, "%s\\C-j", keys && *keys ? keys : "\\e");
	rl_variable_bind("isearch-terminators", text_get(&all));
	text_release(&all);
}

/* Unbind readline's own reading of a paste, see prompt_paste, and macros (8.2): the last key of one
 * waits for another, and C-x ( c C-x e d C-x ) C-x e reads through a null pointer. */
static void
unbind_keys(void)
{
	static const char *const macro[] = { "start-kbd-macro", "end-kbd-macro",
					     "call-last-kbd-macro", "print-last-kbd-macro" };

	rl_bind_keyseq_in_map("\\e[200~", NULL, emacs_standard_keymap);
	rl_bind_keyseq_in_map("\\e[200~", NULL, vi_insertion_keymap);
	for (size_t n = 0; n < sizeof macro / sizeof *macro; n++)
		rl_unbind_function_in_map(rl_named_function(macro[n]), emacs_ctlx_keymap);
}

/* End a search before a key that begins a sequence, such as C-x: readline (8.2) leaves a search at
 * the second key, puts both back and reads them in a nested call, which is a segmentation fault. */
static void
end_search(const struct prompt *p)
{
	unsigned char c = (unsigned char)p->queue[p->head];

	if (RL_ISSTATE(RL_STATE_ISEARCH) && c != ESC && rl_get_keymap()[c].type == ISKMAP)
		rl_stuff_char('\n');
}

/* Free the undo list of the string of a search, in which nothing can be undone: readline (8.2)
 * leaves it where the search is aborted. */
static void
forget_search(void)
{
	if (RL_ISSTATE(RL_STATE_NSEARCH))
		rl_free_undo_list();
}

static void
set_up_readline(void)
{
	rl_readline_name = "retort";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0; /* else readline exports LINES and COLUMNS, which freezes them */
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = take_byte;
	rl_input_available_hook = have_byte;
	rl_redisplay_function = draw_nothing;
	rl_completion_display_matches_hook = list_candidates;
	rl_attempted_completion_function = complete_word;
	rl_completer_word_break_characters = (char *)" \t";
	rl_completer_quote_characters = NULL;
	rl_outstream = fopen("/dev/null", "we");
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_initialize();
	add_search_end();
	unbind_keys();
}

/* Drop what is left of a line: undo lists, a running macro, an argument, part of a sequence. */
static void
forget_state(void)
{
	prompt_undo_drop();
	rl_clear_pending_input();
	RL_UNSETSTATE(RL_STATE_MULTIKEY);
}

struct prompt *
prompt_new(const char *history, prompt_complete *complete, void *arg)
{
	struct prompt *p = mem_new(sizeof *p);

	p->history = history ? mem_text(history) : NULL;
	p->complete = complete;
	p->arg = arg;
	only = p;
	set_up_readline();
	prompt_history_open(history);
	return p;
}

void
prompt_free(struct prompt *p)
{
	if (!p)
		return;
	prompt_close(p);
	prompt_history_save(p->history);
	prompt_undo_drop();
	prompt_history_clear();
	if (rl_outstream)
		fclose(rl_outstream);
	rl_outstream = NULL;
	prompt_list_clear(&p->list);
	mem_free(p->line);
	mem_free(p->history);
	mem_free(p);
	only = NULL;
}

void
prompt_open(struct prompt *p, const char *mark, const char *text)
{
	prompt_close(p);
	forget_state(); /* a macro may have entered a line and go on */
	snprintf(p->prefill, sizeof p->prefill, "%s", text);
	prompt_list_clear(&p->list);
	p->head = p->tail = p->n_torn = 0;
	p->first = 0;
	p->open = true;
	rl_startup_hook = insert_prefill;
	rl_callback_handler_install(mark, on_line);
	if (rl_startup_hook) /* the callback interface does not always call it */
		insert_prefill();
}

void
prompt_close(struct prompt *p)
{
	if (!p->open)
		return;
	rl_callback_sigcleanup();
	forget_state();
	rl_replace_line("", 1);
	rl_callback_handler_remove();
	p->open = false;
}

bool
prompt_is_open(const struct prompt *p)
{
	return p->open;
}

/* Remove bytes of the queue that are not UTF-8: readline takes one for the Meta key, or reads the
 * key after it together with it, so that end_search does not see that key. */
static void
remove_stray(struct prompt *p)
{
	size_t kept = 0, n;
	uint32_t cp;

	for (size_t i = 0; i < p->tail; i += n) {
		n = text_utf8(p->queue + i, p->tail - i, &cp);
		if (n == 1 && cp == 0xFFFD)
			continue;
		memmove(p->queue + kept, p->queue + i, n);
		kept += n;
	}
	p->tail = kept;
}

bool
prompt_feed(struct prompt *p, const char *bytes, size_t len, char **line)
{
	size_t torn;

	*line = NULL;
	if (!p->open || p->n_torn + len > QUEUE)
		return false;
	memcpy(p->queue, p->torn, p->n_torn);
	memcpy(p->queue + p->n_torn, bytes, len);
	p->head = 0;
	p->tail = p->n_torn + len;
	p->n_torn = torn = keys_torn(p->queue, p->tail);
	p->tail -= torn;
	memcpy(p->torn, p->queue + p->tail, torn);
	remove_stray(p);
	prompt_list_clear(&p->list);
	p->entered = false;
	while (p->open && p->head < p->tail) {
		end_search(p);
		forget_search();
		prompt_undo_part();
		rl_callback_read_char();
		if (p->open &&
		    rl_done) { /* after an argument: else handed over with the next key */
			on_line(strdup(rl_line_buffer));
			forget_state();
		}
	}
	if (!p->entered)
		return false;
	if (p->line && p->line[0])
		prompt_history_add(p->line);
	*line = p->line;
	p->line = NULL;
	return true;
}

void
prompt_paste(struct prompt *p, const char *text)
{
	struct text plain = { 0 };

	if (!p->open)
		return;
	for (const char *s = text; *s; s++) /* a blank for what would be a key */
		text_bytes(&plain, (unsigned char)*s < ' ' || *s == 0x7F ? " " : s, 1);
	rl_callback_sigcleanup(); /* ends a search, an argument, a quoted insert */
	rl_insert_text(text_get(&plain));
	text_release(&plain);
}

/* Copy the columns first .. first + width of a text. */
static void
copy_columns(const char *text, int first, int width, char *out, size_t size)
{
	size_t len = strlen(text), n, used = 0;
	uint32_t cp;
	int x = 0;

	while ((n = text_utf8(text, len, &cp)) > 0) {
		int w = unicode_width(cp) < 0 ? 1 : unicode_width(cp);

		if (x >= first && x + w <= first + width && used + n + 1 < size) {
			memcpy(out + used, text, n);
			used += n;
		}
		x += w;
		text += n;
		len -= n;
	}
	out[used] = '\0';
}

void
prompt_view(struct prompt *p, int width, char *text, size_t size, int *cursor, char *candidates,
	    size_t candidates_size)
{
	struct text all = { 0 };
	int at;

	text_add(&all, rl_display_prompt ? rl_display_prompt : "");
	text_bytes(&all, rl_line_buffer, (size_t)rl_point);
	at = text_width(text_get(&all));
	text_add(&all, rl_line_buffer + rl_point);
	while (at - p->first >= width) /* scroll by half the width */
		p->first += width / 2 > 0 ? width / 2 : 1;
	while (at < p->first)
		p->first -= width / 2 > 0 ? width / 2 : 1;
	p->first = p->first < 0 ? 0 : p->first;
	copy_columns(text_get(&all), p->first, width, text, size);
	*cursor = at - p->first;
	prompt_list_text(&p->list, candidates, candidates_size);
	text_release(&all);
}

const struct prompt_list *
prompt_candidates(const struct prompt *p)
{
	return &p->list;
}
