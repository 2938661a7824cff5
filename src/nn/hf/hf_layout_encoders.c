/* hf_layout_encoders.c: published layouts of encoders: keys of config.json and names of tensors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout_names.h"

#define HEAD(theirs, ours, out, in) LINEAR_OF(theirs, ours, out, in, HF_IN_HEAD, NULL)
#define QKV(q, k, v, to) QKV_WEIGHT(q, k, v, to, "D"), QKV_BIAS(q, k, v, to, NULL)

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

const struct hf_key hf_layout_encoders_keys_bert[] = {
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

/* Embedding of width `wide`, and layers, of BERT and its descendants; `b` is their prefix. */
#define BERT_EMBEDDING(b, wide)                                                                   \
	{ b "embeddings.word_embeddings.weight", "embed.token", "V" wide, 0, NULL },              \
		{ b "embeddings.position_embeddings.weight", "embed.position", "P" wide, 0,       \
		  NULL },                                                                         \
		{ b "embeddings.token_type_embeddings.weight", "embed.type", "T" wide, 0, NULL }, \
		{ b "embeddings.LayerNorm.weight", "embed.norm.gain", wide, 0, NULL },            \
	{                                                                                         \
		b "embeddings.LayerNorm.bias", "embed.norm.bias", wide, 0, NULL                   \
	}
#define BERT_LAYERS(b)                                                                            \
	QKV(b "encoder.layer.%d.attention.self.query", b "encoder.layer.%d.attention.self.key",   \
	    b "encoder.layer.%d.attention.self.value", "block%d"),                                \
		LINEAR(b "encoder.layer.%d.attention.output.dense", "block%d.attention.out", "D", \
		       "D"),                                                                      \
		NORM(b "encoder.layer.%d.attention.output.LayerNorm", "block%d.attention.norm"),  \
		LINEAR(b "encoder.layer.%d.intermediate.dense", "block%d.ff.in", "F", "D"),       \
		LINEAR(b "encoder.layer.%d.output.dense", "block%d.ff.out", "D", "F"),            \
		NORM(b "encoder.layer.%d.output.LayerNorm", "block%d.ff.norm")

