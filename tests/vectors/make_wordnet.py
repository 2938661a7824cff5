#!/usr/bin/env python3
"""Write wordnet/{index,data}.{noun,verb,adj,adv}: a small dictionary of our own in the format of wndb(5).

The synsets were made up for tests; none is taken from WordNet.
"""
import os

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wordnet")
HEAD = "  1 A dictionary of a few words, made for tests in the format of wndb(5).  \n"

# part, letter: synsets by key: words of the data file; lemmas: word: (tagsense_cnt, keys by frequency)
PARTS = {
    "noun": ("n", {"film": ["movie", "film", "motion_picture", "flick"], "inch": ["inch", "in"], "group": ["WHO", "World_Health_Organization"],
                   "alike": ["like", "likes_of"], "layer": ["film", "coating"], "meal": ["meal", "repast"]},
             {"movie": (3, ["film"]), "film": (5, ["film", "layer"]), "flick": (0, ["film"]), "motion_picture": (1, ["film"]),
              "in": (0, ["inch"]), "who": (0, ["group"]), "like": (0, ["alike"]), "coating": (2, ["layer"]), "meal": (4, ["meal"])}),
    "verb": ("v", {"buy": ["buy", "purchase", "A-buy", "buy2"], "like": ["like", "enjoy"], "show": ["film", "shoot"]},
             {"buy": (2, ["buy"]), "purchase": (1, ["buy"]), "like": (3, ["like"]), "enjoy": (4, ["like"]), "film": (1, ["show"])}),
    "adj": ("a", {"good": ["good", "fine(p)", "superb"], "bad": ["bad", "awful(a)"]},
            {"good": (9, ["good"]), "superb": (1, ["good"]), "bad": (5, ["bad"]), "awful": (0, ["bad"])}),
    "adv": ("r", {"fast": ["quickly", "fast", "apace"]}, {"quickly": (2, ["fast"]), "fast": (0, ["fast"])}),
}

os.makedirs(HERE, exist_ok=True)
for part, (letter, synsets, lemmas) in PARTS.items():
    at, data = {}, HEAD
    for key, words in synsets.items():
        at[key] = len(data)
        data += "%08d 03 %s %02x %s000 | %s  \n" % (at[key], letter, len(words), "".join(w + " 0 " for w in words), "made for tests")
    index = HEAD
    for word in sorted(lemmas):
        met, keys = lemmas[word]
        index += "%s %s %d 1 @ %d %d %s  \n" % (word, letter, len(keys), len(keys), met, " ".join("%08d" % at[k] for k in keys))
    for kind, text in (("index", index), ("data", data)):
        with open(os.path.join(HERE, "%s.%s" % (kind, part)), "w") as f:
            f.write(text)
