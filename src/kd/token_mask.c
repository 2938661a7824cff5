/* token_mask.c: padding and causal mask of a row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/token_mask.h"

static bool
is_seen(const struct token_mask *t, size_t k)
{
	return !t->seen || t->seen[k] > 0;
}

struct token_mask
token_mask_of(const struct loss_args *a, size_t row)
{
	struct token_mask t = { .seen = a->seen ? a->seen + row * a->positions : NULL,
				.causal = a->causal };

	for (size_t k = 0; k < a->positions; k++) {
		if (!is_seen(&t, k))
			continue;
		t.end = k + 1;
		t.n++;
		t.pairs += t.n; /* the token itself and earlier ones */
	}
	if (!t.causal)
		t.pairs = t.n * t.n;
	return t;
}

size_t
token_mask_keys(const struct token_mask *t, size_t q)
{
	if (q >= t->end || !is_seen(t, q))
		return 0;
	return t->causal ? q + 1 : t->end;
}

void
token_mask_hide(const struct token_mask *t, real *x, size_t n, real with)
{
	for (size_t k = 0; t->seen && k < n; k++)
		if (t->seen[k] <= 0)
			x[k] = with;
}
