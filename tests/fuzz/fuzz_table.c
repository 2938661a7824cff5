/* fuzz_table.c: tables with every option of their text, in memory and in another encoding. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/base/recode.h"
#include "retort/data/read/features.h"
#include "retort/data/read/read.h"

#define HEAD 6 /* bytes that choose options */

/* Options from the first bytes of an input. */
static struct dataset_options
options_of(const uint8_t *b)
{
	static const char delimiter[] = { 0, ',', ';', '\t', ' ', '|', '"' + 1, 'a' };
	static const char thousands[] = { 0, '.', ',', ' ', '\'' };
	static const char *const missing[] = { NULL, "", "-999", "none,NA", "," };
	struct dataset_options o = { .beside = b[0] & 1, .unlabelled = (b[0] & 2) != 0 };

	o.header = (enum dataset_header)((b[0] >> 2) % 3);
	o.task = (b[0] >> 4) & 1 ? DATASET_TASK_CLASSES : DATASET_TASK_ASK;
	o.label = (b[0] >> 5) & 1 ? "1" : NULL;
	o.without = (b[0] >> 6) & 1 ? "2" : NULL;
	o.dialect.delimiter = delimiter[b[1] % sizeof delimiter];
	o.dialect.quotes = (enum dialect_quotes)(b[2] % 3);
	o.dialect.decimal = (b[2] >> 2) % 3 == 0 ? '\0' : (b[2] >> 2) % 3 == 1 ? ',' : '.';
	o.dialect.thousands = thousands[b[3] % sizeof thousands];
	o.dialect.comment = b[4] & 1 ? '#' : '\0';
	o.dialect.skip = (b[4] >> 1) % 4;
	o.dialect.missing = missing[b[5] % 5];
	return o;
}

/* Rows, labels and features agree; every number is finite and of bounded size. */
static void
check_set(const struct dataset *ds)
{
	MUST(ds->n >= 1 && ds->d >= 1 && (ds->x == NULL) != (ds->wide == NULL));
	for (size_t i = 0; i < ds->n * ds->d; i++) {
		double x = ds->wide ? ds->wide[i] : (double)ds->x[i];

		MUST(isnan(x) || fabs(x) <= FEATURES_LIMIT);
	}
	for (size_t i = 0; i < ds->n; i++)
		MUST(ds->y[i] >= -1 && ds->y[i] < ds->classes);
	for (int i = 1; i < ds->classes; i++)
		MUST(strcmp(ds->class_name[i - 1], ds->class_name[i]) != 0);
}

/* The same bytes through iconv, in two parts. */
static void
check_encoding(const char *bytes, size_t size)
{
	static const char *const names[] = { "latin1", "utf-16", "shift_jis", "utf-7" };
	struct err e = { .msg = "" };

	for (size_t i = 0; i < 4; i++) {
		struct recode *r = recode_open(names[i], &e);
		const char *text;
		size_t n;

		MUST(r != NULL);
		if (recode_next(r, bytes, size / 2, 0, &text, &n, &e) == 0)
			(void)recode_next(r, bytes + size / 2, size - size / 2, 1, &text, &n, &e);
		recode_close(r);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o;
	struct err e = { .msg = "" };
	struct dataset *ds;
	char *bytes;

	if (size < HEAD)
		return 0;
	o = options_of(data);
	bytes = fuzz_text(data + HEAD, size - HEAD);
	if (read_bytes(data[5] & 128 ? "fuzz.tsv" : "fuzz.csv", bytes, size - HEAD, &o, &ds, &e) <
	    0) {
		MUST(e.msg[0]);
	} else {
		check_set(ds);
		dataset_free(ds);
	}
	check_encoding(bytes, size - HEAD);
	free(bytes);
	return 0;
}
