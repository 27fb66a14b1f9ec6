"""Count the nights of two quiet years on which `watch` would raise something: data, signals, scores, actions, and what turned out.

    python -m pipelines.count_false_alarms --accounts 400 --seed 1
    python -m pipelines.count_false_alarms --data HAND_OVER --until 2020-12-31

Nothing is spoilt in a simulated market, so every alarm is a false one. The models are trained before the counted nights begin.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace

import numpy as np
import pandas as pd

import resellerrisk as rr
from resellerrisk.pipeline import Trained
from resellerrisk.signals.compute import Signals
from resellerrisk.watch import Finding, WatchSettings, read_watch_settings, scores
from resellerrisk.watch.findings import find_moves, find_untrue
from resellerrisk.watch.nightly import MONTHS, WIDTHS, Moves
from resellerrisk.watch.outcomes import judge_outcomes
from resellerrisk.watch.tables import table_series

START, END, COUNTED = "2017-01-01", "2020-12-31", 731
_DAY = pd.Timedelta(days=1)


def main() -> None:
    """Count and print."""
    options = _read_options()
    settings = read_watch_settings()
    if options.least_accounts:
        settings = replace(settings, least_accounts=options.least_accounts)
    with tempfile.TemporaryDirectory() as folder:
        if options.data is None:
            rr.simulate_market(folder, accounts=options.accounts, seed=options.seed, start=START, end=END)
        signals = rr.prepare_signals(rr.read_market(options.data or folder))
    until = pd.Timestamp(options.until) + _DAY
    trained = until - COUNTED * _DAY
    models = {
        subject: rr.train(signals.market, subject, trained, signals=signals)
        for subject in ("account", "order")
    }
    alarms, figures = count_alarms(signals, models, until, settings)
    for day, finding in alarms:
        print(day.date(), finding.text, f"[{finding.window}]")
    nights = len({day for day, _ in alarms})
    print(f"{nights} of {COUNTED} nights with an alarm ({figures} figures)")


def count_alarms(
    signals: Signals, models: dict[str, Trained], until: pd.Timestamp, settings: WatchSettings
) -> tuple[list[tuple[pd.Timestamp, Finding]], int]:
    """Every alarm of the nights before a moment with its night, and how many figures were looked at."""
    nights = int((until - signals.market.orders["ordered_at"].min()) / _DAY) + 1
    chosen = rr.read_settings(None)
    by_night = scores.score_nights(signals, models["order"], until, nights, chosen)
    series = [*table_series(signals, until, nights), *scores.night_series(by_night, until, nights)]
    moves = [Moves(one, width) for one in series for width in WIDTHS[one.kind]]
    firsts = scores.first_days(until, nights // 31)
    by_month = scores.score_months(signals, models["account"], until, chosen, len(firsts))
    month_series = scores.month_series(by_month, firsts)
    month_moves = [Moves(one, 1, MONTHS) for one in month_series]
    alarms = []
    for night in range(nights - COUNTED, nights):
        moment = until - (nights - night - 1) * _DAY
        found = [one.at(night, settings.least_accounts) for one in moves]
        untrue = []
        if moment in firsts:
            place = firsts.get_loc(moment)
            found += [one.at(place, settings.least_accounts) for one in month_moves]
            known = by_month[by_month["at"] <= moment]
            untrue = find_untrue(judge_outcomes(signals.market, models["account"], known, moment), settings)
        alarms += [(moment - _DAY, finding) for _, finding in find_moves(found, settings)]
        alarms += [(moment - _DAY, finding) for finding in untrue]
    return alarms, np.unique([one.name for one in (*series, *month_series)]).size


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least-accounts", type=float, help="in place of the packaged threshold")
    parser.add_argument("--data", help="a folder of tables in place of a simulated market")
    parser.add_argument("--until", default=END, help="the last night counted")
    return parser.parse_args()


if __name__ == "__main__":
    main()
