"""Training drawings, their augmentation, and grids as the model's processor makes them."""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
CELL = 56
CELLS = ["top_left", "top_center", "top_right", "left", "center", "right", "bottom_left", "bottom_center", "bottom_right"]


def read_names(path: str) -> list[str]:
    return Path(path).read_text().split()


class Drawings:
    """The variants of tools/emoji/build-train.mjs, restricted to some names and styles."""

    def __init__(self, folder: str, names: list[str], styles: list[str] | None = None, without: list[str] = ()):
        root = Path(folder)
        chunks, self.by_name = [], [dict() for _ in names]
        index_of = {name: i for i, name in enumerate(names)}
        offset = 0
        for part in sorted(root.glob("index-*.json")):
            index = json.loads(part.read_text())
            size = index["size"]
            raw = np.fromfile(root / part.name.replace("index", "variants").replace("json", "bin"), np.uint8)
            raw = raw.reshape(-1, size, size, 3)
            for item in index["items"]:
                style = item["style"]
                if item["name"] not in index_of or style in without or (styles and style not in styles):
                    continue
                chunks.append(raw[item["start"] : item["start"] + item["count"]])
                self.by_name[index_of[item["name"]]].setdefault(style, []).append((offset, item["count"]))
                offset += item["count"]
        # Stored channels last as they come; "ink" (0 is white) is what gets transformed.
        self.pixels = torch.from_numpy(255 - np.concatenate(chunks))
        self.names = names
        self.by_name = [list(styles.values()) for styles in self.by_name]

    def pick(self, labels: np.ndarray, rng: np.random.Generator, original: float = 0.2) -> torch.Tensor:
        """A drawing of each label: its style, then its drawing, then its variant, each evenly."""
        u = rng.random((len(labels), 3))
        ids = np.empty(len(labels), np.int64)
        for n, label in enumerate(labels):
            styles = self.by_name[label]
            style = styles[int(u[n, 0] * len(styles))]
            start, count = style[int(u[n, 1] * len(style))]
            ids[n] = start if u[n, 2] < original else start + int((u[n, 2] - original) / (1 - original) * count)
        return self.pixels[torch.from_numpy(ids)]


def colour_matrices(n: int, g: torch.Generator, strength: float) -> torch.Tensor:
    """Hue, saturation, brightness and channel gains as one 3x3 matrix on ink, so that white stays white."""
    r = lambda *s: torch.rand(*s, generator=g) * 2 - 1
    far = torch.rand(n, generator=g) < 0.15
    angle = r(n) * math.pi * torch.where(far, 0.5, 0.12 * strength)
    saturation = 1 + r(n) * 0.4 * strength
    saturation = torch.where(torch.rand(n, generator=g) < 0.08, torch.rand(n, generator=g) * 0.3, saturation)
    yiq = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    cos, sin, one, zero = torch.cos(angle) * saturation, torch.sin(angle) * saturation, torch.ones(n), torch.zeros(n)
    turn = torch.stack([one, zero, zero, zero, cos, -sin, zero, sin, cos], 1).view(n, 3, 3)
    m = torch.linalg.inv(yiq) @ turn @ yiq
    gains = (1 + r(n, 1) * 0.2 * strength) * (1 + r(n, 3) * 0.1 * strength)
    return m * gains[:, :, None]


