#!/usr/bin/env python3
"""Writes random_energy.json: softmax over random scores with one planted, by two other quadratures.

Usage: random_energy.py > random_energy.json      (needs NumPy; a minute)

`direct`: up to three keys, by integrating the softmax itself over all scores.
`laplace`: many keys, by Gauss-Legendre panels over w = log u and over scores, from the forms
    E log Z = int (e^-u - phi_0 phi^(n-1)) du / u,   E sum p s, E p_0, E sum p^2 as in random_energy.hpp,
with expectations such as E s e^s exp(-u e^s) taken as they stand; causal means are sums over all lengths.
`spread`: the same, averaged over a log-normal variance by Gauss-Hermite nodes.
"""
import json

import numpy as np

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def panels(low, high, width):
    count = max(1, int(np.ceil((high - low) / width)))
    edges = np.linspace(low, high, count + 1)
    half = (edges[1:] - edges[:-1]) / 2
    x = (edges[:-1] + half)[:, None] + half[:, None] * NODES
    return x.ravel(), (half[:, None] * WEIGHTS).ravel()


def law(mean, variance, dim, width=2.0):
    """Scores and probabilities; panels of at most that width in scores."""
    if variance == 0:
        return np.array([mean]), np.array([1.0])
    deviation = np.sqrt(variance)
    if dim is None:
        z, weight = panels(-9, 9, min(2.5, width / deviation))
        p = np.exp(-z * z / 2) * weight
    else:  # z = sqrt(dim) sin(a) has density cos(a)^(dim - 2)
        a, weight = panels(-np.pi / 2, np.pi / 2, min(0.4, width / deviation / np.sqrt(dim)))
        z, p = np.sqrt(dim) * np.sin(a), np.cos(a) ** (dim - 2) * weight
    keep = p > 1e-19
    return mean + deviation * z[keep], p[keep] / p[keep].sum()


