"""How long one subject takes while someone waits: percentiles over thousands of calls, beside an MLflow pyfunc of the same model.

    python tests/benchmarks/single.py MODEL DATA 3000

MODEL is a folder of a trained order model, DATA a market, the number is of calls. Each call is another order of the last days of the
market, drawn by order (so accounts with many orders come often); what it asks of its account is not kept from an earlier call where
``--cold`` is given. Python's garbage collector runs as it does by default. Wall and CPU times of one thread.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

#: Columns of a line of a pending order.
NAMES = ["title_id", "quantity", "unit_price", "ship_method", "ship_to", "payment_method"]


def percentiles(took: np.ndarray) -> str:
    """p50, p90, p99 and the slowest, in milliseconds, of wall and CPU time."""
    parts = np.quantile(took * 1e3, [0.5, 0.9, 0.99, 1.0], axis=0)
    return "; ".join(
        "{} p50 {:.2f} p90 {:.2f} p99 {:.2f} slowest {:.2f} ms".format(name, *column)
        for name, column in zip(("wall", "CPU"), parts.T, strict=True)
    )


def measure(call, subjects, warm: int) -> np.ndarray:
    """Wall and CPU seconds of each call, shape (n, 2), the first ``warm`` left out."""
    took = []
    for subject in subjects:
        started, worked = time.perf_counter(), time.thread_time()
        call(*subject)
        took.append((time.perf_counter() - started, time.thread_time() - worked))
    return np.array(took[warm:])


def pending(market, since: pd.Timestamp, count: int, seed: int = 0) -> list[tuple]:
    """Orders since a day as pending ones: account, lines, moment."""
    rows = market.orders[market.orders["ordered_at"] >= since].astype({"order_id": object})
    ids = rows["order_id"].drop_duplicates().to_numpy()
    chosen = np.random.default_rng(seed).choice(ids, count, replace=count > len(ids))
    told = {}
    for order_id, lines in rows[rows["order_id"].isin(chosen)].groupby("order_id"):
        first = lines.iloc[0]
        told[order_id] = (
            str(first["account_id"]),
            lines[NAMES].astype(object).to_dict("records"),
            first["ordered_at"],
        )
    return [told[order_id] for order_id in chosen]


def main() -> None:
    """Score pending orders one by one, and the same rows by an MLflow pyfunc."""
    from resellerrisk.pipeline import Scorer, Trained
    from resellerrisk.tables import read_market

    model, data, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    trained, market = Trained.load(model), read_market(data)
    end = market.orders["ordered_at"].max()
    started = time.perf_counter()
    scorer = Scorer(trained, market).prepare(end)
    print(
        f"{len(market.orders):,} order lines, prepared in {time.perf_counter() - started:.1f} s, gc {gc.isenabled()}"
    )
    monday = end.normalize() - pd.Timedelta(days=end.weekday())
    subjects = pending(market, monday, count)
    if "--cold" in sys.argv:
        import resellerrisk.signals.single as single

        single.MOST_KEPT_ROWS = -1
    print("scorer", percentiles(measure(scorer.pending_order, subjects, count // 10)))
    rows = [scorer.pending_order(*subject).signals for subject in subjects[: max(count // 10, 50)]]
    with tempfile.TemporaryDirectory() as work:
        predict = pyfunc_of(model, work)
        print("pyfunc", percentiles(measure(predict, [(pd.DataFrame([row]),) for row in rows], 10)))


def pyfunc_of(model: str, work: str):
    """The package that MLflow serves the same model by: score, contributions and reasons from signals that are computed already."""
    import os

    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    import mlflow

    from resellerrisk.tracking.packaging import package_model

    package_model(Path(model), Path(work) / "pyfunc")
    return mlflow.pyfunc.load_model(str(Path(work) / "pyfunc")).predict


if __name__ == "__main__":
    main()
