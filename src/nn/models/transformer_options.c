/* transformer_options.c: options of the transformer, as an encoder and as a decoder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/transformer.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/rope.h"

/* clang-format off */
#define SHARED_OPTIONS(layers, order)                                                                                           \
	[LAYERS] = { "layers", MODEL_WHOLE, layers, 1, MODEL_BLOCKS, NULL, "Blocks of attention and feed-forward layers." },        \
	[WIDTH] = { "width", MODEL_WHOLE, "128", 1, MODEL_WIDTH, NULL, "Width of the hidden states, numbers for each token." },                       \
	[HEADS] = { "heads", MODEL_WHOLE, "4", 1, 256, NULL, "Attention heads; must divide the width." },                            \
	[KV_HEADS] = { "kv-heads", MODEL_WHOLE, "0", 0, 256, NULL,                                                                    \
		       "Heads of keys and values, each shared by as many query heads (Ainslie et al. 2023); 0: as many as heads." },     \
	[FF] = { "ff", MODEL_WHOLE, "0", 0, 4 * MODEL_WIDTH, NULL, "Width of the feed-forward layer; 0: four times the width." },      \
	[ORDER] = { "order", MODEL_PICK, order, 0, 0, "pre post",                                                                     \
		    "Position of the norms: before the attention and feed-forward layers, with one more at the end, or after their residual sums." }, \
	[NORM] = { "norm", MODEL_PICK, "layer", 0, 0, "layer rms rms-one", "Layer norm, or RMS norm; rms-one has gains that are added to 1." },                        \
	[ACTIVATION] = { "activation", MODEL_PICK, "gelu", 0, 0, "gelu gelu-tanh relu swiglu geglu geglu-tanh",                                        \
			 "Activation of the feed-forward layer; swiglu and geglu are gated (Shazeer 2020)." },                                     \
	[POSITION] = { "position", MODEL_PICK, "learned", 0, 0, "learned sinusoidal rotary none",                                    \
		       "Encoding of positions; rotary rotates queries and keys (Su et al. 2021)." },                           \
	[POSITIONS] = { "positions", MODEL_WHOLE, "0", 0, 1 << 20, NULL, "Maximum number of positions; 0: as many as rows have tokens." },    \
	[ROPE_BASE] = { "rope-base", MODEL_REAL, "10000", 1, 1e9, NULL, "Base of rotary positions." },                                \
	[BIAS] = { "bias", MODEL_PICK, "on", 0, 0, "off on", "Biases of the linear maps." },                                          \
	[RESIDUAL] = { "residual", MODEL_PICK, "on", 0, 0, "off on", "Residual connections; off to measure their effect." },         \
	[DROPOUT] = { "dropout", MODEL_REAL, "0", 0, 0.99, NULL, "Dropout rate after the embedding, attention and feed-forward layers." }, \
	[EPS] = { "eps", MODEL_REAL, "1e-05", 1e-12, 0.1, NULL, "Added to the mean square in the norms." },                           \
	[HEAD_WIDTH] = { "head-width", MODEL_WHOLE, "0", 0, MODEL_WIDTH, NULL, "Width of a head; 0: the width divided by the heads." }, \
	[ATTENTION_BIASES] = { "attention-bias", MODEL_PICK, "same", 0, 0, "same off on qkv",                                     \
			       "Biases of the linear maps of attention, qkv: of queries, keys and values only; same: as bias." },      \
	[FF_BIAS] = { "ff-bias", MODEL_PICK, "same", 0, 0, "same off on", "Biases of the feed-forward layers; same: as bias." },     \
	[QK_NORM] = { "qk-norm", MODEL_PICK, "off", 0, 0, "off on", "An RMS norm of every query and key." },                          \
	[FIRST] = { "first-position", MODEL_WHOLE, "0", 0, 1 << 16, NULL, "Number of the first learned position." },                   \
	[ROTARY_PART] = { "rotary-part", MODEL_REAL, "1", 0.001, 1, NULL, "Part of a head that rotary positions rotate." },           \
	[SCALING] = { "rope-scaling", MODEL_PICK, "none", 0, 0, ROPE_SCALINGS,                                                           \
		      "Scaling of rotary positions to longer texts, by rope-factor." },                                              \
	[FACTOR] = { "rope-factor", MODEL_REAL, "1", 1e-3, 1e6, NULL, "How many times longer." },                                     \
	[ORIGINAL] = { "rope-original", MODEL_REAL, "0", 0, 1e9, NULL, "Positions before scaling; 0: positions." },                     \
	[LOW] = { "rope-low", MODEL_REAL, "1", 1e-6, 1e6, NULL, "Rotations below which a frequency is divided." },                     \
	[HIGH] = { "rope-high", MODEL_REAL, "4", 1e-6, 1e6, NULL, "Rotations above which a frequency is kept." },                      \
	[GAIN] = { "rope-gain", MODEL_REAL, "1", 1e-3, 1e3, NULL, "Factor of rotated queries and keys." },                            \
	[SHORT] = { "rope-short", MODEL_LIST, "", 1e-3, 1e6, NULL,                                                                    \
		    "With longrope, a divisor for each pair of numbers that is rotated, in rows of up to rope-original tokens." },          \
	[LONG] = { "rope-long", MODEL_LIST, "", 1e-3, 1e6, NULL, "The same in longer rows." }

const struct model_option transformer_options_encoder[] = {
	SHARED_OPTIONS("2", "pre"),
	[POOL] = { "pool", MODEL_PICK, "mean", 0, 0, POOL_TOKENS_NAMES, "Pooling of the sequence before the logits: the mean, the first token, or a mean with learned weights." },
	[POOLER] = { "pooler", MODEL_PICK, "off", 0, 0, "off tanh relu gelu", "A dense layer between pooling and logits, as in BERT and DistilBERT." },
	[EMBED_NORM] = { "embed-norm", MODEL_PICK, "off", 0, 0, "off on", "A norm after the embedding." },
	[TYPES] = { "types", MODEL_WHOLE, "0", 0, 16, NULL, "Token types of the embedding, as in BERT, which has 2; only the first is used." },
	[EMBED_MAP] = { "embed", MODEL_WHOLE, "0", 0, MODEL_WIDTH, NULL, "Width of the embedding, which a linear map brings to the width; 0: no map." },
	[SHARED_BLOCKS] = { "share", MODEL_PICK, "off", 0, 0, "off on", "All blocks share their parameters, as in ALBERT." },
	[RELATIVE] = { "relative", MODEL_WHOLE, "0", 0, 256, NULL, "Buckets of a learned bias of attention for each head and distance, shared by all blocks, as in MPNet, which has 32; 0: none." },
	{ 0 },
};

const struct model_option transformer_options_decoder[] = {
	SHARED_OPTIONS("2", "pre"),
	[TIED] = { "tied", MODEL_PICK, "on", 0, 0, "off on", "Share the table of the embedding with the logits." },
	[PARALLEL] = { "parallel", MODEL_PICK, "off", 0, 0, "off on", "Attention and feed-forward layer of a block read the same input." },
	[EMBED_FACTOR] = { "embed-scale", MODEL_PICK, "off", 0, 0, "off on", "Multiply the embedding by the square root of the width." },
	[WINDOW] = { "window", MODEL_WHOLE, "0", 0, 1 << 20, NULL, "Keys that a query attends to, the last ones; 0: all before it." },
	[WINDOW_BLOCKS] = { "window-blocks", MODEL_WHOLE, "0", 0, 9007199254740991.0, NULL, "Blocks with the window, as a sum of 1 for the first, 2, 4 ...; 0: all." },
	{ 0 },
};
/* clang-format on */
