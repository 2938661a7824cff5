/* hf_layout_decoders.c: published layouts of decoders: keys of config.json and names of tensors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout_names.h"

/* A linear map that is [in, out], as in Retort. */
#define PLAIN_LINEAR(theirs, ours, in, out)                    \
	{ theirs ".weight", ours ".weight", in out, 0, NULL }, \
	{                                                      \
		theirs ".bias", ours ".bias", out, 0, NULL     \
	}

/* ---------------------------------------------------------------- GPT-2 (Radford et al. 2019) */

const struct hf_key hf_layout_decoders_keys_gpt2[] = {
	{ "activation_function", HF_ACT, "activation", "gelu_new" },
	{ "add_cross_attention", HF_NEVER, "[false]", NULL },
	{ "architectures", HF_CLASS, "GPT2LMHeadModel GPT2Model", NULL },
	{ "attn_pdrop", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_LAST, NULL, NULL },
	{ "embd_pdrop", HF_TWIN, "dropout", NULL },
	{ "eos_token_id", HF_LAST, NULL, NULL },
	{ "hidden_size", HF_ALIAS, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "layer_norm_epsilon", HF_OPTION, "eps", "1e-05" },
	{ "max_position_embeddings", HF_ALIAS, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "n_ctx", HF_TWIN, "positions", NULL },
	{ "n_embd", HF_OPTION, "width", NULL },
	{ "n_head", HF_OPTION, "heads", NULL },
	{ "n_inner", HF_QUADRUPLE, "ff", NULL },
	{ "n_layer", HF_OPTION, "layers", NULL },
	{ "n_positions", HF_OPTION, "positions", NULL },
	{ "num_attention_heads", HF_ALIAS, "heads", NULL },
	{ "num_hidden_layers", HF_ALIAS, "layers", NULL },
	{ "pruned_heads", HF_NEVER, "[null, {}]", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "reorder_and_upcast_attn", HF_PLAIN, "false", NULL },
	{ "resid_pdrop", HF_OPTION, "dropout", "0.1" },
	{ "scale_attn_by_inverse_layer_idx", HF_ONLY, "[false]", NULL },
	{ "scale_attn_weights", HF_ONLY, "[true]", NULL },
	{ "summary_activation", HF_PLAIN, "null", NULL },
	{ "summary_first_dropout", HF_PLAIN, "0.1", NULL },
	{ "summary_proj_to_labels", HF_PLAIN, "true", NULL },
	{ "summary_type", HF_PLAIN, "\"cls_index\"", NULL },
	{ "summary_use_proj", HF_PLAIN, "true", NULL },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "true" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_decoders_tensors_gpt2[] = {
	{ "transformer.wte.weight", "embed.token", "VD", 0, NULL },
	{ "transformer.wpe.weight", "embed.position", "PD", 0, NULL },
	NORM("transformer.h.%d.ln_1", "block%d.attention.norm"),
	PLAIN_LINEAR("transformer.h.%d.attn.c_attn", "block%d.attention.qkv", "D", "Q"),
	PLAIN_LINEAR("transformer.h.%d.attn.c_proj", "block%d.attention.out", "D", "D"),
	NORM("transformer.h.%d.ln_2", "block%d.ff.norm"),
	PLAIN_LINEAR("transformer.h.%d.mlp.c_fc", "block%d.ff.in", "D", "F"),
	PLAIN_LINEAR("transformer.h.%d.mlp.c_proj", "block%d.ff.out", "F", "D"),
	NORM("transformer.ln_f", "norm"),
	{ "lm_head.weight", "logits.weight", "VD", HF_TURNED | HF_IN_HEAD, "tied=off" },
	{ 0 },
};

/* ---------------------------------------------------------------- GPT-NeoX (Black et al. 2022) */

const struct hf_key hf_layout_decoders_keys_gpt_neox[] = {
	{ "architectures", HF_CLASS, "GPTNeoXForCausalLM GPTNeoXModel", NULL },
	{ "attention_bias", HF_ONLY, "[true]", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "0", NULL },
	{ "classifier_dropout", HF_PLAIN, "0.1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "hidden_act", HF_ACT, "activation", "gelu" },
	{ "hidden_dropout", HF_OPTION, "dropout", "0" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "layer_norm_eps", HF_OPTION, "eps", "1e-05" },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_ALIAS, "rotary-part", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_ALIAS, "rope-base", NULL },
	{ "rotary_emb_base", HF_OPTION, "rope-base", "10000" },
	{ "rotary_pct", HF_OPTION, "rotary-part", "0.25" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "use_parallel_residual", HF_SWITCH, "parallel", "true" },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

#define NEOX "gpt_neox.layers.%d."
const struct hf_tensor hf_layout_decoders_tensors_gpt_neox[] = {
	{ "gpt_neox.embed_in.weight", "embed.token", "VD", 0, NULL },
	NORM(NEOX "input_layernorm", "block%d.attention.norm"),
	{ NEOX "attention.query_key_value.weight", "block%d.attention.qkv.weight", "QD",
	  HF_TURNED | HF_MIXED, NULL },
	{ NEOX "attention.query_key_value.bias", "block%d.attention.qkv.bias", "Q", HF_MIXED,
	  NULL },
	LINEAR(NEOX "attention.dense", "block%d.attention.out", "D", "D"),
	NORM(NEOX "post_attention_layernorm", "block%d.ff.norm"),
	LINEAR(NEOX "mlp.dense_h_to_4h", "block%d.ff.in", "F", "D"),
	LINEAR(NEOX "mlp.dense_4h_to_h", "block%d.ff.out", "D", "F"),
	NORM("gpt_neox.final_layer_norm", "norm"),
	{ "embed_out.weight", "logits.weight", "VD", HF_TURNED | HF_IN_HEAD, "tied=off" },
	{ 0 },
};

/* ---------------------------------------------------------------- OPT (Zhang et al. 2022) */

/* Positions count from 2. */
const struct hf_key hf_layout_decoders_keys_opt[] = {
	{ "_remove_final_layer_norm", HF_NEVER, "[false]", NULL },
	{ "activation_dropout", HF_PLAIN, "0.0", NULL },
	{ "activation_function", HF_ACT, "activation", "relu" },
	{ "architectures", HF_CLASS, "OPTForCausalLM OPTModel", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "2", NULL },
	{ "do_layer_norm_before", HF_ONLY, "[true]", NULL },
	{ "dropout", HF_OPTION, "dropout", "0.1" },
	{ "enable_bias", HF_NEVER, "[true]", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "ffn_dim", HF_OPTION, "ff", NULL },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "init_std", HF_PLAIN, "0.02", NULL },
	{ "layer_norm_elementwise_affine", HF_NEVER, "[true]", NULL },
	{ "layerdrop", HF_PLAIN, "0.0", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "pad_token_id", HF_PLAIN, "1", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "true" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ "word_embed_proj_dim", HF_SAME, "width", NULL },
	{ 0 },
};

#define OPT "model.decoder.layers.%d."
const struct hf_tensor hf_layout_decoders_tensors_opt[] = {
	{ "model.decoder.embed_tokens.weight", "embed.token", "VD", 0, NULL },
	{ "model.decoder.embed_positions.weight", "embed.position", "PD", 0, NULL },
	NORM(OPT "self_attn_layer_norm", "block%d.attention.norm"),
	QKV_WEIGHT(OPT "self_attn.q_proj", OPT "self_attn.k_proj", OPT "self_attn.v_proj",
		   "block%d", "D"),
	QKV_BIAS(OPT "self_attn.q_proj", OPT "self_attn.k_proj", OPT "self_attn.v_proj", "block%d",
		 NULL),
	LINEAR(OPT "self_attn.out_proj", "block%d.attention.out", "D", "D"),
	NORM(OPT "final_layer_norm", "block%d.ff.norm"),
	LINEAR(OPT "fc1", "block%d.ff.in", "F", "D"),
	LINEAR(OPT "fc2", "block%d.ff.out", "D", "F"),
	NORM("model.decoder.final_layer_norm", "norm"),
	{ "lm_head.weight", "logits.weight", "VD", HF_TURNED | HF_IN_HEAD, "tied=off" },
	{ 0 },
};
