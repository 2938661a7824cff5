/* test_resume.c: a state in a file continues to the same bits, and bad files are refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "runrig.h"
#include "tmpfolder.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/lab/phase.h"
#include "retort/lab/request.h"
#include "retort/lab/runs.h"
#include "retort/lab/save.h"
#include "retort/lab/state_file.h"
#include "retort/train/best.h"

static void
step(struct trainer_state *w, const struct runrig_scenario *s, struct hash *h)
{
	uint64_t at = w->run->student->state->step;

	if (at >= 14 && at <= 20 && at % 2 == 0 && s->change[(at - 14) / 2])
		steprig_apply(w, s->change[(at - 14) / 2]);
	steprig_step(w, h);
}

static void
train_to(struct trainer_state *w, const struct runrig_scenario *s, uint64_t at, struct hash *h)
{
	while (w->run->student->state->step < at)
		step(w, s, h);
}

/* A lab with the lines before the student, or with all and its run. */
static struct trainer_state *
open_lab(const struct runrig_scenario *s, int threads, bool whole)
{
	struct trainer_state *w = steprig_new(threads);

	for (int i = 0; s->setup[i]; i++) {
		if (!whole && strncmp(s->setup[i], "student", 7) == 0)
			break;
		steprig_apply(w, s->setup[i]);
		steprig_work(w);
	}
	if (whole)
		steprig_apply(w, "run 24");
	return w;
}

/* Parameters and moments; the moments of a state are scratch of a step. */
static struct hash
numbers_of(const struct branch *b)
{
	struct hash h = hash_of(b->state, sizeof *b->state), part;
	const struct param_layout *l = &b->net->layout;

	for (size_t i = 0; i < l->n; i++) {
		const struct param *p = &l->param[i];
		const real *at[3] = { branch_value(b), branch_moment1(b), branch_moment2(b) };

		for (int k = 0; k < (p->is_state ? 1 : 3); k++) {
			part = hash_of(at[k] + p->offset, p->len * sizeof(real));
			h = hash_join(&h, &part);
		}
	}
	return h;
}

/* All numbers that training mutates. */
static struct hash
state_of(const struct trainer_state *w)
{
	const struct run *r = w->run;
	struct hash h = numbers_of(r->student), part;
	double number[5] = { (double)r->info.step, (double)r->n_undo, (double)r->n_redo,
			     (double)r->info.from, (double)r->info.until };

	part = hash_of(&r->info.settings.knobs, sizeof r->info.settings.knobs);
	h = hash_join(&h, &part);
	part = hash_of(r->figures[BRANCH_STUDENT].last, sizeof r->figures[BRANCH_STUDENT].last);
	h = hash_join(&h, &part);
	part = hash_of(r->student->best.value, best_numbers(r->student) * sizeof(real));
	h = hash_join(&h, &part);
	part = hash_of(number, sizeof number);
	return hash_join(&h, &part);
}

/* Train to the last step and past it; returns the hash of state and samples. */
static struct hash
finish(struct trainer_state *w, const struct runrig_scenario *s)
{
	struct hash samples = { 0 }, state;
	struct err e;

	train_to(w, s, RUNRIG_STEPS, &samples);
	state = state_of(w);
	while (w->info.phase != LAB_IDLE) {
		phase_step(w, &e);
		steprig_drain(w, &samples);
	}
	return hash_join(&state, &samples);
}

/* The student's checkpoint with its state, written and read again. */
static struct ckpt *
save_state(struct trainer_state *w, bool whole)
{
	struct request *r = request_new(REQUEST_SNAPSHOT);
	char path[TMPFOLDER_PATH + 32];
	struct ckpt *c;
	struct err e;

	snprintf(path, sizeof path, "%s/state", tmpfolder_dir);
	r->u.snapshot.state = true;
	r->u.snapshot.leave = whole;
	if (save_request(w, r, &e) < 0 || ckpt_write(r->u.snapshot.ckpt, path, &e) < 0 ||
	    ckpt_read(path, &c, &e) < 0)
		fail_msg("%s", e.msg);
	request_free(r);
	return c;
}

static int
load(struct trainer_state *w, struct ckpt *c, bool whole, struct err *e)
{
	struct request *r = request_new(whole ? REQUEST_CONTINUE : REQUEST_STUDENT);
	int status;

	r->u.net.ckpt = c;
	status = request_table[r->kind].handle(w, r, e);
	request_free(r);
	return status;
}

