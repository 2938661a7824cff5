/* projection.c: dense nodes added to a finished model. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/projection.h"

#include "retort/nn/ops/op_table.h"

int
projection_add(struct net *n, const char *name, int node, size_t width, struct err *e)
{
	int group = param_group_add(&n->layout, name, 1, 1);

	return graph_add(n->graph, &op_dense, name, group, 1, &node,
			 (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)width }, e);
}

int
projection_share(struct net *n, const char *name, int node, int like, struct err *e)
{
	const struct tensor *out = &n->graph->node[like].out;

	return graph_add(
		n->graph, &op_dense, name, 0, 1, &node,
		(double[GRAPH_ATTRS]){
			[DENSE_WIDTH] = (double)out->dim[out->rank - 1], [DENSE_LIKE] = 1 + like },
		e);
}