def expectations(w, scores, probability):
    out = {k: np.zeros_like(w) for k in ("phi", "a", "q", "b", "r")}
    for part in np.array_split(np.arange(len(w)), max(1, len(w) * len(scores) // 1000000)):
        y = w[part, None] + scores
        with np.errstate(over="ignore", invalid="ignore"):
            x = np.exp(np.minimum(y, 20))
            e = np.exp(-x)
        for key, value in (("phi", e), ("a", x * e), ("q", x * x * e), ("b", scores * x * e), ("r", np.sqrt(x) * e)):
            out[key][part] = value @ probability
    return out


def laplace(case):
    v, m, v0, dim, n = (case[k] for k in ("variance", "planted_mean", "planted_variance", "dim", "keys"))
    reach = 9 * np.sqrt(max(v, v0)) + abs(m)
    w, weight = panels(-40 - np.log(n) - reach, 5 + reach, 0.5)
    others, own = expectations(w, *law(0, v, dim)), expectations(w, *law(m, v0, None))
    double = [expectations(*arguments) for arguments in
              ((2 * w, 2 * law(0, v, dim)[0], law(0, v, dim)[1]), (2 * w, 2 * law(m, v0, None)[0], law(m, v0, None)[1]))]
    u = np.exp(w)
    sums = np.zeros(4)
    lengths = range(1, n + 1) if case["causal"] else [n]
    for keys in lengths:
        power = lambda base, e: base**e if e >= 0 else np.zeros_like(base)
        p, p1 = power(others["phi"], keys - 1), (keys - 1) * power(others["phi"], keys - 2)
        integral = lambda k: (weight * (own[k] * p + others[k] * p1 * own["phi"])).sum()
        log_z = (weight * (np.exp(-u) - own["phi"] * p)).sum()
        chi, half, chi0, half0 = double[0]["phi"], double[0]["r"], double[1]["phi"], double[1]["r"]
        # t = u^2, so dt / t = 2 dw.
        pairs = ((keys - 1) * (keys - 2) * half**2 * power(chi, keys - 3) * chi0
                 + 2 * (keys - 1) * half * half0 * power(chi, keys - 2))
        sums += [log_z - integral("b"), (weight * own["a"] * p).sum(), 1 + 2 * (weight * pairs).sum(), integral("q")]
    return sums / len(lengths)


def direct(case):
    """The softmax integrated over all of its 2 or 3 scores."""
    v, m, v0, dim, n = (case[k] for k in ("variance", "planted_mean", "planted_variance", "dim", "keys"))
    width = 6 if n == 3 else 1
    nodes = [law(m, v0, None, width)] + [law(0, v, dim, width)] * (n - 1)
    grids = np.meshgrid(*[s for s, _ in nodes], indexing="ij")
    probability = np.ones_like(grids[0])
    for axis, (_, p) in enumerate(nodes):
        probability = probability * p.reshape([-1 if k == axis else 1 for k in range(n)])
    top = np.max(grids, axis=0)
    weights = [np.exp(g - top) for g in grids]
    z = sum(weights)
    entropy = np.log(z) - sum(e * (g - top) for e, g in zip(weights, grids)) / z
    squares = sum(e * e for e in weights) / z**2
    return [(probability * value).sum() for value in (entropy, weights[0] / z, 1 / squares, squares)]


def spread(case):
    """Over v = variance exp(r x - r^2 / 2), x normal, with a planted mean that is linear in v."""
    x, p = np.polynomial.hermite_e.hermegauss(61)
    keep = p / p.sum() > 1e-13
    r = np.sqrt(np.log1p(case["relative_variance"]))
    total = np.zeros(4)
    for node, weight in zip(x[keep], p[keep] / p[keep].sum()):
        v = case["variance"] * np.exp(r * node - r * r / 2)
        one = dict(case, variance=v, planted_mean=case["planted_mean"] + case["slope"] * (v - case["variance"]))
        total += weight * laplace(one)
    return total


def attention(mean, variance, dim, length, causal):
    """What `spread` needs for a normal eigenspectrum, normalized tokens and temperature sqrt(dim)."""
    m1, m2, m3 = mean, mean**2 + variance, mean**3 + 3 * mean * variance
    m4 = mean**4 + 6 * mean**2 * variance + 3 * variance**2
    var_v, var_s = 2 * (m4 - m2**2) / (dim + 2), 2 * (m2 - m1**2) * dim / (dim + 2)
    slope = 2 * (m3 - m1 * m2) * np.sqrt(dim) / (dim + 2) / var_v
    return {"spectrum": [mean, variance], "variance": m2, "planted_mean": np.sqrt(dim) * m1,
            "planted_variance": var_s - slope**2 * var_v, "dim": dim, "keys": length, "causal": causal,
            "relative_variance": var_v / m2**2, "slope": slope}


def cases(rows):
    keys = ("variance", "planted_mean", "planted_variance", "dim", "keys", "causal")
    return [dict(zip(keys, row)) for row in rows]


def answered(method, settings):
    names = ("entropy", "self_weight", "participation", "collision")
    return [dict(s, **dict(zip(names, map(float, method(s))))) for s in settings]


print(json.dumps({
    "direct": answered(direct, cases([
        (1, 0.5, 2, None, 2, False), (9, -2, 4, None, 2, False), (0.25, 1, 0, None, 3, False),
        (4, 1, 0.5, None, 3, False), (2, 0, 0, 5, 3, False), (30, 3, 10, 40, 2, False)])),
    "laplace": answered(laplace, cases([
        (0, 0, 0, None, 64, False), (0, 8, 0, None, 64, False), (1.25, 4, 2, None, 64, False),
        (1.25, 4, 2, 64, 64, False), (10, 0, 20, 32, 32, False), (0.26, -4, 0.02, 16, 100, False),
        (4, 8, 6, None, 1024, False), (100, 0, 200, 128, 256, False), (0.01, 1, 0.01, 12, 33, False),
        (1, 2, 0.5, None, 24, True), (25, -3, 50, 64, 40, True)])),
    "spread": answered(spread, [
        attention(0.5, 10, 64, 64, False), attention(-0.5, 1, 32, 48, False), attention(1, 3, 128, 512, False),
        attention(0, 100, 64, 64, False), attention(0.25, 0.1, 32, 20, True)]),
}, indent=1))
