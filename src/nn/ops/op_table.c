/* op_table.c: the table of operators. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/op_table.h"

const struct op *const op_table[] = {
#define OP(id) &op_##id,
#include "retort/nn/ops/ops.def"
};
const size_t op_table_count = sizeof op_table / sizeof op_table[0];
