/* Gradients of a convolution, in pieces for pool_run; used by op_conv.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_GRAD_H
#define RETORT_NN_OPS_CONV_GRAD_H

#include "retort/nn/ops/conv_job.h"

/*
 * Piece `index` of j->w_pieces, `arg` a struct conv_job: turn the gradient of y into that before
 * the activation, in place, and sum the gradients of W and b over the images of the piece in
 * node->work.
 */
void conv_grad_weight(void *arg, int index);

/* Then piece `index` of conv_grad_sum_pieces(): add up these sums in the order of pieces. */
int conv_grad_sum_pieces(const struct conv_job *j);
void conv_grad_sum(void *arg, int index);

/* Piece `index` of j->pieces: the gradient of x, after conv_grad_weight. */
void conv_grad_input(void *arg, int index);

#endif
