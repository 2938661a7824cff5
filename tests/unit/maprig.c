/* maprig.c: an operator over maps, and where its numbers are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "maprig.h"

const double *
maprig_parameter(const struct oprig *r, const char *name)
{
	const struct param *p = param_find(&r->layout, name);

	return p ? r->value + p->offset : NULL;
}

const double *
maprig_gradient(const struct oprig *r, const char *name)
{
	return r->grad + param_find(&r->layout, name)->offset;
}

void
maprig_make(struct maprig *m, const char *op, size_t rows, size_t h, size_t w, size_t c,
	    const double *attr, size_t n_attr)
{
	struct oprig_case k = {
		.op = op, .n_in = 1, .in = { { .rank = 3, .dim = { h, w, c } } }, .rows = rows
	};
	const struct node *n;

	memcpy(k.attr, attr, n_attr * sizeof *attr);
	oprig_make(&m->r, &k, 1);
	oprig_backward(&m->r);
	oprig_loss(&m->r);
	n = &m->r.g->node[m->r.out];
	m->rows = rows;
	m->h = h;
	m->w = w;
	m->c = c;
	m->oh = n->out.dim[1];
	m->ow = n->out.dim[2];
	m->oc = n->out.rank == 4 ? n->out.dim[3] : n->out.dim[1];
	m->x = m->r.g->node[n->in[0]].out.data;
	m->y = n->out.data;
	m->weight = maprig_parameter(&m->r, "node.weight");
	m->bias = maprig_parameter(&m->r, "node.bias");
}

double
maprig_number(const struct maprig *m, size_t row, long y, long x, size_t c)
{
	if (y < 0 || x < 0 || y >= (long)m->h || x >= (long)m->w)
		return 0;
	return m->x[((row * m->h + (size_t)y) * m->w + (size_t)x) * m->c + c];
}