const struct hf_tensor hf_layout_encoders_tensors_bert[] = {
	BERT_EMBEDDING("bert.", "D"),
	BERT_LAYERS("bert."),
	HEAD("bert.pooler.dense", "pooler", "D", "D"),
	HEAD("classifier", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- DistilBERT (Sanh et al. 2019) */

/* Its norms have eps 1e-12, which is not in config.json; sinusoidal positions are a table in the
 * file too. */
const struct hf_key hf_layout_encoders_keys_distilbert[] = {
	NEVER_ENCODER,
	{ "activation", HF_ACT, "activation", "gelu" },
	{ "architectures", HF_CLASS, "DistilBertForSequenceClassification DistilBertModel", NULL },
	{ "attention_dropout", HF_PLAIN, "0.0", NULL },
	{ "dim", HF_OPTION, "width", NULL },
	{ "dropout", HF_OPTION, "dropout", "0.1" },
	{ "hidden_dim", HF_OPTION, "ff", NULL },
	{ "hidden_size", HF_ALIAS, "width", NULL },
	{ "id2label", HF_LABELS, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "label2id", HF_LABEL_IDS, NULL, NULL },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "n_heads", HF_OPTION, "heads", NULL },
	{ "n_layers", HF_OPTION, "layers", NULL },
	{ "num_attention_heads", HF_ALIAS, "heads", NULL },
	{ "num_hidden_layers", HF_ALIAS, "layers", NULL },
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

const struct hf_tensor hf_layout_encoders_tensors_distilbert[] = {
	{ "distilbert.embeddings.word_embeddings.weight", "embed.token", "VD", 0, NULL },
	{ "distilbert.embeddings.position_embeddings.weight", "embed.position", "PD", 0, NULL },
	NORM("distilbert.embeddings.LayerNorm", "embed.norm"),
	QKV("distilbert.transformer.layer.%d.attention.q_lin",
	    "distilbert.transformer.layer.%d.attention.k_lin",
	    "distilbert.transformer.layer.%d.attention.v_lin", "block%d"),
	LINEAR("distilbert.transformer.layer.%d.attention.out_lin", "block%d.attention.out", "D",
	       "D"),
	NORM("distilbert.transformer.layer.%d.sa_layer_norm", "block%d.attention.norm"),
	LINEAR("distilbert.transformer.layer.%d.ffn.lin1", "block%d.ff.in", "F", "D"),
	LINEAR("distilbert.transformer.layer.%d.ffn.lin2", "block%d.ff.out", "D", "F"),
	NORM("distilbert.transformer.layer.%d.output_layer_norm", "block%d.ff.norm"),
	HEAD("pre_classifier", "pooler", "D", "D"),
	HEAD("classifier", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- RoBERTa (Liu et al. 2019) */

/* Positions count from the id of padding plus 1. */
#define ROBERTA_TENSORS                                           \
	BERT_EMBEDDING("roberta.", "D"), BERT_LAYERS("roberta."), \
		HEAD("classifier.dense", "pooler", "D", "D"),     \
		HEAD("classifier.out_proj", "logits", "C", "D"),  \
	{                                                         \
		0                                                 \
	}

#define ROBERTA_KEYS(classes)                                                   \
	NEVER_ENCODER, { "architectures", HF_CLASS, classes, NULL },            \
		{ "attention_probs_dropout_prob", HF_PLAIN, "0.0", NULL },      \
		{ "bos_token_id", HF_PLAIN, "0", NULL },                        \
		{ "classifier_dropout", HF_PLAIN, "null", NULL },               \
		{ "eos_token_id", HF_PLAIN, "2", NULL },                        \
		{ "hidden_act", HF_ACT, "activation", "gelu" },                 \
		{ "hidden_dropout_prob", HF_OPTION, "dropout", "0.1" },         \
		{ "hidden_size", HF_OPTION, "width", NULL },                    \
		{ "id2label", HF_LABELS, NULL, NULL },                          \
		{ "initializer_range", HF_PLAIN, "0.02", NULL },                \
		{ "intermediate_size", HF_OPTION, "ff", NULL },                 \
		{ "label2id", HF_LABEL_IDS, NULL, NULL },                       \
		{ "layer_norm_eps", HF_OPTION, "eps", "1e-12" },                \
		{ "max_position_embeddings", HF_PLACES, "positions", NULL },    \
		{ "model_type", HF_TYPE, NULL, NULL },                          \
		{ "num_attention_heads", HF_OPTION, "heads", NULL },            \
		{ "num_hidden_layers", HF_OPTION, "layers", NULL },             \
		{ "pad_token_id", HF_FIRST, "first-position", "1" },            \
		{ "position_embedding_type", HF_ONLY, "[\"absolute\"]", NULL }, \
		{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },               \
		{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },       \
		{ "type_vocab_size", HF_OPTION, "types", "2" },                 \
		{ "use_cache", HF_PLAIN, "true", NULL },                        \
	{                                                                       \
		"vocab_size", HF_VOCAB, NULL, NULL                              \
	}

const struct hf_key hf_layout_encoders_keys_roberta[] = {
	ROBERTA_KEYS("RobertaForSequenceClassification RobertaModel"),
	{ 0 },
};

const struct hf_tensor hf_layout_encoders_tensors_roberta[] = { ROBERTA_TENSORS };

/* ---------------------------------------------------------------- XLM-R (Conneau et al. 2020) */

const struct hf_key hf_layout_encoders_keys_xlm_roberta[] = {
	ROBERTA_KEYS("XLMRobertaForSequenceClassification XLMRobertaModel"),
	{ 0 },
};

const struct hf_tensor hf_layout_encoders_tensors_xlm_roberta[] = { ROBERTA_TENSORS };

/* ---------------------------------------------------------------- CamemBERT (Martin et al. 2020)
 */

const struct hf_key hf_layout_encoders_keys_camembert[] = {
	ROBERTA_KEYS("CamembertForSequenceClassification CamembertModel"),
	{ 0 },
};

const struct hf_tensor hf_layout_encoders_tensors_camembert[] = { ROBERTA_TENSORS };

/* ---------------------------------------------------------------- ELECTRA (Clark et al. 2020) */

const struct hf_key hf_layout_encoders_keys_electra[] = {
	NEVER_ENCODER,
	{ "architectures", HF_CLASS, "ElectraForSequenceClassification ElectraModel", NULL },
	{ "attention_probs_dropout_prob", HF_PLAIN, "0.0", NULL },
	{ "classifier_dropout", HF_PLAIN, "null", NULL },
	{ "embedding_size", HF_EMBED, "embed", "128" },
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
	{ "summary_activation", HF_PLAIN, "\"gelu\"", NULL },
	{ "summary_last_dropout", HF_PLAIN, "0.1", NULL },
	{ "summary_type", HF_PLAIN, "\"first\"", NULL },
	{ "summary_use_proj", HF_PLAIN, "true", NULL },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "type_vocab_size", HF_OPTION, "types", "2" },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_encoders_tensors_electra[] = {
	BERT_EMBEDDING("electra.", "E"),
	{ "electra.embeddings_project.weight", "embed.map.weight", "DE", HF_TURNED, "embed!=0" },
	{ "electra.embeddings_project.bias", "embed.map.bias", "D", 0, "embed!=0" },
	BERT_LAYERS("electra."),
	HEAD("classifier.dense", "pooler", "D", "D"),
	HEAD("classifier.out_proj", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- ALBERT (Lan et al. 2020) */

const struct hf_key hf_layout_encoders_keys_albert[] = {
	NEVER_ENCODER,
	{ "architectures", HF_CLASS, "AlbertForSequenceClassification AlbertModel", NULL },
	{ "attention_probs_dropout_prob", HF_PLAIN, "0.0", NULL },
	{ "classifier_dropout_prob", HF_PLAIN, "0.1", NULL },
	{ "down_scale_factor", HF_PLAIN, "1", NULL },
	{ "embedding_size", HF_OPTION, "embed", "128" },
	{ "gap_size", HF_NEVER, "[null, 0]", NULL },
	{ "hidden_act", HF_ACT, "activation", "gelu_new" },
	{ "hidden_dropout_prob", HF_OPTION, "dropout", "0" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "id2label", HF_LABELS, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "inner_group_num", HF_ONLY, "[1]", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "label2id", HF_LABEL_IDS, NULL, NULL },
	{ "layer_norm_eps", HF_OPTION, "eps", "1e-12" },
	{ "max_position_embeddings", HF_OPTION, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "net_structure_type", HF_NEVER, "[null, 0]", NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_groups", HF_ONLY, "[1]", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "num_memory_blocks", HF_NEVER, "[null, 0]", NULL },
	{ "pad_token_id", HF_PLAIN, "0", NULL },
	{ "position_embedding_type", HF_ONLY, "[\"absolute\"]", NULL },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "type_vocab_size", HF_OPTION, "types", "2" },
	{ "use_cache", HF_PLAIN, "true", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

/* All blocks have the parameters of one. */
#define ALBERT "albert.encoder.albert_layer_groups.0.albert_layers.0."
const struct hf_tensor hf_layout_encoders_tensors_albert[] = {
	BERT_EMBEDDING("albert.", "E"),
	LINEAR("albert.encoder.embedding_hidden_mapping_in", "embed.map", "D", "E"),
	QKV(ALBERT "attention.query", ALBERT "attention.key", ALBERT "attention.value", "block1"),
	LINEAR(ALBERT "attention.dense", "block1.attention.out", "D", "D"),
	NORM(ALBERT "attention.LayerNorm", "block1.attention.norm"),
	LINEAR(ALBERT "ffn", "block1.ff.in", "F", "D"),
	LINEAR(ALBERT "ffn_output", "block1.ff.out", "D", "F"),
	NORM(ALBERT "full_layer_layer_norm", "block1.ff.norm"),
	HEAD("albert.pooler", "pooler", "D", "D"),
	HEAD("classifier", "logits", "C", "D"),
	{ 0 },
};

/* ---------------------------------------------------------------- MPNet (Song et al. 2020) */

/* The published code has 32 buckets and padding 1 whatever is in config.json. */
const struct hf_key hf_layout_encoders_keys_mpnet[] = {
	NEVER_ENCODER,
	{ "architectures", HF_CLASS, "MPNetForSequenceClassification MPNetModel", NULL },
	{ "attention_probs_dropout_prob", HF_PLAIN, "0.0", NULL },
	{ "bos_token_id", HF_PLAIN, "0", NULL },
	{ "eos_token_id", HF_PLAIN, "2", NULL },
	{ "hidden_act", HF_ACT, "activation", "gelu" },
	{ "hidden_dropout_prob", HF_OPTION, "dropout", "0.1" },
	{ "hidden_size", HF_OPTION, "width", NULL },
	{ "id2label", HF_LABELS, NULL, NULL },
	{ "initializer_range", HF_PLAIN, "0.02", NULL },
	{ "intermediate_size", HF_OPTION, "ff", NULL },
	{ "label2id", HF_LABEL_IDS, NULL, NULL },
	{ "layer_norm_eps", HF_OPTION, "eps", "1e-12" },
	{ "max_position_embeddings", HF_PLACES, "positions", NULL },
	{ "model_type", HF_TYPE, NULL, NULL },
	{ "num_attention_heads", HF_OPTION, "heads", NULL },
	{ "num_hidden_layers", HF_OPTION, "layers", NULL },
	{ "pad_token_id", HF_ONLY, "[1]", NULL },
	{ "relative_attention_num_buckets", HF_ONLY, "[32]", NULL },
	{ "torch_dtype", HF_PLAIN, "\"float32\"", NULL },
	{ "transformers_version", HF_PLAIN, "\"4.40.0\"", NULL },
	{ "vocab_size", HF_VOCAB, NULL, NULL },
	{ 0 },
};

const struct hf_tensor hf_layout_encoders_tensors_mpnet[] = {
	{ "mpnet.embeddings.word_embeddings.weight", "embed.token", "VD", 0, NULL },
	{ "mpnet.embeddings.position_embeddings.weight", "embed.position", "PD", 0, NULL },
	NORM("mpnet.embeddings.LayerNorm", "embed.norm"),
	{ "mpnet.encoder.relative_attention_bias.weight", "relative.bias", "RN", 0, NULL },
	QKV("mpnet.encoder.layer.%d.attention.attn.q", "mpnet.encoder.layer.%d.attention.attn.k",
	    "mpnet.encoder.layer.%d.attention.attn.v", "block%d"),
	LINEAR("mpnet.encoder.layer.%d.attention.attn.o", "block%d.attention.out", "D", "D"),
	NORM("mpnet.encoder.layer.%d.attention.LayerNorm", "block%d.attention.norm"),
	LINEAR("mpnet.encoder.layer.%d.intermediate.dense", "block%d.ff.in", "F", "D"),
	LINEAR("mpnet.encoder.layer.%d.output.dense", "block%d.ff.out", "D", "F"),
	NORM("mpnet.encoder.layer.%d.output.LayerNorm", "block%d.ff.norm"),
	HEAD("classifier.dense", "pooler", "D", "D"),
	HEAD("classifier.out_proj", "logits", "C", "D"),
	{ 0 },
};
