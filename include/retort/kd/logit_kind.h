/* What the numbers of a file of teacher outputs are, and how they become logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_KIND_H
#define RETORT_KD_LOGIT_KIND_H

#include "retort/base/err.h"
#include "retort/base/real.h"
#include "retort/kd/logit_table.h"

enum logit_kind {
	LOGIT_KIND_AUTO, /* decided by the numbers */
	LOGIT_KIND_LOGITS,
	LOGIT_KIND_PROBABILITIES,
	LOGIT_KIND_LOG_PROBABILITIES,
};

/* "logits", "probabilities", "log-probabilities", by enum; [LOGIT_KIND_AUTO] is "auto". */
extern const char *const logit_kind_name[];

/* What is known of the numbers of one position. */
struct logit_kind_numbers {
	double least, most;      /* of them */
	double sum, exponential; /* of them; of their exponentials, up to numbers of 1 */
};

/* Scan position i from column `first` on. Refused: what logit_table_number refuses. */
int logit_kind_scan(const struct logit_table *t, size_t i, size_t first,
		    struct logit_kind_numbers *out, struct err *e);

/* How far the sum of a position's probabilities may differ from 1: 0.001, for float16 0.002 and for
 * bfloat16 0.02, because each number is rounded. */
double logit_kind_tolerance(const struct logit_table *t);

/*
 * Decide what the columns from `first` on are. Probabilities: in every position each number lies in
 * 0..1 and they sum to 1; log-probabilities: their exponentials do; logits: in no more than half of
 * the positions. Sums may differ from 1 by logit_kind_tolerance. Refused, as undecided, with the
 * options that settle it: only some positions sum to 1; every number lies in 0..1 and the sums
 * differ from 1; the sums are 100.
 */
int logit_kind_find(const struct logit_table *t, size_t first, enum logit_kind *out, struct err *e);

/*
 * Convert position i to logits: out[columns - first]. Probabilities become their logarithms, at
 * least log(1e-30); minus infinity becomes the largest logit of the position plus log(1e-30).
 * Refused, with place and value: probabilities below 0, a sum that differs from 1 (above), logits
 * beyond 1e30, a position with minus infinity alone.
 */
int logit_kind_convert(const struct logit_table *t, size_t i, size_t first, enum logit_kind kind,
		       real *out, struct err *e);

#define LOGIT_KIND_LEAST 1e-30 /* smaller probabilities count as this: the logarithm is finite */

#endif
