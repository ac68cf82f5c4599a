"""Drops the names that a held-out training style shows to be told apart worst.

Reads the ranks that stage 1 kept for its held-out style and keeps the names whose
drawings of that style were named best; the test style is never looked at.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from data import read_names


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--ranks", required=True, help="rank.npy of a stage 1 run with --held-out")
    p.add_argument("--names", required=True, help="the names of that run")
    p.add_argument("--keep", type=int, required=True)
    p.add_argument("--always", default="", help="comma-separated names to keep whatever their rank")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    names = read_names(a.names)
    truth, rank = np.load(a.ranks).reshape(2, -1)
    # The mean log rank: one hopeless view out of four should not decide, nor should one lucky one.
    score = {n: np.log1p(rank[truth == i + 1]).mean() for i, n in enumerate(names) if (truth == i + 1).any()}
    always = set(filter(None, a.always.split(",")))
    order = sorted(score, key=lambda n: (n not in always, score[n]))
    kept = sorted(order[: a.keep])
    Path(a.out).write_text("\n".join(kept) + "\n")
    print(f"kept {len(kept)}; log rank of the worst kept {score[order[a.keep - 1]]:.2f}")
    print("dropped, worst last:", " ".join(f"{n}:{score[n]:.1f}" for n in order[a.keep :]))
    print(Counter(n in score for n in names))


if __name__ == "__main__":
    main()
