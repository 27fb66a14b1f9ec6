"""Honest shops that were held: fakes do not count, and the others stand beside."""

import numpy as np
import pytest

from resellerrisk.evaluation import take_judged
from resellerrisk.evaluation.honest import measure_honest
from resellerrisk.evaluation.resampling import wilson


def test_shares_are_of_honest_shops_only(make_rows):
    rows = make_rows("Abcde", young=[True, True, True, False, False])
    judged = take_judged(rows, "account")
    figures, table = measure_honest(judged, np.array([True, True, False, True, False]))
    assert figures["honest_held"]["value"] == pytest.approx(2 / 4)
    assert figures["honest_held/young"]["value"] == pytest.approx(1 / 2)
    assert (figures["honest_held/young"]["low"], figures["honest_held/young"]["high"]) == wilson(0.5, 2)
    young = table.set_index("honest_shops").loc["young shops"]
    assert (young["accounts"], young["held_rows"], young["held_share_of_others"]) == (2, 1, 0.5)


def test_kinds_that_are_not_told_are_not_measured(make_rows):
    figures, _ = measure_honest(take_judged(make_rows("Ab"), "account"), np.array([True, False]))
    assert set(figures) == {"honest_held"}


def test_business_types_stand_apart(make_rows):
    rows = make_rows("abcd", business_type=["store", "store", "library", "library"])
    figures, _ = measure_honest(take_judged(rows, "account"), np.array([True, False, False, False]))
    assert figures["honest_held/store"]["value"] == 0.5
    assert figures["honest_held/library"]["value"] == 0


def test_a_kind_without_honest_shops_says_so(make_rows):
    figures, _ = measure_honest(
        take_judged(make_rows("Ab", small=[True, False]), "account"), np.array([True, False])
    )
    assert figures["honest_held/small"]["note"] == "not measurable: no honest shop of this kind"
