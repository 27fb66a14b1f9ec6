"""Explanations side by side: our TreeSHAP, LightGBM's `pred_contrib` and `shap.TreeExplainer`, on the same models and rows.

Checked for equal values first; CPU microseconds a row, the median of five, one thread.

    python -m tests.benchmarks.explanations [--model MODEL --signals SIGNALS] [--write]

MODEL is a folder of a trained model and SIGNALS the signals.parquet of a scoring: the very model that serves, additive trees included.
``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import lightgbm
import numpy as np
import pandas as pd
import shap

from resellerrisk.model.forest import read_forest
from resellerrisk.model.treeshap import explain_rows
from tests.benchmarks.page import describe_machine, table, write_section

#: Trees, leaves, depth: the size that libraries are compared at, and that of the boosted trees that we ship.
SHAPES = ((500, 31, -1), (300, 8, 4))
COLUMNS, ROWS, GROWN_ON, REPEATS = 155, 256, 6_000, 5


def grow(trees: int, leaves: int, depth: int) -> tuple[lightgbm.Booster, np.ndarray]:
    """A model over numbers with missing values, and the rows that it is asked about."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(GROWN_ON, COLUMNS))
    risk = X[:, :20] @ rng.normal(size=20) / 2 + X[:, 0] * X[:, 1] + np.sin(3 * X[:, 2])
    y = risk + rng.normal(size=GROWN_ON) > 1.5
    X[rng.random(X.shape) < 0.1] = np.nan
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "max_depth": depth,
        "learning_rate": 0.05,
        "feature_fraction": 0.3,
        "num_threads": 1,
        "verbosity": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(X, label=y.astype(float)), trees), X[:ROWS]


def cpu_micros(ask) -> float:
    """CPU microseconds a row, the median of five runs."""
    taken = []
    for _ in range(REPEATS):
        before = time.process_time()
        ask()
        taken.append(time.process_time() - before)
    return statistics.median(taken) / ROWS * 1e6


def read_served(model: str, signals: str) -> tuple[str, lightgbm.Booster, np.ndarray]:
    """A trained model and rows that it was asked about."""
    from resellerrisk.model import RiskModel

    served = RiskModel.load(model)
    rows = pd.read_parquet(signals)[list(served.columns_)].to_numpy(np.float64)
    rows = rows[np.random.default_rng(0).permutation(len(rows))[:ROWS]]
    return f"a model that serves, {served.booster_.num_trees()} trees", served.booster_, rows


def compare(shape: str, booster: lightgbm.Booster, X: np.ndarray) -> list[list[str]]:
    """Rows of the table for one model."""
    forest = read_forest(booster.model_to_string())
    explainer = shap.TreeExplainer(booster)
    margin, ours = explain_rows(forest, X)
    theirs = booster.predict(X, pred_contrib=True, num_threads=1)
    gap = max(np.abs(ours - theirs).max(), np.abs(ours[:, :-1] - explainer.shap_values(X)).max())
    if gap > 1e-9 or not np.array_equal(margin, booster.predict(X, raw_score=True, num_threads=1)):
        raise SystemExit(f"The values differ by {gap}; nothing is compared.")
    quick = cpu_micros(lambda: explain_rows(forest, X))
    rows = {
        "resellerrisk": quick,
        "pred_contrib": cpu_micros(lambda: booster.predict(X, pred_contrib=True, num_threads=1)),
        "shap.TreeExplainer": cpu_micros(lambda: explainer.shap_values(X)),
    }
    return [
        [shape, name, f"{micros:,.1f}", f"{micros / quick:.1f}", f"{gap:.0e}"]
        for name, micros in rows.items()
    ]


def main() -> None:
    """Print the table, and write it where that is asked for."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    asked = argparse.ArgumentParser()
    asked.add_argument("--model")
    asked.add_argument("--signals")
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    rows = []
    for trees, leaves, depth in SHAPES:
        rows += compare(f"{trees} × {leaves} leaves", *grow(trees, leaves, depth))
    if told.model:
        rows += compare(*read_served(told.model, told.signals))
    text = f"{ROWS} rows, {describe_machine('lightgbm', 'shap', 'numba')}\n\n" + table(
        ["trees", "engine", "CPU µs a row", "ratio", "largest difference"], rows
    )
    print(text)
    if told.write:
        write_section("performance.md", "explanations", text)


if __name__ == "__main__":
    main()
