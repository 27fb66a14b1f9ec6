"""The demo: a market of our own making, from its tables to explained scores.

Run by ``make demo``. Everything goes into ``demo/``: the market, the models, the scores and the case pages.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

import resellerrisk as rr
from resellerrisk.matrix import prepare_signals
from resellerrisk.tracking import keep

START, END = "2017-01-01", "2020-12-31"
TRAINED, TONIGHT = pd.Timestamp("2020-06-30"), pd.Timestamp("2020-12-29")
NEW = pd.Timedelta(days=30)
SHOWN, EXPLAINED = 8, 3

say = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for everything the demo makes")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    run(options.out, options.accounts, options.seed)


def run(out: Path, accounts: int, seed: int) -> pd.DataFrame:
    """The whole demo; returns the table of who was found."""
    clock = Clock()
    shutil.rmtree(out, ignore_errors=True)
    home = rr.Home(out / "home")
    with clock.step(f"simulate a market of {accounts:,} accounts, {START} to {END}"):
        counts = rr.simulate_market(out / "market", accounts=accounts, seed=seed, start=START, end=END)
        clock.note(f"{counts['orders']:,} order lines")
    with clock.step("check and read its tables"):
        market = rr.read_market(out / "market", quarantine=out / "quarantine")
        clock.note(
            f"{market.intake['read'].sum():,} rows read, {market.intake['quarantined'].sum():,} set aside"
        )
    signals, trained, scores = prepare_signals(market), {}, {}
    for subject in ("application", "account", "order"):
        with clock.step(f"train the {subject} model on what was known before {TRAINED.date()}"):
            trained[subject], _ = keep(home, rr.train(market, subject, TRAINED, signals=signals))
            clock.note(
                f"{trained[subject].facts['signals']} signals, {trained[subject].facts['fakes']} confirmed fakes"
            )
    for subject, moments in _tonight().items():
        with clock.step(f"score {subject}s {' to '.join(str(moment.date()) for moment in moments.values())}"):
            scores[subject] = rr.score(market, trained[subject], signals=signals, **moments)
            scores[subject].write(out / "scores" / subject)
            clock.note(f"{len(scores[subject].scores):,} scored")
    found = _found(scores["account"].scores, market)
    pages = []
    for account in found["account_id"].head(EXPLAINED):
        with clock.step(f"explain {account}"):
            case = rr.explain(market, trained["account"], account, as_of=TONIGHT, signals=signals)
            pages.append(rr.write_case(case, out / "cases" / f"{account}.html"))
    _report(found, scores, out, pages, clock)
    return found


def _tonight() -> dict[str, dict[str, pd.Timestamp]]:
    """What is scored: the applications of the last month, all accounts, and the day's orders."""
    return {
        "application": {"since": TONIGHT - NEW, "until": TONIGHT},
        "account": {"as_of": TONIGHT},
        "order": {"since": TONIGHT - pd.Timedelta(days=1), "until": TONIGHT},
    }


def _found(scores: pd.DataFrame, market) -> pd.DataFrame:
    """The accounts with the highest scores that nobody had found before."""
    outcomes = market.outcomes[
        (market.outcomes["outcome"] == "fake") & (market.outcomes["decided_at"] < TONIGHT)
    ]
    unknown = scores[~scores["account_id"].isin(set(outcomes["account_id"]))]
    return unknown.nlargest(SHOWN, "probability").reset_index(drop=True)


def _report(found: pd.DataFrame, scores: dict, out: Path, pages: list[Path], clock: Clock) -> None:
    truth = pd.read_parquet(out / "market" / "truth" / "accounts.parquet").set_index("account_id")
    table = Table(
        title="Who was found, not yet known as fake (the last column is the simulation's own truth)",
        box=None,
        title_justify="left",
    )
    for name in ("account", "score", "action", "strongest reason", "truth"):
        table.add_column(name, overflow="fold")
    for row in found.itertuples():
        fake = truth.loc[row.account_id, "is_fake"] and truth.loc[row.account_id, "since"] <= TONIGHT
        table.add_row(row.account_id, str(row.score), row.action, row.reason_1, "fake" if fake else "honest")
    say.print()
    say.print(table)
    for subject in ("application", "order"):
        counts = scores[subject].scores["action"].value_counts()
        told = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
        say.print(f"{subject}s: {told or 'none'}")
    say.print("\nOpen:")
    for page in pages:
        say.print(f"  {page}", markup=False)
    say.print(f"  {out / 'scores'}  (scores, contributions and signals of each subject)")
    say.print(f"  mlflow ui --backend-store-uri sqlite:///{out / 'home' / 'mlflow.db'}")
    say.print(f"Done in {clock.seconds:.0f} s.")


class Clock:
    """Says what is being done and how long it took."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._note = ""

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def note(self, words: str) -> None:
        """What came of the running step."""
        self._note = words

    def step(self, words: str):
        """A step of the demo, as a context."""
        return _Step(self, words)


class _Step:
    def __init__(self, clock: Clock, words: str) -> None:
        self._clock, self._words = clock, words

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._clock._note = ""
        say.print(f"{self._words} ...", end="")

    def __exit__(self, kind, error, trace) -> None:
        if kind is None:
            note = f" {self._clock._note}," if self._clock._note else ""
            say.print(f"{note} {time.monotonic() - self._began:.1f} s")


if __name__ == "__main__":
    main()
