"""Puts the curves of both stages into the one small file beside the model."""

import argparse
import csv
from pathlib import Path

COLUMNS = ["stage", "seed", "phase", "step", "seconds", "loss", "token_loss", "yes_no_loss", "yes_no_right", "name_loss", "name_right"]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--stage1", required=True)
    p.add_argument("--stage2", required=True, nargs="+", help="folders of the seeds, in order")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    runs = [(1, 0, a.stage1)] + [(2, seed, folder) for seed, folder in enumerate(a.stage2)]
    with Path(a.out).open("w", newline="") as f:
        writer = csv.DictWriter(f, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for stage, seed, folder in runs:
            with (Path(folder) / "curve.csv").open() as source:
                for row in csv.DictReader(source):
                    writer.writerow({"stage": stage, "seed": seed} | row)


if __name__ == "__main__":
    main()
