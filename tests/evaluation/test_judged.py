"""What can be judged: all faults in one message, and what is left out is counted."""

import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.evaluation import take_judged


def test_all_faults_stand_in_one_message(make_rows):
    rows = make_rows("Ab", probability=[1.2, 0.5], fake=[True, None], action="hold")
    rows["account_id"], rows["as_of"] = ["a", None], ["soon", "2020-01-01"]
    with pytest.raises(InputError) as raised:
        take_judged(rows, "account")
    for fault in (
        "probability is not between 0 and 1 in 1 rows",
        "fake is neither true nor false in 1 rows",
        "as_of is no time in 1 rows",
        "account_id is missing in 1 rows",
        "action is none of release, ship_on_street_date, review, block in 2 rows",
    ):
        assert fault in str(raised.value)


def test_missing_columns_are_all_named(make_rows):
    with pytest.raises(InputError, match="order_id, early_lines, early_units, lines"):
        take_judged(make_rows("Ab"), "order")


def test_an_account_stands_once_at_a_moment(make_rows):
    with pytest.raises(InputError, match="account_id and as_of stand twice in 1 rows"):
        take_judged(make_rows("Aa", fake=False), "account")


def test_an_account_may_stand_at_two_moments(make_rows):
    rows = pd.concat([make_rows("Ab"), make_rows("Ab", as_of="2020-06-30")])
    assert take_judged(rows, "account").moments == ["2020-03-31", "2020-06-30"]


def test_a_ring_without_what_was_known_of_it_is_refused(make_rows):
    with pytest.raises(InputError, match="ring is told without ring_known"):
        take_judged(make_rows("Ab", ring=["R", None]), "account")


def test_what_was_already_known_is_left_out_and_counted(make_rows):
    judged = take_judged(make_rows("ABcd", known=[True, False, False, False]), "account")
    assert judged.frame["account_id"].tolist() == ["b", "c", "d"]
    assert (judged.removed, judged.fakes) == (1, 1)


def test_a_ring_is_one_cluster_and_an_account_of_the_same_name_another(make_rows):
    rows = make_rows("ABc", ring=["c", "c", None], ring_known=False)
    judged = take_judged(rows, "account")
    clusters = judged.frame.set_index("account_id")["cluster"]
    assert judged.clusters == 2
    assert clusters["a"] == clusters["b"] != clusters["c"]


def test_rows_point_back_to_the_callers_order(make_rows):
    rows = make_rows("Abcd", known=[False, True, False, False]).iloc[::-1]
    judged = take_judged(rows, "account")
    assert rows["account_id"].to_numpy()[judged.rows].tolist() == judged.frame["account_id"].tolist()


def test_an_unknown_subject_is_refused(make_rows):
    with pytest.raises(InputError, match="There is no subject 'shop'"):
        take_judged(make_rows("Ab"), "shop")
