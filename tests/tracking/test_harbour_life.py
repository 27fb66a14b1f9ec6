"""The life of a model on the harbour market: the same bytes twice, one challenger promoted and rolled back, two refused.

Skipped where the shared data are not here. `pytest -m slow -s tests/tracking/test_harbour_life.py` tells the figures.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.tracking import (
    Home,
    keep,
    ledger_of,
    name_challenger,
    promote,
    retrain,
    rollback,
    shadow_score,
)

CHAMPION, CHALLENGER, JUDGED = "2019-07-31", "2019-08-31", "2020-06-30"
NIGHTS = pd.date_range("2019-09-30", "2020-03-31", freq="ME")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(harbour, harbour_signals, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("harbour"))
    for as_of in (CHAMPION, CHALLENGER):
        begun = time.process_time()
        kept = retrain(harbour, home, "account", as_of, signals=harbour_signals, why="monthly", who="job")
        print(
            f"\n{kept.trained.version}: {time.process_time() - begun:.0f} CPU s",
            kept.trained.facts["held_out"],
        )
    return home


def _live(home, harbour, signals):
    begun = time.process_time()
    for night in NIGHTS:
        shadow_score(harbour, home, "account", as_of=night, signals=signals)
    print(f"\n{len(NIGHTS)} nights scored by two models: {time.process_time() - begun:.0f} CPU s")


def _ask(harbour, home, why):
    begun = time.process_time()
    verdict = promote(harbour, home, "account", JUDGED, why=why, who="mira")
    print(f"\n{why}: {time.process_time() - begun:.0f} CPU s")
    for check in verdict.checks:
        print(f"  {'holds' if check.passed else 'FAILS'} {check.name}: {check.told}")
    return verdict


def _challenge(home, harbour, signals, trained, why):
    named, _ = keep(home, trained)
    name_challenger(home, "account", int(named.version.split("/")[1]), why=why, who="mira")
    _live(home, harbour, signals)


def test_training_twice_gives_the_same_bytes(home, harbour):
    """From the tables anew, with nothing shared but the data and the seed."""
    kept = retrain(harbour, home, "account", CHALLENGER, who="job")
    assert (kept.version, kept.new) == (2, False)


def test_a_month_more_is_promoted_and_rolled_back_and_two_bad_challengers_are_refused(
    home, harbour, harbour_signals
):
    from resellerrisk.matrix import prepare_signals
    from resellerrisk.pipeline.training import fit, training_set

    _live(home, harbour, harbour_signals)
    verdict = _ask(harbour, home, "a month more of data")
    assert verdict.passed, verdict.reasons
    assert (home.champion("account"), home.challenger("account")) == (2, None)
    rollback(home, "account", why="to be judged against the older one again", who="mira")
    assert home.champion("account") == 1

    rows = training_set(harbour_signals, "account", pd.Timestamp(CHALLENGER))
    shuffled = replace(rows, labels=np.random.default_rng(0).permutation(rows.labels))
    poisoned = fit(shuffled, harbour.before(CHALLENGER).fingerprint)
    _challenge(home, harbour, harbour_signals, poisoned, "labels shuffled")
    refused = _ask(harbour, home, "labels shuffled")
    failed = {check.name for check in refused.checks if not check.passed}
    assert {"not worse at ranking", "stable under re-sampling", "spares honest shops", "calibrated"} <= failed

    outcomes = harbour.outcomes
    before = pd.Timestamp(CHALLENGER) - pd.Timedelta(days=1)
    leaky = harbour.with_tables(
        outcomes=outcomes.assign(
            decided_at=outcomes["decided_at"].where(outcomes["decided_at"] < before, before)
        )
    )
    rows = training_set(prepare_signals(leaky), "account", pd.Timestamp(CHALLENGER))
    leaked = fit(rows, leaky.before(CHALLENGER).fingerprint)
    _challenge(home, harbour, harbour_signals, leaked, "outcomes of the future written back")
    refused = _ask(harbour, home, "outcomes of the future written back")
    assert "same data" in {check.name for check in refused.checks if not check.passed}
    assert home.champion("account") == 1

    print()
    print(ledger_of(home).to_frame().assign(why=lambda told: told["why"].str[:90]).to_string(index=False))
    events = [entry["event"] for entry in ledger_of(home).read("account")]
    assert events == [
        *("trained", "first", "trained", "challenger", "promoted", "rolled_back"),
        *("trained", "challenger", "refused") * 2,
    ]
