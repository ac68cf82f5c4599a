"""The vision tower (CLIP's architecture) and the projector, in plain PyTorch.

Written out here rather than taken from transformers because training wants two
things that its module does not offer: stochastic depth, and position embeddings
that are the sum of a cell's and of a place within the cell (what is learned about
a drawing in one cell then holds in the other eight, which keeps the encoder even).
`export.py` writes the sum, under transformers' names; nothing of this remains.
"""

from dataclasses import dataclass, asdict

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class TowerConfig:
    """Sizes of the tower and of the projected features."""

    hidden: int = 160
    layers: int = 6
    heads: int = 5
    mlp: int = 640
    image: int = 168
    patch: int = 14
    projected: int = 128

    def as_dict(self) -> dict:
        return asdict(self)


class Block(nn.Module):
    """A pre-norm transformer block of CLIP (quick GELU, biases everywhere)."""

    def __init__(self, cfg: TowerConfig, drop: float):
        super().__init__()
        d = cfg.hidden
        self.heads = cfg.heads
        self.drop = drop
        self.layer_norm1 = nn.LayerNorm(d)
        self.qkv = nn.Linear(d, 3 * d)
        self.out_proj = nn.Linear(d, d)
        self.layer_norm2 = nn.LayerNorm(d)
        self.fc1 = nn.Linear(d, cfg.mlp)
        self.fc2 = nn.Linear(cfg.mlp, d)

    def keep(self, x: torch.Tensor) -> torch.Tensor:
        """Stochastic depth: a whole branch of a whole image is left out."""
        if not self.training or self.drop == 0:
            return x
        mask = torch.rand(x.shape[0], 1, 1) >= self.drop
        return x * (mask.to(x.dtype) / (1 - self.drop))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(self.layer_norm1(x)).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d)
        x = x + self.keep(self.out_proj(a))
        h = self.fc1(self.layer_norm2(x))
        return x + self.keep(self.fc2(h * torch.sigmoid(1.702 * h)))


class Tower(nn.Module):
    """Pixels [b, 3, 168, 168] (normalised) to projected tokens [b, 144, projected]."""

    def __init__(self, cfg: TowerConfig, drop: float = 0.0):
        super().__init__()
        self.cfg = cfg
        d, side = cfg.hidden, cfg.image // cfg.patch
        self.patch_embedding = nn.Linear(3 * cfg.patch * cfg.patch, d, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(d) * 0.02)
        self.class_position = nn.Parameter(torch.randn(d) * 0.02)
        self.cell_position = nn.Parameter(torch.randn(9, d) * 0.5)
        self.inner_position = nn.Parameter(torch.randn(16, d) * 0.5)
        place = torch.arange(side * side)
        row, col = place // side, place % side
        self.register_buffer("cell_of", (row // 4) * 3 + col // 4, persistent=False)
        self.register_buffer("inner_of", (row % 4) * 4 + col % 4, persistent=False)
        self.pre_layernorm = nn.LayerNorm(d)
        self.blocks = nn.ModuleList(Block(cfg, drop * i / max(1, cfg.layers - 1)) for i in range(cfg.layers))
        self.linear_1 = nn.Linear(d, cfg.projected)
        self.linear_2 = nn.Linear(cfg.projected, cfg.projected)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=module.in_features**-0.5 * 0.6)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def positions(self) -> torch.Tensor:
        """The position table as CLIP stores it: the class token first."""
        patches = self.cell_position[self.cell_of] + self.inner_position[self.inner_of]
        return torch.cat([self.class_position[None], patches])

    def hidden_states(self, pixels: torch.Tensor) -> torch.Tensor:
        b, p = pixels.shape[0], self.cfg.patch
        side = self.cfg.image // p
        x = pixels.view(b, 3, side, p, side, p).permute(0, 2, 4, 1, 3, 5).reshape(b, side * side, 3 * p * p)
        x = self.patch_embedding(x)
        x = torch.cat([self.class_embedding.expand(b, 1, -1).to(x.dtype), x], 1) + self.positions().to(x.dtype)
        x = self.pre_layernorm(x)
        for block in self.blocks:
            x = block(x)
        return x[:, 1:]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.linear_2(F.gelu(self.linear_1(self.hidden_states(pixels))))
