/* The table of networks, in the order of models.def, and descriptions that begin with a name from
 * it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODELS_MODEL_TABLE_H
#define RETORT_NN_MODELS_MODEL_TABLE_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/model.h"

extern const struct model *const model_table[];
extern const size_t model_table_count;
#define MODEL(id) extern const struct model model_##id;
#include "retort/nn/models/models.def"

/*
 * Parse a description, "mlp 256,256 activation=relu residual=off": the first word is the kind, the
 * rest is parsed by model_parse. 0, or -1 and an error that names what would be accepted.
 */
int model_table_parse(const char *text, struct model_spec *out, struct err *e);

#endif
