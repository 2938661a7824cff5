/* output.c: data on standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/output.h"

#include "retort/base/text.h"

const char *
output_branch(const struct lab_info *info, unsigned branch)
{
	return branch == BRANCH_STUDENT    ? "main"
	       : branch == BRANCH_BASELINE ? "plain"
					   : info->teacher[branch - 2].name;
}

void
output_close(struct output *t)
{
	if (t->open)
		fputs("}\n", t->out);
	t->open = false;
}

/* Knobs of the student that are not at their defaults: what was live at this step, whoever turned
 * it, or whatever ramp. */
static void
tell_knobs(struct output *t, const struct lab_info *info, uint32_t step)
{
	struct knobs now = info->run.settings.knobs, initial;
	char value[64];
	bool any = false;

	knob_defaults(&initial);
	ramp_apply(info->run.settings.ramp, info->run.settings.n_ramps, step, &now);
	fputs(",\"knobs\":{", t->out);
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *d = &knob_table[i];

		if (d->when == KNOB_VIEW || knob_value(&now, d) == knob_value(&initial, d))
			continue;
		fprintf(t->out, "%s\"%s\":", any ? "," : "", d->name);
		if (d->choices)
			report_json_string(t->out, knob_print(&now, d, value, sizeof value));
		else
			report_json_number(t->out, knob_value(&now, d));
		any = true;
	}
	fputc('}', t->out);
}

/* Which stage the student's step was the outcome of, where there are any. */
static void
tell_stage(struct output *t, const struct lab_info *info, uint32_t step)
{
	const struct lab_stage *s = lab_has_stages(info) ? lab_stage_at(info, step) : NULL;

	if (!s)
		return;
	fputs(",\"stage\":", t->out);
	report_json_string(t->out, lab_stage_name[s->kind]);
}

static void
open_object(struct output *t, const struct lab_info *info, const struct event *ev)
{
	if (t->open && t->branch == ev->branch && t->step == ev->step)
		return;
	output_close(t);
	fputs("{\"event\":\"eval\",\"branch\":", t->out);
	report_json_string(t->out, output_branch(info, ev->branch));
	fprintf(t->out, ",\"step\":%u", ev->step);
	if (ev->branch == BRANCH_STUDENT) {
		tell_stage(t, info, ev->step);
		tell_knobs(t, info, ev->step);
	}
	t->open = true;
	t->branch = ev->branch;
	t->step = ev->step;
}

void
output_sample(struct output *t, const struct lab_info *info, const struct event *ev)
{
	char number[40];

	if (!t->out || !metric_is_evaluated(ev->metric))
		return;
	if (!t->json) {
		fprintf(t->out, "%u\t%s\t%s\t%s\n", ev->step, output_branch(info, ev->branch),
			metric_info(ev->metric)->name,
			text_number(number, sizeof number, ev->value));
		return;
	}
	open_object(t, info, ev);
	fprintf(t->out, ",\"%s\":", metric_info(ev->metric)->name);
	report_json_number(t->out, ev->value);
}

void
output_change(struct output *t, const char *stamp, const char *what)
{
	if (!t->out || !t->json)
		return;
	output_close(t);
	fputs("{\"event\":\"change\",\"at\":", t->out);
	report_json_string(t->out, stamp);
	fputs(",\"what\":", t->out);
	report_json_string(t->out, what);
	fputs("}\n", t->out);
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
		report_text(t->out, info, change, n);
}

void
output_text(struct output *t, const char *command, const char *text)
{
	if (!t->out)
		return;
	output_close(t);
	if (!t->json) {
		fputs(text, t->out);
		return;
	}
	fputs("{\"event\":\"answer\",\"command\":", t->out);
	report_json_string(t->out, command);
	fputs(",\"text\":", t->out);
	report_json_string(t->out, text);
	fputs("}\n", t->out);
}
