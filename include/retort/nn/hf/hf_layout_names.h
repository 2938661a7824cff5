/* Entries of tables of tensors that several published layouts share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_LAYOUT_NAMES_H
#define RETORT_NN_HF_HF_LAYOUT_NAMES_H

#include "retort/nn/hf/hf_layout.h"

/* The two tensors of a linear map, and of a norm. `flags` and `when` as in struct hf_tensor. */
#define LINEAR_OF(theirs, ours, out, in, flags, when)                            \
	{ theirs ".weight", ours ".weight", out in, HF_TURNED | (flags), NULL }, \
	{                                                                        \
		theirs ".bias", ours ".bias", out, flags, when                   \
	}
#define LINEAR(theirs, ours, out, in) LINEAR_OF(theirs, ours, out, in, 0, NULL)
#define NORM(theirs, ours)                                 \
	{ theirs ".weight", ours ".gain", "D", 0, NULL },  \
	{                                                  \
		theirs ".bias", ours ".bias", "D", 0, NULL \
	}

/* Queries, keys and values, which have a linear map each and in Retort one together. */
#define QKV_WEIGHT(q, k, v, to, in)                                                   \
	{ q ".weight", to ".attention.qkv.weight", "H" in, HF_TURNED, NULL },         \
		{ k ".weight", to ".attention.qkv.weight", "K" in, HF_TURNED, NULL }, \
	{                                                                             \
		v ".weight", to ".attention.qkv.weight", "K" in, HF_TURNED, NULL      \
	}
#define QKV_BIAS(q, k, v, to, when)                                    \
	{ q ".bias", to ".attention.qkv.bias", "H", 0, when },         \
		{ k ".bias", to ".attention.qkv.bias", "K", 0, when }, \
	{                                                              \
		v ".bias", to ".attention.qkv.bias", "K", 0, when      \
	}

#endif
