#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's five workloads in PyTorch, written for speed on a CPU.

    peer.py W1|W2|W3|W4|W5 [--cached] [--threads N] [--samples N] [--check N]

It is a server, so that a driver can let it and another program work in turn: one line of JSON when it is
warm, then for every line "go SECONDS" on standard input it trains that long (at least one step) and
answers {"samples": n, "seconds": s}; "quit" or the end of input ends it. --check N trains N steps instead
and prints the loss. Exit status 3: PyTorch, or the BLAS that it needs here, is not installed.

Random data of the right shapes, gathered by index from memory; a frozen teacher under no_grad; optimizers
of the plain-loop kind; gradients set to None; soft cross-entropy for the Kullback-Leibler divergence, which
has the same gradient and fewer passes; channels_last for W5. --cached asks the teacher once, before the
clock runs: its answers and, where layers are compared, its hidden states and maps; for W4 the 32 likeliest
words and what all others have together.

OpenBLAS must be the OpenMP build. The pthread build's threads and PyTorch's own spin against each other
for the same cores, and the figures would be two to four times too low: then a comparison is worth nothing.
"""
import argparse
import glob
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("workload", choices=["W1", "W2", "W3", "W4", "W5"])
parser.add_argument("--cached", action="store_true")
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--samples", type=int, default=0, help="rows of the data set")
parser.add_argument("--check", type=int, default=0, metavar="STEPS")
args = parser.parse_args()


def fail(text):
    print("peer.py: " + text, file=sys.stderr)
    sys.exit(3)


def blas_mapped():
    """Which BLAS the process has: the folder and the name of every such library in its address space."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as f:
        paths = {line.split()[-1] for line in f if "blas" in line}
    return sorted("/".join(p.split("/")[-2:]) for p in paths)


# The loader reads its path at the start of a process, so restart once with it set.
if "RETORT_PEER" not in os.environ:
    folder = glob.glob("/usr/lib/*/openblas-openmp")
    if not folder:
        fail("no OpenMP build of OpenBLAS: apt-get install libopenblas0-openmp")
    os.environ.update(RETORT_PEER="1", LD_LIBRARY_PATH=folder[0], OMP_NUM_THREADS=str(args.threads))
    os.execv(sys.executable, [sys.executable] + sys.argv)

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as why:
    fail("no PyTorch: apt-get install python3-torch (%s)" % why)

torch.set_num_threads(args.threads)
torch.manual_seed(1)
LIKELIEST = 32


# Networks. Each gives (logits, hidden states or feature maps, attention maps).

class Mlp(nn.Module):
    def __init__(self, *widths):
        super().__init__()
        layers = []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Linear(a, b), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x), [], []


class Block(nn.Module):
    """Attention and two linear layers, each after a layer norm and around a residual connection."""

    def __init__(self, width, heads, wide):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, wide), nn.Linear(wide, width)

    def forward(self, x, mask):
        rows, length, width = x.shape
        each = width // self.heads
        qkv = self.into(self.norm1(x)).view(rows, length, 3, self.heads, each).permute(2, 0, 3, 1, 4)
        score = torch.matmul(qkv[0] * each ** -0.5, qkv[1].transpose(2, 3))
        if mask is not None:
            score += mask
        weight = F.softmax(score, -1)
        seen = torch.matmul(weight, qkv[2]).transpose(1, 2).reshape(rows, length, width)
        x = x + self.out(seen)
        return x + self.down(F.gelu(self.up(self.norm2(x)))), weight


class Transformer(nn.Module):
    """With classes an encoder with mean pooling, otherwise a decoder with logits tied to the embedding."""

    def __init__(self, words, length, blocks, width, heads, wide, classes=0):
        super().__init__()
        self.word = nn.Embedding(words, width)
        self.place = nn.Parameter(0.02 * torch.randn(length, width))
        nn.init.normal_(self.word.weight, std=0.02)
        self.blocks = nn.ModuleList(Block(width, heads, wide) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes) if classes else None
        self.mask = None if classes else torch.full((length, length), float("-inf")).triu(1)

    def forward(self, ids):
        x, hidden, weights = self.word(ids) + self.place, [], []
        for block in self.blocks:
            x, weight = block(x, self.mask)
            hidden.append(x)
            weights.append(weight)
        x = self.norm(x)
        if self.head is None:
            return F.linear(x, self.word.weight), hidden, weights
        return self.head(x.mean(1)), hidden, weights