/* Stop at a step that is drawn, save, continue in another lab; `whole`: in one without teachers. */
static void
test_continue(const struct runrig_scenario *s, bool whole, int threads)
{
	struct trainer_state *w = open_lab(s, 2, true), *other;
	struct rng r = rng_stream(7, "resume", (uint64_t)(s - runrig_scenario), (uint64_t)whole);
	uint64_t at = 2 + rng_below(r, 0, RUNRIG_STEPS - 4);
	struct hash samples = { 0 }, want, got;
	struct err e = { .msg = "" };
	struct ckpt *c;

	train_to(w, s, at, &samples);
	c = save_state(w, whole);
	w->info.paused = false;
	want = finish(w, s);

	if (whole) {
		other = steprig_new(threads);
		steprig_apply(other, s->setup[0]);
	} else {
		other = open_lab(s, threads, false);
	}
	if (load(other, c, whole, &e) < 0)
		fail_msg("%s, step %d: %s", s->name, (int)at, e.msg);
	assert_int_equal(other->run->student->state->step, at);
	assert_int_equal(other->n_samples, 0);
	assert_true(whole ? other->info.paused : other->info.run->interrupted);
	if (whole)
		other->info.paused = false;
	else
		steprig_apply(other, "run");
	got = finish(other, s);
	if (memcmp(&got, &want, sizeof got) != 0)
		fail_msg("%s: other bits when continued at step %d", s->name, (int)at);
	steprig_free(w);
	steprig_free(other);
}

static void
test_run(void **state)
{
	test_continue(*state, false, 1);
}

static void
test_whole(void **state)
{
	test_continue(*state, true, 1);
	test_continue(*state, true, 2);
}

/* ---- files that are damaged ---- */

/* The checkpoint with another text of its state. */
static struct ckpt *
with_note(const struct ckpt *c, const char *text)
{
	struct ckpt *to = ckpt_new();

	for (size_t i = 0; i < c->n_tensors; i++)
		ckpt_add(to, c->tensor[i].name, c->tensor[i].rank, c->tensor[i].dim,
			 c->tensor[i].data);
	for (size_t i = 0; i < c->n_notes; i++)
		ckpt_note(to, c->note[i].key,
			  strcmp(c->note[i].key, STATE_FILE_NOTE) == 0 ? text : c->note[i].value);
	return to;
}

/* What a refused state must leave as it was. */
static struct hash
lab_of(const struct trainer_state *w)
{
	double number[5] = { w->n_runs, w->n_slots, (double)w->train.remedies.n, w->info.n_teachers,
			     w->run->info.settings.n_maps };

	return hash_of(number, sizeof number);
}

/* Continue a run for some steps. */
static void
continue_run(struct trainer_state *w)
{
	struct hash samples = { 0 };
	struct err e;

	if (w->info.phase == LAB_IDLE && steprig_try(w, "run", &e) < 0)
		return;
	w->info.paused = false;
	for (int i = 0; i < 3 && phase_works(w); i++) {
		phase_step(w, &e);
		steprig_drain(w, &samples);
	}
	if (w->info.phase != LAB_IDLE)
		steprig_apply(w, "stop");
	steprig_work(w);
}

/* Load a text in the place of the state: it may be accepted, or refused with a message. */
static void
try_text(struct trainer_state *w, const struct ckpt *c, const char *text, size_t *refused)
{
	struct hash was = lab_of(w), now;
	struct err e = { .msg = "" };

	if (load(w, with_note(c, text), false, &e) == 0) {
		continue_run(w);
		while (w->n_runs > 1)
			runs_drop(w, w->runs[0] == w->run);
		return;
	}
	assert_true(strncmp(e.msg, "student: state: ", 16) == 0 && strlen(e.msg) > 16);
	now = lab_of(w);
	assert_memory_equal(&was, &now, sizeof now);
	++*refused;
}

/* Values that are put in the place of each value of the state. */
static const char *const wrong[] = {
	"null", "-1",   "4294967297",          "\"x\"",    "\"nan\"",   "[]", "[{}]",
	"{}",   "true", "9223372036854775807", "\"-inf\"", "\"state.\""
};

/* Bytes of the JSON value that begins at `s`. */
static size_t
value_len(const char *s)
{
	int depth = 0;
	bool quoted = false;
	size_t i = 0;

	do {
		if (s[i] == '"' && (i == 0 || s[i - 1] != '\\'))
			quoted = !quoted;
		if (!quoted && (s[i] == '{' || s[i] == '['))
			depth++;
		if (!quoted && (s[i] == '}' || s[i] == ']'))
			depth--;
		i++;
	} while (depth > 0 || quoted || !strchr(",}]", s[i]));
	return i;
}

