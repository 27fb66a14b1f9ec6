"""Deciding, the second person, taking back, and two at once."""

from __future__ import annotations

import threading

import pytest

from resellerrisk.desk import SYSTEM, Conflict, DeskError, NotAllowed
from tests.desk.conftest import make_scores, make_signals


@pytest.fixture
def filled(desk):
    rows = [("A1", 0.5, "review"), ("A2", 0.95, "block"), ("A3", 0.001, "release")]
    desk.nights.load(SYSTEM, "account", make_scores(rows))
    orders = make_scores([("A1", 0.3, "review", "O1"), ("A1", 0.3, "review", "O2")], "order")
    early = make_signals(orders, early_lines_count_this_order=[3.0, 0.0])
    desk.nights.load(SYSTEM, "order", orders, early)
    return desk


def test_a_decision_names_who_what_and_why(filled, staff, clock):
    case = filled.decisions.decide(staff.ana, 1, 1, "release", "shop_seen", note="called\x00 them 😀")
    assert (case.state, case.action, case.version, case.claimed_by) == ("decided", "release", 2, None)
    (step,) = filled.decisions.history(1)
    assert (step.step, step.by, step.reason, step.outcome) == ("decide", "ana", "shop_seen", "genuine")
    assert step.note == "called\x00 them 😀" and step.at >= clock.now
    assert filled.decisions.actions_of(1) == ("release", {})
    assert filled.decisions.actions_of(2) is None


def test_a_review_keeps_the_case_open_and_is_in_force(filled, staff):
    case = filled.decisions.decide(staff.ana, 1, 1, "review", "look_deeper")
    assert case.state == "open" and filled.decisions.actions_of(1) == ("review", {})
    assert filled.decisions.decide(staff.ben, 1, 2, "release", "explained").state == "decided"


def test_a_block_waits_for_a_second_person(filled, staff):
    case = filled.decisions.decide(staff.app, 2, 1, "block", "no_shop")
    assert case.state == "waiting" and filled.decisions.actions_of(2) is None
    with pytest.raises(NotAllowed, match="cannot confirm"):
        filled.decisions.approve(staff.app, 2, 2)
    with pytest.raises(NotAllowed):
        filled.decisions.approve(staff.ana, 2, 2)
    with pytest.raises(Conflict, match="waiting for a second person"):
        filled.decisions.decide(staff.ana, 2, 2, "release", "explained")
    case = filled.decisions.approve(staff.pia, 2, 2, note="seen")
    assert (case.state, case.action) == ("decided", "block")
    proposed, confirmed = filled.decisions.history(2)
    assert (confirmed.of, confirmed.outcome, confirmed.by) == (proposed.id, "fake", "pia")
    with pytest.raises(Conflict):
        filled.decisions.approve(staff.pia, 2, 3)


def test_a_refused_block_opens_the_case_again(filled, staff):
    filled.decisions.decide(staff.ana, 2, 1, "block", "no_shop")
    with pytest.raises(NotAllowed):
        filled.decisions.refuse(staff.ben, 2, 2, "evidence_thin")
    case = filled.decisions.refuse(staff.pia, 2, 2, "evidence_thin")
    assert (case.state, case.action) == ("open", None)
    filled.decisions.decide(staff.ana, 2, 3, "block", "no_shop")
    assert filled.decisions.refuse(staff.ana, 2, 4, "milder_will_do").state == "open"


def test_a_reversal_keeps_history_and_takes_an_approver(filled, staff):
    filled.decisions.decide(staff.ana, 1, 1, "release", "shop_seen")
    with pytest.raises(NotAllowed):
        filled.decisions.reverse(staff.ana, 1, 2, "mistake")
    case = filled.decisions.reverse(staff.pia, 1, 2, "mistake")
    assert (case.state, case.action) == ("open", None)
    assert [step.step for step in filled.decisions.history(1)] == ["decide", "reverse"]
    assert filled.decisions.actions_of(1) is None
    with pytest.raises(Conflict):
        filled.decisions.reverse(staff.pia, 1, 3, "mistake")


@pytest.mark.parametrize(
    "action, reason, told",
    [
        ("hang", "no_shop", "no action 'hang'"),
        ("release", "no_shop", "no reason for release"),
        ("block", "shop_seen", "no reason for block"),
        ("release", "evidence_holds", "no reason for release"),
        ("release", "nonsense", "Reasons: shop_seen"),
    ],
)
def test_words_that_do_not_fit_are_refused(filled, staff, action, reason, told):
    with pytest.raises(DeskError, match=told):
        filled.decisions.decide(staff.ana, 1, 1, action, reason)
    assert filled.decisions.history(1) == []


