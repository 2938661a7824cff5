#!/usr/bin/python3
"""Operators of torch on small inputs: values, and gradients by its automatic differentiation.

    make_ops.py           write ops.json
    make_ops.py --check   compute again and compare within 1e-10

Needs Debian's python3-torch. ops.json is committed: the tests of Retort need no Python.

ops.json is {"cases": [case, ..]}; a case is

    op      "layer_norm", "conv2d", ..: below; several cases have the same one
    name    unique; words joined by hyphens
    attr    numbers and true or false
    in      name: tensor; integer tensors are ids or 0/1 masks
    out     name: tensor
    mix     name of an output: tensor of its shape. The loss is the sum of mix * out over these
    grad    name of an input: gradient of the loss with respect to it

Inputs have two digits and are exact; out and grad are rounded to 11 significant ones.

All in float64 (torch's formulas, torch's conventions), in the layouts of Retort: channels last,
weights [in, out]. Where Retort differs from torch, the test has to say so.

    layer_norm    x [N,D], gamma, beta [D]; attr eps; variance divided by D
    rms_norm      x [N,D], gamma [D]; attr eps
    batch_norm    x [N,C] or [N,H,W,C], gamma, beta, running_mean, running_var [C]; attr eps, momentum,
                  training. y is normalised with the variance divided by the count n; the running one moves
                  to (1 - momentum) old + momentum * variance divided by n - 1. Running ones after the step
                  are outputs new_mean and new_var (of training only)
    conv2d        x [N,H,W,C], weight [kh,kw,C/groups,O], bias [O]; attr stride_h, stride_w, pad_h, pad_w,
                  groups; a cross-correlation; output channel o is of group o / (O/groups)
    max_pool, avg_pool   x [N,H,W,C]; attr kernel, stride, pad; avg_pool: count_pad, zeros of the border count
    global_pool   x [N,H,W,C], y [N,C], the mean
    attention     q [B,T,H,D], k and v [B,T,K,D], K divides H: query head h reads head h / (H/K); mask [B,T] of
                  keys; attr causal, theta (not 0: q and k are turned as by rotary); scores / sqrt(D);
                  outputs y [B,T,H,D] and p [B,H,T,T] (probabilities). Padding is at the right, and mix is 0
                  for padded queries
    rotary        x [B,T,H,D]; attr theta; number i is paired with i + D/2, position t turns it by
                  t * theta^(-2i/D)
    swiglu        gate, up [N,D]; y = gate / (1 + exp(-gate)) * up
    gelu          x [N,D]; attr tanh: the approximation with tanh
    embedding     ids [B,T], table [V,D]
    lstm          x [B,T,I], w_in [I,4H], w_state [H,4H], b_in, b_state [4H] (they are added), h0, c0 [B,H];
                  gates stand in the order i, f, g, o; outputs y [B,T,H] and, with attr ends, h, c [B,H]
    cross_entropy z [N,C], label [N]; loss [1], the mean over rows
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math
import pathlib
import sys
import zlib

import torch
from torch.nn import functional as F

sys.dont_write_bytecode = True  # the folder goes into the release
from common import Draw, differences, tensor_json, write_json

PATH = pathlib.Path(__file__).resolve().parent / "ops.json"


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


# ---------------------------------------------------------------- operators: attr, inputs -> outputs

def layer_norm(a, x, gamma, beta):
    return {"y": F.layer_norm(x, x.shape[-1:], gamma, beta, a["eps"])}


def rms_norm(a, x, gamma):
    return {"y": x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + a["eps"]) * gamma}


def batch_norm(a, x, gamma, beta, running_mean, running_var):
    mean, var = running_mean.clone(), running_var.clone()
    last = x.dim() == 4
    y = F.batch_norm(nchw(x) if last else x, mean, var, gamma, beta, a["training"], a["momentum"], a["eps"])
    out = {"y": nhwc(y) if last else y}
    if a["training"]:
        out.update(new_mean=mean, new_var=var)
    return out


def conv2d(a, x, weight, bias):
    y = F.conv2d(nchw(x), weight.permute(3, 2, 0, 1), bias, (a["stride_h"], a["stride_w"]),
                 (a["pad_h"], a["pad_w"]), groups=a["groups"])
    return {"y": nhwc(y)}


def max_pool(a, x):
    return {"y": nhwc(F.max_pool2d(nchw(x), a["kernel"], a["stride"], a["pad"]))}


def avg_pool(a, x):
    return {"y": nhwc(F.avg_pool2d(nchw(x), a["kernel"], a["stride"], a["pad"], count_include_pad=a["count_pad"]))}


def global_pool(a, x):
    return {"y": F.adaptive_avg_pool2d(nchw(x), 1)[:, :, 0, 0]}


def turned(x, theta):
    t, half = x.shape[1], x.shape[3] // 2
    turn = torch.arange(t).double()[:, None] * theta ** (-torch.arange(half).double() / half)
    z = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(turn), turn)[:, None, :]
    return torch.cat([z.real, z.imag], -1)


def attention(a, q, k, v, mask):
    group, t = q.shape[2] // k.shape[2], q.shape[1]
    if a["theta"]:
        q, k = turned(q, a["theta"]), turned(k, a["theta"])
    k, v = (s.repeat_interleave(group, 2) for s in (k, v))
    score = torch.einsum("bthd,bshd->bhts", q, k) / math.sqrt(q.shape[3])
    seen = mask[:, None, None, :].bool().expand_as(score)
    if a["causal"]:
        seen = seen & torch.ones(t, t).tril().bool()
    p = torch.softmax(score.masked_fill(~seen, -math.inf), -1)
    return {"y": torch.einsum("bhts,bshd->bthd", p, v), "p": p}


def rotary(a, x):
    return {"y": turned(x, a["theta"])}


def swiglu(a, gate, up):
    return {"y": F.silu(gate) * up}


def gelu(a, x):
    return {"y": F.gelu(x, approximate="tanh" if a["tanh"] else "none")}


def embedding(a, ids, table):
    return {"y": F.embedding(ids, table)}


def lstm(a, x, w_in, w_state, b_in, b_state, h0, c0):
    y, h, c = torch.lstm(x, (h0[None], c0[None]), (w_in.T, w_state.T, b_in, b_state), True, 1, 0.0, False, False, True)
    return {"y": y, "h": h[0], "c": c[0]} if a["ends"] else {"y": y}


def cross_entropy(a, z, label):
    return {"loss": F.cross_entropy(z, label)[None]}


# ---------------------------------------------------------------- cases

def positive(*shape):
    return ("positive", shape)


def ids(below, *shape):
    return ("ids", below, shape)


def nothing(*shape):
    return ("nothing", shape)


def distinct(*shape):
    """No two numbers alike: the largest of a window is one."""
    return ("distinct", shape)


def mask(*lengths):
    return ("mask", lengths)


def make(kind, draw):
    if kind[0] == "positive":
        return draw.normal(*kind[1], spread=0.4, digits=2).abs() + 0.5
    if kind[0] == "nothing":
        return torch.zeros(*kind[1], dtype=torch.float64)
    if kind[0] == "distinct":
        x = torch.arange(math.prod(kind[1])).double() * 7 / 100 - 2
        return x[draw.order(len(x))].reshape(kind[1])
    if kind[0] == "ids":
        return draw.ids(*kind[2], below=kind[1])
    if kind[0] == "mask":
        return torch.tensor([[int(i < n) for i in range(max(kind[1]))] for n in kind[1]])
    return draw.normal(*kind, digits=2)


def conv(name, x, weight, stride=(1, 1), pad=(0, 0), groups=1):
    attr = {"stride_h": stride[0], "stride_w": stride[1], "pad_h": pad[0], "pad_w": pad[1], "groups": groups}
    return (conv2d, name, attr, {"x": x, "weight": weight, "bias": (weight[3],)})


def norm(name, x, training):
    c = x[-1:]
    return (batch_norm, name, {"eps": 1e-5, "momentum": 0.1, "training": training},
            {"x": x, "gamma": c, "beta": c, "running_mean": c, "running_var": positive(*c)})


def attend(name, lengths, n_q, n_kv, width, causal, theta=0.0):
    b, t = len(lengths), max(lengths)
    kv = (b, t, n_kv, width)
    return (attention, name, {"causal": causal, "theta": theta},
            {"q": (b, t, n_q, width), "k": kv, "v": kv, "mask": mask(*lengths)})


CASES = [
    (layer_norm, "layer-norm", {"eps": 1e-5}, {"x": (4, 7), "gamma": (7,), "beta": (7,)}),
    (layer_norm, "layer-norm-large-eps", {"eps": 0.5}, {"x": (2, 3), "gamma": (3,), "beta": (3,)}),
    (rms_norm, "rms-norm", {"eps": 1e-6}, {"x": (3, 6), "gamma": (6,)}),
    (rms_norm, "rms-norm-large-eps", {"eps": 0.5}, {"x": (2, 3), "gamma": (3,)}),
    norm("batch-norm-rows-training", (6, 3), True),
    norm("batch-norm-rows", (3, 3), False),
    norm("batch-norm-image-training", (2, 2, 3, 3), True),
    norm("batch-norm-image", (2, 2, 2, 2), False),
    conv("conv2d", (2, 3, 3, 2), (3, 3, 2, 3)),
    conv("conv2d-pad", (1, 3, 4, 2), (3, 3, 2, 2), pad=(1, 1)),
    conv("conv2d-stride-pad", (1, 5, 4, 2), (3, 3, 2, 2), stride=(2, 2), pad=(1, 1)),
    conv("conv2d-oblong", (1, 4, 6, 1), (2, 3, 1, 2), stride=(1, 2), pad=(0, 1)),
    conv("conv2d-pointwise-stride", (1, 4, 4, 3), (1, 1, 3, 2), stride=(2, 2)),
    conv("conv2d-groups", (1, 3, 3, 4), (2, 2, 2, 6), groups=2),
    conv("conv2d-depthwise", (1, 3, 4, 3), (3, 3, 1, 3), pad=(1, 1), groups=3),
    conv("conv2d-depthwise-stride-twofold", (1, 5, 4, 2), (3, 3, 1, 4), stride=(2, 2), pad=(1, 1), groups=2),
    (max_pool, "max-pool", {"kernel": 2, "stride": 2, "pad": 0}, {"x": distinct(1, 4, 5, 2)}),
    (max_pool, "max-pool-overlap-pad", {"kernel": 3, "stride": 2, "pad": 1}, {"x": distinct(1, 5, 4, 2)}),
    (avg_pool, "avg-pool", {"kernel": 2, "stride": 2, "pad": 0, "count_pad": False}, {"x": (1, 4, 5, 2)}),
    (avg_pool, "avg-pool-overlap-pad", {"kernel": 3, "stride": 2, "pad": 1, "count_pad": False}, {"x": (1, 4, 5, 2)}),
    (avg_pool, "avg-pool-border-counts", {"kernel": 3, "stride": 2, "pad": 1, "count_pad": True}, {"x": (1, 4, 5, 2)}),
    (global_pool, "global-pool", {}, {"x": (2, 2, 2, 2)}),
    attend("attention", (3,), 2, 2, 3, False),
    attend("attention-padding", (3, 2), 2, 2, 2, False),
    attend("attention-causal", (4,), 2, 2, 3, True),
    attend("attention-causal-padding-grouped", (2, 4), 4, 2, 2, True),
    attend("attention-rotary", (2, 4), 2, 1, 4, True, 50.0),
    (rotary, "rotary", {"theta": 100.0}, {"x": (1, 4, 2, 6)}),
    (swiglu, "swiglu", {}, {"gate": (3, 5), "up": (3, 5)}),
    (gelu, "gelu", {"tanh": False}, {"x": (4, 5)}),
    (gelu, "gelu-tanh", {"tanh": True}, {"x": (4, 5)}),
    (embedding, "embedding", {}, {"ids": ids(5, 2, 4), "table": (6, 3)}),
    (lstm, "lstm", {"ends": True}, {"x": (2, 3, 3), "w_in": (3, 8), "w_state": (2, 8), "b_in": (8,), "b_state": (8,),
                        "h0": (2, 2), "c0": (2, 2)}),
    (lstm, "lstm-from-nothing", {"ends": False},
     {"x": (2, 3, 2), "w_in": (2, 8), "w_state": (2, 8), "b_in": (8,), "b_state": (8,), "h0": nothing(2, 2),
      "c0": nothing(2, 2)}),
    (cross_entropy, "cross-entropy", {}, {"z": (4, 5), "label": ids(5, 4)}),
]
GIVEN = ("running_mean", "running_var")  # inputs that nothing is differentiated by
KEPT = ("new_mean", "new_var", "p")      # outputs that are not in the loss


def case_json(f, name, attr, shapes):
    draw = Draw(zlib.crc32(name.encode()))  # a new case moves no other
    x = {k: make(s, draw) for k, s in shapes.items()}
    wanted = [k for k, t in x.items() if t.is_floating_point() and k not in GIVEN]
    for k in wanted:
        x[k].requires_grad_()
    out = f(attr, **x)
    mix = {k: draw.normal(*t.shape, digits=2) for k, t in out.items() if k not in KEPT}
    if "mask" in x:
        mix["y"] = mix["y"] * x["mask"][:, :, None, None]
    loss = sum((mix[k] * out[k]).sum() for k in mix)
    grads = torch.autograd.grad(loss, [x[k] for k in wanted])
    return {"op": f.__name__, "name": name, "attr": attr,
            "in": {k: tensor_json(t) for k, t in x.items()}, "out": {k: tensor_json(t, 11) for k, t in out.items()},
            "mix": {k: tensor_json(t) for k, t in mix.items()},
            "grad": {k: tensor_json(t, 11) for k, t in zip(wanted, grads)}}


def main(words):
    if words not in ([], ["--check"]):
        return "usage: make_ops.py [--check]"
    new = {"cases": [case_json(*c) for c in CASES]}
    if not words:
        write_json(PATH, new)
        return 0
    bad = differences(json.loads(PATH.read_text()), new, 1e-10)
    print("\n".join(bad[:20]) or f"{len(CASES)} cases are as written")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
