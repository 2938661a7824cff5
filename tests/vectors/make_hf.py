#!/usr/bin/python3
"""Tiny models in the layouts that are published on the Hugging Face hub, and what they answer.

    make_hf.py           write hf/<name>/{config.json,model.safetensors,vectors.json}
    make_hf.py --check   read the files, compute again, compare within 1e-11; then compare the
                         blocks with torch's own modules

Needs Debian's python3-torch. The files are committed: the tests of Retort need no Python.

The models are written here from the papers and from the tensor names and config keys that the
published files have: BERT (Devlin et al. 2018), DistilBERT (Sanh et al. 2019), GPT-2 (Radford et
al. 2019), Llama (Touvron et al. 2023) with grouped queries (Ainslie et al. 2023) and rotary
positions (Su et al. 2021). Weights are random, drawn in float64 and rounded to the type they are
stored in; every answer is computed in float64 from the stored numbers.

    bert         BertForSequenceClassification; has the int64 buffer bert.embeddings.position_ids
                 that older files carry: to be ignored
    distilbert   DistilBertForSequenceClassification
    gpt2         GPT2LMHeadModel, names with "transformer.", weights of Conv1D [in, out], tied head
    gpt2-bare    the same numbers under the names of the first published file: no "transformer.", and
                 buffers h.N.attn.bias (the causal mask, [1,1,n,n]) and h.N.attn.masked_bias: to be ignored
    gpt2-f16     float16 weights, gpt2-bf16  bfloat16 weights
    llama        LlamaForCausalLM, 4 heads on 2 key-value heads, own lm_head, rope_theta not the usual
    llama-tied   4 heads on 1 key-value head, tie_word_embeddings: no lm_head.weight in the file
    torch-mlp    what torch.save of a Sequential(Linear, GELU, Linear, Tanh, Linear) would name and
                 order: "0.weight" [out, in]; has no model_type

vectors.json:

    input_ids        [B][T]; attention_mask [B][T], 1 for a token, 0 for padding (at the right)
    token_type_ids   [B][T] (bert only)
    hidden_states    tensors [B,T,hidden]: 0 after the embedding (BERT and DistilBERT: after its norm;
                     GPT-2: wte + wpe; Llama: the rows of embed_tokens), k after block k, residual
                     included, before any final norm (what the
                     transformers library calls the last hidden state of gpt2 and llama is final_norm)
    final_norm       [B,T,hidden] after ln_f or model.norm (gpt2, llama)
    pooled           [B,hidden] after the pooler's tanh (bert) or pre_classifier's ReLU (distilbert)
    attention        {"layer": 0-based, "probabilities": [B,heads,T,T]}, a row for each query
    logits           [B,labels] or [B,T,vocab]
    x, layers        torch-mlp only: [B,in] and the output of each of its five modules; logits is the last

Keys under the mask have probability 0. Queries under the mask are computed like any other (they see
the tokens that are not masked), so padded positions have values here too; a reader that leaves them
out compares only where attention_mask is 1. Positions count from 0 at the left.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math
import pathlib
import sys

import torch

sys.dont_write_bytecode = True  # the folder goes into the release
from common import Draw, differences, read_safetensors, tensor_json, write_json, write_safetensors

HERE = pathlib.Path(__file__).resolve().parent / "hf"


# ---------------------------------------------------------------- what the models are made of

def layer_norm(x, w, name, eps):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + eps) * w[name + ".weight"] + w[name + ".bias"]


def rms_norm(x, gain, eps):
    return x / torch.sqrt((x ** 2).mean(-1, keepdim=True) + eps) * gain


def linear(x, w, name):
    """[out, in], as torch's Linear has it."""
    y = x @ w[name + ".weight"].T
    return y + w[name + ".bias"] if name + ".bias" in w else y


def conv1d(x, w, name):
    """[in, out], as GPT-2's files have it."""
    return x @ w[name + ".weight"] + w[name + ".bias"]


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def silu(x):
    return x / (1 + torch.exp(-x))


