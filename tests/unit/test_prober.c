/* test_prober.c: how alike layers are, and how far sets are apart, is told while the training goes
 * on, and changes nothing in it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <poll.h>

#include "retort/base/hash.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/trainer.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"
#include "retort/probe/shift/shift_report.h"
#include "retort/probe/table/probe_table.h"

struct rig {
	struct trainer *t;
	struct hash seen;          /* of every sample, in order */
	struct request *answer;    /* of the last that was waited for */
	struct lab_cka cka;        /* of the last probe */
	struct shift_report gauge; /* of the last question about sets */
	int probes, refused;
};

static struct request *
sets(enum request_kind kind, const char *a, const char *b)
{
	struct request *r = request_new(kind);

	snprintf(r->u.sets.first, sizeof r->u.sets.first, "%s", a);
	snprintf(r->u.sets.second, sizeof r->u.sets.second, "%s", b);
	return r;
}

/* Take events until an answer of `kind` has come; with `asks`, every probe that is answered is
 * followed by one of the other kind. */
static void
wait_for(struct rig *r, enum request_kind kind, bool asks)
{
	struct event ev;
	bool found = false;

	request_free(r->answer);
	r->answer = NULL;
	while (!found) {
		struct pollfd p = { trainer_fd(r->t), POLLIN, 0 };

		trainer_drain(r->t);
		while (!found && trainer_take(r->t, &ev, 1) > 0) {
			if (ev.metric != METRIC_NONE) {
				struct hash h = hash_of(&ev, offsetof(struct event, value) +
								     sizeof ev.value);

				r->seen = hash_join(&r->seen, &h);
				continue;
			}
			if (request_is(ev.answer, REQUEST_IS_LOOK)) {
				r->probes += ev.answer->status == 0;
				r->refused += ev.answer->status < 0;
				if (ev.answer->kind == REQUEST_PROBE)
					r->cka = ev.answer->u.probe.cka;
				else if (ev.answer->u.sets.report)
					r->gauge = *ev.answer->u.sets.report;
				if (asks)
					trainer_post(r->t, ev.answer->kind == REQUEST_PROBE
								   ? sets(REQUEST_GAUGE, "train",
									  "held-out")
								   : request_new(REQUEST_PROBE));
			}
			found = ev.answer->kind == kind;
			if (found)
				r->answer = ev.answer;
			else
				request_free(ev.answer);
		}
		if (!found)
			CHECK(poll(&p, 1, 60000) > 0);
	}
}

/* A request with its name, spec or number, whichever of them its kind has. */
static struct request *
say(enum request_kind kind, const char *name, const char *spec, int64_t number)
{
	struct request *r = request_new(kind);

	switch (kind) {
	case REQUEST_SEED:
		r->u.seed.seed = number;
		break;
	case REQUEST_DATA:
		r->u.data.labels = number;
		break;
	case REQUEST_TEACHER:
	case REQUEST_STUDENT:
		snprintf(r->u.net.name, sizeof r->u.net.name, "%s", name);
		snprintf(r->u.net.spec, sizeof r->u.net.spec, "%s", spec);
		break;
	case REQUEST_TRAIN:
		snprintf(r->u.train.teacher, sizeof r->u.train.teacher, "%s", name);
		r->u.train.epochs = number;
		break;
	case REQUEST_RUN:
		r->u.run.steps = number;
		break;
	case REQUEST_PROBE:
		r->u.probe.teacher = (int)number;
		break;
	case REQUEST_INIT:
		snprintf(r->u.init.teacher, sizeof r->u.init.teacher, "%s", name);
		snprintf(r->u.init.layers, sizeof r->u.init.layers, "%s", spec);
		break;
	default:
		break;
	}
	return r;
}

static int
ask(struct rig *r, struct request *q)
{
	enum request_kind kind = q->kind;

	trainer_post(r->t, q);
	wait_for(r, kind, false);
	return r->answer->status;
}

static void
rig_open(struct rig *r, int threads, const char *data, const char *teacher)
{
	struct dataset_options o = { 0 };
	struct request *q = say(REQUEST_DATA, "", "", 100);
	char *path = bundled_path(data, NULL);

	memset(r, 0, sizeof *r);
	r->t = trainer_new(threads, 0, probe_table);
	CHECK(path && read_dataset(path, &o, &q->u.data.dataset, NULL) == 0);
	mem_free(path);
	CHECK_INT(ask(r, say(REQUEST_SEED, "", "", 42)), 0);
	CHECK_INT(ask(r, q), 0);
	CHECK_INT(ask(r, say(REQUEST_TEACHER, "big", teacher, 0)), 0);
	CHECK_INT(ask(r, say(REQUEST_PROBE, "", "", 0)), -1); /* no student yet */
	CHECK_INT(ask(r, say(REQUEST_TRAIN, "big", "", 1)), 0);
	wait_for(r, REQUEST_DONE, false);
}

static void
rig_close(struct rig *r)
{
	request_free(r->answer);
	trainer_free(r->t);
}

