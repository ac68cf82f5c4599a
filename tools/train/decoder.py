"""The Llama decoder in plain PyTorch, for training with many questions behind one image.

`export.py` writes it under transformers' names. Written out because packed questions
need an explicit mask and explicit position ids in one compiled forward pass.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class DecoderConfig:
    """Sizes of the decoder."""

    vocab: int
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    mlp: int = 272
    theta: float = 10000.0
    eps: float = 1e-5

    def as_dict(self) -> dict:
        return asdict(self)


class RMSNorm(nn.Module):
    """Root-mean-square normalisation."""

    def __init__(self, d: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def rotary(positions: torch.Tensor, width: int, theta: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines [..., width], halves repeated, as Llama pairs them."""
    inverse = 1.0 / theta ** (torch.arange(0, width, 2).float() / width)
    angle = positions.float()[..., None] * inverse
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def packed_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, prefix: int, slots: tuple[tuple[int, int], ...]) -> torch.Tensor:
    """Causal attention of a prefix and of slots behind it that see the prefix and themselves alone.

    q, k and v are [b, heads, tokens, width]; `slots` holds (how many, how long) in their order. The
    same as a dense mask, at a third of the products where there are a dozen slots."""
    outs = [F.scaled_dot_product_attention(q[:, :, :prefix], k[:, :, :prefix], v[:, :, :prefix], is_causal=True)]
    at, (b, heads, _, width) = prefix, q.shape
    for count, length in slots:
        end = at + count * length
        own = lambda x: x[:, :, at:end].reshape(b, heads, count, length, width)
        towards = q[:, :, at:end] @ k[:, :, :prefix].transpose(-1, -2)
        within = own(q) @ own(k).transpose(-1, -2)
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        within = within.masked_fill(later, float("-inf")).view(b, heads, end - at, length)
        weights = torch.softmax(torch.cat([towards, within], -1) * width**-0.5, -1)
        inside = weights[..., prefix:].reshape(b, heads, count, length, length) @ own(v)
        outs.append(weights[..., :prefix] @ v[:, :, :prefix] + inside.view(b, heads, end - at, width))
        at = end
    return torch.cat(outs, 2)


class Layer(nn.Module):
    """Attention and SwiGLU, each behind its norm."""

    def __init__(self, cfg: DecoderConfig):
        super().__init__()
        d = cfg.hidden
        self.heads = cfg.heads
        self.input_layernorm = RMSNorm(d, cfg.eps)
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.post_attention_layernorm = RMSNorm(d, cfg.eps)
        self.gate_proj, self.up_proj = nn.Linear(d, cfg.mlp, bias=False), nn.Linear(d, cfg.mlp, bias=False)
        self.down_proj = nn.Linear(cfg.mlp, d, bias=False)

    def forward(self, x, cos, sin, prefix, slots):
        b, n, d = x.shape
        h = self.input_layernorm(x)
        split = lambda y: y.view(b, n, self.heads, d // self.heads).transpose(1, 2)
        q, k, v = split(self.q_proj(h)), split(self.k_proj(h)), split(self.v_proj(h))
        q, k = turn(q, cos, sin).to(v.dtype), turn(k, cos, sin).to(v.dtype)
        a = packed_attention(q, k, v, prefix, slots)
        x = x + self.o_proj(a.transpose(1, 2).reshape(b, n, d))
        h = self.post_attention_layernorm(x)
        return x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h))


class Decoder(nn.Module):
    """Embeddings in, last hidden states out; `logits` ties the output to the embeddings."""

    def __init__(self, cfg: DecoderConfig):
        super().__init__()
        self.cfg = cfg
        self.embed_tokens = nn.Embedding(cfg.vocab, cfg.hidden)
        self.layers = nn.ModuleList(Layer(cfg) for _ in range(cfg.layers))
        self.norm = RMSNorm(cfg.hidden, cfg.eps)
        nn.init.normal_(self.embed_tokens.weight, std=0.06)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.8 * module.in_features**-0.5)
        for layer in self.layers:
            layer.o_proj.weight.data *= 0.5
            layer.down_proj.weight.data *= 0.5

    def forward(self, embeds: torch.Tensor, positions: torch.Tensor, slots: tuple[tuple[int, int], ...] = ()) -> torch.Tensor:
        """`slots` as of `packed_attention`; without them one causal sequence."""
        prefix = embeds.shape[1] - sum(count * length for count, length in slots)
        cos, sin = rotary(positions, self.cfg.hidden // self.cfg.heads, self.cfg.theta)
        x = embeds
        for layer in self.layers:
            x = layer(x, cos, sin, prefix, slots)
        return self.norm(x)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden @ self.embed_tokens.weight.t().to(hidden.dtype)
