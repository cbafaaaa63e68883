#!/usr/bin/env python3
"""Writes max_margin.json: l_p max-margin problems, min |w|_p subject to A w >= 1, solved by other methods.

Usage: max_margin.py > max_margin.json      (needs numpy)

p = 2 by Hildreth's coordinate ascent on the dual; other p by Newton's method on the primal with a logarithmic
barrier, from a feasible point. qklab follows the dual's central path instead.
"""
import json

import numpy as np


def hildreth(a, sweeps=200000):
    """min |w|^2 / 2 subject to a w >= 1: exact maximization over one multiplier after the other."""
    gram = a @ a.T
    dual = np.zeros(len(a))
    for _ in range(sweeps):
        before = dual.copy()
        for i in range(len(a)):
            dual[i] = max(0.0, dual[i] + (1 - gram[i] @ dual) / gram[i, i])
        if np.abs(dual - before).max() <= 1e-15 * np.abs(dual).max():
            break
    return a.T @ dual


def barrier(a, p, w):
    """min sum |w|^p / p subject to a w >= 1, from w with a w > 1. The tiny ridge keeps |w|^(p-2) from a pole."""
    mu = 1.0
    value = lambda w, mu: np.inf if (a @ w).min() <= 1 else (np.abs(w) ** p).sum() / p - mu * np.log(a @ w - 1).sum()
    while mu > 1e-12:
        for _ in range(200):
            slack = a @ w - 1
            gradient = np.sign(w) * np.abs(w) ** (p - 1) - a.T @ (mu / slack)
            hessian = np.diag((p - 1) * (np.abs(w) + 1e-12) ** (p - 2)) + (a.T * (mu / slack**2)) @ a
            step = np.linalg.solve(hessian + 1e-14 * np.eye(len(w)), -gradient)
            gain, size = -gradient @ step, 1.0
            while size > 1e-14 and not value(w + size * step, mu) <= value(w, mu) - 1e-4 * size * gain + 1e-15:
                size /= 2
            w = w + size * step
            if gain < 1e-6 * mu:
                break
        mu /= 4
    return w / (a @ w).min()


rng = np.random.default_rng(20241018)
cases = []
for rows, columns in [(3, 4), (12, 16), (20, 30)]:
    a = rng.normal(size=(rows, columns))
    w2 = hildreth(a)
    for p in [1.75, 2, 3]:
        w = w2 if p == 2 else barrier(a, p, 1.5 * w2 / (a @ w2).min())
        cases.append({"p": p, "rows": rows, "columns": columns, "a": a.ravel().tolist(), "w": w.tolist(),
                      "norm": float((np.abs(w) ** p).sum() ** (1 / p))})
print(json.dumps({"cases": cases}, indent=1))
