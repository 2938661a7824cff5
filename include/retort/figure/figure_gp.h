/* A figure as a script for gnuplot, with its data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_GP_H
#define RETORT_FIGURE_FIGURE_GP_H

#include "retort/base/text.h"
#include "retort/figure/figure.h"

/* Append the script. It sets no terminal, so that the caller of gnuplot chooses one. */
void figure_gp_write(const struct figure *f, struct text *out);

#endif
