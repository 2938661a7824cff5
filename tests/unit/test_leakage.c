/* test_leakage.c: rows that a loaded network was trained on, against the splits themselves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "labrig.h"
#include "retort/base/mem.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/read.h"
#include "retort/data/split.h"
#include "retort/lab/leakage.h"

/* The digits; half_labelled: every second row without its label, so that only a student trains on
 * it.
 */
static struct dataset *
read_digits(bool half_labelled)
{
	struct dataset_options o = bundled_options(0);
	char *path = bundled_path("digits", NULL);
	struct dataset *ds;

	CHECK(path && read_dataset(path, &o, &ds, NULL) == 0);
	for (size_t i = 0; i < ds->n && half_labelled; i += 2) {
		ds->y[i] = -1;
		ds->unlabelled++;
	}
	mem_free(path);
	return ds;
}

static void
ask(struct labrig *r, struct request *q)
{
	if (labrig_ask(r, q) < 0)
		fail_msg("%s", r->answer->err.msg);
}

static void
read_data(struct labrig *r, int64_t seed, bool half_labelled)
{
	struct request *q = labrig_request(REQUEST_DATA, "", "", 100);

	ask(r, labrig_request(REQUEST_SEED, "", "", seed));
	q->u.data.dataset = read_digits(half_labelled);
	ask(r, q);
}

/* Save a network; the caller owns the checkpoint. */
static struct ckpt *
save(struct labrig *r, const char *name)
{
	struct ckpt *c;

	ask(r, labrig_request(REQUEST_SNAPSHOT, name, "", 0));
	c = r->answer->u.snapshot.ckpt;
	r->answer->u.snapshot.ckpt = NULL;
	return c;
}

static void
load(struct labrig *r, const char *name, struct ckpt *c)
{
	struct request *q = labrig_request(
		strcmp(name, "s") == 0 ? REQUEST_STUDENT : REQUEST_TEACHER, name, "", 0);

	q->u.net.ckpt = c;
	ask(r, q);
}

enum rows { SHOWN, LABELLED, TRAIN };

/*
 * Rows that are held out of all digits under seed 2, and are equal, as pixels, to rows that train
 * under seed 1 where half of the digits have a label.
 */
static size_t
count(enum rows rows)
{
	struct dataset *then = read_digits(true), *now = read_digits(false);
	struct split a, b;
	size_t size = now->d * sizeof *now->x, n = 0;

	CHECK_INT(split_make(then, 1, 100, &a, NULL), 0);
	CHECK_INT(split_make(now, 2, 100, &b, NULL), 0);
	for (size_t i = 0; i < b.n_held; i++)
		for (size_t k = 0; k < a.n_train; k++) {
			uint32_t row = a.train[k];

			if ((rows == SHOWN && !a.visible[row]) ||
			    (rows == LABELLED && then->y[row] < 0) ||
			    memcmp(then->x + row * now->d, now->x + b.held[i] * now->d, size) != 0)
				continue;
			n++;
			break;
		}
	split_release(&a);
	split_release(&b);
	dataset_free(then);
	dataset_free(now);
	return n;
}

static void
train(struct labrig *r, const char *teacher)
{
	ask(r, labrig_request(REQUEST_TEACHER, teacher, "mlp 4", 0));
	ask(r, labrig_request(REQUEST_TRAIN, teacher, "", 1));
	labrig_wait(r, REQUEST_DONE);
}

static struct ckpt *
run_student(struct labrig *r)
{
	ask(r, labrig_request(REQUEST_STUDENT, "", "mlp 4", 0));
	ask(r, labrig_request(REQUEST_RUN, "", "", 2));
	labrig_wait(r, REQUEST_DONE);
	return save(r, "s");
}

static void
a_teacher_was_trained_on_labelled_rows(void **state)
{
	struct labrig r;
	struct ckpt *c;

	(void)state;
	labrig_open(&r, 2, 0, NULL);
	read_data(&r, 1, true);
	train(&r, "big");
	CHECK_INT(r.info.teacher[0].seen_held, 0);
	c = save(&r, "big");
	read_data(&r, 2, false);
	load(&r, "big", c);
	CHECK_INT(r.info.teacher[0].seen_held, count(LABELLED));
	CHECK_INT(r.info.teacher[0].seen_target, 0);
	CHECK(r.answer->notable && strstr(r.answer->note, "read the data under `seed 1`"));
	c = save(&r, "big"); /* as it was loaded */
	CHECK(ckpt_get(c, "rows.filter") && !ckpt_get(c, "rows.filter.2"));
	read_data(&r, 1, true);
	load(&r, "big", c);
	CHECK_INT(r.info.teacher[0].seen_held, 0);
	CHECK(!r.answer->notable);
	labrig_close(&r);
}

/* Without a teacher a student sees the rows with a visible label, with one all training rows. */
static void
a_student_was_trained_on_what_it_saw(void **state)
{
	struct labrig r;
	struct ckpt *alone, *taught;
	size_t shown = count(SHOWN), all = count(TRAIN);

	(void)state;
	CHECK(shown > 5 && 2 * shown < count(LABELLED) && count(LABELLED) + 50 < all);
	labrig_open(&r, 2, 0, NULL);
	read_data(&r, 1, true);
	alone = run_student(&r);
	train(&r, "big");
	taught = run_student(&r);
	read_data(&r, 2, false);
	load(&r, "s", alone);
	CHECK_INT(r.info.run->student.seen_held, shown);
	load(&r, "t", taught);
	CHECK_INT(r.info.teacher[0].seen_held, all);
	ask(&r, labrig_request(REQUEST_RUN, "", "", 2)); /* it learns what its teacher has seen */
	labrig_wait(&r, REQUEST_DONE);
	CHECK_INT(r.info.run->student.seen_held, all);
	labrig_close(&r);
}

/* A checkpoint of more filters than are read, and of one that is none. */
static void
notes_are_bounded(void **state)
{
	struct labrig r;
	struct ckpt *c;
	struct request *q;
	char name[32];

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	read_data(&r, 1, false);
	c = run_student(&r);
	for (int i = 2; i < 100; i++) {
		snprintf(name, sizeof name, "rows.filter.%d", i);
		ckpt_note(c, name, i <= LEAKAGE_FILTERS ? "1 1 64 20 AAAAAAAAAAA=" : "none");
	}
	load(&r, "s", c);
	c = save(&r, "s"); /* equal ones are written once */
	CHECK(ckpt_get(c, "rows.filter.2") && !ckpt_get(c, "rows.filter.3"));
	ckpt_note(c, "rows.filter.3", "none");
	q = labrig_request(REQUEST_STUDENT, "s", "", 0);
	q->u.net.ckpt = c;
	CHECK_INT(labrig_ask(&r, q), -1);
	CHECK_STR(r.answer->err.msg, "student: note rows.filter.3: filter of rows: expected "
				     "\"1 ROWS BITS PROBES BASE64\"");
	labrig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_teacher_was_trained_on_labelled_rows),
		TEST(a_student_was_trained_on_what_it_saw),
		TEST(notes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
