"""The scores of a night that reaches into two weeks are those of one piece, whichever of the weeks brought orders."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.pipeline.nights import _join
from resellerrisk.pipeline.scoring import Scores


def part(*accounts):
    columns = ["account_id", "order_id", "as_of"] if accounts else ["account_id", "as_of", "order_id"]
    frame = pd.DataFrame({name: [*accounts] for name in columns})
    return Scores(frame, frame.copy(), frame.copy())


@pytest.mark.parametrize(
    "parts", [[part(), part("A", "B")], [part("A", "B"), part()], [part("B"), part("A")]]
)
def test_a_week_without_orders_changes_no_column_and_no_row(parts):
    told = _join(parts)
    for frame in (told.scores, told.contributions, told.signals):
        assert list(frame) == ["account_id", "order_id", "as_of"]
        assert frame["account_id"].tolist() == ["A", "B"]


def test_a_night_without_any_orders_is_empty():
    assert _join([part(), part()]).scores.empty
