/* hf_layout_llama.c: published layouts of Llama and its descendants: keys of config.json and names
 * of tensors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout_names.h"

/* ---------------------------------------------------------------- Llama (Touvron et al. 2023) and
 * its descendants */

const struct hf_key hf_layout_llama_keys_llama[] = {
	{ "architectures", HF_CLASS, "LlamaForCausalLM LlamaModel", NULL },
	{ "attention_bias", HF_BIAS, "attention-bias", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", NULL },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "mlp_bias", HF_BIAS, "ff-bias", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", NULL },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_NEVER, "[null, 1]", NULL },
	{ "pretraining_tp", HF_PLAIN, "1", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-06" },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

/* Tensors of Llama; those of others differ in biases and norms of queries and keys. */
#define LAYER "model.layers.%d."
#define LLAMA_NORM(theirs, ours)                             \
	{                                                    \
		theirs ".weight", ours ".gain", "D", 0, NULL \
	}
#define LLAMA_END                                                                                \
	{ "model.norm.weight", "norm.gain", "D", 0, NULL },                                      \
		{ "lm_head.weight", "logits.weight", "VD", HF_TURNED | HF_IN_HEAD, "tied=off" }, \
	{                                                                                        \
		0                                                                                \
	}
#define LLAMA_ATTENTION                                                                   \
	{ "model.embed_tokens.weight", "embed.token", "VD", 0, NULL },                    \
		LLAMA_NORM(LAYER "input_layernorm", "block%d.attention.norm"),            \
		QKV_WEIGHT(LAYER "self_attn.q_proj", LAYER "self_attn.k_proj",            \
			   LAYER "self_attn.v_proj", "block%d", "D"),                     \
		QKV_BIAS(LAYER "self_attn.q_proj", LAYER "self_attn.k_proj",              \
			 LAYER "self_attn.v_proj", "block%d", "attention-bias!=off"),     \
		LINEAR_OF(LAYER "self_attn.o_proj", "block%d.attention.out", "D", "H", 0, \
			  "attention-bias=on")
#define LLAMA_FF                                                                                 \
	LLAMA_NORM(LAYER "post_attention_layernorm", "block%d.ff.norm"),                         \
		{ LAYER "mlp.gate_proj.weight", "block%d.ff.in.weight", "FD", HF_TURNED, NULL }, \
		{ LAYER "mlp.up_proj.weight", "block%d.ff.in.weight", "FD", HF_TURNED, NULL },   \
		{ LAYER "mlp.gate_proj.bias", "block%d.ff.in.bias", "F", 0, "ff-bias=on" },      \
		{ LAYER "mlp.up_proj.bias", "block%d.ff.in.bias", "F", 0, "ff-bias=on" },        \
		LINEAR_OF(LAYER "mlp.down_proj", "block%d.ff.out", "D", "F", 0, "ff-bias=on")

const struct hf_tensor hf_layout_llama_tensors_llama[] = { LLAMA_ATTENTION, LLAMA_FF, LLAMA_END };

const struct hf_key hf_layout_llama_keys_mistral[] = {
	{ "architectures", HF_CLASS, "MistralForCausalLM MistralModel", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", NULL },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", "8" },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_NEVER, "[null, 1]", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-06" },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "sliding_window", HF_WINDOW, "window", "4096" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_llama_tensors_mistral[] = { LLAMA_ATTENTION, LLAMA_FF, LLAMA_END };

const struct hf_key hf_layout_llama_keys_qwen2[] = {
	{ "architectures", HF_CLASS, "Qwen2ForCausalLM Qwen2Model", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", NULL },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "layer_types", HF_LAYER_TYPES, NULL, NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "max_window_layers", HF_WINDOW_FROM, NULL, "28" },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", "32" },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_NEVER, "[null, 1]", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-06" },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "sliding_window", HF_WINDOW, "window", "4096" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "use_sliding_window", HF_USES_WINDOW, NULL, NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_llama_tensors_qwen2[] = { LLAMA_ATTENTION, LLAMA_FF, LLAMA_END };

const struct hf_key hf_layout_llama_keys_qwen3[] = {
	{ "architectures", HF_CLASS, "Qwen3ForCausalLM Qwen3Model", NULL },
	{ "attention_bias", HF_BIAS, "attention-bias", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", "128" },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "layer_types", HF_LAYER_TYPES, NULL, NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "max_window_layers", HF_WINDOW_FROM, NULL, "28" },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", "32" },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_NEVER, "[null, 1]", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-06" },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "sliding_window", HF_WINDOW, "window", "4096" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "use_sliding_window", HF_USES_WINDOW, NULL, NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_llama_tensors_qwen3[] = {
	LLAMA_ATTENTION,
	{ LAYER "self_attn.q_norm.weight", "block%d.attention.query.gain", "h", 0, NULL },
	{ LAYER "self_attn.k_norm.weight", "block%d.attention.key.gain", "h", 0, NULL },
	LLAMA_FF,
	LLAMA_END
};

/* ---------------------------------------------------------------- Gemma (Gemma Team 2024) */

/* The published code computes hidden_activation, by default the approximation with tanh, and
 * ignores hidden_act; from version 5 it has hidden_act alone. Both are written. */
const struct hf_key hf_layout_llama_keys_gemma[] = {
	{ "architectures", HF_CLASS, "GemmaForCausalLM GemmaModel", NULL },
	{ "attention_bias", HF_BIAS, "attention-bias", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", "256" },
	{ "hidden_act", HF_NEW_ACT, "activation", NULL },
	{ "hidden_activation", HF_ACT, "activation", "gelu_pytorch_tanh" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", "16" },
	{ "original_max_position_embeddings", HF_ORIGINAL, NULL, NULL },
	{ "partial_rotary_factor", HF_NEVER, "[null, 1]", NULL },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-06" },
	{ "rope_parameters", HF_ROPE, NULL, NULL },
	{ "rope_scaling", HF_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "true" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_bidirectional_attention", HF_NEVER, "[null, false]", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_llama_tensors_gemma[] = { LLAMA_ATTENTION, LLAMA_FF, LLAMA_END };

/* ---------------------------------------------------------------- Phi-3 (Abdin et al. 2024) */

/* In the published code, every scaling of rotary positions is longrope, and the positions before it
 * are 4096 where no key has them. */
const struct hf_key hf_layout_llama_keys_phi3[] = {
	{ "architectures", HF_CLASS, "Phi3ForCausalLM Phi3Model", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "embd_pdrop", HF_TWIN, "dropout", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, "head-width", NULL },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", NULL },
	{ "original_max_position_embeddings", HF_ORIGINAL, "rope-original", "4096" },
	{ "partial_rotary_factor", HF_OPTION, "rotary-part", "1" },
	{ "quantization_config", HF_NEVER, "[null]", NULL },
	{ "resid_pdrop", HF_OPTION, "dropout", "0" },
	{ "rms_norm_eps", HF_OPTION, "eps", "1e-05" },
	{ "rope_parameters", HF_LONG_ROPE, NULL, NULL },
	{ "rope_scaling", HF_LONG_ROPE, "null", NULL },
	{ "rope_theta", HF_OPTION, "rope-base", "10000" },
	{ "sliding_window", HF_WINDOW, "window", "null" },
	{ "tie_word_embeddings", HF_SWITCH, "tied", "false" },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_llama_tensors_phi3[] = {
	{ "model.embed_tokens.weight", "embed.token", "VD", 0, NULL },
	LLAMA_NORM(LAYER "input_layernorm", "block%d.attention.norm"),
	{ LAYER "self_attn.qkv_proj.weight", "block%d.attention.qkv.weight", "QD", HF_TURNED,
	  NULL },
	{ LAYER "self_attn.o_proj.weight", "block%d.attention.out.weight", "DH", HF_TURNED, NULL },
	LLAMA_NORM(LAYER "post_attention_layernorm", "block%d.ff.norm"),
	{ LAYER "mlp.gate_up_proj.weight", "block%d.ff.in.weight", "GD", HF_TURNED, NULL },
	{ LAYER "mlp.down_proj.weight", "block%d.ff.out.weight", "DF", HF_TURNED, NULL },
	LLAMA_END
};
