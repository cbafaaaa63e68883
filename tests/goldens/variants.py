#!/usr/bin/env python3
"""Writes variants.json: models as they are trained elsewhere, with losses, gradients and training runs in float64.

Usage: variants.py > variants.json      (needs torch; Debian's python3-torch will do)

The models are those of docs/replicate.py, in PyTorch. Each variant holds its config, parameters (exact in float32), a
batch, output, loss, the gradient of each parameter, and the loss before each of 50 steps of AdamW and of SGD on that batch.
tests/nn/variants.cpp builds and trains the same. What dropout sets to 0 follows from the stream (1, 0, "masks").
"""
import json
import math
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "docs"))
import replicate  # noqa: E402

torch.set_default_dtype(torch.float64)

DEFAULTS = {"vocabulary": 7, "outputs": 7, "length": 5, "dim": 8, "heads": 2, "layers": 1, "ffn": 0, "skip": True,
            "residual_scale": 1.0, "norm": "pre", "norm_kind": "layer", "norm_epsilon": 1e-5, "qk_norm": "none",
            "causal": True, "window": 0, "attention": "softmax", "positions": "none", "combined": False,
            "activation": "gelu", "gated_mlp": False, "attention_bias": False, "mlp_bias": True, "head_bias": False,
            "tied": False, "embedding_scale": 1.0, "key_groups": 0, "attention_cap": 0.0, "logit_cap": 0.0,
            "dropout.embedding": 0.0, "dropout.attention": 0.0, "dropout.residual": 0.0, "label_smoothing": 0.0,
            "rotary.base": 10000.0, "sinusoidal.base": 10000.0}

DROPPED = {"dropout.embedding": 0.1, "dropout.attention": 0.3, "dropout.residual": 0.2}
VARIANTS = {
    "sinusoidal_relu": {"positions": "sinusoidal", "activation": "relu", "ffn": 10, "norm": "post", "heads": 1},
    "qk_norm_layer": {"qk_norm": "layer", "positions": "sinusoidal", "sinusoidal.base": 100.0},
    "dropout": {**DROPPED, "ffn": 6, "layers": 2},
    "dropout_post_scaled": {**DROPPED, "ffn": 6, "norm": "post", "residual_scale": 0.5, "causal": False},
    "rotary": {"positions": "rotary", "rotary.base": 50.0, "causal": False},
    "like_llama": {"positions": "rotary", "heads": 4, "key_groups": 2, "norm_kind": "rms", "ffn": 6, "gated_mlp": True,
                   "activation": "silu", "mlp_bias": False},
    "like_qwen": {"positions": "rotary", "heads": 4, "key_groups": 1, "norm_kind": "rms", "norm_epsilon": 1e-3,
                  "qk_norm": "rms", "tied": True, "embedding_scale": 0.5},
    "grouped_biased_dropped": {**DROPPED, "positions": "rotary", "heads": 4, "key_groups": 2, "attention_bias": True},
    "alibi": {"positions": "alibi", "heads": 3, "dim": 9},
    "alibi_both_ways": {"positions": "alibi", "heads": 4, "causal": False, "attention_bias": True, "head_bias": True},
    "capped": {"attention_cap": 0.7, "logit_cap": 1.5, "heads": 4, "key_groups": 2, "dropout.attention": 0.2},
    "smoothed_tied": {"label_smoothing": 0.1, "tied": True, "head_bias": True, "embedding_scale": 2.0},
    "gelu_tanh": {"activation": "gelu_tanh", "ffn": 6},
    "gated_gelu": {"gated_mlp": True, "ffn": 6, "norm": "post", "norm_kind": "rms"},
    "sparsemax_grouped": {"attention": "sparsemax", "heads": 4, "key_groups": 2, "qk_norm": "rms",
                          "dropout.attention": 0.2},
}


