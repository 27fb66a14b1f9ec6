"""What was known when: outcomes of linked accounts, forms at their own moment, and the laws of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.links import find_links
from resellerrisk.links.declare import HALF_WORTH_HOLDERS

SECOND = pd.Timedelta(seconds=1)


def at(*moments):
    return np.array([pd.Timestamp(moment).to_datetime64() for moment in moments], "datetime64[us]")


def figures(market, account, as_of, **options):
    links = find_links(market)
    found = links.figures([list(links.account_ids).index(account)], at(as_of), **options)
    return {name: values[0] for name, values in found.items()}


@pytest.fixture
def ring(market_of):
    """A - B - C in a row; C was found fake on 1 April, taken back on 1 May."""
    rows = [("A", "bank", "B1234", "2019-02-01"), ("B", "bank", "B1234", "2019-02-02")]
    rows += [("B", "device", "D1234", "2019-02-03"), ("C", "device", "D1234", "2019-02-04")]
    outcomes = [("C", "fake", "2019-04-01"), ("C", "unknown", "2019-05-01")]
    return market_of({"A": {}, "B": {}, "C": {}}, rows, outcomes=outcomes)


def test_a_fake_counts_after_its_decision_and_not_at_it(ring):
    assert figures(ring, "B", "2019-04-01")["linked_fake_count"] == 0
    found = figures(ring, "B", pd.Timestamp("2019-04-01") + SECOND)
    assert found["linked_fake_count"] == 1
    assert found["linked_fake_share"] == 0.5
    assert found["strongest_link_to_fake"] == found["link_strength_to_fakes"] == pytest.approx(0.8)


def test_an_outcome_taken_back_counts_no_more(ring):
    assert figures(ring, "B", "2019-05-01")["linked_fake_count"] == 1
    assert figures(ring, "B", pd.Timestamp("2019-05-01") + SECOND)["linked_fake_count"] == 0


def test_steps_to_a_known_fake_are_counted_up_to_two(ring):
    steps = [figures(ring, account, "2019-04-15")["steps_to_known_fake"] for account in "ABC"]
    np.testing.assert_array_equal(steps, [2, 1, np.nan])


def test_ones_own_outcome_is_no_figure_of_links(ring):
    of_c = figures(ring, "C", "2019-04-15")
    assert of_c["linked_fake_count"] == of_c["link_group_fake_count"] == 0
    assert figures(ring, "A", "2019-04-15")["link_group_fake_count"] == 1


def test_a_violation_is_no_fake(market_of):
    rows = [(account, "bank", "B1234", "2019-02-01") for account in "AB"]
    market = market_of({"A": {}, "B": {}}, rows, outcomes=[("B", "violation", "2019-03-01")])
    assert figures(market, "A", "2019-04-01")["linked_fake_count"] == 0


def test_a_link_exists_after_the_later_sight_and_not_at_it(ring):
    assert figures(ring, "A", "2019-02-02")["linked_accounts_count"] == 0
    assert figures(ring, "A", pd.Timestamp("2019-02-02") + SECOND)["linked_accounts_count"] == 1
    assert figures(ring, "A", "2019-02-12")["newest_link_days"] == 10


def test_the_own_form_counts_at_its_application_but_the_others_form_of_that_second_does_not(market_of):
    phone = {"phone": "212 555 0187", "applied_at": "2019-05-06 10:00:00"}
    late = market_of({"A": phone, "B": {**phone, "applied_at": "2019-05-06 09:59:59"}})
    together = market_of({"A": phone, "B": phone})
    assert figures(late, "A", phone["applied_at"])["linked_accounts_count"] == 1
    assert figures(late, "A", phone["applied_at"])["newest_link_days"] == 0
    assert figures(late, "A", phone["applied_at"])["link_group_size"] == 2
    assert figures(late, "B", phone["applied_at"])["linked_accounts_count"] == 0
    assert figures(together, "A", phone["applied_at"])["linked_accounts_count"] == 0


def test_an_applicant_is_counted_among_the_holders_of_what_its_form_says(market_of):
    phone, late = {"phone": "212 555 0187"}, "2019-05-06 10:00:00"
    others = {f"B{i}": phone for i in range(HALF_WORTH_HOLDERS - 1)}
    market = market_of({"A": {**phone, "applied_at": late}, **others})
    assert figures(market, "A", late)["strongest_link"] == pytest.approx(0.7 / 2)
    assert figures(market, "B1", late)["strongest_link"] > 0.7 / 2


def test_the_own_order_counts_only_when_it_is_what_is_scored(market_of):
    orders = [("B", "2019-02-01", "5 Oak Rd|10115"), ("A", "2019-03-01", "5 Oak Road|10115")]
    market = market_of({"A": {}, "B": {}}, orders=orders)
    assert figures(market, "A", "2019-03-01")["shared_ship_to_count"] == 0
    assert figures(market, "A", "2019-03-01", own_order=True)["shared_ship_to_count"] == 1
    assert figures(market, "B", "2019-03-01", own_order=True)["shared_ship_to_count"] == 0


def test_nothing_is_known_of_an_account_before_it_applied(market_of):
    rows = [("A", "bank", "B1234", "2019-02-01"), ("B", "bank", "B1234", "2019-02-01")]
    market = market_of({"A": {}, "B": {"applied_at": "2019-03-01"}}, rows)
    assert figures(market, "A", "2019-03-01")["linked_accounts_count"] == 0
    assert figures(market, "A", "2019-03-02")["linked_accounts_count"] == 1


def test_standing_is_the_newest_at_or_before_the_moment(ring):
    standing = (at("2019-03-01", "2019-04-01"), np.array([[0.5, 0.25, 0.5], [0.1, 0.2, 1.0]]))
    links = find_links(ring)
    moments = at("2019-02-28", "2019-03-31 23:59:59", "2019-04-01")
    found = links.figures([1, 1, 1], moments, standing=standing)
    np.testing.assert_allclose(found["linked_standing_strongest"], [np.nan, 0.5 * 0.9, 1.0 * 0.8])
    np.testing.assert_allclose(found["linked_standing_total"], [np.nan, 0.5 * 1.7, 0.1 * 0.9 + 0.8])


def test_groups_are_those_of_the_monday_before_joined_by_the_accounts_own_links(market_of):
    """Tuesday 5 March: A joins B. B and C are joined on Wednesday, which A's group sees from the next Monday on."""
    rows = [("A", "bank", "B1234", "2019-03-05"), ("B", "bank", "B1234", "2019-03-04")]
    rows += [(account, "device", "D1234", "2019-03-06") for account in "BC"]
    market = market_of({"A": {}, "B": {}, "C": {}}, rows)
    sizes = [
        figures(market, "A", day)["link_group_size"] for day in ("2019-03-05", "2019-03-07", "2019-03-11")
    ]
    assert sizes == [1, 2, 3]
    assert figures(market, "B", "2019-03-07")["link_group_size"] == 3


