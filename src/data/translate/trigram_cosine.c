/* trigram_cosine.c: how alike two texts are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/trigram_cosine.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Runs of three characters of a text with a blank at both ends, each as a number, sorted. */
static size_t
runs(const char *s, uint64_t **out)
{
	size_t len = strlen(s), n = 0, used, got = 0;
	uint64_t *run = mem_array(len + 2, sizeof *run), last = ' ';
	bool blank = true;
	uint32_t cp;

	for (size_t i = 0; i <= len; i += used) {
		used = i < len ? text_utf8(s + i, len - i, &cp) : 1;
		if (i == len || unicode_kind(cp) == UNICODE_SPACE)
			cp = ' ';
		if (cp == ' ' && blank)
			continue;
		blank = cp == ' ';
		last = (last << 21 | unicode_lower(cp)) & ((UINT64_C(1) << 63) - 1);
		if (++got >= 2) /* with the blank in front */
			run[n++] = last;
	}
	qsort(run, n, sizeof *run, ascending);
	*out = run;
	return n;
}

static size_t
count(const uint64_t *run, size_t n, size_t from)
{
	size_t to = from;

	while (to < n && run[to] == run[from])
		to++;
	return to - from;
}

static double
square(const uint64_t *run, size_t n)
{
	double sum = 0;

	for (size_t i = 0, k; i < n; i += k) {
		k = count(run, n, i);
		sum += (double)k * (double)k;
	}
	return sum;
}

static double
product(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b)
{
	double sum = 0;

	for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
		size_t ki = count(a, n_a, i), kj = count(b, n_b, j);

		if (a[i] == b[j])
			sum += (double)ki * (double)kj;
		if (a[i] <= b[j]) {
			uint64_t at = a[i];

			i += ki;
			j += at == b[j] ? kj : 0;
		} else {
			j += kj;
		}
	}
	return sum;
}

double
trigram_cosine_texts(const char *a, const char *b)
{
	uint64_t *x, *y;
	size_t n = runs(a, &x), m = runs(b, &y);
	double both = square(x, n) * square(y, m), cosine;

	cosine = strcmp(a, b) == 0 ? 1 : both > 0 ? product(x, n, y, m) / sqrt(both) : 0;
	mem_free(x);
	mem_free(y);
	return cosine;
}
