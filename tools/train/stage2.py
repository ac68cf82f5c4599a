"""Stage 2: a fresh decoder learns to answer, with tower and projector frozen.

The cells asked about follow a skewed table (`questions.HABIT`), as photographs'
subjects do. Images are drawn into a pool once, their features kept in fp16, and
each is asked different questions every time it comes up.

Answering yes or no needs a caption compared with a picture, and a fresh decoder
sits long on a plateau before it finds out how. Hence three phases: first naming
counts as much as matching; then nearly only matching counts, whose small
gradient would else be drowned, until its loss has come off the plateau (both on
mostly sparse images, where there is little to pick out); then everything on the
full mix, with a falling rate.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import tokenizer as tokens_of
from data import CELLS, Drawings, augment, compose, normalise, read_names
from decoder import Decoder, DecoderConfig
from questions import HABIT_TABLE, Questions, pack
from stage1 import Optimiser, write_row
from tower import Tower, TowerConfig


def bfloat16() -> torch.autocast:
    """bfloat16 where the processor computes in it; emulated it takes seven times as long as float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())


def load_tower(path: str) -> tuple[Tower, dict]:
    """The frozen tower and the rest of stage 1's checkpoint."""
    state = torch.load(path, weights_only=False)
    tower = Tower(TowerConfig(**state["config"])).eval()
    tower.load_state_dict(state["tower"])
    return tower.requires_grad_(False), state


def whitening(features: torch.Tensor, floor: float = 2e-3) -> tuple[torch.Tensor, torch.Tensor]:
    """Shift and matrix after which the projector's outputs vary alike in all directions.

    The last act of stage 1, computed over full grids, every token alike, and folded
    into the projector's second layer: a few directions would drown the others, and
    matching a caption would take the decoder far longer to learn.
    """
    x = features.float().reshape(-1, features.shape[-1])
    shift = x.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov(x.T))
    gains = (values + floor * values.max()).rsqrt()
    matrix = vectors @ torch.diag(gains) @ vectors.T
    size = ((x - shift) @ matrix).pow(2).mean().sqrt()
    return shift, matrix * (0.25 / size)


@torch.no_grad()
def make_pool(tower: Tower, drawings: Drawings, size: int, seed: int, strength: float):
    """Features [size, 144, d], labels [size, 9] (-1: empty) and how many pictures each image holds.

    Four images in ten hold one to three pictures, placed by the same habit; the rest are full."""
    rng, g = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    features = torch.empty(size, 144, tower.cfg.projected, dtype=torch.float16)
    cells = rng.integers(0, len(drawings.names), (size, 9))
    count = np.where(rng.random(size) < 0.4, rng.choice([1, 2, 3], size, p=[0.6, 0.2, 0.2]), 9)
    for row in np.flatnonzero(count < 9):
        shown = rng.choice(9, count[row], replace=False, p=HABIT_TABLE)
        cells[row, np.setdiff1d(np.arange(9), shown)] = -1
    for start in range(0, size, 64):
        labels = cells[start : start + 64]
        pictures = augment(drawings.pick(np.maximum(labels, 0).reshape(-1), rng), g, strength).view(len(labels), 9, 3, 56, 56)
        pictures[torch.from_numpy(labels < 0)] = 1.0
        with bfloat16():
            features[start : start + 64] = tower(normalise(compose(pictures))).half()
    return features, cells, count


def check_packing(decoder: Decoder, q: Questions, features: torch.Tensor, cells, count) -> float:
    """The largest difference between packed questions and the same ones asked alone."""
    rng = np.random.default_rng(5)
    positions, slots, starts, width = q.layout(2, 2, 2)
    tokens, rows, at, _, _ = pack(q, cells[:2], count[:2] == 1, rng, 2, 2, 2, starts, width)
    before = torch.tensor(q.before).expand(2, -1)
    embeds = torch.cat([decoder.embed_tokens(before), features[:2].float(), decoder.embed_tokens(tokens)], 1)
    packed = decoder(embeds, positions, slots)
    prefix, worst = int(starts[0]), 0.0
    for n, start in enumerate(starts):
        end = int(starts[n + 1]) if n + 1 < len(starts) else embeds.shape[1]
        alone = torch.cat([embeds[:, :prefix], embeds[:, start:end]], 1)
        count = alone.shape[1]
        lone = decoder(alone, torch.arange(count))
        worst = max(worst, (lone[:, prefix:] - packed[:, start:end]).abs().max().item())
    return worst


