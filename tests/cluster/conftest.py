"""A Spark session on this machine's two cores, and how results are read and compared."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.cluster import open_session
from resellerrisk.pipeline import score

AS_OF = "2019-10-31"
CLOCK = pd.Timestamp("2020-01-01")


@pytest.fixture(scope="module")
def session():
    """Two workers on this machine; stopped at the end of a file of tests, so that another may take another master."""
    with pytest.MonkeyPatch.context() as environment:
        # Java compiles less: what runs for seconds is not worth its second compiler.
        environment.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
        session = open_session("local[2]")
        yield session
        session.stop()


def read_all(folder):
    """The contract's three tables."""
    return {
        name: pd.read_parquet(folder / f"{name}.parquet") for name in ("scores", "contributions", "signals")
    }


def in_one_piece(market, trained, folder, **moments):
    """What one machine gives."""
    score(market, trained, scored_at=CLOCK, **moments).write(folder)
    return read_all(folder)


def assert_same(found, expected):
    """To the bit, with the same types."""
    for name in expected:
        pd.testing.assert_frame_equal(found[name], expected[name], check_exact=True)
