/* test_prober.c: CKA and shift measured during training, without effect on it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "labrig.h"
#include "retort/base/text.h"
#include "retort/probe/shift/shift_report.h"
#include "retort/probe/table/probe_table.h"

struct rig {
	struct labrig lab;
	struct lab_cka cka;        /* of the last REQUEST_PROBE */
	struct shift_report gauge; /* of the last REQUEST_GAUGE */
	bool repeats;              /* each measurement is followed by one of the other kind */
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

static void
take_measurement(struct labrig *lab, struct request *answer)
{
	struct rig *r = lab->arg;

	if (!request_is(answer, REQUEST_IS_LOOK))
		return;
	r->probes += answer->status == 0;
	r->refused += answer->status < 0;
	if (answer->kind == REQUEST_PROBE)
		r->cka = answer->u.probe.cka;
	else if (answer->u.sets.report)
		r->gauge = *answer->u.sets.report;
	if (r->repeats)
		trainer_post(lab->t, answer->kind == REQUEST_PROBE
					     ? sets(REQUEST_GAUGE, "train", "held-out")
					     : request_new(REQUEST_PROBE));
}

static int
ask(struct rig *r, struct request *q)
{
	return labrig_ask(&r->lab, q);
}

static void
rig_open(struct rig *r, int threads, const char *data, const char *teacher)
{
	memset(r, 0, sizeof *r);
	labrig_open(&r->lab, threads, 0, probe_table);
	r->lab.on_answer = take_measurement;
	r->lab.arg = r;
	labrig_prepare(&r->lab, data, teacher, 0);
	CHECK_INT(ask(r, labrig_request(REQUEST_PROBE, "", "", 0)), -1); /* no student yet */
	CHECK_INT(ask(r, labrig_request(REQUEST_TRAIN, "big", "", 1)), 0);
	labrig_wait(&r->lab, REQUEST_DONE);
}

static void
rig_close(struct rig *r)
{
	labrig_close(&r->lab);
}

static struct hash
run(int threads, bool repeats, struct rig *r)
{
	struct trainer *t;

	rig_open(r, threads, "digits", "mlp 24,24");
	t = r->lab.t;
	CHECK_INT(ask(r, labrig_request(REQUEST_STUDENT, "", "mlp 16", 0)), 0);
	trainer_hold(t, true);
	trainer_post(t, labrig_request(REQUEST_RUN, "", "", 400));
	if (repeats) {
		trainer_post(t, labrig_request(REQUEST_PROBE, "", "", 0));
		trainer_post(t, labrig_request(REQUEST_PROBE, "", "",
					       0)); /* while the first is running */
	}
	trainer_hold(t, false);
	r->repeats = repeats;
	labrig_wait(&r->lab, REQUEST_DONE);
	r->repeats = false;
	return r->lab.samples;
}

static void
probes_do_not_change_results(void **state)
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
		rig_close(&r); /* possibly during a measurement */
	}
}

