"""Perplexities of unigrams, bigrams and trigrams with interpolated Kneser-Ney smoothing, written apart from qklab.

    python3 ngrams.py TEXT [HELD_OUT] [--unit word] [--vocabulary 256]

Every symbol of the held-out text but the first is predicted once. Without HELD_OUT, that is the last tenth of TEXT.
"""
import argparse
import math
import re
from collections import Counter, defaultdict


def encoded(text, unit, vocabulary, held_out=None):
    """Numbers of the symbols of both parts; 0 stands for all that are too rare."""
    # A word is a run of letters, digits, apostrophes and all that is not ASCII, or another sign by itself.
    own, other = (re.findall(r"[A-Za-z0-9'\u0080-\U0010ffff]+|\S", part) if unit == "word" else list(part)
                  for part in (text, held_out or ""))
    ranked = sorted(Counter(own + other).items(), key=lambda pair: (-pair[1], pair[0].encode()))
    others = len(ranked) > vocabulary
    kept = {symbol: i + others for i, (symbol, _) in enumerate(ranked[:vocabulary - others])}
    ids = [kept.get(symbol, 0) for symbol in own + other]
    at = len(own) if held_out is not None else len(own) - len(own) // 10
    return ids[:at], ids[at:], len(kept) + others


def model(training, symbols, order):
    """P(w | h), by the definition: counts of the highest order, continuation counts of the lower ones."""
    grams = {n: Counter(zip(*(training[i:] for i in range(n)), strict=False)) for n in range(1, order + 1)}
    counts = {n: grams[n] if n == order else Counter(gram[1:] for gram in grams[n + 1]) for n in grams}
    followers = {n: defaultdict(list) for n in counts}
    for n, table in counts.items():
        for gram, count in table.items():
            followers[n][gram[:-1]].append(count)
    histogram = {n: Counter(table.values()) for n, table in counts.items()}
    discount = {n: h[1] / (h[1] + 2 * h[2]) if h[1] else 0.5 for n, h in histogram.items()}

    def probability(history, w):
        n = len(history) + 1
        shorter = probability(history[1:], w) if history else 1 / symbols
        after = followers[n].get(history)
        if not after:
            return shorter
        return (max(counts[n][(*history, w)] - discount[n], 0) + discount[n] * len(after) * shorter) / sum(after)

    return probability


def perplexities(training, held_out, symbols):
    models = [model(training, symbols, order) for order in (1, 2, 3)]
    losses = [0.0, 0.0, 0.0]
    for i in range(1, len(held_out)):
        for known in range(3):
            history = tuple(held_out[max(0, i - known):i])
            losses[known] -= math.log(models[len(history)](history, held_out[i]))
    return [math.exp(loss / (len(held_out) - 1)) for loss in losses]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("held_out", nargs="?")
    parser.add_argument("--unit", default="character", choices=["character", "word"])
    parser.add_argument("--vocabulary", type=int, default=64)
    given = parser.parse_args()
    texts = [open(path, encoding="utf-8", newline="").read() for path in (given.text, given.held_out) if path]
    parts = encoded(texts[0], given.unit, given.vocabulary, *texts[1:])
    for name, value in zip(("unigram", "bigram", "trigram"), perplexities(*parts), strict=True):
        print(f"{name} {value:.6g}")
