/* Curves as a table: CSV, TSV or JSON, every sample that was kept, markers in a column. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_TABLE_H
#define RETORT_FIGURE_FIGURE_TABLE_H

#include "retort/base/text.h"
#include "retort/figure/figure.h"

enum figure_table_kind { FIGURE_TABLE_CSV, FIGURE_TABLE_TSV, FIGURE_TABLE_JSON };

/*
 * Append a table of the runs and metrics that `r` names, with the columns run, step, metric, value
 * and marker; with several sources, run is preceded by their names. A row has a sample or a marker.
 * Rows are in the order of runs, then of steps, then of metrics.def. Values read back to the
 * same bits. 0, or -1 and an error.
 */
int figure_table_write(const struct figure_request *r, enum figure_table_kind kind,
		       struct text *out, struct err *e);

#endif