def augment(ink: torch.Tensor, g: torch.Generator, strength: float = 1.0) -> torch.Tensor:
    """uint8 ink [n, s, s, 3] to RGB pictures [n, 3, 56, 56] in 0..1 on white."""
    n = ink.shape[0]
    r = lambda *s: torch.rand(*s, generator=g) * 2 - 1
    x = ink.float().div_(255)
    x = torch.bmm(x.view(n, -1, 3), colour_matrices(n, g, strength).transpose(1, 2)).view(x.shape).clamp_(0, 1)
    x = x.permute(0, 3, 1, 2)
    scale = torch.exp(r(n) * 0.22 + math.log(0.92))
    stretch = torch.exp(r(n) * 0.12)
    angle = r(n) * torch.where(torch.rand(n, generator=g) < 0.3, 0.5, 0.15)
    shear = r(n) * 0.15
    flip = torch.where(torch.rand(n, generator=g) < 0.35, -1.0, 1.0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    a = torch.stack([cos * flip, -sin + shear * cos, sin * flip, cos + shear * sin], 1).view(n, 2, 2)
    a = a * torch.stack([1 / (scale * stretch), stretch / scale], 1)[:, None, :]
    shift = r(n, 2, 1) * 0.14
    grid = F.affine_grid(torch.cat([a, shift], 2), (n, 3, CELL, CELL), align_corners=False)
    x = F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    gamma = torch.exp(r(n, 1, 1, 1) * 0.35 * strength)
    x = x.clamp(1e-4, 1) ** gamma
    x = torch.where(x < 2e-3, 0.0, x)
    soft = torch.rand(n, generator=g) < 0.15
    x[soft] = F.avg_pool2d(x[soft], 3, 1, 1)
    x = cutout(x, g)
    rgb = 1 - x
    noisy = torch.rand(n, generator=g) < 0.15
    rgb[noisy] += torch.randn(int(noisy.sum()), 3, CELL, CELL, generator=g) * 0.06
    return rgb.clamp_(0, 1)


def cutout(x: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """A white rectangle over part of three pictures in ten."""
    n = x.shape[0]
    size = 8 + torch.rand(n, 2, generator=g) * 20
    at = torch.rand(n, 2, generator=g) * CELL - size / 2
    axis = torch.arange(CELL).float()
    inside = [(axis[None] >= at[:, i, None]) & (axis[None] < (at + size)[:, i, None]) for i in (0, 1)]
    hole = inside[0][:, :, None] & inside[1][:, None, :] & (torch.rand(n, 1, 1, generator=g) < 0.3)
    return x.masked_fill(hole[:, None], 0.0)


def compose(cells: torch.Tensor) -> torch.Tensor:
    """Pictures [b, 9, 3, 56, 56] to images [b, 3, 168, 168]."""
    b = cells.shape[0]
    return cells.view(b, 3, 3, 3, CELL, CELL).permute(0, 3, 1, 4, 2, 5).reshape(b, 3, 3 * CELL, 3 * CELL)


def normalise(images: torch.Tensor) -> torch.Tensor:
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    return (images - mean) / std


def grid_image(pictures: list[np.ndarray | None]) -> np.ndarray:
    """Nine 168 px pictures (or None) to the 168 px image that the processor hands to the model."""
    canvas = np.full((504, 504, 3), 255, np.uint8)
    for k, picture in enumerate(pictures):
        if picture is not None:
            canvas[k // 3 * 168 : k // 3 * 168 + 168, k % 3 * 168 : k % 3 * 168 + 168] = picture
    return np.asarray(Image.fromarray(canvas).resize((168, 168), Image.BICUBIC))


def originals(folder: str, names: list[str], style: str) -> tuple[list[int], list[np.ndarray]]:
    """The undisturbed 168 px drawings of one training style: label and picture."""
    root, labels, pictures = Path(folder), [], []
    index_of = {name: i for i, name in enumerate(names)}
    for part in sorted(root.glob("index-*.json")):
        index = json.loads(part.read_text())
        raw = np.fromfile(root / part.name.replace("index", "originals").replace("json", "bin"), np.uint8)
        raw = raw.reshape(-1, 168, 168, 3)
        for n, item in enumerate(index["items"]):
            if item["style"] == style and item["name"] in index_of:
                labels.append(index_of[item["name"]])
                pictures.append(raw[n])
    order = np.argsort(labels, kind="stable")
    return [labels[i] for i in order], [pictures[i] for i in order]


def atlas(folder: str) -> tuple[list[str], list[np.ndarray]]:
    """The shipped drawings (the test style): names and 168 px pictures."""
    root = Path(folder)
    index = json.loads((root / "index.json").read_text())
    sheet = np.asarray(Image.open(root / index["atlas"]).convert("RGB"))
    c, columns = index["cell"], index["columns"]
    crop = lambda n: sheet[n // columns * c : n // columns * c + c, n % columns * c : n % columns * c + c]
    return [item["id"] for item in index["items"]], [crop(n) for n in range(len(index["items"]))]
