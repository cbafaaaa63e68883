#!/usr/bin/python3
"""A phase diagram in PyTorch, computed by processes of one thread each, for comparison with a sweep of `qklab run`.

    bench/phase_torch.py [--jobs 2] [--points 64]

Every point trains one block on sorting 32 symbols out of 16 (dim 32, batch 64, 300 steps of AdamW), where W_q W_k^T
has the point's mean and variance of eigenvalues, and evaluates it on 4 batches at the end. Prints JSON: the seconds
without the start of the processes, and the lowest and highest loss at the end.
"""
import argparse
import json
import multiprocessing
import time

import one_thread  # before torch
import torch
from torch.nn import functional as F

from step_torch import Model

DIM, LENGTH, VOCABULARY, BATCH, STEPS = 32, 32, 16, 64, 300


def prepare():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def batch(generator):
    tokens = torch.randint(VOCABULARY, (BATCH, LENGTH), generator=generator)
    return tokens, tokens.sort(1).values.view(-1)


def train(point):
    index, mean, variance = point
    generator = torch.Generator().manual_seed(index)
    model = Model(DIM, LENGTH, 1, 1, VOCABULARY, 0, causal=False)
    with torch.no_grad():
        basis, _ = torch.linalg.qr(torch.randn(DIM, DIM, generator=generator))
        spectrum = mean + variance**0.5 * torch.randn(DIM, generator=generator)
        qkv = model.blocks[0].qkv.weight
        qkv[:DIM], qkv[DIM : 2 * DIM] = spectrum[:, None] * basis.T, basis.T
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, foreach=True)
    for _ in range(STEPS):
        tokens, targets = batch(generator)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(tokens).view(-1, VOCABULARY), targets).backward()
        optimizer.step()
    with torch.no_grad():
        losses = [F.cross_entropy(model(t).view(-1, VOCABULARY), y) for t, y in (batch(generator) for _ in range(4))]
    return float(sum(losses)) / 4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--points", type=int, default=64)
    arguments = parser.parse_args()
    points = [(i, 0.5 * (i % 8) / 7, 10 ** (-2 + 3 * (i // 8) / 7)) for i in range(arguments.points)]
    with multiprocessing.Pool(arguments.jobs, prepare) as pool:
        pool.map(abs, range(arguments.jobs))  # both have started
        start = time.time()
        losses = pool.map(train, points, chunksize=1)
        seconds = time.time() - start
    print(json.dumps({"points": len(points), "seconds": seconds, "lowest_loss": min(losses), "highest_loss": max(losses)}))


main()
