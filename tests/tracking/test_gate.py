"""The gate says no to a challenger that learnt nothing, or learnt from what was not yet known, and says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import DeclarationError
from resellerrisk.evaluation.comparison import compare
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.training import fit, training_set
from resellerrisk.tracking import (
    judge_challenger,
    keep,
    ledger_of,
    name_challenger,
    promote,
    read_rules,
    shadow_score,
)
from resellerrisk.tracking.gate import judged_nights
from resellerrisk.tracking.rules import DEFAULTS
from resellerrisk.tracking.shadow import read_nights

from .conftest import CHALLENGER, JUDGED, NIGHTS, QUICK, learn_nothing


@pytest.fixture
def rows(busy_signals):
    """What an honest challenger is trained on."""
    return training_set(busy_signals, "account", pd.Timestamp(CHALLENGER))


def _challenge(home, market, signals, trained: Trained) -> None:
    """Keep a model, name it challenger, and let it score the nights."""
    named, _ = keep(home, trained)
    name_challenger(home, "account", int(named.version.split("/")[1]), why="a test")
    for night in NIGHTS:
        shadow_score(market, home, "account", as_of=night, signals=signals)


def _failed(verdict):
    return {check.name for check in verdict.checks if not check.passed}


def test_an_honest_challenger_passes_every_check(lived_in, busy_market, lenient):
    verdict = judge_challenger(busy_market, lived_in, "account", JUDGED, rules=lenient)
    assert _failed(verdict) == set()
    assert len(verdict.checks) == 9


def test_a_challenger_with_shuffled_labels_is_refused(lived_in, busy_market, busy_signals, rows):
    poisoned = learn_nothing(rows, busy_market.before(CHALLENGER).fingerprint, **QUICK)
    _challenge(lived_in, busy_market, busy_signals, poisoned)
    verdict = promote(busy_market, lived_in, "account", JUDGED, why="a test")
    assert not verdict.passed
    assert {"not worse at ranking", "stable under re-sampling"} <= _failed(verdict)
    assert lived_in.champion("account") == 1
    refused = ledger_of(lived_in).read()[-1]
    assert (refused["event"], refused["version"]) == ("refused", 3)
    assert "Average precision, everyone" in refused["why"]


def test_a_challenger_trained_on_outcomes_of_the_future_is_refused_by_its_data(
    lived_in, busy_market, busy_signals
):
    """Somebody wrote later decisions back to the training time: it ranks the nights better than anything can."""
    outcomes = busy_market.outcomes
    early = outcomes["decided_at"].where(
        outcomes["decided_at"] < CHALLENGER, pd.Timestamp(CHALLENGER) - pd.Timedelta(days=1)
    )
    leaky = busy_market.with_tables(outcomes=outcomes.assign(decided_at=early))
    from resellerrisk.matrix import prepare_signals

    rows = training_set(prepare_signals(leaky), "account", pd.Timestamp(CHALLENGER))
    leaked = fit(rows, leaky.before(CHALLENGER).fingerprint, **QUICK)
    _challenge(lived_in, busy_market, busy_signals, leaked)
    verdict = judge_challenger(busy_market, lived_in, "account", JUDGED)
    assert "same data" in _failed(verdict)
    assert "may have come in that were not yet known" in " ".join(verdict.reasons)


def test_a_challenger_trained_after_the_nights_has_no_night_to_be_judged_on(
    lived_in, busy_market, busy_signals
):
    late = fit(
        training_set(busy_signals, "account", pd.Timestamp(JUDGED)),
        busy_market.before(JUDGED).fingerprint,
        **QUICK,
    )
    _challenge(lived_in, busy_market, busy_signals, late)
    verdict = judge_challenger(busy_market, lived_in, "account", JUDGED)
    assert _failed(verdict) == {"enough nights"}
    assert "Both models scored 0 nights from 2020-06-30" in verdict.reasons[0]


def test_a_challenger_whose_promise_the_nights_do_not_keep_is_refused(
    lived_in, busy_market, busy_signals, rows
):
    """A column that knew the label in training: its held-out time promises everything, the nights give nothing."""
    column = "units_total_365d"
    values = rows.matrix.values.assign(**{column: rows.labels * 1e6})
    peeking = fit(
        replace(rows, matrix=replace(rows.matrix, values=values)),
        busy_market.before(CHALLENGER).fingerprint,
        **QUICK,
    )
    peeking.model.facts_["held_out"] = {"average_precision": 0.99, "low": 0.97, "high": 1.0}
    _challenge(lived_in, busy_market, busy_signals, peeking)
    verdict = judge_challenger(busy_market, lived_in, "account", JUDGED)
    assert "keeps its promise" in _failed(verdict)
    assert "What it learnt from is not there when scoring" in " ".join(verdict.reasons)


def test_an_undecided_account_about_which_a_model_is_all_but_sure_says_nothing_of_calibration(
    lived_in, busy_market, rules
):
    nights = read_nights(lived_in, "account", 1, 2, CHALLENGER, JUDGED)[:1]
    since = busy_market.outcomes[busy_market.outcomes["decided_at"].between(nights[0][0], JUDGED)]
    decided = set(since["account_id"].astype(str))
    scored = nights[0][1]["account_id"].astype(str)
    shown = {
        "undecided": scored[~scored.isin(decided)].iloc[0],
        "decided": scored[scored.isin(decided)].iloc[0],
    }

    def telling(probability):
        sure = scored.isin(shown.values())
        frame = nights[0][1].assign(champion_probability=0.01)
        frame["challenger_probability"] = np.where(sure, probability, 0.01)
        rows = judged_nights(busy_market, "account", [(nights[0][0], frame)], pd.Timestamp(JUDGED), rules)
        told = rows.set_index(rows["account_id"].astype(str))["telling"]
        return {name: bool(told[account]) for name, account in shown.items()}, int((~told).sum())

    assert telling(0.51) == ({"undecided": False, "decided": True}, 1)
    assert telling(0.49) == ({"undecided": True, "decided": True}, 0)


def test_log_loss_and_what_was_foretold_leave_out_what_tells_nothing():
    rows = pd.DataFrame(
        {
            "account_id": ["A1", "A2", "A3", "A4"],
            "as_of": "2020-03-31",
            "known": False,
            "fake": [True, False, False, False],
            "probability": [0.9, 0.2, 0.1, 0.999999],
            "champion_probability": [0.9, 0.2, 0.1, 0.6],
            "champion_held": [True, False, False, True],
            "challenger_held": [True, False, False, True],
        }
    )
    whole = compare(rows, "account", resamples=20)
    left = compare(rows.assign(telling=[True, True, True, False]), "account", resamples=20)
    assert whole.row("everyone", "log_loss")["difference"] > 1
    assert left.row("everyone", "log_loss")["difference"] == 0
    assert left.row("everyone", "foretold_over_seen")["challenger"] == pytest.approx(1.2)
    both = [each.row("everyone", "honest_held") for each in (whole, left)]
    assert both[0].equals(both[1])


def test_labels_that_had_no_time_to_ripen_do_not_count(lived_in, busy_market, rules):
    soon = NIGHTS[-1] + pd.Timedelta(days=rules.matured_days - 1)
    assert "enough nights" not in _failed(judge_challenger(busy_market, lived_in, "account", soon))
    sooner = NIGHTS[2] + pd.Timedelta(days=rules.matured_days)
    assert "enough nights" in _failed(judge_challenger(busy_market, lived_in, "account", sooner))


def test_an_outcome_after_the_moment_of_judgement_changes_nothing(lived_in, busy_market):
    outcomes = busy_market.outcomes
    later = busy_market.with_tables(outcomes=outcomes[outcomes["decided_at"] < "2020-05-31"])
    ours = judge_challenger(busy_market, lived_in, "account", "2020-05-31")
    theirs = judge_challenger(later, lived_in, "account", "2020-05-31")
    pd.testing.assert_frame_equal(ours.comparison.table, theirs.comparison.table)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace("stable_share = 0.80", ""), "stable_share: missing"),
        (lambda text: text + "\nluck = 1\n", "luck: there is no such rule"),
        (lambda text: text.replace("= 0.80", "= -0.1"), "stable_share: -0.1 is no finite number from 0"),
        (lambda text: text.replace("= 0.80", '= "most"'), "stable_share: 'most' is no finite"),
        (lambda text: text.replace("= 0.80", "="), "no TOML file"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(tmp_path, change, told):
    path = tmp_path / "rules.toml"
    path.write_text(change(DEFAULTS.read_text("utf-8")), "utf-8")
    with pytest.raises(DeclarationError, match=told):
        read_rules(path)
