"""Explanations side by side: our TreeSHAP, LightGBM's `pred_contrib` and `shap.TreeExplainer`, on the same models and rows.

Checked for equal values first; CPU microseconds a row, the median of five, one thread. Run: `make bench`.
"""

from __future__ import annotations

import os
import platform
import statistics
import time

import lightgbm
import numba
import numpy as np
import shap

from resellerrisk.model.forest import read_forest
from resellerrisk.model.treeshap import explain_rows

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


def compare(trees: int, leaves: int, depth: int) -> list[str]:
    """Rows of the table for one shape."""
    booster, X = grow(trees, leaves, depth)
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
        f"| {trees} × {leaves} leaves | {name} | {micros:,.1f} | {micros / quick:.1f} | {gap:.0e} |"
        for name, micros in rows.items()
    ]


def main() -> None:
    """Print the table."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print(
        f"{platform.machine()}, Python {platform.python_version()}, lightgbm {lightgbm.__version__}, "
        f"shap {shap.__version__}, numba {numba.__version__}\n"
    )
    print("| trees | engine | CPU µs a row | ratio | largest difference |\n| --- | --- | --- | --- | --- |")
    for shape in SHAPES:
        print("\n".join(compare(*shape)))


if __name__ == "__main__":
    main()
