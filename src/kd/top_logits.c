/* top_logits.c: select the largest logits of a position. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/top_logits.h"

#include <math.h>
#include <string.h>

/* The k largest of n logits, largest first, into id and z; returns log sum exp of the rest. */
static real
select_top(const real *logit, size_t n, size_t k, real *id, real *z)
{
	real rest = 0;

	for (size_t c = 0; c < n; c++) {
		size_t at;

		if (c >= k && logit[c] <= z[k - 1])
			continue;
		at = c < k ? c : k - 1;
		for (; at > 0 && z[at - 1] < logit[c]; at--) {
			z[at] = z[at - 1];
			id[at] = id[at - 1];
		}
		z[at] = logit[c];
		id[at] = (real)c;
	}
	for (size_t c = 0; c < n; c++)
		rest += REAL_EXP(logit[c] - z[0]);
	for (size_t c = 0; c < k; c++)
		rest -= REAL_EXP(z[c] - z[0]);
	return z[0] + REAL_LOG(rest > (real)1e-30 ? rest : (real)1e-30);
}

void
top_logits_pack(const real *logit, size_t positions, size_t classes, size_t k, real *out)
{
	for (size_t i = 0; i < positions; i++, logit += classes, out += 2 * k + 1)
		out[2 * k] = select_top(logit, classes, k, out, out + k);
}

void
top_logits_unpack(const real *packed, size_t k, int32_t *id, real *logit, real *tail)
{
	for (size_t c = 0; c < k; c++)
		id[c] = (int32_t)packed[c];
	memcpy(logit, packed + k, k * sizeof *logit);
	*tail = packed[2 * k];
}

bool
top_logits_valid(const real *packed, size_t positions, size_t classes, size_t k)
{
	for (size_t i = 0; i < positions; i++, packed += 2 * k + 1)
		for (size_t c = 0; c < k; c++)
			if (!(packed[c] >= 0 && packed[c] < (real)classes))
				return false;
	return true;
}
