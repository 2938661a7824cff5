/* A network in training as tensors and fields of a state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_NET_H
#define RETORT_LAB_STATE_NET_H

#include "retort/lab/state_settings.h"
#include "retort/nn/ckpt.h"

/* Prefix of the tensors of a run, or of a teacher; of the network that the file is of: "". */
#define STATE_NET_PREFIX 32

/* What is kept of a network beside its own tensors, which have the prefix. */
struct state_net {
	char prefix[STATE_NET_PREFIX];
	bool best;  /* room for its best weights */
	bool saved; /* what is stored for pairs that are not mapped */
};

/*
 * Add a network: its own tensors, unless the prefix is "", which save has written; its best
 * weights, what it has stored, and the rows that it was trained on before. Fills in `n`.
 */
void state_net_write(const struct branch *b, struct ckpt *c, struct state_net *n);

/* Which tensors a network has. */
void state_net_visit(struct state_field *f, struct state_net *n);

/* The other fields of a network. */
void state_net_fields(struct state_field *f, const struct state_settings *c, struct branch *b,
		      struct net_info *info);

/* The part of a checkpoint with a prefix, which is cut off. Freed by ckpt_free. */
struct ckpt *state_net_part(const struct ckpt *c, const char *prefix);

/* A new branch of the model that a part describes, without numbers of the file. NULL and an error.
 */
struct branch *state_net_new(struct trainer_state *w, const struct ckpt *part, int id,
			     const char *name, uint64_t seed, struct err *e);

/* Fill in every number of a branch with the terms that it had. -1 and an error. */
int state_net_read(const struct trainer_state *w, struct branch *b, const struct ckpt *c,
		   const struct ckpt *part, const struct state_net *n, struct err *e);

/* SHA-256 of the parameters of a network, in hex. Returns buf. */
const char *state_net_hash(const struct branch *b, char buf[65]);

#endif
