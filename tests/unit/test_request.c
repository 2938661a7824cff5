/* test_request.c: the table of requests: sizes, flags, replacement, release. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/lab/lab_snapshot.h"
#include "retort/lab/trainer.h"
#include "retort/probe/table/probe_table.h"

static void
a_request_takes_what_its_kind_needs(void **state)
{
	enum request_kind largest = REQUEST_SEED;

	(void)state;
	for (int k = 0; k < REQUEST_KINDS; k++)
		largest = request_size(k) > request_size(largest) ? (enum request_kind)k : largest;
	print_message("# largest: %s, %zu bytes; map %zu, pause %zu; a snapshot %zu\n",
		      request_table[largest].name, request_size(largest), request_size(REQUEST_MAP),
		      request_size(REQUEST_PAUSE), sizeof(struct lab_info));
	CHECK(request_size(largest) < 40960); /* a probe has the CKA of all pairs of layers */
	CHECK(request_size(REQUEST_PAUSE) < 1200);
	CHECK(request_size(REQUEST_MARK) < 1200);
}

/* Requests without a handler are those of addons and those that are never posted. */
static void
every_kind_has_a_handler(void **state)
{
	(void)state;
	for (int k = 0; k < REQUEST_KINDS; k++) {
		int n = request_table[k].handle != NULL;

		for (size_t i = 0; probe_table[i]; i++)
			for (int j = 0; j < TRAINER_ADDON_ROWS && probe_table[i]->row[j].handle;
			     j++)
				n += probe_table[i]->row[j].kind == (enum request_kind)k;
		CHECK_INT(n, k != REQUEST_DONE && k != REQUEST_PROGRESS && k != REQUEST_DIVERGED &&
				     k != REQUEST_NOT_FINITE && k != REQUEST_KEPT &&
				     k != REQUEST_AGAIN && k != REQUEST_LEFT && k != REQUEST_SWEPT);
		CHECK(request_table[k].name && request_table[k].name[0]);
	}
}

static void
flags_agree(void **state)
{
	(void)state;
	for (int k = 0; k < REQUEST_KINDS; k++) {
		const struct request_row *row = &request_table[k];

		if (row->flags &
		    (REQUEST_IS_UNDO | REQUEST_IS_IDLE)) /* otherwise a replay would lack it */
			CHECK(row->flags & REQUEST_IS_RECORD);
		if (row->flags & REQUEST_IS_RECORD)
			CHECK(row->flags & REQUEST_IS_STAMP);
		if (row->answered == REQUEST_BY_WORKER)
			CHECK(!(row->flags & REQUEST_IS_STAMP));
		if (row->flags & REQUEST_IS_MERGE)
			CHECK(row->flags & REQUEST_IS_KNOBS);
	}
}

static struct request *
set_knob(const char *knob, const char *value)
{
	struct request *r = request_new(REQUEST_SET);

	r->u.knobs.n = 1;
	r->u.knobs.set[0].knob = knob_find(knob, NULL);
	snprintf(r->u.knobs.set[0].value, sizeof r->u.knobs.set[0].value, "%s", value);
	return r;
}

static void
repeated_keys_merge_into_one_change(void **state)
{
	struct request *a = set_knob("lr", "0.1"), *b = set_knob("lr", "0.2"),
		       *other = set_knob("temperature", "2"), *eval = request_new(REQUEST_EVAL);

	(void)state;
	CHECK(request_replaces(b, a));
	CHECK(!request_replaces(other, a));
	CHECK(!request_replaces(eval, a) && !request_replaces(b, eval));
	CHECK(!request_replaces(eval, eval));
	a->stamped = true;
	CHECK(!request_replaces(b, a) && !request_replaces(a, b));
	a->stamped = false;
	b->u.knobs.n = 2;
	CHECK(!request_replaces(b, a));
	request_free(a);
	request_free(b);
	request_free(other);
	request_free(eval);
}

static void
answers_at_one_step_share_a_snapshot(void **state)
{
	struct trainer *t = trainer_new(1, 0, NULL);
	const struct lab_info *first = NULL;
	struct event ev;

	(void)state;
	for (int i = 0; i < 2; i++)
		trainer_post(t, request_new(REQUEST_MARK));
	for (int n = 0; n < 2;) {
		if (trainer_take(t, &ev, 1) == 0)
			continue;
		CHECK_INT(ev.answer->status, 0);
		CHECK(n == 0 || ev.answer->info == first);
		CHECK_INT(ev.answer->info->seed, 1);
		if (n++ == 0)
			first = lab_snapshot_share(ev.answer->info);
		request_free(ev.answer);
	}
	trainer_free(t);
	CHECK_INT(first->seed, 1); /* the answer outlives the trainer */
	lab_snapshot_drop(first);
}

static void
a_kind_without_a_handler_is_refused(void **state)
{
	struct trainer *t = trainer_new(1, 0, NULL);
	struct event ev;

	(void)state;
	trainer_post(t, request_new(REQUEST_GAUGE));
	while (trainer_take(t, &ev, 1) == 0)
		;
	CHECK_INT(ev.answer->status, -1);
	CHECK(strstr(ev.answer->err.msg, "gauge"));
	request_free(ev.answer);
	trainer_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_takes_what_its_kind_needs),
		TEST(every_kind_has_a_handler),
		TEST(flags_agree),
		TEST(repeated_keys_merge_into_one_change),
		TEST(answers_at_one_step_share_a_snapshot),
		TEST(a_kind_without_a_handler_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
