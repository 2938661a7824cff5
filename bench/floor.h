/* The matrix products of one training step alone: a lower bound of its time with this BLAS. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_FLOOR_H
#define RETORT_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/pool.h"

/*
 * Workloads by number (teacher > student), as in peer.py:
 *   1  MLP 784-1200-1200-10 > 784-800-800-10, batch 128
 *   2  MLP 64-256-256-10 > 64-32-10, batch 32
 *   3  encoder 6 x 256 h4 ff1024 > 2 x 128 h4 ff512, 64 positions, 4 classes,
 *      learned maps from 128 to 256 on two layers, batch 32
 *   4  decoder 6 x 384 h6 ff1536 > 3 x 192 h3 ff768, 128 positions, 4096 tokens,
 *      logits tied to the embedding, batch 16
 *   5  CNN 32-64-128 > 8-16-32 on 28 x 28 x 1, 3 x 3, two pools, batch 128
 */
#define FLOOR_WORKLOADS 5

struct floor;

/* Title, as "MLP 784-1200-1200-10 > 784-800-800-10"; static. */
const char *floor_title(int workload);

/* Rows of a batch. */
size_t floor_batch(int workload);

/*
 * The products of a step: with `teacher` its forward pass, with `student` forward and backward pass
 * without the gradient of the input. Attention is counted in full, even if a mask hides half of it;
 * a convolution as the product of its unfolded input.
 *
 * Operands hold random numbers and are placed as by an engine with a memory plan: each weight, and
 * each value of a trained network that backward needs, has a buffer of its own; temporary values
 * (layers of a frozen network, gradients of layers) share one buffer for all blocks; unfolded
 * images use a scratch block per thread. Results are not fed into the next product, because without
 * the activations between them numbers would overflow.
 *
 * `pool` is borrowed and may be NULL. Returns NULL without memory. floor_step allocates nothing.
 */
struct floor *floor_new(int workload, bool teacher, bool student, struct pool *pool);
void floor_free(struct floor *f);

/* Compute all products once, in the order of a step. To be called by the thread of the pool. */
void floor_step(struct floor *f);

/* Floating-point operations of floor_step: 2 m n k for each product. */
double floor_flops(const struct floor *f);

/* A rig_fn (rig.h): run steps for `seconds`, at least one. */
double floor_run(void *f, double seconds, size_t *samples);

#endif
