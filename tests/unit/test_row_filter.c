/* test_row_filter.c: filters of rows: none missing, few too many, as text, and hostile texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/row_filters.h"

#define ROWS 20000

/* Hashes of a stream, of which every second row is added. */
static void
make(size_t n, uint64_t **hash, struct row_filter *f)
{
	uint32_t *rows = mem_array(n, sizeof *rows);
	struct err e;

	*hash = mem_array(2 * n, sizeof **hash);
	for (size_t i = 0; i < 2 * n; i++)
		(*hash)[i] = rng_bits(rng_stream(7, "rows", 0, 0), i);
	for (size_t i = 0; i < n; i++)
		rows[i] = (uint32_t)(2 * i);
	CHECK_INT(row_filter_make(*hash, rows, n, f, &e), 0);
	mem_free(rows);
}

static void
no_row_is_missing_and_few_others_are_in(void **state)
{
	size_t sizes[] = { 1, 10, 1440, ROWS };

	(void)state;
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct row_filter f;
		uint64_t *hash;
		size_t false_positives = 0;

		make(sizes[k], &hash, &f);
		for (size_t i = 0; i < sizes[k]; i++)
			CHECK(row_filter_has(&f, hash[2 * i]));
		for (uint64_t i = 0; i < 1000000; i++)
			false_positives +=
				row_filter_has(&f, rng_bits(rng_stream(8, "other", 0, 0), i));
		if (false_positives > 12) /* 1 expected; more than 12: once in 1e10 */
			fail_msg("%zu rows: %zu false positives of 1000000", sizes[k],
				 false_positives);
		row_filter_release(&f);
		mem_free(hash);
	}
}

/* Hashes that differ in a few bits only, as of a weak hash function, are told apart as well. */
static void
neighbouring_hashes_are_told_apart(void **state)
{
	uint64_t hash[1000];
	uint32_t rows[1000];
	struct row_filter f;
	struct err e;
	size_t false_positives = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		hash[i] = UINT64_C(0x8000000000000000) + i;
		rows[i] = i;
	}
	CHECK_INT(row_filter_make(hash, rows, 1000, &f, &e), 0);
	for (uint64_t i = 1000; i < 1001000; i++)
		false_positives += row_filter_has(&f, UINT64_C(0x8000000000000000) + i);
	CHECK(false_positives <= 12);
	row_filter_release(&f);
}

static void
a_filter_survives_as_text(void **state)
{
	struct row_filter f, back;
	struct text text = { 0 };
	struct err e;
	uint64_t *hash;

	(void)state;
	make(ROWS, &hash, &f);
	row_filter_print(&f, &text);
	CHECK(strncmp(text_get(&text), "1 20000 575112 20 ", 18) == 0);
	CHECK_INT(text.len, 18 + 95852); /* 4 ceil(71889 / 3) */
	CHECK_INT(row_filter_parse(text_get(&text), &back, &e), 0);
	CHECK(row_filter_same(&f, &back));
	for (size_t i = 0; i < 2 * ROWS; i++)
		CHECK_INT(row_filter_has(&f, hash[i]), row_filter_has(&back, hash[i]));
	row_filter_release(&back);
	row_filter_release(&f);
	text_release(&text);
	mem_free(hash);
}

/* The bits of one row, by the definition: draws of a stream, of the upper 32 bits. */
static void
bits_are_those_of_the_format(void **state)
{
	uint64_t hash = 12345;
	struct row_filter f;
	uint8_t want[8] = { 0 };
	struct err e;

	(void)state;
	CHECK_INT(row_filter_make(&hash, (uint32_t[]){ 0 }, 1, &f, &e), 0);
	CHECK_INT(f.bits, 64);
	CHECK_INT(f.probes, 20);
	for (uint64_t i = 0; i < 20; i++) {
		uint64_t bit = (rng_bits((struct rng){ 12345 }, i) >> 32) * 64 >> 32;

		want[bit / 8] |= (uint8_t)(1 << bit % 8);
	}
	CHECK(memcmp(f.set, want, sizeof want) == 0);
	row_filter_release(&f);
}

/* Rate of false positives with so many bits, by its formula. */
static double
rate(size_t n, size_t bits, int probes)
{
	return pow(1 - exp(-(double)probes * (double)n / (double)bits), probes);
}

