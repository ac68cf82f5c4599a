"""The probe on heavily distorted training drawings: a stand-in for an unseen style.

Every style but the test style is trained on, so this is the nearest thing to a
held-out figure for the final model: drawings whose distortions it has not seen.
"""

import argparse

import numpy as np
import torch
import torch.nn.functional as F

from data import Drawings, augment, grid_image, normalise, read_names
from evaluate import Answerer, groups_of, statistics, table
from tokenizer import caption_of


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--models", required=True, help="exported folders, comma-separated")
    p.add_argument("--data", required=True)
    p.add_argument("--names", required=True)
    p.add_argument("--groups", type=int, default=120)
    p.add_argument("--strength", type=float, default=1.3)
    p.add_argument("--scheme", default="standard")
    a = p.parse_args()
    torch.set_num_threads(2)
    names = read_names(a.names)
    rng, g = np.random.default_rng(3), torch.Generator().manual_seed(3)
    labels = np.repeat(np.arange(len(names)), 3)
    small = augment(Drawings(a.data, names).pick(labels, rng, original=0.1), g, a.strength)
    large = F.interpolate(small, size=(168, 168), mode="bicubic").clamp(0, 1)
    pictures = (large.permute(0, 2, 3, 1).numpy() * 255).astype(np.uint8)
    for folder in a.models.split(","):
        answerer, positive, negative = Answerer(folder), [], []
        for chosen, other in groups_of(list(labels), a.groups, 5):
            target, rest = pictures[chosen[0]], [pictures[i] for i in chosen[1:]]
            images = np.stack([grid_image(rest[:k] + [target] + rest[k:]) for k in range(9)])
            features = answerer.features(normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255))
            positive.append(answerer.margins(features, caption_of(names[labels[chosen[0]]]), a.scheme)[0])
            negative.append(answerer.margins(features, caption_of(names[other]), a.scheme)[0])
        r = statistics(np.stack(positive), np.stack(negative))
        print(f"{folder}\nyes on positives\n{table(r['tpr'])}\nno on negatives\n{table(r['tnr'])}\nbalanced accuracy\n{table(r['balanced'])}")
        print(f"best {r['best']} {r['best_interval']}, max - min {r['spread']:.3f}, p {r['p']:.4f}")


if __name__ == "__main__":
    main()
