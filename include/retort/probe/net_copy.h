/* Copies of networks at a step, for threads that compute beside the training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_NET_COPY_H
#define RETORT_PROBE_NET_COPY_H

#include "retort/nn/net.h"
#include "retort/train/branch.h"

/* A model and its parameters. */
struct net_copy {
	char name[NET_NAME];
	struct model_spec spec;
	struct model_io io;
	real *value; /* [parameters of the network, without projections]; NULL: there is none */
	size_t cap;  /* of value, where it is owned */
};

/* Copies the branch's network; a value that is there is reused. Trainer thread, at a boundary. */
void net_copy_take(struct net_copy *c, const struct branch *b);
void net_copy_release(struct net_copy *c);

/* The same with the branch's own parameters, borrowed: valid until its next step. */
struct net_copy net_copy_borrow(const struct branch *b);

/*
 * Builds a network for forward passes of up to `chunk` rows that reads c's parameters, borrowed.
 * With `layers` the hidden state of every layer is valid after predict_nodes. The caller frees it.
 * NULL and an error.
 */
struct net *net_copy_open(const struct net_copy *c, size_t chunk, bool layers, struct pool *pool,
			  struct err *e);

#endif
