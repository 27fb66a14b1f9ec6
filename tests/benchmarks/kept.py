"""Answers from a kept state: building it, opening it, and percentiles of pending orders, beside the size of the market.

    python -m tests.benchmarks.kept build DATA STATE LATE.parquet
    python -m tests.benchmarks.kept ask MODEL STATE LATE.parquet 2000

`build` makes the state of the Tuesday of the market's last whole week, and writes down the order lines from then to Sunday; `ask`, a process of its own that reads no table,
scores them one by one as pending orders, drawn by order, once with what is kept of an account from an earlier call and once without.
Garbage collector as by default, warm, one thread, wall and CPU time of each call.
"""

from __future__ import annotations

import gc
import resource
import sys
import time

import numpy as np
import pandas as pd

from tests.benchmarks.single import NAMES, measure, percentiles

DAY = pd.Timedelta(days=1)


def peak() -> str:
    """The most memory that this process has had."""
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"


def build(data: str, state: str, late: str) -> None:
    """Build the state and keep the week's orders."""
    from resellerrisk.state import build_state
    from resellerrisk.tables import read_market

    market = read_market(data)
    last = market.orders["ordered_at"].max().normalize()
    monday = last - (7 + last.weekday()) * DAY
    ordered = market.orders["ordered_at"]
    rows = market.orders[(ordered >= monday + DAY) & (ordered < monday + 7 * DAY)]
    rows = rows[rows["ordered_at"].dt.month == (monday + DAY).month]
    rows[["order_id", "account_id", "ordered_at", *NAMES]].astype(
        {"order_id": object, "account_id": object, "title_id": object}
    ).to_parquet(late)
    worked = time.process_time()
    facts = build_state(market, state, monday + DAY, data)
    kept, of = facts["rows"]["orders"]
    took = time.process_time() - worked
    print(f"{of:,} order lines, {kept:,} kept; built in {took:.1f} CPU s (tables read before), {peak()}")


def ask(model: str, state: str, late: str, count: int) -> None:
    """Score pending orders from the state alone."""
    import resellerrisk.signals.single as single
    from resellerrisk.pipeline import Scorer, Trained

    trained, worked = Trained.load(model), time.process_time()
    scorer = Scorer.open(trained, state)
    print(f"opened and made ready in {time.process_time() - worked:.1f} CPU s, {peak()}, gc {gc.isenabled()}")
    rows = pd.read_parquet(late)
    told = {
        order_id: (
            lines["account_id"].iloc[0],
            lines[NAMES].astype(object).to_dict("records"),
            lines["ordered_at"].iloc[0],
        )
        for order_id, lines in rows.groupby("order_id")
    }
    ids = rows["order_id"].drop_duplicates().to_numpy()
    subjects = [told[one] for one in np.random.default_rng(0).choice(ids, count)]
    print("kept   ", percentiles(measure(scorer.pending_order, subjects, count // 10)))
    single.MOST_KEPT_ROWS = -1
    scorer._single._told.clear()
    print("anew   ", percentiles(measure(scorer.pending_order, subjects, count // 10)))


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build(*sys.argv[2:])
    else:
        ask(*sys.argv[2:5], int(sys.argv[5]))
