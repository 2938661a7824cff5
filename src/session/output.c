/* output.c: data on standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/output.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

/* The kind of a network, or the name of a teacher. */
static const char *
branch_name(const struct lab_info *info, const struct event *ev)
{
	return ev->branch == BRANCH_STUDENT    ? "main"
	       : ev->branch == BRANCH_BASELINE ? "plain"
					       : info->teacher[ev->branch - BRANCH_TEACHER(0)].name;
}

static const char *
run_name(const struct lab_info *info, const struct event *ev)
{
	const struct lab_listed *r = lab_run_listed(info, ev->run);

	return r ? r->name : "s";
}

const char *
output_network(const struct lab_info *info, const struct event *ev)
{
	static char name[NET_NAME + 8];
	const char *run = run_name(info, ev);

	if (ev->branch >= BRANCH_TEACHER(0) || strcmp(run, "s") == 0)
		return branch_name(info, ev);
	snprintf(name, sizeof name, "%s%s", run, ev->branch == BRANCH_STUDENT ? "" : ":plain");
	return name;
}

/* Whether a sample is of the focused run, whose settings the session knows. */
static bool
is_focused(const struct lab_info *info, const struct event *ev)
{
	return info->n_runs <= 1 || ev->run == info->runs[info->focus].number;
}

void
output_close(struct output *t)
{
	if (t->open)
		fputs("}\n", t->out);
	t->open = false;
}

/* Write the knobs that are not at their defaults at `step`, ramps applied. */
static void
write_knobs(struct output *t, const struct lab_info *info, uint32_t step)
{
	struct knobs now = info->run->settings.knobs, initial;
	char value[64];
	struct jsonwriter w = { t->out, true };

	knob_defaults(&initial);
	ramp_apply(info->run->settings.ramp, info->run->settings.n_ramps, step, &now);
	jsonwriter_begin(&w, "knobs", '{');
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *d = &knob_table[i];

		if (d->when == KNOB_VIEW || knob_value(&now, d) == knob_value(&initial, d))
			continue;
		if (d->choices)
			jsonwriter_string(&w, d->name, knob_print(&now, d, value, sizeof value));
		else
			jsonwriter_number(&w, d->name, knob_value(&now, d));
	}
	jsonwriter_end(&w, '}');
}

/* Write the stage of the student at `step`, if there are stages. */
static void
write_stage(struct output *t, const struct lab_info *info, uint32_t step)
{
	const struct lab_stage *s = lab_has_stages(info) ? lab_stage_at(info, step) : NULL;

	struct jsonwriter w = { t->out, true };

	if (s)
		jsonwriter_string(&w, "stage", lab_stage_name[s->kind]);
}

static void
open_object(struct output *t, const struct lab_info *info, const struct event *ev)
{
	struct jsonwriter w = { t->out, false };

	if (t->open && t->branch == ev->branch && t->run == ev->run && t->step == ev->step)
		return;
	output_close(t);
	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "event", "eval");
	jsonwriter_string(&w, "branch", branch_name(info, ev));
	jsonwriter_number(&w, "step", ev->step);
	if (info->n_runs > 1 && ev->branch < BRANCH_TEACHER(0))
		jsonwriter_string(&w, "run", run_name(info, ev));
	if (ev->branch == BRANCH_STUDENT && is_focused(info, ev)) {
		write_stage(t, info, ev->step);
		write_knobs(t, info, ev->step);
	}
	t->open = true;
	t->branch = ev->branch;
	t->run = ev->run;
	t->step = ev->step;
}

void
output_sample(struct output *t, const struct lab_info *info, const struct event *ev)
{
	struct jsonwriter w = { t->out, true };
	char number[40];

	if (!t->out || !metric_is_evaluated(ev->metric))
		return;
	if (!t->json) {
		fprintf(t->out, "%u\t%s\t%s\t%s\n", ev->step, output_network(info, ev),
			metric_info(ev->metric)->name,
			text_number(number, sizeof number, ev->value));
		return;
	}
	open_object(t, info, ev);
	jsonwriter_number(&w, metric_info(ev->metric)->name, ev->value);
}

/* Write one line: an object of the event and two strings. */
static void
write_event(FILE *out, const char *event, const char *key, const char *value, const char *key2,
	    const char *value2)
{
	struct jsonwriter w = { out, false };

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "event", event);
	jsonwriter_string(&w, key, value);
	jsonwriter_string(&w, key2, value2);
	jsonwriter_end(&w, '}');
	fputc('\n', out);
}

void
output_change(struct output *t, const char *stamp, const char *what)
{
	if (!t->out || !t->json)
		return;
	output_close(t);
	write_event(t->out, "change", "at", stamp, "what", what);
}

/* Write a report whose names may hold what a terminal would obey. */
static void
write_report(FILE *out, const struct lab_info *info, const struct report_change *change, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f)
		report_text(f, info, change, n);
	if (f && fclose(f) == 0)
		fputs(text_printable(text), out);
	free(text);
}

void
output_report(struct output *t, const struct lab_info *info, const struct report_change *change,
	      size_t n)
{
	if (!t->out)
		return;
	output_close(t);
	if (t->json)
		report_json(t->out, info, change, n);
	else
		write_report(t->out, info, change, n);
}

void
output_text(struct output *t, const char *command, const char *text)
{
	if (!t->out)
		return;
	output_close(t);
	if (!t->json) {
		char *plain = text_printable(mem_text(text));

		fputs(plain, t->out);
		mem_free(plain);
		return;
	}
	write_event(t->out, "answer", "command", command, "text", text);
}
