#!/usr/bin/python3
"""One training step in PyTorch: the model of `qklab bench --shape`, one thread.

    bench/step_torch.py D,T,B,L,H,V,FFN

Reads windows in seconds from standard input, one per line, and answers each with the CPU seconds of a step. It is
written for speed in PyTorch 1.13: q, k and v in one product, a cached additive mask, baddbmm.
"""
import sys
import time

import one_thread  # before torch
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, dim, heads, length, ffn, causal):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim) if ffn else None
        self.qkv, self.o = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        if ffn:
            self.fc1, self.fc2 = nn.Linear(dim, ffn), nn.Linear(ffn, dim)
        hidden = torch.full((length, length), float("-inf") if causal else 0.0)
        self.register_buffer("mask", hidden.triu(1)[None])

    def forward(self, x):
        b, t, d = x.shape
        h, m = self.heads, d // self.heads
        q, k, v = self.qkv(self.ln1(x)).view(b, t, 3, h, m).permute(2, 0, 3, 1, 4).reshape(3, b * h, t, m)
        scores = torch.baddbmm(self.mask, q, k.transpose(1, 2), alpha=m**-0.5)
        mixed = torch.bmm(scores.softmax(-1), v).view(b, h, t, m).transpose(1, 2).reshape(b, t, d)
        x = x + self.o(mixed)
        return x + self.fc2(F.gelu(self.fc1(self.ln2(x)))) if self.ln2 else x


class Model(nn.Module):
    def __init__(self, dim, length, layers, heads, vocabulary, ffn, causal=True):
        super().__init__()
        self.embedding, self.position = nn.Embedding(vocabulary, dim), nn.Embedding(length, dim)
        self.blocks = nn.Sequential(*(Block(dim, heads, length, ffn, causal) for _ in range(layers)))
        self.ln, self.head = nn.LayerNorm(dim), nn.Linear(dim, vocabulary, bias=False)

    def forward(self, tokens):
        return self.head(self.ln(self.blocks(self.embedding(tokens) + self.position.weight)))


def main():
    dim, length, batch, layers, heads, vocabulary, ffn = map(int, sys.argv[1].split(","))
    torch.manual_seed(0)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    model = Model(dim, length, layers, heads, vocabulary, ffn)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, foreach=True)
    tokens = torch.randint(vocabulary, (batch, length))
    targets = torch.randint(vocabulary, (batch * length,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(tokens).view(-1, vocabulary), targets).backward()
        optimizer.step()

    for _ in range(5):
        step()
    for line in sys.stdin:
        steps, start = 0, time.process_time()
        while steps == 0 or time.process_time() - start < float(line):
            step()
            steps += 1
        print((time.process_time() - start) / steps, flush=True)


if __name__ == "__main__":
    main()
