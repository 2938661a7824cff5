/* scenes.c: scenes for tests of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "scenes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/gauge_sets.h"
#include "scenes_runs.h"

const char *
scenes_name(enum scenes_kind kind)
{
	static const char *const names[] = { "empty",   "training", "distilling",  "editing",
					     "helping", "tokens",   "taps",        "ramps",
					     "cka",     "texts",    "translating", "gauge",
					     "cursor",  "runs" };

	return names[kind];
}

/* Fill a network: an input of 64, `blocks` layers of `width`, ten logits. */
static void
fill_net(struct net_info *net, const char *name, const char *spec, int blocks, size_t width)
{
	snprintf(net->name, sizeof net->name, "%s", name);
	snprintf(net->spec, sizeof net->spec, "%s", spec);
	net->n_layers = blocks + 2;
	for (int i = 0; i < net->n_layers; i++) {
		struct layer_info *l = &net->layer[i];

		snprintf(l->name, sizeof l->name, "%d", i);
		l->width = l->last = i == 0 ? 64 : width;
		l->learns = i > 0;
	}
	net->layer[net->n_layers - 1] =
		(struct layer_info){ .name = "logits", .width = 10, .last = 10, .learns = true };
	for (int i = 0; i + 1 < net->n_layers; i++)
		net->parameters += (net->layer[i].width + 1) * net->layer[i + 1].width;
	net->last = net->best = net->target = NET_INFO_NO_SCORES;
}

static void
fill_data(struct scene *s)
{
	struct lab_info *i = &s->info;

	snprintf(s->session, sizeof s->session, "digits.ret");
	s->recording = true;
	snprintf(i->data, sizeof i->data, "digits");
	i->seed = 42;
	i->rows = 1797;
	i->features = 64;
	i->n_train = 1438;
	i->n_held = 359;
	i->n_shown = 100;
	i->classes = 10;
	i->n_teachers = i->run->settings.n_teachers = 1;
	for (int k = 0; k < TRAIN_TEACHERS; k++)
		i->run->settings.teacher_weight[k] = 1;
	fill_net(&i->teacher[0], "big", "mlp 256,256", 2, 256);
	scene_log(s, SCENE_INFO, "data digits: 1797 rows, 64 features, 10 classes, 100 labels");
}

/* Fill exponential curves with a ripple: losses fall to `floor`, the accuracy rises to `top`. */
static void
fill_curves(struct scene *s, unsigned branch, uint32_t until, double floor, double top)
{
	for (uint32_t step = 1; step <= until; step++) {
		double t = 1 - exp(-(double)step / 400),
		       ripple = 0.02 * sin(step * 0.7) * (1.2 - t);

		curves_sample(s->curves, CURVES_FIRST, branch, METRIC_TRAIN_LOSS, step,
			      floor + (2.4 - floor) * (1 - t) + ripple);
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_ce, METRIC_TRAIN), step,
			      floor + (2.4 - floor) * (1 - t) + ripple);
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_kd, METRIC_TRAIN), step,
			      3 * floor + 6 * (1 - t) + ripple);
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_ce, METRIC_WEIGHTED), step,
			      (floor + (2.4 - floor) * (1 - t)) / 10);
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_kd, METRIC_WEIGHTED), step,
			      2.7 * floor + 5.4 * (1 - t));
		if (step % 50)
			continue;
		curves_sample(s->curves, CURVES_FIRST, branch, METRIC_VAL_NLL, step,
			      floor + (2.3 - floor) * (1 - t));
		curves_sample(s->curves, CURVES_FIRST, branch, METRIC_VAL_ACCURACY, step,
			      top * t + 0.1 * (1 - t));
		curves_sample(s->curves, CURVES_FIRST, branch, METRIC_VAL_AGREEMENT, step,
			      0.97 * t);
		curves_sample(s->curves, CURVES_FIRST, branch, METRIC_VAL_KL, step,
			      0.15 + 2 * (1 - t));
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_ce, METRIC_SHARE), step, 0.12);
		curves_sample(s->curves, CURVES_FIRST, branch,
			      metric_output(LOSS_OUTPUT_kd, METRIC_SHARE), step, 0.63);
	}
}

