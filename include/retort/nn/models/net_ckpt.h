/* A network to and from a checkpoint: parameters by name, spec and shapes as notes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODELS_NET_CKPT_H
#define RETORT_NN_MODELS_NET_CKPT_H

#include "retort/base/err.h"
#include "retort/data/dataset.h"
#include "retort/nn/ckpt.h"
#include "retort/nn/net.h"

/*
 * Make a checkpoint of the network's own parameters (without projections) under their names,
 * converted to float, with the spec and shapes as notes. Owned by the caller.
 */
struct ckpt *net_ckpt_of(const struct net *n, const real *value);

/*
 * Fill value[layout.len] from a checkpoint. Refuses a tensor that is missing or has another shape
 * ("block1.weight: [64, 16] expected, the file has [64, 32]") before any value is written. With a
 * note "head" that is "new", parameters of the head that are not in the file keep their values.
 */
int net_ckpt_load(const struct net *n, real *value, const struct ckpt *c, struct err *e);

/* Take the head out of a checkpoint, with its moments and names of classes, for a new one; its
 * notes say so. */
void net_ckpt_drop_head(struct ckpt *c);

/*
 * Read spec and shapes of the checkpoint's network. `io` holds what the data requires; its
 * vocabulary becomes the file's. Refuses a network that does not fit the data.
 */
int net_ckpt_spec(const struct ckpt *c, struct model_spec *spec, struct model_io *io,
		  struct err *e);

#endif
