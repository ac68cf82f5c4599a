"""Position ids of the schemes for any family: one axis, or three for M-RoPE.

Source of the rule: "From Bias to Balance" (arXiv 2509.21984 v1), with the balance strength that lies
between standard (0) and balanced (1).
"""

from dataclasses import dataclass

import torch

STRENGTHS = {"standard": 0.0, "balanced": 1.0, "0.5": 0.5}


@dataclass(frozen=True)
class Span:
    """The tokens of one image in an unpadded row; `relative` [axes, length] are its own ids from 0."""

    start: int
    relative: torch.Tensor

    @property
    def length(self) -> int:
        return self.relative.shape[1]


def line(length: int) -> torch.Tensor:
    """[1, length]: an image whose tokens simply count on."""
    return torch.arange(length)[None]


def grid(thw: list[int], merge: int) -> torch.Tensor:
    """[3, t*h*w / merge^2]: M-RoPE's time, height and width of each merged patch, row by row."""
    t, h, w = thw[0], thw[1] // merge, thw[2] // merge
    axes = torch.meshgrid(torch.arange(t), torch.arange(h), torch.arange(w), indexing="ij")
    return torch.stack(axes).reshape(3, -1)


def row_positions(length: int, spans: list[Span], strength: float, axes: int) -> torch.Tensor:
    """float64 [axes, length]: an image id p becomes i + (1 - strength)(p - i) on each axis, where i is
    the image's first id; what follows goes on one above the largest of them."""
    starts = {span.start: span for span in spans}
    parts, following, n = [], 0.0, 0
    while n < length:
        if n in starts:
            span = starts[n]
            ids = following + (1 - strength) * span.relative.double()
            parts.append(ids.expand(axes, -1))
            following = ids.max().item() + 1
            n += span.length
        else:
            parts.append(torch.full((axes, 1), following, dtype=torch.float64))
            following += 1
            n += 1
    return torch.cat(parts, dim=1)


def batch_positions(
    attention_mask: torch.Tensor, spans: list[list[Span]], strength: float, axes: int
) -> torch.Tensor:
    """float32 [axes, b, s], or [b, s] for one axis; padding, on either side, gets id 0."""
    positions = torch.zeros((axes, *attention_mask.shape), dtype=torch.float64)
    for row, row_spans in enumerate(spans):
        valid = attention_mask[row].bool()
        positions[:, row, valid] = row_positions(int(valid.sum()), row_spans, strength, axes)
    return (positions if axes > 1 else positions[0]).float()
