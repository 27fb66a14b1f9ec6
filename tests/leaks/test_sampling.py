"""The chain itself: the same bits twice, and no sticking with one of two look-alikes."""

from __future__ import annotations

import numpy as np
import pytest

from resellerrisk.leaks.chain import start_chain
from resellerrisk.leaks.holdings import DAY, cut_evidence, gather_evidence
from resellerrisk.leaks.randomness import draw_class
from resellerrisk.leaks.sampling import run_chain
from resellerrisk.leaks.suspects import KIND_EDGES, arrange_suspects
from resellerrisk.leaks.timing import assume_timing
from tests.leaks.conftest import background_trade, make_market

END = 18262 * DAY  # 2020-01-01


@pytest.fixture(scope="module")
def look_alikes():
    """A00 and A01 held the same discs on the same days, and eight of them leaked."""
    deliveries = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)]
    case = cut_evidence(
        gather_evidence(make_market(20, 30, deliveries + background_trade(20, 30), leaks)), END
    )
    return arrange_suspects(case, assume_timing(case), 20)


def run(arranged, seed, sweeps=400):
    return run_chain(
        arranged.suspects, start_chain(arranged.suspects, len(KIND_EDGES), seed), sweeps, sweeps - 20
    )


def test_the_same_seed_gives_the_same_bits(look_alikes):
    for one, two in zip(run(look_alikes, 1), run(look_alikes, 1), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_chain_passes_to_and_fro_between_look_alikes(look_alikes, seed):
    counts = run(look_alikes, seed).counts
    mostly_first = counts[:, 0] > counts[:, 1]
    assert 0.2 < mostly_first.mean() < 0.8
    assert np.abs(np.diff(mostly_first.astype(int))).sum() > 20


def test_the_probabilities_of_a_copy_add_up_to_one_nearly(look_alikes):
    draws = run(look_alikes, 4)
    whole = draws.none + np.bincount(look_alikes.suspects.copy, draws.pair, len(draws.none))
    np.testing.assert_allclose(whole, 1, atol=0.05)


def test_classes_are_drawn_in_proportion():
    seed = np.array([7], np.uint64)
    drawn = [draw_class(seed, np.array([1.0, 0.0, 3.0])) for _ in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 4000, [0.25, 0, 0.75], atol=0.03)
