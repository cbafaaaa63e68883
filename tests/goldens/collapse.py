#!/usr/bin/env python3
"""Writes collapse.json: measures of collapse for random tokens, straight from their definitions.

Usage: collapse.py > collapse.json      (needs NumPy)

Tokens and matrices come from a linear congruential generator that tests/measure/collapse.cpp repeats, so the
file holds settings and measures only. `deep` follows pure attention in 400 digits, far below the rounding of
doubles.
"""
import json
from decimal import Decimal, getcontext

import numpy as np


class Generator:
    """state' = (1103515245 state + 12345) mod 2^31; numbers in [-1, 1), exact as doubles."""

    def __init__(self, seed):
        self.state = seed

    def matrix(self, rows, columns, scale=1.0):
        numbers = []
        for _ in range(rows * columns):
            self.state = (1103515245 * self.state + 12345) % 2**31
            numbers.append(scale * (self.state / 2**30 - 1))
        return np.array(numbers).reshape(rows, columns)


def attention(x, w, temperature, causal):
    weights = np.zeros((len(x), len(x)))
    for q in range(len(x)):
        keys = q + 1 if causal else len(x)
        scores = np.array([x[t] @ w @ x[q] for t in range(keys)]) / temperature
        e = np.exp(scores - scores.max())
        weights[q, :keys] = e / e.sum()
    return weights


def layer_normalized(x, epsilon=1e-5):
    return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + epsilon)


def measures_of_tokens(x):
    deviation = x - x.mean(0)
    composite = lambda a: np.sqrt(np.linalg.norm(a, 1) * np.linalg.norm(a, np.inf))
    s = np.linalg.svd(x, compute_uv=False)
    p = s / s.sum()
    p = p[p > 0]
    pairs = [(a, b) for a in range(len(x)) for b in range(a)]
    cosine = [x[a] @ x[b] / np.linalg.norm(x[a]) / np.linalg.norm(x[b]) for a, b in pairs]
    return {
        "residual": np.linalg.norm(deviation) / np.linalg.norm(x),
        "dong_residual": composite(deviation) / composite(x),
        "cosine": np.mean(cosine) if pairs else 1.0,
        "stable_rank": (s**2).sum() / s[0] ** 2,
        "effective_rank": np.exp(-(p * np.log(p)).sum()),
    }


def measures_of_attention(a, causal):
    length = len(a)
    rows = [[p for p in row if p > 0] for row in a]
    entropy = np.array([-sum(p * np.log(p) for p in row) for row in rows])
    keys = [q + 1 if causal else length for q in range(length)]
    ratios = [h / np.log(n) for h, n in zip(entropy, keys) if n > 1]
    return {
        "entropy": entropy.mean(),
        "entropy_ratio": np.mean(ratios) if ratios else 1.0,
        "participation": np.mean([1 / sum(p * p for p in row) for row in rows]),
        "effective_keys": np.exp(entropy).mean(),
        "distance": np.mean([sum(a[q, t] * abs(q - t) for t in range(length)) for q in range(length)]),
        "largest_weight": a.max(1).mean(),
    }


def entropy_bound(w, x, temperature):
    t = len(x)
    s = np.linalg.norm(w, 2) * np.linalg.norm(x @ x.T, 2) / temperature
    beta = np.exp(-s * np.sqrt(t / (t - 1)))
    return np.log(1 + (t - 1) * beta) + s * np.sqrt(t * (t - 1)) * beta / (1 + (t - 1) * beta)


def measured(setting):
    g = Generator(setting["seed"])
    length, dim = setting["length"], setting["dim"]
    x = g.matrix(length, dim)
    layers, first = [measures_of_tokens(x)], None
    for _ in range(setting["depth"]):
        w = g.matrix(dim, dim, setting["scale"])
        v = g.matrix(dim, dim, 1.5 / np.sqrt(dim))
        seen = layer_normalized(x) if setting["norm"] else x
        a = attention(seen, w, setting["temperature"], setting["causal"])
        if first is None:
            first = measures_of_attention(a, setting["causal"])
            first["bound"] = entropy_bound(w, seen, setting["temperature"])
        x = (x if setting["skip"] else 0) + a @ seen @ v
        if setting["mlp"]:
            seen = layer_normalized(x) if setting["norm"] else x
            hidden = np.maximum(seen @ g.matrix(dim, 2 * dim, 1.5 / np.sqrt(dim)), 0)
            out = hidden @ g.matrix(2 * dim, dim, 1.5 / np.sqrt(2 * dim))
            x = (x if setting["skip"] else 0) + out
        layers.append(measures_of_tokens(x))
    return {"setting": setting, "attention": first, "layers": layers}


def deep(seed, length, dim, depth):
    """Residuals of pure attention, in decimal arithmetic."""
    getcontext().prec = 400
    g = Generator(seed)
    exact = lambda m: [[Decimal(float(v)) for v in row] for row in m]
    product = lambda a, b: [[sum(r * c for r, c in zip(row, column)) for column in zip(*b)] for row in a]
    norm = lambda m: sum(v * v for row in m for v in row).sqrt()
    x = exact(g.matrix(length, dim))
    residuals = []
    for layer in range(depth + 1):
        mean = [sum(column) / length for column in zip(*x)]
        residuals.append(norm([[v - m for v, m in zip(row, mean)] for row in x]) / norm(x))
        w, v = exact(g.matrix(dim, dim)), exact(g.matrix(dim, dim))
        scores = product(product(x, w), [list(c) for c in zip(*x)])  # [t][q] = x_t W x_q
        weights = []
        for q in range(length):
            e = [scores[t][q].exp() for t in range(length)]
            weights.append([value / sum(e) for value in e])
        x = product(product(weights, x), v)
    return {"seed": seed, "length": length, "dim": dim, "residual": [float(r) for r in residuals]}


settings = [
    {"seed": 1, "length": 9, "dim": 12, "depth": 2, "scale": 0.8, "temperature": 12**0.5,
     "causal": False, "norm": False, "skip": False, "mlp": False},
    {"seed": 2, "length": 16, "dim": 7, "depth": 3, "scale": 3.0, "temperature": 1.0,
     "causal": False, "norm": True, "skip": True, "mlp": False},
    {"seed": 3, "length": 5, "dim": 10, "depth": 3, "scale": 2.0, "temperature": 10**0.5,
     "causal": True, "norm": True, "skip": False, "mlp": False},
    {"seed": 4, "length": 11, "dim": 8, "depth": 3, "scale": 1.0, "temperature": 2.0,
     "causal": False, "norm": True, "skip": True, "mlp": True},
    {"seed": 5, "length": 12, "dim": 6, "depth": 2, "scale": 5.0, "temperature": 0.7,
     "causal": False, "norm": False, "skip": False, "mlp": True},
]
print(json.dumps({"measured": [measured(s) for s in settings], "deep": deep(7, 5, 4, 6)}, indent=1))
