#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden ids of published tokenizers, for tests/unit/test_vocabs.c, by short encoders written apart from Retort's.

make_tokenizers.py DIR prints the table of that test. DIR holds what tests/vectors/README says how to fetch. Needs
python3-regex. Each encoder is the plainest that can be written: merges are sought again after every merge, and the
longest piece is sought from the longest down.
"""
import json
import sys
import unicodedata

import regex

TEXTS = ["Hello, how are you?", "I'm SURE they'LL'VE said it's 12345 times.", "  two  spaces\n\nand\tlines  ",
         "床前明月光，疑是地上霜。", "naïve café ÀÉ e\u0301x", "🌙 #hash ^_^ $5.00 ½ ﬁ"]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
IDEOGRAPHS = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]


def letters():
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in kept}
    for n, b in enumerate(b for b in range(256) if b not in kept):
        table[b] = chr(256 + n)
    return table


def merge(ranks, word):
    word = list(word)
    while len(word) > 1:
        best = min(range(len(word) - 1), key=lambda i: ranks.get((word[i], word[i + 1]), 1e18))
        if (word[best], word[best + 1]) not in ranks:
            break
        word[best:best + 2] = [word[best] + word[best + 1]]
    return word


def bpe(text, pattern, ranks, vocab):
    table = letters()
    words = regex.findall(pattern, text)
    return [vocab[p] for w in words for p in merge(ranks, "".join(table[b] for b in w.encode()))]


def gpt2(where):
    vocab = json.load(open(where + "/gpt2/encoder.json"))
    lines = open(where + "/gpt2/vocab.bpe", encoding="utf-8").read().split("\n")[1:-1]
    ranks = {tuple(line.split()): i for i, line in enumerate(lines)}
    return lambda text: bpe(text, GPT2, ranks, vocab)


def qwen3(where):
    j = json.load(open(where + "/qwen3/tokenizer.json"))
    ranks = {tuple(m): i for i, m in enumerate(j["model"]["merges"])}
    pattern = j["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    return lambda text: bpe(unicodedata.normalize("NFC", text), pattern, ranks, j["model"]["vocab"])


def is_sign(c):
    return (c.isascii() and c.isprintable() and not c.isalnum() and c != " ") or unicodedata.category(c)[0] == "P"


def bert(where):
    ids = {t: i for i, t in enumerate(json.load(open(where + "/bert/vocab.json")))}

    def words(text):
        for c in text:
            if c in "\t\n\r" or unicodedata.category(c) == "Zs":
                yield " "
            elif unicodedata.category(c)[0] == "C" or c == "\ufffd":
                continue
            elif any(a <= ord(c) <= b for a, b in IDEOGRAPHS):
                yield " " + c + " "
            else:
                for d in unicodedata.normalize("NFD", c):
                    if unicodedata.category(d) != "Mn":
                        yield " " + d.lower() + " " if is_sign(d) else d.lower()

    def cut(word):
        out, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                piece = ("" if at else "\u2581") + word[at:end]
                if piece in ids:
                    break
            else:
                return [ids["[UNK]"]]
            out.append(ids[piece])
            at = end
        return out

    return lambda text: [i for w in "".join(words(text)).split() for i in cut(w)]


def use_lite(where):
    pieces = json.load(open(where + "/use-lite/vocab.json"))
    score = {p: (s or 0.0, i) for i, (p, s) in enumerate(pieces) if i > 5}
    longest = max(map(len, score))

    def encode(text):
        s = "\u2581" + unicodedata.normalize("NFKC", text).replace(" ", "\u2581")
        best = [(0.0, [])] + [None] * len(s)
        for end in range(1, len(s) + 1):
            for at in range(max(0, end - longest), end):
                known = score.get(s[at:end])
                if known and best[at] and (best[end] is None or best[at][0] + known[0] > best[end][0]):
                    best[end] = (best[at][0] + known[0], best[at][1] + [known[1]])
            if best[end] is None and best[end - 1]:
                before = best[end - 1]
                best[end] = (before[0] - 1000, before[1] + [0] * (before[1][-1:] != [0]))
        return best[-1][1]

    return encode


for name, make in ("GPT2", gpt2), ("QWEN3", qwen3), ("BERT", bert), ("USE_LITE", use_lite):
    encode = make(sys.argv[1])
    print("\t[%s] = {" % name)
    for text in TEXTS:
        print('\t\t"%s",' % " ".join(map(str, encode(text))))
    print("\t},")
