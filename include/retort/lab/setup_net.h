/* Networks of a lab: made, loaded, described. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_NET_H
#define RETORT_LAB_SETUP_NET_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* Make a branch from the checkpoint of a TEACHER or STUDENT request, or from its spec without one;
 * the request's note says which outputs were reordered. NULL and an error. */
struct branch *setup_net_make(struct trainer_state *w, struct request *request, int id,
			      const char *name, struct err *e);

/* Fill in what snapshots hold about a network; `origin`: the file it was loaded from, or "". */
void setup_net_describe(struct net_info *out, const struct branch *b, const char *origin);

/* The seed of an order of rows: "main", "few", "plain" or a teacher's name. */
uint64_t setup_net_order_seed(const struct trainer_state *w, const char *name);

#endif
