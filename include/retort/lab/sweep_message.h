/* What processes that share a sweep send to one another, as bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_MESSAGE_H
#define RETORT_LAB_SWEEP_MESSAGE_H

#include "retort/base/text.h"
#include "retort/lab/sweep.h"

#define SWEEP_MESSAGE_KERNEL 64 /* bytes of the name of a BLAS kernel, with its NUL */

enum sweep_message_kind {
	SWEEP_MESSAGE_WANT = 1, /* to rank 0: a rank has nothing to train */
	SWEEP_MESSAGE_GIVE,     /* from rank 0: units to train; none: the figures of all follow */
	SWEEP_MESSAGE_FIGURES,  /* figures of a unit that has reached the target */
};

struct sweep_message {
	enum sweep_message_kind kind;
	uint32_t sweep; /* number of the sweep in the session, from 1 */
	/* WANT */
	struct hash plan;                  /* of the keys of all units */
	char kernel[SWEEP_MESSAGE_KERNEL]; /* of the BLAS, as blas_name gives it */
	/* GIVE */
	uint64_t target; /* steps to train to */
	size_t n, given[LAB_LOCKSTEP];
	/* FIGURES */
	size_t unit;
	struct sweep_figures figures; /* its row [n_rows] is owned */
};

/* Append the bytes of a message: numbers in little-endian order, at the end a hash of all before.
 * n_rows: of figures that have rows. */
void sweep_message_add(const struct sweep_message *m, size_t n_rows, struct text *out);

/*
 * Parse the bytes of one message of a sweep with so many units and rows. 0, and m->figures.row is
 * the caller's; or -1 and an error, with nothing to free: a wrong size, a hash that does not fit, a
 * unit that does not exist.
 */
int sweep_message_parse(const void *bytes, size_t size, size_t n_units, size_t n_rows,
			struct sweep_message *m, struct err *e);

/*
 * Figures of n rows to bytes and back, `size` each: in messages and in journals. ROW: all figures;
 * ROW_1: nll and right alone, as journals of version 1 have them, the others are read as NaN.
 */
#define SWEEP_MESSAGE_ROW 16
#define SWEEP_MESSAGE_ROW_1 8
void sweep_message_add_rows(const struct eval_row *row, size_t n, size_t size, struct text *out);
void sweep_message_rows(const uint8_t *bytes, size_t n, size_t size, struct eval_row *out);

#endif
