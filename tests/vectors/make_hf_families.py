#!/usr/bin/python3
"""More families of published models, and their logits.

    make_hf_families.py           write hf-families/<name>/{config.json,model.safetensors,vectors.json}
    make_hf_families.py --check   read the files, compute again, compare within 1e-11

Needs Debian's python3-torch (written with 1.13.1) and make_hf.py. The computations follow the published
model code of the transformers library, read and not run. The models: RoBERTa, XLM-R and CamemBERT (positions from the id of padding + 1), ELECTRA, ALBERT (one block for
all layers), MPNet (a bias for the distance of query and key), GPT-NeoX, OPT, Llama with biases and every scaling of rotary positions, Mistral, Qwen2, Qwen3,
Gemma with either activation, Phi-3 with longrope for short and for long rows. Weights are random, drawn in float64 and stored as float32; answers are computed in float64
from the stored numbers.

vectors.json: input_ids [B][T], attention_mask [B][T], logits [B,labels] or [B,T,vocab].
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math
import pathlib
import sys

import torch

sys.dont_write_bytecode = True
from common import Draw, differences, read_safetensors, tensor_json, write_json, write_safetensors
from make_hf import Weights, bert_layer, gelu, gelu_new, heads, layer_norm, linear, rms_norm, silu

HERE = pathlib.Path(__file__).resolve().parent / "hf-families"


# ---------------------------------------------------------------- encoders

def embed(c, w, v, e, first):
    """Words, positions and the first token type; `first` None: positions from 0."""
    ids, mask = v["input_ids"], v["attention_mask"]
    place = torch.arange(ids.shape[1]) if first is None else torch.cumsum(mask, 1) * mask + first - 1
    x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][place]
    x = x + w[e + "token_type_embeddings.weight"][0]
    return layer_norm(x, w, e + "LayerNorm", c["layer_norm_eps"])


def roberta(c, w, v):
    x = embed(c, w, v, "roberta.embeddings.", c["pad_token_id"] + 1)
    for i in range(c["num_hidden_layers"]):
        x, _ = bert_layer(x, w, f"roberta.encoder.layer.{i}", c, v["attention_mask"])
    return linear(torch.tanh(linear(x[:, 0], w, "classifier.dense")), w, "classifier.out_proj")


def electra(c, w, v):
    x = embed(c, w, v, "electra.embeddings.", None)
    if c["embedding_size"] != c["hidden_size"]:
        x = linear(x, w, "electra.embeddings_project")
    for i in range(c["num_hidden_layers"]):
        x, _ = bert_layer(x, w, f"electra.encoder.layer.{i}", c, v["attention_mask"])
    return linear(gelu(linear(x[:, 0], w, "classifier.dense")), w, "classifier.out_proj")


def albert(c, w, v):
    x = linear(embed(c, w, v, "albert.embeddings.", None), w, "albert.encoder.embedding_hidden_mapping_in")
    p, eps = "albert.encoder.albert_layer_groups.0.albert_layers.0.", c["layer_norm_eps"]
    for _ in range(c["num_hidden_layers"]):
        q, k, u = (heads(linear(x, w, p + "attention." + s), c["num_attention_heads"])
                   for s in ("query", "key", "value"))
        y = attend(q, k, u, v["attention_mask"][:, None, None, :].bool())
        x = layer_norm(x + linear(y, w, p + "attention.dense"), w, p + "attention.LayerNorm", eps)
        y = linear(gelu_new(linear(x, w, p + "ffn")), w, p + "ffn_output")
        x = layer_norm(x + y, w, p + "full_layer_layer_norm", eps)
    return linear(torch.tanh(linear(x[:, 0], w, "albert.pooler")), w, "classifier")


def bucket(distance):
    """The bucket of a key at this distance from its query: 16 for keys up to the query, 16 for those after it."""
    n, half = abs(distance), 16 if distance > 0 else 0
    if n < 8:
        return half + n
    return half + min(15, 8 + sum(n * n >= 64 * 2 ** t for t in range(1, 8)))


def mpnet(c, w, v):
    mask, e, eps = v["attention_mask"], "mpnet.embeddings.", c["layer_norm_eps"]
    place, length, n = torch.cumsum(mask, 1) * mask + 1, mask.shape[1], c["num_attention_heads"]
    x = w[e + "word_embeddings.weight"][v["input_ids"]] + w[e + "position_embeddings.weight"][place]
    x = layer_norm(x, w, e + "LayerNorm", eps)
    buckets = torch.tensor([[bucket(key - query) for key in range(length)] for query in range(length)])
    bias = w["mpnet.encoder.relative_attention_bias.weight"][buckets].permute(2, 0, 1)[None]
    for i in range(c["num_hidden_layers"]):
        p = f"mpnet.encoder.layer.{i}."
        q, k, u = (heads(linear(x, w, f"{p}attention.attn.{s}"), n) for s in "qkv")
        y = attend(q, k, u, mask[:, None, None, :].bool(), bias)
        x = layer_norm(x + linear(y, w, p + "attention.attn.o"), w, p + "attention.LayerNorm", eps)
        y = linear(gelu(linear(x, w, p + "intermediate.dense")), w, p + "output.dense")
        x = layer_norm(x + y, w, p + "output.LayerNorm", eps)
    return linear(torch.tanh(linear(x[:, 0], w, "classifier.dense")), w, "classifier.out_proj")


# ---------------------------------------------------------------- decoders

def attend(q, k, v, seen, bias=0):
    group = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    p = torch.softmax((q @ k.transpose(2, 3) / math.sqrt(q.shape[3]) + bias).masked_fill(~seen, -math.inf), -1)
    return (p @ v).transpose(1, 2).flatten(2)


def causal(v, window=None):
    """[B,1,T,T]: a query sees itself, tokens before it, and with a window only the last of them."""
    mask = v["attention_mask"]
    t = torch.arange(mask.shape[1])
    seen = t[None, :] <= t[:, None]
    if window:
        seen = seen & (t[None, :] > t[:, None] - window)
    return seen[None, None] & (mask[:, None, None, :].bool() | torch.eye(len(t)).bool())


def frequencies(c, dim, length):
    """Angles for one position, and the factor of cosines and sines."""
    base, s = c["rope_theta"], c.get("rope_scaling") or {}
    kind, even = s.get("rope_type", s.get("type", "default")), torch.arange(0, dim, 2, dtype=torch.float64)
    if kind == "dynamic":
        most = c["max_position_embeddings"]
        base = base * (s["factor"] * max(length, most) / most - (s["factor"] - 1)) ** (dim / (dim - 2))
    plain = 1 / base ** (even / dim)
    if kind == "linear":
        return plain / s["factor"], 1
    if kind == "llama3":
        wave, old = 2 * math.pi / plain, s["original_max_position_embeddings"]
        low, high = s["low_freq_factor"], s["high_freq_factor"]
        smooth = (old / wave - low) / (high - low)
        mixed = (1 - smooth) * plain / s["factor"] + smooth * plain
        return torch.where(wave > old / low, plain / s["factor"], torch.where(wave < old / high, plain, mixed)), 1
    if kind == "yarn":
        old = s.get("original_max_position_embeddings") or c["max_position_embeddings"]
        pair = lambda turns: dim * math.log(old / (turns * 2 * math.pi)) / (2 * math.log(base))
        low = max(math.floor(pair(s.get("beta_fast") or 32)), 0)
        high = min(math.ceil(pair(s.get("beta_slow") or 1)), dim - 1)
        high += 0.001 if low == high else 0
        ramp = torch.clamp((torch.arange(dim // 2, dtype=torch.float64) - low) / (high - low), 0, 1)
        gain = s.get("attention_factor") or 0.1 * math.log(s["factor"]) + 1
        return plain / s["factor"] * ramp + plain * (1 - ramp), gain
    if kind in ("longrope", "su"):
        old = c.get("original_max_position_embeddings") or s["original_max_position_embeddings"]
        divisors = torch.tensor(s["long_factor" if length > old else "short_factor"], dtype=torch.float32).double()
        factor = s.get("factor") or c["max_position_embeddings"] / old
        usual = math.sqrt(1 + math.log(factor) / math.log(old)) if factor > 1 else 1
        return plain / divisors, s.get("attention_factor") or usual
    return plain, 1


def rotate(c, x, dim):
    """The first `dim` numbers of a head, paired i and i + dim/2."""
    t, half = x.shape[2], dim // 2
    turn, gain = frequencies(c, dim, t)
    angle = torch.arange(t, dtype=torch.float64)[:, None] * turn
    a, b, cos, sin = x[..., :half], x[..., half:dim], gain * angle.cos(), gain * angle.sin()
    return torch.cat([a * cos - b * sin, b * cos + a * sin, x[..., dim:]], -1)


def llama(c, w, v):
    """Llama, Mistral, Qwen2, Qwen3, Gemma and Phi-3, which differ in what their configuration says."""
    kind, eps = c["model_type"], c["rms_norm_eps"]
    n, m = c["num_attention_heads"], c.get("num_key_value_heads") or c["num_attention_heads"]
    d = c.get("head_dim") or c["hidden_size"] // n
    part = int(d * c.get("partial_rotary_factor", 1))
    norm = (lambda x, g: rms_norm(x, 1 + g, eps)) if kind == "gemma" else (lambda x, g: rms_norm(x, g, eps))
    act = silu
    if kind == "gemma":  # version 5 has hidden_act alone, earlier ones ignore it
        act = gelu if c.get("transformers_version", "4") >= "5" and c["hidden_act"] == "gelu" else gelu_new
    x = w["model.embed_tokens.weight"][v["input_ids"]]
    x = x * torch.tensor(c["hidden_size"] ** 0.5, dtype=torch.float32).double() if kind == "gemma" else x
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        y = norm(x, w[p + "input_layernorm.weight"])
        if kind == "phi3":
            q, k, u = linear(y, w, p + "self_attn.qkv_proj").split([n * d, m * d, m * d], -1)
        else:
            q, k, u = (linear(y, w, f"{p}self_attn.{s}_proj") for s in "qkv")
        q, k, u = heads(q, n), heads(k, m), heads(u, m)
        if kind == "qwen3":
            q = rms_norm(q, w[p + "self_attn.q_norm.weight"], eps)
            k = rms_norm(k, w[p + "self_attn.k_norm.weight"], eps)
        slides = c.get("sliding_window")
        if kind in ("qwen2", "qwen3") and not (c["use_sliding_window"] and i >= c["max_window_layers"]):
            slides = None
        y = attend(rotate(c, q, part), rotate(c, k, part), u, causal(v, slides))
        x = x + linear(y, w, p + "self_attn.o_proj")
        y = norm(x, w[p + "post_attention_layernorm.weight"])
        if kind == "phi3":
            gate, up = linear(y, w, p + "mlp.gate_up_proj").chunk(2, -1)
        else:
            gate, up = linear(y, w, p + "mlp.gate_proj"), linear(y, w, p + "mlp.up_proj")
        x = x + linear(act(gate) * up, w, p + "mlp.down_proj")
    x = norm(x, w["model.norm.weight"])
    return x @ w[("model.embed_tokens" if c["tie_word_embeddings"] else "lm_head") + ".weight"].T


def gpt_neox(c, w, v):
    n, eps = c["num_attention_heads"], c["layer_norm_eps"]
    d = c["hidden_size"] // n
    rope = {**c, "rope_theta": c["rotary_emb_base"]}
    x = w["gpt_neox.embed_in.weight"][v["input_ids"]]
    for i in range(c["num_hidden_layers"]):
        p = f"gpt_neox.layers.{i}."
        y = linear(layer_norm(x, w, p + "input_layernorm", eps), w, p + "attention.query_key_value")
        q, k, u = y.reshape(*y.shape[:2], n, 3 * d).transpose(1, 2).split(d, -1)
        part = int(d * c["rotary_pct"])
        a = linear(attend(rotate(rope, q, part), rotate(rope, k, part), u, causal(v)), w, p + "attention.dense")
        y = x if c["use_parallel_residual"] else x + a
        y = linear(layer_norm(y, w, p + "post_attention_layernorm", eps), w, p + "mlp.dense_h_to_4h")
        x = x + a + linear(gelu(y), w, p + "mlp.dense_4h_to_h")
    return layer_norm(x, w, "gpt_neox.final_layer_norm", eps) @ w["embed_out.weight"].T


def opt(c, w, v):
    n, t = c["num_attention_heads"], "model.decoder."
    mask = v["attention_mask"]
    place = torch.cumsum(mask, 1) * mask - 1 + 2
    x = w[t + "embed_tokens.weight"][v["input_ids"]] + w[t + "embed_positions.weight"][place]
    for i in range(c["num_hidden_layers"]):
        p = f"{t}layers.{i}."
        y = layer_norm(x, w, p + "self_attn_layer_norm", 1e-5)
        q, k, u = (heads(linear(y, w, f"{p}self_attn.{s}_proj"), n) for s in "qkv")
        x = x + linear(attend(q, k, u, causal(v)), w, p + "self_attn.out_proj")
        y = layer_norm(x, w, p + "final_layer_norm", 1e-5)
        x = x + linear(torch.relu(linear(y, w, p + "fc1")), w, p + "fc2")
    return layer_norm(x, w, t + "final_layer_norm", 1e-5) @ w[t + "embed_tokens.weight"].T


# ---------------------------------------------------------------- their weights

def bert_embeddings(s, c, e, d):
    s.embedding(e + "word_embeddings", c["vocab_size"], d)
    s.embedding(e + "position_embeddings", c["max_position_embeddings"], d)
    s.embedding(e + "token_type_embeddings", c["type_vocab_size"], d)
    s.norm(e + "LayerNorm", d)


def bert_layers(s, c, b):
    d = c["hidden_size"]
    for i in range(c["num_hidden_layers"]):
        p = f"{b}encoder.layer.{i}."
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            s.linear(p + "attention." + part, d, d)
        s.norm(p + "attention.output.LayerNorm", d)
        s.linear(p + "intermediate.dense", d, c["intermediate_size"])
        s.linear(p + "output.dense", c["intermediate_size"], d)
        s.norm(p + "output.LayerNorm", d)


def roberta_weights(c, seed):
    s, d = Weights(seed), c["hidden_size"]
    b = "electra." if c["model_type"] == "electra" else "roberta."
    bert_embeddings(s, c, b + "embeddings.", c.get("embedding_size", d))
    if c.get("embedding_size", d) != d:
        s.linear("electra.embeddings_project", c["embedding_size"], d)
    bert_layers(s, c, b)
    s.linear("classifier.dense", d, d)
    s.linear("classifier.out_proj", d, len(c["id2label"]))
    return s


def albert_weights(c, seed):
    s, d, p = Weights(seed), c["hidden_size"], "albert.encoder.albert_layer_groups.0.albert_layers.0."
    bert_embeddings(s, c, "albert.embeddings.", c["embedding_size"])
    s.linear("albert.encoder.embedding_hidden_mapping_in", c["embedding_size"], d)
    for part in ("query", "key", "value", "dense"):
        s.linear(p + "attention." + part, d, d)
    s.norm(p + "attention.LayerNorm", d)
    s.linear(p + "ffn", d, c["intermediate_size"])
    s.linear(p + "ffn_output", c["intermediate_size"], d)
    s.norm(p + "full_layer_layer_norm", d)
    s.linear("albert.pooler", d, d)
    s.linear("classifier", d, len(c["id2label"]))
    return s


def mpnet_weights(c, seed):
    s, d = Weights(seed), c["hidden_size"]
    s.embedding("mpnet.embeddings.word_embeddings", c["vocab_size"], d)
    s.embedding("mpnet.embeddings.position_embeddings", c["max_position_embeddings"], d)
    s.norm("mpnet.embeddings.LayerNorm", d)
    s.embedding("mpnet.encoder.relative_attention_bias", 32, c["num_attention_heads"])
    for i in range(c["num_hidden_layers"]):
        p = f"mpnet.encoder.layer.{i}."
        for part in "qkvo":
            s.linear(p + "attention.attn." + part, d, d)
        s.norm(p + "attention.LayerNorm", d)
        s.linear(p + "intermediate.dense", d, c["intermediate_size"])
        s.linear(p + "output.dense", c["intermediate_size"], d)
        s.norm(p + "output.LayerNorm", d)
    s.linear("classifier.dense", d, d)
    s.linear("classifier.out_proj", d, len(c["id2label"]))
    return s


def llama_weights(c, seed):
    s, width, kind, f = Weights(seed), c["hidden_size"], c["model_type"], c["intermediate_size"]
    n, m = c["num_attention_heads"], c.get("num_key_value_heads") or c["num_attention_heads"]
    d, all_bias, ff_bias = c.get("head_dim") or width // n, c.get("attention_bias", False), c.get("mlp_bias", False)
    s.embedding("model.embed_tokens", c["vocab_size"], width)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        s.norm(p + "input_layernorm", width, bias=False)
        if kind == "phi3":
            s.linear(p + "self_attn.qkv_proj", width, (n + 2 * m) * d, bias=False)
            s.linear(p + "mlp.gate_up_proj", width, 2 * f, bias=False)
        else:
            for part, out in (("q", n * d), ("k", m * d), ("v", m * d)):
                s.linear(f"{p}self_attn.{part}_proj", width, out, bias=all_bias or kind == "qwen2")
            s.linear(p + "mlp.gate_proj", width, f, bias=ff_bias)
            s.linear(p + "mlp.up_proj", width, f, bias=ff_bias)
        if kind == "qwen3":
            s.norm(p + "self_attn.q_norm", d, bias=False)
            s.norm(p + "self_attn.k_norm", d, bias=False)
        s.linear(p + "self_attn.o_proj", n * d, width, bias=all_bias)
        s.norm(p + "post_attention_layernorm", width, bias=False)
        s.linear(p + "mlp.down_proj", f, width, bias=ff_bias)
    s.norm("model.norm", width, bias=False)
    if not c["tie_word_embeddings"]:
        s.linear("lm_head", width, c["vocab_size"], bias=False)
    return s


def gpt_neox_weights(c, seed):
    s, d, f = Weights(seed), c["hidden_size"], c["intermediate_size"]
    s.embedding("gpt_neox.embed_in", c["vocab_size"], d)
    for i in range(c["num_hidden_layers"]):
        p = f"gpt_neox.layers.{i}."
        s.norm(p + "input_layernorm", d)
        s.norm(p + "post_attention_layernorm", d)
        s.linear(p + "attention.query_key_value", d, 3 * d)
        s.linear(p + "attention.dense", d, d)
        s.linear(p + "mlp.dense_h_to_4h", d, f)
        s.linear(p + "mlp.dense_4h_to_h", f, d)
    s.norm("gpt_neox.final_layer_norm", d)
    s.linear("embed_out", d, c["vocab_size"], bias=False)
    return s


def opt_weights(c, seed):
    s, d, t = Weights(seed), c["hidden_size"], "model.decoder."
    s.embedding(t + "embed_tokens", c["vocab_size"], d)
    s.embedding(t + "embed_positions", c["max_position_embeddings"] + 2, d)
    for i in range(c["num_hidden_layers"]):
        p = f"{t}layers.{i}."
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            s.linear(p + "self_attn." + part, d, d)
        s.norm(p + "self_attn_layer_norm", d)
        s.linear(p + "fc1", d, c["ffn_dim"])
        s.linear(p + "fc2", c["ffn_dim"], d)
        s.norm(p + "final_layer_norm", d)
    s.norm(t + "final_layer_norm", d)
    return s


# ---------------------------------------------------------------- the files

NAMES = {"id2label": {"0": "no", "1": "maybe", "2": "yes"}, "label2id": {"no": 0, "maybe": 1, "yes": 2}}
ROBERTA = {"architectures": ["RobertaForSequenceClassification"], "model_type": "roberta", "hidden_act": "gelu",
           "hidden_size": 12, "intermediate_size": 20, "num_attention_heads": 3, "num_hidden_layers": 2,
           "layer_norm_eps": 1e-05, "max_position_embeddings": 14, "pad_token_id": 1, "type_vocab_size": 1,
           "vocab_size": 30, **NAMES}
ELECTRA = {**ROBERTA, "architectures": ["ElectraForSequenceClassification"], "model_type": "electra",
           "embedding_size": 8, "pad_token_id": 0, "type_vocab_size": 2, "layer_norm_eps": 1e-12}
ALBERT = {**ELECTRA, "architectures": ["AlbertForSequenceClassification"], "model_type": "albert",
          "hidden_act": "gelu_new", "num_hidden_layers": 3}
MPNET = {**ROBERTA, "architectures": ["MPNetForSequenceClassification"], "model_type": "mpnet",
         "max_position_embeddings": 150, "relative_attention_num_buckets": 32}
del MPNET["type_vocab_size"]
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 16,
         "intermediate_size": 20, "max_position_embeddings": 32, "num_attention_heads": 2, "num_hidden_layers": 2,
         "num_key_value_heads": 1, "rms_norm_eps": 1e-05, "rope_theta": 100.0, "tie_word_embeddings": False,
         "vocab_size": 24}
NEOX = {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "hidden_act": "gelu", "hidden_size": 16,
        "intermediate_size": 24, "layer_norm_eps": 1e-05, "max_position_embeddings": 32, "num_attention_heads": 2,
        "num_hidden_layers": 2, "rotary_emb_base": 100, "rotary_pct": 0.5, "use_parallel_residual": True,
        "vocab_size": 24}
OPT = {"_remove_final_layer_norm": False, "activation_function": "relu", "architectures": ["OPTForCausalLM"],
       "do_layer_norm_before": True, "ffn_dim": 24, "hidden_size": 12, "max_position_embeddings": 16,
       "model_type": "opt", "num_attention_heads": 3, "num_hidden_layers": 2, "pad_token_id": 1, "vocab_size": 24,
       "word_embed_proj_dim": 12}


def like(kind, name, **more):
    return {**LLAMA, "model_type": kind, "architectures": [name + "ForCausalLM"], **more}


def scaled(**scaling):
    return like("llama", "Llama", rope_scaling=scaling)


WINDOW = {"sliding_window": 3, "use_sliding_window": True, "max_window_layers": 1}
LONG = like("phi3", "Phi3", partial_rotary_factor=0.75, pad_token_id=0,
            rope_scaling={"type": "longrope", "short_factor": [1.05, 1.2, 1.9], "long_factor": [1.3, 2.6, 7.7]})
MODELS = {
    "roberta": (ROBERTA, roberta_weights, roberta),
    "xlm-roberta": ({**ROBERTA, "model_type": "xlm-roberta", "architectures": ["XLMRobertaForSequenceClassification"],
                     "pad_token_id": 2}, roberta_weights, roberta),
    "camembert": ({**ROBERTA, "model_type": "camembert", "architectures": ["CamembertForSequenceClassification"]},
                  roberta_weights, roberta),
    "electra": (ELECTRA, roberta_weights, electra),
    "electra-even": ({**ELECTRA, "embedding_size": 12}, roberta_weights, electra),
    "albert": (ALBERT, albert_weights, albert),
    "gpt_neox": (NEOX, gpt_neox_weights, gpt_neox),
    "gpt_neox-serial": ({**NEOX, "use_parallel_residual": False, "rotary_pct": 1.0}, gpt_neox_weights, gpt_neox),
    "opt": (OPT, opt_weights, opt),
    "llama-biases": (like("llama", "Llama", attention_bias=True, mlp_bias=True, head_dim=6), llama_weights, llama),
    "llama-linear": (scaled(type="linear", factor=2.5), llama_weights, llama),
    "llama-dynamic": ({**scaled(rope_type="dynamic", factor=2.0), "max_position_embeddings": 6}, llama_weights, llama),
    "llama-llama3": (scaled(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                            original_max_position_embeddings=16), llama_weights, llama),
    "llama-yarn": (scaled(rope_type="yarn", factor=4.0, original_max_position_embeddings=24, beta_fast=4.0),
                   llama_weights, llama),
    "mistral": (like("mistral", "Mistral", sliding_window=4), llama_weights, llama),
    "qwen2": (like("qwen2", "Qwen2", **WINDOW), llama_weights, llama),
    "qwen3": (like("qwen3", "Qwen3", head_dim=10, attention_bias=False, use_sliding_window=False,
                   sliding_window=None, max_window_layers=2), llama_weights, llama),
    "gemma": (like("gemma", "Gemma", head_dim=12, tie_word_embeddings=True, hidden_act="gelu",
                   hidden_activation=None), llama_weights, llama),
    "phi3": (like("phi3", "Phi3", partial_rotary_factor=0.5, sliding_window=5, pad_token_id=0), llama_weights, llama),
    "mpnet": (MPNET, mpnet_weights, mpnet),
    "phi3-short": ({**LONG, "original_max_position_embeddings": 9}, llama_weights, llama),
    "phi3-long": ({**LONG, "original_max_position_embeddings": 8}, llama_weights, llama),
    "llama-longrope": ({**scaled(rope_type="longrope", factor=3.0, original_max_position_embeddings=30,
                                 short_factor=[1.0, 1.1, 1.3, 2.0], long_factor=[1.0, 1.5, 2.7, 4.1]),
                        "original_max_position_embeddings": 7}, llama_weights, llama),
    "gemma-exact": (like("gemma", "Gemma", head_dim=12, tie_word_embeddings=True, hidden_act="gelu",
                         transformers_version="5.0.0"), llama_weights, llama),
}


def inputs(c, seed):
    lengths = [140, 21] if c["model_type"] == "mpnet" else [9, 5]  # to the farthest bucket
    draw = Draw(seed + 1000)
    mask = torch.tensor([[1] * n + [0] * (max(lengths) - n) for n in lengths])
    ids = draw.ids(len(lengths), max(lengths), below=c["vocab_size"], start=3)
    return {"input_ids": ids * mask + (1 - mask) * c.get("pad_token_id", 0), "attention_mask": mask}


def computed(name, stored):
    config, _, model = MODELS[name]
    v = inputs(config, list(MODELS).index(name))
    w = {k: t.double() for k, t in stored.items()}
    return {**{k: t.tolist() for k, t in v.items()}, "logits": tensor_json(model(config, w, v))}


def main():
    wrong = []
    for name, (config, weights, _) in MODELS.items():
        if "--check" in sys.argv:
            stored = read_safetensors(HERE / name / "model.safetensors")
            old = json.loads((HERE / name / "vectors.json").read_text())
            wrong += [f"{name}: {d}" for d in differences(old, json.loads(json.dumps(computed(name, stored))), 1e-11)]
            continue
        stored = weights(config, 40 + list(MODELS).index(name)).stored(torch.float32)
        (HERE / name).mkdir(parents=True, exist_ok=True)
        write_safetensors(HERE / name / "model.safetensors", stored)
        (HERE / name / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
        write_json(HERE / name / "vectors.json", computed(name, stored))
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
