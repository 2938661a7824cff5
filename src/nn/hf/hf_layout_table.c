/* hf_layout_table.c: the published layouts, and names of activations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout.h"

const struct hf_layout hf_layout_table[] = {
#define HF_LAYOUT(file, id, name, prefix, model) \
	{ name, prefix, model, hf_layout_##file##_keys_##id, hf_layout_##file##_tensors_##id },
#include "retort/nn/hf/layouts.def"
};
const size_t hf_layout_table_count = sizeof hf_layout_table / sizeof *hf_layout_table;

const struct hf_act hf_layout_table_act[] = {
	{ "gelu", "gelu" },
	{ "gelu_new", "gelu-tanh" },
	{ "relu", "relu" },
	{ "silu", "swiglu" },
	{ "gelu_python", "gelu" },
	{ "swish", "swiglu" },
	{ "gelu_pytorch_tanh", "gelu-tanh" },
	{ "gelu_fast", "gelu-tanh" },
	{ "gelu_pytorch_tanh", "geglu-tanh" },
	{ "gelu", "geglu" },
	{ "gelu_new", "geglu-tanh" },
	{ NULL, NULL },
};
