"""Accounts, orders and applications judged on the truth, with the logistic regression and the rule beside them; and the first day, without an outcome."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from resellerrisk.decisions import read_settings
from resellerrisk.evaluation import judge
from resellerrisk.matrix import build_matrix, prepare_signals
from resellerrisk.pipeline import evaluate
from resellerrisk.pipeline.evaluating import judged_frame, later_snapshots, read_truth
from resellerrisk.pipeline.training import SERVES, fit, training_set
from resellerrisk.signals.compute import Signals

#: By subject: a figure of the evaluation, and what it is in words.
FIGURES = {
    "account": {
        "average_precision": "average precision, mean of the dates",
        "recall_top_2_percent": "found in the top 2 %",
        "known_rings/recall_top_2_percent": "the same, rings with a member known when trained",
        "new_rings/recall_top_2_percent": "the same, rings new since the training",
    },
    "order": {
        "held_back_at_1_percent": "fakes' discs before street date held back, at 1 % of honest such lines delayed",
        "average_precision": "average precision",
    },
    "application": {"average_precision": "average precision on the day of applying"},
}
RANKINGS = ("", "logistic/", "rule/")


def measure_subject(signals: Signals, truth: Path, subject: str, as_of: str) -> dict:
    """One subject: trained on what was known before a moment, judged on the truth of the time after it."""
    told = evaluate(signals.market, subject, as_of, truth=truth / "accounts.parquet", signals=signals)
    rows = [
        {"figure": words} | {ranking: told.figures.get(f"{ranking}{name}") for ranking in RANKINGS}
        for name, words in FIGURES[subject].items()
    ]
    above = told.figures.get("average_precision_above/logistic")
    by_date = {
        name.removeprefix("average_precision/"): figure["value"]
        for name, figure in told.figures.items()
        if name.startswith("average_precision/")
    }
    return {"rows": rows, "above_logistic": above, "by_date": by_date, "conditions": told.conditions}


def measure_first_day(signals: Signals, truth: Path, as_of: str) -> dict:
    """Accounts scored by a model that knows no outcome, judged on the same accounts as `measure_subject` does."""
    market, moment = signals.market, pd.Timestamp(as_of)
    bare = prepare_signals(market.with_tables(outcomes=market.outcomes.iloc[:0]))
    rows = training_set(bare, "account", moment)
    trained = fit(rows, "")
    snapshots = later_snapshots(signals, "account", moment)
    later = build_matrix(bare, snapshots, trained.columns)
    judged = judged_frame(
        signals, rows, trained, later, read_truth(market, truth / "accounts.parquet"), rivals=False
    )
    told = judge(judged, subject="account", settings=read_settings(None), labels="truth", conditions={})
    figures = {"average_precision": "average precision with no outcome known: the first day"}
    return {
        "rows": [{"figure": words, "": told.figures[name]} for name, words in figures.items()],
        "by_date": {
            name.removeprefix("average_precision/"): figure["value"]
            for name, figure in told.figures.items()
            if name.startswith("average_precision/")
        },
        "conditions": {"serves": SERVES[trained.facts["serves"]]},
    }
