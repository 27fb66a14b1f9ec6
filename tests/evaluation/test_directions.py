"""Declared directions against data: contradicted, kept, and left alone for want of data."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from resellerrisk.errors import InputError
from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.directions import area, find_contradictions


@pytest.fixture
def crowd(make_rows):
    letters = [f"A{place}" for place in range(400)]
    return make_rows("x" * 400, account_id=letters, fake=[place < 40 for place in range(400)])


def find(rows, values, directions):
    judged = take_judged(rows, "account")
    return find_contradictions(
        judged, pd.DataFrame(values).iloc[judged.rows].reset_index(drop=True), directions
    )


def test_a_signal_that_is_lower_among_fakes_contradicts_higher(crowd):
    noise = np.random.default_rng(0).normal(size=400)
    lower = noise - 1.5 * crowd["fake"]
    table, judgeable = find(
        crowd, {"lead_days": lower, "breadth": noise + crowd["fake"]}, {"lead_days": 1, "breadth": 1}
    )
    assert table["signal"].tolist() == ["lead_days"]
    assert judgeable == 2
    assert table.loc[0, "auc"] == pytest.approx(roc_auc_score(crowd["fake"], lower))


def test_the_same_signal_declared_the_other_way_is_kept(crowd):
    values = {"lead_days": np.random.default_rng(0).normal(size=400) - 1.5 * crowd["fake"]}
    assert not len(find(crowd, values, {"lead_days": -1})[0])


def test_what_chance_explains_is_no_contradiction(crowd):
    values = {f"noise_{seed}": np.random.default_rng(seed).normal(size=400) for seed in range(30)}
    assert not len(find(crowd, values, dict.fromkeys(values, 1))[0])


def test_too_few_fakes_with_a_value_are_not_judged(crowd):
    values = -crowd["fake"].astype(float)
    assert find(crowd, {"rare": values.where(crowd.index >= 20)}, {"rare": 1})[1] == 1
    assert find(crowd, {"rare": values.where(crowd.index >= 21)}, {"rare": 1})[1] == 0


def test_an_account_at_many_moments_is_not_many_accounts(crowd):
    few = pd.concat([crowd.iloc[30:].assign(as_of=at) for at in pd.date_range("2020-01-31", periods=6)])
    assert find(few, {"signal": np.arange(len(few), dtype=float)}, {"signal": 1})[1] == 0


def test_a_signal_without_a_direction_is_left_alone(crowd):
    assert find(crowd, {"kind": -crowd["fake"].astype(float)}, {"kind": 0})[1] == 0


def test_a_direction_of_a_signal_that_is_not_there_is_refused(crowd):
    with pytest.raises(InputError, match="no column breadth"):
        find(crowd, {"lead_days": np.zeros(400)}, {"breadth": 1})


def test_the_area_is_scikit_learns_with_ties():
    values, fake = np.array([1.0, 2, 2, 3, 1]), np.array([True, False, True, True, False])
    assert area(values, fake) == pytest.approx(roc_auc_score(fake, values))