class Cnn(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in ((1, a), (a, b), (b, c)))
        self.head = nn.Linear(49 * c, 10)

    def forward(self, x):
        maps = []
        for i, conv in enumerate(self.convs):
            x = F.relu(conv(F.max_pool2d(x, 2) if i else x), inplace=True)
            maps.append(x)
        return self.head(x.flatten(1)), maps, []


# Losses.

def soft(student, teacher, temperature):
    """Cross-entropy with the teacher's probabilities: the divergence plus the teacher's entropy."""
    target = F.softmax(teacher / temperature, -1)
    return -temperature ** 2 / len(student) * (target * F.log_softmax(student / temperature, -1)).sum()


def soft_likeliest(student, words, target, temperature):
    """The same over the largest logits, with one more class for all others."""
    log_p = F.log_softmax(student / temperature, -1).gather(1, words)
    rest = torch.log1p(-log_p.exp().sum(1, keepdim=True).clamp(max=1 - 1e-6))
    return -temperature ** 2 / len(student) * (target * torch.cat([log_p, rest], 1)).sum()


def attended(feature_map):
    """Attention map of a layer: squares summed over channels, scaled to norm one per image."""
    return F.normalize(feature_map.square().sum(1).flatten(1))


# Workloads: data, networks, cached teacher outputs, and the loss. A row of `data` is gathered for
# each step and passed to loss(); teacher outputs follow it, cached or computed in the step.

class Workload:
    batch, rows, temperature, weight = 128, 8192, 4.0, 0.9

    def said(self, inputs):
        """Teacher outputs that the losses need, as a list of tensors by row."""
        return [self.teacher(inputs)[0]]

    def hinton(self, logits, teacher, y):
        return (self.weight * soft(logits, teacher, self.temperature)
                + (1 - self.weight) * F.cross_entropy(logits, y))

    def loss(self, x, y, teacher):
        return self.hinton(self.student(x)[0], teacher, y)

    def trained(self):
        return list(self.student.parameters())

    def momentum(self):
        return torch.optim.SGD(self.trained(), lr=0.01, momentum=0.9, foreach=False)


class W1(Workload):
    def __init__(self, rows):
        self.data = [torch.rand(rows, 784), torch.randint(10, (rows,))]
        self.teacher, self.student = Mlp(784, 1200, 1200, 10), Mlp(784, 800, 800, 10)
        self.optimizer = self.momentum()


class W2(Workload):
    batch, rows = 32, 1797

    def __init__(self, rows):
        self.data = [torch.rand(rows, 64), torch.randint(10, (rows,))]
        self.teacher, self.student = Mlp(64, 256, 256, 10), Mlp(64, 32, 10)
        self.optimizer = torch.optim.Adam(self.trained(), lr=1e-3, foreach=False)


class W3(Workload):
    batch, rows, pairs = 32, 1024, ((0, 2), (1, 5))

    def __init__(self, rows):
        self.data = [torch.randint(8000, (rows, 64)), torch.randint(4, (rows,))]
        self.teacher = Transformer(8000, 64, 6, 256, 4, 1024, 4)
        self.student = Transformer(8000, 64, 2, 128, 4, 512, 4)
        self.bridges = nn.ModuleList(nn.Linear(128, 256) for _ in self.pairs)
        self.optimizer = torch.optim.AdamW(self.trained() + list(self.bridges.parameters()), lr=3e-4, foreach=False)

    def said(self, inputs):
        logits, hidden, weights = self.teacher(inputs)
        return [logits] + [kept[t] for _, t in self.pairs for kept in (hidden, weights)]

    def loss(self, x, y, teacher, *layers):
        logits, hidden, weights = self.student(x)
        loss = self.hinton(logits, teacher, y)
        for i, (s, _) in enumerate(self.pairs):
            loss = loss + F.mse_loss(self.bridges[i](hidden[s]), layers[2 * i])
            loss = loss + F.mse_loss(weights[s], layers[2 * i + 1])
        return loss


