/* Learned linear maps from a node of a network to another width. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODELS_PROJECTION_H
#define RETORT_NN_MODELS_PROJECTION_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/net.h"

/*
 * Add a learned linear map of the last dimension of `node` to `width` numbers, in a parameter group
 * of its own. Before net_finish. Returns the new node, or -1 and an error.
 */
int projection_add(struct net *n, const char *name, int node, size_t width, struct err *e);

/*
 * Add the map of `like`, a node that projection_add returned, with the same parameters, on another
 * node. The gradients of all nodes that share parameters are summed. Returns the new node, or -1
 * and an error.
 */
int projection_share(struct net *n, const char *name, int node, int like, struct err *e);

#endif
