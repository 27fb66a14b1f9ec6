"""Fakes found: counted by hand on a few accounts."""

import numpy as np
import pandas as pd
import pytest

from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.detection import measure_accounts, measure_detection, measure_rings, walk_queue
from resellerrisk.evaluation.resampling import draw_weights


def judge_rows(rows, subject="account"):
    judged = take_judged(rows, subject)
    return judged, draw_weights(judged.clusters, resamples=40)


def test_recall_and_precision_at_the_desks_capacity(make_rows):
    judged, weights = judge_rows(make_rows("AbCdeF"))
    figures, _ = measure_detection(judged, 3, weights)
    assert figures["recall_at_capacity"]["value"] == pytest.approx(2 / 3)
    assert figures["precision_at_capacity"]["value"] == pytest.approx(2 / 3)


def test_a_capacity_beyond_the_rows_does_not_spoil_precision(make_rows):
    judged, weights = judge_rows(make_rows("AbCd"))
    figures, _ = measure_detection(judged, 100, weights)
    assert figures["precision_at_capacity"]["value"] == pytest.approx(1 / 2)


def test_the_top_two_percent_of_a_hundred_accounts_are_two(make_rows):
    letters = [chr(0x4E00 + place) for place in range(100)]
    rows = make_rows("x" * 100, account_id=letters, fake=[place in (0, 2) for place in range(100)])
    figures, _ = measure_detection(*_with_budget(rows))
    assert figures["recall_top_2_percent"]["value"] == pytest.approx(0.5)
    rows["fake"] = [place in (0, 1) for place in range(100)]
    assert measure_detection(*_with_budget(rows))[0]["recall_top_2_percent"]["value"] == 1


def _with_budget(rows):
    judged, weights = judge_rows(rows)
    return judged, 10, weights


def test_the_mean_over_moments_leaves_out_a_moment_without_fakes(make_rows):
    rows = pd.concat(
        [make_rows("aB"), make_rows("cd", as_of="2020-06-30"), make_rows("Ef", as_of="2020-09-30")]
    )
    judged, weights = judge_rows(rows)
    figures, table = measure_detection(judged, 1, weights)
    assert figures["average_precision/2020-03-31"]["value"] == pytest.approx(0.5)
    assert figures["average_precision/2020-06-30"]["note"] == "not measurable: no fakes"
    assert figures["average_precision/2020-09-30"]["value"] == 1
    assert figures["average_precision"]["value"] == pytest.approx(0.75)
    assert table["moment"].tolist() == ["2020-03-31", "2020-06-30", "2020-09-30", "mean"]


def test_rivals_stand_in_the_same_table(make_rows):
    rows = make_rows("Abcd", logistic=[2.0, 3.0, 1.0, 0.0], rule=[np.nan, 0.5, 0.2, 0.1])
    figures, table = measure_detection(*_with_budget(rows))
    assert figures["average_precision"]["value"] == 1
    assert figures["logistic/average_precision"]["value"] == pytest.approx(1 / 2)
    assert figures["rule/average_precision"]["value"] == pytest.approx(1 / 4)
    assert figures["average_precision_above/rule"]["value"] == pytest.approx(3 / 4)
    assert table["ranking"].tolist() == ["this model", "logistic regression", "one-line rule"]


def test_known_rings_and_new_ones_are_told_apart(make_rows):
    ring = ["old", None, "new", None, None]
    rows = make_rows("AbCdE", ring=ring, ring_known=[True, False, False, False, False])
    judged, weights = judge_rows(rows)
    figures, table = measure_rings(judged, 3, weights)
    recall = {
        name: figures[f"{name}/recall_at_capacity"]["value"]
        for name in ("known_rings", "new_rings", "no_ring")
    }
    assert recall == {"known_rings": 1, "new_rings": 1, "no_ring": 0}
    # the other fakes leave average precision alone: c is second among c, b, d; e is third among b, d, e
    assert figures["new_rings/average_precision"]["value"] == pytest.approx(1 / 2)
    assert figures["no_ring/average_precision"]["value"] == pytest.approx(1 / 3)
    assert table["rings"].tolist() == [1, 1, 0]


def test_without_rings_there_is_nothing_to_tell_apart(make_rows):
    judged, weights = judge_rows(make_rows("Ab", ring=None, ring_known=False))
    assert measure_rings(judged, 1, weights)[0] == {}


def test_a_found_fake_leaves_the_queue_and_counts_once(make_rows):
    rows = pd.concat([make_rows("ABc"), make_rows("ABc", as_of="2020-06-30")])
    judged, weights = judge_rows(rows)
    figures, table = walk_queue(judged, 1, weights)
    assert figures["found_over_moments"]["value"] == 1
    assert figures["fakes_among_shown"]["value"] == 1
    assert table["found_so_far"].tolist() == [1, 2]


def test_an_honest_account_may_come_again_and_takes_the_place(make_rows):
    rows = pd.concat([make_rows("bAc"), make_rows("bAc", as_of="2020-06-30")])
    judged, weights = judge_rows(rows)
    figures, _ = walk_queue(judged, 1, weights)
    assert figures["found_over_moments"]["value"] == 0


def test_an_account_counts_once_by_its_highest_order(make_orders):
    rows = make_orders(("A", 1, 1), ("b", 1, 1), ("A", 1, 1), ("c", 1, 1))
    judged, weights = judge_rows(rows, "order")
    assert measure_detection(judged, 1, weights)[0]["average_precision"]["value"] == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert measure_accounts(judged, weights)["average_precision_by_account"]["value"] == 1


def test_intervals_by_ring_are_wider_than_by_account(make_rows):
    letters = [f"A{place}" for place in range(200)]
    fake = [place % 4 == 0 and place < 160 for place in range(200)]
    alone = make_rows("x" * 200, account_id=letters, fake=fake)
    ringed = alone.assign(ring=[f"R{place // 40}" if is_fake else None for place, is_fake in enumerate(fake)])
    ringed["ring_known"] = False

    def width(rows):
        judged = take_judged(rows, "account")
        figure = measure_detection(judged, 10, draw_weights(judged.clusters))[0]["average_precision"]
        return figure["high"] - figure["low"]

    assert width(ringed) > 1.3 * width(alone)
