"""What the desk's tests share: a desk on SQLite and one on PostgreSQL, people of every role, and scores made by hand."""

from __future__ import annotations

import itertools
import shutil
from datetime import datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
from argon2 import PasswordHasher

from resellerrisk.decisions import bands, read_settings, score_1000
from resellerrisk.desk import Desk, people

PASSWORD = "a long pass phrase"


class Clock:
    """The moment now, as the test says."""

    def __init__(self):
        self.now = datetime(2020, 1, 1)

    def __call__(self):
        return self.now

    def pass_by(self, **span):
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("DESK_URL", "DESK_ANCHOR", "WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_ALLOW"):
        monkeypatch.delenv(f"RESELLERRISK_{name}", raising=False)


@pytest.fixture(autouse=True, scope="session")
def quick_hashes():
    """Passwords are hashed with less work than in earnest; tests make many."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(people, "_HASHER", cheap)
        patch.setattr(people, "_NOBODY", cheap.hash("nobody's"))
        yield


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory):
    """A desk's SQLite file that is brought up to date, to be copied."""
    folder = tmp_path_factory.mktemp("ready")
    Desk(home=folder).close()
    return folder / "desk.db"


@pytest.fixture(scope="session")
def ready_database(postgres, tmp_path_factory):
    """The same on PostgreSQL."""
    postgres.ask("CREATE DATABASE desk_ready")
    Desk(postgres.url("desk_ready"), home=tmp_path_factory.mktemp("ready")).close()
    return "desk_ready"


_NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request, tmp_path):
    """The address of an empty desk of each kind; None: SQLite in the home folder."""
    if request.param == "sqlite":
        (tmp_path / "home").mkdir()
        shutil.copy(request.getfixturevalue("ready_file"), tmp_path / "home")
        yield None
        return
    postgres, ready = request.getfixturevalue("postgres"), request.getfixturevalue("ready_database")
    name = f"desk_{next(_NUMBERS)}"
    postgres.ask(f"CREATE DATABASE {name} TEMPLATE {ready}")
    yield postgres.url(name)
    postgres.ask(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk(tmp_path, desk_url, clock):
    with Desk(desk_url, home=tmp_path / "home", clock=clock) as opened:
        yield opened


@pytest.fixture
def staff(desk):
    """Two of each role that decides, a viewer and an admin."""
    roles = {
        "vera": "viewer",
        "ana": "analyst",
        "ben": "analyst",
        "app": "approver",
        "pia": "approver",
        "adam": "admin",
    }
    return SimpleNamespace(**{name: desk.people.from_proxy(name, role) for name, role in roles.items()})


def make_scores(rows, subject="account", as_of="2019-12-31", **told) -> pd.DataFrame:
    """The contract's scores: ``rows`` are (account, probability, action), and the order's id for orders."""
    probability = [row[1] for row in rows]
    frame = pd.DataFrame(
        {
            "account_id": [row[0] for row in rows],
            "as_of": pd.Timestamp(as_of),
            "score": score_1000(probability),
            "probability": probability,
            "band": bands(probability, subject, read_settings()),
            "action": [row[2] for row in rows],
            "reason_1": "12 of 15 lines were for discs not yet on sale.",
            "reason_1_signal": "before_street_date_share_90d",
            "reason_1_contribution": 1.5,
            "base_value": -3.0,
            "model_version": f"{subject}/1",
            "scored_at": pd.Timestamp(as_of),
        }
    )
    if subject == "order":
        frame.insert(1, "order_id", [row[3] for row in rows])
    return frame.assign(**told)


def make_signals(scores: pd.DataFrame, **columns) -> pd.DataFrame:
    """Signals beside scores."""
    keys = [name for name in ("account_id", "order_id", "as_of") if name in scores]
    return scores[keys].assign(**columns)
