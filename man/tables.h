/* Replacements about knobs, metrics, losses, networks and data sets. Each writes to standard
 * output; `unused` is ignored. Return 0, or -1 for an unknown argument. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_MAN_TABLES_H
#define RETORT_MAN_TABLES_H

/* List data sets that can be fetched: source, licence, default options. */
int tables_sets(const char *unused);

/* List the knobs of a kind, live, fixed or view; "": write a table of all. */
int tables_knobs(const char *when);

/* List the metrics whose name starts with `only`, all if it is empty; without those of mapped pairs
 * and of teachers other than the first. */
int tables_metrics(const char *only);

/* Describe a loss; "": list all. */
int tables_losses(const char *name);

/* List the losses that a map can match with, without the default. */
int tables_layer_losses(const char *unused);

/* List the names of the models in one sentence; describe the models with their options. */
int tables_kinds(const char *unused);
int tables_models(const char *unused);

#endif
