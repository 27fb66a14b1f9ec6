"""Count the nights of two quiet simulated years on which `watch` would raise a figure of the tables: false alarms, all of them.

python -m pipelines.count_false_alarms --accounts 400 --seed 1
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace

import numpy as np
import pandas as pd

import resellerrisk as rr
from resellerrisk.matrix import prepare_signals
from resellerrisk.watch import read_watch_settings
from resellerrisk.watch.findings import find_moves
from resellerrisk.watch.nightly import WIDTHS, Moves
from resellerrisk.watch.tables import table_series

START, END, COUNTED = "2017-01-01", "2020-12-31", 731


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least-accounts", type=float, help="in place of the packaged threshold")
    options = parser.parse_args()
    settings = read_watch_settings()
    if options.least_accounts:
        settings = replace(settings, least_accounts=options.least_accounts)
    with tempfile.TemporaryDirectory() as folder:
        rr.simulate_market(folder, accounts=options.accounts, seed=options.seed, start=START, end=END)
        signals = prepare_signals(rr.read_market(folder))
    until = pd.Timestamp(END) + pd.Timedelta(days=1)
    nights = int((until - pd.Timestamp(START)) / pd.Timedelta(days=1))
    moves = [Moves(one, width) for one in table_series(signals, until, nights) for width in WIDTHS[one.kind]]
    alarms = 0
    for night in range(nights - COUNTED, nights):
        found = find_moves([one.at(night, settings.least_accounts) for one in moves], settings)
        for _, finding in found:
            print((until - pd.Timedelta(days=nights - night)).date(), finding.text, finding.window)
        alarms += bool(found)
    print(
        f"{alarms} of {COUNTED} nights with an alarm ({np.unique([m.series.name for m in moves]).size} figures)"
    )


if __name__ == "__main__":
    main()
