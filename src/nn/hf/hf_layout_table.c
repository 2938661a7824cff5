/* hf_layout_table.c: the published layouts: keys of config.json and names of tensors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout.h"

/* The two tensors of a linear map, and of a norm. */
#define LINEAR(theirs, ours, out, in)                              \
	{ theirs ".weight", ours ".weight", out in, true, false }, \
	{                                                          \
		theirs ".bias", ours ".bias", out, false, false    \
	}
/* Queries, keys and values, which have a linear map each and in Retort one together. */
#define QKV_PART(theirs, what, shape, turned)                                   \
	{                                                                       \
		theirs what, "block%d.attention.qkv" what, shape, turned, false \
	}
#define QKV(q, k, v)                                                                  \
	QKV_PART(q, ".weight", "DD", true), QKV_PART(k, ".weight", "DD", true),       \
		QKV_PART(v, ".weight", "DD", true), QKV_PART(q, ".bias", "D", false), \
		QKV_PART(k, ".bias", "D", false), QKV_PART(v, ".bias", "D", false)
/* A linear map that is [in, out], as in Retort. */
#define PLAIN_LINEAR(theirs, ours, in, out)                         \
	{ theirs ".weight", ours ".weight", in out, false, false }, \
	{                                                           \
		theirs ".bias", ours ".bias", out, false, false     \
	}
#define NORM(theirs, ours)                                      \
	{ theirs ".weight", ours ".gain", "D", false, false },  \
	{                                                       \
		theirs ".bias", ours ".bias", "D", false, false \
	}

/* ---------------------------------------------------------------- BERT (Devlin et al. 2019) */

#define NEVER_ENCODER                                                                          \
	{ "add_cross_attention", HF_NEVER, "[false]", NULL },                                  \
		{ "is_decoder", HF_NEVER, "[false]", NULL },                                   \
		{ "num_labels", HF_COUNT, NULL, NULL },                                        \
		{ "problem_type", HF_NEVER, "[null, \"single_label_classification\"]", NULL }, \
		{ "pruned_heads", HF_NEVER, "[null, {}]", NULL },                              \
	{                                                                                      \
		"quantization_config", HF_NEVER, "[null]", NULL                                \
	}

static const struct hf_key bert_keys[] = {
	NEVER_ENCODER,
	{ "architectures", HF_CLASS, "BertForSequenceClassification BertModel", NULL },
	{ "attention_probs_dropout_prob", HF_PLAIN, "0.0", NULL },
	{ "classifier_dropout", HF_PLAIN, "null", NULL },
	{ "hidden_act", HF_ACT, "activation", "gelu" },
	{ "hidden_dropout_prob", HF_OPTION, "dropout", "0.1" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "id2label", HF_LABELS, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "label2id", HF_LABEL_IDS, NULL, NULL },
	{ "layer_norm_eps", HF_OPTION, "eps", "1e-12" },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "pad_token_id", HF_PLAIN, "0", NULL },
	{ "position_embedding_type", HF_ONLY, "[\"absolute\"]", NULL },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "type_vocab_size", HF_OPTION, "types", "2" },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

