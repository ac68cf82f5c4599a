"""Statistics by SciPy, statsmodels and NumPy, which `src/results` is held to.

    python3 -m venv .venv && .venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0 numpy==2.4.6
    .venv/bin/python tools/statistics/golden.py --out fixtures/statistics/golden.json

Answers of two conditions are drawn from a seeded generator, written out as rows of nine marks (`1` right,
`0` wrong, `?` neither Yes nor No) and summarised; nothing of `src/` is read. Intervals and permutation
p-values are random: 100,000 resamples here, so that what differs is the tested side's error.
"""

import argparse
import json
import platform

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

CELLS = 9
GROUPS = 48
RESAMPLES = 100_000
REGIONS = {
    "top": [0, 1, 2],
    "middle": [3, 4, 5],
    "bottom": [6, 7, 8],
    "left": [0, 3, 6],
    "center column": [1, 4, 7],
    "right": [2, 5, 8],
    "center": [4],
    "edges": [1, 3, 5, 7],
    "corners": [0, 2, 6, 8],
}


def draw_marks(generator, chances):
    """Marks [groups, cells]; groups are easier or harder as a whole, a few outputs are unparsed."""
    ease = generator.normal(0, 1, (GROUPS, 1))
    logits = np.log(chances) - np.log1p(-chances)
    right = generator.random((GROUPS, CELLS)) < 1 / (1 + np.exp(-(logits + ease)))
    marks = np.where(right, "1", "0")
    return np.where(generator.random((GROUPS, CELLS)) < 0.02, "?", marks)


def describe(cells):
    """Mean, SD, range and region means of cell values [..., cells]; stacked first."""
    parts = [cells.mean(-1), cells.std(-1), cells.max(-1) - cells.min(-1)]
    parts += [cells[..., region].mean(-1) for region in REGIONS.values()]
    return np.stack(parts + [cells[..., cell] for cell in range(CELLS)])


def bootstrap(statistic, generator):
    """SciPy's percentile interval of a statistic of drawn group numbers [..., groups]."""
    result = stats.bootstrap(
        (np.arange(GROUPS),),
        lambda groups, axis: statistic(groups),
        n_resamples=RESAMPLES,
        batch=2000,
        vectorized=True,
        axis=-1,
        method="percentile",
        rng=generator,
    )
    value = statistic(np.arange(GROUPS))
    interval = result.confidence_interval
    spread = result.standard_error
    rows = zip(*(np.atleast_1d(part) for part in (value, interval.low, interval.high, spread)))
    return [dict(zip(("value", "low", "high", "error"), map(float, row))) for row in rows]


def range_null(scores, generator):
    """Positions shuffled inside each group: SciPy's permutation test of paired samples."""
    result = stats.permutation_test(
        tuple(scores.T.astype(float)),
        lambda *cells, axis: np.ptp(np.stack([cell.mean(axis) for cell in cells]), axis=0),
        permutation_type="samples",
        alternative="greater",
        n_resamples=20_000,
        batch=500,
        vectorized=True,
        axis=-1,
        rng=generator,
    )
    null = result.null_distribution
    return {
        "observed": float(result.statistic),
        "p": float(result.pvalue),
        "nullMean": float(null.mean()),
        "nullHigh": float(np.quantile(null, 0.95)),
    }


def swap_null(first, second, generator):
    """Conditions exchanged group by group, with a coin of its own for each of 100,000 swaps."""
    changes = {"pMean": lambda a, b: np.abs(b.mean(-1) - a.mean(-1))}
    changes["pRange"] = lambda a, b: np.abs(np.ptp(b, axis=-1) - np.ptp(a, axis=-1))
    coins = generator.random((RESAMPLES, GROUPS)) < 0.5
    difference = second - first
    moved = coins.astype(float) @ difference
    before, after = first.sum(0) + moved, second.sum(0) - moved
    found = {}
    for name, change in changes.items():
        observed = change(first.sum(0), second.sum(0))
        at_least = np.count_nonzero(change(before, after) >= observed - 1e-9)
        found[name] = (1 + at_least) / (1 + RESAMPLES)
    return found