static void
fill_training(struct scene *s)
{
	struct lab_info *i = &s->info;

	fill_data(s);
	scene_log(s, SCENE_INFO, "training big for 30 epochs");
	scene_say(s, false, "training big for 30 epochs");
	fill_curves(s, BRANCH_TEACHER(0), 310, 0.08, 0.985);
	i->phase = LAB_TRAINING;
	i->busy = 0;
	i->run->step = 310;
	i->run->until = 690;
	i->teacher[0].steps = 310;
	s->view.branch = BRANCH_TEACHER(0);
	s->rate = 412.4;
	s->eta = 0.92;
}

static void
add_map(struct scene *s, int teacher, int t_layer, int s_layer, enum model_tap on, double weight)
{
	struct lab_info *i = &s->info;
	unsigned slot = (unsigned)i->run->settings.n_maps;

	i->run->settings.map[i->run->settings.n_maps++] =
		(struct layer_pair){ .teacher = teacher,
				     .t_layer = t_layer,
				     .s_layer = s_layer,
				     .match = &loss_hidden,
				     .slot = slot,
				     .on = on,
				     .weight = weight };
	if (layer_pair_fit(&i->teacher[teacher], &i->run->student, &i->run->settings.map[slot],
			   NULL) < 0)
		abort();
	for (uint32_t step = 700; step <= 2417; step += 17)
		curves_sample(s->curves, CURVES_FIRST, BRANCH_STUDENT,
			      metric_map(slot, METRIC_TRAIN), step, 0.0412 + 1.0 / step);
	curves_sample(s->curves, CURVES_FIRST, BRANCH_STUDENT, metric_map(slot, METRIC_WEIGHTED),
		      2417, weight * 0.0416);
	curves_sample(s->curves, CURVES_FIRST, BRANCH_STUDENT, metric_map(slot, METRIC_SHARE), 2400,
		      0.051);
}

static void
fill_marks(struct scene *s)
{
	curves_mark(s->curves, CURVES_MAP, CURVES_FIRST, BRANCH_STUDENT, 500,
		    "map big:1 s:1 weight 0.5", -1, 0, 0);
	curves_mark(s->curves, CURVES_TWEAK, CURVES_FIRST, BRANCH_STUDENT, 620,
		    "temperature 2 -> 4", 0, 2, 4);
	curves_mark(s->curves, CURVES_TWEAK, CURVES_FIRST, BRANCH_STUDENT, 1200,
		    "kd-weight 0.9 -> 0.7", 1, 0.9, 0.7);
	curves_mark(s->curves, CURVES_NOTE, CURVES_FIRST, BRANCH_STUDENT, 1205, "looks flat", -1, 0,
		    0);
	curves_mark(s->curves, CURVES_DIVERGED, CURVES_FIRST, BRANCH_STUDENT, 1600, "not applied",
		    -1, 0, 0);
	scene_log(s, SCENE_INFO, "@500 map big:1 s:1 weight 0.5");
	scene_log(s, SCENE_INFO, "@620 temperature 2 -> 4");
	scene_log(s, SCENE_INFO, "@1200 kd-weight 0.9 -> 0.7");
	scene_log(s, SCENE_WARN, "@1205 looks flat");
	scene_log(s, SCENE_ERROR, "@1600 the gradient is no number; the step was not applied");
}

static void
fill_teachers(struct lab_info *i)
{
	i->n_teachers = 3;
	i->teacher[0].ready = i->teacher[1].ready = true;
	fill_net(&i->teacher[1], "wide", "mlp 512", 1, 512);
	fill_net(&i->teacher[2], "deep", "mlp 64,64,64,64", 4, 64);
	i->teacher[0].last = (struct scores){ .accuracy = 0.9833,
					      .nll = 0.071,
					      .ece = 0.01,
					      .agreement = NAN,
					      .kl = NAN,
					      .step = 690 };
	i->teacher[1].last = (struct scores){ .accuracy = 0.9721,
					      .nll = 0.094,
					      .ece = 0.02,
					      .agreement = NAN,
					      .kl = NAN,
					      .step = 690 };
	i->run->teaching[0] = (struct teaching){ 0.712, 0.9387, 0.204 };
	i->run->teaching[1] = (struct teaching){ 0.288, 0.9211, 0.251 };
	i->run->teaching[2] = (struct teaching){ 0, NAN, NAN };
}