def heads(x, n):
    """[B,T,n*d] to [B,n,T,d]."""
    b, t, d = x.shape
    return x.reshape(b, t, n, d // n).transpose(1, 2)


def attend(q, k, v, mask, causal):
    """[B,H,T,d] each; k and v may have fewer heads. Returns [B,T,H*d] and probabilities."""
    group = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    score = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
    seen = mask[:, None, None, :].bool()
    if causal:
        t = q.shape[2]
        seen = seen & torch.ones(t, t).tril().bool()
    p = torch.softmax(score.masked_fill(~seen, -math.inf), -1)
    y = (p @ v).transpose(1, 2)
    return y.reshape(y.shape[0], y.shape[1], -1), p


def rotate(x, theta):
    """Rotary positions, halves convention: number i is paired with i + d/2."""
    t, half = x.shape[2], x.shape[3] // 2
    frequency = theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(t, dtype=torch.float64)[:, None] * frequency
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


# ---------------------------------------------------------------- the models

def bert_layer(x, w, p, c, mask):
    n, eps = c["num_attention_heads"], c["layer_norm_eps"]
    q, k, v = (heads(linear(x, w, f"{p}.attention.self.{s}"), n) for s in ("query", "key", "value"))
    y, probabilities = attend(q, k, v, mask, False)
    x = layer_norm(x + linear(y, w, p + ".attention.output.dense"), w, p + ".attention.output.LayerNorm", eps)
    y = linear(gelu(linear(x, w, p + ".intermediate.dense")), w, p + ".output.dense")
    return layer_norm(x + y, w, p + ".output.LayerNorm", eps), probabilities


def bert(c, w, v):
    ids, mask = v["input_ids"], v["attention_mask"]
    e = "bert.embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][:ids.shape[1]]
    x = x + w[e + "token_type_embeddings.weight"][v["token_type_ids"]]
    states, kept = [layer_norm(x, w, e + "LayerNorm", c["layer_norm_eps"])], []
    for i in range(c["num_hidden_layers"]):
        x, p = bert_layer(states[-1], w, f"bert.encoder.layer.{i}", c, mask)
        states.append(x)
        kept.append(p)
    pooled = torch.tanh(linear(x[:, 0], w, "bert.pooler.dense"))
    return {"hidden_states": states, "attention": (1, kept[1]), "pooled": pooled,
            "logits": linear(pooled, w, "classifier")}


def distilbert_layer(x, w, p, c, mask):
    q, k, v = (heads(linear(x, w, f"{p}.attention.{s}_lin"), c["n_heads"]) for s in "qkv")
    y, probabilities = attend(q, k, v, mask, False)
    x = layer_norm(x + linear(y, w, p + ".attention.out_lin"), w, p + ".sa_layer_norm", 1e-12)
    y = linear(gelu(linear(x, w, p + ".ffn.lin1")), w, p + ".ffn.lin2")
    return layer_norm(x + y, w, p + ".output_layer_norm", 1e-12), probabilities


def distilbert(c, w, v):
    ids, mask = v["input_ids"], v["attention_mask"]
    e = "distilbert.embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][:ids.shape[1]]
    states, kept = [layer_norm(x, w, e + "LayerNorm", 1e-12)], []
    for i in range(c["n_layers"]):
        x, p = distilbert_layer(states[-1], w, f"distilbert.transformer.layer.{i}", c, mask)
        states.append(x)
        kept.append(p)
    pooled = torch.relu(linear(x[:, 0], w, "pre_classifier"))
    return {"hidden_states": states, "attention": (0, kept[0]), "pooled": pooled,
            "logits": linear(pooled, w, "classifier")}


def gpt2_layer(x, w, p, c, mask):
    y = conv1d(layer_norm(x, w, p + "ln_1", c["layer_norm_epsilon"]), w, p + "attn.c_attn")
    q, k, v = (heads(s, c["n_head"]) for s in y.split(c["n_embd"], -1))
    y, probabilities = attend(q, k, v, mask, True)
    x = x + conv1d(y, w, p + "attn.c_proj")
    y = conv1d(layer_norm(x, w, p + "ln_2", c["layer_norm_epsilon"]), w, p + "mlp.c_fc")
    return x + conv1d(gelu_new(y), w, p + "mlp.c_proj"), probabilities


def gpt2(c, w, v):
    ids, mask = v["input_ids"], v["attention_mask"]
    t = "transformer." if "transformer.wte.weight" in w else ""
    states, kept = [w[t + "wte.weight"][ids] + w[t + "wpe.weight"][:ids.shape[1]]], []
    for i in range(c["n_layer"]):
        x, p = gpt2_layer(states[-1], w, f"{t}h.{i}.", c, mask)
        states.append(x)
        kept.append(p)
    x = layer_norm(x, w, t + "ln_f", c["layer_norm_epsilon"])
    return {"hidden_states": states, "attention": (1, kept[1]), "final_norm": x,
            "logits": x @ w[t + "wte.weight"].T}


def llama_layer(x, w, p, c, mask):
    eps, theta = c["rms_norm_eps"], c["rope_theta"]
    y = rms_norm(x, w[p + "input_layernorm.weight"], eps)
    q = heads(linear(y, w, p + "self_attn.q_proj"), c["num_attention_heads"])
    k, v = (heads(linear(y, w, f"{p}self_attn.{s}_proj"), c["num_key_value_heads"]) for s in "kv")
    y, probabilities = attend(rotate(q, theta), rotate(k, theta), v, mask, True)
    x = x + linear(y, w, p + "self_attn.o_proj")
    y = rms_norm(x, w[p + "post_attention_layernorm.weight"], eps)
    y = silu(linear(y, w, p + "mlp.gate_proj")) * linear(y, w, p + "mlp.up_proj")
    return x + linear(y, w, p + "mlp.down_proj"), probabilities


def llama(c, w, v):
    ids, mask = v["input_ids"], v["attention_mask"]
    states, kept = [w["model.embed_tokens.weight"][ids]], []
    for i in range(c["num_hidden_layers"]):
        x, p = llama_layer(states[-1], w, f"model.layers.{i}.", c, mask)
        states.append(x)
        kept.append(p)
    x = rms_norm(x, w["model.norm.weight"], c["rms_norm_eps"])
    head = "model.embed_tokens" if c["tie_word_embeddings"] else "lm_head"
    return {"hidden_states": states, "attention": (1, kept[1]), "final_norm": x,
            "logits": x @ w[head + ".weight"].T}


def torch_mlp(c, w, v):
    a = linear(v["x"], w, "0")
    b = gelu(a)
    d = linear(b, w, "2")
    e = torch.tanh(d)
    y = linear(e, w, "4")
    return {"layers": [a, b, d, e, y], "logits": y}


# ---------------------------------------------------------------- their weights

class Weights:
    """Fills a dictionary; spreads are such that nothing is flat: attention, gains, biases."""

    def __init__(self, seed):
        self.draw, self.w = Draw(seed), {}

    def embedding(self, name, n, width, spread=0.5):
        self.w[name + ".weight"] = self.draw.normal(n, width, spread=spread)

    def linear(self, name, n_in, n_out, bias=True, spread=1.3):
        self.w[name + ".weight"] = self.draw.normal(n_out, n_in, spread=spread / math.sqrt(n_in))
        if bias:
            self.w[name + ".bias"] = self.draw.normal(n_out, spread=0.1)

    def conv1d(self, name, n_in, n_out):
        self.w[name + ".weight"] = self.draw.normal(n_in, n_out, spread=1.3 / math.sqrt(n_in))
        self.w[name + ".bias"] = self.draw.normal(n_out, spread=0.1)

    def norm(self, name, width, bias=True):
        self.w[name + ".weight"] = self.draw.normal(width, spread=0.25, mean=1)
        if bias:
            self.w[name + ".bias"] = self.draw.normal(width, spread=0.2)

    def stored(self, dtype):
        return {k: v if v.dtype == torch.int64 else v.to(dtype) for k, v in self.w.items()}


BERT = {"architectures": ["BertForSequenceClassification"], "attention_probs_dropout_prob": 0.1,
        "classifier_dropout": None, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 24,
        "id2label": {"0": "negative", "1": "neutral", "2": "positive"}, "initializer_range": 0.02,
        "intermediate_size": 40, "label2id": {"negative": 0, "neutral": 1, "positive": 2},
        "layer_norm_eps": 1e-12, "max_position_embeddings": 16, "model_type": "bert",
        "num_attention_heads": 3, "num_hidden_layers": 2, "pad_token_id": 0,
        "position_embedding_type": "absolute", "torch_dtype": "float32", "transformers_version": "4.40.0",
        "type_vocab_size": 2, "use_cache": True, "vocab_size": 120}

DISTILBERT = {"activation": "gelu", "architectures": ["DistilBertForSequenceClassification"],
              "attention_dropout": 0.1, "dim": 16, "dropout": 0.1, "hidden_dim": 48,
              "id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "initializer_range": 0.02,
              "label2id": {"LABEL_0": 0, "LABEL_1": 1}, "max_position_embeddings": 20,
              "model_type": "distilbert", "n_heads": 4, "n_layers": 2, "pad_token_id": 0, "qa_dropout": 0.1,
              "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": False, "tie_weights_": True,
              "torch_dtype": "float32", "transformers_version": "4.40.0", "vocab_size": 100}

GPT2 = {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
        "bos_token_id": 79, "embd_pdrop": 0.1, "eos_token_id": 79, "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 12, "n_embd": 20, "n_head": 2,
        "n_inner": None, "n_layer": 2, "n_positions": 12, "reorder_and_upcast_attn": False,
        "resid_pdrop": 0.1, "scale_attn_by_inverse_layer_idx": False, "scale_attn_weights": True,
        "summary_activation": None, "summary_first_dropout": 0.1, "summary_proj_to_labels": True,
        "summary_type": "cls_index", "summary_use_proj": True, "torch_dtype": "float32",
        "transformers_version": "4.40.0", "use_cache": True, "vocab_size": 80}

LLAMA = {"architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
         "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 32,
         "initializer_range": 0.02, "intermediate_size": 56, "max_position_embeddings": 64,
         "mlp_bias": False, "model_type": "llama", "num_attention_heads": 4, "num_hidden_layers": 2,
         "num_key_value_heads": 2, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": None,
         "rope_theta": 500.0, "tie_word_embeddings": False, "torch_dtype": "float32",
         "transformers_version": "4.40.0", "use_cache": True, "vocab_size": 96}


def bert_weights(c, seed):
    s, d, e = Weights(seed), c["hidden_size"], "bert.embeddings."
    s.embedding(e + "word_embeddings", c["vocab_size"], d)
    s.embedding(e + "position_embeddings", c["max_position_embeddings"], d)
    s.embedding(e + "token_type_embeddings", c["type_vocab_size"], d)
    s.norm(e + "LayerNorm", d)
    s.w[e + "position_ids"] = torch.arange(c["max_position_embeddings"]).reshape(1, -1)
    for i in range(c["num_hidden_layers"]):
        p = f"bert.encoder.layer.{i}."
        for part in ("query", "key", "value"):
            s.linear(p + "attention.self." + part, d, d)
        s.linear(p + "attention.output.dense", d, d)
        s.norm(p + "attention.output.LayerNorm", d)
        s.linear(p + "intermediate.dense", d, c["intermediate_size"])
        s.linear(p + "output.dense", c["intermediate_size"], d)
        s.norm(p + "output.LayerNorm", d)
    s.linear("bert.pooler.dense", d, d)
    s.linear("classifier", d, len(c["id2label"]))
    return s


def distilbert_weights(c, seed):
    s, d, e = Weights(seed), c["dim"], "distilbert.embeddings."
    s.embedding(e + "word_embeddings", c["vocab_size"], d)
    s.embedding(e + "position_embeddings", c["max_position_embeddings"], d)
    s.norm(e + "LayerNorm", d)
    for i in range(c["n_layers"]):
        p = f"distilbert.transformer.layer.{i}."
        for part in ("q_lin", "k_lin", "v_lin", "out_lin"):
            s.linear(p + "attention." + part, d, d)
        s.norm(p + "sa_layer_norm", d)
        s.linear(p + "ffn.lin1", d, c["hidden_dim"])
        s.linear(p + "ffn.lin2", c["hidden_dim"], d)
        s.norm(p + "output_layer_norm", d)
    s.linear("pre_classifier", d, d)
    s.linear("classifier", d, len(c["id2label"]))
    return s


def gpt2_weights(c, seed):
    s, d, inner = Weights(seed), c["n_embd"], c["n_inner"] or 4 * c["n_embd"]
    s.embedding("transformer.wte", c["vocab_size"], d)
    s.embedding("transformer.wpe", c["n_positions"], d, spread=0.3)
    for i in range(c["n_layer"]):
        p = f"transformer.h.{i}."
        s.norm(p + "ln_1", d)
        s.conv1d(p + "attn.c_attn", d, 3 * d)
        s.conv1d(p + "attn.c_proj", d, d)
        s.norm(p + "ln_2", d)
        s.conv1d(p + "mlp.c_fc", d, inner)
        s.conv1d(p + "mlp.c_proj", inner, d)
    s.norm("transformer.ln_f", d)
    return s


def gpt2_bare_weights(c, seed):
    s, n = gpt2_weights(c, seed), c["n_positions"]
    s.w = {k.removeprefix("transformer."): v for k, v in s.w.items()}
    for i in range(c["n_layer"]):
        s.w[f"h.{i}.attn.bias"] = torch.ones(n, n, dtype=torch.float64).tril().reshape(1, 1, n, n)
        s.w[f"h.{i}.attn.masked_bias"] = torch.tensor(-10000.0, dtype=torch.float64)
    return s


def llama_weights(c, seed):
    s, d = Weights(seed), c["hidden_size"]
    narrow = d // c["num_attention_heads"] * c["num_key_value_heads"]
    s.embedding("model.embed_tokens", c["vocab_size"], d)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        s.norm(p + "input_layernorm", d, bias=False)
        s.linear(p + "self_attn.q_proj", d, d, bias=False)
        s.linear(p + "self_attn.k_proj", d, narrow, bias=False)
        s.linear(p + "self_attn.v_proj", d, narrow, bias=False)
        s.linear(p + "self_attn.o_proj", d, d, bias=False)
        s.norm(p + "post_attention_layernorm", d, bias=False)
        s.linear(p + "mlp.gate_proj", d, c["intermediate_size"], bias=False)
        s.linear(p + "mlp.up_proj", d, c["intermediate_size"], bias=False)
        s.linear(p + "mlp.down_proj", c["intermediate_size"], d, bias=False)
    s.norm("model.norm", d, bias=False)
    if not c["tie_word_embeddings"]:
        s.linear("lm_head", d, c["vocab_size"], bias=False)
    return s


def mlp_weights(c, seed):
    s = Weights(seed)
    s.linear("0", 6, 9)
    s.linear("2", 9, 7)
    s.linear("4", 7, 4)
    return s


# ---------------------------------------------------------------- the files

LLAMA_TIED = {**LLAMA, "num_key_value_heads": 1, "tie_word_embeddings": True, "hidden_size": 16,
              "intermediate_size": 40, "rms_norm_eps": 1e-06, "rope_theta": 10000.0}

# name: (config, weights, model, seed, type, lengths of the rows)
MODELS = {
    "bert": (BERT, bert_weights, bert, 11, torch.float32, [7, 5, 9]),
    "distilbert": (DISTILBERT, distilbert_weights, distilbert, 12, torch.float32, [4, 8, 1]),
    "gpt2": (GPT2, gpt2_weights, gpt2, 13, torch.float32, [8, 5]),
    "gpt2-bare": (GPT2, gpt2_bare_weights, gpt2, 13, torch.float32, [8, 5]),
    "gpt2-f16": ({**GPT2, "torch_dtype": "float16"}, gpt2_weights, gpt2, 14, torch.float16, [8, 5]),
    "gpt2-bf16": ({**GPT2, "torch_dtype": "bfloat16"}, gpt2_weights, gpt2, 15, torch.bfloat16, [8, 5]),
    "llama": (LLAMA, llama_weights, llama, 16, torch.float32, [6, 9]),
    "llama-tied": (LLAMA_TIED, llama_weights, llama, 17, torch.float32, [7, 3]),
    "torch-mlp": ({"torch_dtype": "float32"}, mlp_weights, torch_mlp, 18, torch.float32, []),
}


def inputs(name, c, seed, lengths):
    draw = Draw(seed + 1000)
    if name == "torch-mlp":
        return {"x": draw.normal(5, 6, digits=3)}
    longest = max(lengths)
    mask = torch.tensor([[1] * n + [0] * (longest - n) for n in lengths])
    pad = c.get("pad_token_id")
    ids = draw.ids(len(lengths), longest, below=c["vocab_size"], start=1)
    ids = ids * mask + (1 - mask) * (c["eos_token_id"] if pad is None else pad)
    v = {"input_ids": ids, "attention_mask": mask}
    if name == "bert":  # a second sentence from the third token on
        v["token_type_ids"] = (torch.arange(longest) >= 3).long() * mask
    return v


def answer_json(v, answer):
    out = {k: tensor_json(t) if t.dtype == torch.float64 else t.tolist() for k, t in v.items()}
    for k, t in answer.items():
        if k == "attention":
            out[k] = {"layer": t[0], "probabilities": tensor_json(t[1])}
        else:
            out[k] = [tensor_json(s) for s in t] if isinstance(t, list) else tensor_json(t)
    return out


def computed(name, stored):
    config, _, model, seed, _, lengths = MODELS[name]
    w = {k: t.double() if t.is_floating_point() else t for k, t in stored.items()}
    v = inputs(name, config, seed, lengths)
    return answer_json(v, model(config, w, v))


def write():
    for name, (config, weights, _, seed, dtype, _) in MODELS.items():
        stored = weights(config, seed).stored(dtype)
        write_safetensors(HERE / name / "model.safetensors", stored)
        (HERE / name / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        write_json(HERE / name / "vectors.json", computed(name, stored))


# ---------------------------------------------------------------- checks

def check_block_against_torch():
    """A BERT block is torch's TransformerEncoderLayer with its weights in other places."""
    c = BERT
    w = {k: t.double() for k, t in bert_weights(c, 3).w.items()}
    d, p = c["hidden_size"], "bert.encoder.layer.0."
    m = torch.nn.TransformerEncoderLayer(d, c["num_attention_heads"], c["intermediate_size"], dropout=0,
                                         activation="gelu", layer_norm_eps=1e-12, batch_first=True).double()
    parts = [p + "attention.self." + s for s in ("query", "key", "value")]
    m.load_state_dict({
        "self_attn.in_proj_weight": torch.cat([w[s + ".weight"] for s in parts]),
        "self_attn.in_proj_bias": torch.cat([w[s + ".bias"] for s in parts]),
        **{f"{to}.{s}": w[f"{p}{of}.{s}"] for s in ("weight", "bias") for to, of in (
            ("self_attn.out_proj", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"),
            ("linear1", "intermediate.dense"), ("linear2", "output.dense"), ("norm2", "output.LayerNorm"))}})
    x, mask = Draw(4).normal(2, 6, d), torch.tensor([[1] * 6, [1] * 4 + [0] * 2])
    want = m(x, src_key_padding_mask=~mask.bool())
    got = bert_layer(x, w, p[:-1], c, mask)[0]
    return (got - want)[mask.bool()].abs().max().item()


def check_parts_against_torch():
    x, f = Draw(5).normal(3, 8, spread=2), torch.nn.functional
    gain = Draw(6).normal(8)
    w = {"n.weight": gain, "n.bias": gain * 2}
    pairs = [(gelu(x), f.gelu(x)), (gelu_new(x), f.gelu(x, approximate="tanh")), (silu(x), f.silu(x)),
             (layer_norm(x, w, "n", 1e-5), f.layer_norm(x, (8,), gain, gain * 2, 1e-5))]
    # rotary: what two positions say to each other depends on their distance alone
    q, k = (Draw(s).normal(1, 1, 1, 8).expand(1, 1, 6, 8) for s in (7, 8))
    dots = rotate(q, 100.0) @ rotate(k, 100.0).transpose(2, 3)
    pairs.append((dots[..., :-1, :-1], dots[..., 1:, 1:]))
    # in complex numbers: a turn by t * theta^(-2i/d)
    y = rotate(q, 100.0)[0, 0]
    z = torch.complex(q[0, 0, :, :4], q[0, 0, :, 4:]) * torch.exp(
        1j * torch.arange(6.)[:, None].double() / 100.0 ** (torch.arange(4).double() * 2 / 8))
    pairs.append((y, torch.cat([z.real, z.imag], -1)))
    return max((a - b).abs().max().item() for a, b in pairs)


def check():
    bad = []
    for name in MODELS:
        stored = read_safetensors(HERE / name / "model.safetensors")
        new = json.loads(json.dumps(computed(name, stored)))
        old = json.loads((HERE / name / "vectors.json").read_text())
        bad += [f"{name}{d}" for d in differences(old, new, 1e-11)]
    same = [json.loads((HERE / n / "vectors.json").read_text()) for n in ("gpt2", "gpt2-bare")]
    bad += ["gpt2-bare" + d for d in differences(*same, 0)]
    for f in (check_block_against_torch, check_parts_against_torch):
        if f() > 1e-12:
            bad.append(f"{f.__name__}: {f()}")
    print("\n".join(bad[:20]) or f"{len(MODELS)} models are as written, and as torch has them")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    if sys.argv[1:]:
        sys.exit("usage: make_hf.py [--check]")
    write()
