/* test_conf.c: properties of all knobs, by loops over the table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/text.h"
#include "retort/conf/knob.h"

static void
every_knob_survives_a_round_trip(void **state)
{
	struct knobs k, back;
	char buf[64];

	(void)state;
	knob_defaults(&k);
	back = k;
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *d = &knob_table[i];

		for (int direction = -1; direction <= 1; direction += 2) {
			CHECK_INT(knob_set(&k, d, knob_nudge(&k, d, direction, buf, sizeof buf),
					   NULL),
				  0);
			CHECK_INT(knob_set(&back, d, knob_print(&k, d, buf, sizeof buf), NULL), 0);
			CHECK(knob_value(&k, d) == knob_value(&back, d));
		}
	}
}

static void
every_name_is_its_field_with_hyphens(void **state)
{
	static const char *const fields[] = {
#define REAL(field, ...) #field,
#define INT(field, ...) #field,
#define PICK(field, ...) #field,
#include "retort/conf/knobs.def"
	};

	(void)state;
	for (size_t i = 0; i < knob_count; i++) {
		CHECK_INT(strlen(fields[i]), strlen(knob_table[i].name));
		for (size_t j = 0; fields[i][j]; j++)
			CHECK_INT(knob_table[i].name[j], fields[i][j] == '_' ? '-' : fields[i][j]);
	}
}

static void
every_knob_refuses_what_is_outside(void **state)
{
	struct knobs k, was;
	struct err e;

	(void)state;
	knob_defaults(&k);
	was = k;
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *d = &knob_table[i];

		CHECK_INT(knob_set(&k, d, "zebra", &e), -1);
		CHECK(strstr(e.msg, d->name) && strstr(e.msg, "'zebra'"));
		CHECK_INT(knob_set(&k, d, "-7", &e), -1);
		CHECK_INT(knob_set(&k, d, "nan", &e), -1);
		CHECK_INT(memcmp(&k, &was, sizeof k), 0);
	}
}

static void
errors_name_the_knob_and_what_is_accepted(void **state)
{
	struct knobs k;
	struct err e;

	(void)state;
	knob_defaults(&k);
	knob_set(&k, knob_find("temperature", NULL), "0", &e);
	CHECK_STR(e.msg, "invalid temperature '0' (expected 0.05 to 1000)");
	knob_set(&k, knob_find("optimizer", NULL), "lion", &e);
	CHECK_STR(e.msg, "invalid optimizer 'lion' (expected one of sgd, momentum, adamw)");
	CHECK(knob_find("temprature", &e) == NULL);
	CHECK_STR(e.msg, "unknown knob 'temprature' (did you mean temperature?)");
}

static void
nudges_stay_within_the_range(void **state)
{
	struct knobs k;
	char buf[64];

	(void)state;
	knob_defaults(&k);
	for (size_t i = 0; i < knob_count; i++)
		for (int n = 0; n < 400; n++)
			CHECK_INT(knob_set(&k, &knob_table[i],
					   knob_nudge(&k, &knob_table[i], n < 200 ? 1 : -1, buf,
						      sizeof buf),
					   NULL),
				  0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_knob_survives_a_round_trip),
		TEST(every_name_is_its_field_with_hyphens),
		TEST(every_knob_refuses_what_is_outside),
		TEST(errors_name_the_knob_and_what_is_accepted),
		TEST(nudges_stay_within_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
