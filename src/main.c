/* main.c: arguments, and the exit status. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/thread.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/headless.h"
#include "retort/session/rcfile.h"
#include "retort/ui/screen_commands.h"
#include "retort/ui/term/lines.h"
#include "retort/ui/term/loop.h"

#include "data_main.h"

#define USAGE 2

static const char help[] =
	"Usage: retort [OPTION]... [FILE]\n"
	"  or:  retort [OPTION]... run|replay FILE\n"
	"  or:  retort commands\n"
	"  or:  retort bench [WORKLOAD]...\n"
	"  or:  retort loss NAME STUDENT.csv TEACHER.csv [OPTION]...\n"
	"  or:  retort tokenizer train|show|encode|decode ...\n"
	"  or:  retort data get|list|show [NAME]...\n"
	"Distil a large network into a small one, and replay it to the same bits.\n"
	"\n"
	"  retort                open the workbench on the bundled digits\n"
	"  retort FILE           play a session file in the workbench\n"
	"  retort run FILE       run a session file without a terminal (- reads standard input)\n"
	"  retort replay FILE    repeat a recording without a terminal\n"
	"  retort commands       list the commands of the session language\n"
	"  retort bench          measure the training here, against its products and PyTorch\n"
	"  retort loss           compute a loss between two files of logits, with its gradient\n"
	"  retort tokenizer      learn the tokens of texts, and try a vocabulary\n"
	"  retort data           fetch data sets, list them, tell what is in one\n"
	"\n"
	"  -j, --json            run, replay: print data as one JSON object a line\n"
	"  -t, --threads N       workers; the bits do not depend on it (default: all processors)\n"
	"  -r, --record FILE     record the session in FILE; the workbench always records\n"
	"  -c, --check           replay: stop at the first figure that differs, exit status 3\n"
	"  -u, --until STEP      run, replay: end when the student has done STEP steps\n"
	"      --color WHEN      auto, always or never\n"
	"      --charset SET     glyphs of the plots: auto, ascii, quadrants or braille\n"
	"  -h, --help            print this\n"
	"  -V, --version         print the version\n"
	"\n"
	"Exit status: 0 done; 1 the run failed; 2 usage or a script error; 3 a replay differs;\n"
	"128+n after signal n.\n";

enum { OPTION_COLOR = 256, OPTION_CHARSET };

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "threads", required_argument, NULL, 't' },
	{ "record", required_argument, NULL, 'r' },
	{ "check", no_argument, NULL, 'c' },
	{ "until", required_argument, NULL, 'u' },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "charset", required_argument, NULL, OPTION_CHARSET },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* What was asked for on the command line. */
struct call {
	struct session_options o;
	const char *color, *charset; /* NULL: not given */
};

static int
usage(const char *what, const char *word)
{
	fprintf(stderr, "retort: %s '%s'\nTry 'retort --help' for more information.\n", what, word);
	return USAGE;
}

static int
list_commands(void)
{
	for (size_t i = 0; cmd_table[i]; i++)
		printf("%s\t%s\t%s\n", cmd_table[i]->name, cmd_table[i]->doc,
		       cmd_table[i]->example);
	return 0;
}

/* A program beside this one: in the build tree, else where it was installed. It does not come back.
 */
static int
run_beside(const char *built, const char *installed, char **argv)
{
	const char *path = access(built, X_OK) == 0 ? built : installed;

	execv(path, argv);
	fprintf(stderr, "retort: %s: %s\n", path, strerror(errno));
	return 1;
}

/* Print the usage of a command of the session language. */
static int
show_command(const struct cmd *d, FILE *out)
{
	struct text usage = { 0 };

	cmd_synopsis(d, "  retort ", &usage);
	fprintf(out, "Usage:\n%s\n%s\n", usage.s, d->doc);
	text_release(&usage);
	return 0;
}

/* A command of the session language that needs no session. */
static int
run_command(const char *name, int argc, char **argv)
{
	struct err e;
	struct cmd_call c = { .argc = argc, .argv = argv, .dir = "." };
	const struct cmd *d = cmd_find(cmd_table, name, &e);
	int status;

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || (i == 0 && strcmp(argv[i], "-h") == 0))
			return show_command(d, stdout);
	if (argc == 0) {
		show_command(d, stderr);
		return USAGE;
	}
	status = cmd_parse(d, &c, &e) < 0 ? -1 : d->exec(&c, &e);
	if (status < 0)
		fprintf(stderr, "retort: %s\n", e.msg);
	else if (c.talk.len)
		fprintf(stderr, "%s\n", c.talk.s);
	if (status == 0)
		fwrite(text_get(&c.say), 1, c.say.len, stdout);
	text_release(&c.say);
	text_release(&c.talk);
	if (fflush(stdout) != 0 && status == 0) {
		perror("retort: standard output");
		return 1;
	}
	return status < 0 ? USAGE : 0;
}

