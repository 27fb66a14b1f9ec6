"""What every test shares: where the markets are, and hypothesis without deadlines (compiled code is slow the first time)."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("plain", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("plain")

ROOT = Path(__file__).parent.parent
#: When the small market's models are trained.
TRAINED = "2019-08-31"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared real data; tests that want it are skipped where it is absent."""
    folder = Path(os.environ.get("RESELLERRISK_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    return folder


@pytest.fixture(scope="session")
def harbour(shared):
    """The harbour market, read once for all that look at it."""
    from resellerrisk.tables import read_market

    return read_market(shared / "data" / "harbour")


@pytest.fixture(scope="session")
def harbour_signals(harbour):
    """Its signals, prepared once."""
    from resellerrisk.matrix import prepare_signals

    return prepare_signals(harbour)


@pytest.fixture(scope="session")
def market_folder(tmp_path_factory) -> Path:
    """A small market of our own making, with everything in it; its truth beside it."""
    from resellerrisk.simulate import simulate_market

    folder = tmp_path_factory.mktemp("market")
    simulate_market(folder, accounts=160, seed=3, start="2018-01-01", end="2019-12-31")
    return folder


@pytest.fixture(scope="session")
def market(market_folder):
    """The small market, read."""
    from resellerrisk.tables import read_market

    return read_market(market_folder)


@pytest.fixture(scope="session")
def signals(market):
    """The small market's signals, prepared once."""
    from resellerrisk.matrix import prepare_signals

    return prepare_signals(market)


@pytest.fixture(scope="session")
def trained(market, signals):
    """A model of the small market's accounts."""
    from resellerrisk.pipeline import train

    return train(market, "account", TRAINED, signals=signals)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server that this test run starts and ends; skipped where its programs are absent."""
    pytest.importorskip("psycopg")
    from tests.postgresql import start_postgres

    with start_postgres() as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        yield server


_NUMBERS = itertools.count()


@pytest.fixture
def postgres_database(postgres):
    """The name of an empty database of the tests' own server; it is gone after the test."""
    name = f"test_{next(_NUMBERS)}"
    postgres.ask(f"CREATE DATABASE {name}")
    yield name
    with contextlib.suppress(Exception):
        postgres.ask(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command; gives exit code, standard output and standard error."""
    from resellerrisk.cli import main

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["resellerrisk", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err

    return call