def test_a_note_has_its_length(filled, staff):
    filled.decisions.decide(staff.ana, 1, 1, "review", "look_deeper", note="n" * 10_000)
    with pytest.raises(DeskError, match="10,001 characters"):
        filled.decisions.decide(staff.ana, 1, 2, "review", "look_deeper", note="n" * 10_001)


def test_single_lines_of_an_order_have_actions_of_their_own(filled, staff):
    order = filled.cases.find("order", "A1", "O1")
    lines = {2: "release", 5: "review"}
    filled.decisions.decide(staff.ana, order.id, 1, "ship_on_street_date", "caution", lines=lines)
    assert filled.decisions.actions_of(order.id) == ("ship_on_street_date", lines)


def test_a_line_to_block_makes_a_proposal(filled, staff):
    order = filled.cases.find("order", "A1", "O1")
    with pytest.raises(DeskError, match="no reason for block"):
        filled.decisions.decide(staff.ana, order.id, 1, "release", "explained", lines={1: "block"})
    case = filled.decisions.decide(
        staff.ana, order.id, 1, "ship_on_street_date", "no_shop", lines={1: "block"}
    )
    assert case.state == "waiting"
    filled.decisions.approve(staff.pia, order.id, 2)
    assert filled.decisions.actions_of(order.id) == ("ship_on_street_date", {1: "block"})


def test_no_street_date_to_wait_for_and_no_lines_of_an_account(filled, staff):
    order = filled.cases.find("order", "A1", "O2")
    with pytest.raises(DeskError, match="no lines before their street date"):
        filled.decisions.decide(staff.ana, order.id, 1, "ship_on_street_date", "caution")
    with pytest.raises(DeskError, match="Lines are an order's"):
        filled.decisions.decide(staff.ana, 1, 1, "release", "explained", lines={1: "review"})


def test_lesser_roles_and_the_system_decide_nothing(filled, staff):
    for who in (staff.vera, SYSTEM):
        with pytest.raises(NotAllowed):
            filled.decisions.decide(who, 1, 1, "release", "shop_seen")


def test_of_two_at_once_one_wins_and_the_other_is_told(filled, staff):
    for round in range(10):
        version, told, together = 1 + 2 * round, {}, threading.Barrier(2)

        def decide(user, action, reason, version=version, told=told, together=together):
            together.wait()
            try:
                told[user.name] = filled.decisions.decide(user, 1, version, action, reason)
            except Conflict as conflict:
                told[user.name] = conflict

        ask = [(staff.ana, "release", "shop_seen"), (staff.ben, "ship_on_street_date", "caution")]
        threads = [threading.Thread(target=decide, args=one) for one in ask]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lost = [answer for answer in told.values() if isinstance(answer, Conflict)]
        won = next(name for name, answer in told.items() if not isinstance(answer, Conflict))
        last = filled.decisions.history(1)[-1]
        assert len(lost) == 1 and len(filled.decisions.history(1)) == version
        assert (lost[0].who, lost[0].when) == (won, last.at)
        assert f"{last.action} ({last.reason})" in lost[0].what
        filled.decisions.reverse(staff.pia, 1, version + 1, "mistake")
    assert filled.audit.verify().sound


def test_a_decision_that_was_changed_behind_the_desk_is_found(filled, staff):
    filled.decisions.decide(staff.ana, 1, 1, "release", "shop_seen")
    assert filled.audit.verify().sound
    engine, on = filled._database.engine, filled._database.is_sqlite
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        table = "" if on else " ON decisions"
        connection.exec_driver_sql(f"DROP TRIGGER desk_keep_decisions_update{table}")
        connection.exec_driver_sql("UPDATE decisions SET reason = 'explained'")
    assert filled.audit.verify().faults == ("Decision 1 is not as the log says.",)


def test_a_decision_on_what_has_changed_since_is_refused_though_the_case_is_open(filled, staff):
    filled.decisions.decide(staff.ana, 1, 1, "review", "look_deeper")
    with pytest.raises(Conflict) as told:
        filled.decisions.decide(staff.ben, 1, 1, "release", "shop_seen")
    assert (told.value.who, told.value.what) == ("ana", "decided: review (look_deeper)")
    assert filled.decisions.decide(staff.ben, 1, 2, "release", "shop_seen").state == "decided"