static void
fill_distilling(struct scene *s)
{
	struct lab_info *i = &s->info;

	fill_data(s);
	fill_teachers(i);
	i->run->settings.teacher_weight[1] = 0.3;
	i->run->settings.teacher_muted[2] = true;
	i->run->has_student = true;
	fill_net(&i->run->student, "s", "mlp 16,16", 2, 16);
	i->run->student.last = (struct scores){ .accuracy = 0.948,
						.nll = 0.247,
						.ece = 0.03,
						.agreement = 0.9412,
						.kl = 0.213,
						.step = 2400 };
	fill_curves(s, BRANCH_STUDENT, 2417, 0.24, 0.96);
	i->phase = LAB_DISTILLING;
	i->busy = -1;
	i->run->step = 2417;
	i->run->until = 6000;
	i->run->settings.knobs.temperature = 4;
	i->run->settings.knobs.kd_weight = 0.7;
	s->defaults.temperature = 2;
	add_map(s, 0, 1, 1, MODEL_HIDDEN, 0.5);
	add_map(s, 0, 2, 2, MODEL_HIDDEN, 0.3);
	add_map(s, 1, 1, 2, MODEL_HIDDEN, 2.5);
	fill_marks(s);
	s->rate = 412.4;
	s->eta = 8.7;
	s->pending[0] = true;
	snprintf(s->pending_text[0], sizeof s->pending_text[0], "8");
	scene_say(s, false, "@1200 kd-weight 0.9 -> 0.7");
}

static void
fill_editing(struct scene *s)
{
	fill_distilling(s);
	s->view.editing = true;
	s->view.edit_row = 2;
	s->view.edit_column = 2;
	s->view.edit[s->view.n_edits++] =
		(struct scene_edit){ 0, 2, 2, MODEL_HIDDEN, 0.4, NULL, THROUGH_DEFAULT };
	s->view.edit[s->view.n_edits++] =
		(struct scene_edit){ 0, 1, 1, MODEL_HIDDEN, -1, NULL, THROUGH_DEFAULT };
}

/* Fill a transformer of `blocks` blocks on 64 tokens, four classes. */
static void
fill_transformer(struct net_info *net, const char *name, const char *spec, int blocks, size_t width,
		 size_t heads)
{
	fill_net(net, name, spec, blocks, width);
	for (int i = 0; i <= blocks; i++)
		net->layer[i] = (struct layer_info){ .width = 64 * width,
						     .last = width,
						     .is_tokens = true,
						     .learns = true,
						     .heads = i ? heads : 0,
						     .kv_heads = i ? heads : 0 };
	for (int i = 0; i <= blocks; i++)
		snprintf(net->layer[i].name, sizeof net->layer[i].name, "%d", i);
	net->layer[blocks + 1].width = net->layer[blocks + 1].last = 4;
}

static void
fill_tokens(struct scene *s)
{
	struct lab_info *i = &s->info;

	fill_distilling(s);
	i->run->settings.n_maps = 0;
	i->n_teachers = 2;
	snprintf(i->data, sizeof i->data, "sentences");
	fill_transformer(&i->teacher[0], "big", "transformer layers=2 width=32", 2, 32, 4);
	fill_transformer(&i->teacher[1], "teacher-of-many",
			 "transformer layers=4 width=128 heads=8", 4, 128, 8);
	fill_transformer(&i->run->student, "s", "transformer layers=1 width=16", 1, 16, 4);
	i->teacher[0].ready = i->teacher[1].ready = true;
	add_map(s, 0, 1, 1, MODEL_ATTENTION, 10);
	add_map(s, 1, 4, 1, MODEL_VALUE, 0.25);
	add_map(s, 0, 2, 1, MODEL_HIDDEN, 0.5);
	add_map(s, 0, 2, 1, MODEL_ATTENTION, 3);
	add_map(s, 0, 0, 0, MODEL_HIDDEN, 123456);
}

static void
fill_taps(struct scene *s)
{
	fill_tokens(s);
	s->view.editing = true;
	s->view.edit_on = MODEL_ATTENTION;
	s->view.edit_row = s->view.edit_column = 1;
	s->view.edit[s->view.n_edits++] =
		(struct scene_edit){ 0, 1, 1, MODEL_ATTENTION, 20, NULL, THROUGH_DEFAULT };
	s->view.edit[s->view.n_edits++] =
		(struct scene_edit){ 0, 2, 1, MODEL_HIDDEN, -1, NULL, THROUGH_DEFAULT };
	s->view.edit[s->view.n_edits++] =
		(struct scene_edit){ 0, 2, 1, MODEL_VALUE, 0.7, NULL, THROUGH_DEFAULT };
}

