"""Entropy of a PyTorch attention layer against its temperature, as an experiment of qklab.

    qklab run examples/attention_entropy.yaml

The same from qklab's own engine: examples/attention_entropy_own.yaml.
"""
import math

import torch

import qklab


@qklab.experiment(scalars={"entropy": "nats"})
def attention_entropy(temperature: float = 8.0, dim: int = 64, length: int = 64, mean: float = 0.0,
                      variance: float = 1.0, seed: int = 0):
    """Entropy of one head of nn.MultiheadAttention, mean over queries, for tokens on a sphere."""
    draws = torch.Generator().manual_seed(seed)
    standard = torch.randn(dim, generator=draws)
    standard -= standard.mean()
    eigenvalues = mean + standard * math.sqrt(variance / standard.square().mean())  # exactly, as qklab's own
    basis, _ = torch.linalg.qr(torch.randn(dim, dim, generator=draws))
    query_key = basis @ torch.diag(eigenvalues) @ basis.T

    attention = torch.nn.MultiheadAttention(dim, num_heads=1, bias=False, batch_first=True)
    with torch.no_grad():
        # The layer divides logits by sqrt(dim) itself.
        identity = torch.eye(dim)
        attention.in_proj_weight.copy_(torch.cat([query_key * math.sqrt(dim) / temperature, identity, identity]))
        tokens = torch.randn(1, length, dim, generator=draws)
        tokens *= math.sqrt(dim) / tokens.norm(dim=-1, keepdim=True)
        _, weights = attention(tokens, tokens, tokens)
    return {"entropy": torch.special.entr(weights).sum(-1).mean()}


if __name__ == "__main__":
    attention_entropy.serve()
