/* run_main.c: options and operands of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "run_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/child.h"
#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/synopsis.h"

#include "cli_complete.h"

/* Print a message about a word of the command line and what is expected; return the exit status. */
static int
report_usage(const char *what, const char *word, const char *expected)
{
	err_print("retort: %s '%s' (expected %s)", what, word, expected);
	return cli_try_help("");
}

/* Print name, sentence and example of each command of the session language. */
static int
list_commands(void)
{
	for (size_t i = 0; cmd_table[i]; i++)
		printf("%s\t%s\t%s\n", cmd_table[i]->name, cmd_table[i]->doc,
		       cmd_table[i]->example);
	return 0;
}

/* Add the forms of a command that start with `word`, all for NULL, as lines of usage. */
static void
add_forms(const struct cmd *d, const char *word, struct text *out)
{
	for (const struct grammar_form *f = d->form; f->item; f++) {
		if (word && (!f->item->word || strcmp(f->item->word, word) != 0))
			continue;
		text_addf(out, "%s retort %s ", out->len ? "  or: " : "Usage:", d->name);
		synopsis_form(f, out);
		text_add(out, "\n");
	}
}

static void
print_option(void *out, const char *spelling, const char *help)
{
	cli_option_line(spelling, help, out);
}

void
run_main_help(const struct cli_word *w, FILE *out)
{
	const struct cmd *d = w->command ? cmd_find(cmd_table, w->command, NULL) : NULL;
	const char *below = strchr(w->word, ' ');
	struct text forms = { 0 };

	if (d && (!w->form[0] || !below))
		add_forms(d, below ? below + 1 : NULL, &forms);
	cli_help(w, text_get(&forms), out);
	for (const struct grammar_form *f = d ? d->form : NULL; f && f->item; f++)
		if (below && f->item->word && strcmp(f->item->word, below + 1) == 0)
			synopsis_options((struct grammar_form[]){ *f, { 0 } }, print_option, out);
	cli_status(w, out);
	text_release(&forms);
}

/* Report an operand that is neither a file nor a word; return the exit status. */
static int
report_unknown(const char *operand)
{
	struct text expected = { 0 };
	const char *last = NULL;
	int status;

	text_add(&expected, "a session file");
	for (const struct cli_word *w = cli_words + 1; w->word; w++) {
		if (strchr(w->word, ' '))
			continue;
		if (last)
			text_addf(&expected, ", %s", last);
		last = w->word;
	}
	text_addf(&expected, " or %s", last);
	status = report_usage("unknown file or word", operand, text_get(&expected));
	text_release(&expected);
	return status;
}

static bool
is_word(int argc, char **argv)
{
	return argc && (strcmp(argv[0], "run") == 0 || strcmp(argv[0], "replay") == 0);
}

/* Check what several processes under mpirun cannot do. Return 0 or the exit status. */
static int
check_ranks(const struct play_options *c, int argc, char **argv)
{
	if (!c->no_screen || (is_word(argc, argv) && !c->o.resume))
		return 0;
	if (c->o.resume)
		err_print(
			"retort: invalid option '--continue' under mpirun (expected one process)");
	else
		err_print("retort: the workbench is one process: under mpirun `run FILE` or "
			  "`replay FILE` is expected");
	return cli_try_help("");
}

/* Check what the operands name, with the options. Return 0 or the exit status. */
static int
check_operands(struct play_options *c, int argc, char **argv)
{
	bool word = is_word(argc, argv);

	if (argc && strcmp(argv[0], "commands") == 0)
		return argc == 1 ? 0
				 : report_usage("unexpected argument", argv[1],
						"nothing after commands");
	c->o.replay = word && argv[0][2] == 'p';
	if (c->o.resume && (c->o.replay || c->o.record || c->o.metrics || c->o.until))
		return report_usage("invalid option", "--continue",
				    "neither replay nor --record, --metrics or --until with it");
	if (!c->o.replay && (c->o.permit.within[0] || c->o.permit.files || c->o.permit.programs))
		return report_usage("invalid option",
				    c->o.permit.within[0] ? "--within" : "--allow",
				    "only with replay");
	if (word && argc != 2)
		return report_usage("invalid number of files after", argv[0], "one file");
	if (argc > 1 && !word)
		return report_usage("unexpected argument", argv[1], "one session file");
	if (argc == 1 && strcmp(argv[0], "-") != 0 && !io_exists(argv[0]))
		return report_unknown(argv[0]);
	return check_ranks(c, argc, argv);
}