/* The note with another value after the quote and colon at `colon`. */
static void
replace_value(struct text *t, const char *note, const char *colon, const char *value)
{
	text_clear(t);
	text_bytes(t, note, (size_t)(colon + 2 - note));
	text_add(t, value);
	text_add(t, colon + 2 + value_len(colon + 2));
}

static void
test_damaged(void **state)
{
	struct trainer_state *w = open_lab(&runrig_scenario[0], 1, true), *other;
	struct hash samples = { 0 };
	struct text t = { 0 };
	size_t refused = 0, n = 0;
	const char *note;
	struct ckpt *c;

	(void)state;
	train_to(w, &runrig_scenario[0], 20, &samples);
	c = save_state(w, false);
	other = open_lab(&runrig_scenario[0], 1, false);
	note = ckpt_get(c, STATE_FILE_NOTE);
	for (const char *colon = note; (colon = strstr(colon, "\":")); colon += 2)
		for (size_t k = n++ % 3; k < sizeof wrong / sizeof *wrong; k += 3) {
			replace_value(&t, note, colon, wrong[k]);
			try_text(other, c, t.s, &refused);
		}
	for (size_t len = 1; len < strlen(note); len += 199) {
		text_clear(&t);
		text_bytes(&t, note, len);
		try_text(other, c, t.s, &refused);
	}
	assert_true(n > 300 && refused > 3 * n);
	text_release(&t);
	ckpt_free(c);
	steprig_free(w);
	steprig_free(other);
}

/* A whole state with one wrong value is taken by an empty lab, or refused. */
static void
test_damaged_whole(void **state)
{
	struct trainer_state *w = open_lab(&runrig_scenario[5], 1, true);
	struct hash samples = { 0 };
	struct text t = { 0 };
	size_t refused = 0, n = 0;
	const char *note;
	struct ckpt *c;

	(void)state;
	train_to(w, &runrig_scenario[5], 17, &samples);
	steprig_apply(w, "fork other set temperature 2");
	c = save_state(w, true);
	note = ckpt_get(c, STATE_FILE_NOTE);
	for (const char *colon = note; (colon = strstr(colon, "\":")); colon += 2) {
		struct trainer_state *other = steprig_new(1);
		struct err e = { .msg = "" };

		steprig_apply(other, runrig_scenario[5].setup[0]);
		replace_value(&t, note, colon, wrong[n++ % (sizeof wrong / sizeof *wrong)]);
		if (load(other, with_note(c, t.s), true, &e) == 0) {
			continue_run(other);
		} else {
			assert_true(strncmp(e.msg, "state: ", 7) == 0);
			refused++;
		}
		steprig_free(other);
	}
	assert_true(n > 500 && refused > n / 2);
	text_release(&t);
	ckpt_free(c);
	steprig_free(w);
}

/* Every tensor of the state is needed. */
static void
test_missing(void **state)
{
	struct trainer_state *w = open_lab(&runrig_scenario[5], 1, true), *other;
	struct hash samples = { 0 };
	size_t n = 0;
	struct ckpt *c;
	struct err e;

	(void)state;
	train_to(w, &runrig_scenario[5], 17, &samples);
	c = save_state(w, false);
	other = open_lab(&runrig_scenario[5], 1, false);
	for (size_t i = 0; i < c->n_tensors; i++) {
		struct ckpt *less = with_note(c, ckpt_get(c, STATE_FILE_NOTE));

		less->tensor[i].name[0] = '-';
		n += load(other, less, false, &e) < 0;
	}
	assert_int_equal(n, c->n_tensors);
	ckpt_free(c);
	steprig_free(w);
	steprig_free(other);
}

int
main(void)
{
	size_t n = RUNRIG_SCENARIOS;
	struct CMUnitTest tests[2 * RUNRIG_SCENARIOS + 3];

	for (size_t i = 0; i < n; i++) {
		tests[2 * i] = (struct CMUnitTest){ runrig_scenario[i].name, test_run, NULL, NULL,
						    (void *)&runrig_scenario[i] };
		tests[2 * i + 1] = (struct CMUnitTest){ runrig_scenario[i].name, test_whole, NULL,
							NULL, (void *)&runrig_scenario[i] };
	}
	tests[2 * n] =
		(struct CMUnitTest){ "damaged fields are refused", test_damaged, NULL, NULL, NULL };
	tests[2 * n + 1] = (struct CMUnitTest){ "missing tensors are refused", test_missing, NULL,
						NULL, NULL };
	tests[2 * n + 2] = (struct CMUnitTest){ "damaged fields of a session are refused",
						test_damaged_whole, NULL, NULL, NULL };
	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
