"""A case adds up, and its JSON twin says the same."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import ModelError
from resellerrisk.reasons import Link, make_steps
from resellerrisk.reasons.case import Case


def test_a_case_whose_steps_do_not_give_its_probability_is_refused(make_case):
    with pytest.raises(ModelError, match="add up to a probability of"):
        make_case(probability=0.5)


def test_a_difference_below_the_tolerance_is_none(make_case):
    case = make_case()
    assert make_case(probability=case.probability + 1e-7).margin == case.margin


def test_every_contradiction_of_a_case_is_named_at_once(make_case):
    with pytest.raises(ModelError) as refusal:
        make_case(score=1001, band="grim", action="arrest", links=(Link("A2", "bank", pd.NaT, "guilty"),))
    for word in ("1001", "'grim'", "'arrest'", "guilty"):
        assert word in str(refusal.value)


def test_a_probability_that_is_no_number_is_refused(make_case):
    with pytest.raises(ModelError, match="add up"):
        make_case(probability=float("nan"))


def test_steps_beyond_those_shown_are_one_step_and_nothing_is_lost(values, contributions, columns):
    steps = make_steps(values, contributions, columns, shown=2)
    assert [step.signal for step in steps] == [
        "before_street_date_share_90d",
        "before_street_date_share_90d_vs_peers",
        "",
    ]
    assert steps[-1].label == "4 further signals together"
    assert sum(step.contribution for step in steps) == pytest.approx(contributions.sum(), abs=1e-12)


def test_no_rest_is_shown_where_none_is_left(values, contributions, columns):
    assert len(make_steps(values, contributions, columns, shown=6)) == 6
    assert make_steps(values, contributions * 0, columns) == ()


def test_a_step_tells_that_its_value_is_not_known(values, contributions, columns):
    steps = {step.signal: step for step in make_steps(values, contributions, columns)}
    assert steps["lead_mean_90d"].value == "not known"
    assert steps["lead_mean_90d"].label == "Days from the order to the street date (last 90 days)"


def test_the_json_twin_holds_every_part(make_case):
    told = json.loads(make_case().to_json())
    assert told["account_id"] == "A00012" and told["as_of"] == "2020-06-30T00:00:00Z"
    assert len(told["reasons"]) == 3 and len(told["steps"]) == 6 and len(told["orders"]) == 4
    assert told["orders"][0]["lead_days"] == 12.0 and told["orders"][3]["street_date"] is None
    assert told["form"] == {
        "Legal name": "Kim, Little and Bell",
        "Founded": "1997-04-25T00:00:00Z",
        "Web site": None,
    }
    assert told["families"][0]["family"] == "street date"
    assert told["margin"] == pytest.approx(
        told["base_value"] + sum(step["contribution"] for step in told["steps"])
    )


def test_the_json_twin_is_the_same_bytes_twice(make_case):
    assert make_case().to_json() == make_case().to_json()


def test_numbers_of_numpy_and_flags_reach_json_as_they_are(make_case):
    form = {"Stores": np.int64(2), "Share": np.float64(0.1), "Signed": np.bool_(True), "Odd": "\ud800\x00<b>"}
    told = json.loads(make_case(form=form).to_json())["form"]
    assert told == {"Stores": 2, "Share": 0.1, "Signed": True, "Odd": "\ud800\x00<b>"}


def test_a_moment_with_a_zone_becomes_utc(make_case):
    assert make_case(as_of="2020-06-30T02:00+02:00").as_of == pd.Timestamp("2020-06-30")


def test_a_case_of_which_nothing_is_known_is_a_case():
    assert json.loads(Case("A1", "2020-06-30", 0, 0.5, "low", "release", 0.0).to_json())["orders"] == []