static const struct hf_tensor bert_tensors[] = {
	{ "bert.embeddings.word_embeddings.weight", "embed.token", "VD", false, false },
	{ "bert.embeddings.position_embeddings.weight", "embed.position", "PD", false, false },
	{ "bert.embeddings.token_type_embeddings.weight", "embed.type", "TD", false, false },
	NORM("bert.embeddings.LayerNorm", "embed.norm"),
	QKV("bert.encoder.layer.%d.attention.self.query",
	    "bert.encoder.layer.%d.attention.self.key",
	    "bert.encoder.layer.%d.attention.self.value"),
	LINEAR("bert.encoder.layer.%d.attention.output.dense", "block%d.attention.out", "D", "D"),
	NORM("bert.encoder.layer.%d.attention.output.LayerNorm", "block%d.attention.norm"),
	LINEAR("bert.encoder.layer.%d.intermediate.dense", "block%d.ff.in", "F", "D"),
	LINEAR("bert.encoder.layer.%d.output.dense", "block%d.ff.out", "D", "F"),
	NORM("bert.encoder.layer.%d.output.LayerNorm", "block%d.ff.norm"),
	LINEAR("bert.pooler.dense", "pooler", "D", "D"),
	LINEAR("classifier", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- DistilBERT (Sanh et al. 2019) */

/* Its norms have eps 1e-12, which is not in config.json; sinusoidal positions are a table in the
 * file too. */
static const struct hf_key distilbert_keys[] = {
	NEVER_ENCODER,
	{ "activation", HF_ACT, "activation", "gelu" },
	{ "architectures", HF_CLASS, "DistilBertForSequenceClassification DistilBertModel", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "dim", HF_OPTION, "width", NULL },
	{ "dropout", HF_OPTION, "dropout", "0.1" },
	{ "hidden_dim", HF_OPTION, "ff", NULL },
	{ "id2label", HF_LABELS, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "label2id", HF_LABEL_IDS, NULL, NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "n_heads", HF_OPTION, "heads", NULL },
	{ "n_layers", HF_OPTION, "layers", NULL },
	{ "pad_token_id", HF_PLAIN, "0", NULL },
	{ "qa_dropout", HF_PLAIN, "0.1", NULL },
	{ "seq_classif_dropout", HF_TWIN, "dropout", NULL },
	{ "sinusoidal_pos_embds", HF_PLAIN, "false", NULL },
	{ "tie_weights_", HF_PLAIN, "true", NULL },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

static const struct hf_tensor distilbert_tensors[] = {
	{ "distilbert.embeddings.word_embeddings.weight", "embed.token", "VD", false, false },
	{ "distilbert.embeddings.position_embeddings.weight", "embed.position", "PD", false,
	  false },
	NORM("distilbert.embeddings.LayerNorm", "embed.norm"),
	QKV("distilbert.transformer.layer.%d.attention.q_lin",
	    "distilbert.transformer.layer.%d.attention.k_lin",
	    "distilbert.transformer.layer.%d.attention.v_lin"),
	LINEAR("distilbert.transformer.layer.%d.attention.out_lin", "block%d.attention.out", "D",
	       "D"),
	NORM("distilbert.transformer.layer.%d.sa_layer_norm", "block%d.attention.norm"),
	LINEAR("distilbert.transformer.layer.%d.ffn.lin1", "block%d.ff.in", "F", "D"),
	LINEAR("distilbert.transformer.layer.%d.ffn.lin2", "block%d.ff.out", "D", "F"),
	NORM("distilbert.transformer.layer.%d.output_layer_norm", "block%d.ff.norm"),
	LINEAR("pre_classifier", "pooler", "D", "D"),
	LINEAR("classifier", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- GPT-2 (Radford et al. 2019) */

static const struct hf_key gpt2_keys[] = {
	{ "activation_function", HF_ACT, "activation", "gelu_new" },
	{ "add_cross_attention", HF_NEVER, "[false]", NULL },
	{ "architectures", HF_CLASS, "GPT2LMHeadModel GPT2Model", NULL },
	{ "attn_pdrop", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_LAST, NULL, NULL },
	{ "embd_pdrop", HF_TWIN, "dropout", NULL },
	{ "eos_token_id", HF_LAST, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "layer_norm_epsilon", HF_OPTION, "eps", "1e-05" },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "n_ctx", HF_TWIN, "positions", NULL },
	{ "n_embd", HF_OPTION, "width", NULL },
	{ "n_head", HF_OPTION, "heads", NULL },
	{ "n_inner", HF_QUADRUPLE, "ff", NULL },
	{ "n_layer", HF_OPTION, "layers", NULL },
	{ "n_positions", HF_OPTION, "positions", NULL },
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

static const struct hf_tensor gpt2_tensors[] = {
	{ "transformer.wte.weight", "embed.token", "VD", false, false },
	{ "transformer.wpe.weight", "embed.position", "PD", false, false },
	NORM("transformer.h.%d.ln_1", "block%d.attention.norm"),
	PLAIN_LINEAR("transformer.h.%d.attn.c_attn", "block%d.attention.qkv", "D", "Q"),
	PLAIN_LINEAR("transformer.h.%d.attn.c_proj", "block%d.attention.out", "D", "D"),
	NORM("transformer.h.%d.ln_2", "block%d.ff.norm"),
	PLAIN_LINEAR("transformer.h.%d.mlp.c_fc", "block%d.ff.in", "D", "F"),
	PLAIN_LINEAR("transformer.h.%d.mlp.c_proj", "block%d.ff.out", "F", "D"),
	NORM("transformer.ln_f", "norm"),
	{ "lm_head.weight", "logits.weight", "VD", true, true },
	{ 0 },
};

/* ---------------------------------------------------------------- Llama (Touvron et al. 2023) */

static const struct hf_key llama_keys[] = {
	{ "architectures", HF_CLASS, "LlamaForCausalLM LlamaModel", NULL },
	{ "attention_bias", HF_ONLY, "[false]", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "1", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "head_dim", HF_HEAD, NULL, NULL },
	{ "hidden_act", HF_ACT, "activation", "silu" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "mlp_bias", HF_ONLY, "[false]", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_key_value_heads", HF_SHARED, "kv-heads", NULL },
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

static const struct hf_tensor llama_tensors[] = {
	{ "model.embed_tokens.weight", "embed.token", "VD", false, false },
	{ "model.layers.%d.input_layernorm.weight", "block%d.attention.norm.gain", "D", false,
	  false },
	{ "model.layers.%d.self_attn.q_proj.weight", "block%d.attention.qkv.weight", "DD", true,
	  false },
	{ "model.layers.%d.self_attn.k_proj.weight", "block%d.attention.qkv.weight", "KD", true,
	  false },
	{ "model.layers.%d.self_attn.v_proj.weight", "block%d.attention.qkv.weight", "KD", true,
	  false },
	{ "model.layers.%d.self_attn.o_proj.weight", "block%d.attention.out.weight", "DD", true,
	  false },
	{ "model.layers.%d.post_attention_layernorm.weight", "block%d.ff.norm.gain", "D", false,
	  false },
	{ "model.layers.%d.mlp.gate_proj.weight", "block%d.ff.in.weight", "FD", true, false },
	{ "model.layers.%d.mlp.up_proj.weight", "block%d.ff.in.weight", "FD", true, false },
	{ "model.layers.%d.mlp.down_proj.weight", "block%d.ff.out.weight", "DF", true, false },
	{ "model.norm.weight", "norm.gain", "D", false, false },
	{ "lm_head.weight", "logits.weight", "VD", true, true },
	{ 0 },
};

const struct hf_layout hf_layout_table[] = {
	{ "bert", "bert.", "transformer order=post pool=first pooler=tanh embed-norm=on types=2",
	  bert_keys, bert_tensors },
	{ "distilbert", "distilbert.",
	  "transformer order=post pool=first pooler=relu embed-norm=on eps=1e-12", distilbert_keys,
	  distilbert_tensors },
	{ "gpt2", "transformer.", "decoder activation=gelu-tanh", gpt2_keys, gpt2_tensors },
	{ "llama", "model.", "decoder norm=rms activation=swiglu position=rotary bias=off tied=off",
	  llama_keys, llama_tensors },
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
	{ NULL, NULL },
};
