#!/usr/bin/env python3
"""Writes models.json: whole models in PyTorch, with losses, gradients and training runs in float64.

Usage: models.py > models.json      (needs torch; Debian's python3-torch will do)

Each variant holds its config, parameters (exact in float32), a batch, output, loss, the gradient of each
parameter, and the loss before each of 50 steps of AdamW and of SGD on that batch. One variant has further
runs, one an optimizer. tests/nn/goldens.cpp builds and trains the same.
"""
import json
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
F = nn.functional

DEFAULTS = dict(vocabulary=7, features=0, outputs=7, length=5, dim=8, heads=1, layers=2, ffn=0, skip=True,
                residual_scale=1.0, norm="pre", causal=False, attention="softmax", gate="scalar",
                positions=True, combined=False, tame=False)

VARIANTS = {
    "pre_causal_mlp": dict(heads=2, ffn=12, causal=True),
    "pre_causal_bench": dict(causal=True, layers=1),
    "pre_no_skip_masked": dict(dim=9, heads=3, skip=False, causal=True, masked=True),
    "post_four_heads_masked": dict(norm="post", heads=4, ffn=10, masked=True),
    "post_no_skip_combined": dict(norm="post", skip=False, combined=True, heads=2, layers=1),
    "none_no_skip": dict(norm="none", skip=False),
    "none_scaled_skip": dict(norm="none", residual_scale=0.5, heads=4, ffn=6, causal=True),
    "vectors_linear": dict(vocabulary=0, features=3, outputs=1, attention="linear", positions=False,
                           causal=True, masked=True),
    "vectors_gated_scalar": dict(vocabulary=0, features=3, outputs=2, attention="gated_linear", heads=2, norm="post",
                                 causal=True),
    "gated_vector": dict(attention="gated_linear", gate="vector", heads=2, causal=True, norm="post"),
    "sigmoid": dict(attention="sigmoid", heads=2, causal=True),
    "sparsemax": dict(attention="sparsemax", heads=2, ffn=8),
    "piecewise": dict(attention="piecewise", causal=True, layers=1),
    "tame": dict(tame=True, heads=2, layers=1),
}


def sparsemax(scores):
    """Algorithm 1 of Martins & Astudillo (2016), by sorting; -inf counts as absent."""
    ordered = scores.sort(-1, descending=True).values
    k = torch.arange(1, scores.shape[-1] + 1, dtype=scores.dtype)
    cumulative = ordered.masked_fill(ordered.isinf(), 0).cumsum(-1)
    support = (1 + k * ordered > cumulative).sum(-1, keepdim=True)
    tau = (cumulative.gather(-1, support - 1) - 1) / support
    return torch.clamp(scores - tau, min=0)


