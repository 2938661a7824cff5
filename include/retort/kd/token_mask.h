/* Which tokens of a row a loss looks at, and which of them see which. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TOKEN_MASK_H
#define RETORT_KD_TOKEN_MASK_H

#include "retort/kd/loss.h"

/* Of one row of a loss that needs LOSS_ROW. */
struct token_mask {
	const real *seen; /* [positions] 0: padding; NULL: none is */
	bool causal;      /* nobody looks ahead */
	size_t end;       /* no token from here on */
	size_t n;         /* tokens that are no padding */
	size_t pairs;     /* of them, the one looking at the other or itself */
};

struct token_mask token_mask_of(const struct loss_args *a, size_t row);

/* Keys that query q can see are among the first so many; 0: it is padding. */
size_t token_mask_keys(const struct token_mask *t, size_t q);

/* Numbers of n keys of which padding becomes `with`. */
void token_mask_hide(const struct token_mask *t, real *x, size_t n, real with);

#endif