def d_prime(hits, positives, alarms, negatives):
    rate = lambda k, n: (k + 0.5) / (n + 1)
    return stats.norm.ppf(rate(hits, positives)) - stats.norm.ppf(rate(alarms, negatives))


def consistency(marks, right="1"):
    same = (marks == marks[:, :1]).all(1)
    counts = np.stack([(marks == mark).sum(1) for mark in "10?"])
    return {
        "same": float(same.mean()),
        "allRight": float((same & (marks[:, 0] == right)).mean()),
        "allWrong": float((same & (marks[:, 0] != right)).mean()),
        "meanDeviating": float((CELLS - counts.max(0)).mean()),
    }


def condition(positive, negative, margins, generator):
    """One condition's numbers."""
    hits, rejections = (positive == "1").astype(int), (negative == "1").astype(int)
    alarms = (negative == "0").astype(int)
    cells = []
    for cell in range(CELLS):
        low, high = proportion_confint(int(hits[:, cell].sum()), GROUPS, method="wilson")
        yes_low, yes_high = proportion_confint(int(alarms[:, cell].sum()), GROUPS, method="wilson")
        unparsed = (positive[:, cell] == "?").sum() + (negative[:, cell] == "?").sum()
        cells.append(
            {
                "n": GROUPS,
                "accuracy": {"value": hits[:, cell].mean(), "low": low, "high": high},
                "yesRateOnNegatives": {
                    "value": alarms[:, cell].mean(),
                    "low": yes_low,
                    "high": yes_high,
                },
                "balancedAccuracy": (hits[:, cell].mean() + rejections[:, cell].mean()) / 2,
                "dPrime": d_prime(hits[:, cell].sum(), GROUPS, alarms[:, cell].sum(), GROUPS),
                "unparsedShare": unparsed / (2 * GROUPS),
                "meanMargin": margins[:, cell].mean(),
            }
        )
    measures = {"accuracy": hits, "balancedAccuracy": hits + rejections}
    points = {"accuracy": 1, "balancedAccuracy": 2}
    items = GROUPS * CELLS
    sensitivity = lambda groups: d_prime(
        hits[groups].sum((-2, -1)), items, alarms[groups].sum((-2, -1)), items
    )
    across = {
        name: {
            "described": bootstrap(
                lambda groups, scores=scores, name=name: describe(
                    scores[groups].mean(-2) / points[name]
                ),
                generator,
            ),
            "rangeNull": range_null(scores / points[name], generator),
        }
        for name, scores in measures.items()
    }
    q = {name: cochrans_q(bits) for name, bits in (("positives", hits), ("negatives", rejections))}
    return {
        "cells": cells,
        "across": across,
        "sensitivity": bootstrap(sensitivity, generator)[0],
        "margins": {
            "described": bootstrap(lambda groups: describe(margins[groups].mean(-2)), generator),
            "rangeNull": range_null(margins, generator),
        },
        "positives": {
            "consistency": consistency(positive),
            "cochran": {"q": q["positives"].statistic, "p": q["positives"].pvalue},
        },
        "negatives": {
            "consistency": consistency(negative),
            "cochran": {"q": q["negatives"].statistic, "p": q["negatives"].pvalue},
        },
    }


