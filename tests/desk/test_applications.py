"""Forms that were typed in."""

from __future__ import annotations

import pytest

from resellerrisk.desk import DeskError, NotAllowed

FORM = {"legal_name": "<script>=1+1\x00", "store_count": 3, "founded_on": "2019-01-01", "phone": None}


def test_a_form_is_kept_as_it_was_given(desk, staff, clock):
    first, second = desk.applications.add(staff.ana, FORM), desk.applications.add(staff.ben, {}, "X1")
    assert (first, second) == ("APP-1", "X1")
    assert desk.applications.add(staff.ana, {"account_id": "ignored"}) == "APP-3"
    kept = desk.applications.get("APP-1")
    assert kept == FORM | {"account_id": "APP-1", "applied_at": kept["applied_at"], "entered_by": "ana"}
    assert [form["account_id"] for form in desk.applications.list()] == ["APP-1", "X1", "APP-3"]
    assert desk.applications.get("nobody") is None
    clock.pass_by(days=1)
    assert desk.applications.list(since=clock.now) == []


def test_an_id_is_taken_once(desk, staff):
    desk.applications.add(staff.ana, FORM, "APP-2")
    with pytest.raises(DeskError, match="already"):
        desk.applications.add(staff.ana, FORM, "APP-2")
    assert desk.applications.add(staff.ana, FORM) == "APP-3"


@pytest.mark.parametrize(
    "form, told",
    [
        ({"favourite_film": "x"}, "no column favourite_film"),
        ({"legal_name": ["a"]}, "legal_name can be kept neither"),
        ({"store_count": float("nan")}, "store_count can be kept neither"),
    ],
)
def test_what_the_contract_does_not_know_is_refused(desk, staff, form, told):
    with pytest.raises(DeskError, match=told):
        desk.applications.add(staff.ana, form)


def test_a_viewer_enters_nothing(desk, staff):
    with pytest.raises(NotAllowed):
        desk.applications.add(staff.vera, FORM)
