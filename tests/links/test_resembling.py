"""Forms that resemble each other: twins with slips are found, namesakes and neighbours are not, and nothing later counts."""

from __future__ import annotations

import pandas as pd
import pytest

pytest.importorskip("splink")

from resellerrisk.errors import InputError
from resellerrisk.links.resembling import find_resembling, list_forms

AS_OF = "2019-12-31"
COPIED = ("legal_name", "street", "postcode", "country", "phone", "email", "website", "tax_id")


def twin(row, name, **differs):
    return {
        **row.to_dict(),
        "account_id": name,
        "applied_at": row["applied_at"] + pd.Timedelta(days=5),
        **differs,
    }


@pytest.fixture(scope="module")
def doubled(market):
    """The small market with second forms: T1 and T2 are a shop again with slips, T3 too but too late, N1 is another shop of the same name."""
    forms = market.accounts.sort_values("applied_at").copy()
    for name in forms.select_dtypes("category"):
        forms[name] = forms[name].astype(object)
    first, second, third, fourth = (
        row for _, row in forms.dropna(subset=["phone", "email", "street"]).iloc[[3, 8, 10, 12]].iterrows()
    )
    other = {"email": "someone@else.example", "website": None, "tax_id": None}
    added = [
        twin(first, "T1", legal_name=first["legal_name"] + "s", **other),
        twin(second, "T2", phone=second["phone"][:-1] + str(9 - int(second["phone"][-1])), **other),
        twin(third, "T3", applied_at=pd.Timestamp(AS_OF)),
        twin(fourth, "N1", street="77 Nowhere Lane", postcode="11111", phone="+12125550143", **other),
    ]
    whole = market.with_tables(accounts=pd.concat([forms, pd.DataFrame(added)], ignore_index=True))
    return whole, [row["account_id"] for row in (first, second, third, fourth)]


@pytest.fixture(scope="module")
def pairs(doubled):
    return find_resembling(doubled[0], AS_OF)


def pair(one, other):
    return tuple(sorted((str(one), other)))


def test_a_shop_that_applied_twice_is_found_and_what_agrees_is_said(pairs, doubled):
    first, second = doubled[1][:2]
    told = pairs.set_index(["account_id", "other_id"])
    assert {"address", "phone"} <= set(told.loc[pair(first, "T1"), "same"])
    assert told.loc[pair(first, "T1"), "near"] == ("name",)
    assert {"name", "address"} <= set(told.loc[pair(second, "T2"), "same"])
    assert told.loc[pair(second, "T2"), "near"] == ("phone",)
    assert told.loc[pair(second, "T2"), "probability"] > 0.9


def test_a_namesake_elsewhere_and_a_form_not_yet_known_are_not(pairs, doubled):
    listed = set(pairs["account_id"]) | set(pairs["other_id"])
    assert not {"N1", "T3"} & listed
    assert len(listed) < 12
    assert "T3" not in set(list_forms(doubled[0], AS_OF)["account_id"])


def test_the_same_forms_give_the_same_pairs_in_any_order_of_rows(pairs, doubled):
    mixed = doubled[0].with_tables(accounts=doubled[0].accounts.sample(frac=1, random_state=1))
    again = find_resembling(mixed, AS_OF)
    assert again[["account_id", "other_id", "same", "near"]].equals(
        pairs[["account_id", "other_id", "same", "near"]]
    )
    assert (again["probability"] - pairs["probability"]).abs().max() < 1e-9


def test_one_form_alone_resembles_nobody(market):
    assert find_resembling(market, market.accounts["applied_at"].min() + pd.Timedelta(seconds=1)).empty


def test_a_threshold_that_is_no_probability_is_refused(market):
    with pytest.raises(InputError, match="least is 1"):
        find_resembling(market, AS_OF, least=1)