static struct hash
run(int threads, bool asks, struct rig *r)
{
	rig_open(r, threads, "digits", "mlp 24,24");
	CHECK_INT(ask(r, say(REQUEST_STUDENT, "", "mlp 16", 0)), 0);
	trainer_hold(r->t, true);
	trainer_post(r->t, say(REQUEST_RUN, "", "", 400));
	if (asks) {
		trainer_post(r->t, say(REQUEST_PROBE, "", "", 0));
		trainer_post(r->t,
			     say(REQUEST_PROBE, "", "", 0)); /* the first is being looked at */
	}
	trainer_hold(r->t, false);
	wait_for(r, REQUEST_DONE, asks);
	return r->seen;
}

static void
it_changes_no_figure(void **state)
{
	struct rig r;
	struct hash without = run(1, false, &r), with;

	(void)state;
	CHECK_INT(r.probes, 0);
	rig_close(&r);
	for (int threads = 1; threads <= 2; threads++) {
		with = run(threads, true, &r);
		CHECK(r.refused >= 2);
		CHECK_INT(memcmp(&with, &without, sizeof with), 0);
		rig_close(&r); /* while one may be under way */
	}
}

static void
a_copy_is_alike(const char *data, const char *model, const char *layers, int n)
{
	struct rig r;

	rig_open(&r, 1, data, model);
	CHECK_INT(ask(&r, say(REQUEST_STUDENT, "", model, 0)), 0);
	CHECK_INT(ask(&r, say(REQUEST_PROBE, "", "", 0)), 0);
	CHECK(r.cka.n_teacher == n && r.cka.n_student == n && r.cka.teacher == 0);
	CHECK(r.cka.value[n - 2][n - 2] > 0 && r.cka.value[n - 2][n - 2] < 0.999);
	CHECK_INT(ask(&r, say(REQUEST_INIT, "big", layers, 0)), 0);
	CHECK_INT(ask(&r, say(REQUEST_PROBE, "", "", 0)), 0);
	for (int i = 0; i < n; i++) {
		CHECK_NEAR(r.cka.value[i][i], 1, 1e-12);
		for (int k = 0; k < n; k++) {
			CHECK(r.cka.value[i][k] >= 0 && r.cka.value[i][k] <= 1 + 1e-12);
			CHECK_NEAR(r.cka.value[i][k], r.cka.value[k][i], 1e-12);
		}
	}
	rig_close(&r);
}

static void
layers_of_a_copy_are_alike(void **state)
{
	(void)state;
	a_copy_is_alike("digits", "mlp 24,16", "0,1,2,logits", 4);
}

/* As the command has it; again while nothing but the student has moved, and after a change of the
 * rows. */
static void
sets_are_compared_as_the_command_does(void **state)
{
	struct request *q;
	struct shift_report first;
	struct text t = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r, 1, "digits", "mlp 8");
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "nothing")), -1);
	CHECK_STR(r.answer->err.msg, "'nothing' is none of train, held-out");
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	CHECK(r.gauge.seen[SHIFT_REPORT_TEACHER].known && r.gauge.seen[SHIFT_REPORT_BARE].known &&
	      !r.gauge.seen[SHIFT_REPORT_STUDENT].known);
	CHECK_INT(ask(&r, say(REQUEST_STUDENT, "", "mlp 8", 0)), 0);
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	first = r.gauge;
	CHECK(first.seen[SHIFT_REPORT_STUDENT].known && first.step == 0);
	CHECK_INT(ask(&r, say(REQUEST_RUN, "", "", 60)), 0);
	wait_for(&r, REQUEST_DONE, false);
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	CHECK_INT(r.gauge.step, 60);
	CHECK_INT(memcmp(&first.seen[SHIFT_REPORT_BARE].gauge,
			 &r.gauge.seen[SHIFT_REPORT_BARE].gauge, sizeof(struct two_sample)),
		  0);
	CHECK(first.seen[SHIFT_REPORT_STUDENT].gauge.energy !=
	      r.gauge.seen[SHIFT_REPORT_STUDENT].gauge.energy);
	shift_report_tell(&r.gauge, &t);
	CHECK_INT(ask(&r, sets(REQUEST_MISMATCH, "train", "held-out")), 0);
	CHECK_STR(r.answer->page, text_get(&t));
	q = request_new(REQUEST_REMEDY);
	q->u.remedy.kind = REMEDY_KIND_select;
	snprintf(q->u.remedy.set, sizeof q->u.remedy.set, "train");
	snprintf(q->u.remedy.other, sizeof q->u.remedy.other, "8"); /* without 8 */
	CHECK_INT(ask(&r, q), 0);
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	CHECK(r.gauge.of[0] < first.of[0]);
	text_release(&t);
	rig_close(&r);
}

static void
a_teacher_that_there_is_not_is_refused(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, "digits", "mlp 8");
	CHECK_INT(ask(&r, say(REQUEST_STUDENT, "", "mlp 8", 0)), 0);
	CHECK_INT(ask(&r, say(REQUEST_PROBE, "", "", 1)), -1);
	CHECK_INT(ask(&r, say(REQUEST_PROBE, "", "", -1)), -1);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_changes_no_figure),
		TEST(layers_of_a_copy_are_alike),
		TEST(sets_are_compared_as_the_command_does),
		TEST(a_teacher_that_there_is_not_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
