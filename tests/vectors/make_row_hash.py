#!/usr/bin/env python3
"""Print the hashes of rows that tests/unit/test_row_hash.c expects, by the definition in src/data/row_hash.c."""
import hashlib, struct
M = (1 << 64) - 1
FACTOR = 0x9FB21C651E98DF25
MISSING = 0x7FF8000000000000

def mix(x):
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & M
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & M
    return x ^ x >> 31

def finish(a, b):
    return mix((mix(a) + b * FACTOR) & M) or 1

def digest(*parts):
    return struct.unpack("<8I", hashlib.sha256(b"\0".join(p.encode() for p in parts)).digest())

def number(name, x):
    k = digest("column", name, "")
    bits = MISSING if x is None else struct.unpack("<Q", struct.pack("<d", x))[0]
    low, high = bits & 0xFFFFFFFF, bits >> 32
    add = lambda u, v: ((low + u) & 0xFFFFFFFF) * ((high + v) & 0xFFFFFFFF)
    return add(k[0], k[1]), add(k[2], k[3])

def word(name, w):
    k = digest("word", name, w)
    return k[1] << 32 | k[0], k[3] << 32 | k[2]

def row(*cells):
    return finish(sum(c[0] for c in cells) & M, sum(c[1] for c in cells) & M)

def text(folded):
    b = folded.encode()
    size, h = len(b), 0x7465787473
    b += bytes(8 - size % 8)
    for x in (size,) + struct.unpack(f"<{len(b) // 8}Q", b):
        h = ((h ^ x) * FACTOR) & M
        h ^= h >> 32
    return finish(h, size)

print(f"{row(number('a', 1.5), word('hue', 'red')):#x}")
print(f"{row(number('a', None), word('hue', 'blue')):#x}")
print(f"{text('hello world'):#x}")
