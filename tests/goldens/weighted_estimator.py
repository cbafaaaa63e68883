#!/usr/bin/env python3
"""Writes weighted_estimator.json: optimal weights and risks of in-context regression by other means.

Usage: weighted_estimator.py > weighted_estimator.json      (needs numpy)

`weights` are the least-squares coefficients of y on the features y_i x_i.x over many drawn prompts, `risk` what
is left, both with standard errors. `bayes` cases hold one prompt and the posterior mean of the query's answer by
Bayesian linear regression in the joint space of all tasks' coefficients.
"""
import json

import numpy as np

rng = np.random.default_rng(20250407)


def draw(count, r, examples, d, noise):
    b = rng.normal(size=(count, d)) / np.sqrt(d)
    x = rng.normal(size=(count, len(r) * examples, d))
    y = np.empty((count, len(r) * examples))
    for k, rk in enumerate(r):
        own = rk * b + np.sqrt((1 - rk**2) / d) * rng.normal(size=(count, d))
        part = slice(k * examples, (k + 1) * examples)
        y[:, part] = np.einsum("ind,id->in", x[:, part], own) + noise * rng.normal(size=(count, examples))
    query = rng.normal(size=(count, d))
    answer = (query * b).sum(1) + noise * rng.normal(size=count)
    return x, y, query, answer


def least_squares(r, examples, d, noise, chunks=40, size=50000):
    n = len(r) * examples
    gram, right, squares = np.zeros((n, n)), np.zeros(n), 0.0
    for _ in range(chunks):
        x, y, query, answer = draw(size, r, examples, d, noise)
        features = y * np.einsum("ind,id->in", x, query)
        gram += features.T @ features
        right += features.T @ answer
        squares += answer @ answer
    weights = np.linalg.solve(gram, right)
    count = chunks * size
    risk = (squares - right @ weights) / count
    errors = np.sqrt(3 * risk * np.diag(np.linalg.inv(gram)))  # 3: features and residuals are heavy-tailed
    return {"r": r, "examples": examples, "d": d, "noise": noise, "weights": weights.tolist(),
            "errors": errors.tolist(), "risk": risk, "risk_error": float(4 * risk / np.sqrt(count))}


def bayes(r, examples, d, noise):
    x, y, query, _ = (part[0] for part in draw(1, r, examples, d, noise))
    tasks = len(r)
    correlation = np.outer(r + [1], r + [1])
    np.fill_diagonal(correlation, 1)
    prior = np.kron(correlation, np.eye(d)) / d  # of all coefficients, the query's last
    design = np.zeros((tasks * examples, (tasks + 1) * d))
    for i in range(tasks * examples):
        design[i, i // examples * d : (i // examples + 1) * d] = x[i]
    precision = np.linalg.inv(prior) + design.T @ design / noise**2
    mean = np.linalg.solve(precision, design.T @ y / noise**2)
    return {"r": r, "examples": examples, "d": d, "noise": noise, "x": x.ravel().tolist(), "y": y.tolist(),
            "query": query.tolist(), "prediction": float(query @ mean[-d:])}


print(json.dumps({
    "least_squares": [least_squares([0.2, 0.9], 3, 2, 0.5), least_squares([0.9, 0.1], 2, 4, 0.0),
                      least_squares([0.5, 0.5, 0.8], 2, 3, 0.3)],
    "bayes": [bayes([0.2, 0.9], 3, 2, 0.5), bayes([0.9, 0.1], 6, 4, 0.2), bayes([0.5, 0.7, 0.8], 3, 3, 1.0)],
}, indent=1))