/* All of standard input. */
static char *
read_stdin(void)
{
	struct text t = { 0 };
	char buf[4096];
	size_t n;

	text_add(&t, "");
	while ((n = fread(buf, 1, sizeof buf, stdin)) > 0)
		text_bytes(&t, buf, n);
	return t.s;
}

/* The text of a session file, or NULL: told, and what is wrong. */
static char *
read_session(const char *path)
{
	struct err e;
	char *text;
	size_t size;

	if (strcmp(path, "-") == 0)
		return read_stdin();
	if (io_read(path, 1 << 24, &text, &size, &e) < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		return NULL;
	}
	if (strlen(text) == size)
		return text;
	fprintf(stderr, "retort: %s: a NUL byte at %zu: this is no session file\n", path,
		strlen(text));
	mem_free(text);
	return NULL;
}

static int
run_headless(struct call *c, const char *name, const char *text, const char *dir)
{
	struct screen_commands commands = { .keys = keymap_new() };
	struct cmd_screen handlers = screen_commands_handlers(&commands);
	struct err e;
	int status;

	c->o.screen = &handlers;
	status = headless_run(&c->o, name, text, dir, &e);
	keymap_free(commands.keys);
	if (status < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		status = 1;
	}
	if (fflush(stdout) != 0 && status == 0) {
		perror("retort: standard output");
		status = 1;
	}
	return status;
}

/* A file of its own for each session in the workbench: nothing that was tried is lost. NULL:
 * nowhere to write. */
static char *
recording_path(void)
{
	char *state = io_xdg("XDG_STATE_HOME", ".local/state"),
	     *dir = state ? io_join(state, "sessions") : NULL;
	char name[64];
	char *path = NULL;
	time_t now = time(NULL);
	size_t len = strftime(name, sizeof name, "%Y%m%d-%H%M%S", localtime(&now));

	for (int i = 1; dir && i < 100 && io_mkdirs(dir, NULL) == 0; i++) {
		snprintf(name + len, sizeof name - len, i > 1 ? "-%d.ret" : ".ret", i);
		path = io_join(dir, name);
		if (!io_exists(path))
			break;
		mem_free(path);
		path = NULL;
	}
	mem_free(state);
	mem_free(dir);
	return path;
}

/* Without a recording where that fails, with a message; `name` NULL: not live. */
static struct workbench *
new_workbench(struct call *c, const char *name, struct err *e)
{
	struct workbench *w = workbench_new(&c->o, name, e);

	if (!w && name) {
		fprintf(stderr, "retort: not recorded: %s\n", e->msg);
		c->o.record = NULL;
		w = workbench_new(&c->o, name, e);
	}
	return w;
}

/* Options come after the person's file and win over it. */
static void
prepare(struct session *s, const struct call *c, const char *name, const char *text,
	const char *dir)
{
	char line[128];

	rcfile_read(s);
	if (c->color) {
		snprintf(line, sizeof line, "set color %s", c->color);
		session_line(s, line, NULL, NULL);
	}
	if (c->charset) {
		snprintf(line, sizeof line, "set charset %s", c->charset);
		session_line(s, line, NULL, NULL);
	}
	session_script(s, name, text, dir);
}

/* On the screen; on a terminal that cannot have one, line by line. */
static int
run_workbench(struct call *c, const char *name, const char *text, const char *dir)
{
	struct err e;
	struct term *term = term_open(&e);
	char *path = c->o.record ? NULL : recording_path();
	struct workbench *w;
	int status;

	if (!term)
		fprintf(stderr, "retort: %s; reading lines instead\n", e.msg);
	c->o.record = c->o.record ? c->o.record : path;
	w = new_workbench(c, term ? name : NULL, &e);
	if (w)
		prepare(workbench_session(w), c, name, text, dir);
	status = !w ? -1 : term ? loop_run(w, term, &e) : lines_run(workbench_session(w), &e);
	if (!w)
		term_close(term, false);
	if (status < 0)
		fprintf(stderr, "retort: %s\n", e.msg);
	else if (c->o.record)
		fprintf(stderr, "recorded: %s\n", c->o.record);
	workbench_free(w);
	mem_free(path);
	return status < 0 ? 1 : status;
}

