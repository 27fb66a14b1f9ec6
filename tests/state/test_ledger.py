"""Which rows of segments a state does not hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.state.arrays import save_frame
from resellerrisk.state.ledger import Segment, load_rows_since, rows_from

MONDAY = pd.Timestamp("2020-06-29")
AT = MONDAY.value // 1000


@pytest.fixture
def folder(tmp_path):
    """Two segments: rows of the week before a Monday with a form that came behind it, and rows of that Monday."""
    ids = ["old", "old", "new"]
    at = pd.to_datetime(["2020-06-28", "2020-06-29", "2020-06-27", "2020-06-30"]).as_unit("us")
    seen = pd.DataFrame({"account_id": ids, "seen_at": at[:3]})
    form = pd.DataFrame({"account_id": ["old", "new"], "applied_at": at[[2, 3]]})
    for name, frames in {
        "one": {"identifiers": seen, "accounts": form},
        "two": {"identifiers": seen[1:2]},
    }.items():
        (tmp_path / name).mkdir()
        for table, frame in frames.items():
            save_frame(tmp_path / name / f"{table}.arrow", frame)
    return tmp_path


def known(ids) -> np.ndarray:
    """A state that has one account."""
    return np.where(np.asarray(ids, dtype=object) == "old", 0, -1)


def load(folder) -> dict[str, pd.DataFrame]:
    """The rows of both segments that the state of the Monday does not hold."""
    segments = [
        Segment("one", "", ["identifiers", "accounts"], AT - 1, AT, {}),
        Segment("two", "identifiers/two.parquet", ["identifiers"], AT, AT, {}),
    ]
    return load_rows_since(folder, segments, AT, known)


def test_rows_from_the_moment_on_are_loaded_and_older_ones_of_known_accounts_are_not(folder):
    seen = load(folder)["identifiers"]
    assert seen["seen_at"].tolist() == [MONDAY, pd.Timestamp("2020-06-27"), MONDAY]


def test_an_older_row_of_an_account_whose_form_came_since_is_loaded(folder):
    found = load(folder)
    assert found["identifiers"]["account_id"].tolist() == ["old", "new", "old"]
    assert found["accounts"]["account_id"].tolist() == ["new"]


def test_they_are_the_rows_that_are_cut_from_frames(folder):
    segment = Segment("one", "", ["identifiers", "accounts"], AT - 1, AT, {})
    loaded, whole = (load_rows_since(folder, [segment], moment, known) for moment in (AT, 0))
    for name, frame in whole.items():
        cut = rows_from(name, frame, AT, known)
        assert len(cut) < len(frame)
        pd.testing.assert_frame_equal(loaded[name], cut.reset_index(drop=True))
