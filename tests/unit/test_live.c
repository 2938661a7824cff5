/* test_live.c: what samples say is seen at once, without waiting for an answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/session/live.h"

static void
sample(struct live *l, unsigned metric, double value)
{
	const struct event ev = { .branch = LAB_MAIN, .metric = (uint16_t)metric, .step = 50, .value = value };

	live_sample(l, &ev);
}

static void
how_far_the_student_follows_is_that_of_the_last_evaluation(void **state)
{
	struct live *l = live_new("test", false);
	struct scene *s = live_scene(l);

	(void)state;
	s->info.n_teachers = 1;
	sample(l, METRIC_VAL_AGREEMENT, 0.75);
	sample(l, METRIC_VAL_KL, 0.5);
	CHECK_NEAR(s->info.student.last.agreement, 0.75, 0);
	CHECK_NEAR(s->info.teacher[0].heard.agreement, 0.75, 0);
	CHECK_NEAR(s->info.teacher[0].heard.kl, 0.5, 0);
	s->info.n_teachers = 2;
	sample(l, METRIC_VAL_AGREEMENT, 0.25); /* of both: neither's own */
	sample(l, metric_teacher(1, METRIC_TEACHER_AGREEMENT), 0.5);
	sample(l, metric_teacher(1, METRIC_TEACHER_KL), 2);
	sample(l, metric_teacher(0, METRIC_TEACHER_SHARE), 0.125);
	CHECK_NEAR(s->info.teacher[0].heard.agreement, 0.75, 0);
	CHECK_NEAR(s->info.teacher[0].heard.share, 0.125, 0);
	CHECK_NEAR(s->info.teacher[1].heard.agreement, 0.5, 0);
	CHECK_NEAR(s->info.teacher[1].heard.kl, 2, 0);
	live_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(how_far_the_student_follows_is_that_of_the_last_evaluation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