static void
fill_cka(struct scene *s)
{
	fill_editing(s);
	s->cka = (struct lab_cka){ .n_teacher = 4, .n_student = 4, .step = 2400 };
	for (int t = 0; t < 4; t++)
		for (int k = 0; k < 4; k++)
			s->cka.value[t][k] =
				t == k ? 0.97 + 0.01 * t : 0.83 / (1 + abs(t - k)) / (1 + t);
	s->view.edit[0].match = &loss_hidden;
	s->view.edit[0].through = THROUGH_SHARED;
}

static struct shift_report_result
seen(double energy, double p, double auc, double confidence)
{
	return (struct shift_report_result){ .known = true,
					     .gauge = { .energy = energy,
							.p = p,
							.auc = auc,
							.coverage = 0.922,
							.weighted_energy = energy / 3,
							.weighted_auc = 0.5 + (auc - 0.5) / 4 },
					     .confidence = { confidence, confidence - 0.031 },
					     .entropy = { 0.131, 0.184 },
					     .predicted = 0.083 };
}

/* The gauge has the focus; the student's AUC rises. */
static void
fill_gauge(struct scene *s)
{
	struct shift_report m = { .name = { "train", "bold-digits" },
				  .rows = { 400, 400 },
				  .of = { 1438, 599 },
				  .weighed = true,
				  .priors = 0.029,
				  .n_drifts = 4,
				  .far = { 189, 370, 1341, 12, 7 } };
	static const char *const column[] = { "x35", "sepal-length-of-the-flower", "pixel 3,4",
					      "x1" };

	fill_distilling(s);
	s->info.set[0] = (struct lab_set){ .name = "digits", .rows = 1438, .labelled = 1438 };
	s->info.run->settings.set_weight[0] = 1;
	s->info.n_sets = 1;
	s->info.set[s->info.n_sets++] = (struct lab_set){
		.name = "bold-digits", .role = DATASET_TARGET, .rows = 599, .labelled = 599
	};
	for (int i = 0; i < m.n_drifts; i++) {
		snprintf(m.drift[i].column, sizeof m.drift[i].column, "%s", column[i]);
		m.drift[i].psi = 1.3 / (1 + i * i);
		m.drift[i].ks = 0.41 / (1 + i);
	}
	for (m.step = 100; m.step <= 2400; m.step += 100) {
		m.result[SHIFT_REPORT_TEACHER] = seen(0.0545, 0.005, 0.72, 0.964);
		m.result[SHIFT_REPORT_STUDENT] =
			seen(0.031, 0.085, 0.5 + 0.35 * (1 - exp(-(double)m.step / 700)), 0.951);
		m.result[SHIFT_REPORT_FEATURES] = seen(0.2471, 0.005, 0.763, 0);
		m.result[SHIFT_REPORT_FEATURES].gauge.n_far = 5;
		for (int i = 0; i < 5; i++)
			m.result[SHIFT_REPORT_FEATURES].gauge.far_by[i] = 5.27 / (1 + i);
		gauge_sets_result(s, &m, "");
	}
	s->view.focus = LAYOUT_gauge;
}

/* Add the marker of a ramp; `is_on`: the ramp is active. */
static void
add_ramp(struct scene *s, uint32_t step, const char *knob, const char *words, bool is_on)
{
	char copy[128], *word[16], *more, text[160];
	const struct knob *d = knob_find(knob, NULL);
	struct ramp r;
	int n = 0;

	snprintf(copy, sizeof copy, "%s", words);
	for (char *w = strtok_r(copy, " ", &more); w; w = strtok_r(NULL, " ", &more))
		word[n++] = w;
	if (!d || ramp_parse(&r, d, n, word, NULL) < 0)
		abort();
	r.start = step;
	snprintf(text, sizeof text, "%s ramps to %g until %llu", knob, ramp_last(&r),
		 (unsigned long long)ramp_end(&r));
	curves_mark(s->curves, CURVES_TWEAK, CURVES_FIRST, BRANCH_STUDENT, step, text, r.knob,
		    knob_value(&s->info.run->settings.knobs, d), r.from);
	s->curves->mark[s->curves->n_marks - 1].ramp = r;
	if (is_on)
		s->info.run->settings.ramp[s->info.run->settings.n_ramps++] = r;
}

