"""The random slice: as many as the share says, the same alone as in bulk, nobody whom a person looks at anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.decisions import add_random_reviews, read_settings
from resellerrisk.decisions.random_reviews import draw_numbers

SETTINGS = read_settings()


def settings_of(share, seed=7.0):
    subject = replace(SETTINGS.account, random_review_share=share)
    order = replace(SETTINGS.order, random_review_share=share)
    return replace(SETTINGS, account=subject, order=order, random_review_seed=seed)


def rows(count=5000, day="2020-06-30", action="release"):
    return pd.DataFrame(
        {
            "account_id": [f"A{i:05d}" for i in range(count)],
            "as_of": pd.Timestamp(day),
            "action": np.resize(np.array([action] if isinstance(action, str) else action, object), count),
        }
    )


def drawn(found):
    return set(found.loc[found["sampled"], "account_id"])


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 1.0])
def test_as_many_are_drawn_as_the_share_says(share):
    found = add_random_reviews(rows(), "account", settings_of(share))
    spread = 4 * np.sqrt(5000 * share * (1 - share))
    assert abs(found["sampled"].sum() - 5000 * share) <= spread
    assert (found["review_probability"] == share).all()
    assert (found["action"] == np.where(found["sampled"], "review", "release")).all()


def test_numbers_are_evenly_spread():
    numbers = draw_numbers(rows(), "account", 7.0)
    assert np.histogram(numbers, 10, (0, 1))[0].min() > 430 and len(set(numbers)) == 5000


def test_one_alone_is_drawn_as_among_all_and_in_any_order():
    everybody = add_random_reviews(rows(500), "account", settings_of(0.2))
    mixed = rows(500).sample(frac=1, random_state=1)
    assert drawn(add_random_reviews(mixed, "account", settings_of(0.2))) == drawn(everybody)
    for place in range(0, 500, 50):
        alone = add_random_reviews(rows(500).iloc[[place]], "account", settings_of(0.2))
        assert alone["sampled"].tolist() == [everybody["sampled"][place]]


def test_another_day_another_seed_and_another_subject_draw_others():
    first = drawn(add_random_reviews(rows(), "account", settings_of(0.1)))
    another_day = drawn(add_random_reviews(rows(day="2020-07-01"), "account", settings_of(0.1)))
    another_seed = drawn(add_random_reviews(rows(), "account", settings_of(0.1, seed=8.0)))
    orders = drawn(add_random_reviews(rows().assign(order_id="O1"), "order", settings_of(0.1)))
    for other in (another_day, another_seed, orders):
        assert 20 < len(first & other) < 90, "a tenth of a tenth by chance"


def test_the_hour_of_the_day_changes_nothing():
    later = rows().assign(as_of=pd.Timestamp("2020-06-30 23:10"))
    found, same = (add_random_reviews(frame, "account", settings_of(0.1)) for frame in (rows(), later))
    assert drawn(found) == drawn(same)


def test_two_orders_of_an_account_are_drawn_each_by_itself():
    twice = pd.concat([rows().assign(order_id="O1"), rows().assign(order_id="O2")], ignore_index=True)
    found = add_random_reviews(twice, "order", settings_of(0.5))
    assert 0.4 < (found["sampled"][:5000].to_numpy() != found["sampled"][5000:].to_numpy()).mean() < 0.6


def test_whom_a_person_looks_at_anyway_is_not_drawn_and_keeps_the_action():
    acted = rows(action=["review", "block", "ship_on_street_date", "release"])
    found = add_random_reviews(acted, "account", settings_of(0.5))
    anyway = acted["action"].isin(["review", "block"])
    assert not found["sampled"][anyway].any() and (found["review_probability"][anyway] == 1).all()
    assert (found["action"] == acted["action"])[anyway].all()
    assert 0.4 < found["sampled"][acted["action"] == "ship_on_street_date"].mean() < 0.6


def test_nothing_scored_is_nothing_drawn():
    none = add_random_reviews(rows(0), "account", settings_of(0.5))
    assert none["sampled"].tolist() == [] and "review_probability" in none