@pytest.fixture(scope="module")
def harbour_links(harbour):
    return find_links(harbour)


DAYS = st.integers(0, 40).map(lambda day: pd.Timestamp("2019-02-01") + pd.Timedelta(days=day))
KINDS_AND_VALUES = [
    ("bank", "B1234"),
    ("device", "D1234"),
    ("officer", "Zephyrine Quill"),
    ("officer", "Zephyrin Quill"),
]
SIGHTS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(KINDS_AND_VALUES), DAYS), max_size=25)
DECISIONS = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["fake", "genuine", "unknown"]), DAYS),
    max_size=6,
    unique_by=lambda row: (row[0], row[2]),
)


def all_figures(market, as_of):
    found = find_links(market).figures(np.arange(5), np.repeat(at(as_of), 5))
    return pd.DataFrame(found)


@settings(max_examples=8, deadline=None)
@given(SIGHTS, DECISIONS, DAYS, st.randoms(use_true_random=False))
def test_the_future_and_row_order_change_nothing(market_of, sights, decisions, as_of, random):
    forms = {account: {} for account in "ABCDE"}
    rows = [(account, *what, seen) for account, what, seen in sights]
    whole = all_figures(market_of(forms, rows, outcomes=decisions), as_of)
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        all_figures(market_of(forms, shuffled, outcomes=decisions), as_of), whole, check_exact=True
    )
    known = [row for row in rows if row[3] < as_of], [row for row in decisions if row[2] < as_of]
    past = market_of(forms, known[0], outcomes=known[1])
    pd.testing.assert_frame_equal(all_figures(past, as_of), whole, check_exact=True)


def test_the_market_before_a_moment_gives_the_same_figures_on_the_shared_market(harbour, harbour_links):
    as_of = pd.Timestamp("2018-10-03 12:00:00")
    whole, past = harbour_links, find_links(harbour.before(as_of))
    codes = np.flatnonzero((harbour.accounts["applied_at"] < as_of).to_numpy())
    codes = harbour.accounts["account_id"].cat.codes.to_numpy()[codes]
    moments = np.repeat(at(as_of), len(codes))
    standing = (at("2018-09-01"), np.random.default_rng(0).random((1, len(harbour.account_ids))))
    then = past.figures(codes, moments, standing=standing)
    for name, values in whole.figures(codes, moments, standing=standing).items():
        np.testing.assert_array_equal(values, then[name], err_msg=name)
    np.testing.assert_array_equal(whole.groups(as_of), past.groups(as_of))


def test_one_account_alone_is_itself_in_bulk_bit_for_bit(harbour, harbour_links):
    orders = harbour.orders.iloc[::7000]
    codes, moments = orders["account_id"].cat.codes.to_numpy(), orders["ordered_at"].to_numpy()
    bulk = harbour_links.figures(codes, moments, own_order=True)
    for i in range(0, len(codes), 10):
        alone = harbour_links.figures(codes[i : i + 1], moments[i : i + 1], own_order=True)
        for name, values in alone.items():
            np.testing.assert_array_equal(values, bulk[name][i : i + 1], err_msg=name)
