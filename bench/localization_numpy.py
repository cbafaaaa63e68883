"""The localization Monte Carlo in NumPy, for comparison with `qklab bench localization`.

--mode walk    every token of every walk, dim x length normal numbers per sample: the straightforward version
--mode bridge  the walk sampled backwards from its end, dim + length normal numbers per sample

Prints JSON: the seconds of the fastest of --repeat runs, and the results, so that one can check that both modes agree.
"""
import argparse
import json
import time

import one_thread  # before numpy
import numpy as np


def matrix(rng, dim, mean, variance):
    """A symmetric matrix with exactly the given mean and variance of its eigenvalues."""
    eigenvalues = rng.standard_normal(dim)
    eigenvalues = mean + np.sqrt(variance) * (eigenvalues - eigenvalues.mean()) / eigenvalues.std()
    q, r = np.linalg.qr(rng.standard_normal((dim, dim)))
    q *= np.sign(np.diag(r))
    return (q * eigenvalues) @ q.T


def walk_logits(rng, w, length, samples):
    tokens = np.cumsum(rng.standard_normal((samples, length, len(w)), dtype=np.float32), axis=1)
    u = tokens[:, -1] @ w.T
    return np.einsum("btd,bd->bt", tokens, u)


def bridge_logits(rng, w, length, samples):
    end = rng.standard_normal((samples, len(w)), dtype=np.float32) * np.float32(np.sqrt(length))
    u = end @ w.T
    n = rng.standard_normal((samples, length), dtype=np.float32)
    norm = np.linalg.norm(u, axis=1, keepdims=True)
    form = np.einsum("bd,bd->b", end, u)[:, None]
    return np.cumsum(form / length + norm * (n - n.mean(axis=1, keepdims=True)), axis=1)


def localization(rng, logits_of, w, length, samples, block):
    temperature = np.sqrt(len(w)).astype(np.float32)
    support, active, attention = np.zeros(length), np.zeros(length), np.zeros(length)
    entropy = participation = 0.0
    for begin in range(0, samples, block):
        logits = logits_of(rng, w, length, min(block, samples - begin)) / temperature
        s = np.clip((1 + logits - logits.mean(axis=1, keepdims=True)) / length, 0, 1)
        support += (s > 0).sum(axis=0)
        active += ((s > 0) & (s < 1)).sum(axis=0)
        p = s / s.sum(axis=1, keepdims=True)
        attention += p.sum(axis=0)
        entropy -= (p * np.log(np.where(p > 0, p, 1))).sum()
        participation += (1 / (p * p).sum(axis=1)).sum()
    return {"support": (support / samples).tolist(), "entropy": entropy / samples,
            "active": (active / samples).tolist(), "attention": (attention / samples).tolist(),
            "participation": participation / samples}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("walk", "bridge"), default="walk")
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--length", type=int, default=32)
    parser.add_argument("--samples", type=int, default=100000)
    parser.add_argument("--mean", type=float, default=0.125)
    parser.add_argument("--variance", type=float, default=1.0)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--block", type=int, default=2000, help="samples held in memory at once")
    args = parser.parse_args()

    rng = np.random.default_rng(0)
    w = matrix(rng, args.dim, args.mean, args.variance).astype(np.float32)
    logits_of = walk_logits if args.mode == "walk" else bridge_logits
    seconds = []
    for _ in range(args.repeat):
        begin = time.perf_counter()
        found = localization(rng, logits_of, w, args.length, args.samples, args.block)
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": min(seconds), "mode": args.mode, "numpy": np.__version__, **found}))


if __name__ == "__main__":
    main()
