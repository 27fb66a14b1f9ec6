"""What links two accounts, how strongly, and from when on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import InputError
from resellerrisk.links import LINK_FIGURES, LINK_KINDS, find_links
from resellerrisk.links.declare import HALF_WORTH_HOLDERS, MOST_HOLDERS

LATER = "2019-03-01"
LATEST = "2019-06-01"


def figure(market, name, account="A", as_of=LATEST, **options):
    links = find_links(market)
    code = list(links.account_ids).index(account)
    return links.figures([code], [np.datetime64(as_of)], **options)[name][0]


def shared(market_of, kind, one, other, **form):
    rows = [("A", kind, one, "2019-02-01"), ("B", kind, other, LATER)]
    return market_of({"A": form, "B": form}, rows)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("bank", "B 430336437", "b430336437"),
        ("card", "4111-22", "411122"),
        ("tax_id", "12-3456789", "123456789"),
        ("email", "jo.shop+discs@gmail.com", "joshop@googlemail.com"),
        ("device", "D708708301", "D708708301"),
        ("phone", "(212) 555-0187", "+1 212 555 0187 ext. 4"),
        ("address", "12 Kelly Street, Suite 4|55290", "12 KELLY ST, Apt 4|55290"),
        ("officer", "Zephyrine Quill", "QUILL, Zephyrine"),
        ("pickup_person", "Mr. Zephyrine Quill", "Zephyrine Quill"),
        ("website", "https://www.acme.com/shop", "acme.com"),
        ("ip", "10.206.39.47", "10.206.39.47"),
    ],
)
def test_a_shared_value_links_whatever_its_spelling(market_of, kind, one, other):
    found = find_links(shared(market_of, kind, one, other)).between("A", LATEST)
    assert found[["account_id", "kind"]].to_numpy().tolist() == [["B", kind]]
    assert not found["near"].any()


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("bank", "B430336437", "B430336438"),
        ("phone", "(212) 555-0187", "(212) 555-0188"),
        ("email", "jo.shop@acme.com", "joshop@acme.org"),
        ("address", "12 Kelly Street|55290", "14 Kelly Street|55290"),
        ("officer", "Donald Quillington", "Ronald Quillington"),
        ("officer", "Prince", "Prince"),
        ("website", "one.blogspot.com", "two.blogspot.com"),
        ("tax_id", "n/a", "N/A"),
        ("phone", "000-000-0000", "000-000-0000"),
        ("ip", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_near_miss_does_not_link(market_of, kind, one, other):
    market = shared(market_of, kind, one, other)
    assert find_links(market).between("A", LATEST).empty
    assert figure(market, "link_strength_total") == 0


def test_a_slip_of_the_pen_links_weakly(market_of):
    exact = find_links(shared(market_of, "officer", "Gabriela Quillington", "Gabriela Quillington"))
    near = find_links(shared(market_of, "officer", "Gabriela Quillington", "Gabriella Quillington"))
    assert near.between("A", LATEST)["near"].tolist() == [True]
    assert 0 < near.between("A", LATEST)["strength"][0] < exact.between("A", LATEST)["strength"][0]


def test_mail_at_a_site_links_with_the_site_but_free_mail_with_nobody(market_of):
    own = market_of({"A": {"website": "acme.com"}, "B": {"email": "jo@acme.com"}})
    free = market_of({"A": {"email": "jo@gmail.com"}, "B": {"email": "al@gmail.com", "website": "gmail.com"}})
    assert find_links(own).between("A", LATEST)["kind"].tolist() == ["website"]
    assert find_links(free).between("A", LATEST).empty


def test_a_common_name_links_less_than_a_rare_one(market_of):
    crowd = {f"C{i:02}": {} for i in range(40)}
    given = ["Mary", "John", "Paul", "Anna"]
    officers = [(name, "officer", f"{given[i % 4]} Smith", "2019-01-05") for i, name in enumerate(crowd)]
    strength = {}
    for name in ("Mary Smith", "Zephyrine Quill"):
        pair = [("A", "officer", name, "2019-02-01"), ("B", "officer", name, LATER)]
        found = find_links(market_of({"A": {}, "B": {}, **crowd}, officers + pair)).between("A", LATEST)
        strength[name] = found.loc[found["account_id"] == "B", "strength"].max()
    assert strength["Mary Smith"] < 0.05
    assert strength["Zephyrine Quill"] > 0.4


def test_the_more_hold_a_value_the_less_it_tells(market_of):
    def strength(holders, as_of=LATEST):
        names = [f"A{i:02}" for i in range(holders)]
        rows = [
            (name, "bank", "B1234567", f"2019-02-{1 + i // 24:02} {i % 24:02}:00")
            for i, name in enumerate(names)
        ]
        links = find_links(market_of({name: {} for name in names}, rows))
        return links.between("A00", as_of)["strength"].max()

    weight = LINK_KINDS[0].weight
    assert strength(2) == weight
    assert strength(HALF_WORTH_HOLDERS) == weight / 2
    assert 0 < strength(MOST_HOLDERS) < 0.01
    assert strength(MOST_HOLDERS + 1) == 0
    # The dock was a pair's once: what later came to it does not change what was known then.
    assert strength(MOST_HOLDERS + 1, "2019-02-01 01:30") == weight


def test_of_a_dock_only_the_first_holders_are_paired(market_of):
    names = [f"A{i:03}" for i in range(MOST_HOLDERS + 30)]
    rows = [(name, "address", "Dock 6, Forwarding Park|7006", "2019-02-01") for name in names]
    links = find_links(market_of({name: {} for name in names}, rows))
    assert len(links.entries["own"]) == MOST_HOLDERS * (MOST_HOLDERS - 1)


def test_kinds_add_up_and_stay_below_one(market_of):
    rows = [(a, kind, value, LATER) for a in "AB" for kind, value in (("bank", "B1234"), ("device", "D1234"))]
    assert figure(market_of({"A": {}, "B": {}}, rows), "strongest_link") == pytest.approx(1 - 0.1 * 0.2)
    assert figure(market_of({"A": {}, "B": {}}, rows), "shared_kinds_count") == 2


def test_a_delivery_address_is_counted_but_not_told_twice(market_of):
    orders = [("A", "2019-02-01", "5 Oak Rd|10115"), ("B", LATER, "5 Oak Road|10115")]
    market = market_of({"A": {}, "B": {}}, orders=orders)
    assert figure(market, "shared_ship_to_count") == 1
    assert figure(market, "strongest_link") == pytest.approx(0.6)
    lives_there = market_of({"A": {}, "B": {"street": "5 Oak Rd", "postcode": "10115"}}, orders=orders[:1])
    assert figure(lives_there, "shared_ship_to_count") == 0
    assert figure(lives_there, "strongest_link") == pytest.approx(0.6)


@pytest.mark.parametrize(("last_order", "changed"), [("2019-02-15", 1), ("2019-05-20", 0)])
def test_an_identifier_changes_hands_when_its_holder_had_stopped(market_of, last_order, changed):
    rows = [("A", "device", "D1234", "2019-02-01"), ("B", "device", "D1234", "2019-05-31")]
    market = market_of({"A": {}, "B": {}}, rows, [("A", last_order, None)])
    assert figure(market, "identifiers_changed_hands_count", "B", "2019-06-30") == changed
    assert figure(market, "identifiers_changed_hands_count", "A", "2019-06-30") == 0


def test_a_row_of_the_very_second_does_not_keep_an_account_from_having_stopped(market_of):
    rows = [("A", "device", "D1234", "2019-02-01"), ("B", "device", "D1234", "2019-05-31")]
    market = market_of({"A": {}, "B": {}}, rows, [("A", "2019-05-31", None)])
    assert figure(market, "identifiers_changed_hands_count", "B", "2019-06-30") == 1


def test_an_identifier_that_one_earlier_holder_still_uses_did_not_change_hands(market_of):
    rows = [(account, "device", "D1234", f"2019-02-0{day}") for day, account in enumerate("AB", 1)]
    rows += [("C", "device", "D1234", "2019-05-31")]
    market = market_of({"A": {}, "B": {}, "C": {}}, rows, [("A", "2019-05-20", None)])
    assert figure(market, "identifiers_changed_hands_count", "C", "2019-06-30") == 0


def test_a_number_given_out_anew_links_half(market_of):
    rows = [("A", "phone", "212 555 0187", "2019-02-01"), ("B", "phone", "212 555 0187", "2020-05-31")]
    silent, busy = (
        market_of({"A": {}, "B": {}}, rows, orders) for orders in ((), [("A", "2020-05-01", None)])
    )
    assert figure(silent, "strongest_link", as_of="2020-07-01") == pytest.approx(0.35)
    assert figure(busy, "strongest_link", as_of="2020-07-01") == pytest.approx(0.7)


def test_evidence_names_kind_and_account_and_values_only_when_asked(market_of):
    links = find_links(shared(market_of, "email", "jo@acme.com", "jo@acme.com"))
    assert not {"value", "other_value"} & set(links.between("A", LATEST))
    assert links.between("A", LATEST, values=True)["value"].tolist() == ["jo@acme.com", "acme.com"]


def test_an_account_that_is_not_there_is_named(market_of):
    with pytest.raises(InputError, match="no account 'Z'"):
        find_links(market_of({"A": {}})).between("Z", LATEST)


def test_wrong_snapshots_are_refused(market_of):
    links = find_links(market_of({"A": {}}))
    with pytest.raises(InputError, match="run from 0 to 7"):
        links.figures([0, 7], np.array([LATEST] * 2, "datetime64[us]"))
    with pytest.raises(InputError, match="not snapshots"):
        links.figures([0, 0], np.array([LATEST], "datetime64[us]"))
    with pytest.raises(InputError, match="shape"):
        links.figures(
            [0],
            np.array([LATEST], "datetime64[us]"),
            standing=(np.array([LATER], "datetime64[us]"), [[1, 2]]),
        )


def test_no_links_no_orders_and_no_snapshots_are_met(market_of):
    links = find_links(market_of({"A": {}}))
    figures = links.figures([], np.array([], "datetime64[us]"))
    assert list(figures) == [figure.name for figure in LINK_FIGURES]
    assert all(values.shape == (0,) and values.dtype == np.float64 for values in figures.values())
    assert links.between("A", LATEST).empty
    assert links.groups(LATEST).tolist() == [0]
    alone = links.figures([0], np.array([LATEST], "datetime64[us]"))
    missing = {name for name, values in alone.items() if np.isnan(values[0])}
    assert missing == {"linked_fake_share", "steps_to_known_fake", "link_group_age_days", "newest_link_days"}
    assert alone["link_group_size"][0] == 1


def test_groups_join_what_strong_links_join(market_of):
    rows = [(a, "bank", "B1234", LATER) for a in "AC"] + [(a, "device", "D1234", LATER) for a in "CD"]
    rows += [(a, "officer", "Zephyrine Quill", LATER) for a in "BE"]
    links = find_links(market_of({a: {} for a in "ABCDE"}, rows))
    assert links.groups(LATEST).tolist() == [0, 1, 0, 0, 1]
    assert links.groups(LATEST, threshold=0.85).tolist() == [0, 1, 0, 3, 4]
    assert links.groups(LATER).tolist() == [0, 1, 2, 3, 4]
    figures = links.figures(np.arange(5), np.full(5, pd.Timestamp(LATEST).to_datetime64()))
    assert figures["link_group_size"].tolist() == [3, 2, 3, 3, 2]
    assert figures["link_group_age_days"].tolist() == [92] * 5
