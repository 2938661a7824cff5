/* The memory of a graph: which nodes need a gradient, and a buffer for everything; used by graph.c.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GRAPH_PLAN_H
#define RETORT_NN_GRAPH_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/graph.h"

/* Bytes of all buffers; see graph_room. */
size_t graph_plan_size(const struct graph *g, bool gradients);

/* Allocate the buffers and point the nodes to them; see graph_finish. 0, or -1 and an error. */
int graph_plan_allocate(struct graph *g, bool gradients, struct err *e);

#endif