/* Check a value of a knob with choices before anything starts. Return 0 or the exit status. */
static int
check_choice(const char *knob, const char *value)
{
	struct knobs k;
	struct err e;

	knob_defaults(&k);
	if (knob_set(&k, knob_find(knob, NULL), value, &e) == 0)
		return 0;
	err_print("retort: %s", e.msg);
	return cli_try_help("");
}

/* Return 0, or the exit status after the message of an option's value. */
static int
check_option(int status, const struct err *e)
{
	if (status == 0)
		return 0;
	err_print("retort: %s", e->msg);
	return cli_try_help("");
}

/* Where the path that an option has is stored; NULL: it has none. */
static const char **
path_of(struct play_options *c, int option)
{
	return option == 'r'            ? &c->o.record
	       : option == CLI_CONTINUE ? &c->o.resume
	       : option == CLI_METRICS  ? &c->o.metrics
					: NULL;
}

/* Train a sweep in the background of the process whose number is `word`. */
static int
attend(const char *word, struct err *e)
{
	int64_t n;

	return text_to_int(word, &n) < 0 ? err_set(e, "invalid process '%s'", word)
					 : child_attend((pid_t)n, e);
}

/* Store the threads or the last step. Return 0 or the exit status. */
static int
take_number(struct play_options *c, int option)
{
	int64_t n;
	bool valid = text_to_int(optarg, &n) == 0 && n >= 1;

	if (option == 't' && (!valid || n > 256))
		return report_usage("invalid threads", optarg, "1 to 256");
	if (!valid)
		return report_usage("invalid until", optarg, "a step, at least 1");
	if (option == 't')
		c->o.threads = (int)n;
	else
		c->o.until = (uint64_t)n;
	return 0;
}

/* Store an option of getopt_long with its argument. Return 0 or the exit status. */
static int
take_option(struct play_options *c, int option)
{
	const char **path = path_of(c, option);
	struct err e;

	if (path) {
		*path = optarg;
		return 0;
	}
	switch (option) {
	case 'j':
		c->o.json = true;
		return 0;
	case 't':
	case 'u':
		return take_number(c, option);
	case 'c':
		c->o.check = true;
		return 0;
	case CLI_WITHIN:
		return check_option(permit_within(&c->o.permit, optarg, &e), &e);
	case CLI_ALLOW:
		return check_option(permit_allow(&c->o.permit, optarg, &e), &e);
	case CLI_BESIDE: /* started by a session, for a sweep in the background */
		c->o.attends = true;
		return check_option(attend(optarg, &e), &e);
	case CLI_COLOR:
		c->color = optarg;
		return check_choice("color", optarg);
	case CLI_CHARSET:
		c->charset = optarg;
		return check_choice("charset", optarg);
	default:
		return cli_try_help("");
	}
}

int
run_main_options(struct play_options *c, int argc, char **argv, bool *ended)
{
	bool help = false;
	int option, status;
	const struct cli_word *w;
	struct cli_getopt g;

	*ended = true;
	cli_getopt_init(&g, cli_options(cli_words));
	while ((option = cli_getopt_next(&g, "retort", argc, argv)) != -1) {
		if (option == CLI_COMPLETE)
			return cli_complete(argc - optind, argv + optind);
		if (option == 'V') {
			puts(PACKAGE_STRING);
			return 0;
		}
		help |= option == 'h';
		status = option == 'h' ? 0 : take_option(c, option);
		if (status)
			return status;
	}
	if (help) {
		w = cli_find(argc - optind, argv + optind);
		run_main_help(w ? w : cli_find(0, NULL), stdout);
		return 0;
	}
	status = check_operands(c, argc - optind, argv + optind);
	*ended = status != 0;
	if (status == 0 && argc > optind && strcmp(argv[optind], "commands") == 0) {
		*ended = true;
		return list_commands();
	}
	return status;
}

int
run_main_play(struct play_options *c, int argc, char **argv)
{
	bool word = is_word(argc - optind, argv + optind);
	bool headless = word || c->o.json || !isatty(STDOUT_FILENO);
	struct err e;

	if (blas_init(c->o.threads, &e) < 0) {
		err_print("retort: %s", e.msg);
		return 1;
	}
	return play_file(c, argc > optind ? argv[argc - 1] : NULL, headless);
}
