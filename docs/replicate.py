#!/usr/bin/env python3
"""Replays a training run of qklab in PyTorch and compares the losses.

    qklab trace CONFIG --out DIR
    python3 docs/replicate.py DIR...

Reads only each DIR: model.json describes the model, params/ its initial parameters, batches/ its training data, held_out/
what it is judged on at the end. Exits with 1 if a loss or a first gradient differs by more than the tolerance, and with 2
if the trace uses something that is not supported here.
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
    """Euclidean projection of each row on the simplex, over the visible tokens (Martins & Astudillo 2016)."""
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
    if kind == "uniform":
        return (0 * scores).masked_fill(~visible, -torch.inf).softmax(dim=-1)
    return unsupported(f"attention {kind}")


def gated_scan(q, k, v, gate):
    """S_t = S_{t-1} diag(g_t) + v_t k_t^T, o_t = S_t q_t, S_0 = 0. All (..., length, width); the gate's width may be 1."""
    state, outputs = 0, []
    for t in range(q.shape[-2]):
        state = state * gate[..., t, None, :] + v[..., t, :, None] * k[..., t, None, :]
        outputs.append((state @ q[..., t, :, None])[..., 0])
    return torch.stack(outputs, dim=-2)


WORD, WIDE = 2**32 - 1, 2**64 - 1


def substream(lane, index):
    """The lane of substream `index`: splitmix64 of lane + index + 1."""
    x = (lane + index + 1) & WIDE
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & WIDE
    x = (x ^ x >> 27) * 0x94D049BB133111EB & WIDE
    return x ^ x >> 31


def philox(blocks, key, lane):
    """Philox4x32-10 (Salmon et al. 2011): four words of each block of a stream, (4, blocks)."""
    def word(x):
        return numpy.full(len(blocks), x & WORD, numpy.uint64)

    a, b, c, d = blocks & numpy.uint64(WORD), blocks >> numpy.uint64(32), word(lane), word(lane >> 32)
    key = list(key)
    for _ in range(10):
        x, y = a * numpy.uint64(0xD2511F53), c * numpy.uint64(0xCD9E8D57)
        shift, low = numpy.uint64(32), numpy.uint64(WORD)
        a, b, c, d = y >> shift ^ b ^ numpy.uint64(key[0]), y & low, x >> shift ^ d ^ numpy.uint64(key[1]), x & low
        key = [(key[0] + 0x9E3779B9) & WORD, (key[1] + 0xBB67AE85) & WORD]
    return numpy.stack([a, b, c, d])


def dropout_factors(shape, probability, key, lane):
    """0 where a number is dropped, else 1 / (1 - probability). Number j of a row takes word j mod 64 of the row's group
    j / 64 of 16 blocks: words 0 and 2 of its blocks in turn, then words 1 and 3."""
    groups, rows = -(-shape[-1] // 64), math.prod(shape[:-1])
    words = philox(numpy.arange(16 * groups * rows, dtype=numpy.uint64), key, lane).reshape(4, -1, 16)
    words = numpy.concatenate([numpy.stack([words[0], words[2]], -1).reshape(-1, 32),
                               numpy.stack([words[1], words[3]], -1).reshape(-1, 32)], -1)
    threshold = round(probability * 2**32)
    kept = words.reshape(rows, -1)[:, : shape[-1]] >= threshold
    return torch.from_numpy(kept / (1 - threshold / 2**32)).reshape(shape)


def turn(x, base):
    """Rotary positions: coordinates i and i + m/2 of each head are turned by position times base^(-2 i / m)."""
    length, width = x.shape[-2:]
    angle = torch.arange(length, dtype=torch.float64)[:, None] * base ** (-torch.arange(0, width, 2) / width)
    cosine, sine = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., : width // 2], x[..., width // 2:]
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], dim=-1)