static void
fill_ramps(struct scene *s)
{
	fill_distilling(s);
	s->pending[0] = false;
	s->curves->n_marks = 0;
	add_ramp(s, 200, "temperature", "8 1 over 3000 cosine then 3 over 300", true);
	add_ramp(s, 700, "ce-weight", "0 1 over 800 steps 4 then 0.25 over 400", true);
	add_ramp(s, 900, "lr", "0.001 0.02 over 4000 exponential", false);
	curves_mark(s->curves, CURVES_TWEAK, CURVES_FIRST, BRANCH_STUDENT, 1900,
		    "lr 0.002113 -> 0.003, ramp cancelled", s->info.run->settings.ramp[0].knob + 3,
		    0.002113, 0.003);
	add_ramp(s, 2300, "kd-weight", "0.7 0.1 over 9000", true);
	ramp_apply(s->info.run->settings.ramp, s->info.run->settings.n_ramps, s->info.run->step,
		   &s->info.run->settings.knobs);
}

static void
fill_helping(struct scene *s)
{
	fill_training(s);
	scene_help(
		s, "retort-set(1)",
		"RETORT-SET(1)               General Commands Manual              RETORT-SET(1)\n\n"
		"N\bNA\bAM\bME\bE\n     s\bse\bet\bt \xE2\x80\x93 turn a knob, or show it\n\n"
		"S\bSY\bYN\bNO\bOP\bPS\bSI\bIS\bS\n     s\bse\bet\bt [_\bK_\bN_\bO_\bB "
		"[_\bV_\bA_\bL_\bU_\bE]]\n\n"
		"D\bDE\bES\bSC\bCR\bRI\bIP\bPT\bTI\bIO\bON\bN\n"
		"     A knob that can change while training takes effect between two steps.\n"
		"\tThe answer says the step \xE2\x80\x93 never the hour: the curve has a mark.\n");
	snprintf(s->view.search, sizeof s->view.search, "step");
}

static struct bitext *
make_texts(void)
{
	struct bitext *b = bitext_new("apertium eng-spa spa-eng");

	bitext_add(b, "I bought my mom this tea and I think she's addicted to it.",
		   "I bought my mamma this tea and I think is addicted to him.");
	bitext_add(b, "Well packaged no broken or Cracked bottles!!!!!!",
		   "Well packaged any broken or Cracked boats!!!!!!");
	bitext_add(b, "Great tea.", "Great tea.");
	bitext_add(b, "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
		   "床前明月光，疑是地上雪。举头望明月，低头想故乡。");
	bitext_add(b,
		   "a-word-that-is-longer-than-any-row-of-a-narrow-pane-and-has-to-go-on-in-the-"
		   "next-one-or-it-would-be-cut-off-at-its-edge",
		   "");
	bitext_measure(b);
	return b;
}

static void
fill_texts(struct scene *s)
{
	fill_distilling(s);
	s->bitext = make_texts();
	s->view.focus = pane_find("texts");
}

static void
fill_translating(struct scene *s)
{
	fill_distilling(s);
	s->translation = (struct scene_translation){ 1200, 3217, 396.4, make_texts() };
	s->view.focus = pane_find("texts");
}

static void
fill_cursor(struct scene *s)
{
	fill_distilling(s);
	fill_curves(s, BRANCH_BASELINE, 2000, 0.31, 0.93);
	s->info.run->settings.knobs.charset = KNOB_QUADRANTS;
	s->view.cursor_on = true;
	s->view.cursor = 620;
}

void
scenes_make(struct scene *s, enum scenes_kind kind)
{
	static void (*const fill[])(
		struct scene * s) = { NULL,         fill_training,  fill_distilling,  fill_editing,
				      fill_helping, fill_tokens,    fill_taps,        fill_ramps,
				      fill_cka,     fill_texts,     fill_translating, fill_gauge,
				      fill_cursor,  fill_distilling };

	scene_init(s);
	s->curves = curves_new(false);
	knob_defaults(&s->defaults);
	knob_defaults(&s->info.run->settings.knobs);
	snprintf(s->session, sizeof s->session, "digits");
	if (fill[kind])
		fill[kind](s);
	if (kind == SCENES_RUNS)
		scenes_runs_fill(s);
}

void
scenes_release(struct scene *s)
{
	curves_free(s->curves);
	scene_release(s);
}
