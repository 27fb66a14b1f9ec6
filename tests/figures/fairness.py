"""Honest shops that look most like fakes: how often they are held on harbour, and what it would cost to hold them no more often than others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from resellerrisk.evaluation.evaluation import print_table
from resellerrisk.pipeline import evaluate
from resellerrisk.signals.compute import Signals

#: What is told of a kind on the page; `resellerrisk evaluate` tells more.
_TOLD = (
    "honest_shops",
    "gap",
    "gap_low",
    "gap_high",
    "held_share",
    "held_share_of_others",
    "closing_loses",
    "closing_loses_low",
    "closing_loses_high",
    "closing_loses_discs",
    "closing_loses_discs_low",
    "closing_loses_discs_high",
    "fakes_released",
    "costs_more",
    "in_words",
)


def measure_fairness(signals: Signals, truth: Path, as_of: str, subjects: Sequence[str]) -> dict[str, Any]:
    """By subject the rows of the report's table, judged on the truth of the time after the training."""
    told = {}
    for subject in subjects:
        report = evaluate(signals.market, subject, as_of, truth=truth / "accounts.parquet", signals=signals)
        gaps = report.tables["gaps"]
        shown = print_table(gaps[[name for name in _TOLD if name in gaps]])
        told[subject] = {
            "names": list(shown.columns),
            "rows": [[" ".join(str(cell).split()) for cell in row] for row in shown.itertuples(index=False)],
            "rows_judged": report.conditions["Rows"],
            "all_honest": report.figures["honest_held"],
        }
    return told
