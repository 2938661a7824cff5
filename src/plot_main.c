/* plot_main.c: `retort plot`: draw the curves of recordings, without training again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "plot_main.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "retort/base/choice.h"
#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/curve/curves_file.h"
#include "retort/figure/figure_file.h"

#define FAILED 1
#define USAGE 2

struct plot {
	const char *out;
	struct figure_request request;
	struct figure_source source[FIGURE_SOURCES];
	char *name[FIGURE_SOURCES]; /* owned */
};

/* Print a message about the words; return the exit status. */
static int
report_usage(const char *what, const char *word, const char *expected)
{
	err_print("retort plot: %s '%s' (expected %s)", what, word, expected);
	return cli_try_help("plot");
}

/* Print an error; return the exit status. */
static int
report_error(const struct err *e, int status)
{
	err_print("retort plot: %s", e->msg);
	return status;
}

static int
add_metric(struct plot *p, const char *word)
{
	unsigned metric = metric_find(word);
	struct err e;

	if (metric == METRIC_NONE) {
		choice_unknown(&e, "metric", word, metric_name, "see retort-losses(7)");
		return report_error(&e, USAGE);
	}
	if (p->request.n_metrics == FIGURE_PANELS)
		return report_usage("too many metrics at", word, "at most 8");
	p->request.metric[p->request.n_metrics++] = metric;
	return 0;
}

static int
take_option(struct plot *p, int option)
{
	switch (option) {
	case 'o':
		p->out = optarg;
		return 0;
	case 'm':
		return add_metric(p, optarg);
	case CLI_RUN:
		if (p->request.n_runs == FIGURE_NAMES)
			return report_usage("too many runs at", optarg, "at most 64");
		p->request.run[p->request.n_runs++] = optarg;
		return 0;
	case CLI_TITLE:
		p->request.title = optarg;
		return 0;
	default:
		return cli_try_help("plot");
	}
}

/* The name of a recording in the legend: its file name without directories and suffix; owned. */
static char *
legend_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path,
		   *suffix = strstr(name, CURVES_FILE_SUFFIX);
	struct text t = { 0 };

	text_bytes(&t, name, suffix ? (size_t)(suffix - name) : text_stem(name, ".ret"));
	return t.s;
}

/* Report that the curves of a recording are missing, and what makes them. */
static int
report_missing(const char *recording, const char *metrics)
{
	err_print("retort plot: %s: there is no file of its curves, %s", recording, metrics);
	err_print("retort plot: make it by: retort --metrics '%s' replay '%s'", metrics, recording);
	return FAILED;
}

/* Read the curves of a recording, or a file of curves. Returns 0 or the exit status. */
static int
add_source(struct plot *p, const char *path)
{
	size_t n = strlen(path), k = strlen(CURVES_FILE_SUFFIX), at = p->request.n_sources;
	bool is_curves = n > k && strcmp(path + n - k, CURVES_FILE_SUFFIX) == 0;
	char *metrics = is_curves ? mem_text(path) : curves_file_beside(path);
	struct curves *c = NULL;
	struct err e;
	int status = 0;

	if (!io_exists(path)) {
		err_set(&e, "%s: No such file or directory", path);
		status = report_error(&e, FAILED);
	} else if (!io_exists(metrics)) {
		status = report_missing(path, metrics);
	} else if (!(c = curves_file_read(metrics, true, &e))) {
		status = report_error(&e, FAILED);
	}
	mem_free(metrics);
	if (status)
		return status;
	p->name[at] = legend_name(path);
	p->source[at] = (struct figure_source){ c, p->name[at] };
	p->request.n_sources++;
	return 0;
}

/* Draw the sources and write the file. Returns the exit status. */
static int
write_figure(struct plot *p, int kind)
{
	struct text bytes = { 0 };
	struct err e;
	int status = 0;

	if (p->request.n_sources == 1)
		p->source[0].name = ""; /* it is the title */
	if (p->request.n_sources == 1 && !p->request.title)
		p->request.title = p->name[0];
	p->request.title = p->request.title ? p->request.title : "";
	p->request.source = p->source;
	if (figure_file_make(&p->request, kind, &bytes, &e) < 0 ||
	    io_write(p->out, (const void *const[]){ bytes.s }, &bytes.len, 1, &e) < 0)
		status = report_error(&e, FAILED);
	text_release(&bytes);
	return status;
}

static void
release(struct plot *p)
{
	for (size_t i = 0; i < p->request.n_sources; i++) {
		curves_free((struct curves *)p->source[i].curves);
		mem_free(p->name[i]);
	}
}

/* Check the words, then read and draw. Returns the exit status. */
static int
run(struct plot *p, int argc, char **argv)
{
	struct err e;
	int kind, status = 0;

	if (argc == 0)
		return report_usage("no recording after", "plot", "one or more files");
	if (argc > FIGURE_SOURCES)
		return report_usage("too many recordings at", argv[FIGURE_SOURCES], "at most 64");
	if (!p->out)
		return report_usage("no output file after", "plot",
				    "-o FILE, which ends in one of " FIGURE_FILE_SUFFIXES);
	kind = figure_file_kind(p->out, &e);
	if (kind < 0)
		return report_error(&e, USAGE);
	for (int i = 0; i < argc && status == 0; i++)
		status = add_source(p, argv[i]);
	return status ? status : write_figure(p, kind);
}

int
plot_main(int argc, char **argv)
{
	struct plot *p = mem_new(sizeof *p);
	struct cli_getopt g;
	int option, status = 0;

	cli_getopt_init(&g, cli_options(cli_find(1, (char *[]){ (char *)"plot" })));
	while (status == 0 && (option = cli_getopt_next(&g, "retort plot", argc, argv)) != -1)
		status = take_option(p, option);
	if (status == 0)
		status = run(p, argc - optind, argv + optind);
	release(p);
	mem_free(p);
	return status;
}
