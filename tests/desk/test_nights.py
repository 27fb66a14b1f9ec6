"""Loading scores: what comes into the queue, what leaves it, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.desk import SYSTEM, DeskError, NotAllowed
from tests.desk.conftest import make_scores, make_signals

NIGHT = [("A1", 0.5, "review"), ("A2", 0.05, "ship_on_street_date"), ("A3", 0.001, "release")]


def test_what_asks_for_a_look_comes_into_the_queue_by_expected_loss(desk):
    loaded = desk.nights.load(SYSTEM, "account", make_scores(NIGHT))
    assert (loaded.rows, loaded.new, loaded.returned, loaded.cleared) == (3, 2, 0, 0)
    queue = desk.cases.queue()
    assert [case.account_id for case in queue.cases] == ["A1", "A2"]
    assert queue.counts == {"clear": 1, "new": 2, "open": 0, "waiting": 0, "decided": 0}
    assert queue.cases[0].expected_loss == pytest.approx(0.5 * 2 * 3000)
    assert desk.cases.find("account", "A3").state == "clear"
    assert desk.nights.newest("account") == pd.Timestamp("2019-12-31")
    assert desk.nights.newest("order") is None


def test_the_same_scores_twice_change_nothing_in_any_order(desk):
    scores = make_scores(NIGHT)
    desk.nights.load(SYSTEM, "account", scores)
    entries = desk.audit.verify().entries
    again = desk.nights.load(SYSTEM, "account", scores.sample(frac=1, random_state=1))
    assert again.again and again.rows == 3
    assert desk.audit.verify().entries == entries
    assert len(desk.cases.scores(1)) == 1
    other = desk.nights.load(SYSTEM, "account", scores.assign(probability=scores["probability"] / 2))
    assert not other.again


def test_a_case_that_nobody_took_up_clears_and_one_that_somebody_did_stays(desk, staff):
    desk.nights.load(SYSTEM, "account", make_scores(NIGHT))
    desk.cases.claim(staff.ana, desk.cases.find("account", "A1").id)
    later = make_scores([("A1", 0.001, "release"), ("A2", 0.001, "release")], as_of="2020-01-01")
    assert desk.nights.load(SYSTEM, "account", later).cleared == 1
    assert desk.cases.find("account", "A1").state == "open"
    assert desk.cases.find("account", "A2").state == "clear"


def test_a_late_night_is_kept_and_changes_no_place(desk):
    desk.nights.load(SYSTEM, "account", make_scores(NIGHT))
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.001, "release")], as_of="2019-12-30"))
    case = desk.cases.find("account", "A1")
    assert (case.state, case.probability) == ("new", 0.5)
    assert [score.probability for score in desk.cases.scores(case.id)] == [0.001, 0.5]


def test_a_released_case_comes_back_only_for_more_than_was_seen(desk, staff):
    desk.nights.load(SYSTEM, "account", make_scores(NIGHT))
    case = desk.cases.find("account", "A1")
    desk.decisions.decide(staff.ana, case.id, case.version, "release", "shop_seen")
    same = make_scores([("A1", 0.5, "review")], as_of="2020-01-01")
    assert desk.nights.load(SYSTEM, "account", same).returned == 0
    more = make_scores([("A1", 0.95, "block")], as_of="2020-01-02")
    assert desk.nights.load(SYSTEM, "account", more).returned == 1
    assert desk.cases.find("account", "A1").state == "new"


def test_the_signals_of_a_score_come_back_to_the_bit(desk):
    scores = make_scores(NIGHT)
    values = [0.1 + 0.2, np.nan, 1e300]
    signals = make_signals(scores, tenure=values)
    desk.nights.load(SYSTEM, "account", scores, signals)
    got = [desk.cases.signals(score)["tenure"] for score in (1, 2, 3)]
    assert got == [0.1 + 0.2, None, 1e300]


def test_an_order_knows_whether_it_has_lines_before_their_street_date(desk):
    scores = make_scores(
        [("A1", 0.3, "review", "O1"), ("A1", 0.3, "review", "O2"), ("A1", 0.3, "review", "O3")], "order"
    )
    signals = make_signals(scores, early_lines_count_this_order=[2.0, 0.0, np.nan])
    desk.nights.load(SYSTEM, "order", scores, signals)
    early = {case.order_id: (case.early_lines, case.expected_loss) for case in desk.cases.queue().cases}
    assert early == {"O1": (True, 900.0), "O2": (False, pytest.approx(180.0)), "O3": (None, 900.0)}


@pytest.mark.parametrize(
    "scores, signals, told",
    [
        (make_scores(NIGHT).drop(columns="band"), None, "lack band"),
        (make_scores([NIGHT[0], NIGHT[0]]), None, "2 rows: two rows are of one subject|of one subject"),
        (make_scores(NIGHT, probability=[0.1, np.nan, 1.2]), None, "2 of 3 rows: probability"),
        (make_scores(NIGHT, score=[1, 2, 1001]), None, "1 of 3 rows: score"),
        (make_scores(NIGHT, action="hang"), None, "3 of 3 rows: action"),
        (make_scores(NIGHT).assign(as_of="no time"), None, "3 of 3 rows: as_of"),
        (make_scores(NIGHT, base_value=np.inf), None, "base_value"),
        (make_scores(NIGHT), make_signals(make_scores(NIGHT[:2])), "3 scores, but 2 rows of signals"),
        (make_scores(NIGHT), make_signals(make_scores(NIGHT[::-1])), "2 of 3 rows: the signals"),
        (make_scores([]), None, "there are no rows"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_scores_that_contradict_themselves_are_refused_whole(desk, scores, signals, told):
    with pytest.raises(DeskError, match=told):
        desk.nights.load(SYSTEM, "account", scores, signals)
    assert desk.audit.verify().entries == 0
    assert sum(desk.cases.queue().counts.values()) == 0


def test_a_viewer_loads_nothing(desk, staff):
    with pytest.raises(NotAllowed, match="takes the role analyst|may not do that"):
        desk.nights.load(staff.vera, "account", make_scores(NIGHT))


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_folder_of_scores_is_loaded_with_the_names_of_data(desk, tmp_path, format):
    scores = make_scores([("007", 0.5, "review"), ("A2", 0.1 + 0.2, "review")])
    signals = make_signals(scores, orders_count_90d=[1.0, np.nan])
    accounts = pd.DataFrame({"account_id": ["007", "A2"], "legal_name": ["Bond Discs", "NA"]})
    data = tmp_path / "data"
    data.mkdir()
    for name, frame, folder in (("scores", scores, tmp_path), ("signals", signals, tmp_path)):
        writer = frame.to_parquet if format == "parquet" else frame.to_csv
        writer(folder / f"{name}.{format}", index=False)
    accounts.to_csv(data / "accounts.csv", index=False)
    assert desk.nights.load_folder(SYSTEM, tmp_path, data).new == 2
    case = desk.cases.find("account", "007")
    assert (case.title, desk.cases.find("account", "A2").title) == ("Bond Discs", "NA")
    assert desk.cases.find("account", "A2").probability == 0.1 + 0.2
    assert desk.cases.queue(search="bond d").total == 1


def test_a_folder_whose_subject_cannot_be_told_is_refused(desk, tmp_path):
    scores = make_scores(NIGHT, model_version="0a1b2c")
    scores.to_parquet(tmp_path / "scores.parquet")
    with pytest.raises(DeskError, match="accounts or of applications"):
        desk.nights.load_folder(SYSTEM, tmp_path)
    make_signals(scores, company_age=1.0).to_parquet(tmp_path / "signals.parquet")
    desk.nights.load_folder(SYSTEM, tmp_path)
    assert desk.cases.find("application", "A1").state == "new"