static int
play(struct call *c, const char *path, bool headless)
{
	char *dir = path ? io_dirname(path) : mem_text("."),
	     *text = path ? read_session(path) : mem_text(headless_demo);
	const char *name = path ? path : "digits";
	int status = USAGE;

	if (text)
		status = headless ? run_headless(c, name, text, dir)
				  : run_workbench(c, name, text, dir);
	mem_free(text);
	mem_free(dir);
	return status;
}

/* The operands behind the options. */
static int
choose(struct call *c, int argc, char **argv)
{
	bool word = argc && (strcmp(argv[0], "run") == 0 || strcmp(argv[0], "replay") == 0);
	bool headless = word || c->o.json || !isatty(STDOUT_FILENO);
	struct err e;

	if (argc == 1 && strcmp(argv[0], "commands") == 0)
		return list_commands();
	c->o.replay = word && argv[0][2] == 'p';
	if (word && argc != 2)
		return usage("one file is needed after", argv[0]);
	if (argc > 1 && !word)
		return usage("one file is enough; one too many is", argv[1]);
	if (argc == 1 && strcmp(argv[0], "-") != 0 && !io_exists(argv[0]))
		return usage("neither a session file nor run, replay, commands:", argv[0]);
	if (blas_init(c->o.threads, &e) < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		return 1;
	}
	return play(c, argc ? argv[argc - 1] : NULL, headless);
}

/* One of a knob's choices, checked before anything starts. */
static int
check_choice(const char *knob, const char *value)
{
	struct knobs k;
	struct err e;

	knob_defaults(&k);
	if (knob_set(&k, knob_find(knob, NULL), value, &e) == 0)
		return 0;
	fprintf(stderr, "retort: %s\nTry 'retort --help' for more information.\n", e.msg);
	return USAGE;
}

static int
take_option(struct call *c, int option)
{
	int64_t n;

	switch (option) {
	case 'j':
		c->o.json = true;
		return 0;
	case 't':
		if (text_to_int(optarg, &n) < 0 || n < 1 || n > 256)
			return usage("threads is a whole number in 1..256, not", optarg);
		c->o.threads = (int)n;
		return 0;
	case 'r':
		c->o.record = optarg;
		return 0;
	case 'c':
		c->o.check = true;
		return 0;
	case 'u':
		if (text_to_int(optarg, &n) < 0 || n < 1)
			return usage("until is a step, at least 1, not", optarg);
		c->o.until = (uint64_t)n;
		return 0;
	case OPTION_COLOR:
		c->color = optarg;
		return check_choice("color", optarg);
	case OPTION_CHARSET:
		c->charset = optarg;
		return check_choice("charset", optarg);
	default:
		fputs("Try 'retort --help' for more information.\n", stderr);
		return USAGE;
	}
}

int
main(int argc, char **argv)
{
	struct call c = { .o = { .commands = cmd_table,
				 .threads = thread_cpus(),
				 .out = stdout,
				 .talk = stderr } };
	int option, status;

	setlocale(LC_CTYPE, "");
	/* options of those are their own */
	if (argc > 1 && strcmp(argv[1], "bench") == 0) {
		argv[1] = argv[0]; /* it runs this program, too */
		return run_beside(RETORT_BUILDDIR "/bench/retort-bench",
				  RETORT_LIBEXECDIR "/retort-bench", argv + 1);
	}
	if (argc > 1 && strcmp(argv[1], "loss") == 0)
		return run_beside(RETORT_BUILDDIR "/retort-loss", RETORT_LIBEXECDIR "/retort-loss",
				  argv + 1);
	if (argc > 1 && strcmp(argv[1], "data") == 0)
		return data_main(argc - 1, argv + 1);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "tokenizer") == 0)
		return run_command(argv[1], argc - 2, argv + 2);
	while ((option = getopt_long(argc, argv, "jt:r:cu:hV", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 'V') {
			puts(PACKAGE_STRING);
			return 0;
		}
		status = take_option(&c, option);
		if (status)
			return status;
	}
	return choose(&c, argc - optind, argv + optind);
}
