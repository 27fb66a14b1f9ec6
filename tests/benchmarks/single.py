"""How long one subject takes while someone waits: percentiles over thousands of calls, beside an MLflow pyfunc of the same model.

    python -m tests.benchmarks.single [--model MODEL --data DATA] [--calls 1500] [--write]

MODEL is a folder of a trained order model, DATA a market; without them a market of 2,000 accounts is simulated and a model trained on it. Each
call is another order of the last days of the market, drawn by order, so that accounts with many orders come often; once with what is kept of
an account from an earlier call and once with nothing kept. The pyfunc is the package that MLflow serves; it gets signals that are computed
already. Python's garbage collector as it is by default. Wall and CPU times of one thread; ``--write`` puts them into docs/performance.md.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.page import describe_machine, table, write_section

HEAD = ["answer", "CPU ms p50", "p99", "slowest", "wall ms p50", "p99", "slowest"]
#: Columns of a line of a pending order.
NAMES = ["title_id", "quantity", "unit_price", "ship_method", "ship_to", "payment_method"]


def percentiles(took: np.ndarray) -> list[float]:
    """p50, p99 and slowest in milliseconds: of CPU, then of wall time."""
    return np.quantile(took * 1e3, [0.5, 0.99, 1.0], axis=0)[:, ::-1].T.ravel().tolist()


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


def compare(model: Path, data: Path, calls: int) -> str:
    """Pending orders one by one, and the same rows by an MLflow pyfunc, as text for the page."""
    import resellerrisk.signals.single as single
    from resellerrisk.pipeline import Scorer, Trained
    from resellerrisk.tables import read_market

    market = read_market(data)
    end = market.orders["ordered_at"].max()
    scorer = Scorer(Trained.load(model), market).prepare(end)
    subjects = pending(market, end.normalize() - pd.Timedelta(days=end.weekday()), calls)
    rows = {"`Scorer.pending_order`": percentiles(measure(scorer.pending_order, subjects, calls // 10))}
    asked = [
        (pd.DataFrame([scorer.pending_order(*subject).signals]),)
        for subject in subjects[: max(calls // 5, 50)]
    ]
    single.MOST_KEPT_ROWS = -1
    scorer._single._told.clear()
    cold = percentiles(measure(scorer.pending_order, subjects, calls // 10))
    rows["the same, nothing kept of the account"] = cold
    with tempfile.TemporaryDirectory() as work:
        rows["MLflow pyfunc, signals given"] = percentiles(measure(pyfunc_of(str(model), work), asked, 10))
    return (
        f"{len(market.orders):,} order lines; {calls:,} calls, {len(asked):,} of the pyfunc. "
        f"{describe_machine('pandas', 'numba', 'mlflow')}\n\n"
        + table(HEAD, [[name, *(f"{one:.1f}" for one in told)] for name, told in rows.items()])
    )


def make(work: Path) -> tuple[Path, Path]:
    """A simulated market and a model of its orders."""
    from resellerrisk.pipeline import train
    from resellerrisk.simulate import simulate_market
    from resellerrisk.tables import read_market

    simulate_market(work / "market", accounts=2000, seed=1)
    train(read_market(work / "market"), "order", "2020-03-31").save(work / "model")
    return work / "model", work / "market"


def main() -> None:
    """Make what is not given, compare, tell."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--model", type=Path)
    asked.add_argument("--data", type=Path)
    asked.add_argument("--calls", type=int, default=1500)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as work:
        given = (told.model, told.data) if told.model and told.data else make(Path(work))
        text = compare(*given, told.calls)
    print(text)
    if told.write:
        write_section("performance.md", "pyfunc", text)


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