static void
a_copy_is_alike(const char *data, const char *model, const char *layers, int n)
{
	struct rig r;

	rig_open(&r, 1, data, model);
	CHECK_INT(ask(&r, labrig_request(REQUEST_STUDENT, "", model, 0)), 0);
	CHECK_INT(ask(&r, labrig_request(REQUEST_PROBE, "", "", 0)), 0);
	CHECK(r.cka.n_teacher == n && r.cka.n_student == n && r.cka.teacher == 0);
	CHECK(r.cka.value[n - 2][n - 2] > 0 && r.cka.value[n - 2][n - 2] < 0.999);
	CHECK_INT(ask(&r, labrig_request(REQUEST_INIT, "big", layers, 0)), 0);
	CHECK_INT(ask(&r, labrig_request(REQUEST_PROBE, "", "", 0)), 0);
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
layers_of_a_copy_are_equal(void **state)
{
	(void)state;
	a_copy_is_alike("digits", "mlp 24,16", "0,1,2,logits", 4);
}

/* Compare with the command; again after training only, and after a change of rows. */
static void
gauge_and_mismatch_give_the_same_report(void **state)
{
	struct request *q;
	struct shift_report first;
	struct text t = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r, 1, "digits", "mlp 8");
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "nothing")), -1);
	CHECK_STR(r.lab.answer->err.msg, "invalid set 'nothing' (expected one of train, held-out)");
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	CHECK(r.gauge.result[SHIFT_REPORT_TEACHER].known &&
	      r.gauge.result[SHIFT_REPORT_FEATURES].known &&
	      !r.gauge.result[SHIFT_REPORT_STUDENT].known);
	CHECK_INT(ask(&r, labrig_request(REQUEST_STUDENT, "", "mlp 8", 0)), 0);
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	first = r.gauge;
	CHECK(first.result[SHIFT_REPORT_STUDENT].known && first.step == 0);
	CHECK_INT(ask(&r, labrig_request(REQUEST_RUN, "", "", 60)), 0);
	labrig_wait(&r.lab, REQUEST_DONE);
	CHECK_INT(ask(&r, sets(REQUEST_GAUGE, "train", "held-out")), 0);
	CHECK_INT(r.gauge.step, 60);
	CHECK_INT(memcmp(&first.result[SHIFT_REPORT_FEATURES].gauge,
			 &r.gauge.result[SHIFT_REPORT_FEATURES].gauge, sizeof(struct two_sample)),
		  0);
	CHECK(first.result[SHIFT_REPORT_STUDENT].gauge.energy !=
	      r.gauge.result[SHIFT_REPORT_STUDENT].gauge.energy);
	shift_report_print(&r.gauge, &t);
	CHECK_INT(ask(&r, sets(REQUEST_MISMATCH, "train", "held-out")), 0);
	CHECK_STR(r.lab.answer->page, text_get(&t));
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

static struct request *
select_rows(const char *method, int64_t rows)
{
	struct request *q = request_new(REQUEST_REMEDY);

	q->u.remedy.kind = REMEDY_KIND_select;
	q->u.remedy.rows = rows;
	snprintf(q->u.remedy.set, sizeof q->u.remedy.set, "train");
	snprintf(q->u.remedy.other, sizeof q->u.remedy.other, "train");
	snprintf(q->u.remedy.method, sizeof q->u.remedy.method, "%s", method);
	return q;
}

static void
a_remedy_that_fails_leaves_nothing(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, "digits", "mlp 8");
	CHECK_INT(ask(&r, select_rows("chance", 100000)), -1);
	CHECK_INT(ask(&r, select_rows("chance", 100000)), -1);
	CHECK_INT(r.lab.answer->info->run->settings.remedy[REMEDY_KIND_select], 0);
	CHECK_INT(r.lab.answer->info->n_undo, 0);
	CHECK_INT(ask(&r, select_rows("chance", 100)), 0);
	CHECK_INT(r.lab.answer->info->run->settings.remedy[REMEDY_KIND_select],
		  1); /* the first there is */
	CHECK_INT(r.lab.answer->info->n_undo, 1);
	CHECK_INT(ask(&r, request_new(REQUEST_UNDO)), 0);
	CHECK_INT(r.lab.answer->info->run->settings.remedy[REMEDY_KIND_select], 0);
	rig_close(&r);
}

static void
unknown_teachers_are_refused(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, "digits", "mlp 8");
	CHECK_INT(ask(&r, labrig_request(REQUEST_STUDENT, "", "mlp 8", 0)), 0);
	CHECK_INT(ask(&r, labrig_request(REQUEST_PROBE, "", "", 1)), -1);
	CHECK_INT(ask(&r, labrig_request(REQUEST_PROBE, "", "", -1)), -1);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(probes_do_not_change_results),
		TEST(layers_of_a_copy_are_equal),
		TEST(gauge_and_mismatch_give_the_same_report),
		TEST(a_remedy_that_fails_leaves_nothing),
		TEST(unknown_teachers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
