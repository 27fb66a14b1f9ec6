"""A market of some size, its models, and how something is spoilt in its last night."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.simulate import simulate_market
from resellerrisk.tables import read_market

#: T: the night is Wednesday 30 October 2019.
TONIGHT = pd.Timestamp("2019-10-31")


@pytest.fixture(scope="session")
def watched_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    simulate_market(folder, accounts=1200, seed=11, start="2018-06-01", end="2019-11-05")
    return folder


@pytest.fixture(scope="session")
def frames(watched_folder):
    """The market's tables as they are handed over."""
    return {path.stem: pd.read_parquet(path) for path in watched_folder.glob("*.parquet")}


@pytest.fixture(scope="session")
def watched_market(watched_folder):
    return read_market(watched_folder)


def tonight(frame: pd.DataFrame, known_at: str) -> pd.Series:
    """Which rows became known in the night."""
    at = pd.to_datetime(frame[known_at])
    at = at.dt.tz_convert(None) if at.dt.tz is not None else at
    return (at >= TONIGHT - pd.Timedelta(days=1)) & (at < TONIGHT)
