"""Stage 1: tower and projector, trained evenly over the nine cells.

A throwaway linear head names the pictures of all nine cells at once: from the
mean of a cell's sixteen projected tokens, and (a second, lighter term) from one
token of the cell alone, so that whoever reads any of a cell's tokens, as a decoder
does, finds the name linearly. The head is dropped afterwards.
"""

import argparse
import csv
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data import Drawings, augment, compose, grid_image, normalise, originals, read_names
from tower import Tower, TowerConfig


class Namer(nn.Module):
    """The tower under its throwaway head; class 0 is an empty cell."""

    def __init__(self, cfg: TowerConfig, names: int, drop: float):
        super().__init__()
        self.tower = Tower(cfg, drop)
        self.head = nn.Linear(cfg.projected, names + 1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = self.tower(pixels)
        b, _, d = x.shape
        return x.view(b, 3, 4, 3, 4, d).permute(0, 1, 3, 2, 4, 5).reshape(b, 9, 16, d)


def batch(drawings: Drawings, size: int, rng: np.random.Generator, g: torch.Generator, strength: float):
    """Images and the nine labels of each; one image in eight leaves cells empty."""
    labels = rng.integers(0, len(drawings.names), (size, 9))
    pictures = augment(drawings.pick(labels.reshape(-1), rng), g, strength).view(size, 9, 3, 56, 56)
    empty = np.zeros((size, 9), bool)
    for row in np.flatnonzero(rng.random(size) < 0.125):
        empty[row] = rng.permutation(9) < rng.integers(1, 9)
    pictures[torch.from_numpy(empty)] = 1.0
    return normalise(compose(pictures)), torch.from_numpy(np.where(empty, 0, labels + 1))


def held_out_grids(folder: str, names: list[str], style: str, rounds: int = 4):
    """Full grids of a style's own drawings, each drawing `rounds` times, through the processor's path."""
    rng = np.random.default_rng(11)
    labels, pictures = originals(folder, names, style)
    images, truth = [], []
    for _ in range(rounds):
        order = rng.permutation(len(labels))
        order = np.concatenate([order, order[: (-len(order)) % 9]]).reshape(-1, 9)
        for row in order:
            images.append(grid_image([pictures[i] for i in row]))
            truth.append([labels[i] + 1 for i in row])
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
    return normalise(pixels), torch.tensor(truth)


@torch.no_grad()
def score(model: Namer, images: torch.Tensor, truth: torch.Tensor) -> dict:
    """Naming accuracy on held-out drawings: first guess, among five, and per cell."""
    model.eval()
    logits = torch.cat([model.head(model(x).mean(2)) for x in images.split(64)])
    model.train()
    rank = (logits > logits.gather(2, truth[..., None])).sum(2)
    return {
        "top1": (rank == 0).float().mean().item(),
        "top3": (rank < 3).float().mean().item(),
        "top5": (rank < 5).float().mean().item(),
        "cells": [round(v, 3) for v in (rank == 0).float().mean(0).tolist()],
        "loss": F.cross_entropy(logits.view(-1, logits.shape[-1]), truth.view(-1)).item(),
        "rank": rank,
    }


class Optimiser:
    """Muon for the matrices inside the blocks, AdamW for everything else (or for all of it)."""

    def __init__(self, model: nn.Module, a: argparse.Namespace, inside: tuple[str, ...] = ("blocks", "linear_")):
        inner = [x for n, x in model.named_parameters() if x.ndim == 2 and any(part in n for part in inside)] if a.muon else []
        chosen = {id(x) for x in inner}
        rest = [x for x in model.parameters() if id(x) not in chosen]
        decayed = {id(x) for n, x in model.named_parameters() if x.ndim > 1 and "embed_tokens" not in n}
        groups = [{"params": [x for x in rest if id(x) in decayed], "weight_decay": a.decay}, {"params": [x for x in rest if id(x) not in decayed], "weight_decay": 0.0}]
        groups = [group for group in groups if group["params"]]
        self.parts = [torch.optim.AdamW(groups, lr=a.lr, betas=(0.9, 0.98))]
        self.factors = [1.0]
        if inner:
            self.parts.append(torch.optim.Muon(inner, lr=a.lr, weight_decay=a.decay, momentum=0.95, adjust_lr_fn="match_rms_adamw"))
            self.factors.append(a.muon)

    def set_rate(self, rate: float) -> None:
        for part, factor in zip(self.parts, self.factors):
            for group in part.param_groups:
                group["lr"] = rate * factor

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def state_dict(self) -> list:
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states: list) -> None:
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    p.add_argument("--data", required=True)
    p.add_argument("--names", required=True)
    p.add_argument("--out", required=True, help="folder of the checkpoint; training resumes from it")
    p.add_argument("--held-out", default="", help="a training style to leave out and to score on")
    p.add_argument("--steps", type=int, required=True)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=1.2e-3)
    p.add_argument("--muon", type=float, default=0.0, help="Muon's rate as a multiple of --lr; 0 trains with AdamW alone")
    p.add_argument("--decay", type=float, default=0.05)
    p.add_argument("--drop", type=float, default=0.1)
    p.add_argument("--strength", type=float, default=1.0)
    p.add_argument("--smooth", type=float, default=0.1)
    p.add_argument("--hidden", type=int, default=160)
    p.add_argument("--layers", type=int, default=6)
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--bf16", type=int, default=1)
    p.add_argument("--compile", type=int, default=1)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--every", type=int, default=400)
    a = p.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(a.seed)
    rng, g = np.random.default_rng(a.seed), torch.Generator().manual_seed(a.seed)

    names = read_names(a.names)
    drawings = Drawings(a.data, names, without=[a.held_out] if a.held_out else [])
    print(f"{len(names)} names, {len(drawings.pixels)} pictures", flush=True)
    cfg = TowerConfig(hidden=a.hidden, layers=a.layers, heads=a.hidden // 32, mlp=4 * a.hidden)
    model = Namer(cfg, len(names), a.drop)
    average = Namer(cfg, len(names), 0.0)
    average.load_state_dict(model.state_dict())
    print(f"tower {sum(x.numel() for x in model.tower.parameters()):,} parameters", flush=True)
    optimiser = Optimiser(model, a)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    step, seconds = 0, 0.0
    if (out / "resume.pt").exists():
        state = torch.load(out / "resume.pt", weights_only=False)
        model.load_state_dict(state["model"]), average.load_state_dict(state["average"]), optimiser.load_state_dict(state["optimiser"])
        rng.bit_generator.state, step, seconds = state["numpy"], state["step"], state["seconds"]
        g.set_state(state["torch"]), torch.set_rng_state(state["global"])
    forward = torch.compile(model) if a.compile else model
    held = held_out_grids(a.data, names, a.held_out) if a.held_out else None

    running, token_running, since = 0.0, 0.0, time.time()
    while step < a.steps:
        warm = min(1.0, (step + 1) / 150)
        rate = a.lr * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / a.steps)))
        optimiser.set_rate(rate)
        images, labels = batch(drawings, a.batch, rng, g, a.strength)
        with torch.autocast("cpu", torch.bfloat16, enabled=bool(a.bf16)):
            tokens = forward(images)
            one = tokens[torch.arange(len(tokens))[:, None], torch.arange(9)[None], torch.randint(16, (len(tokens), 9))]
            logits, single = model.head(tokens.mean(2)), model.head(one)
        flat = labels.view(-1)
        loss = F.cross_entropy(logits.float().view(len(flat), -1), flat, label_smoothing=a.smooth)
        token_loss = F.cross_entropy(single.float().view(len(flat), -1), flat, label_smoothing=a.smooth)
        optimiser.zero_grad()
        (loss + 0.3 * token_loss).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        with torch.no_grad():
            keep = min(a.ema, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        running += loss.item()
        token_running += token_loss.item()
        if step % a.every == 0 or step == a.steps:
            seconds += time.time() - since
            row = {"step": step, "seconds": round(seconds), "loss": round(running / a.every, 4), "token_loss": round(token_running / a.every, 4)}
            if held:
                s = score(average, *held)
                row |= {k: round(s[k], 4) for k in ("top1", "top3", "top5")}
                print(s["cells"], flush=True)
                np.save(out / "rank.npy", np.stack([held[1].numpy(), s["rank"].numpy()]))
            print(row, flush=True)
            write_row(out / "curve.csv", row)
            torch.save({"tower": average.tower.state_dict(), "head": average.head.state_dict(), "config": cfg.as_dict(), "names": names, "args": vars(a), "step": step}, out / "tower.pt")
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "numpy": rng.bit_generator.state,
                        "torch": g.get_state(), "global": torch.get_rng_state(), "step": step, "seconds": seconds}, out / "resume.tmp")
            (out / "resume.tmp").replace(out / "resume.pt")
            running, token_running, since = 0.0, 0.0, time.time()


def write_row(path: Path, row: dict) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as f:
        writer = csv.DictWriter(f, row.keys())
        if fresh:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
