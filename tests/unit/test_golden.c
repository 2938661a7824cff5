/* test_golden.c: operators against values and gradients computed by torch (tests/vectors), in
 * double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "golden.h"

#include "retort/nn/gemm/blas.h"

static json_t *cases; /* an array */

/* Not compared: a whole case, or one tensor. */
static const struct gap {
	const char *name, *of; /* of NULL: the whole case */
	const char *reason;
} gaps[] = {
	{ "conv2d-oblong", NULL,
	  "ours has square windows, and one stride and padding for both sides" },
	{ "avg-pool-overlap-pad", NULL, "in ours the border counts, as in avg-pool-border-counts" },
	{ "lstm", NULL, "ours starts from nothing, and its last states are not asked for" },
	{ "lstm-from-nothing", "h0", "ours starts from nothing, which is no input" },
	{ "lstm-from-nothing", "c0", "as h0" },
};

static const struct gap *
gap_at(const char *of)
{
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
		if (strcmp(gaps[i].name, golden_name) == 0 &&
		    (of && gaps[i].of ? strcmp(gaps[i].of, of) == 0 : of == gaps[i].of))
			return &gaps[i];
	return NULL;
}

static const struct golden_row *
row_of(const json_t *c)
{
	for (size_t k = 0; k < golden_row_count; k++)
		if (strcmp(json_string_value(json_object_get(c, "op")), golden_rows[k].op) == 0)
			return &golden_rows[k];
	return NULL;
}

static const json_t *
case_called(const char *wanted)
{
	size_t i;
	json_t *c;

	json_array_foreach(cases, i, c) if (strcmp(json_string_value(json_object_get(c, "name")),
						   wanted) == 0) return c;
	return NULL;
}

/* Every tensor of a part of the case just run must be marked, or listed as not compared. */
static void
nothing_was_left_out(const json_t *c, const char *part)
{
	const char *of;
	json_t *t;

	json_object_foreach(json_object_get(c, part), of, t)
	{
		bool compared = json_object_get(t, GOLDEN_COMPARED) != NULL;

		if (compared == (gap_at(of) != NULL))
			fail_msg("%s: '%s' of '%s' is %s", golden_name, of, part,
				 compared ? "compared, and a gap" : "not compared");
	}
}

static void
operators_have_golden_values_and_gradients(void **state)
{
	size_t i;
	json_t *c;

	(void)state;
	json_array_foreach(cases, i, c)
	{
		const struct golden_row *row = row_of(c);

		golden_name = json_string_value(json_object_get(c, "name"));
		if (!row || gap_at(NULL))
			continue;
		row->adapter(c);
		nothing_was_left_out(c, "out");
		nothing_was_left_out(c, "grad");
	}
}

static void
every_case_is_compared_or_skipped_with_a_reason(void **state)
{
	size_t i, met = 0;
	json_t *c;

	(void)state;
	json_array_foreach(cases, i, c)
	{
		golden_name = json_string_value(json_object_get(c, "name"));
		if (!row_of(c) && !gap_at(NULL))
			fail_msg("%s: no adapter of '%s', and not among the gaps", golden_name,
				 json_string_value(json_object_get(c, "op")));
		if (case_called(golden_name) != c)
			fail_msg("%s: two cases have this name", golden_name);
		met += !gap_at(NULL);
	}
	CHECK(met > 0);
}

static void
skipped_cases_are_listed_in_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
		const json_t *c = case_called(gaps[i].name);

		if (!c || (gaps[i].of && !json_object_get(json_object_get(c, "out"), gaps[i].of) &&
			   !json_object_get(json_object_get(c, "grad"), gaps[i].of)))
			fail_msg("no '%s' in '%s'", gaps[i].of ? gaps[i].of : "case", gaps[i].name);
		CHECK(gaps[i].reason[0] != '\0');
	}
	for (size_t k = 0; k < golden_row_count; k++) {
		size_t i, met = 0;
		json_t *c;

		json_array_foreach(cases, i, c)
		{
			golden_name = json_string_value(json_object_get(c, "name"));
			met += row_of(c) == &golden_rows[k] && !gap_at(NULL);
		}
		if (!met)
			fail_msg("the file has no case of '%s' to compare", golden_rows[k].op);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(operators_have_golden_values_and_gradients),
		TEST(every_case_is_compared_or_skipped_with_a_reason),
		TEST(skipped_cases_are_listed_in_the_file),
	};
	json_error_t e;
	json_t *file = json_load_file(RETORT_SRCDIR "/tests/vectors/ops.json", 0, &e);
	int rc;

	cases = json_object_get(file, "cases");
	if (!cases) {
		fprintf(stderr, "tests/vectors/ops.json: %s\n", file ? "has no cases" : e.text);
		return 1;
	}
	blas_init(1, NULL);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(file);
	return rc;
}
