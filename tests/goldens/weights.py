"""Writes weights/*.safetensors and weights/gpt2.npz, small models of PyTorch in the layouts of GPT-2, LLaMA (grouped
keys, bfloat16) and BERT (float16), and weights.json, the spectra of their heads by NumPy, for the tests in tests/weights.

    /usr/bin/python3 tests/goldens/weights.py

Needs NumPy and PyTorch. safetensors are written by the format's definition, not by a library.
"""
import json
import pathlib
import struct

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "weights"
DIM, HEADS, LAYERS = 16, 4, 2
WIDTH = DIM // HEADS
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}

torch.manual_seed(21)


def write_safetensors(path, arrays):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in arrays.items():
        raw = bytes(array.contiguous().view(torch.uint8).flatten().tolist()) if array.numel() else b""
        header[name] = {"dtype": TYPES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def spectrum(query, key):
    """query, key: (m, dim), rows of W_q and W_k. By the whole W_QK = W_k^T W_q, whose other eigenvalues are 0."""
    m, w = query.shape[0], key.T @ query
    eigenvalues = np.linalg.eigvals(w)
    eigenvalues = eigenvalues[np.argsort(-abs(eigenvalues))][:m]
    singular = np.linalg.svd(w, compute_uv=False)[:m]
    share = singular / singular.sum()
    mean = eigenvalues.mean()
    symmetric = (w + w.T) / 2
    return {
        "mean": mean.real,
        "variance": ((eigenvalues - mean) ** 2).mean().real,
        "frobenius_variance": (w ** 2).sum() / m - mean.real ** 2,
        "spectral_norm": singular[0],
        "effective_rank": np.exp(-(share * np.log(share)).sum()),
        "symmetric_share": (symmetric ** 2).sum() / (w ** 2).sum(),
        "eigenvalue_sum_of_cubes": (eigenvalues ** 3).sum().real,
    }


def heads(layers, groups, fold):
    """layers: (W_q, W_k, gain) for each layer, (out, in)."""
    rows = []
    for layer, (query, key, gain) in enumerate(layers):
        q, k = (np.asarray(x.float(), dtype=np.float64) for x in (query, key))
        if fold:
            q, k = (x * np.asarray(gain.float(), dtype=np.float64) for x in (q, k))
        for head in range(HEADS):
            group = head // (HEADS // groups)
            rows.append({"layer": layer, "head": head,
                         **spectrum(q[head * WIDTH:(head + 1) * WIDTH], k[group * WIDTH:(group + 1) * WIDTH])})
    return rows


def normal(*shape, scale=0.5):
    return torch.randn(*shape) * scale


def gpt2():
    arrays = {"transformer.wte.weight": normal(11, DIM), "transformer.wpe.weight": normal(8, DIM)}
    layers = []
    for n in range(LAYERS):
        part = f"transformer.h.{n}."
        attention = arrays[part + "attn.c_attn.weight"] = normal(DIM, 3 * DIM)  # (in, out)
        arrays[part + "attn.c_attn.bias"] = normal(3 * DIM)
        arrays[part + "attn.bias"] = torch.tril(torch.ones(1, 1, 8, 8))  # the mask, which old files have
        gain = arrays[part + "ln_1.weight"] = 1 + normal(DIM)
        arrays[part + "ln_1.bias"] = normal(DIM)
        layers.append((attention[:, :DIM].T, attention[:, DIM:2 * DIM].T, gain))
    return arrays, layers, HEADS


def llama():
    groups, arrays, layers = 2, {"model.embed_tokens.weight": normal(11, DIM).bfloat16()}, []
    for n in range(LAYERS):
        part = f"model.layers.{n}."
        query = arrays[part + "self_attn.q_proj.weight"] = normal(DIM, DIM).bfloat16()
        key = arrays[part + "self_attn.k_proj.weight"] = normal(groups * WIDTH, DIM).bfloat16()
        arrays[part + "self_attn.v_proj.weight"] = normal(groups * WIDTH, DIM).bfloat16()
        gain = arrays[part + "input_layernorm.weight"] = (1 + normal(DIM)).bfloat16()
        layers.append((query, key, gain))
    return arrays, layers, groups


def bert():
    arrays = {"bert.embeddings.LayerNorm.weight": (1 + normal(DIM)).half(),
              "bert.embeddings.LayerNorm.bias": normal(DIM).half()}
    gain, layers = arrays["bert.embeddings.LayerNorm.weight"], []
    for n in range(LAYERS):
        part = f"bert.encoder.layer.{n}."
        both = []
        for name in ("query", "key", "value"):
            both.append(normal(DIM, DIM).half())
            arrays[part + f"attention.self.{name}.weight"] = both[-1]
            arrays[part + f"attention.self.{name}.bias"] = normal(DIM).half()
        layers.append((both[0], both[1], gain))
        gain = arrays[part + "output.LayerNorm.weight"] = (1 + normal(DIM)).half()
        arrays[part + "output.LayerNorm.bias"] = normal(DIM).half()
    return arrays, layers, HEADS


FOLDER.mkdir(exist_ok=True)
goldens = {}
for make in (gpt2, llama, bert):
    arrays, layers, groups = make()
    write_safetensors(FOLDER / f"{make.__name__}.safetensors", arrays)
    goldens[make.__name__] = {"plain": heads(layers, groups, False), "folded": heads(layers, groups, True)}
    if make is gpt2:
        np.savez(FOLDER / "gpt2.npz", **{name: array.numpy() for name, array in arrays.items()})
(HERE / "weights.json").write_text(json.dumps(goldens, indent=1) + "\n")
