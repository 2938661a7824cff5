/* teacher.c: what a teacher says about rows, asked once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/teacher.h"

#include <assert.h>
#include <string.h>

static size_t
chunks(const struct dataset *ds)
{
	return (ds->n + TEACHER_CHUNK - 1) / TEACHER_CHUNK;
}

static void
forget(struct teacher *t)
{
	for (int i = 0; i < NET_TAPS; i++) {
		mem_free(t->out[i]);
		mem_free(t->known[i]);
		t->out[i] = NULL;
		t->known[i] = NULL;
	}
	batch_release(&t->batch);
	t->is_open = false;
}

int
teacher_open(struct teacher *t, struct net *net, real *value, const struct dataset *ds,
	     const struct hash *inputs, struct err *e)
{
	struct hash weights = net_hash(net, value), key = hash_join(&weights, inputs);

	graph_bind(net->graph, value, net->graph->grad);
	if (t->is_open && t->net == net && t->ds == ds && memcmp(&key, &t->key, sizeof key) == 0)
		return 0;
	forget(t);
	t->net = net;
	t->ds = ds;
	t->key = key;
	if (batch_init(&t->batch, TEACHER_CHUNK, ds->d, e) < 0)
		return -1;
	t->is_open = true;
	return teacher_want(t, net->n_taps - 1, e);
}

void
teacher_close(struct teacher *t)
{
	forget(t);
}

int
teacher_want(struct teacher *t, int tap, struct err *e)
{
	size_t width = net_width(t->net, tap);

	if (t->out[tap])
		return 0;
	t->out[tap] = mem_try(t->ds->n * width, sizeof(real));
	t->known[tap] = mem_try(chunks(t->ds), 1);
	if (!t->out[tap] || !t->known[tap])
		return err_set(e, "no memory to keep what %s says: %zu rows of %zu numbers", t->net->name,
			       t->ds->n, width);
	return 0;
}

/* Run the network once for a chunk and keep every layer that somebody wants. */
static void
ask(struct teacher *t, size_t chunk)
{
	size_t from = chunk * TEACHER_CHUNK, n = t->ds->n - from < TEACHER_CHUNK ? t->ds->n - from : TEACHER_CHUNK;
	struct graph *g = t->net->graph;

	for (size_t i = 0; i < n; i++)
		t->rows[i] = (uint32_t)(from + i);
	batch_fill(&t->batch, t->ds, t->rows, n, NULL);
	g->training = g->keeps = false;
	graph_feed(g, t->net->tap[0], batch_f32(&t->batch, BATCH_INPUT), n);
	graph_forward(g, net_logits(t->net));
	for (int tap = 0; tap < t->net->n_taps; tap++) {
		size_t width = net_width(t->net, tap);

		if (!t->out[tap])
			continue;
		memcpy(t->out[tap] + from * width, g->node[t->net->tap[tap]].out.data, n * width * sizeof(real));
		t->known[tap][chunk] = 1;
	}
}

void
teacher_fill(struct teacher *t, int tap, const uint32_t *rows, size_t n, real *out)
{
	size_t width = net_width(t->net, tap);

	assert(t->out[tap]);
	for (size_t i = 0; i < n; i++) {
		if (!t->known[tap][rows[i] / TEACHER_CHUNK])
			ask(t, rows[i] / TEACHER_CHUNK);
		memcpy(out + i * width, t->out[tap] + rows[i] * width, width * sizeof *out);
	}
}