class W4(Workload):
    batch, rows, words, length, temperature, weight = 16, 256, 4096, 128, 2.0, 0.5

    def __init__(self, rows):
        text = torch.randint(self.words, (rows, self.length + 1))
        self.data = [text[:, :-1].contiguous(), text[:, 1:].contiguous()]
        self.teacher = Transformer(self.words, self.length, 6, 384, 6, 1536)
        self.student = Transformer(self.words, self.length, 3, 192, 3, 768)
        self.optimizer = torch.optim.AdamW(self.trained(), lr=3e-4, foreach=False)

    def said(self, inputs):
        logits = self.teacher(inputs)[0]
        if not args.cached:
            return [logits]
        best, word = F.softmax(logits / self.temperature, -1).topk(LIKELIEST)
        return [word.short(), torch.cat([best, 1 - best.sum(-1, keepdim=True)], -1)]

    def loss(self, x, y, *teacher):
        logits = self.student(x)[0].view(-1, self.words)
        if args.cached:
            kd = soft_likeliest(logits, teacher[0].view(-1, LIKELIEST).long(),
                                teacher[1].view(-1, LIKELIEST + 1), self.temperature)
        else:
            kd = soft(logits, teacher[0].view(-1, self.words), self.temperature)
        return self.weight * kd + (1 - self.weight) * F.cross_entropy(logits, y.view(-1))


class W5(Workload):
    rows = 4096

    def __init__(self, rows):
        self.data = [torch.rand(rows, 1, 28, 28), torch.randint(10, (rows,))]
        self.teacher, self.student = (Cnn(*c).to(memory_format=torch.channels_last)
                                      for c in ((32, 64, 128), (8, 16, 32)))
        self.optimizer = self.momentum()

    def said(self, inputs):
        logits, maps, _ = self.teacher(inputs.contiguous(memory_format=torch.channels_last))
        return [logits] + [attended(m) for m in maps]

    def loss(self, x, y, teacher, *attention):
        logits, maps, _ = self.student(x.contiguous(memory_format=torch.channels_last))
        loss = self.hinton(logits, teacher, y)
        for own, other in zip(maps, attention):
            loss = loss + 250 * F.mse_loss(attended(own), other)
        return loss


class Run:
    """A running workload: an endless order of rows, and a step."""

    def __init__(self, kind):
        self.work = work = kind(args.samples or kind.rows)
        work.teacher.eval().requires_grad_(False)
        self.data = work.data
        if args.cached:
            with torch.no_grad():
                parts = [work.said(x) for x in work.data[0].split(work.batch)]
            self.data = work.data + [torch.cat(column) for column in zip(*parts)]
        self.order, self.at = torch.randperm(len(self.data[0])), 0

    def step(self):
        work = self.work
        if self.at + work.batch > len(self.order):
            self.order, self.at = torch.randperm(len(self.order)), 0
        rows = self.order[self.at:self.at + work.batch]
        self.at += work.batch
        row = [column.index_select(0, rows) for column in self.data]
        if not args.cached:
            with torch.no_grad():
                row += work.said(row[0])
        loss = work.loss(*row)
        work.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        work.optimizer.step()
        return loss

    def go(self, seconds):
        start, steps = time.perf_counter(), 0
        while steps == 0 or time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        return {"samples": steps * self.work.batch, "seconds": time.perf_counter() - start}


def age():
    """Seconds since the process was started."""
    with open("/proc/self/stat", encoding="ascii") as f:
        ticks = int(f.read().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def main():
    if not any("openblas-openmp" in name for name in blas_mapped()):
        fail("PyTorch came with %s, not with openblas-openmp" % (blas_mapped() or "a BLAS of its own"))
    run = Run(globals()[args.workload])
    if args.check:
        for i in range(args.check):
            loss = float(run.step())
            if i % max(1, args.check // 10) == 0 or i == args.check - 1:
                print("%6d %.6f" % (i + 1, loss))
        return
    run.step()
    first = age()
    run.go(0.2)
    print(json.dumps({
        "peer": "PyTorch " + torch.__version__, "workload": args.workload, "cached": args.cached,
        "threads": torch.get_num_threads(), "batch": run.work.batch,
        "parameters": sum(p.numel() for g in run.work.optimizer.param_groups for p in g["params"]),
        "first_step": round(first, 2), "blas": " ".join(blas_mapped())}), flush=True)
    for line in sys.stdin:
        word = line.split()
        if word[:1] == ["go"] and len(word) == 2:
            print(json.dumps(run.go(float(word[1]))), flush=True)
        elif word == ["quit"]:
            break
        else:
            print(json.dumps({"error": "go SECONDS, or quit"}), flush=True)


main()
