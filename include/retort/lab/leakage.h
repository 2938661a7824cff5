/* Leakage: held-out or target rows that are training rows, of the data or of a loaded network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LEAKAGE_H
#define RETORT_LAB_LEAKAGE_H

#include "retort/base/text.h"
#include "retort/data/encoding.h"
#include "retort/data/split.h"
#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"
#include "retort/nn/ckpt.h"

/* Held-out and target rows whose features, ids or text equal those of a training row. */
struct leakage_equal {
	size_t held, target;
};

/* Count them by ds->row_hash. -1 and an error without memory. */
int leakage_compare(const struct dataset *ds, const struct split *s, struct leakage_equal *out,
		    struct err *e);

/* Append "12 of 360 held-out rows (3.33 %)", after `between` if the text has something already;
 * nothing if n is 0. */
void leakage_count(struct text *out, const char *between, size_t n, size_t of, const char *rows);

/* Describe them in the answer to a request that read a set of this role, if there are any. */
void leakage_note_data(const struct trainer_state *w, struct request *r, enum dataset_role role);

/*
 * Take the filters of the rows that a network was trained on, notes "rows.filter", "rows.filter.2"
 * ..., from its checkpoint, and count the held-out and target rows that are among them. -1 and an
 * error for a note that is no filter.
 */
int leakage_load(const struct trainer_state *w, struct branch *b, const struct ckpt *c,
		 struct err *e);

/* Add the filters that a network was loaded with, as the notes that leakage_load takes. */
void leakage_add_loaded(const struct branch *b, struct ckpt *c);

/* Append how many held-out and target rows a network loaded from `c`, with encoding `net`, was
 * trained on, and how to read the data instead; nothing if there are none. */
void leakage_describe(const struct trainer_state *w, const struct branch *b, const struct ckpt *c,
		      const struct encoding *net, struct text *out);

/* Note that teachers, as bits 1 << index, have trained the student or given it layers: the rows
 * that they were trained on count as its own. */
void leakage_teach(struct trainer_state *w, unsigned teachers);

/*
 * Add a filter of the rows that a network was trained on here, those it was loaded with, and those
 * of its teachers to the snapshot of a request, each once. Filters beyond
 * LEAKAGE_TEXT bytes or of too many rows are left out, which the answer says. -1 and an error
 * without memory.
 */
int leakage_save(const struct trainer_state *w, const struct branch *b, struct request *r,
		 struct err *e);

#define LEAKAGE_TEXT ((size_t)72 << 20) /* bytes of all filters: a header has at most 100 MB */
#define LEAKAGE_FILTERS 64              /* of one network: their rates of false positives add up */

#endif