static void
sizes_keep_their_rates(void **state)
{
	size_t bits;
	int probes;

	(void)state;
	for (size_t n = 3; n <= 14000000; n = n * 5 / 2) {
		CHECK_INT(row_filter_size(n, &bits, &probes), 0);
		CHECK(bits % 8 == 0 && bits <= ROW_FILTER_BITS);
		CHECK(rate(n, bits, probes) <= 1.001 * ROW_FILTER_RATE);
		CHECK(bits <= 29 * n + 64);
	}
	CHECK_INT(row_filter_size(18000000, &bits, &probes), 0);
	CHECK_INT(bits, ROW_FILTER_BITS);
	CHECK(rate(18000000, bits, probes) > ROW_FILTER_RATE);
	CHECK(rate(18000000, bits, probes) <= ROW_FILTER_WORST);
	CHECK_INT(row_filter_size(22000000, &bits, &probes), -1);
	CHECK_INT(row_filter_size(UINT32_MAX, &bits, &probes), -1);
}

static void
refuse(const char *text, const char *message)
{
	struct row_filter f;
	struct err e = { .msg = "" };

	CHECK_INT(row_filter_parse(text, &f, &e), -1);
	CHECK_STR(e.msg, message);
}

#define FORM "filter of rows: expected \"1 ROWS BITS PROBES BASE64\""

static void
hostile_texts_are_refused(void **state)
{
	(void)state;
	refuse("", FORM);
	refuse("1", FORM);
	refuse("1 5 64 20", FORM);
	refuse("1 0 64 20 AAAAAAAAAAA=", FORM);
	refuse("1 -5 64 20 AAAAAAAAAAA=", FORM);
	refuse("1 05 64 20 AAAAAAAAAAA=", FORM);
	refuse("1 5  64 20 AAAAAAAAAAA=", FORM);
	refuse("1 5 60 20 AAAAAAAAAAA=", FORM);
	refuse("1 5 64 21 AAAAAAAAAAA=", FORM);
	refuse("1 5 402653192 20 AAAAAAAAAAA=", FORM);
	refuse("1 99999999999999999999999 64 20 AAAAAAAAAAA=", FORM);
	refuse("2 5 64 20 AAAAAAAAAAA=", "filter of rows: unknown version 2 (expected 1)");
	refuse("1 5 402653184 20 AAAAAAAAAAA=",
	       "filter of rows: 12 characters (expected 67108864, of 402653184 bits)");
	refuse("1 5 64 20 AAAAAAAAAAAA", "filter of rows: not base64");
	refuse("1 5 64 20 AAAA AAAAAA=", "filter of rows: not base64");
	refuse("1 5 64 20 AAAA\n\nAAAAA=", "filter of rows: not base64");
	refuse("1 5 64 20 AAAA\xff\x80"
	       "AAAAA=",
	       "filter of rows: not base64");
	refuse("1 5 64 20 //////////8=",
	       "filter of rows: 64 of 64 bits are set, too many of 5 rows");
	refuse("1 1 64 1 4AAAAAAAAAA=", "filter of rows: 3 of 64 bits are set, too many of 1 rows");
}

static void
filters_are_shared(void **state)
{
	struct row_filters *f = mem_new(sizeof *f);
	uint64_t *hash;

	(void)state;
	f->references = 1;
	f->filter = mem_array(2, sizeof *f->filter);
	make(10, &hash, &f->filter[f->n++]);
	CHECK(row_filters_share(f) == f);
	row_filters_drop(f);
	CHECK(row_filters_have(f, hash[0]) && !row_filters_have(f, hash[1]));
	CHECK(!row_filters_have(NULL, hash[0]) && row_filters_share(NULL) == NULL);
	row_filters_drop(f);
	row_filters_drop(NULL);
	mem_free(hash);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_row_is_missing_and_few_others_are_in),
		TEST(neighbouring_hashes_are_told_apart),
		TEST(a_filter_survives_as_text),
		TEST(bits_are_those_of_the_format),
		TEST(sizes_keep_their_rates),
		TEST(hostile_texts_are_refused),
		TEST(filters_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
