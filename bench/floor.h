/* The matrix products of one training step and nothing else: what no step on this BLAS can beat. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_FLOOR_H
#define RETORT_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/pool.h"

/*
 * Workloads by number (teacher > student); the same five stand in peer.py.
 *   1  MLP 784-1200-1200-10 > 784-800-800-10, batch 128
 *   2  MLP 64-256-256-10 > 64-32-10, batch 32
 *   3  encoder 6 x 256 h4 ff1024 > 2 x 128 h4 ff512, 64 places, 4 classes, two learned maps 128 to
 * 256, batch 32 4  decoder 6 x 384 h6 ff1536 > 3 x 192 h3 ff768, 128 places, 4096 words, head tied
 * to the embedding, batch 16 5  CNN 32-64-128 > 8-16-32 on 28 x 28 x 1, 3 x 3, two pools, batch 128
 */
#define FLOOR_WORKLOADS 5

struct floor;

/* "MLP 784-1200-1200-10 > 784-800-800-10"; borrowed for the program's life. */
const char *floor_title(int workload);

/* Rows of a batch: images, texts, sequences. */
size_t floor_batch(int workload);

/*
 * The products of a step: with `teacher` its forward pass, with `student` forward and backward pass
 * without the gradient of the input. Attention is counted in full, also where a mask hides half of
 * it; a convolution as the product of its unfolded input.
 *
 * Operands hold random numbers and lie as they would in an engine with a memory plan: every weight
 * and everything a trained network keeps from forward for backward has its own place; what only
 * passes through (a frozen network's layers, gradients of layers) has one for all blocks; unfolded
 * images have a scratch block a thread. Results are not fed into the next product: without the
 * functions between them numbers would grow beyond all bounds.
 *
 * `pool` is borrowed and may be NULL. NULL when there is no memory. floor_step allocates nothing.
 */
struct floor *floor_new(int workload, bool teacher, bool student, struct pool *pool);
void floor_free(struct floor *f);

/* All products once, in the order of a step. The caller of the pool. */
void floor_step(struct floor *f);

/* Floating-point operations of floor_step: 2 m n k a product. */
double floor_flops(const struct floor *f);

/* `double (*run)(void *, double, size_t *)` of rig.h: steps for so many seconds, at least one. */
double floor_run(void *f, double seconds, size_t *samples);

#endif
