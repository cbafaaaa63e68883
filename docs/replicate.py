#!/usr/bin/env python3
"""Replays a training run of qklab in PyTorch and compares the losses.

    qklab trace CONFIG --out DIR
    python3 docs/replicate.py DIR

Reads nothing but DIR: model.json says what the model is, params/ how it begins, batches/ what it learns from.
Exits 1 where a loss or a first gradient differs by more than the tolerance, and 2 where the trace uses
something that is not replicated here.
"""
import argparse
import csv
import json
import math
import pathlib
import sys

import numpy
import torch
from torch.nn import functional


def unsupported(what):
    print(f"not replicated here: {what}", file=sys.stderr)
    sys.exit(2)


def sparsemax(scores, visible):
    """Euclidean projection of each row on the simplex, over what is visible (Martins & Astudillo 2016)."""
    s = scores.masked_fill(~visible, -1e9)
    ordered = s.sort(dim=-1, descending=True).values
    rank = torch.arange(1, s.shape[-1] + 1, dtype=s.dtype)
    total = ordered.cumsum(dim=-1)
    size = ((1 + rank * ordered > total) & (ordered > -1e8)).sum(dim=-1, keepdim=True)
    threshold = (total.gather(-1, size - 1) - 1) / size
    return (s - threshold).clamp(min=0)


def attention_weights(kind, scores, visible):
    length = scores.shape[-1]
    if kind == "softmax":
        return scores.masked_fill(~visible, -torch.inf).softmax(dim=-1)
    if kind == "sparsemax":
        return sparsemax(scores, visible)
    if kind == "piecewise":
        count = visible.sum(dim=-1, keepdim=True)
        mean = (scores * visible).sum(dim=-1, keepdim=True) / count
        return ((1 + scores - mean) / count).clamp(0, 1) * visible
    if kind == "sigmoid":
        return torch.sigmoid(scores - math.log(length)) * visible
    if kind == "linear":
        return scores / length * visible
    return unsupported(f"attention {kind}")


class Model:
    """The transformer of core/nn/transformer.hpp, from its parameters by name."""

    def __init__(self, description, parameters):
        self.m = description
        self.p = parameters

    def norm(self, x, name):
        return functional.layer_norm(x, x.shape[-1:], self.p[name + ".weight"], self.p[name + ".bias"],
                                     self.m["norm_epsilon"])

    def head_matrices(self, block):
        """W_QK of each head, up to transposition: (heads, n, n)."""
        heads = self.m["heads"]
        if self.m["combined"]:
            return self.p[f"blocks.{block}.attn.qk.weight"].reshape(heads, self.m["dim"], self.m["dim"])
        q, k = (self.p[f"blocks.{block}.attn.{w}.weight"].reshape(heads, -1, self.m["dim"]) for w in "qk")
        return q @ k.transpose(1, 2)

    def attention(self, x, block):
        name = f"blocks.{block}.attn."
        batch, length, dim = x.shape
        heads = self.m["heads"]

        def split(y):
            return y.reshape(batch, length, heads, -1).transpose(1, 2)

        if self.m["combined"]:
            scores = split(x @ self.p[name + "qk.weight"].T) @ x[:, None].transpose(2, 3) / math.sqrt(dim)
        else:
            q, k = (split(x @ self.p[f"{name}{w}.weight"].T) for w in "qk")
            scores = q @ k.transpose(2, 3) / math.sqrt(dim // heads)
        visible = torch.ones(length, length, dtype=torch.bool)
        if self.m["causal"]:
            visible = visible.tril()
        weights = attention_weights(self.m["attention"], scores, visible)
        mixed = (weights @ split(x @ self.p[name + "v.weight"].T)).transpose(1, 2).reshape(batch, length, dim)
        return mixed @ self.p[name + "o.weight"].T

    def mlp(self, x, block):
        name = f"blocks.{block}.mlp."
        hidden = functional.gelu(x @ self.p[name + "fc1.weight"].T + self.p[name + "fc1.bias"])
        return hidden @ self.p[name + "fc2.weight"].T + self.p[name + "fc2.bias"]

    def part(self, x, f, block, norm):
        """One of a block's two parts, with its norm and skip connection."""
        place, name = self.m["norm"], f"blocks.{block}.{norm}"
        y = f(self.norm(x, name) if place == "pre" else x, block)
        if self.m["skip"]:
            y = x + self.m["residual_scale"] * y
        return self.norm(y, name) if place == "post" else y

    def __call__(self, inputs):
        table = self.p["embedding.weight"]
        x = table[inputs] if self.m["vocabulary"] else inputs @ table.T
        if self.m["positions"] == "learned":
            x = x + self.p["position.weight"][: x.shape[1]]
        for block in range(self.m["layers"]):
            x = self.part(x, self.attention, block, "ln1")
            if self.m["ffn"]:
                x = self.part(x, self.mlp, block, "ln2")
        if self.m["norm"] == "pre":
            x = self.norm(x, "ln")
        return x @ self.p["head.weight"].T


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023. Weight decay is decoupled."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                direction = (group["beta1"] * m + (1 - group["beta1"]) * p.grad).sign()
                m.mul_(group["beta2"]).add_(p.grad, alpha=1 - group["beta2"])
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * direction)


