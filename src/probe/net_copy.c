/* net_copy.c: copies of networks, and networks that run them forward. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/net_copy.h"

#include <string.h>

#include "retort/base/mem.h"

static void
describe_net(struct net_copy *c, const struct net *n)
{
	memcpy(c->name, n->name, sizeof c->name);
	c->spec = n->spec;
	c->io = n->io;
}

void
net_copy_take(struct net_copy *c, const struct branch *b)
{
	describe_net(c, b->net);
	mem_grow(&c->value, &c->cap, b->net->layout.len, sizeof *c->value);
	memcpy(c->value, branch_value(b),
	       b->net->layout.len * sizeof *c->value); /* projections lie after */
}

void
net_copy_release(struct net_copy *c)
{
	mem_free(c->value);
	memset(c, 0, sizeof *c);
}

struct net_copy
net_copy_borrow(const struct branch *b)
{
	struct net_copy c = { .value = branch_value(b) };

	describe_net(&c, b->net);
	return c;
}

struct net *
net_copy_open(const struct net_copy *c, size_t chunk, bool layers, struct pool *pool, struct err *e)
{
	struct net *n = net_new(c->name, &c->spec, &c->io, chunk, pool, NULL, e);

	if (!n)
		return NULL;
	for (int i = 0; layers && i < n->n_layers; i++)
		if (net_node(n, i, MODEL_HIDDEN) != n->input)
			graph_tap(n->graph, net_node(n, i, MODEL_HIDDEN));
	if (net_finish(n, false, e) < 0) {
		net_free(n);
		return NULL;
	}
	graph_bind(n->graph, c->value, NULL);
	return n;
}
