/* Products of many rows with a weight that changes between steps, packed for each of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_REPACK_H
#define RETORT_NN_GEMM_GEMM_REPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/nn/gemm/blas.h"

/*
 * With enough rows packing B once for all pieces costs a hundredth of the product, and the kernel
 * of gemm_avx512.h, which reads the rows of A in place, is a fifth faster than a BLAS that copies
 * them. Pieces are those of blas.h; bits are those of gemm_packed.h.
 *
 * Rejected: the same for the gradient of a weight, where the sum runs over the rows. Both operands
 * would have to be copied, as BLAS does, without a gain.
 */

/* Whether the product can be computed this way: enough rows, A not transposed, alpha 1, beta 0 or
 * 1, and a processor with AVX-512. */
bool gemm_repack_fits(const struct blas_product *p);

/* Numbers in a packed weight [in, out], or its transpose, whichever is larger. */
size_t gemm_repack_room(size_t in, size_t out);

/* Pack B into `room`, 64-byte aligned, in pieces; all of them before the first piece of the
 * product. */
int gemm_repack_pack_pieces(const struct blas_product *p);
void gemm_repack_pack_piece(const struct blas_product *p, real *room, int index);

/* As blas_piece, with B packed in `room`. Allocates nothing. */
void gemm_repack_piece(const struct blas_product *p, const real *room, int index, size_t *row,
		       size_t *column, size_t *rows, size_t *columns);

#endif
