/* The table of operators, in the order of ops.def, and their attributes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_OP_TABLE_H
#define RETORT_NN_OPS_OP_TABLE_H

#include <stddef.h>

#include "retort/nn/op.h"

/* Attributes of dense(x[, r]). */
enum {
	DENSE_ACT,    /* enum act */
	DENSE_WIDTH,  /* numbers out, for each position */
	DENSE_FLAT,   /* not 0: the whole row is one position */
	DENSE_BARE,   /* not 0: no bias */
	DENSE_NARROW, /* not 0: initialize with PARAM_NARROW, as in transformers; 0: by the
			 activation */
	DENSE_LIKE,   /* not 0: share W and b of dense node DENSE_LIKE - 1; shapes have to agree */
	DENSE_ADDS, /* set by shape() of later nodes that share W and b: their backward, which runs
		       first, writes the gradients of W and b, this one's adds to them */
};

/*
 * Attributes of operators on sequences, [rows, positions, width]. An input `ids` is one of token
 * ids, made by graph_input_ids; -1 is padding. The caller of graph_feed_ids ensures that all others
 * are below the size of the vocabulary.
 */
enum {                  /* embed(ids): token ids to vectors */
       EMBED_VOCAB,     /* size of the vocabulary */
       EMBED_WIDTH,     /* numbers in a vector */
       EMBED_POSITIONS, /* enum embed_positions */
       EMBED_LENGTH,    /* positions, at most; longer sequences are refused. 0: no limit, not with
			   EMBED_LEARNED */
       EMBED_SCALE,     /* factor on the vector of the token; 0 means 1 */
       EMBED_TYPES, /* token types, as in BERT; the vector of the first is added to all; 0: none */
       EMBED_TIED,  /* not 0: an unembed node shares the table of tokens */
       EMBED_FIRST, /* number of the first position: rows of the table before it are not used */
};
enum embed_positions {
	EMBED_NOWHERE,
	EMBED_LEARNED, /* a learned vector for each position */
	EMBED_WAVES,   /* alternating sines and cosines (Vaswani et al. 2017) */
};
enum {            /* norm(x), over the last dimension */
       NORM_KIND, /* enum norm_kind */
       NORM_EPS,  /* added to the mean square; 0 means 1e-5 */
       NORM_LIKE, /* not 0: share gain and bias of norm node NORM_LIKE - 1 */
       NORM_ADDS, /* set by shape() of later nodes that share them: as DENSE_ADDS */
};
enum norm_kind {
	NORM_LAYER,   /* layer norm: mean 0, variance 1, gain and bias (Ba et al. 2016) */
	NORM_RMS,     /* RMS norm: mean square 1, gain (Zhang and Sennrich 2019) */
	NORM_RMS_ONE, /* the same with 1 + gain for the gain, as in Gemma (2024) */
};
enum { /* relative(ids) */
       RELATIVE_HEADS,
       RELATIVE_BUCKETS, /* of distances; even, 4 to 256 */
};
enum {                   /* attention(qkv[, ids[, bias]]), attention(qkv, ids, map),
			  attention_map(qkv[, ids[, bias]]), attention_part(qkv); bias: [rows, heads,
			  2 positions - 1], as of relative(ids) */
       ATTENTION_HEADS,  /* query heads */
       ATTENTION_KV,     /* key and value heads, each shared by as many query heads; 0: one for each
			  query head */
       ATTENTION_CAUSAL, /* not 0: a position attends to itself and earlier ones only */
       ATTENTION_ROPE,   /* base of rotary positions; 0: off */
       ATTENTION_RAW,    /* attention_map: not 0: scores before the softmax */
       ATTENTION_PART,   /* attention_part: enum attention_part */
       ATTENTION_ROTARY, /* numbers of a head that are rotated, the first ones; 0: all */
       ATTENTION_SCALING, /* enum rope_scaling, and the members of struct rope: */
       ATTENTION_FACTOR,
       ATTENTION_ORIGINAL,
       ATTENTION_LOW,
       ATTENTION_HIGH,
       ATTENTION_GAIN,     /* of cosines and sines; 0 means 1 */
       ATTENTION_WINDOW,   /* with ATTENTION_CAUSAL: keys that a query attends to, the last ones and
			      its own; 0: all before it */
       ATTENTION_DIVISORS, /* with ROPE_LONG: the number that graph_add_list returned, of a list of
			      one divisor for each pair that is rotated */
};
enum { /* head_norm(qkv): RMS norm of each query and each key */
       HEAD_NORM_HEADS,
       HEAD_NORM_KV,
       HEAD_NORM_EPS, /* 0 means 1e-5 */
};
enum {           /* gate(x), f(a) b for the halves a and b of each position */
       GATE_ACT, /* enum act; 0 means ACT_SILU */
};
enum {            /* cut(x): the first numbers of each position */
       CUT_WIDTH, /* how many */
};
enum attention_part { ATTENTION_VALUES, ATTENTION_QUERIES, ATTENTION_KEYS };
enum {                   /* pool_tokens(x[, ids]) */
       POOL_TOKENS_KIND, /* enum pool_tokens */
};
#define POOL_TOKENS_NAMES "mean first attention" /* as options of models, in this order */
enum pool_tokens {
	POOL_TOKENS_MEAN,
	POOL_TOKENS_FIRST,
	POOL_TOKENS_QUERY, /* mean weighted by a softmax over products with a learned vector */
};
enum {              /* bag(ids) */
       BAG_VOCAB,   /* token ids there are */
       BAG_GRAMS,   /* longest n-grams that count, 1..8 */
       BAG_BUCKETS, /* hash buckets for n-grams of two and more tokens */
       BAG_WIDTH,   /* numbers out, for each row */
};
enum {              /* lstm(x[, ids]) */
       LSTM_WIDTH,  /* numbers it puts out for a position */
       LSTM_FORGET, /* added to the bias of the forget gate, which starts at 0; 1 preserves the
		       state from the start */
};

/* Attributes of operators on maps, [rows, height, width, channels]. */
enum {                /* conv(x) */
       CONV_ACT,      /* enum act: none, relu or tanh; after the bias */
       CONV_CHANNELS, /* channels out */
       CONV_KERNEL,   /* side of the window, a square */
       CONV_STRIDE,   /* 0 means 1 */
       CONV_PADDING,  /* zeros around the map, on each side */
       CONV_GROUPS, /* divides channels in and out; as many as channels in: depthwise; 0 means 1 */
       CONV_BARE,   /* not 0: no bias */
};
enum {               /* pool(x), over windows */
       POOL_KIND,    /* enum op_pool_kind */
       POOL_SIZE,    /* side of the square window */
       POOL_STRIDE,  /* 0 means the size */
       POOL_PADDING, /* at most half the size */
};
enum op_pool_kind { POOL_MAX, POOL_AVERAGE };
enum {                 /* batch_norm(x[, r]), f(norm(x) + r), for each channel; x of any rank */
       BATCH_NORM_ACT, /* enum act: none or relu; after the residual connection */
       BATCH_NORM_EPS, /* 0 means 1e-5 */
       BATCH_NORM_MOMENTUM, /* weight of a batch in the running statistics; 0 means 0.1 */
};

extern const struct op *const op_table[];
extern const size_t op_table_count;
#define OP(id) extern const struct op op_##id;
#include "retort/nn/ops/ops.def"

#endif
