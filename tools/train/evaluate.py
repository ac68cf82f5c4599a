"""Scores an exported folder on the spatial probe, for standard and for balanced positions.

The same measurement as the product's own command, on any style: for tuning on a
held-out training style (--data, --style), or on the shipped atlas (--atlas).
"""

import argparse
import json

import numpy as np
import torch
from transformers import AutoTokenizer, LlavaForConditionalGeneration

from data import CELLS, atlas, grid_image, normalise, originals, read_names
from tokenizer import PROBE, caption_of, prompt

IMAGE_TOKENS = 144


def groups_of(labels: list[int], count: int, seed: int):
    """Target, eight distractors (other names) and a negative name that is not among the nine."""
    rng = np.random.default_rng(seed)
    unique = sorted(set(labels))
    drawings = {u: [i for i, l in enumerate(labels) if l == u] for u in unique}
    for n in range(count):
        chosen = rng.permutation(unique)[:10]
        yield [int(rng.choice(drawings[c])) for c in chosen[:9]], int(chosen[9])


class Answerer:
    """Image features once an image, then the Yes/No margin of a caption under a position scheme."""

    def __init__(self, folder: str):
        self.model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.yes, self.no = (self.tokenizer(f" {w}", add_special_tokens=False).input_ids[0] for w in ("Yes", "No"))
        self.image = self.tokenizer.convert_tokens_to_ids("<image>")

    @torch.no_grad()
    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        found = self.model.get_image_features(pixel_values=pixels)
        found = found if isinstance(found, (list, tuple)) else found.pooler_output
        return torch.stack(list(found)) if found[0].ndim == 2 else torch.cat(list(found))

    @torch.no_grad()
    def margins(self, features: torch.Tensor, caption: str, scheme: str):
        """Margins of one caption for every row, and how many rows answer neither Yes nor No."""
        ids = self.tokenizer(prompt(PROBE.format(caption=caption))).input_ids
        at, b = ids.index(self.image), len(features)
        embed = self.model.get_input_embeddings()
        before, after = (embed(torch.tensor(x)).expand(b, -1, -1) for x in (ids[:at], ids[at + 1 :]))
        embeds = torch.cat([before, features, after], 1)
        n = embeds.shape[1]
        positions = torch.arange(n)
        if scheme == "balanced":
            positions = torch.cat([torch.arange(at), torch.full((IMAGE_TOKENS,), at), at + 1 + torch.arange(n - at - IMAGE_TOKENS)])
        language = self.model.model.language_model
        hidden = language(inputs_embeds=embeds, position_ids=positions.expand(b, -1), attention_mask=torch.ones(b, n, dtype=torch.long), use_cache=False).last_hidden_state[:, -1]
        logits = self.model.lm_head(hidden)
        top = logits.argmax(-1)
        return (logits[:, self.yes] - logits[:, self.no]).numpy(), int(((top != self.yes) & (top != self.no)).sum())


def statistics(positive: np.ndarray, negative: np.ndarray, seed: int = 3, rounds: int = 2000) -> dict:
    """Per-cell rates, the best cell's interval over groups, and the permutation test of max - min."""
    hit, rejected = positive > 0, negative <= 0
    balanced = (hit.mean(0) + rejected.mean(0)) / 2
    per_group = (hit.astype(float) + rejected) / 2
    rng = np.random.default_rng(seed)
    n, best = len(hit), int(balanced.argmax())
    draws = per_group[rng.integers(0, n, (rounds, n)), best].mean(1)
    spread = balanced.max() - balanced.min()
    null = []
    for _ in range(rounds):
        order = rng.random((n, 9)).argsort(1)
        means = np.take_along_axis(per_group, order, 1).mean(0)
        null.append(means.max() - means.min())
    auc = [(positive[:, k][:, None] > negative[:, k][None]).mean() for k in range(9)]
    return {"tpr": hit.mean(0), "tnr": rejected.mean(0), "balanced": balanced, "auc": np.array(auc), "best": CELLS[best],
            "best_interval": np.quantile(draws, [0.025, 0.975]), "spread": spread, "null_mean": float(np.mean(null)),
            "p": (1 + sum(v >= spread for v in null)) / (1 + rounds)}


def table(values: np.ndarray) -> str:
    return "\n".join("  " + "  ".join(f"{v:.3f}" for v in row) for row in values.reshape(3, 3))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", required=True)
    p.add_argument("--atlas", default="", help="the shipped data set's folder")
    p.add_argument("--data", default="", help="or the folder of the training drawings")
    p.add_argument("--names", default="")
    p.add_argument("--style", default="emojione")
    p.add_argument("--groups", type=int, default=300)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--schemes", default="standard,balanced")
    p.add_argument("--json", default="")
    a = p.parse_args()
    torch.set_num_threads(2)
    if a.atlas:
        names, pictures = atlas(a.atlas)
        labels = list(range(len(names)))
    else:
        names = read_names(a.names)
        labels, pictures = originals(a.data, names, a.style)
    answerer = Answerer(a.model)
    schemes = a.schemes.split(",")
    margins = {s: ([], []) for s in schemes}
    unparsed = {s: 0 for s in schemes}
    for chosen, negative in groups_of(labels, a.groups, a.seed):
        target, others = pictures[chosen[0]], [pictures[i] for i in chosen[1:]]
        images = np.stack([grid_image(others[:k] + [target] + others[k:]) for k in range(9)])
        features = answerer.features(normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255))
        for s in schemes:
            for store, label in zip(margins[s], (labels[chosen[0]], negative)):
                value, neither = answerer.margins(features, caption_of(names[label]), s)
                store.append(value)
                unparsed[s] += neither
    result = {}
    for s in schemes:
        r = statistics(*(np.stack(m) for m in margins[s]))
        print(f"== {s}: yes on positives\n{table(r['tpr'])}\nno on negatives\n{table(r['tnr'])}\nbalanced accuracy\n{table(r['balanced'])}\nAUC\n{table(r['auc'])}")
        print(f"mean {r['balanced'].mean():.3f}, best {r['best']} {r['balanced'].max():.3f} [{r['best_interval'][0]:.3f}, {r['best_interval'][1]:.3f}], "
              f"max - min {r['spread']:.3f} (null {r['null_mean']:.3f}), p {r['p']:.4f}, neither Yes nor No {unparsed[s]}")
        result[s] = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in r.items()}
    if a.json:
        with open(a.json, "w") as f:
            json.dump(result, f, indent=1)


if __name__ == "__main__":
    main()