def sinusoids(length, dim, base):
    angle = torch.arange(length, dtype=torch.float64)[:, None] * base ** (-2 * (torch.arange(dim) // 2) / dim)
    return torch.where(torch.arange(dim) % 2 == 0, angle.sin(), angle.cos())


def alibi(heads, length):
    power = 2 ** (heads.bit_length() - 1)
    slopes = [2 ** (-8 * (h + 1) / power) for h in range(power)]
    slopes += [2 ** (-8 * (2 * h + 1) / (2 * power)) for h in range(heads - power)]
    place = torch.arange(length)
    return -torch.tensor(slopes, dtype=torch.float64)[:, None, None] * (place[:, None] - place).abs()


ACTIVATIONS = {"gelu": functional.gelu, "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
               "relu": functional.relu, "silu": functional.silu}


class Model:
    """The transformer of core/nn/transformer.hpp, computed from its parameters by name."""

    def __init__(self, description, parameters, masks=None):
        self.m = description
        self.p = parameters
        self.masks = masks  # key and lane of the stream of what is dropped; None: nothing is
        self.step = 0

    def norm(self, x, name, kind=None):
        gain, epsilon = self.p[name + ".weight"], self.m["norm_epsilon"]
        if (kind or self.m["norm_kind"]) == "rms":
            return gain * x / (x.square().mean(dim=-1, keepdim=True) + epsilon).sqrt()
        return functional.layer_norm(x, x.shape[-1:], gain, self.p[name + ".bias"], epsilon)

    def drop(self, x, kind, place):
        probability = self.m["dropout." + kind]
        if probability == 0 or self.masks is None:
            return x
        lane = substream(substream(self.masks["lane"], self.step), place)
        return x * dropout_factors(x.shape, probability, self.masks["key"], lane).to(x.dtype)

    def cap(self, x, name):
        return self.m[name] * torch.tanh(x / self.m[name]) if self.m[name] else x

    def bias(self, name):
        return self.p.get(name + ".bias", 0.0)

    def weight(self, name):
        """A block's effective weight: W, or with sigma-Reparam gamma W / ||W||, with the norm from u and v."""
        w = self.p[name + ".weight"]
        if name + ".gamma" not in self.p:
            return w
        return w * (self.p[name + ".gamma"] / (self.p[name + ".u"] @ w @ self.p[name + ".v"]))

    def query_key(self, block):
        """W_q and W_k of each head, (heads, m, dim), or with combined matrices W_QK (heads, dim, dim) and None."""
        names = ("qk",) if self.m["combined"] else ("q", "k")
        rows = self.m["dim"] if self.m["combined"] else self.m["dim"] // self.m["heads"]
        ws = [self.weight(f"blocks.{block}.attn.{w}").reshape(-1, rows, self.m["dim"]) for w in names]
        return ws[0], (None if self.m["combined"] else self.shared(ws[1]))

    def shared(self, groups):
        """Each head's part of what belongs to groups of heads, along the first axis."""
        sharing = self.m["heads"] // len(groups)
        return groups if sharing == 1 else groups.repeat_interleave(sharing, dim=0)

    def heads(self, block, x, weight, name):
        """Each head's queries, keys or values (batch, heads, length, m), normed and turned."""
        y = x[:, None] @ weight.transpose(1, 2)
        bias = self.p.get(f"blocks.{block}.attn.{name}.bias")
        if bias is not None:
            y = y + self.shared(bias.reshape(-1, 1, y.shape[-1]))
        if name != "v" and self.m["qk_norm"] != "none":
            y = self.norm(y, f"blocks.{block}.attn.{name}_norm", self.m["qk_norm"])
        return turn(y, self.m["rotary.base"]) if name != "v" and self.m["positions"] == "rotary" else y

    def head_matrices(self, block):
        """W_QK of each head, up to transposition: (heads, n, n)."""
        q, k = self.query_key(block)
        return q if k is None else q @ k.transpose(1, 2)

    def traces(self, block):
        return self.head_matrices(block).diagonal(dim1=1, dim2=2).sum(dim=-1)

    def squares(self, block, kind):
        """tr(W^2) of each head's W = W_QK, or tr(W W^T)."""
        if kind == "trace":
            w = self.head_matrices(block)
            return torch.einsum("hij,hji->h", w, w)
        q, k = self.query_key(block)
        return (q if k is None else k.transpose(1, 2) @ q).square().sum(dim=(1, 2))

    def attention(self, x, block):
        name = f"blocks.{block}.attn."
        batch, length, dim = x.shape

        def split(y):
            return y.reshape(batch, length, self.m["heads"], -1).transpose(1, 2)

        query, key = self.query_key(block)
        if name + "gamma" in self.p:  # TAME
            eta = self.squares(block, "trace")
            query = query * (self.p[name + "gamma"] * (eta + 1e-6).log() / eta.sqrt())[:, None, None]
        q = self.heads(block, x, query, "q")
        k = x[:, None] if key is None else self.heads(block, x, key, "k")
        value = self.weight(name + "v").reshape(-1, dim // self.m["heads"], dim)
        v = self.heads(block, x, self.shared(value), "v")
        scale = 1 / math.sqrt(q.shape[-1])
        if self.m["attention"] == "gated_linear":
            gate = split(torch.sigmoid(x @ self.weight(name + "g").T + self.p[name + "g.bias"]))
            mixed = gated_scan(q, k, v, gate) * scale / length
        else:
            visible = torch.ones(length, length, dtype=torch.bool)
            if self.m["causal"]:
                visible = visible.tril()
            if self.m["window"]:  # only the last `window` keys
                visible = visible.triu(1 - self.m["window"])
            scores = q @ k.transpose(2, 3) * scale
            if self.m["positions"] == "alibi":
                scores = scores + alibi(self.m["heads"], length).to(x.dtype)
            weights = attention_weights(self.m["attention"], self.cap(scores, "attention_cap"), visible)
            mixed = self.drop(weights, "attention", 3 * block + 1) @ v
        return mixed.transpose(1, 2).reshape(batch, length, dim) @ self.weight(name + "o").T + self.bias(name + "o")

    def mlp(self, x, block):
        name = f"blocks.{block}.mlp."
        hidden, activation = x @ self.weight(name + "fc1").T + self.bias(name + "fc1"), ACTIVATIONS[self.m["activation"]]
        if self.m["gated_mlp"]:
            hidden = hidden * activation(x @ self.weight(name + "gate").T + self.bias(name + "gate"))
        else:
            hidden = activation(hidden)
        return hidden @ self.weight(name + "fc2").T + self.bias(name + "fc2")

    def part(self, x, f, block, norm):
        """One of a block's two parts, with its norm and skip connection."""
        place, name = self.m["norm"], f"blocks.{block}.{norm}"
        y = f(self.norm(x, name) if place == "pre" else x, block)
        y = self.drop(y, "residual", 3 * block + (2 if norm == "ln1" else 3))
        if self.m["skip"]:
            y = x + self.m["residual_scale"] * y
        return self.norm(y, name) if place == "post" else y

    def __call__(self, inputs):
        table = self.p["embedding.weight"]
        x = table[inputs] * self.m["embedding_scale"] if self.m["vocabulary"] else inputs @ table.T
        if self.m["positions"] == "learned":
            x = x + self.p["position.weight"][: x.shape[1]]
        elif self.m["positions"] == "sinusoidal":
            x = x + sinusoids(x.shape[1], x.shape[2], self.m["sinusoidal.base"]).to(x.dtype)
        elif self.m["positions"] not in ("none", "rotary", "alibi"):
            unsupported(f"positions {self.m['positions']}")
        x = self.drop(x, "embedding", 0)
        for block in range(self.m["layers"]):
            x = self.part(x, self.attention, block, "ln1")
            if self.m["ffn"]:
                x = self.part(x, self.mlp, block, "ln2")
        if self.m["norm"] == "pre":
            x = self.norm(x, "ln")
        return self.cap(x @ self.p["embedding.weight" if self.m["tied"] else "head.weight"].T + self.bias("head"),
                        "logit_cap")


class Simple(torch.optim.Optimizer):
    """Optimizers that PyTorch lacks: update(w, gradient, state, lr, numbers) changes w."""

    def __init__(self, parameters, update, lr, numbers):
        super().__init__(parameters, dict(lr=lr))
        self.update, self.numbers = update, numbers

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                self.update(w, w.grad, self.state[w], group["lr"], self.numbers)


def sign_sgd(w, gradient, _, lr, o):
    w.sub_(lr * (gradient + o["weight_decay"] * w).sign())


def signum(w, gradient, state, lr, o):
    m = state.setdefault("m", torch.zeros_like(w))
    m.mul_(o["momentum"]).add_(gradient + o["weight_decay"] * w)
    w.sub_(lr * m.sign())


def lion(w, gradient, state, lr, o):
    """Chen et al. 2023. Weight decay is decoupled."""
    m = state.setdefault("m", torch.zeros_like(w))
    direction = (o["beta1"] * m + (1 - o["beta1"]) * gradient).sign()
    m.mul_(o["beta2"]).add_(gradient, alpha=1 - o["beta2"])
    w.mul_(1 - lr * o["weight_decay"]).sub_(lr * direction)


def mirror(w, gradient, _, lr, o):
    """Mirror descent under the potential (1/p) sum |w|^p: sign(w) |w|^(p-1) moves against the gradient."""
    dual = w.sign() * w.abs() ** (o["power"] - 1) - lr * (gradient + o["weight_decay"] * w)
    w.copy_(dual.sign() * dual.abs() ** (1 / (o["power"] - 1)))


def make_optimizer(o, parameters):
    name, lr, decay = o["name"], o["rate"], o["weight_decay"]
    if name in ("sgd", "momentum", "nesterov"):
        momentum = 0 if name == "sgd" else o["momentum"]
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, nesterov=name == "nesterov",
                               weight_decay=decay)
    if name in ("adam", "adamw"):
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return kind(parameters, lr=lr, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"], weight_decay=decay)
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=lr, alpha=o["beta2"], eps=o["epsilon"], weight_decay=decay)
    for update in (sign_sgd, signum, lion, mirror):
        if name == update.__name__:
            return Simple(parameters, update, lr, o)
    return unsupported(f"optimizer {name}")


def rate_factor(s, step):
    if step < s["warmup"]:
        return (step + 1) / s["warmup"]
    if s["decay"] == "constant":
        return 1.0
    if s["decay"] == "inverse_sqrt":
        return math.sqrt(max(s["warmup"], 1) / (step + 1))
    done = min(1.0, (step - s["warmup"]) / (s["steps"] - s["warmup"]))
    if s["decay"] == "linear":
        return s["last"] + (1 - s["last"]) * (1 - done)
    if s["decay"] != "cosine":
        unsupported(f"schedule {s['decay']}")
    return s["last"] + (1 - s["last"]) * 0.5 * (1 + math.cos(math.pi * done))


def penalty(r, model, initial):
    """The term that the regularizer adds to the loss; `initial` holds the initial tr W_QK by layer."""
    if r["name"] != "locater":  # the others belong to the optimizer or to the model
        return 0.0
    total = 0.0
    for block, traces in enumerate(initial):
        total = total + r["strength"] * model.squares(block, r["squares"]).sum()
        if r["keep"] == "penalty":
            total = total + r["strength"] * ((model.traces(block) - traces) ** 2).sum()
    return total


def hold_trace(q, k, trace):
    """Moves a head's W_QK = q, or W_q = q and W_k = k, to the nearest ones with tr(W_QK) = trace.

    Of factors, q + k and q - k are divided by 1 - s and 1 + s. The condition <q, k> = trace is then a polynomial
    in s, which has one root between -1 and 1.
    """
    if k is None:
        q.diagonal().add_((trace - q.double().trace()) / len(q))
        return
    plus, minus = q.double() + k.double(), q.double() - k.double()
    a, b, c = float(plus.square().sum()), float(minus.square().sum()), 4 * float(trace)
    roots = numpy.roots([-c, 0, a - b + 2 * c, 2 * (a + b), a - b - c])
    (s,) = [root.real for root in roots if abs(root.imag) < 1e-9 and abs(root.real) < 1]
    plus, minus = plus / (1 - s), minus / (1 + s)
    q.copy_((plus + minus) / 2)
    k.copy_((plus - minus) / 2)


@torch.no_grad()
def after_update(r, model, initial):
    """Applies the regularizer's changes to the weights themselves."""
    for name in model.p:
        if name.endswith(".u"):  # sigma-Reparam: a step of power iteration
            w, u, v = (model.p[name[:-1] + part] for part in ("weight", "u", "v"))
            u.copy_(functional.normalize(w @ v, dim=0).T)
            v.copy_(functional.normalize(u @ w, dim=1).T)
    if r["name"] == "locater" and r["keep"] == "init":
        for block, traces in enumerate(initial):
            q, k = model.query_key(block)
            for head, trace in enumerate(traces):
                if model.m["key_groups"] not in (0, model.m["heads"]):  # the key is others' as well: the query moves alone
                    q[head].add_((trace - (q[head] * k[head]).sum()) / k[head].square().sum() * k[head])
                else:
                    hold_trace(q[head], None if k is None else k[head], trace)


def relative(a, b, least):
    return float((a - b).norm() / max(float(b.norm()), least, 1e-12))


def relative_loss(ours, theirs):
    return abs(ours - theirs) / max(abs(ours), 1e-12)


def worse(difference, known):
    """The larger of two differences, and NaN where one of them is."""
    return known if difference <= known or math.isnan(known) else difference


def batch_loss(model, folder, number, task, smoothing):
    """The mean loss over the targets of a batch, and how many targets it has."""
    inputs = torch.from_numpy(numpy.load(folder / f"{number}_inputs.npy"))
    targets = torch.from_numpy(numpy.load(folder / f"{number}_targets.npy"))
    output = model(inputs.long() if model.m["vocabulary"] else inputs)
    if task["answers"] == "last":
        output = output[:, -1:]
    if task["loss"] == "mean_squared_error":
        return functional.mse_loss(output, targets), targets.numel()
    ignored = task["ignored_target"]
    loss = functional.cross_entropy(output.flatten(0, 1), targets.long().flatten(), ignore_index=ignored,
                                    label_smoothing=smoothing)
    return loss, int((targets != ignored).sum())


@torch.no_grad()
def held_out_loss(model, folder, task):
    """The mean over all targets of the held-out batches, with nothing dropped or smoothed."""
    reading = Model(model.m, model.p)
    total, count = 0.0, 0
    for number in range(len(list(folder.glob("*_inputs.npy")))):
        loss, targets = batch_loss(reading, folder, number, task, 0.0)
        total, count = total + targets * loss.item(), count + targets
    return total / count


def losses_of(file):
    with open(file, newline="") as lines:
        return [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(lines)]


def agrees(folder, tolerance):
    """Trains the traced model, and says how far it is from the trace. NaN anywhere is a difference."""
    trace = json.loads((folder / "model.json").read_text())
    files = sorted((folder / "params").glob("*.npy"))
    arrays = {file.stem: torch.from_numpy(numpy.load(file)) for file in files}
    model = Model(trace["model"], arrays, trace["dropout"])
    trained = {name: array.requires_grad_() for name, array in arrays.items()
               if (folder / "grads" / f"{name}.npy").exists()}
    optimizer = make_optimizer(trace["optimizer"], list(trained.values()))
    task, clip, regularizer = trace["task"], trace["optimizer"]["clip"], trace["regularizer"]
    with torch.no_grad():
        traces = [model.traces(n) for n in range(trace["model"]["layers"])]

    expected = losses_of(folder / "losses.csv")
    worst, worst_step, worst_gradient = 0.0, 0, 0.0
    for step, theirs in expected:
        model.step = step
        loss, _ = batch_loss(model, folder / "batches", step, task, task["label_smoothing"])
        ours = loss.item()
        difference = relative_loss(ours, theirs)
        if worse(difference, worst) is difference:
            worst, worst_step = difference, step
        optimizer.zero_grad()
        (loss + penalty(regularizer, model, traces)).backward()
        if step == 0:
            # Biases of keys have none where softmax follows: what is there is rounding.
            least = 1e-3 * math.sqrt(sum(float(p.grad.square().sum()) for p in trained.values()))
            for name, parameter in trained.items():
                gradient = torch.from_numpy(numpy.load(folder / "grads" / f"{name}.npy"))
                worst_gradient = worse(relative(gradient, parameter.grad, least), worst_gradient)
        if clip > 0:
            torch.nn.utils.clip_grad_norm_(trained.values(), clip)
        for group in optimizer.param_groups:
            group["lr"] = trace["optimizer"]["rate"] * rate_factor(trace["schedule"], step)
        optimizer.step()
        after_update(regularizer, model, traces)

    ((_, at_end),) = losses_of(folder / "held_out.csv")
    judged = held_out_loss(model, folder / "held_out", task)
    of_judged = relative_loss(judged, at_end)
    print(f"{folder}: {len(expected)} steps, largest relative difference of a loss {worst:.2e} (step {worst_step}), "
          f"of a first gradient {worst_gradient:.2e}, of the held-out loss at the end {of_judged:.2e} "
          f"({judged:.6g} here, {at_end:.6g} there)")
    return len(expected) > 0 and all(each <= tolerance for each in (worst, worst_gradient, of_judged))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=pathlib.Path, nargs="+", help="what `qklab trace` wrote")
    arguments.add_argument("--tolerance", type=float, default=1e-3, help="relative, of losses (default: 1e-3)")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    differing = [folder for folder in options.directory if not agrees(folder, options.tolerance)]
    for folder in differing:
        print(f"{folder} differs by more than {options.tolerance:g}")
    if not differing:
        print("agrees" if len(options.directory) == 1 else "all agree")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
