"""The queue and its claims: filters, search, pages, and who holds a case."""

from __future__ import annotations

import pytest

from resellerrisk.desk import SYSTEM, Conflict, DeskError, NotAllowed, NotThere
from tests.desk.conftest import make_scores

ROWS = [(f"A{number}", 0.2 + number**2 / 100, "review") for number in range(1, 8)]


@pytest.fixture
def filled(desk):
    desk.nights.load(SYSTEM, "account", make_scores(ROWS))
    orders = [("A1", 0.3, "ship_on_street_date", "O-1"), ("A9", 0.95, "block", "O_2")]
    desk.nights.load(SYSTEM, "order", make_scores(orders, "order"))
    return desk


def test_pages_follow_each_other_without_gap(filled):
    whole = [case.id for case in filled.cases.queue().cases]
    paged = [case.id for at in range(0, 9, 2) for case in filled.cases.queue(limit=2, offset=at).cases]
    assert paged == whole and len(set(whole)) == 9
    losses = [case.expected_loss for case in filled.cases.queue().cases]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize(
    "filters, count",
    [
        ({"subjects": ["order"]}, 2),
        ({"asked": ["block"]}, 1),
        ({"bands": ["severe"]}, 1),
        ({"search": "a1"}, 2),
        ({"search": "o_2"}, 1),
        ({"search": "o%"}, 0),
        ({"search": "o-1 "}, 1),
        ({"states": ["decided"]}, 0),
        ({"asked": []}, 0),
    ],
)
def test_filters_leave_what_they_say(filled, filters, count):
    queue = filled.cases.queue(**filters)
    assert queue.total == len(queue.cases) == count


def test_an_unknown_word_is_told(filled):
    with pytest.raises(DeskError, match="no state 'lost'"):
        filled.cases.queue(states=["lost"])
    with pytest.raises(NotThere):
        filled.cases.get(99)
    with pytest.raises(NotThere):
        filled.cases.get(2**40)
    with pytest.raises(NotThere):
        filled.cases.find("application", "A1")


def test_two_who_ask_for_the_next_get_different_cases(filled, staff):
    first, second = filled.cases.next(staff.ana), filled.cases.next(staff.ben)
    assert first.expected_loss >= second.expected_loss and first.id != second.id
    assert first.state == "open" and first.claimed_by == "ana"
    assert filled.cases.queue(claimed_by="ana").total == 1
    assert filled.cases.queue(unclaimed=True).total == 7


def test_next_says_when_there_is_nothing_left(filled, staff):
    for _ in range(9):
        assert filled.cases.next(staff.ana) is not None
    assert filled.cases.next(staff.ben) is None


def test_a_claim_holds_30_minutes_and_then_is_none(filled, staff, clock):
    case = filled.cases.claim(staff.ana, 1)
    clock.pass_by(minutes=29)
    with pytest.raises(Conflict) as told:
        filled.cases.claim(staff.ben, 1)
    assert told.value.who == "ana" and told.value.what == "claimed it"
    clock.pass_by(minutes=2)
    assert filled.cases.get(1).claimed_by is None
    assert filled.cases.claim(staff.ben, 1).claimed_by == "ben"
    assert case.version == filled.cases.get(1).version


def test_an_approver_takes_over_and_an_analyst_does_not(filled, staff):
    filled.cases.claim(staff.ana, 1)
    with pytest.raises(NotAllowed):
        filled.cases.claim(staff.ben, 1, take_over=True)
    with pytest.raises(Conflict):
        filled.cases.claim(staff.pia, 1)
    assert filled.cases.claim(staff.pia, 1, take_over=True).claimed_by == "pia"


def test_a_claim_is_given_up_by_its_holder_alone(filled, staff):
    filled.cases.claim(staff.ana, 1)
    with pytest.raises(Conflict):
        filled.cases.let_go(staff.ben, 1)
    free = filled.cases.let_go(staff.ana, 1)
    assert (free.claimed_by, free.state) == (None, "open")
    assert filled.cases.let_go(staff.ben, 1) == free


def test_viewers_and_the_system_claim_nothing(filled, staff):
    for who in (staff.vera, SYSTEM):
        with pytest.raises(NotAllowed):
            filled.cases.claim(who, 1)


def test_all_cases_of_an_account_stand_together(filled):
    assert [case.subject for case in filled.cases.of_account("A1")] == ["account", "order"]
    assert filled.cases.of_account("nobody") == []


def test_decided_cases_beside_are_the_nearest(filled, staff):
    for account in ("A1", "A3", "A7"):
        case = filled.cases.find("account", account)
        filled.decisions.decide(staff.ana, case.id, case.version, "release", "shop_seen")
    asked = filled.cases.find("account", "A4")
    found = filled.cases.decided_beside(asked.id, 2)
    assert [(case.account_id, told) for case, told in found] == [("A3", "genuine"), ("A1", "genuine")]