def piecewise(scores, visible):
    n = visible.sum(-1, keepdim=True)
    mean = (scores * visible).sum(-1, keepdim=True) / n
    return torch.clamp((1 + scores - mean) / n, 0, 1) * visible


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        dim, heads = c["dim"], c["heads"]
        if c["combined"]:
            self.qk = nn.Linear(dim, heads * dim, bias=False)
        else:
            self.q = nn.Linear(dim, dim, bias=False)
            self.k = nn.Linear(dim, dim, bias=False)
        if c["tame"]:
            self.gamma = nn.Parameter(torch.ones(heads))
        self.v = nn.Linear(dim, dim, bias=False)
        self.o = nn.Linear(dim, dim, bias=False)
        if c["attention"] == "gated_linear":
            self.g = nn.Linear(dim, heads if c["gate"] == "scalar" else dim)

    def heads(self, x):
        return x.unflatten(-1, (self.c["heads"], -1)).transpose(1, 2)

    def scores(self, x):
        c = self.c
        if c["combined"]:
            w = self.qk.weight.view(c["heads"], c["dim"], c["dim"])
            return torch.einsum("bsi,hij,btj->bhts", x, w, x) / math.sqrt(c["dim"])
        scores = self.heads(self.q(x)) @ self.heads(self.k(x)).transpose(-1, -2)
        if c["tame"]:
            q, k = (w.weight.view(c["heads"], -1, c["dim"]) for w in (self.q, self.k))
            w = q.transpose(1, 2) @ k
            eta = (w @ w).diagonal(dim1=1, dim2=2).sum(-1)
            scores = scores * (self.gamma * torch.log(eta + 1e-6) / torch.sqrt(eta)).view(-1, 1, 1)
        return scores / math.sqrt(c["dim"] / c["heads"])

    def gated(self, x):
        c = self.c
        q, k, v = (self.heads(f(x)) for f in (self.q, self.k, self.v))
        gate = self.heads(torch.sigmoid(self.g(x)))
        state, out = 0, []
        for t in range(c["length"]):
            state = state * gate[:, :, t, None, :] + v[:, :, t, :, None] * k[:, :, t, None, :]
            out.append((state @ q[:, :, t, :, None]).squeeze(-1))
        return torch.stack(out, 2) / (math.sqrt(c["dim"] / c["heads"]) * c["length"])

    def forward(self, x):
        c, length = self.c, self.c["length"]
        visible = torch.ones(length, length)
        if c["causal"]:
            visible = visible.tril()
        if c["attention"] == "gated_linear":
            mixed = self.gated(x)
        else:
            scores = self.scores(x)
            hidden = scores.masked_fill(visible == 0, -math.inf)
            weights = {
                "softmax": lambda: torch.softmax(hidden, -1),
                "sparsemax": lambda: sparsemax(hidden),
                "piecewise": lambda: piecewise(scores, visible),
                "sigmoid": lambda: torch.sigmoid(scores - math.log(length)) * visible,
                "linear": lambda: scores / length * visible,
            }[c["attention"]]()
            mixed = weights @ self.heads(self.v(x))
        return self.o(mixed.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc1 = nn.Linear(c["dim"], c["ffn"])
        self.fc2 = nn.Linear(c["ffn"], c["dim"])

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.attn = Attention(c)
        if c["norm"] != "none":
            self.ln1 = nn.LayerNorm(c["dim"])
        if c["ffn"]:
            self.mlp = MLP(c)
            if c["norm"] != "none":
                self.ln2 = nn.LayerNorm(c["dim"])

    def part(self, x, norm, f):
        c = self.c
        y = f(norm(x)) if c["norm"] == "pre" else f(x)
        if c["skip"]:
            y = x + c["residual_scale"] * y
        return norm(y) if c["norm"] == "post" else y

    def forward(self, x):
        x = self.part(x, getattr(self, "ln1", None), self.attn)
        if self.c["ffn"]:
            x = self.part(x, getattr(self, "ln2", None), self.mlp)
        return x


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        if c["vocabulary"]:
            self.embedding = nn.Embedding(c["vocabulary"], c["dim"])
        else:
            self.embedding = nn.Linear(c["features"], c["dim"], bias=False)
        if c["positions"]:
            self.position = nn.Embedding(c["length"], c["dim"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        if c["norm"] == "pre":
            self.ln = nn.LayerNorm(c["dim"])
        self.head = nn.Linear(c["dim"], c["outputs"], bias=False)

    def forward(self, x):
        x = self.embedding(x)
        if self.c["positions"]:
            x = x + self.position.weight
        for block in self.blocks:
            x = block(x)
        if self.c["norm"] == "pre":
            x = self.ln(x)
        return self.head(x)


def single(x):
    """Rounded to float32, so that both precisions start from the same numbers."""
    return x.float().double()


def draw(model):
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 1:
                p.copy_(single(("bias" not in name) + 0.2 * torch.randn(p.shape)))
            else:
                p.copy_(single(torch.randn(p.shape) / math.sqrt(p.shape[-1] if "weight" in name else 1)))
        for block in model.blocks if model.c["tame"] else []:
            block.attn.k.weight.copy_(single(block.attn.q.weight + 0.1 * block.attn.k.weight))


def numbers(x):
    return x.detach().flatten().tolist()


def tensor(x):
    return {"shape": list(x.shape), "data": numbers(x)}


def loss_of(model, data):
    c, y = model.c, model(data["inputs"])
    if c["vocabulary"]:
        return F.cross_entropy(y.flatten(0, 1), data["targets"].flatten(), ignore_index=-100)
    return (data["weights"] * (y - data["targets"]) ** 2).sum()


def train(model, data, make, steps=50, clip=None):
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer, losses = make(model.parameters()), []
    for _ in range(steps):
        loss = loss_of(model, data)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    model.load_state_dict(start)
    return losses


OPTIMIZERS = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.02, weight_decay=0.02), None),
    "momentum": (lambda p: torch.optim.SGD(p, lr=0.005, momentum=0.9, weight_decay=0.02), None),
    "nesterov": (lambda p: torch.optim.SGD(p, lr=0.005, momentum=0.9, nesterov=True, weight_decay=0.02), None),
    "adam": (lambda p: torch.optim.Adam(p, lr=0.003, weight_decay=0.02), None),
    "adamw": (lambda p: torch.optim.AdamW(p, lr=0.003), None),
    "clipped": (lambda p: torch.optim.SGD(p, lr=0.03), 0.3),
}


def golden(number, name, changes, batch=3):
    torch.manual_seed(1000 + number)
    masked = changes.pop("masked", False)
    c = {**DEFAULTS, **changes}
    model = Model(c)
    draw(model)
    places = (batch, c["length"])
    keep = torch.rand(places) < 0.6 if masked else torch.ones(places, dtype=torch.bool)
    keep[0, 0] = True
    data = {}
    if c["vocabulary"]:
        data["inputs"] = torch.randint(c["vocabulary"], places)
        data["targets"] = torch.randint(c["outputs"], places).masked_fill(~keep, -100)
    else:
        data["inputs"] = single(torch.randn(*places, c["features"]))
        data["targets"] = single(torch.randn(*places, c["outputs"]))
        data["weights"] = single(keep[..., None].expand_as(data["targets"]) / keep.sum() / c["outputs"])
    loss = loss_of(model, data)
    loss.backward()
    gradients = {n: numbers(p.grad) for n, p in model.named_parameters()}
    case = {
        "config": c,
        "batch": batch,
        "data": {key: numbers(x) for key, x in data.items()},
        "parameters": {n: tensor(p) for n, p in model.named_parameters()},
        "output": numbers(model(data["inputs"])),
        "loss": loss.item(),
        "gradients": gradients,
        "adamw": train(model, data, lambda p: torch.optim.AdamW(p, lr=0.003)),
        "sgd": train(model, data, lambda p: torch.optim.SGD(p, lr=0.02)),
    }
    if number == 0:
        case["optimizers"] = {k: train(model, data, make, clip=clip) for k, (make, clip) in OPTIMIZERS.items()}
    return case


cases = {name: golden(i, name, dict(changes)) for i, (name, changes) in enumerate(VARIANTS.items())}


def compact(x):
    """13 digits: more than the tolerances need; parameters and data are exact in float32 with nine."""
    if isinstance(x, float):
        return float(f"{x:.13g}")
    if isinstance(x, list):
        return [compact(v) for v in x]
    if isinstance(x, dict):
        return {k: compact(v) for k, v in x.items()}
    return x


lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(compact(case))}" for name, case in cases.items())
print(f'{{"torch": {json.dumps(torch.__version__)}, "cases": {{\n{lines}\n}}}}')
