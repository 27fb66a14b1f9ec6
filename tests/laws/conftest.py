"""A small market of our own making, with everything in it, for laws that hold for every signal."""

from __future__ import annotations

import pytest

from resellerrisk.matrix import prepare_signals
from resellerrisk.simulate import simulate_market
from resellerrisk.tables import read_market


@pytest.fixture(scope="session")
def market(tmp_path_factory):
    folder = tmp_path_factory.mktemp("market")
    simulate_market(folder, accounts=160, seed=3, start="2018-01-01", end="2019-12-31")
    return read_market(folder)


@pytest.fixture(scope="session")
def signals(market):
    return prepare_signals(market)