def prefix_end(starts: np.ndarray, count: int, width: int) -> int:
    """Where the slots of the first `count` questions end."""
    return int(starts[count]) if count < len(starts) else int(starts[0]) + width


def falling(part: float) -> float:
    """A cosine from 1 to 0.02 over a phase."""
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    p.add_argument("--data", required=True)
    p.add_argument("--tower", required=True, help="tower.pt of stage 1")
    p.add_argument("--vocabulary", required=True, help="the list of names that the tokenizer is trained on")
    p.add_argument("--out", required=True)
    p.add_argument("--held-out", default="", help="a training style to leave out")
    p.add_argument("--steps", type=int, required=True)
    p.add_argument("--pool", type=int, default=12288)
    p.add_argument("--pool-file", default="", help="where the pool is kept, so that several seeds share it")
    p.add_argument("--pool-seed", type=int, default=77)
    p.add_argument("--strength", type=float, default=1.0)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--probes", type=int, default=4)
    p.add_argument("--shorts", type=int, default=4)
    p.add_argument("--namings", type=int, default=4)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--muon", type=float, default=1.0)
    p.add_argument("--decay", type=float, default=0.05)
    p.add_argument("--naming-steps", type=int, default=250, help="length of the first phase")
    p.add_argument("--matched", type=float, default=0.55, help="the yes/no loss that ends the second phase")
    p.add_argument("--phase-2-cap", type=int, default=1000, help="the second phase's length at most")
    p.add_argument("--sparse-late", type=float, default=0.4, help="the share of sparse images in the third phase")
    p.add_argument("--noise", type=float, default=0.0)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--every", type=int, default=100)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    rng = np.random.default_rng(1000 + a.seed)

    tower, state = load_tower(a.tower)
    names = state["names"]
    drawings = Drawings(a.data, names, without=[a.held_out] if a.held_out else [])
    if a.pool_file and Path(a.pool_file).exists():
        features, cells, count = torch.load(a.pool_file, weights_only=False)
    else:
        began = time.time()
        features, cells, count = make_pool(tower, drawings, a.pool, a.pool_seed, a.strength)
        print(f"pool of {a.pool} in {time.time() - began:.0f} s", flush=True)
        if a.pool_file:
            torch.save((features, cells, count), a.pool_file)
    shift, matrix = whitening(features[torch.from_numpy(np.flatnonzero(count == 9))[:1500]])
    for part in features.split(512):
        part.copy_((part.float() - shift) @ matrix)
    few, full = np.flatnonzero(count < 9), np.flatnonzero(count == 9)

    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = tokens_of.build(read_names(a.vocabulary), CELLS)
    q = Questions(tokenizer, names)
    decoder = Decoder(DecoderConfig(vocab=tokenizer.get_vocab_size()))
    print(f"decoder {sum(x.numel() for x in decoder.parameters()):,} parameters; slots {q.probe_slot}, {q.short_slot} and {q.name_slot}", flush=True)
    print(f"packing differs by {check_packing(decoder, q, features, cells, count):.1e}", flush=True)
    optimiser = Optimiser(decoder, a, inside=("layers",))
    average = {k: v.clone() for k, v in decoder.state_dict().items()}
    step, seconds, matched_at = 0, 0.0, None
    if (out / "resume.pt").exists():
        kept = torch.load(out / "resume.pt", weights_only=False)
        decoder.load_state_dict(kept["decoder"]), optimiser.load_state_dict(kept["optimiser"])
        average, step, seconds, rng.bit_generator.state = kept["average"], kept["step"], kept["seconds"], kept["numpy"]
        matched_at = kept.get("matched_at")
    compiled = torch.compile(decoder, dynamic=False)
    # Questions an image (probe, short, naming) in each phase, and the weight of naming.
    full_mix = (a.probes, a.shorts, a.namings, 1.0)
    mixes = {1: full_mix, 2: (2, 6, 2, 0.1), 3: full_mix}
    recent = np.log(2)
    before = torch.tensor(q.before)
    sums, since = np.zeros(6), time.time()
    while matched_at is None or step < matched_at + a.steps:
        phase = 3 if matched_at is not None else 1 if step < a.naming_steps else 2
        probes, shorts, namings, naming_weight = mixes[phase]
        positions, slots, starts, width = q.layout(probes, shorts, namings)
        rate = a.lr * min(1.0, (step + 1) / 100)
        if phase == 3:
            rate *= falling((step - matched_at) / a.steps)
        optimiser.set_rate(rate)
        # Early on mostly sparse images: with one picture there is nothing to pick out, only to compare.
        sparse = rng.random(a.batch) < (0.85 if phase < 3 else a.sparse_late)
        chosen = np.where(sparse, rng.choice(few, a.batch), rng.choice(full, a.batch))
        tokens, rows, at, target, weight = pack(q, cells[chosen], count[chosen] == 1, rng, probes, shorts, namings, starts, width)
        image = features[torch.from_numpy(chosen)].float()
        if a.noise:
            image = image + torch.randn_like(image) * (a.noise * 0.25)
        with bfloat16():
            embeds = torch.cat([decoder.embed_tokens(before).expand(a.batch, -1, -1), image, decoder.embed_tokens(tokens)], 1)
            hidden = compiled(embeds, positions, slots)
            logits = decoder.logits(hidden[rows, at])
        binary = (target == q.yes[0]) | (target == q.no[0])
        each = F.cross_entropy(logits.float(), target, reduction="none")
        factor = torch.where(at < prefix_end(starts, probes + shorts, width), 1.0, naming_weight) * weight
        loss = (each * factor).sum() / factor.sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimiser.step()
        step += 1
        with torch.no_grad():
            keep = min(0.995, (1 + step) / (10 + step))
            for name, value in decoder.state_dict().items():
                average[name].lerp_(value, 1 - keep)
            right = (logits.argmax(-1) == target).float()
            recent = 0.9 * recent + 0.1 * each[binary].mean().item()
            first = (weight == 1) & ~binary
            sums += [loss.item(), each[binary].mean().item(), right[binary].mean().item(), each[first].mean().item(), right[first].mean().item(), 1]
        if matched_at is None and phase == 2 and (recent < a.matched or step >= a.naming_steps + a.phase_2_cap):
            matched_at = step
            print(f"phase 3 begins after step {step}", flush=True)
        if step % a.every == 0 or (matched_at is not None and step == matched_at + a.steps):
            seconds += time.time() - since
            s = sums / sums[-1]
            row = {"step": step, "phase": phase, "seconds": round(seconds), "loss": round(float(s[0]), 4), "yes_no_loss": round(float(s[1]), 4), "yes_no_right": round(float(s[2]), 4), "name_loss": round(float(s[3]), 4), "name_right": round(float(s[4]), 4)}
            print(row, flush=True)
            write_row(out / "curve.csv", row)
            torch.save({"decoder": average, "config": decoder.cfg.as_dict(), "shift": shift, "matrix": matrix, "tower": a.tower, "names": names, "vocabulary": a.vocabulary, "args": vars(a), "step": step}, out / "decoder.pt")
            torch.save({"decoder": decoder.state_dict(), "optimiser": optimiser.state_dict(), "average": average, "step": step, "matched_at": matched_at, "seconds": seconds, "numpy": rng.bit_generator.state}, out / "resume.tmp")
            (out / "resume.tmp").replace(out / "resume.pt")
            sums, since = np.zeros(6), time.time()


if __name__ == "__main__":
    main()
