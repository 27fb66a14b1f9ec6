"""What the desk's store costs, in CPU seconds: ``python -m tests.benchmarks.desk [DATABASE ADDRESS]``; SQLite by default."""

from __future__ import annotations

import sys
import tempfile
import time

import numpy as np
import pandas as pd

from resellerrisk.desk import SYSTEM, Desk
from tests.desk.conftest import make_scores, make_signals

ORDERS, ACCOUNTS, SIGNALS = 20_000, 4_000, 170


def make_night(day: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A night's orders and their signals, by chance."""
    chance = np.random.default_rng(0)
    probability = chance.beta(0.3, 6, ORDERS)
    rows = [
        (f"A{number % ACCOUNTS}", float(p), "review" if p > 0.3 else "release", f"O{number}")
        for number, p in enumerate(probability)
    ]
    scores = make_scores(rows, "order", as_of=day)
    values = pd.DataFrame(chance.normal(size=(ORDERS, SIGNALS))).rename(columns="s{}".format)
    return scores, pd.concat([make_signals(scores, early_lines_count_this_order=1.0), values], axis=1)


def measure(what: str, work, times: int = 1) -> None:
    """Print what one round of some work costs."""
    began = time.process_time()
    for _ in range(times):
        work()
    print(f"{what}: {(time.process_time() - began) / times:.3f} CPU s")


def main(url: str | None = None) -> None:
    """Load two nights, then read, claim, try and save."""
    first, second = make_night("2020-01-01"), make_night("2020-01-02")
    accounts = pd.DataFrame(
        {"account_id": [f"A{number}" for number in range(ACCOUNTS)], "legal_name": "Discs"}
    )
    with tempfile.TemporaryDirectory() as home, Desk(url, home=home) as desk:
        measure(f"load {ORDERS:,} orders", lambda: desk.nights.load(SYSTEM, "order", *first, accounts))
        measure("load them again a day later", lambda: desk.nights.load(SYSTEM, "order", *second))
        measure("a page of the queue", desk.cases.queue, 20)
        measure("a search", lambda: desk.cases.queue(search="o1999"), 20)
        ana, pia = desk.people.from_proxy("ana", "analyst"), desk.people.from_proxy("pia", "approver")
        measure("claim the next case", lambda: desk.cases.next(ana), 20)
        measure("try a rule", lambda: desk.rules.try_out("order", "score > 500", "review"))
        measure("save settings", lambda: desk.settings.save(pia, desk.settings.content(), "measured"))


if __name__ == "__main__":
    main(*sys.argv[1:])
