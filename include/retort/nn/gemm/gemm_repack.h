/* Products of many rows with a weight that changes between steps: by panels.h where the processor
 * has AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_REPACK_H
#define RETORT_NN_GEMM_GEMM_REPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/nn/gemm/blas.h"

/*
 * A weight that is trained is another one at every step; with enough rows even so laying it out
 * once for all pieces of a product costs a hundredth of the product, and the kernel of panels.h,
 * which reads the rows of A where they lie, is a fifth faster than a BLAS that copies them. Pieces
 * are those of blas.h; bits are those of packed.h.
 *
 * Rejected: the same for a weight's gradient, where the sum runs over the rows. Both operands would
 * have to be copied, as BLAS does, and nothing is gained.
 */

/* Whether this product is one: B's [k, n] or, trans_b, [n, k]; A not transposed, alpha 1, beta 0
 * or 1. */
bool gemm_repack_fits(const struct blas_product *p);

/* Numbers that a weight [in, out] takes laid out, either way round. */
size_t gemm_repack_room(size_t in, size_t out);

/* Lay B out in `room`, 64-byte aligned; every piece before the first of the product. */
int gemm_repack_lay_pieces(const struct blas_product *p);
void gemm_repack_lay_piece(const struct blas_product *p, real *room, int index);

/* As blas_piece, of blas_pieces(p), once B is laid out. Allocates nothing. */
void gemm_repack_piece(const struct blas_product *p, const real *room, int index, size_t *row,
		       size_t *column, size_t *rows, size_t *columns);

#endif
