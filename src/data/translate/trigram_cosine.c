/* trigram_cosine.c: similarity of two texts. */
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
compare_grams(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The trigrams of a text with a blank at both ends, each packed into an integer, sorted. */
static size_t
list_trigrams(const char *s, uint64_t **out)
{
	size_t len = strlen(s), n = 0, used, got = 0;
	uint64_t *gram = mem_array(len + 2, sizeof *gram), last = ' ';
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
		if (++got >= 2) /* counts the blank in front */
			gram[n++] = last;
	}
	qsort(gram, n, sizeof *gram, compare_grams);
	*out = gram;
	return n;
}

static size_t
count_equal(const uint64_t *gram, size_t n, size_t from)
{
	size_t to = from;

	while (to < n && gram[to] == gram[from])
		to++;
	return to - from;
}

static double
sum_squares(const uint64_t *gram, size_t n)
{
	double sum = 0;

	for (size_t i = 0, k; i < n; i += k) {
		k = count_equal(gram, n, i);
		sum += (double)k * (double)k;
	}
	return sum;
}

static double
dot_product(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b)
{
	double sum = 0;

	for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
		size_t ki = count_equal(a, n_a, i), kj = count_equal(b, n_b, j);

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
	size_t n = list_trigrams(a, &x), m = list_trigrams(b, &y);
	double both = sum_squares(x, n) * sum_squares(y, m), cosine;

	cosine = strcmp(a, b) == 0 ? 1 : both > 0 ? dot_product(x, n, y, m) / sqrt(both) : 0;
	mem_free(x);
	mem_free(y);
	return cosine;
}