def make_optimizer(o, parameters):
    name, lr, decay = o["name"], o["rate"], o["weight_decay"]
    if name in ("sgd", "momentum", "nesterov"):
        momentum = 0 if name == "sgd" else o["momentum"]
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, nesterov=name == "nesterov",
                               weight_decay=decay)
    if name in ("adam", "adamw"):
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return kind(parameters, lr=lr, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"], weight_decay=decay)
    if name == "lion":
        return Lion(parameters, dict(lr=lr, beta1=o["beta1"], beta2=o["beta2"], weight_decay=decay))
    return unsupported(f"optimizer {name}")


def rate_factor(s, step):
    if step < s["warmup"]:
        return (step + 1) / s["warmup"]
    if s["decay"] == "constant":
        return 1.0
    done = min(1.0, (step - s["warmup"]) / (s["steps"] - s["warmup"]))
    return s["last"] + (1 - s["last"]) * 0.5 * (1 + math.cos(math.pi * done))


def penalty(r, model, traces):
    """What the regularizer adds to the loss; `traces` are the initial tr W_QK by layer."""
    if r["name"] in ("none", "weight_decay"):  # the latter is the optimizer's
        return 0.0
    if r["name"] != "locater" or r["keep"] == "init" or r["squares"] != "trace":
        unsupported(f"regularizer {r['name']} with keep {r['keep']} and squares {r['squares']}")
    total = 0.0
    for block, initial in enumerate(traces):
        w = model.head_matrices(block)
        total = total + r["strength"] * torch.einsum("hij,hji->", w, w)
        if r["keep"] == "penalty":
            now = w.diagonal(dim1=1, dim2=2).sum(dim=-1)
            total = total + r["strength"] * ((now - initial) ** 2).sum()
    return total


def relative(a, b):
    return float((a - b).norm() / max(float(b.norm()), 1e-12))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=pathlib.Path, help="what `qklab trace` wrote")
    arguments.add_argument("--tolerance", type=float, default=1e-3, help="relative, of losses (default: 1e-3)")
    options = arguments.parse_args()
    folder = options.directory
    torch.set_num_threads(1)

    trace = json.loads((folder / "model.json").read_text())
    files = sorted((folder / "params").glob("*.npy"))
    parameters = {file.stem: torch.from_numpy(numpy.load(file)).requires_grad_() for file in files}
    if any(name.endswith((".gamma", ".u", ".v")) for name in parameters):
        unsupported("reparametrized weights")
    model = Model(trace["model"], parameters)
    optimizer = make_optimizer(trace["optimizer"], list(parameters.values()))
    task, clip = trace["task"], trace["optimizer"]["clip"]
    with torch.no_grad():
        traces = [model.head_matrices(n).diagonal(dim1=1, dim2=2).sum(dim=-1)
                  for n in range(trace["model"]["layers"])]

    with open(folder / "losses.csv", newline="") as file:
        expected = [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]
    worst, worst_step, worst_gradient = 0.0, 0, 0.0
    for step, theirs in expected:
        inputs = torch.from_numpy(numpy.load(folder / "batches" / f"{step}_inputs.npy"))
        targets = torch.from_numpy(numpy.load(folder / "batches" / f"{step}_targets.npy"))
        output = model(inputs.long() if trace["model"]["vocabulary"] else inputs)
        if task["answers"] == "last":
            output = output[:, -1:]
        if task["loss"] == "cross_entropy":
            loss = functional.cross_entropy(output.flatten(0, 1), targets.long().flatten(),
                                            ignore_index=task["ignored_target"])
        else:
            loss = functional.mse_loss(output, targets)
        ours = loss.item()
        difference = abs(ours - theirs) / max(abs(ours), 1e-12)
        if not difference <= worst:  # NaN, too
            worst, worst_step = difference, step
        optimizer.zero_grad()
        (loss + penalty(trace["regularizer"], model, traces)).backward()
        if step == 0:
            for name, parameter in parameters.items():
                gradient = torch.from_numpy(numpy.load(folder / "grads" / f"{name}.npy"))
                worst_gradient = max(worst_gradient, relative(gradient, parameter.grad))
        if clip > 0:
            norm = torch.sqrt(sum((p.grad.double() ** 2).sum() for p in parameters.values())).item()
            if norm > clip:
                for p in parameters.values():
                    p.grad.mul_(clip / norm)
        for group in optimizer.param_groups:
            group["lr"] = trace["optimizer"]["rate"] * rate_factor(trace["schedule"], step)
        optimizer.step()

    print(f"{len(expected)} steps: largest relative difference of a loss {worst:.2e} (step {worst_step}), "
          f"of a first gradient {worst_gradient:.2e}")
    agrees = len(expected) > 0 and worst <= options.tolerance and worst_gradient <= options.tolerance
    print("agrees" if agrees else f"differs by more than {options.tolerance:g}")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
