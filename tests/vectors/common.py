"""What the scripts of this folder share: numbers that every machine draws alike, and files.

A tensor in the JSON files is {"shape": [..], "data": [..]}, row-major, on one line. Numbers have
as many digits as float64 needs to be read back to the bit, unless a script says otherwise.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math
import random
import struct

import torch

torch.set_num_threads(1)


class Draw:
    """Normal numbers from Python's generator, which is the same in every version of torch."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def normal(self, *shape, spread=1.0, mean=0.0, digits=None):
        n = math.prod(shape)
        x = [self.rng.gauss(mean, spread) for _ in range(n)]
        if digits is not None:
            x = [round(v, digits) for v in x]
        return torch.tensor(x, dtype=torch.float64).reshape(shape)

    def order(self, n):
        return self.rng.sample(range(n), n)

    def ids(self, *shape, below, start=0):
        x = [self.rng.randrange(start, below) for _ in range(math.prod(shape))]
        return torch.tensor(x, dtype=torch.int64).reshape(shape)


def tensor_json(t, digits=17):
    data = t.detach().reshape(-1).tolist()
    if digits < 17 and t.is_floating_point():
        data = [float(f"%.{digits}g" % v) for v in data]
    return {"shape": list(t.shape), "data": data}


def is_flat(v):
    """A value that is written on one line."""
    if isinstance(v, dict):
        return "data" in v or all(not isinstance(x, (dict, list)) for x in v.values())
    if isinstance(v, list):
        return all(not isinstance(x, dict) for x in v)
    return True


def lines(v, indent=""):
    if is_flat(v):
        return json.dumps(v, separators=(",", ":"))
    deeper = indent + " "
    if isinstance(v, dict):
        items = [deeper + json.dumps(k) + ": " + lines(x, deeper) for k, x in v.items()]
        return "{\n" + ",\n".join(items) + "\n" + indent + "}"
    return "[\n" + ",\n".join(deeper + lines(x, deeper) for x in v) + "\n" + indent + "]"


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines(value) + "\n")


DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def tensor_bytes(t):
    t = t.contiguous().reshape(-1)
    if t.dtype == torch.bfloat16:  # numpy has no such type: go through the bits
        t = t.view(torch.int16)
    return t.numpy().astype(t.numpy().dtype.newbyteorder("<")).tobytes()


def write_safetensors(path, tensors):
    """The format of huggingface.co/docs/safetensors: length, JSON header, bytes.

    As the published writer does it: the header is padded with spaces to a multiple of 8, wide types
    come first, so that everything is aligned, then names decide.
    """
    header, blob = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(tensors, key=lambda k: (-tensors[k].element_size(), k)):
        t = tensors[name]
        data = tensor_bytes(t)
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape),
                        "data_offsets": [len(blob), len(blob) + len(data)]}
        blob += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + blob)


def read_safetensors(path):
    raw = path.read_bytes()
    (n,) = struct.unpack("<Q", raw[:8])
    header, blob = json.loads(raw[8:8 + n]), raw[8 + n:]
    header.pop("__metadata__", None)
    kinds = {v: k for k, v in DTYPES.items()}
    tensors = {}
    for name, h in header.items():
        begin, end = h["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(blob[begin:end]), dtype=kinds[h["dtype"]]).reshape(h["shape"])
    return tensors


def differences(old, new, tolerance, where=""):
    """Where two JSON values differ by more than `tolerance` of the larger number."""
    if isinstance(new, dict) and isinstance(old, dict) and old.keys() == new.keys():
        return [d for k in new for d in differences(old[k], new[k], tolerance, f"{where}.{k}")]
    if isinstance(new, list) and isinstance(old, list) and len(old) == len(new):
        return [d for i in range(len(new)) for d in differences(old[i], new[i], tolerance, f"{where}[{i}]")]
    if isinstance(new, float) and isinstance(old, float):
        return [] if abs(old - new) <= tolerance * max(1, abs(old)) else [f"{where}: {old} is now {new}"]
    return [] if old == new else [f"{where}: {str(old)[:60]} is now {str(new)[:60]}"]
