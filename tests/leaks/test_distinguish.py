"""Which coming titles tell two suspects apart."""

from __future__ import annotations

import pytest

from resellerrisk.errors import InputError
from resellerrisk.leaks import recommend_tests, trace
from tests.leaks.conftest import background_trade, make_market, street_of

N_FILMS = 40
MOMENT = street_of(32)


@pytest.fixture(scope="module")
def market():
    """A00 and A01 hold the same discs, half of which leak; A02 orders film 35 too, and its discs leak as often."""
    alike = [(account, film, 14.0) for account in (0, 1) for film in range(0, 30, 2)]
    third = [(2, film, 14.0) for film in range(1, 30, 2)]
    ordered = [(account, film, 27.0) for account in (0, 1) for film in (35, 36)] + [(2, 35, 27.0)]
    leaks = [(film, 12.0, "CREW", 1.0) for film in range(0, 16, 2)] + [
        (film, 11.0, "RIVALS", 1.0) for film in range(1, 27, 2)
    ]
    trade = alike + third + background_trade(20, 30, first=3)
    return make_market(20, N_FILMS, [*trade, *ordered], leaks)


@pytest.fixture(scope="module")
def tests(market):
    return recommend_tests(trace(market, MOMENT), market, "A00", "A01").set_index("title_id")


def test_only_coming_titles_are_proposed(tests):
    assert tests.index.min() == "T033" and tests.index.max() == f"T{N_FILMS - 1:03d}"


def test_a_copy_is_likelier_if_the_account_is_the_source(tests):
    assert (tests["copy_if_source"] > tests["copy_otherwise"] + 0.1).all()
    assert tests["information"].between(0, 1).all() and (tests["information"] > 0).all()


def test_a_title_another_likely_source_has_ordered_tells_less(tests):
    assert tests.loc["T035", "information"] < tests.loc["T036", "information"]
    assert tests.loc["T036", "ordered_by"] == 2 and tests.loc["T037", "ordered_by"] == 0


def test_an_unknown_account_is_refused(market):
    with pytest.raises(InputError, match="No account is called 'B7'"):
        recommend_tests(trace(market, MOMENT), market, "A00", "B7")


def test_one_account_is_not_told_from_itself(market):
    with pytest.raises(InputError, match="are one holder"):
        recommend_tests(trace(market, MOMENT), market, "A00", "A00")