def hash_text(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & replicate.WIDE
    return mix(value ^ len(text))


def mix(x):
    return replicate.substream(x - 1, 0)


def masks():
    """Key and lane of Stream(1, 0, "masks")."""
    key = mix(mix(mix(1 + 0x9E3779B97F4A7C15 & replicate.WIDE)) ^ hash_text("masks"))
    return {"key": [key & replicate.WORD, key >> 32], "lane": 0}


def shapes(c):
    """Names and shapes of parameters."""
    dim, width = c["dim"], c["dim"] // c["heads"]
    keys = width * (c["key_groups"] or c["heads"])

    def norm(name, n, kind):
        return {name + ".weight": (n,), **({name + ".bias": (n,)} if kind == "layer" else {})}

    def linear(name, out, into, bias):
        return {name + ".weight": (out, into), **({name + ".bias": (out,)} if bias else {})}

    all_shapes = {"embedding.weight": (c["vocabulary"], dim)}
    for n in range(c["layers"]):
        block = f"blocks.{n}."
        all_shapes.update(norm(block + "ln1", dim, c["norm_kind"]))
        for name, rows in (("q", dim), ("k", keys), ("v", keys), ("o", dim)):
            all_shapes.update(linear(block + "attn." + name, rows, dim, c["attention_bias"]))
        if c["qk_norm"] != "none":
            for name in ("q_norm", "k_norm"):
                all_shapes.update(norm(block + "attn." + name, width, c["qk_norm"]))
        if c["ffn"]:
            all_shapes.update(norm(block + "ln2", dim, c["norm_kind"]))
            for name in ("fc1", *(["gate"] if c["gated_mlp"] else [])):
                all_shapes.update(linear(block + "mlp." + name, c["ffn"], dim, c["mlp_bias"]))
            all_shapes.update(linear(block + "mlp.fc2", dim, c["ffn"], c["mlp_bias"]))
    if c["norm"] == "pre":
        all_shapes.update(norm("ln", dim, c["norm_kind"]))
    if not c["tied"]:
        all_shapes["head.weight"] = (c["outputs"], dim)
    if c["head_bias"]:
        all_shapes["head.bias"] = (c["outputs"],)
    return all_shapes


def single(x):
    """Rounded to float32, so that both precisions start from the same numbers."""
    return x.float().double()


def drawn(name, shape):
    if len(shape) == 1:
        return single((not name.endswith(".bias")) + 0.2 * torch.randn(shape))
    return single(torch.randn(shape) / math.sqrt(shape[-1]))


def loss_of(model, data, smoothing):
    y = model(data["inputs"])
    return torch.nn.functional.cross_entropy(y.flatten(0, 1), data["targets"].flatten(), ignore_index=-100,
                                             label_smoothing=smoothing)


def train(c, start, data, make, steps=50):
    parameters = {name: p.detach().clone().requires_grad_() for name, p in start.items()}
    model = replicate.Model(c, parameters, masks())
    optimizer, losses = make(parameters.values()), []
    for model.step in range(steps):
        loss = loss_of(model, data, c["label_smoothing"])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


OPTIMIZERS = {
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.002, weight_decay=0.02),
    "adam": lambda p: torch.optim.Adam(p, lr=0.003, betas=(0.8, 0.98), eps=1e-3),
}


def golden(number, changes, batch=3):
    torch.manual_seed(2000 + number)
    c = {**DEFAULTS, **changes}
    parameters = {name: drawn(name, shape).requires_grad_() for name, shape in shapes(c).items()}
    model = replicate.Model(c, parameters, masks())
    places = (batch, c["length"])
    targets = torch.randint(c["outputs"], places)
    targets[0, 1] = -100
    data = {"inputs": torch.randint(c["vocabulary"], places), "targets": targets}
    loss = loss_of(model, data, c["label_smoothing"])
    loss.backward()
    case = {
        "config": c,
        "batch": batch,
        "data": {key: x.flatten().tolist() for key, x in data.items()},
        "parameters": {n: p.detach().flatten().tolist() for n, p in parameters.items()},
        "output": model(data["inputs"]).detach().flatten().tolist(),
        "loss": loss.item(),
        "gradients": {n: p.grad.flatten().tolist() for n, p in parameters.items()},
        "adamw": train(c, parameters, data, lambda p: torch.optim.AdamW(p, lr=0.003)),
        "sgd": train(c, parameters, data, lambda p: torch.optim.SGD(p, lr=0.01)),
    }
    if number == 0:
        case["optimizers"] = {k: train(c, parameters, data, make) for k, make in OPTIMIZERS.items()}
    return case


def compact(x):
    """13 digits: more than the tolerances need; parameters are exact in float32 with nine."""
    if isinstance(x, float):
        return float(f"{x:.13g}")
    if isinstance(x, list):
        return [compact(v) for v in x]
    if isinstance(x, dict):
        return {k: compact(v) for k, v in x.items()}
    return x


cases = {name: golden(i, changes) for i, (name, changes) in enumerate(VARIANTS.items())}
lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(compact(case))}" for name, case in cases.items())
print(f'{{"torch": {json.dumps(torch.__version__)}, "cases": {{\n{lines}\n}}}}')