def comparison(first, second, generator):
    """The second condition less the first; each a pair of marks."""
    bits = [tuple((marks == "1").astype(int) for marks in pair) for pair in (first, second)]
    alarms = [(pair[1] == "0").astype(int) for pair in (first, second)]
    items = GROUPS * CELLS
    found = {}
    for name, points in (("accuracy", 1), ("balancedAccuracy", 2)):
        scores = [sum(pair[:points]) for pair in bits]
        described = bootstrap(
            lambda groups: describe(scores[1][groups].mean(-2) / points)
            - describe(scores[0][groups].mean(-2) / points),
            generator,
        )
        tests = []
        for cell in range(CELLS):
            table = np.zeros((2, 2), int)
            for polarity in range(points):
                np.add.at(table, (bits[0][polarity][:, cell], bits[1][polarity][:, cell]), 1)
            tests.append(
                {
                    "onlyFirst": int(table[1, 0]),
                    "onlySecond": int(table[0, 1]),
                    "p": min(1.0, mcnemar(table, exact=True).pvalue),
                }
            )
        corrected = multipletests([test["p"] for test in tests], method="holm")[1]
        for test, p in zip(tests, corrected):
            test["pHolm"] = float(p)
        swaps = swap_null(*(score.astype(float) for score in scores), generator)
        found[name] = {"described": described, "tests": tests, "swaps": swaps}
    sensitivity = lambda at, groups: d_prime(
        bits[at][0][groups].sum((-2, -1)), items, alarms[at][groups].sum((-2, -1)), items
    )
    change = lambda groups: sensitivity(1, groups) - sensitivity(0, groups)
    return {**found, "sensitivity": bootstrap(change, generator)[0]}


def tables(generator):
    """Plain tables of one test each, at sizes that the conditions do not reach."""
    pairs = [(0, 0), (0, 1), (0, 6), (3, 12), (5, 5), (40, 81), (1090, 1010), (2400, 2000)]
    trials = [(0, 1), (1, 1), (0, 12), (81, 263), (9, 10), (1000, 1000), (7, 9000)]
    p_values = generator.random(9) ** 3
    x, y = np.round(generator.normal(size=40), 1), np.round(generator.normal(size=40), 1)
    return {
        "mcnemar": [
            {"pair": pair, "p": min(1.0, mcnemar([[0, pair[0]], [pair[1], 0]], exact=True).pvalue)}
            for pair in pairs
        ],
        "wilson": [
            {"trials": [k, n], "interval": list(map(float, proportion_confint(k, n, method="wilson")))}
            for k, n in trials
        ],
        "holm": {
            "p": p_values.tolist(),
            "corrected": multipletests(p_values, method="holm")[1].tolist(),
        },
        "normalQuantile": [
            [p, stats.norm.ppf(p)] for p in (1e-6, 0.001, 0.025, 0.2, 0.5, 0.8, 0.925, 0.9999)
        ],
        "rankCorrelation": {
            "x": x.tolist(),
            "y": y.tolist(),
            "rho": float(stats.spearmanr(x, y).statistic),
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    generator = np.random.default_rng(20_260_901)
    uneven = np.array([0.62, 0.8, 0.66, 0.8, 0.93, 0.84, 0.55, 0.75, 0.45])
    chances = {"standard": uneven, "balanced": 0.5 * uneven + 0.42}
    marks = {
        name: (draw_marks(generator, chance), draw_marks(generator, np.full(CELLS, 0.88)))
        for name, chance in chances.items()
    }
    margins = {
        name: np.round(generator.normal(chance * 3, 1, (GROUPS, CELLS)), 3)
        for name, chance in chances.items()
    }
    golden = {
        "versions": {
            "python": platform.python_version(),
            "scipy": scipy.__version__,
            "statsmodels": statsmodels.__version__,
            "numpy": np.__version__,
        },
        "tables": tables(generator),
        "conditions": {
            name: {
                "answers": {
                    "positive": ["".join(row) for row in positive],
                    "negative": ["".join(row) for row in negative],
                    "margins": margins[name].tolist(),
                },
                **condition(positive, negative, margins[name], generator),
            }
            for name, (positive, negative) in marks.items()
        },
        "comparison": comparison(marks["standard"], marks["balanced"], generator),
    }
    with open(arguments.out, "w") as file:
        json.dump(golden, file, default=float)
        file.write("\n")
    print(f"{arguments.out}: {GROUPS} groups, versions {golden['versions']}")


if __name__ == "__main__":
    main()
