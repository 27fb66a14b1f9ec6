"""The first day: what is fitted before anything was found out, which model serves, and why."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from resellerrisk.errors import InputError
from resellerrisk.matrix import Matrix
from resellerrisk.model import RiskModel
from resellerrisk.pipeline import score, train
from resellerrisk.pipeline.incumbent import SURE, share_ahead
from resellerrisk.pipeline.training import (
    FEWEST_FAKES,
    TrainingSet,
    choose_model,
    find_doubtful,
    rank_later_time,
)
from resellerrisk.signals.compute import Snapshots
from tests.conftest import TRAINED

LATER = "2019-12-15"


def with_fakes(market, count):
    """The market with only its first few confirmed fakes known."""
    outcomes = market.outcomes
    found = outcomes[(outcomes["outcome"] == "fake") & (outcomes["decided_at"] < TRAINED)]
    return market.with_tables(outcomes=found.sort_values("decided_at").head(count))


@pytest.fixture(scope="module")
def nothing_found(market):
    return with_fakes(market, 0)


def test_without_an_outcome_directions_serve_and_say_so(nothing_found, market_folder):
    model = train(nothing_found, "account", TRAINED)
    assert model.facts["serves"] == "directions"
    assert model.facts["why"].startswith("0 confirmed fakes")
    scored = score(nothing_found, model, as_of=LATER).scores
    truth = pd.read_parquet(market_folder / "truth" / "accounts.parquet").set_index("account_id")
    fake = truth["since"].reindex(scored["account_id"].astype(str)) <= pd.Timestamp(LATER)
    assert average_precision_score(fake, scored["probability"]) > 5 * fake.mean()
    assert scored["reason_1"].notna().any()


@pytest.mark.parametrize("subject", ["application", "order"])
def test_every_subject_has_a_first_day(nothing_found, subject):
    model = train(nothing_found, subject, TRAINED)
    scored = score(nothing_found, model, since=TRAINED, until=LATER).scores
    assert model.facts["serves"] == "directions"
    assert scored["probability"].between(0, 1).all()
    assert scored["probability"].nunique() > 5


def test_contributions_of_the_first_day_add_up_to_the_margin(nothing_found):
    model = train(nothing_found, "account", TRAINED)
    scored = score(nothing_found, model, as_of=LATER)
    parts = scored.contributions.drop(columns=["account_id", "as_of"]).sum(axis=1)
    probability = scored.scores["probability"]
    np.testing.assert_allclose(parts, np.log(probability / (1 - probability)), rtol=0, atol=1e-9)


def test_nothing_after_the_moment_changes_the_first_day(nothing_found):
    whole = train(nothing_found, "account", TRAINED)
    cut = train(nothing_found.before(TRAINED), "account", TRAINED)
    assert whole.version == cut.version


def some_rows(agree: bool) -> TrainingSet:
    """4,000 snapshots: the fakes order rather early, but not the earliest, or the late ones do the reverse of the early ones."""
    rng = np.random.default_rng(0)
    n = 4000
    values = pd.DataFrame({"lead": rng.exponential(size=n), "lines": rng.exponential(size=n)})
    snapshots = Snapshots(np.arange(n), np.arange(n) * 86_400_000_000)
    late = np.arange(n) > 3000
    share = values["lead"].rank(pct=True)
    labels = (share.between(0.94, 0.97) if agree else np.where(late, share > 0.97, share < 0.03)).astype(
        float
    )
    labels = np.asarray(labels)
    start = RiskModel.without_labels(values, dict.fromkeys(values, "dates"), monotone={"lead": 1, "lines": 1})
    matrix = Matrix(values, values, (), snapshots)
    return TrainingSet(
        "account", pd.NaT, matrix, labels, np.ones(n), "negative", start, np.zeros(n, bool), values
    )


def test_boosted_trees_serve_where_they_rank_later_time_better():
    model, why = choose_model(some_rows(agree=True), 100, {})
    assert model.training_["kind"] == "boosted"
    assert why.startswith("Boosted trees rank better: average precision ")


def test_boosted_trees_that_rank_later_time_worse_do_not_serve():
    model, why = choose_model(
        some_rows(agree=False), 100, {"start_weight": 0.0, "early_stopping_rounds": 500}
    )
    assert model.training_["kind"] == "directions"
    assert why.startswith("Boosted trees rank worse")


@pytest.mark.parametrize(("share", "serves"), [(0.79, "directions"), (0.80, "boosted")])
def test_the_kind_that_serves_stays_where_the_other_is_not_surely_better(share, serves, monkeypatch):
    monkeypatch.setattr("resellerrisk.pipeline.training.share_ahead", lambda *rows: share)
    model, why = choose_model(some_rows(agree=True), 100, {}, incumbent="directions")
    assert model.training_["kind"] == serves
    assert ("79% of draws of whole accounts; 80% are needed" in why) == (serves == "directions")


def test_the_kind_that_serves_goes_where_the_other_is_surely_better():
    for incumbent in ("directions", "boosted", None):
        assert choose_model(some_rows(agree=True), 100, {}, incumbent)[0].training_["kind"] == "boosted"
    late_turned = {"start_weight": 0.0, "early_stopping_rounds": 500}
    model, _ = choose_model(some_rows(agree=False), 100, late_turned, incumbent="boosted")
    assert model.training_["kind"] == "directions"


def test_two_rankings_of_a_dozen_fakes_that_differ_by_chance_are_ahead_in_no_sure_share_of_draws():
    rng = np.random.default_rng(4)
    labels = (np.arange(1500) % 125 == 0).astype(float)
    weight, account = np.ones(1500), np.arange(1500) // 3
    shares = []
    for _ in range(8):
        one, other = (2 * labels + rng.normal(size=1500) for _ in range(2))
        shares.append(share_ahead(labels, one, other, weight, account))
    assert np.mean([1 - SURE < share < SURE for share in shares]) >= 0.5
    sharper = 4 * labels + rng.normal(size=1500)
    assert share_ahead(labels, sharper, other, weight, account) > 0.95


def test_the_doubtful_judge_though_nothing_is_fitted_on_them():
    """Rows that the score without labels alone takes for fakes must speak against it, or it would choose itself."""
    rows = some_rows(agree=True)
    spoilt = rows.matrix.values["lines"].to_numpy() > 1.5
    values = rows.matrix.values.assign(lines=np.where(spoilt, 50.0, rows.matrix.values["lines"]))
    start = RiskModel.without_labels(
        values, {"lead": "dates", "lines": "lines"}, monotone={"lead": 1, "lines": 1}
    )
    doubtful = find_doubtful(start.margin(values), rows.labels == 0)
    rows = replace(rows, start=start, doubtful=doubtful)
    model, _ = choose_model(rows, 100, {"start_weight": 0.0})
    _, with_them = rank_later_time(rows, model)
    _, without = rank_later_time(rows.fitting, model)
    assert with_them < without - 0.05


def test_boosted_trees_that_could_not_be_judged_do_not_serve():
    rows = some_rows(agree=True)
    labels = rows.labels.copy()
    labels[np.flatnonzero(rows.labels)[FEWEST_FAKES - 1 :]] = 0.0
    model, why = choose_model(replace(rows, labels=labels), FEWEST_FAKES, {})
    assert (model.training_["kind"], "could not be judged" in why) == ("directions", True)


def test_one_fake_too_few_leaves_directions():
    model, why = choose_model(some_rows(agree=True), FEWEST_FAKES - 1, {})
    assert model.training_["kind"] == "directions"
    assert why.startswith(f"{FEWEST_FAKES - 1} confirmed fakes")


def test_the_doubtful_are_the_highest_of_the_undecided_alone():
    margin = np.arange(200.0)
    undecided = margin < 150
    assert np.flatnonzero(find_doubtful(margin, undecided)).tolist() == [147, 148, 149]
    nobody = np.zeros(200, bool)
    assert not find_doubtful(margin, nobody).any()


def test_before_the_first_order_there_is_nothing_to_learn_from(market):
    with pytest.raises(InputError, match="nothing to learn from before 2015-01-01"):
        train(market, "account", "2015-01-01")
