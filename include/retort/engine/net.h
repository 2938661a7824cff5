/* A network: a model built into a graph, with taps at its layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_ENGINE_NET_H
#define RETORT_ENGINE_NET_H

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/engine/ckpt.h"
#include "retort/engine/graph.h"
#include "retort/engine/model.h"
#include "retort/engine/param.h"

#define NET_NAME 24
#define NET_TAPS (MODEL_BLOCKS + 2)

/*
 * Layers are numbered: 0 is the input, k what block k puts out, n_taps - 1 the logits. The
 * numbers that training changes are not here: net_bind points to them.
 */
struct net {
	char name[NET_NAME];
	struct model_spec spec;
	size_t features, classes;
	struct param_layout layout;
	size_t own;            /* parameters of the network itself; projections come behind */
	struct graph *graph;
	int n_taps;
	int tap[NET_TAPS];     /* node of each layer */
};

/* Builds the nodes; projections may be added, then net_finish. NULL with an error. */
struct net *net_new(const char *name, const struct model_spec *spec, size_t features, size_t classes,
		    size_t capacity, struct pool *pool, struct err *e);

/* A learned linear map from layer `tap` to `width` numbers, in a group of its own. Returns its node, or -1. */
int net_project(struct net *n, const char *name, int tap, size_t width, struct err *e);

int net_finish(struct net *n, bool gradients, struct err *e);
void net_free(struct net *n);

size_t net_width(const struct net *n, int tap);
int net_logits(const struct net *n); /* node of the logits */

/* "0", "1", ... "logits" into buf; returns buf. */
const char *net_layer_name(const struct net *n, int tap, char *buf, size_t size);

/* SHA-256 of spec, shapes and values: what a cache of this network's outputs is kept under. */
struct hash net_hash(const struct net *n, const real *value);

/*
 * A checkpoint of the network's own parameters under their names (as float), with the spec and
 * shapes as notes.
 */
struct ckpt *net_save(const struct net *n, const real *value);

/*
 * Fill value[layout.len] from a checkpoint. Refused: a tensor that is missing or has another
 * shape ("block1.weight: [64, 16] expected, the file has [64, 32]").
 */
int net_load(const struct net *n, real *value, const struct ckpt *c, struct err *e);

/* The spec, features and classes a checkpoint says it has. */
int net_spec_of(const struct ckpt *c, struct model_spec *spec, size_t *features, size_t *classes, struct err *e);

#endif
