/* The table of operators, in the order of ops.def, and their attributes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_OP_TABLE_H
#define RETORT_NN_OPS_OP_TABLE_H

#include <stddef.h>

#include "retort/nn/op.h"

/* Attributes of the dense operator, which layers of every network use. */
enum {
	DENSE_ACT,    /* enum act */
	DENSE_WIDTH,  /* numbers it puts out for a position */
	DENSE_FLAT,   /* not 0: a whole row is one position */
	DENSE_BARE,   /* not 0: no bias */
	DENSE_NARROW, /* not 0: starting values as in transformers (PARAM_NARROW), else by the
			 activation */
	DENSE_LIKE,   /* not 0: W and b are those of dense node DENSE_LIKE - 1, whose shapes have to
			 agree */
	DENSE_ADDS, /* set by shape() of nodes like this one: they have written their gradient of W
		       and b, this one's is added */
};

/*
 * Attributes of operators on sequences, [rows, positions, width]. Where `ids` is an input it is one
 * of token ids, made by graph_input_ids; -1 is padding, and whoever feeds sees to it that the
 * others are below the vocabulary.
 */
enum {                  /* embed(ids): token ids to vectors */
       EMBED_VOCAB,     /* token ids there are */
       EMBED_WIDTH,     /* numbers of a vector */
       EMBED_POSITIONS, /* enum embed_positions */
       EMBED_LENGTH, /* positions there are: longer sequences are refused; 0, but for EMBED_LEARNED:
			any number */
       EMBED_SCALE,  /* factor on the token's vector; 0: 1 */
       EMBED_TYPES,  /* token types there are; only the first is used, its vector is added as in
			BERT; 0: none */
       EMBED_TIED,   /* not 0: an unembed node shares the table */
};
enum embed_positions {
	EMBED_NOWHERE,
	EMBED_LEARNED, /* a table of vectors */
	EMBED_WAVES,   /* sines and cosines by turns (Vaswani et al. 2017) */
};
enum {            /* norm(x), over the last dimension */
       NORM_KIND, /* enum norm_kind */
       NORM_EPS,  /* added to the mean square; 0: 1e-5 */
};
enum norm_kind {
	NORM_LAYER, /* mean 0, spread 1, gain and bias (Ba et al. 2016) */
	NORM_RMS,   /* root of the mean square 1, gain (Zhang and Sennrich 2019) */
};
enum {                  /* attention(qkv[, ids]), attention_map(qkv[, ids]), attention_part(qkv) */
       ATTENTION_HEADS, /* query heads */
       ATTENTION_KV, /* key and value heads, each for as many query heads; 0: as many as query heads
		      */
       ATTENTION_CAUSAL, /* not 0: nobody looks ahead */
       ATTENTION_ROPE,   /* base of rotary positions; 0: none */
       ATTENTION_RAW,    /* attention_map, not 0: what the softmax would be taken of */
       ATTENTION_PART,   /* attention_part: enum attention_part */
};
enum attention_part { ATTENTION_VALUES, ATTENTION_QUERIES, ATTENTION_KEYS };
enum {                   /* pool_tokens(x[, ids]) */
       POOL_TOKENS_KIND, /* enum pool_tokens */
};
enum pool_tokens {
	POOL_TOKENS_MEAN,
	POOL_TOKENS_FIRST,
	POOL_TOKENS_QUERY, /* a mean weighted by a softmax of products with a learned vector */
};
enum {              /* bag(ids) */
       BAG_VOCAB,   /* token ids there are */
       BAG_GRAMS,   /* runs of 1 to so many tokens count, 1..8 */
       BAG_BUCKETS, /* rows that runs of two and more share by their hash */
       BAG_WIDTH,   /* numbers it puts out for a row */
};
enum {              /* lstm(x[, ids]) */
       LSTM_WIDTH,  /* numbers it puts out for a position */
       LSTM_FORGET, /* added to the forget gate's bias, which starts at 0; 1 lets the state live
		       from the start */
};

/* Attributes of operators on maps, [rows, height, width, channels]. */
enum {                /* conv(x) */
       CONV_ACT,      /* enum act: none, relu or tanh, behind the bias */
       CONV_CHANNELS, /* channels it puts out */
       CONV_KERNEL,   /* side of the square window */
       CONV_STRIDE,   /* 0 is 1 */
       CONV_PADDING,  /* zeros around the map, on every side */
       CONV_GROUPS,   /* divides both numbers of channels; as many as channels in: depthwise; 0 is 1
		       */
       CONV_BARE,     /* not 0: no bias */
};
enum {               /* pool(x), over windows */
       POOL_KIND,    /* enum op_pool_kind */
       POOL_SIZE,    /* side of the square window */
       POOL_STRIDE,  /* 0 is the size */
       POOL_PADDING, /* at most half the size */
};
enum op_pool_kind { POOL_MAX, POOL_AVERAGE };
enum {                 /* batch_norm(x[, r]), f(norm(x) + r), for each channel; x of any rank */
       BATCH_NORM_ACT, /* enum act: none or relu, behind the residual connection */
       BATCH_NORM_EPS, /* 0 is 1e-5 */
       BATCH_NORM_MOMENTUM, /* share of a batch in the running statistics; 0 is 0.1 */
};

extern const struct op *const op_table[];
extern const size_t op_table_count;
#define OP(id) extern const struct op op_##id;
#include "retort/nn/ops/ops.def"

#endif
