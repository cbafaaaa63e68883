#!/usr/bin/env python3
"""Writes ops.json: values and gradients of single operations in float64, as PyTorch computes them.

Usage: ops.py > ops.json      (needs torch; Debian's python3-torch will do)

Each case holds inputs, token ids where it has some, weights, the value y, and the gradients of
sum(y * weights) by each input. tests/autodiff/goldens.cpp builds the operation of the same name.
"""
import json

import torch

torch.manual_seed(20240201)
torch.set_default_dtype(torch.float64)


def normal(*shape):
    return torch.randn(*shape)


def positive(*shape):
    return torch.rand(*shape) + 0.5


def causal_mask(length):
    return torch.tril(torch.ones(length, length))


def masked_softmax(scores, mask):
    weights = torch.softmax(scores.masked_fill(mask == 0, float("-inf")), -1)
    return torch.nan_to_num(weights)  # rows that may look at nothing


def sparsemax(scores):
    """Algorithm 1 of Martins & Astudillo (2016), by sorting."""
    ordered = scores.sort(-1, descending=True).values
    k = torch.arange(1, scores.shape[-1] + 1, dtype=scores.dtype)
    inside = 1 + k * ordered > ordered.cumsum(-1)
    support = inside.sum(-1, keepdim=True)
    tau = ((ordered * inside).sum(-1, keepdim=True) - 1) / support
    return torch.clamp(scores - tau, min=0)


def piecewise_softmax(scores):
    n = scores.shape[-1]
    return torch.clamp((1 + scores - scores.mean(-1, keepdim=True)) / n, 0, 1)


MASK = torch.tensor([[1.0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
F = torch.nn.functional

# name: (inputs, ids or None, operation)
CASES = {
    "matmul": ([normal(3, 5), normal(5, 2)], None, torch.matmul),
    "matmul_batched_transposed": (
        [normal(2, 3, 4), normal(2, 5, 4)], None, lambda a, b: 0.5 * a @ b.transpose(-1, -2)),
    "matmul_shared_right": ([normal(2, 3, 4), normal(4, 5)], None, torch.matmul),
    "matmul_shared_left": ([normal(4, 3), normal(2, 4, 5)], None, lambda a, b: a.T @ b),
    "add_bias": ([normal(2, 3, 4), normal(4)], None, torch.add),
    "sub_positions": ([normal(2, 3, 4), normal(3, 4)], None, torch.sub),
    "mul_scalar": ([normal(3, 4), normal(1)], None, torch.mul),
    "div": ([normal(3, 4), positive(3, 4)], None, torch.div),
    "affine": ([normal(7)], None, lambda x: 3 * x - 2),
    "power": ([positive(7)], None, lambda x: x ** -0.5),
    "exp": ([normal(7)], None, torch.exp),
    "log": ([positive(7)], None, torch.log),
    "tanh": ([normal(7)], None, torch.tanh),
    "sigmoid": ([normal(7)], None, torch.sigmoid),
    "gelu": ([normal(7)], None, F.gelu),
    "relu": ([normal(7)], None, torch.relu),
    "softmax": ([normal(3, 9)], None, lambda x: torch.softmax(x, -1)),
    "softmax_causal": ([normal(2, 4, 4)], None, lambda x: masked_softmax(x, causal_mask(4))),
    "softmax_masked": ([normal(2, 3, 4)], None, lambda x: masked_softmax(x, MASK)),
    "sparsemax": ([normal(4, 9)], None, sparsemax),
    "piecewise_softmax": ([normal(4, 9)], None, piecewise_softmax),
    "layer_norm": ([normal(3, 7)], None, lambda x: F.layer_norm(x, (7,))),
    "layer_norm_affine": (
        [normal(3, 7), normal(7), normal(7)], None, lambda x, g, b: F.layer_norm(x, (7,), g, b)),
    "embedding": ([normal(5, 3)], [[4, 0, 4], [1, 4, 0]], lambda table, ids: table[ids]),
    "transpose": ([normal(2, 3, 4, 5)], None, lambda x: x.transpose(1, 2).contiguous()),
    "slice": ([normal(3, 5, 2)], None, lambda x: x[:, 1:4]),
    "concat": ([normal(2, 3), normal(2, 1), normal(2, 4)], None, lambda *x: torch.cat(x, 1)),
    "mean": ([normal(3, 4)], None, torch.mean),
    "mean_squared_error": ([normal(3, 4), normal(3, 4)], None, F.mse_loss),
    "cross_entropy": (
        [normal(2, 3, 5)], [[3, -100, 0], [4, 4, 1]],
        lambda x, ids: F.cross_entropy(x.reshape(-1, 5), ids.reshape(-1), ignore_index=-100)),
    "trace": ([normal(4, 4)], None, torch.trace),
    "trace_of_square": ([normal(2, 4, 4)], None, lambda w: (w @ w).diagonal(dim1=-1, dim2=-2).sum(-1)),
    "spectral_norm": ([normal(5, 3)], None, lambda w: torch.linalg.matrix_norm(w, 2)),
    "power_potential": ([normal(3, 4)], None, lambda w: (w.abs() ** 1.75).sum() / 1.75),
    "embedding_positions": (
        [torch.arange(30.0).reshape(5, 3, 2) / 7], [[4, 0, 4], [4, 4, 0]], lambda table, ids: table[ids, torch.arange(3)]),
    "outer_sum": ([torch.arange(12.0).reshape(4, 3) / 7, torch.arange(6.0).reshape(2, 3) / 3], None, lambda a, b: a[:, None, :] + b),
    "power_0": ([torch.tensor([0.0, 1.5, -2.0])], None, lambda x: x ** 0),
}


def tensor(x):
    return {"shape": list(x.shape), "data": x.detach().flatten().tolist()}


def run(inputs, ids, operation):
    for x in inputs:
        x.requires_grad_()
    indices = [torch.tensor(ids)] if ids is not None else []
    y = operation(*inputs, *indices)
    weights = torch.randn(y.shape)
    (y * weights).sum().backward()
    case = {"inputs": [tensor(x) for x in inputs]}
    if ids is not None:
        case["ids"] = tensor(indices[0])
    case.update(weights=tensor(weights), value=tensor(y), gradients=[tensor(x.grad) for x in inputs])
    return case


cases = {name: run(*case) for name, case in CASES.items()}
lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
print(f'{{"torch": {json.dumps(torch.__version__)}, "cases": {{\n{lines}\n}}}}')
