/* Padding and causal mask of a row, for losses between tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TOKEN_MASK_H
#define RETORT_KD_TOKEN_MASK_H

#include "retort/kd/loss.h"

/* Of one row of a loss with LOSS_ROW. */
struct token_mask {
	const real *seen; /* [positions] 0: padding; NULL: no padding */
	bool causal;      /* a query sees no later keys */
	size_t end;       /* all positions from here on are padding */
	size_t n;         /* tokens that are not padding */
	size_t pairs;     /* (query, key) pairs that attend, a token to itself included */
};

struct token_mask token_mask_of(const struct loss_args *a, size_t row);

/* Number of leading positions that hold every key of query q; 0: the query is padding. */
size_t token_mask_keys(const struct token_mask *t, size_t q);

/* Set x at padding among the first n keys to `with`. */
void token_mask_hide(const struct token_mask *t, real *x, size_t n, real with);

#endif
