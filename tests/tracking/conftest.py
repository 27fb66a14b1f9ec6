"""A market with fakes enough to compare two models on, simulated once."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.model import RiskModel
from resellerrisk.pipeline.trained import Trained, hash_model
from resellerrisk.pipeline.training import TrainingSet, fit
from resellerrisk.tracking import Home, retrain, shadow_score
from resellerrisk.tracking.rules import Rules, read_rules

CHAMPION, CHALLENGER, JUDGED = "2019-06-30", "2019-07-31", "2020-06-30"
QUICK = {"max_trees": 60, "bags": 1, "n_jobs": 1}
NIGHTS = pd.date_range("2019-08-31", "2020-02-29", freq="2ME")


def learn_nothing(rows: TrainingSet, fingerprint: str, **parameters) -> Trained:
    """Trees alone, without directions or a start, on labels dealt out anew by chance; kept as `fit` keeps a model.

    With directions and a start even such labels leave a model that ranks.
    """
    shuffled = replace(rows, labels=np.random.default_rng(0).permutation(rows.labels))
    facts = fit(shuffled, fingerprint, **parameters).facts
    fitting = shuffled.fitting
    trees = RiskModel(start_weight=0.0, additive_share=0.0, **parameters).fit(
        fitting.matrix.values,
        fitting.labels,
        sample_weight=fitting.weight,
        times=fitting.matrix.snapshots.moments,
        groups=fitting.matrix.snapshots.account,
    )
    trees.facts_ = facts | {"serves": "boosted"}
    return Trained(rows.subject, trees, hash_model(trees))


@pytest.fixture(scope="session")
def busy_market(tmp_path_factory):
    """1,500 accounts over two and a half years."""
    from resellerrisk.simulate import simulate_market
    from resellerrisk.tables import read_market

    folder = tmp_path_factory.mktemp("busy")
    simulate_market(folder, accounts=1500, seed=7, start="2018-01-01", end="2020-06-30")
    return read_market(folder)


@pytest.fixture(scope="session")
def busy_signals(busy_market):
    from resellerrisk.matrix import prepare_signals

    return prepare_signals(busy_market)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The packaged rules."""
    return read_rules()


@pytest.fixture(scope="session")
def lenient(rules) -> Rules:
    """Rules for a market of 1,500 accounts and short trees, in which a quarter of the honest rows are held, and a month more moves that."""
    return replace(rules, fakes_held_loss=0.25, honest_held_rise=0.05)


@pytest.fixture(scope="session")
def _lived_in(busy_market, busy_signals, tmp_path_factory):
    """A home with a champion, a challenger trained on a month more, and nights that both scored."""
    home = Home(tmp_path_factory.mktemp("lived"))
    retrain(busy_market, home, "account", CHAMPION, signals=busy_signals, **QUICK)
    retrain(
        busy_market, home, "account", CHALLENGER, signals=busy_signals, why="a month more", who="job", **QUICK
    )
    for night in NIGHTS:
        shadow_score(busy_market, home, "account", as_of=night, signals=busy_signals)
    return home


@pytest.fixture
def lived_in(_lived_in, tmp_path, monkeypatch):
    """A copy of that home, to change at will."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copytree(_lived_in.folder, tmp_path / "home")
    return Home(tmp_path / "home")
